"""The reference node's subscriptions: whoever subscribed to a resource is told of each batch that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import missing, need_write, violation
from .reference_data import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

    from .reference import Node

Row = dict[str, Any]
TOPIC = "subscription"
SUBSCRIPTIONS = "subscriptions"


def mount(node: Node) -> None:
    """Serve the operations, and tell of what is pushed."""
    node.platform.store.load(SUBSCRIPTIONS, ())
    desk = node.parts[TOPIC] = Subscriptions(node.platform)
    node.serve("POST", "/v1/subscriptions", "subscribe", desk.subscribe)
    node.serve("DELETE", "/v1/subscriptions/{subscription}", "unsubscribe", desk.unsubscribe)
    node.platform.rewire("push_batch", desk.telling)


class Subscriptions:
    """Who wants to be told of what."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._made = 0
        self._told: set[tuple[str, str]] = set()

    def subscribe(self, call: Call) -> Answer:
        """Take a subscription."""
        need_write(call)
        body = call.body if isinstance(call.body, dict) else {}
        for name in ("url", "resourceCode"):
            if not body.get(name):
                raise missing(name)
        if not str(body["url"]).startswith(("http://", "https://")):
            raise violation("url")
        self._made += 1
        name = str(body.get("id") or f"sub-{self._made:06d}")  # who subscribes may name it, to find it again
        made = {"id": name, "url": body["url"], "resourceCode": body["resourceCode"]}
        self._store.add(SUBSCRIPTIONS, made["id"], made)
        return demo.Answer(made)

    def unsubscribe(self, call: Call) -> Answer:
        """End a subscription."""
        need_write(call)
        name = call.params["subscription"]
        if self._store.get(SUBSCRIPTIONS, name) is None:
            raise demo.no_resource()
        self.forget(name)
        return demo.Answer({"id": name})

    def forget(self, name: str) -> None:
        """Let nobody be told any longer."""
        self._store.remove(SUBSCRIPTIONS, name)

    def telling(self, handler: Handler) -> Handler:
        """The handler of pushes, with notices after it."""

        def told(call: Call) -> Answer:
            answer = handler(call)
            batch = call.body if isinstance(call.body, dict) else {}
            taken = _taken(batch, answer.payload)
            for subscription in self.concerned(batch.get("resourceCode")) if taken else ():
                if self.is_new(subscription, batch):
                    self.tell(subscription, self.notice(subscription, batch, taken))
            return answer

        return told

    def concerned(self, resource: str | None) -> Iterable[Row]:
        """The subscriptions to a resource."""
        return [row for row in self._store.all(SUBSCRIPTIONS) if row["resourceCode"] == resource]

    def is_new(self, subscription: Row, batch: Row) -> bool:
        """Whether a subscriber has not been told of a batch yet; one that comes again is nothing new."""
        mark = (subscription["id"], f"{batch.get('batchNo')} {batch.get('seq')}")
        new = mark not in self._told
        self._told.add(mark)
        return new

    def notice(self, subscription: Row, batch: Row, records: list[Row]) -> Row:
        """What a subscriber is told of a batch."""
        return {
            "subscriptionId": subscription["id"],
            "resourceCode": subscription["resourceCode"],
            "batchNo": batch.get("batchNo"),
            "op": batch.get("op", "I"),
            "count": len(records),
            "ids": [record.get("id") for record in records],
            "sentAt": stamp(self._platform.clock()),
        }

    def tell(self, subscription: Row, notice: Row) -> None:
        """Send a notice, once; who does not answer is not told again."""
        self._platform.deliver(subscription["url"], notice)


def _taken(batch: Row, receipt: Any) -> list[Row]:  # noqa: ANN401 -- what the push answers
    """The records of a batch that were taken, by its receipt."""
    said = receipt if isinstance(receipt, dict) else {}
    if said.get("status") not in ("accepted", "partial"):
        return []
    refused = {error.get("index") for error in said.get("errors", ())}
    return [record for index, record in enumerate(batch.get("records", ())) if index not in refused]

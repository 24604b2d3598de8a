"""Legal variants of subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_subscription import TOPIC

if TYPE_CHECKING:
    from pytest_szxc.reference import Platform

    from .reference_subscription import Subscriptions

Row = dict[str, Any]
VARIANTS = demo.Variants()


def _desk(platform: Platform) -> Subscriptions:
    found: Subscriptions = part(platform, TOPIC)
    return found


@VARIANTS.add("one-notice-for-each-record", "每条记录通知一次", "one notice for each record, with the record itself")
def _for_each_record(platform: Platform) -> None:
    desk = _desk(platform)
    right = desk.tell

    def notice(subscription: Row, batch: Row, records: list[Row]) -> Row:
        return {"subscriptionId": subscription["id"], "events": [{"op": batch["op"], "record": row} for row in records]}

    def tell(subscription: Row, said: Row) -> None:
        for event in said["events"]:
            right(subscription, {"subscriptionId": said["subscriptionId"], "event": event})

    desk.notice = notice  # type: ignore[method-assign]
    desk.tell = tell  # type: ignore[method-assign]


@VARIANTS.add("notice-of-the-beginning", "订阅成功先发一条问候", "a first notice says that the subscription stands")
def _with_greeting(platform: Platform) -> None:
    def greeting(handler: demo.Handler) -> demo.Handler:
        def greeted(call: demo.Call) -> demo.Answer:
            answer = handler(call)
            platform.deliver(answer.payload["url"], {"event": "subscribed", "subscriptionId": answer.payload["id"]})
            return answer

        return greeted

    platform.rewire("subscribe", greeting)

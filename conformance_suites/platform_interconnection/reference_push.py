"""The reference node's inbox: batches are pushed, checked, stored and receipted; reconciliation and heartbeat."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from pytest_szxc import canonical_json
from pytest_szxc import reference as demo

from .reference import missing, need_write, violation
from .reference_data import Resource, resources, stamp
from .reference_push_rows import fault_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call

    from .reference import Node

Row = dict[str, Any]
TOPIC = "push"
BATCHES, INBOX, REFUSED = "push:batches", "push:inbox", "push:refused"
"""Receipts with what they speak of, by batch number and part; stored rows, by batch number; refused rows, likewise."""
LIMIT = 200
CONFIRMED_AFTER = 5.0
"""Seconds after which what was stored counts as confirmed."""
BEIJING = timezone(timedelta(hours=8))
PENDING = ("messageId", "batchNo", "receivedAt")
NEEDED = {
    "messageId": str,
    "batchNo": str,
    "resourceCode": str,
    "count": int,
    "digest": dict,
    "sentAt": str,
    "records": list,
}


def mount(node: Node) -> None:
    """Serve the operations, and declare limits and algorithms."""
    inbox = node.parts[TOPIC] = Inbox(node)
    for collection in (BATCHES, INBOX, REFUSED):
        node.platform.store.load(collection, ())
    place = "/v1/exchange"
    node.serve_all(
        ("POST", f"{place}/push", inbox.push_batch),
        ("DELETE", f"{place}/batches/{{batchNo}}", inbox.remove_batch),
        ("GET", f"{place}/batches/{{batchNo}}/records", inbox.stored_records),
        ("GET", f"{place}/receipts/{{message}}", inbox.receipt_status),
        ("GET", f"{place}/reconciliation", inbox.reconcile),
        ("GET", "/v1/heartbeat", inbox.heartbeat),
    )
    node.capability["limits"]["batchRecords"] = inbox.limit
    node.capability["digestAlgorithms"] = list(inbox.algorithms)


def whose(batch: str) -> demo.Where:
    """The documents of one batch."""
    return demo.Where("key = ?", (batch,))


@dataclass
class Inbox:
    """How one node takes what is pushed; a mutant or variant replaces parts of it.

    Attributes:
        node: whose inbox it is.
        limit: rows of a batch, at most.
        algorithms: of digests that it takes.
        delay: seconds between receiving and storing.
        fault: what is wrong with a row, ``None`` if nothing is.
        digest: the digest of a batch's records in an algorithm.
        waiting: how many batches wait to be sent onward (the relay's).
    """

    node: Node
    limit: int = LIMIT
    algorithms: tuple[str, ...] = field(default_factory=canonical_json.computable)
    delay: float = 0.0
    fault: Callable[[Row, Resource], Row | None] = fault_of
    digest: Callable[[str, list[Row]], str] = canonical_json.digest
    waiting: Callable[[], int] = lambda: 0

    def __post_init__(self) -> None:
        self.store, self.clock = self.node.platform.store, self.node.platform.clock
        self.known = {one.code: one for one in resources()}

    # -- push ---------------------------------------------------------------------------------------------------------

    def push_batch(self, call: Call) -> Answer:
        """Take a batch; the same one again gets its first receipt, another one of its number is refused (40901)."""
        need_write(call)
        message = self.read(call.body)
        resource = self.resource(call, message["resourceCode"])
        if len(message["records"]) > self.limit:
            raise demo.ApiError(413, 41301, "batch too large")
        earlier = self.earlier(message)
        if earlier is not None:
            return demo.Answer(self.again(earlier, message, call))
        kept = self.judged(message, resource)
        self.keep(kept, message)
        return demo.Answer(self.shown(kept, call))

    def read(self, body: Any) -> Row:  # noqa: ANN401 -- as it came
        """The message, if it has what it needs."""
        if not isinstance(body, dict):
            raise violation("body")
        for name, kind in NEEDED.items():
            if body.get(name) in (None, ""):
                raise missing(name)
            if not isinstance(body[name], kind):
                raise violation(name)
        if body["digest"].get("alg") not in self.algorithms:
            raise violation("digest.alg")
        if body["count"] != len(body["records"]):
            raise violation("count")
        try:
            return body | {"content": content(body)}
        except ValueError as error:
            raise violation("records") from error

    def resource(self, call: Call, code: str) -> Resource:
        """The resource, if it is one of the node's (40401) and the account has subscribed to it (40301)."""
        found = self.known.get(code)
        if found is None:
            raise demo.no_resource()
        if found.restricted and call.account.name != "primary":
            raise demo.ApiError(403, 40301, "not subscribed")
        return found

    def earlier(self, message: Row) -> Row | None:
        """What is kept of a batch of this number and part, unless it was rejected as a whole."""
        key, part = message["batchNo"], message.get("seq", 1)
        found = (one for one in self.store.all(BATCHES, whose(key)) if one["part"] == part)
        return next((one for one in found if one["receipt"]["status"] != "rejected"), None)

    def again(self, earlier: Row, message: Row, call: Call) -> Row:
        """The first receipt of what is sent again, under the message that it came in now."""
        if earlier["content"] != message["content"]:
            raise demo.ApiError(409, 40901, "duplicate batch")
        return self.shown(
            earlier | {"receipt": earlier["receipt"] | {"messageId": message["messageId"]}},
            call,
        )

    def judged(self, message: Row, resource: Resource) -> Row:
        """What is kept of a new batch: its receipt, and what counts are made of."""
        errors = list(self.errors(message, resource)) if self.is_whole(message) else [broken_digest()]
        records = message["records"]
        refused = {error["index"] for error in errors if "index" in error}
        accepted = len(records) - len(refused) if refused or not errors else 0
        outcome = "accepted" if not errors else "partial" if accepted else "rejected"
        now = self.clock()
        receipt = {
            "messageId": message["messageId"],
            "batchNo": message["batchNo"],
            "status": outcome,
            "acceptedCount": accepted,
            "rejectedCount": len(records) - accepted,
            "errors": errors,
            "receivedAt": stamp(now),
        }
        return {
            "receipt": receipt,
            "part": message.get("seq", 1),
            "resource": resource.code,
            "content": message["content"],
            "day": day_of(now),
            "at": now.timestamp(),
        }

    def is_whole(self, message: Row) -> bool:
        """Whether the digest is that of the records."""
        given = message["digest"]
        wanted = self.digest(given["alg"], message["records"])
        return hmac.compare_digest(str(given.get("value")).lower().encode(), wanted.encode())

    def errors(self, message: Row, resource: Resource) -> list[Row]:
        """What is wrong with the rows, row by row."""
        faults = ((index, self.fault(row, resource)) for index, row in enumerate(message["records"]))
        return [{"index": index} | fault for index, fault in faults if fault]

    def keep(self, kept: Row, message: Row) -> None:
        """Store the receipt, the accepted rows, and the refused ones with the reason."""
        batch, reasons = message["batchNo"], {error.get("index"): error for error in kept["receipt"]["errors"]}
        rejected = kept["receipt"]["status"] == "rejected"
        common = {name: kept[name] for name in ("resource", "day", "at", "part")}
        for index, row in enumerate(message["records"]):
            reason = reasons.get(index) or (reasons.get(None) if rejected else None)
            if reason is None:
                self.store.add(INBOX, batch, common | {"row": row})
            else:
                named = {"id": row["id"]} if isinstance(row, dict) and row.get("id") else {}
                seen = {"batchNo": batch, "index": index, **named, "code": reason["code"], "message": reason["message"]}
                self.store.add(REFUSED, batch, common | {"seen": seen})
        self.store.add(BATCHES, batch, kept)

    def remove_batch(self, call: Call) -> Answer:
        """Forget a batch: rows, receipts, and what was refused of it."""
        need_write(call)
        batch = call.params["batchNo"]
        if not self.store.count(BATCHES, whose(batch)):
            raise demo.no_resource()
        for collection in (INBOX, REFUSED, BATCHES):
            self.store.remove(collection, batch)
        return demo.Answer({"batchNo": batch})

    # -- what became of it --------------------------------------------------------------------------------------------

    def shown(self, kept: Row, call: Call) -> Row:
        """A receipt as it stands now, with the node's signature; what is not stored yet has no outcome."""
        state = self.state(kept)
        receipt = kept["receipt"]
        if state == "received":
            receipt = {name: receipt[name] for name in PENDING}
        receipt = {**receipt, "state": state}
        return receipt | {"sign": signed(receipt, secret_of(call))}

    def state(self, kept: Row) -> str:
        """How far a batch has come."""
        age = self.clock().timestamp() - kept["at"]
        if age < self.delay:
            return "received"
        if kept["receipt"]["status"] == "rejected":
            return "rejected"
        return "stored" if age < self.delay + CONFIRMED_AFTER else "confirmed"

    def receipt_status(self, call: Call) -> Answer:
        """The receipt of a message."""
        where = demo.Where("json_extract(body, '$.receipt.messageId') = ?", (call.params["message"],))
        found = self.store.all(BATCHES, where)
        if not found:
            raise demo.no_resource()
        return demo.Answer(self.shown(found[-1], call))

    def stored_records(self, call: Call) -> Answer:
        """One page of what was stored of a batch."""
        batch = call.params["batchNo"]
        if not self.store.count(BATCHES, whose(batch)):
            raise demo.no_resource()
        where = demo.Where(f"key = ? AND {DUE}", (batch, self.due()))
        return self.node.platform.listed(call, INBOX, where, lambda kept: kept["row"])

    def due(self) -> float:
        """What was received up to this instant (seconds since 1970) is stored by now."""
        return self.clock().timestamp() - self.delay

    # -- reconciliation and heartbeat ---------------------------------------------------------------------------------

    def reconcile(self, call: Call) -> Answer:
        """The counts of one resource and day, and what was refused and has not come again since."""
        code, date = call.args.get("resource"), call.args.get("date")
        for name, value in (("resource", code), ("date", date)):
            if not value:
                raise missing(name)
        self.resource(call, str(code))
        return demo.Answer(self.counts(str(code), str(date)))

    def counts(self, code: str, date: str) -> Row:
        """The reconciliation of a resource and day; a record that came twice counts once."""
        rows = [kept["row"] for kept in self.of_day(INBOX, code, date)]
        stored = {row["id"]: row for row in rows}
        diff = [kept["seen"] for kept in self.of_day(REFUSED, code, date) if kept["seen"].get("id") not in stored]
        sent = len(stored) + len({row.get("id") or (row["batchNo"], row["index"]) for row in diff})
        return {
            "resourceCode": code,
            "date": date,
            "sentCount": sent,
            "receivedCount": sent,
            "storedCount": len(stored),
            "digest": {
                "alg": "SHA-256",
                "value": canonical_json.digest("SHA-256", [stored[key] for key in sorted(stored)]),
            },
            "diff": diff,
        }

    def of_day(self, collection: str, code: str, date: str) -> list[Row]:
        """What has come of a resource on a day and is stored or refused by now."""
        where = f"json_extract(body, '$.resource') = ? AND json_extract(body, '$.day') = ? AND {DUE}"
        found: list[Row] = self.store.all(collection, demo.Where(where, (code, date, self.due())))
        return found

    def heartbeat(self, _: Call) -> Answer:
        """The node's state, what waits in it and to what mark its changes have come."""
        return demo.Answer(
            {
                "nodeId": self.node.capability["nodeId"],
                "time": stamp(self.clock()),
                "status": "UP",
                "backlog": self.backlog(),
                "lastWatermark": self.watermark(),
                "version": self.node.capability["version"],
            }
        )

    def backlog(self) -> int:
        """How many batches are not stored yet, or not confirmed by the upper node."""
        late = demo.Where("json_extract(body, '$.at') > ?", (self.due(),))
        return self.store.count(BATCHES, late) + self.waiting()

    def watermark(self) -> int:
        """The last mark of any resource's changes."""
        return max(self.store.count(resource.changes) for resource in self.known.values())


DUE = "json_extract(body, '$.at') <= ?"


def content(message: Row) -> str:
    """What makes two sendings of a batch the same: its rows."""
    return canonical_json.digest("SHA-256", [message["resourceCode"], message.get("op"), message["records"]])


def broken_digest() -> Row:
    """The error of a batch whose digest is another one."""
    return {"field": "digest.value", "code": 40003, "message": "摘要不符 / digest mismatch"}


def day_of(at: datetime) -> str:
    """The day in Beijing of an instant: the day under which a batch is reconciled is the one on which it came."""
    return at.astimezone(BEIJING).date().isoformat()


def secret_of(call: Call) -> str:
    """What node and caller both know."""
    return call.account.token if call.account.scheme == "bearer" else call.account.secret


def signed(receipt: Row, secret: str) -> str:
    """A receipt's signature: Base64 of HMAC-SHA256 over its canonical text, with the sender's secret."""
    made = hmac.digest(secret.encode(), canonical_json.canonical(receipt), canonical_json.ALGORITHMS["SHA-256"])
    return base64.b64encode(made).decode("ascii")

"""Batches that checks push: how they are made, sent, followed until they are settled, and read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from pytest_szxc import SzxcError, canonical_json

from .capability import capability, limit, resources

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_szxc import Record, Reply, Sut

Row = dict[str, Any]
BEIJING = timezone(timedelta(hours=8))
ANY = (0, 500)
"""Statuses that are an answer to a batch that must be refused: a crash is one too, and a wrong one."""
NOT_SHOWN = ("http.absent", "binding.")
PENDING, ENDED = ("received", "validated"), ("stored", "confirmed", "rejected")
OUTCOMES = ("accepted", "partial", "rejected")
FOUND, GONE = range(200, 300), (404, 410)
SETTLED_WITHIN, LONGEST = 30, 120
"""Seconds within which a receipt is final and the reconciliation up to date, where ``limits.settleSeconds`` does not
say; and the longest that a check waits."""
ATTEMPTS_APART = (0, 1, 2, 4, 8, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A batch that was sent, and what came of it.

    Attributes:
        body: the message.
        reply: the answer to it.
        receipt: its final receipt; ``None`` where it was refused without one, or was not settled in time.
    """

    body: Row
    reply: Reply
    receipt: Record | None

    @property
    def batch(self) -> str:
        """The batch number."""
        return str(self.body["batchNo"])

    @property
    def outcome(self) -> str | None:
        """The outcome as the receipt tells it; a refused request is ``rejected``; ``None`` where none is known."""
        if self.receipt is not None:
            return self.receipt.text("status") or "no status"
        return None if self.reply.fine else "rejected"

    @property
    def whole(self) -> bool:
        """Whether all of it was accepted."""
        return self.outcome == "accepted"

    @property
    def said(self) -> str:
        """What came, for a finding."""
        return self.outcome or f"HTTP {self.reply.response.status}, {self.reply.code or '-'}"


class Sender:
    """Makes and sends the batches of one check.

    Args:
        sut: the system under test.
        name: of the check: batches and rows are named with the run's prefix and this.

    Attributes:
        resource: code of the resource that is pushed to; empty where none is declared.
        another: code of a resource that nothing is pushed to; empty where no second one is declared.
        alg: algorithm of digests, where nothing else is asked for.
    """

    def __init__(self, sut: Sut, name: str) -> None:
        self._sut = sut
        self._name = f"{sut.prefix}{name}"
        self._node = capability(sut)
        self._count = 0
        declared = resources(sut)
        self.resource = declared[0].text("resourceCode") or "" if declared else ""
        self.another = declared[1].text("resourceCode") or "" if declared[1:] else ""
        self._key = (declared[0].text("key") or "id") if declared else "id"
        self.alg = next((alg for alg in self.algorithms if alg == "SHA-256"), self.algorithms[0])
        self.within = min(limit(sut, "settleSeconds") or SETTLED_WITHIN, LONGEST)

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The algorithms that the platform declares and this machine can compute; all of those where it does not."""
        declared = self._node.texts("digestAlgorithms")
        return tuple(alg for alg in canonical_json.computable() if alg in declared) or canonical_json.computable()

    @property
    def key(self) -> str:
        """The member that identifies a row."""
        return self._key

    def row(self, number: int, *, age: timedelta = timedelta(), **changes: object) -> Row:
        """A row that is right; with ``changes``, in which ``None`` leaves a member out.

        Args:
            number: what its id ends with.
            age: how long ago it was collected.
            changes: members.
        """
        row = {
            self._key: f"{self._name}-{number}",
            "resourceCode": self.resource,
            "regionCode": self._node.text("region") or "999999000000",
            "collectedAt": moment(self._sut.now - age),
            "data": {"name": "测试数据", "area": number},
        }
        return {name: value for name, value in {**row, **changes}.items() if value is not None}

    def rows(self, count: int, first: int = 1) -> list[Row]:
        """So many rows that are right."""
        return [self.row(number) for number in range(first, first + count)]

    def message(self, rows: Sequence[Row], *, alg: str = "", value: str = "", batch: str = "") -> Row:
        """A message with its digest.

        Args:
            rows: its records.
            alg: algorithm of the digest.
            value: the digest; that of the rows without it.
            batch: batch number; a new one without it.
        """
        self._count += 1
        name, alg = f"{self._name}-{self._count}", alg or self.alg
        return {
            "messageId": f"{name}-m",
            "messageType": "data",
            "sender": f"{self._sut.prefix}node",
            "receiver": self._node.text("nodeId") or "-",
            "resourceCode": self.resource,
            "batchNo": batch or name,
            "seq": 1,
            "total": 1,
            "mode": "incr",
            "op": "I",
            "watermark": self._count,
            "count": len(rows),
            "digest": {"alg": alg, "value": value or canonical_json.digest(alg, self._sut.written(list(rows)))},
            "sentAt": moment(self._sut.now),
            "records": list(rows),
        }

    def send(self, message: Row) -> Pushed:
        """Send a message, and wait until it is settled, but not for ever.

        Raises:
            SzxcError: no usable answer; ``http.absent``, nothing can be pushed here.
        """
        reply = self._sut.ask("push_batch", body=message, accept=ANY)
        if reply.response.status in GONE or reply.denied:  # says nothing of batches: it is told as it always is
            reply = self._sut.ask("push_batch", body=message)
        return Pushed(message, reply, self.settled(message, reply))

    def push(self, rows: Sequence[Row], **named: str) -> Pushed:
        """Send rows as a new batch; see ``message`` and ``send``."""
        return self.send(self.message(rows, **named))

    def settled(self, message: Row, reply: Reply) -> Record | None:
        """The final receipt of a message: the answer itself, or what the query for its receipt tells within the time.

        Raises:
            SzxcError: receipts cannot be queried, though the answer was not final.
        """
        if not reply.fine:
            return None
        if not speaks_of(reply.record, message):
            return None
        if is_final(reply.record):
            return reply.record
        found: Record = self.until(lambda: self.asked(message).record, is_final)
        return found if is_final(found) and speaks_of(found, message) else None

    def asked(self, message: Row, accept: tuple[int, ...] = ()) -> Reply:
        """What the query for a message's receipt tells now."""
        names = {"message": message["messageId"], "batchNo": message["batchNo"]}
        return self._sut.ask("receipt_status", accept=accept, **names)

    def until(self, look: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:  # noqa: ANN401 -- whatever it looks at
        """Look again and again until it is enough or ``within`` seconds are over; what was seen last."""
        left = self.within
        seen = look()
        for pause in ATTEMPTS_APART[1:]:
            if enough(seen) or left <= 0:
                break
            self._sut.wait(min(pause, left))
            left -= pause
            seen = look()
        return seen

    def stored(self, batch: str) -> list[Record]:
        """What is stored of a batch.

        Raises:
            SzxcError: no usable answer; ``http.absent``, there is no such batch, or what is stored cannot be read.
        """
        return [record for page in self._sut.walk("stored_records", batchNo=batch) for record in page.records]

    def ids(self, batch: str) -> list[str] | None:
        """The ids of what is stored of a batch, sorted; ``None`` where the platform shows no such thing.

        Raises:
            SzxcError: no usable answer.
        """
        try:
            return sorted(str(record.get(self._key)) for record in self.stored(batch))
        except SzxcError as reason:
            if not reason.code.startswith(NOT_SHOWN):
                raise
            return None

    def shown(self, batch: str, wanted: list[str]) -> list[str] | None:
        """The ids of what is stored of a batch as soon as they are the wanted ones, or at last; see ``ids``.

        What is stored may be read from a copy that is a little behind.
        """
        seen: list[str] | None = self.until(lambda: self.ids(batch), lambda ids: ids is None or ids == wanted)
        return seen

    def names(self, rows: Sequence[Row]) -> list[str]:
        """The ids of rows, sorted."""
        return sorted(str(row[self._key]) for row in rows)

    def control(self) -> Pushed | None:
        """A right batch that was wholly accepted; ``None`` where it was not: then no refusal says anything."""
        pushed = self.push(self.rows(2, first=901)) if self.resource else None
        return pushed if pushed is not None and pushed.whole else None


def is_final(receipt: Record) -> bool:
    """Whether a receipt tells an outcome that does not change any more."""
    state = receipt.text("state")
    return state in ENDED or (receipt.text("status") in OUTCOMES and state not in PENDING)


def speaks_of(receipt: Record, message: Row) -> bool:
    """Whether a receipt says something, and not of another batch."""
    told = receipt.has("state") or receipt.has("status")
    return told and receipt.get("batchNo") in (None, message["batchNo"])


def moment(at: datetime) -> str:
    """An instant as it is sent: Beijing time, whole seconds."""
    return at.astimezone(BEIJING).isoformat(timespec="seconds")


def day_of(pushed: Pushed) -> str:
    """The day in Beijing on which a batch was received; by the platform's clock where its receipt says so."""
    received = pushed.receipt.time("receivedAt") if pushed.receipt else None
    return (received or pushed.reply.sent.astimezone(UTC)).astimezone(BEIJING).date().isoformat()

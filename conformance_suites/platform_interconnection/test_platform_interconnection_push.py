"""Batches are pushed: receipts, rows that are refused, sending again, late data."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect, requirement, schema

from .pushing import Sender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

    from .pushing import Pushed

Row = dict[str, Any]
RECEIPT = "urn:szxc:platform_interconnection:receipt"
DUPLICATE, DUPLICATE_STATUS = "40901", 409
LATE = timedelta(days=3)
SECOND = timedelta(seconds=1)
PAUSE = 3
"""Seconds between a batch and its second sending."""
NO_TIME = "昨天"
SEPARATORS = re.compile(r"[./\[\]]+")


@requirement("IC-035")
def test_each_push_gets_a_receipt(sut: Sut) -> Iterator[Observation]:
    """Two batches, each with a receipt of its own: well-formed, with the message's id and the batch number."""
    sender = Sender(sut, "IC-035")
    for count in (3, 1) if sender.resource else ():
        message = sender.message(sender.rows(count))
        reply = sut.ask("push_batch", body=message)
        yield from _receipted(message, reply)


def _receipted(message: Row, reply: Reply) -> Iterator[Observation]:
    yield from schema.conforms(reply.record, RECEIPT)
    for name in ("messageId", "batchNo"):
        seen = reply.record.get(name)
        yield expect(seen == message[name], reply.record.at(name), expected=message[name], observed=seen)


@requirement("IC-036")
def test_one_bad_row_of_three(sut: Sut) -> Iterator[Observation]:
    """Once a right batch is accepted: of three rows, one without key or with no time, two are accepted and stored.

    The receipt counts them and says which row and which member was wrong.
    """
    sender, random = Sender(sut, "IC-036"), sut.random("IC-036")
    if sender.control() is None:
        return
    first, second = random.sample(range(3), 2)
    for number, (place, member, value) in enumerate(((first, sender.key, None), (second, "collectedAt", NO_TIME))):
        rows = sender.rows(3, first=1 + 3 * number)
        changes: Row = {member: value}
        rows[place] = sender.row(1 + 3 * number + place, **changes)
        pushed = sender.push(rows)
        if pushed.outcome is not None:
            yield from _partial(pushed, place, member)
            yield from _stored(sender, pushed, [row for index, row in enumerate(rows) if index != place])


def _partial(pushed: Pushed, place: int, member: str) -> Iterator[Observation]:
    receipt = pushed.receipt or pushed.reply.record
    yield expect(pushed.outcome == "partial", receipt.at("status"), expected="partial", observed=pushed.said)
    for name, count in (("acceptedCount", 2), ("rejectedCount", 1)):
        seen = receipt.get(name)  # a number in quotes is another requirement's matter
        yield expect(str(seen) == str(count), receipt.at(name), expected=count, observed=seen)
    found = [(error.get("index"), _last(error)) for error in receipt.children("errors")]
    places = [index for index, _ in found]
    yield expect(places == [place], receipt.at("errors"), expected=f"index {place}", observed=places)
    if places == [place]:
        yield expect(found[0][1] == member, receipt.at("errors.0.field"), expected=member, observed=found[0][1])


def _last(error: Record) -> str:
    """The member that an error names, also where it is written as a path (``records[1].id``, ``/records/1/id``)."""
    return SEPARATORS.split((error.text("field") or "").rstrip("]"))[-1]


def _stored(sender: Sender, pushed: Pushed, rows: list[Row]) -> Iterator[Observation]:
    """What is stored of the batch, where the platform shows it."""
    wanted = sender.names(rows)
    seen = sender.shown(pushed.batch, wanted)
    if seen is not None:
        yield expect(seen == wanted, pushed.reply.at("stored_records"), expected=wanted, observed=seen)
    areas = {row.get(sender.key): row["data"]["area"] for row in rows}
    for record in sender.stored(pushed.batch) if seen == wanted else ():
        area, right = record.number("data.area"), areas[record.get(sender.key)]
        if area is not None:  # what is stored may be shown without its content
            yield expect(area == right, record.at("data.area"), expected=right, observed=area)


@requirement("IC-037")
def test_sending_again_changes_nothing(sut: Sut) -> Iterator[Observation]:
    """The same batch twice is stored once, and the second answer says the same, or that it is a duplicate.

    Other rows under the same number are refused, and what was stored stays as it is.
    """
    sender = Sender(sut, "IC-037")
    if not sender.resource:
        return
    rows = sender.rows(3)
    first = sender.push(rows)
    before = sender.until(
        lambda: _contents(sender, first.batch), lambda seen: not first.whole or len(seen) == len(rows)
    )
    if not first.whole or len(before) != len(rows):
        return
    sut.wait(PAUSE)
    again = sender.send(first.body)
    yield expect(_same(first, again), again.reply.at(), expected=f"{first.said}, or {DUPLICATE}", observed=again.said)
    after = _contents(sender, first.batch)
    yield expect(after == before, again.reply.at("stored_records"), expected=_shown(before), observed=_shown(after))
    other = sender.push([sender.row(1, data={"name": "另一内容", "area": 77}), sender.row(9)], batch=first.batch)
    if other.outcome is None and other.reply.fine:
        return
    refused = other.outcome == "rejected" and other.reply.response.status < 500  # noqa: PLR2004 -- HTTP
    yield expect(refused, other.reply.at(), expected=f"refused ({DUPLICATE})", observed=other.said)
    after = _contents(sender, first.batch)
    yield expect(after == before, other.reply.at("stored_records"), expected=_shown(before), observed=_shown(after))


def _same(first: Pushed, again: Pushed) -> bool:
    duplicate = again.reply.response.status == DUPLICATE_STATUS or again.reply.code == DUPLICATE
    if not again.reply.fine or first.receipt is None or again.receipt is None:
        return duplicate
    return all(first.receipt.get(name) == again.receipt.get(name) for name in ("status", "batchNo", "acceptedCount"))


def _contents(sender: Sender, batch: str) -> list[tuple[str, str]]:
    """What is stored of a batch: id and content of each row, sorted."""
    return sorted((str(row.get(sender.key)), str(row.get("data.area"))) for row in sender.stored(batch))


def _shown(contents: list[tuple[str, str]]) -> str:
    return f"{len(contents)}: " + ", ".join(f"{key} ({area})" for key, area in contents)


@requirement("IC-038")
def test_late_data_keep_their_time(sut: Sut) -> Iterator[Observation]:
    """Once fresh rows are accepted: rows collected three days ago and sent now are accepted too, and not re-dated."""
    sender = Sender(sut, "IC-038")
    if sender.control() is None:
        return
    rows = [sender.row(number, age=LATE - timedelta(hours=number)) for number in range(3)]
    rows.append(sender.row(3))
    pushed = sender.push(rows)
    if pushed.outcome is None:
        return
    yield expect(pushed.whole, pushed.reply.at("status"), expected="accepted", observed=pushed.said)
    if pushed.whole:
        stored = sender.until(lambda: sender.stored(pushed.batch), lambda seen: len(seen) >= len(rows))
        found = {str(record.get(sender.key)): record for record in stored}
        yield from (_dated(pushed, row, found.get(row[sender.key])) for row in rows)


def _dated(pushed: Pushed, row: Row, record: Record | None) -> Observation:
    wanted, time = datetime.fromisoformat(row["collectedAt"]), record.time("collectedAt") if record else None
    here = record.at("collectedAt") if record else pushed.reply.at("stored_records")
    seen = record.get("collectedAt") if record else "not stored"
    return expect(time is not None and abs(time - wanted) < SECOND, here, expected=row["collectedAt"], observed=seen)

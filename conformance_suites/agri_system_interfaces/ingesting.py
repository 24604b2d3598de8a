"""Observations that checks post: what the platform says of them, and what it shows of them afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect

from .ingest_policies import batch_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pytest_szxc import Observation, Record, Reply

    from .bench import Bench

Row = dict[str, Any]
ANY = (0, 500)
"""Statuses that are an answer to what must be refused: a crash is one too, and a wrong one."""
FOUND, CRASHED = range(200, 300), 500
ACCEPTED, DUPLICATE, REJECTED = "accepted", "duplicate", "rejected"
SOON, PATIENCE = 5, 15
"""Seconds within which an observation is to be shown, and for which a check waits that is not about this."""
PAUSES = (1, 2, 2, 5, 5)
SECOND = timedelta(seconds=1)
"""Two times closer than this are one: a platform may keep whole seconds."""


def status_of(reply: Reply) -> str | None:
    """What a reply says has become of a single observation."""
    return reply.record.text("status")


def is_taken(reply: Reply) -> bool:
    """Whether a single observation was taken, be it for the second time."""
    return reply.fine and reply.response.status in FOUND and status_of(reply) != REJECTED


def is_refused(reply: Reply) -> bool:
    """Whether a single observation was refused: by status, by code, or in words; a crash is no refusal."""
    if reply.response.status >= CRASHED:
        return False
    return not reply.fine or status_of(reply) == REJECTED


def said(reply: Reply) -> str:
    """What came, for a finding."""
    told = status_of(reply) or (None if reply.fine else reply.code) or "-"
    return f"HTTP {reply.response.status}, {told}"


def is_row(record: Record, row: Row) -> bool:
    """Whether what is shown is what was posted: by channel and instant."""
    if record.text("channelId") != row["channelId"]:
        return False
    seen = record.time("phenomenonTime")
    return seen is not None and abs(seen - datetime.fromisoformat(row["phenomenonTime"])) < SECOND


def found(records: Sequence[Record], row: Row) -> list[Record]:
    """What is shown of a row that was posted."""
    return [record for record in records if is_row(record, row)]


def own(bench: Bench) -> list[Record]:
    """What the platform shows of our device just now.

    Raises:
        SzxcError: no usable answer.
    """
    return [record for record in bench.stored() if record.text("deviceId") in (None, bench.id)]


def until(bench: Bench, enough: Callable[[list[Record]], bool], within: int = PATIENCE) -> list[Record]:
    """What the platform shows of our device as soon as it is enough, or when the seconds are over.

    Raises:
        SzxcError: no usable answer.
    """
    seen, waited = own(bench), 0
    for pause in PAUSES:
        if enough(seen) or waited + pause > within:
            break
        bench.sut.wait(pause)
        waited += pause
        seen = own(bench)
    return seen


def shown(bench: Bench, rows: Sequence[Row], within: int = PATIENCE) -> list[Record]:
    """What the platform shows as soon as all of these rows are there, or at last; see ``until``."""
    return until(bench, lambda seen: all(found(seen, row) for row in rows), within)


def none_of(bench: Bench, kept: Sequence[Row], where: Reply, what: str) -> Iterator[Observation]:
    """Nothing is shown beside the rows that were taken; says nothing until these are shown.

    Args:
        bench: our device.
        kept: the rows that were taken; the last of them was posted last.
        where: the answer to what must not be stored.
        what: what that was.
    """
    records = shown(bench, kept)
    if all(found(records, row) for row in kept):
        more = [record for record in records if not any(is_row(record, row) for row in kept)]
        here = more[0].at() if more else where.at()
        seen = ", ".join(f"{record.get('phenomenonTime')} = {record.get('value')}" for record in more[:3])
        yield expect(not more, here, expected=f"nothing stored: {what}", observed=f"{len(more)} stored: {seen}")


def refusals(bench: Bench, cases: dict[str, Row], code: str) -> Iterator[Observation]:
    """Once a good row is taken: each bad one is refused, posted alone and among others of a batch; none is stored.

    Args:
        bench: our device.
        cases: the bad rows, by what is wrong with each.
        code: the result code that the profile has for them.
    """
    first, last = bench.row(age=3000), bench.row(age=2990)
    if not is_taken(bench.post(first, accept=ANY)):
        return
    refused = []
    for why, row in cases.items():
        reply = bench.post(row, accept=ANY)
        refused.append(is_refused(reply))
        yield expect(refused[-1], reply.at(), expected=f"refused ({code}): {why}", observed=said(reply))
    batch = bench.post_all([last, *cases.values()][: batch_size(bench.sut, len(cases) + 1)], accept=ANY)
    yield from _refused_items(batch, list(cases), code)
    if all(refused) and status_at(batch, 0) == ACCEPTED:  # what was taken openly was said already
        yield from none_of(bench, [first, last], batch, ", ".join(cases))


def _refused_items(batch: Reply, reasons: list[str], code: str) -> Iterator[Observation]:
    """The results of a batch whose first row is good, and all others bad; says nothing where the good one is not."""
    if batch.response.status >= CRASHED:
        yield expect(holds=False, at=batch.at(), expected=f"rejected items ({code})", observed=said(batch))
    elif status_at(batch, 0) == ACCEPTED:
        told = results(batch)
        for index, why in enumerate(reasons[: len(told) - 1], start=1):  # how many there are is another matter
            seen = told[index].text("status")
            here = batch.record.at(f"items.{index}.status")
            yield expect(seen == REJECTED, here, expected=f"rejected ({code}): index {index}, {why}", observed=seen)


def results(batch: Reply) -> tuple[Record, ...]:
    """The results that the answer to a batch holds, in their order."""
    return batch.record.children("items") if batch.fine else ()


def status_at(batch: Reply, index: int) -> str | None:
    """What is said of the item at a place of a batch."""
    told = results(batch)
    return told[index].text("status") if index < len(told) else None

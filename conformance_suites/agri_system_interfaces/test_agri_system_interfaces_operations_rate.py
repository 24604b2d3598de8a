"""Rate: who asks too often is told to wait, and no observation is lost or stored by mistake over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import SzxcError, answers, expect, rates, requirement

from .bench import bench
from .capability import limit
from .ingesting import found, is_taken, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

    from .bench import Bench

Row = dict[str, Any]
METERED = "metered"
BURST = 200
"""Requests that a check sends at most to reach a limit."""
NO_BENCH = ("http.", "envelope.", "permission-not-given", "binding.")
FIRST_AGE = 60
"""Seconds before the present of the first observation; the next ones lie before it, a second each."""


@requirement("AIF-077")
def test_who_asks_too_often_is_told_to_wait(sut: Sut) -> Iterator[Observation]:
    """More requests of the account ``metered`` within a minute than any way of counting the declared rate lets through.

    They are observations, if it may post: those that were taken are stored, and one that was refused is not.
    """
    declared = limit(sut, "ratePerMinute")
    most = rates.most_let_through(declared)
    if not declared or most > BURST:
        return
    device = _bench(sut)
    yield from _posting(sut, device, most) if device and _may_post(sut, device) else _reading(sut, most)


def _posting(sut: Sut, device: Bench, most: int) -> Iterator[Observation]:
    rows = [device.row(age=FIRST_AGE + number) for number in range(most)]
    posted = rates.burst(most, lambda number: _post(sut, rows[number]))
    if posted:
        yield from _posted(sut, device, rows, posted)


def _reading(sut: Sut, most: int) -> Iterator[Observation]:
    """It may only read, or nothing can be posted here."""
    read = rates.burst(most, lambda number: _read(sut, f"{number}"))
    if read:
        yield from rates.limited(read)
        if read[-1].response.status == rates.TOO_MANY:
            yield from rates.may_come_back(sut, read[-1], lambda: _read(sut, "after"))


def _may_post(sut: Sut, device: Bench) -> bool:
    """Whether the account's first observation is taken; one of another organisation is told that the device is not."""
    reply = answers.possible(lambda: _post(sut, device.row(age=FIRST_AGE - 1)))
    return reply is not None and is_taken(reply)


def _bench(sut: Sut) -> Bench | None:
    try:
        return bench(sut, "077")
    except SzxcError as reason:
        if not reason.code.startswith(NO_BENCH):
            raise
        return None


def _post(sut: Sut, row: Row) -> Reply:
    return sut.ask("post_observation", account=METERED, body=row, accept=rates.BUSY)


def _read(sut: Sut, mark: str) -> Reply:
    """A request that nobody else makes, so that it is sent."""
    return sut.ask("list_devices", account=METERED, accept=rates.BUSY, **{":X-Request-Id": f"{sut.prefix}rate-{mark}"})


def _posted(sut: Sut, device: Bench, rows: list[Row], replies: list[Reply]) -> Iterator[Observation]:
    yield from rates.limited(replies)
    taken = [row for row, reply in zip(rows, replies, strict=False) if is_taken(reply)]
    stored = until(device, lambda seen: not _missing(seen, taken))
    lost = _missing(stored, taken)
    here, wanted = replies[-1].at("list_observations"), f"{len(taken)} that were taken"
    yield expect(not lost, here, expected=wanted, observed=f"{len(taken) - len(lost)} of them, {len(lost)} dropped")
    last, refused = replies[-1], rows[len(replies) - 1]
    if last.response.status == rates.TOO_MANY:
        seen = "stored all the same" if found(stored, refused) else "not stored"
        yield expect(not found(stored, refused), last.at("list_observations"), expected="not stored", observed=seen)
        yield from _sent_again(sut, device, refused, last)


def _sent_again(sut: Sut, device: Bench, row: Row, refused: Reply) -> Iterator[Observation]:
    """Who comes back when told to with the same observation has it stored."""
    again: list[Reply] = []

    def post() -> Reply:
        again.append(_post(sut, row))
        return again[-1]

    yield from rates.may_come_back(sut, refused, post)
    for reply in again:
        if is_taken(reply):
            stored = until(device, lambda seen: bool(found(seen, row)))
            seen = "stored" if found(stored, row) else "dropped"
            yield expect(seen == "stored", reply.at("list_observations"), expected="stored", observed=seen)


def _missing(stored: list[Record], rows: list[Row]) -> list[Row]:
    return [row for row in rows if not found(stored, row)]

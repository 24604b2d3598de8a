"""Incremental exchange: replay, deletions, watermarks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement, schema

from .capability import capability
from .exchange_census import census
from .exchange_laws import any_deletion, any_poll, any_watermark
from .exchange_log import DELETED, begin, polled, rank, read_log, stand
from .exchange_pages import agreed, fronts
from .exchange_replay import chained, suffixes, union_is_whole, updated_since

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Sut

    from .exchange_log import Mark
    from .exchange_pages import Front

CHANGE = "urn:szxc:platform_interconnection:change"
TIMES = "updatedSince"
TO_THE_END = 24
"""Pages on which the last changes surely stand, though pages of changes may be shorter than those of records."""


def logged(sut: Sut) -> Iterator[Front]:
    """The largest resource that has changes; nothing where none has."""
    yield from [front for front in fronts(sut) if begin(sut, front).records][:1]


@requirement("IC-032")
def test_changes_make_the_whole(sut: Sut) -> Iterator[Observation]:
    """Changes replayed from the start, and from any watermark on, leave the records that there are."""
    for front in logged(sut):
        yield from agreed(sut, front, _replayed, stand)
        yield from any_watermark(sut, front)
        if TIMES in capability(sut).texts("incremental"):
            yield from agreed(sut, front, _since, stand)


def _replayed(sut: Sut, front: Front) -> Iterator[Observation]:
    log, random = read_log(sut, front), sut.random("IC-032")
    yield from union_is_whole(log, census(sut, front, random))
    yield from suffixes(sut, log, random)
    yield from chained(sut, log)


def _since(sut: Sut, front: Front) -> Iterator[Observation]:
    random = sut.random("IC-032/since")
    yield from updated_since(sut, front, census(sut, front, random), random)


@requirement("IC-033")
def test_deletions_are_told(sut: Sut) -> Iterator[Observation]:
    """A record that was there and is gone has a deletion as its last change; what was deleted is not there."""
    for front in logged(sut):
        yield from agreed(sut, front, _deleted, stand)
        yield from any_deletion(sut, front)


def _deleted(sut: Sut, front: Front) -> Iterator[Observation]:
    log, now = read_log(sut, front), census(sut, front, sut.random("IC-033"))
    for change in log.state().values():
        there = change.key in now.records
        if change.op == DELETED:
            yield expect(not there, change.at, expected="no record after its deletion", observed="a record")
        elif not there and now.whole and now.sound and log.whole:
            yield expect(holds=False, at=change.at, expected=f"op {DELETED} for what is gone", observed=change.op)


@requirement("IC-034")
def test_watermarks_never_go_back(sut: Sut) -> Iterator[Observation]:
    """Watermarks rise along the log, and who asks again is told the same under the same watermark."""
    for front in logged(sut):
        for record in begin(sut, front).records:
            yield from schema.conforms(record, CHANGE)
        yield from agreed(sut, front, _rising, stand)
        yield from agreed(sut, front, _same_again, stand)
        yield from any_poll(sut, front)


def _rising(sut: Sut, front: Front) -> Iterator[Observation]:
    for before, after in pairwise(read_log(sut, front).changes):
        first, second = rank(before.mark), rank(after.mark)
        if first is not None and second is not None:
            holds = second >= first
            yield expect(holds, after.at, expected=f"watermark >= {before.mark}", observed=after.mark)


def _same_again(sut: Sut, front: Front) -> Iterator[Observation]:
    """The last changes, asked for twice: a watermark keeps what it stood for, though what is newer may replace it."""
    log = read_log(sut, front)
    place = max(len(log.changes) - front.size, 0)
    since = log.changes[place - 1].mark if place else log.since
    told: dict[Mark | None, dict[int, object]] = {}
    for change in log.changes[place:]:
        told.setdefault(change.mark, {})[change.key] = (change.op, change.members)
    newest = log.changes[-1].mark
    again = [*polled(sut, front, since, front.size, TO_THE_END), *polled(sut, front, since, front.size, TO_THE_END)]
    for change in again:
        if change.mark in told and change.mark != newest:
            same = told[change.mark].get(change.key) == (change.op, change.members)
            seen = "the same" if same else f"another {change.op}"
            yield expect(same, change.at, expected=f"what watermark {change.mark} stood for", observed=seen)
    last = rank(again[-1].mark) if again else None
    highest = rank(newest)
    if last is not None and highest is not None:
        yield expect(last >= highest, again[-1].at, expected=f"watermark >= {newest}", observed=again[-1].mark)

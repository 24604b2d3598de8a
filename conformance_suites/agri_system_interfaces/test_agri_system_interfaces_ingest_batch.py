"""Batches: a result for each item in its place, and what is kept of a batch in which some are bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement

from .batches import APART, Held, answered, kept, planted, spared
from .bench import bench
from .ingest_policies import batch_size, rolls_back
from .ingesting import ACCEPTED, ANY, CRASHED, found, is_taken, results, said, shown, status_at, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pytest_szxc import Observation, Record, Reply, Sut

    from .batches import Batch

ROWS, FEW = 10, 6
WHOLE = 1000
"""Rows of a batch; while searching beyond the plan, as many as a batch may have."""
KINDS = ("unknown kind", "unknown unit")


@requirement("AIF-037")
def test_a_batch_gets_a_result_for_each_item(sut: Sut) -> Iterator[Observation]:
    """Of a good batch every row is told as accepted and is stored; of one with two bad rows these two are rejected."""
    device = bench(sut, "037")
    count = batch_size(sut, WHOLE if sut.exploring else ROWS)
    if device is None or count < len(KINDS) + 1:
        return
    good = planted(device, count, {})
    reply = good.post()
    yield from answered(good, reply)
    if _all_accepted(good, reply):
        yield from kept(good, reply, until(device, lambda seen: Held(seen).has_all(good)))
    mixed = planted(device, count, _places(sut.random("AIF-037"), count), newest=60 + APART * count + 100)
    yield from answered(mixed, mixed.post())


def _places(random: Random, count: int) -> dict[int, str]:
    """Where the bad rows stand: not the same from either end, or a batch turned round would look right."""
    half = count // 2
    first = random.randrange(half)
    second = random.choice([place for place in range(half, count) if place != count - 1 - first])
    return dict(zip((first, second), KINDS, strict=True))


def _all_accepted(batch: Batch, reply: Reply) -> bool:
    return len(results(reply)) == len(batch.rows) and all(one.text("status") == ACCEPTED for one in results(reply))


@requirement("AIF-038")
def test_what_is_kept_of_a_batch_with_bad_rows(sut: Sut) -> Iterator[Observation]:
    """Once a good batch is stored: of one with bad rows the good ones are stored, or none of it, as is declared."""
    device = bench(sut, "038")
    count = batch_size(sut, FEW)
    if device is None or count < len(KINDS) + 1:
        return
    control = planted(device, count, {}, newest=3000)
    if not _all_accepted(control, control.post()) or not _shows(control):
        return
    mixed = planted(device, count, {1: KINDS[0], count - 1: KINDS[1]}, newest=2000)
    reply = mixed.post()
    if reply.response.status >= CRASHED:
        yield expect(holds=False, at=reply.at(), expected="an answer to a batch with bad rows", observed=said(reply))
        return
    last = device.row(age=1000)
    if not is_taken(device.post(last, accept=ANY)):
        return
    judge = _rolled_back if rolls_back(sut) else _kept
    yield from judge(mixed, reply, shown(device, [last]))


def _shows(batch: Batch) -> bool:
    return Held(until(batch.device, lambda seen: Held(seen).has_all(batch))).has_all(batch)


def _kept(batch: Batch, reply: Reply, records: list[Record]) -> Iterator[Observation]:
    """The good rows are stored, and told as accepted; the bad ones are not."""
    statuses = [status_at(reply, index) for index, _ in batch.good]
    refused = not reply.fine or ACCEPTED not in statuses
    expected = "good rows kept: no rollback is declared"
    observed = f"{said(reply)}: the whole batch refused"
    yield expect(not refused, reply.at(), expected=expected, observed=observed)
    if not refused:
        seen = records if Held(records).has_all(batch) else shown(batch.device, [row for _, row in batch.good])
        yield from kept(batch, reply, seen)
    yield from spared(batch, reply, records)


def _rolled_back(batch: Batch, reply: Reply, records: list[Record]) -> Iterator[Observation]:
    """Nothing of it is stored, and nothing is told as accepted."""
    for index, row in batch.good:
        seen, told = found(records, row), status_at(reply, index)
        here = seen[0].at() if seen else reply.at("list_observations")
        yield expect(not seen, here, expected=f"rolled back: index {index}", observed=f"{len(seen)} stored")
        here = reply.record.at(f"items.{index}.status")
        yield expect(told != ACCEPTED, here, expected=f"not accepted: index {index} is rolled back", observed=told)
    yield from spared(batch, reply, records)

"""Batches with planted bad rows: how they are made, what their results must be, what must be stored of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect, schema

from .ingest_policies import near
from .ingesting import ACCEPTED, ANY, CRASHED, REJECTED, is_row, results, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pytest_szxc import Observation, Record, Reply

    from .bench import Bench, Channel

Row = dict[str, Any]
BATCH_RESULT = "urn:szxc:agri_system_interfaces:batch-result"
APART = 2
"""Seconds between two rows of a batch."""
GAP = object()
FAULTS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "unknown kind": {"kind": "xxx"},
        "unknown unit": {"unit": "xxx"},
        "unknown channel": {"channelId": "xxx"},
        "a text for a number": {"value": "abc"},
        "no value, flag N": {"value": None},
        "no unit": {"unit": GAP},
        "an unknown flag": {"flag": "?"},
    }
)
"""What can be wrong with a row; the first two are not the matter of any other requirement of this class."""
COPRIME, SHARES = 7, 11
"""Neighbours of a batch have values far apart, so that a row with another's value is seen."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to be posted together.

    Attributes:
        device: whose they are.
        rows: the rows.
        bad: what is wrong with those that are bad, by index.
    """

    device: Bench
    rows: list[Row]
    bad: Mapping[int, str]

    @property
    def good(self) -> list[tuple[int, Row]]:
        """The good rows with their indices."""
        return [(index, row) for index, row in enumerate(self.rows) if index not in self.bad]

    @property
    def name(self) -> str:
        """What the request is called: its device and its newest time."""
        return f"{self.device.id}-{self.rows[0]['phenomenonTime']}"

    def post(self) -> Reply:
        """Post it; any answer will do."""
        body = {"requestId": self.name, "deviceId": self.device.id, "items": self.rows}
        return self.device.sut.ask("post_batch", body=body, accept=ANY)


def planted(device: Bench, count: int, bad: Mapping[int, str], newest: float = 60.0) -> Batch:
    """A batch of one channel's rows, some of them bad.

    Args:
        device: whose they are.
        count: how many.
        bad: what is wrong (a key of ``FAULTS``), by index.
        newest: how many seconds ago the first one was observed; the others lie before it.
    """
    channel = device.channel
    rows = [device.row(value_of(channel, index), age=newest + APART * index) for index in range(count)]
    for index, why in bad.items():
        changed = rows[index] | dict(FAULTS[why])
        rows[index] = {name: value for name, value in changed.items() if value is not GAP}
    return Batch(device, rows, bad)


def value_of(channel: Channel, index: int) -> int | Decimal:
    """The value of a batch's row."""
    return channel.value(Decimal(1 + index * COPRIME % SHARES) / (SHARES + 1))


def answered(batch: Batch, reply: Reply) -> Iterator[Observation]:
    """One result for each row, in their order: bad ones rejected, good ones not; says nothing of a refused batch.

    Where every row is rejected because of a bad one, that is a matter of the policy on partial failure.
    """
    if reply.response.status >= CRASHED or not (reply.fine or batch.bad):
        yield expect(holds=False, at=reply.at(), expected="a result for each item", observed=said(reply))
    elif reply.fine:
        yield from schema.conforms(reply.record, BATCH_RESULT)
        told, name = results(reply), reply.record.get("requestId")
        yield expect(name == batch.name, reply.record.at("requestId"), expected=batch.name, observed=name)
        here = reply.record.at("items")
        expected, seen = f"{len(batch.rows)} results", f"{len(told)} results"
        yield expect(len(told) == len(batch.rows), here, expected=expected, observed=seen)
        yield from _ordered(batch, told, reply)
        yield from _counted(told, reply)


def _ordered(batch: Batch, told: Sequence[Record], reply: Reply) -> Iterator[Observation]:
    statuses = [one.text("status") for one in told]
    rejected = [index for index, status in enumerate(statuses) if status == REJECTED]
    if batch.bad and len(rejected) == len(told):
        return
    wanted, here = sorted(batch.bad), reply.record.at("items")
    moved = len(rejected) == len(wanted) and rejected != wanted
    yield expect(not moved, here, expected=f"rejected at {wanted}", observed=f"at {rejected}: results in another order")
    for index, (one, status) in enumerate(zip(told, statuses, strict=True)):
        seen = one.get("index")
        yield expect(seen == index, one.at("index"), expected=f"index {index}, in the order sent", observed=seen)
        if index < len(batch.rows) and not moved:
            yield _told(batch, index, one, status)


def _told(batch: Batch, index: int, one: Record, status: str | None) -> Observation:
    why = batch.bad.get(index)
    if why is None:
        return expect(status == ACCEPTED, one.at("status"), expected=f"accepted: index {index}", observed=_coded(one))
    return expect(status == REJECTED, one.at("status"), expected=f"rejected: index {index}, {why}", observed=status)


def _coded(one: Record) -> str:
    return f"{one.get('status')}, {one.get('code')}"


def _counted(told: Sequence[Record], reply: Reply) -> Iterator[Observation]:
    rejected = sum(one.text("status") == REJECTED for one in told)
    for name, count in (("accepted", len(told) - rejected), ("rejected", rejected)):
        seen = reply.record.number(name)
        if seen is not None:
            yield expect(seen == count, reply.record.at(name), expected=f"{count}, as the results say", observed=seen)


def kept(batch: Batch, reply: Reply, records: Iterable[Record]) -> Iterator[Observation]:
    """Each good row is stored once the platform has said that it is, and with its own value."""
    held, span = Held(records), batch.device.channel.high - batch.device.channel.low
    for index, row in batch.good:
        seen = held.of(row)
        expected = f"stored: index {index}"
        yield expect(bool(seen), reply.at("list_observations"), expected=expected, observed="dropped silently")
        for record in seen[:1]:
            value = record.number("value")
            expected = f"about {row['value']}: index {index}"
            right = value is None or near(row["value"], value, span)
            yield expect(right, record.at("value"), expected=expected, observed=value)


def spared(batch: Batch, reply: Reply, records: Iterable[Record]) -> Iterator[Observation]:
    """No bad row is stored."""
    held = Held(records)
    for index, why in batch.bad.items():
        seen = held.of(batch.rows[index])
        here = seen[0].at() if seen else reply.at("list_observations")
        yield expect(not seen, here, expected=f"not stored: index {index}, {why}", observed=f"{len(seen)} stored")


class Held:
    """What a platform shows, found again by channel and instant without looking at all of it.

    Args:
        records: the records.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self._known: dict[tuple[str | None, int], list[Record]] = defaultdict(list)
        for record in records:
            at = record.time("phenomenonTime")
            if at is not None:
                self._known[record.text("channelId"), int(at.timestamp())].append(record)

    def of(self, row: Row) -> list[Record]:
        """The records of a row that was posted."""
        second = int(datetime.fromisoformat(row["phenomenonTime"]).timestamp())
        near_by = (self._known.get((row["channelId"], second + step), ()) for step in (-1, 0, 1))
        return [record for some in near_by for record in some if is_row(record, row)]

    def has_all(self, batch: Batch) -> bool:
        """Whether all good rows of a batch are there."""
        return all(self.of(row) for _, row in batch.good)

"""Values beyond a channel's range are never taken for normal; all others come back exactly, and at their own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect, requirement

from .bench import bench
from .exactness import about_time, fate, is_exact, is_same_time, time_fate
from .ingest_policies import batch_size
from .ingesting import ACCEPTED, ANY, REJECTED, found, is_refused, is_taken, results, said, shown, status_at, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pytest_szxc import Location, Observation, Record, Sut

    from .bench import Bench, Channel

Row = dict[str, Any]
PLAIN = ("N", "S")
"""Flags under which a value counts as normal."""
ZONES = (timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30)))
CHANNELS, MOST = 2, 12
FAR = 20
"""A value beyond the range lies so much of the range away from it, that rounding does not bring it back."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A row, how it must be flagged if it is stored, and what the platform said of it.

    Attributes:
        row: as it was posted.
        flag: ``L`` below the range, ``T`` above it, ``N`` within.
        taken: whether it was taken; ``None`` where that was not said.
        said: what was said.
        at: where.
    """

    row: Row
    flag: str
    taken: bool | None
    said: str
    at: Location


@requirement("AIF-041")
def test_values_beyond_the_range_are_flagged_or_refused(sut: Sut) -> Iterator[Observation]:
    """Once a value in range is taken: one beyond is refused, or stored as it is with flag T above and L below.

    The ends of the range belong to it.
    """
    device = bench(sut, "041")
    control = device.row(age=3000) if device else None
    if device is None or control is None or not is_taken(device.post(control, accept=ANY)):
        return
    posted = [*_alone(device), *_together(device)]
    for one in posted:
        expected = "accepted: an end of the range" if one.flag == "N" else f"refused (40004), or flag {one.flag}"
        told = one.taken if one.flag == "N" else one.taken is not None
        yield expect(bool(told), one.at, expected=f"{expected}: {one.row['value']}", observed=one.said)
    records = shown(device, [control, *(one.row for one in posted if one.taken)])
    for one in posted if found(records, control) else ():
        yield from _ranged(one, found(records, one.row), device.channel)


def _edges(channel: Channel) -> list[tuple[str, Decimal]]:
    """Both ends of the range, and a value beyond each, with their flags."""
    far = max(1, round((channel.high - channel.low) / FAR / channel.step)) * channel.step
    return [("N", channel.low), ("N", channel.high), ("L", channel.low - far), ("T", channel.high + far)]


def _alone(device: Bench) -> Iterator[Posted]:
    for place, (flag, value) in enumerate(_edges(device.channel)):
        row = device.row(value, age=2000 + 10 * place)
        reply = device.post(row, accept=ANY)
        taken = is_taken(reply) or (False if is_refused(reply) else None)
        yield Posted(row, flag, taken, said(reply), reply.at())


def _together(device: Bench) -> list[Posted]:
    edges = _edges(device.channel)
    rows = [device.row(value, age=1000 + 10 * place) for place, (_, value) in enumerate(edges)]
    batch = device.post_all(rows, accept=ANY)
    if batch.fine and len(results(batch)) != len(rows):  # how many results there are is another matter
        return []
    told = [status_at(batch, index) for index in range(len(rows))]
    known = {ACCEPTED: True, REJECTED: False}
    return [
        Posted(row, flag, known.get(status or ""), status or said(batch), batch.record.at(f"items.{index}.status"))
        for index, (row, (flag, _), status) in enumerate(zip(rows, edges, told, strict=True))
    ]


def _ranged(one: Posted, records: list[Record], channel: Channel) -> Iterator[Observation]:
    """What is stored of a row: under its flag with its value, or nothing where it was refused."""
    value = one.row["value"]
    if one.taken is False:
        here = records[0].at() if records else one.at
        yield expect(not records, here, expected=f"refused, so not stored: {value}", observed=f"{len(records)} stored")
    elif one.taken:
        yield expect(bool(records), one.at, expected=f"stored: {value}", observed="accepted, not stored")
        for record in records[:1]:
            seen, number = record.get("flag"), record.number("value")
            wrong = f"{seen}: beyond the range, taken for normal" if seen in PLAIN else seen
            yield expect(seen == one.flag, record.at("flag"), expected=f"{one.flag}: {value}", observed=wrong)
            clipped = one.flag != "N" and number in (channel.low, channel.high)
            yield expect(not clipped, record.at("value"), expected=value, observed=f"{number}: clipped to the range")


@requirement("AIF-047")
def test_values_and_times_come_back_exactly(sut: Sut) -> Iterator[Observation]:
    """Values with all digits of their channels, and times in several notations, are shown as the same ones."""
    device = bench(sut, "047")
    if device is None:
        return
    finest = sorted(device.channels, key=lambda channel: channel.step)[:CHANNELS]
    rows = [row for channel in finest for row in _exact(device, channel, sut.random(f"AIF-047/{channel.id}"))]
    rows = [*rows, *_zoned(device)][: batch_size(sut, len(rows) + MOST)]
    batch = device.post_all(rows, accept=ANY)
    taken = [row for index, row in enumerate(rows) if status_at(batch, index) == ACCEPTED]
    taken += [row for row in _alone_too(device, finest) if is_taken(device.post(row, accept=ANY))]
    steps = {channel.id: channel.step for channel in device.channels}
    records = until(device, lambda seen: all(_matches(seen, row) for row in taken)) if taken else []
    for row in taken:
        for record in _matches(records, row)[:1]:
            yield from _exactly(row, record, steps[row["channelId"]])
    lost = [row for row in taken if not _matches(records, row)]
    if len(lost) < len(taken) and lost and all(row["value"] == 0 for row in lost):  # what is lost otherwise: AIF-036
        here = batch.at("list_observations")
        yield expect(holds=False, at=here, expected="0, stored", observed="accepted, not shown: 0 taken for no value")


def _exact(device: Bench, channel: Channel, random: Random) -> Iterator[Row]:
    """Rows with values that have all the digits which the channel resolves."""
    most = int((channel.high - channel.low) / channel.step)
    tens = max(1, most // 10)  # a channel may have a few steps only
    steps = {1, most - 1, *(random.randrange(tens) * 10 + random.choice((1, 3, 6, 7, 9)) for _ in range(3))}
    values = [channel.low + number * channel.step for number in sorted(steps)]
    values += [-5 * channel.step, channel.step] if channel.low < 0 < channel.high else []
    values.insert(len(values) // 2, Decimal(0))
    first = 60 + 100 * device.channels.index(channel)
    for place, value in enumerate(value for value in values if channel.low <= value <= channel.high):
        yield device.row(value, age=first + 10 * place, channel=channel)


def _zoned(device: Bench) -> Iterator[Row]:
    """Rows whose times are written with different offsets."""
    for place, zone in enumerate(ZONES):
        row = device.row(age=600 + 10 * place)
        at = datetime.fromisoformat(row["phenomenonTime"])
        yield row | {"phenomenonTime": at.astimezone(zone).isoformat(timespec="milliseconds")}
    yield device.row(age=650, phenomenonTime=device.at(650).replace("+00:00", "Z"))


def _alone_too(device: Bench, channels: list[Channel]) -> Iterator[Row]:
    """A few more, to be posted one by one."""
    for place, channel in enumerate(channels):
        value = min(channel.low + 7 * channel.step, channel.high)
        yield device.row(value, age=700 + 10 * place, channel=channel)
    row = device.row(age=750)
    at = datetime.fromisoformat(row["phenomenonTime"]).astimezone(ZONES[0])
    yield row | {"phenomenonTime": at.isoformat(timespec="milliseconds")}


def _matches(records: list[Record], row: Row) -> list[Record]:
    """What is shown of a row, also where its time is shifted by some hours."""
    return [
        record
        for record in records
        if record.text("channelId") == row["channelId"] and about_time(row["phenomenonTime"], record)
    ]


def _exactly(row: Row, record: Record, step: Decimal) -> Iterator[Observation]:
    seen, sent = record.get("value"), row["value"]
    observed = f"{seen}: {fate(sent, seen)}"
    yield expect(is_exact(sent, seen, step), record.at("value"), expected=f"{sent}", observed=observed)
    time, wanted = record.get("phenomenonTime"), row["phenomenonTime"]
    observed = f"{time}: {time_fate(wanted, record)}"
    yield expect(is_same_time(wanted, record), record.at("phenomenonTime"), expected=wanted, observed=observed)

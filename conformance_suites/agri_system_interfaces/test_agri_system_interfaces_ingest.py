"""Single observations: taken and shown, sent twice, sent late, sent by a device that nobody knows."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect, requirement, schema

from .bench import bench
from .ingest_policies import near, retention
from .ingesting import (
    ACCEPTED,
    ANY,
    DUPLICATE,
    FOUND,
    REJECTED,
    SOON,
    found,
    is_refused,
    is_taken,
    none_of,
    results,
    said,
    shown,
    status_at,
    status_of,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

    from .bench import Bench, Channel

Row = dict[str, Any]
ITEM_RESULT = "urn:szxc:agri_system_interfaces:item-result"
UNKNOWN, CONFLICT = (403, 404, 410), 409
BEIJING = timezone(timedelta(hours=8))
LATE = timedelta(days=3)
QUARTER = Decimal("0.25")


@requirement("AIF-036")
def test_an_observation_is_taken_and_soon_shown(sut: Sut) -> Iterator[Observation]:
    """One observation on each of two channels: accepted, and shown within 5 s under its channel with kind and unit."""
    device = bench(sut, "036")
    if device is None:
        return
    for number, channel in enumerate(device.channels[:2]):
        row = device.row(channel.value(QUARTER * (1 + number)), age=60 + 10 * number, channel=channel)
        reply = device.post(row, accept=ANY)
        yield expect(is_taken(reply), reply.at(), expected="2xx, accepted", observed=said(reply))
        if is_taken(reply):
            yield from schema.conforms(reply.record, ITEM_RESULT)
            yield from _shown_as(row, reply, _soon(device, channel.id), channel)


def _soon(device: Bench, channel: str) -> list[Record]:
    return _on(channel, until(device, lambda seen: bool(_on(channel, seen)), SOON))


def _on(channel: str, records: list[Record]) -> list[Record]:
    return [record for record in records if record.text("channelId") == channel]


def _shown_as(row: Row, reply: Reply, records: list[Record], channel: Channel) -> Iterator[Observation]:
    here = reply.at("list_observations")
    yield expect(bool(records), here, expected=f"shown within {SOON} s", observed="accepted, not shown")
    for record in records[:1]:
        for name in ("kind", "unit", "flag"):
            yield expect(record.get(name) == row[name], record.at(name), expected=row[name], observed=record.get(name))
        value = record.number("value")
        right = value is None or near(row["value"], value, channel.high - channel.low)
        yield expect(right, record.at("value"), expected=f"about {row['value']}", observed=value)


@requirement("AIF-044")
def test_what_is_sent_twice_is_stored_once(sut: Sut) -> Iterator[Observation]:
    """The same observation again, alone, in another notation of its time, and in a batch, is a duplicate.

    The same instant of another channel is none.
    """
    device = bench(sut, "044")
    if device is None:
        return
    row, pair = device.row(age=600), [device.row(age=500), device.row(age=490)]
    if not is_taken(device.post(row, accept=ANY)) or not _all_taken(device.post_all(pair, accept=ANY), 2):
        return
    before = [row, *pair]
    if not all(found(shown(device, before), one) for one in before):
        return
    yield from _again(device, row, "the same")
    yield from _again(device, row | {"phenomenonTime": _in_beijing(row)}, "the same instant with another offset")
    twice = device.row(age=400)
    batch = device.post_all([pair[0], twice, twice], accept=ANY)
    for index, wanted in enumerate((DUPLICATE, ACCEPTED, DUPLICATE)):
        here, seen = batch.record.at(f"items.{index}.status"), status_at(batch, index)
        yield expect(seen == wanted, here, expected=f"{wanted}: index {index}", observed=seen or said(batch))
    rows = [row, *pair, twice]
    for channel in device.channels[1:2]:
        other = device.row(age=600, channel=channel)
        reply = device.post(other, accept=ANY)
        new = is_taken(reply) and status_of(reply) != DUPLICATE
        yield expect(new, reply.at(), expected="accepted: another channel", observed=said(reply))
        rows.append(other)
    yield from _once(shown(device, rows), rows, batch)


def _again(device: Bench, row: Row, what: str) -> Iterator[Observation]:
    reply = device.post(row, accept=ANY)
    told = reply.response.status == CONFLICT or (reply.response.status in FOUND and status_of(reply) == DUPLICATE)
    yield expect(told, reply.at("status"), expected=f"duplicate: {what}", observed=said(reply))


def _in_beijing(row: Row) -> str:
    return datetime.fromisoformat(row["phenomenonTime"]).astimezone(BEIJING).isoformat(timespec="milliseconds")


def _all_taken(batch: Reply, count: int) -> bool:
    return all(status_at(batch, index) == ACCEPTED for index in range(count))


def _once(records: list[Record], rows: list[Row], where: Reply) -> Iterator[Observation]:
    for row in rows:
        seen = found(records, row)
        here = seen[-1].at() if seen else where.at("list_observations")
        expected = f"one of {row['channelId']} at {row['phenomenonTime']}"
        yield expect(len(seen) == 1, here, expected=expected, observed=f"{len(seen)} stored")


@requirement("AIF-045")
def test_late_data_are_taken_and_remain_late(sut: Sut) -> Iterator[Observation]:
    """After a fresh observation older ones follow in any order: taken, shown at their own time, marked as they were."""
    device = bench(sut, "045")
    fresh = device.row(age=60, isHistorical=False) if device else None
    if device is None or fresh is None or not is_taken(device.post(fresh, accept=ANY)):
        return
    far = min(LATE, retention(sut) / 2).total_seconds()
    single, recent = device.row(age=min(7200.0, far / 2), isHistorical=True), device.row(age=300, isHistorical=False)
    many = [device.row(age=far - step, isHistorical=True) for step in (0, 40, 20)]
    reply = device.post(single, accept=ANY)
    yield expect(is_taken(reply), reply.at(), expected="accepted: two hours old", observed=said(reply))
    batch = device.post_all([*many, recent], accept=ANY)
    whole = len(results(batch)) == len(many) + 1 or not batch.fine  # how many results there are is another matter
    for index, row in enumerate((*many, recent)) if whole else ():
        here, seen = batch.record.at(f"items.{index}.status"), status_at(batch, index)
        expected = f"accepted: index {index}, of {row['phenomenonTime']}"
        yield expect(seen == ACCEPTED, here, expected=expected, observed=seen or said(batch))
    told = [row for index, row in enumerate((*many, recent)) if status_at(batch, index) == ACCEPTED]
    rows = [fresh, *([single] if is_taken(reply) else []), *told]
    records = shown(device, rows)
    for row in rows if found(records, fresh) else ():
        yield from _kept(row, found(records, row), batch)


def _kept(row: Row, records: list[Record], where: Reply) -> Iterator[Observation]:
    here = where.at("list_observations")
    expected = f"stored at {row['phenomenonTime']}"
    yield expect(bool(records), here, expected=expected, observed="accepted, not shown at that time")
    for record in records[:1]:
        seen, wanted = record.flag("isHistorical"), row["isHistorical"]
        right = seen is True if wanted else seen is not True  # false may be left out
        yield expect(right, record.at("isHistorical"), expected=wanted, observed=seen)


@requirement("AIF-046")
def test_a_device_that_nobody_knows_is_refused(sut: Sut) -> Iterator[Observation]:
    """Once ours is taken: an observation of an unknown device is refused, alone and in batches, and not stored."""
    device = bench(sut, "046")
    if device is None or not is_taken(device.post(device.row(age=900), accept=ANY)):
        return
    name = f"{sut.prefix}046-unknown"
    stray = device.row(age=800, deviceId=name)
    replies = [device.post(stray, accept=ANY), _batch(sut, name, [device.row(age=790, deviceId=name)])]
    for reply in replies:
        told = is_refused(reply) and (reply.response.status in UNKNOWN or reply.response.status in FOUND)
        yield expect(told, reply.at(), expected="404 or 403: unknown device", observed=said(reply))
    last = device.row(age=700)
    mixed = device.post_all([last, device.row(age=690, deviceId=name)], accept=ANY)
    if status_at(mixed, 0) == ACCEPTED and len(results(mixed)) == 2:  # noqa: PLR2004 -- how many there are is another matter
        seen = status_at(mixed, 1)
        here = mixed.record.at("items.1.status")
        yield expect(seen == REJECTED, here, expected="rejected: index 1, unknown device", observed=seen)
        yield from none_of(device, [device.row(age=900), last], mixed, "rows of an unknown device")
    yield from _left(sut, device, name, refused=all(map(is_refused, replies)))


def _batch(sut: Sut, device: str, rows: list[Row]) -> Reply:
    body = {"requestId": f"{device}-batch", "deviceId": device, "items": rows}
    return sut.ask("post_batch", body=body, accept=ANY)


def _left(sut: Sut, device: Bench, name: str, *, refused: bool) -> Iterator[Observation]:
    """What the platform shows under the unknown device: nothing, also once there is a device of that name.

    A platform that has made a device of its own accord is not left with it.
    """
    made = sut.ask("register_device", body=device.document | {"deviceId": name}, accept=ANY)
    if not refused or not made.fine:
        sut.ask("remove_device", device=name, accept=ANY)
        return
    left = [record for record in sut.records("list_observations", deviceId=name) if record.text("deviceId") == name]
    here = left[0].at() if left else made.at("list_observations")
    yield expect(not left, here, expected="nothing stored of an unknown device", observed=f"{len(left)} stored")

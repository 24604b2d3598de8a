"""Observations that must be refused: members missing, of another type, without offset, of the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect, requirement

from .bench import bench, written
from .ingest_policies import ahead, default_offset
from .ingesting import (
    ACCEPTED,
    ANY,
    REJECTED,
    found,
    is_refused,
    is_taken,
    refusals,
    results,
    said,
    shown,
    status_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

    from .bench import Bench

Row = dict[str, Any]
NEEDED = ("kind", "value", "unit", "phenomenonTime")
SCHEMA = "40002"
NO_NUMBERS = {"a text": "abc", "NaN as a text": "NaN", "true": True, "a list": [1], "an object": {"value": 1}}
WITHOUT_VALUE, WITH_VALUE = ("D", "B"), ("N", "T")
"""Flags under which there may be no value, and under which there must be one."""
LOCAL = "%Y-%m-%dT%H:%M:%S"
AN_HOUR, CENTURY = timedelta(hours=1), timedelta(days=36525)
SECOND = timedelta(seconds=1)
QUARTER = Decimal("0.25")


@requirement("AIF-039")
def test_missing_members_are_refused(sut: Sut) -> Iterator[Observation]:
    """Without kind, value, unit or time an observation is refused, alone and in a batch, and nothing of it stored."""
    device = bench(sut, "039")
    if device is not None:
        yield from refusals(device, {f"no {name}": _without(device, name) for name in NEEDED}, SCHEMA)


def _without(device: Bench, name: str) -> Row:
    row = device.row(age=2000 + 10 * NEEDED.index(name))
    return {member: value for member, value in row.items() if member != name}


@requirement("AIF-040")
def test_values_of_another_type_are_refused(sut: Sut) -> Iterator[Observation]:
    """What is no number is refused where one is due; null is taken under the flags that explain it, and only there."""
    device = bench(sut, "040")
    if device is None:
        return
    bad = {what: device.row(value, age=2000 + 10 * number) for number, (what, value) in enumerate(NO_NUMBERS.items())}
    nothing = {f"null with flag {flag}": _null(device, flag, 1900) for flag in WITH_VALUE}
    yield from refusals(device, bad | nothing, SCHEMA)
    yield from _explained(device)


def _explained(device: Bench) -> Iterator[Observation]:
    """Nothing at all is taken and kept under a flag that says why, if what is posted singly is kept."""
    rows = [_null(device, flag, 1000) for flag in WITHOUT_VALUE]
    replies = [device.post(row, accept=ANY) for row in rows]
    taken = [device.row(age=900), *(row for row, reply in zip(rows, replies, strict=True) if is_taken(reply))]
    if not is_taken(device.post(taken[0], accept=ANY)):
        return
    records = shown(device, taken)
    for row, reply in zip(rows, replies, strict=True):
        expected = f"accepted: null with flag {row['flag']}"
        yield expect(is_taken(reply), reply.at(), expected=expected, observed=said(reply))
        if is_taken(reply) and found(records, taken[0]):
            yield from _still_nothing(row, reply, found(records, row))


def _null(device: Bench, flag: str, age: float) -> Row:
    return device.row(age=age + 10 * "NTDB".index(flag), flag=flag) | {"value": None}


def _still_nothing(row: Row, reply: Reply, records: list[Record]) -> Iterator[Observation]:
    here = reply.at("list_observations")
    yield expect(bool(records), here, expected=f"stored with flag {row['flag']}", observed="accepted, not stored")
    for record in records[:1]:
        yield expect(record.get("value") is None, record.at("value"), expected=None, observed=record.get("value"))
        seen = record.get("flag")
        yield expect(seen == row["flag"], record.at("flag"), expected=row["flag"], observed=seen)


@requirement("AIF-042")
def test_times_without_an_offset_are_refused(sut: Sut) -> Iterator[Observation]:
    """A time without offset is refused; where a default is declared, it may be taken, and is read at that offset."""
    device = bench(sut, "042")
    if device is None:
        return
    zone, day = default_offset(sut), datetime(2014, 4, 23, 2, 48, 43, tzinfo=UTC)
    recent = (sut.now - timedelta(days=1)).astimezone(zone or UTC).replace(microsecond=0)
    texts = {
        "no offset": recent.strftime(LOCAL),
        "no offset, a blank for T": recent.strftime(LOCAL.replace("T", " ")),
        "no offset, no leading zeros": f"{day.year}-{day.month}-{day.day} {day.hour}:{day:%M:%S}",
        "no time of day": f"{recent:%Y-%m-%d}",
    }
    if zone is None:
        yield from refusals(device, {what: device.row(phenomenonTime=text) for what, text in texts.items()}, SCHEMA)
    else:
        yield from _local(device, texts["no offset"], recent)


def _local(device: Bench, text: str, at: datetime) -> Iterator[Observation]:
    """A time without offset, once one with an offset is taken: read at the declared offset, or refused."""
    control = device.row(age=3000)
    if not is_taken(device.post(control, accept=ANY)):
        return
    reply = device.post(device.row(phenomenonTime=text), accept=ANY)
    told = is_taken(reply) or is_refused(reply)
    yield expect(told, reply.at(), expected="accepted at the declared offset, or refused", observed=said(reply))
    if is_taken(reply):
        wanted = device.row(phenomenonTime=written(at))
        more = [record for record in shown(device, [control, wanted]) if not found([record], control)]
        for record in more[:1]:
            seen = record.time("phenomenonTime")
            right = seen is not None and abs(seen - at) < SECOND
            observed = f"{record.get('phenomenonTime')}: {_shift(seen, at)}"
            yield expect(right, record.at("phenomenonTime"), expected=written(at), observed=observed)
        here = reply.at("list_observations")
        yield expect(bool(more), here, expected=f"stored at {written(at)}", observed="accepted, not stored")


def _shift(seen: datetime | None, wanted: datetime) -> str:
    if seen is None:
        return "still without offset"
    return f"{(seen - wanted).total_seconds() / 3600:+.1f} h: the declared default is not applied"


@requirement("AIF-043")
def test_observations_of_the_future_are_refused(sut: Sut) -> Iterator[Observation]:
    """Up to the declared limit an observation may lie ahead of the present; beyond it is refused and not stored."""
    device = bench(sut, "043")
    if device is None:
        return
    control = device.row(age=3000)
    first = device.post(control, accept=ANY)
    if not is_taken(first):
        return
    # the platform's present, not the run's: a run may have lasted for hours when this is asked
    limit, now = ahead(sut), first.sent.replace(microsecond=0)
    kept = [control]
    if limit >= AN_HOUR:
        row = _at(device, now + limit - AN_HOUR / 2, 0)
        reply = device.post(row, accept=ANY)
        expected = f"accepted: half an hour before the limit of {limit}"
        yield expect(is_taken(reply), reply.at(), expected=expected, observed=said(reply))
        kept += [row] if is_taken(reply) else []
    yield from _ahead(device, kept, [now + limit + AN_HOUR, now + CENTURY], limit)


def _ahead(device: Bench, kept: list[Row], times: list[datetime], limit: timedelta) -> Iterator[Observation]:
    rows, last = [_at(device, at, 1) for at in times], device.row(age=2900)
    for row in rows:
        reply = device.post(row, accept=ANY)
        expected = f"refused: beyond the limit of {limit}"
        observed = f"{said(reply)}: {row['phenomenonTime']}"
        yield expect(is_refused(reply), reply.at(), expected=expected, observed=observed)
    batch = device.post_all([last, *rows], accept=ANY)
    for index in range(1, len(results(batch))) if status_at(batch, 0) == ACCEPTED else ():
        here, seen = batch.record.at(f"items.{index}.status"), status_at(batch, index)
        expected = f"rejected: index {index}, beyond the limit of {limit}"
        yield expect(seen == REJECTED, here, expected=expected, observed=seen)
    kept = [*kept, *([last] if status_at(batch, 0) == ACCEPTED else [])]
    records = shown(device, kept)
    for row in rows if all(found(records, one) for one in kept) else ():
        more, at = found(records, row), row["phenomenonTime"]
        here = more[0].at() if more else batch.at("list_observations")
        yield expect(not more, here, expected=f"not stored: {at}", observed=f"{len(more)} stored beyond the limit")


def _at(device: Bench, at: datetime, number: int) -> Row:
    return device.row(device.channel.value(QUARTER * (1 + number)), phenomenonTime=written(at))

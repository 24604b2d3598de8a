"""Latest values and aggregates are those of the stored observations; the time that latest values take."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_szxc import SzxcError, expect, requirement, schema

from .capability import capability
from .observed_set import asked, moment, subject, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import Observation, Record, Sut

    from .observed_set import Subject

Row = dict[str, Any]
LATEST, AGGREGATE = "latest_observations", "aggregate_observations"
SCHEMA = "urn:szxc:agri_system_interfaces:aggregate"
COUNTED = ("N", "S", None)
"""Flags of values that count; a platform that shows no flags has none but normal values."""
CHANNELS = 2
SAMPLES, RANK = 20, 19
"""Latest queries that are timed; the 19th of 20 is their 95th percentile."""
DEFAULT_SECONDS = 2
CLOSE = Decimal("1e-6")
NARROW = timedelta(seconds=1)
HALF = Decimal("0.5")


# --- latest -----------------------------------------------------------------------------------------------------------


@requirement("AIF-053")
def test_latest_is_the_newest_stored(sut: Sut) -> Iterator[Observation]:
    """One observation for each channel, the newest that a list shows, also after older data have come."""
    known = subject(sut, "053")
    if known is None:
        return
    latest = list(_latest(sut, known))
    for channel in known.channels():
        shown = [row for row in latest if row.text("channelId") == channel]
        here = shown[0].at("phenomenonTime") if shown else known.learned.at
        seen = "none" if not shown else f"{len(shown)} observations"
        yield expect(len(shown) == 1, here, expected=f"{channel}: 1 observation", observed=seen)
        if len(shown) == 1:
            yield from _newest(known, channel, shown[0])


def _latest(sut: Sut, known: Subject) -> Iterator[Record]:
    for page in sut.walk(LATEST, pages=1, deviceId=known.device):
        yield from page.records


def _newest(known: Subject, channel: str, shown: Record) -> Iterator[Observation]:
    """Nothing of the channel is newer, and it is what the list shows at that instant."""
    mine = [row for row in known.rows if row.text("channelId") == channel]
    at = shown.time("phenomenonTime")
    if at is None or not mine:
        return
    newest = max(mine, key=moment)
    if at > moment(newest) and not known.own:  # a device in use, or one whose set ends before its last observation
        rows = asked(known.sut, {"deviceId": known.device, "channelId": channel, "from": written(at)}).rows
        newest = max(rows, key=moment, default=newest)
    wanted = moment(newest)
    yield expect(
        at == wanted, shown.at("phenomenonTime"), expected=wanted.isoformat(), observed=_age(known, channel, at)
    )
    if at == wanted:
        value, right = shown.get("value"), newest.get("value")
        yield expect(value == right, shown.at("value"), expected=right, observed=value)


def _age(known: Subject, channel: str, at: Any) -> str:  # noqa: ANN401 -- a datetime
    """Which of the channel's observations it is instead."""
    times = sorted(moment(row) for row in known.rows if row.text("channelId") == channel)
    texts = {row.text("phenomenonTime"): moment(row) for row in known.rows if row.text("channelId") == channel}
    if at == times[0]:
        return f"{at.isoformat()}: the oldest"
    if at == texts[max(texts, key=str)]:
        return f"{at.isoformat()}: the greatest as a text, not the newest"
    return f"{at.isoformat()}: {'the last to come' if at in times else 'not among those listed'}"


# --- aggregates -------------------------------------------------------------------------------------------------------


@requirement("AIF-054")
def test_aggregates_match_the_listed_values(sut: Sut) -> Iterator[Observation]:
    """Count, sum, mean, least, greatest of two channels, over all and over a part of the time, flags N and S only."""
    known = subject(sut, "054")
    if known is None:
        return
    for channel in known.channels()[:CHANNELS]:
        rows = [row for row in known.rows if row.text("channelId") == channel]
        for low, high in _spans(known):
            yield from _aggregated(known, channel, rows, {"from": written(low), "to": written(high)}, (low, high))


def _spans(known: Subject) -> Iterator[tuple[datetime, datetime]]:
    """Two times, whose ends are no instants of observations; those of a device in use lie between known ones."""
    gaps = known.gaps
    first, last = gaps[0], gaps[-1]
    if known.own:
        first, last = known.instants[0] - NARROW, known.instants[-1] + NARROW
    for low, high in ((first, last), (first, gaps[len(gaps) // 2])):
        if low < high:
            yield low, high


def _aggregated(
    known: Subject, channel: str, rows: list[Record], bounds: Row, times: tuple[Any, Any]
) -> Iterator[Observation]:
    seen = known.sut.ask(AGGREGATE, deviceId=known.device, channelId=channel, **bounds).record
    yield from schema.conforms(seen, SCHEMA)
    inside = [row for row in rows if times[0] <= moment(row) < times[1]]
    right = numbers(inside)
    mistakes = {
        "flags other than N and S are counted": numbers(inside, any_flag=True),
        "the time is ignored": numbers(rows),
        "the time and the flags are ignored": numbers(rows, any_flag=True),
    }
    figures = {name: told for name, compute in FIGURES.items() if (told := compute(right)) is not None}
    if not all(agrees(name, seen.number(name), wanted) for name, wanted in figures.items()) and not known.holds_still():
        return
    for name, wanted in figures.items():  # where nothing counts, the figures but the count are not said
        told, compute = seen.number(name), FIGURES[name]
        likely = next((why for why, values in mistakes.items() if agrees(name, told, compute(values))), None)
        observed = f"{told} ({likely})" if likely else told
        expected = f"{channel} {name} {wanted} of {len(right)}"
        yield expect(agrees(name, told, wanted), seen.at(name), expected=expected, observed=observed)


def numbers(rows: list[Record], *, any_flag: bool = False) -> list[Decimal]:
    """The values that count."""
    found = (row.number("value") for row in rows if any_flag or row.text("flag") in COUNTED)
    return [value for value in found if value is not None]


FIGURES: dict[str, Callable[[list[Decimal]], Decimal | None]] = {
    "count": lambda values: Decimal(len(values)),
    "sum": lambda values: sum(values, Decimal(0)) if values else None,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "mean": lambda values: sum(values, Decimal(0)) / len(values) if values else None,
}


def agrees(name: str, told: Decimal | None, wanted: Decimal | None) -> bool:
    """Whether a figure is right: a mean may be rounded to the digits that it shows, a sum carry the noise of floats."""
    if told is None or wanted is None:
        return told is None and wanted is None
    gap = abs(told - wanted)
    if name in ("count", "min", "max"):
        return not gap
    noise = CLOSE * max(Decimal(1), abs(wanted))
    digits = Decimal(1).scaleb(min(int(told.as_tuple().exponent), -1)) if name == "mean" else Decimal(0)
    return gap <= max(noise, digits * HALF)


# --- speed ------------------------------------------------------------------------------------------------------------


@requirement("AIF-078")
def test_latest_values_come_in_time(sut: Sut) -> Iterator[Observation]:
    """Of 20 latest queries the 19th fastest takes no longer than is declared."""
    known = subject(sut, "078")
    if known is None:
        return
    marks: list[Row] = [
        {"deviceId": known.device, ":X-Request-Id": f"{sut.prefix}latest-{number}"} for number in range(SAMPLES)
    ]
    replies = [sut.ask(LATEST, **mark) for mark in marks]
    taken = sorted(reply.elapsed for reply in replies)[RANK - 1]
    most = _declared(sut)
    yield expect(taken <= most, replies[-1].at(), expected=f"p95 at most {most} s", observed=f"{taken:.2f} s")


def _declared(sut: Sut) -> float:
    try:
        found = capability(sut).number("latestSeconds")
    except SzxcError:  # no capability statement declares nothing
        found = None
    return float(found) if found is not None and found > 0 else DEFAULT_SECONDS

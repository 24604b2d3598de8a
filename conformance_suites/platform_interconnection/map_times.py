"""Times of features. Which property is its time the server alone decides: any that explains its answers will do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING

from .map_geometry import Lies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_szxc import Record

MOMENT, DAY = timedelta(seconds=1), timedelta(days=1)
MOST_MEMBERS = 6
"""Properties that are looked at as times, in their order."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
FAR = datetime(2999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that is asked for; ``None`` leaves an end open."""

    begin: datetime | None
    end: datetime | None

    def __str__(self) -> str:
        return "/".join(_written(at) for at in (self.begin, self.end))


@dataclass(frozen=True, slots=True)
class Clock:
    """Two members of ``properties`` that tell when a feature begins and ends; mostly the same one twice."""

    begin: str
    end: str

    def lies(self, feature: Record, span: Span) -> Lies:
        """How a feature's time lies to a span; near an end nothing is said, nor of a feature without a time."""
        begin, end = time_of(feature, self.begin), time_of(feature, self.end)
        if begin is None or end is None:
            return Lies.UNSURE
        (first, slack), (last, more) = begin, end
        slack = max(slack, more)
        if (span.end and first > span.end + slack) or (span.begin and last < span.begin - slack):
            return Lies.OUT
        if (span.end and first > span.end - slack) or (span.begin and last < span.begin + slack):
            return Lies.UNSURE
        return Lies.IN


def time_of(feature: Record, member: str) -> tuple[datetime, timedelta] | None:
    """The time in a member, and how far it may be off: a day where neither hour or offset is told."""
    written = _property(feature, member)
    if not isinstance(written, str) or not _DATE.match(written):
        return None
    try:
        at = datetime.fromisoformat(written.strip().replace(" ", "T"))
        return (at.astimezone(UTC), MOMENT) if at.tzinfo else (at.replace(tzinfo=UTC), DAY)
    except (ValueError, OverflowError):
        return None


def _property(feature: Record, member: str) -> object:
    properties = feature.get("properties")
    return properties.get(member) if isinstance(properties, dict) else None


def clocks(features: Sequence[Record]) -> list[Clock]:
    """Every reading of times that the features allow: each member that is a time in them, and pairs of such.

    Some features may have no time; what a member says is a time, or it is none.
    """
    members = [name for name in _members(features) if _is_time(features, name)]
    single = [Clock(name, name) for name in members[:MOST_MEMBERS]]
    pairs = [Clock(*pair) for pair in permutations(members[:MOST_MEMBERS], 2) if _is_ordered(features, *pair)]
    return [*single, *pairs]


def _members(features: Sequence[Record]) -> list[str]:
    told = (properties for feature in features if isinstance(properties := feature.get("properties"), dict))
    return list(dict.fromkeys(name for properties in told for name in properties))


def _is_time(features: Sequence[Record], member: str) -> bool:
    """Whether a member is a time wherever it says something, and says something in most features."""
    saying = [feature for feature in features if _property(feature, member) is not None]
    return 2 * len(saying) > len(features) and all(time_of(feature, member) for feature in saying)


def _is_ordered(features: Sequence[Record], begin: str, end: str) -> bool:
    pairs = [(time_of(feature, begin), time_of(feature, end)) for feature in features]
    both = [(first, last) for first, last in pairs if first and last]
    return bool(both) and all(first[0] <= last[0] for first, last in both)


def extent_of(features: Sequence[Record], clock: Clock) -> tuple[datetime, datetime]:
    """First and last time of features that all have one."""
    begins = [found[0] for feature in features if (found := time_of(feature, clock.begin))]
    ends = [found[0] for feature in features if (found := time_of(feature, clock.end))]
    return min(begins), max(ends)


def declared(collection: Record, features: Sequence[Record], known: Sequence[Clock]) -> list[Clock]:
    """The readings that have the extent in time that a collection declares, by a day."""
    intervals = collection.get("extent.temporal.interval")
    first = intervals[0] if isinstance(intervals, list) and intervals else None
    if not isinstance(first, list) or len(first) != 2:  # noqa: PLR2004 -- begin and end
        return []
    begin, end = (instant(str(at)) for at in first)
    if begin is None or end is None:
        return []
    return [
        clock
        for clock in known
        if all(abs(own - said) <= DAY for own, said in zip(extent_of(features, clock), (begin, end), strict=True))
    ]


def instant(written: str) -> datetime | None:
    """The instant of a date or date-time; without an offset it is UTC, ``None`` for anything else."""
    try:
        at = datetime.fromisoformat(written)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def spans(features: Sequence[Record], clock: Clock) -> list[Span]:
    """What is asked: each half of the time, its middle, and a time to come; nothing where all have the same time."""
    times = sorted(found[0] for feature in features if (found := time_of(feature, clock.begin)))
    if len(set(times)) < 2:  # noqa: PLR2004 -- halves of one time are none
        return []
    half = _between(times, len(times) // 2)
    quarters = _between(times, max(1, len(times) // 4)), _between(times, max(1, 3 * len(times) // 4))
    return [Span(None, half), Span(half, None), Span(*quarters), Span(FAR, None)]


def _between(times: Sequence[datetime], index: int) -> datetime:
    """A whole second between two times that follow each other."""
    return (times[index - 1] + (times[index] - times[index - 1]) / 2).replace(microsecond=0)


def _written(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else ".."

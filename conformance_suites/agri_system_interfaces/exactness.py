"""What happened to a value or a time on its way: the likely mistake, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_szxc import Record

HALF = Decimal("0.5")
MOST_DIGITS = 6
SECOND = 1.0
HOUR, QUARTER, DAY = 3600, 900, 26 * 3600


def is_exact(sent: int | Decimal, seen: Any, step: Decimal) -> bool:  # noqa: ANN401 -- as it came
    """Whether a number that is shown is the one that was sent, to the channel's resolution."""
    number = _number(seen)
    return number is not None and abs(number - Decimal(sent)) < step * HALF


def fate(sent: int | Decimal, seen: Any) -> str:  # noqa: ANN401 -- as it came
    """What became of a number, as far as it can be told: rounded, cut off, a text, another one."""
    number = _number(seen)
    if number is None:
        return "not shown" if seen is None else "a text for a number" if isinstance(seen, str) else "no number"
    for digits in range(MOST_DIGITS):
        place = Decimal(1).scaleb(-digits)
        for way in (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_DOWN):
            if Decimal(sent).quantize(place, way) == number:
                return f"{'cut off' if way == ROUND_DOWN else 'rounded'} to {digits} decimals"
    if number == -Decimal(sent):
        return "sign lost"
    return "another value"


def is_same_time(sent: str, record: Record) -> bool:
    """Whether the time that is shown is the instant that was sent, in whatever notation."""
    seen = record.time("phenomenonTime")
    return seen is not None and abs((seen - datetime.fromisoformat(sent)).total_seconds()) < SECOND


def about_time(sent: str, record: Record) -> bool:
    """Whether a time that is shown is the one that was sent but for a whole number of quarters of an hour.

    A time that is none, or has no offset, is looked at as if it were UTC.
    """
    seen = record.time("phenomenonTime") or _unzoned(record.text("phenomenonTime"))
    if seen is None:
        return False
    gap = abs((seen - datetime.fromisoformat(sent)).total_seconds())
    rest = gap % QUARTER
    return gap < DAY and min(rest, QUARTER - rest) < SECOND


def _unzoned(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=UTC)
    except ValueError:
        return None


def time_fate(sent: str, record: Record) -> str:
    """What became of a time: its offset dropped, shifted by some hours, not a time."""
    seen, wanted = record.time("phenomenonTime"), datetime.fromisoformat(sent)
    if seen is None:
        return "no time with an offset"
    gap, offset = (seen - wanted).total_seconds(), wanted.utcoffset()
    if offset and abs(gap - offset.total_seconds()) < SECOND:
        return f"offset dropped: {gap / HOUR:+g} h"
    if offset and abs(gap + offset.total_seconds()) < SECOND:
        return f"offset applied twice: {gap / HOUR:+g} h"
    return f"shifted by {gap / HOUR:+.4g} h"


def _number(seen: Any) -> Decimal | None:  # noqa: ANN401 -- as it came
    usable = isinstance(seen, int | Decimal) and not isinstance(seen, bool)
    return Decimal(seen) if usable else None

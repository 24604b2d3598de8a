"""Working days where no calendar is given: weekends are known, holidays are given the benefit of the doubt.

In each period in which statutory holidays fall (``tables/holiday_periods.csv``) as many weekdays are taken to be free
as ever were; weekends that were worked are not counted. So nothing is called late that some year's calendar allows.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta, timezone

from . import cascade_tables as tables

BEIJING = timezone(timedelta(hours=8))
SATURDAY = 5
LONGEST = 250
"""Working days of a year; a longer limit counts as so many."""
_DAY = timedelta(days=1)
_END = date.max - timedelta(days=800)


def beijing_day(moment: datetime) -> date:
    """The date in Beijing of an aware instant; at the ends of the calendar the date as it is written."""
    try:
        return moment.astimezone(BEIJING).date()
    except OverflowError:
        return moment.date()


def latest(day: date, limit: int) -> date:
    """The last day on which something is certainly still within a limit of working days that begins after ``day``."""
    if day > _END:
        return date.max
    free: Counter[str] = Counter()
    left = min(limit, LONGEST)
    while left:
        day += _DAY
        if day.weekday() < SATURDAY and not _may_be_free(day, free):
            left -= 1
    return day


def _may_be_free(day: date, free: Counter[str]) -> bool:
    """Whether a weekday may be a holiday; takes it off what its period has left."""
    written = f"{day:%m-%d}"
    for period in tables.rows("holiday_periods"):
        if _lies_in(written, period["from"], period["to"]) and free[period["code"]] < int(period["weekdays"]):
            free[period["code"]] += 1
            return True
    return False


def _lies_in(written: str, first: str, last: str) -> bool:
    return first <= written <= last if first <= last else written >= first or written <= last

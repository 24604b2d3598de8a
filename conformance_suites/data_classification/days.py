"""Days as the catalogue's readers count them: dates in Beijing time, calendar months."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc import Record

BEIJING = timezone(timedelta(hours=8))
RUN = timedelta(hours=1)
"""By how much a time may lie after the instant at which a run judges: clocks differ, and a run takes its time."""
_MONTHS = 12
_DAY = re.compile("[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")


def beijing_day(moment: datetime) -> date:
    """The date in Beijing of an aware instant; at the ends of the calendar the date as it is written."""
    try:
        return moment.astimezone(BEIJING).date()
    except OverflowError:
        return moment.date()


def is_no_day(text: str | None) -> bool:
    """Whether a text begins like a date, and the calendar has no such day (``2026-02-30``)."""
    if text is None or not _DAY.match(text):
        return False
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return True
    return False


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month; ``date.max`` beyond the calendar."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_update(entry: Record) -> datetime | None:
    """When the data of an entry were last updated: ``lastUpdated``, else the end of the day of publication."""
    published = entry.date("publishDate")
    end = datetime.combine(published, time.max, BEIJING) if published else None
    return entry.time("lastUpdated") or end

"""Date-times of a whole column at once: texts in the declared time profile → microseconds since 1970, UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    Ints = np.ndarray[Any, np.dtype[np.int64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]
    Matrix = np.ndarray[Any, np.dtype[Any]]

MISSING = -(2**63)
"""What stands where there is no time."""
BEIJING_US = 8 * 3_600_000_000
OK, BLANK, NOT_A_TIME, NO_OFFSET, TIME_PROFILE = range(5)
KINDS = {BLANK: "blank", NOT_A_TIME: "not-a-time", NO_OFFSET: "no-offset", TIME_PROFILE: "time-profile"}
_WIDTH = 40
_FRACTION = 9
_MARKS = ((4, "-"), (7, "-"), (13, ":"), (16, ":"))
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_SECONDS, _ZONE, _COMPACT, _LONGEST_EPOCH = 19, 6, 14, 16
_MONTHS, _HOURS, _MINUTES, _FEBRUARY, _LEAP_DAY = 12, 24, 60, 2, 29
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True, slots=True)
class Times:
    """Times of a column.

    Attributes:
        us: microseconds since 1970-01-01, UTC (n,); ``MISSING`` where there is none.
        kinds: what is wrong with each (n,): ``OK`` or a key of ``KINDS``. One without offset is read as Beijing time.
    """

    us: Ints
    kinds: Ints


def times_of(texts: Sequence[str | None], time_profile: str) -> Times:
    """The times that texts write.

    Args:
        texts: the cells; ``None`` and blanks hold none.
        time_profile: how the vendor writes times, see ``canonical.TIME_PROFILES``; RFC 3339 is always understood. What
            is written in another way that can be understood is read, and named ``no-offset`` or ``time-profile``.
    """
    found = Times(np.full(len(texts), MISSING), np.full(len(texts), NOT_A_TIME))
    if time_profile == "epoch-ms":
        return _epochs(texts, found)
    if not texts:
        return found
    drawn = np.array(["" if text is None else text for text in texts], dtype=f"U{_WIDTH}")
    letters = drawn.view(np.int32).reshape(len(texts), _WIDTH)
    lengths = np.count_nonzero(letters, axis=1)
    blank = lengths == 0
    for row in np.flatnonzero((lengths < _COMPACT) & ~blank).tolist():
        blank[row] = not (texts[row] or "").strip()
    found.kinds[blank] = BLANK
    for length in np.unique(lengths[~blank]):
        _of_length(letters, np.flatnonzero((lengths == length) & ~blank), int(length), time_profile, found)
    return found


def _of_length(letters: Matrix, rows: Ints, length: int, time_profile: str, found: Times) -> None:
    if length == _COMPACT:
        if time_profile == "compact":
            _compact(letters[rows, :length], rows, found)
        return
    if _SECONDS <= length < _WIDTH:
        signs = letters[rows, length - _ZONE]
        zone = np.isin(signs, (ord("+"), ord("-"))) & (length >= _SECONDS + _ZONE)
        zulu = np.isin(letters[rows, length - 1], (ord("Z"), ord("z")))
        for suffix, chosen in ((1, zulu), (_ZONE, zone & ~zulu), (0, ~zone & ~zulu)):
            if chosen.any():
                _written(letters[rows[chosen], :length], rows[chosen], length - suffix, time_profile, found)


def _written(cells: Matrix, rows: Ints, bare: int, time_profile: str, found: Times) -> None:
    """Cells of one length, of which ``bare`` characters are date and time, and the rest is the offset."""
    fraction, well = _fraction_us(cells, bare)
    well &= np.all([cells[:, at] == ord(mark) for at, mark in _MARKS], axis=0) & _numeric(cells[:, _DIGITS])
    spaced = cells[:, 10] == ord(" ")
    well &= spaced | np.isin(cells[:, 10], (ord("T"), ord("t")))
    seconds, real = _seconds(cells[:, _DIGITS].astype(np.int64) - ord("0"))
    offset, in_day = _offset_us(cells[:, bare:])
    well &= real & in_day
    found.us[rows[well]] = (seconds * 1_000_000 + fraction - offset)[well]
    found.kinds[rows[well]] = _kinds(spaced[well], time_profile, zoned=cells.shape[1] > bare)


def _kinds(spaced: Flags, time_profile: str, *, zoned: bool) -> Ints:
    if zoned:
        return np.where(spaced & (time_profile != "offset-space"), TIME_PROFILE, OK)
    return np.where(spaced & (time_profile == "beijing"), OK, NO_OFFSET)


def _compact(cells: Matrix, rows: Ints, found: Times) -> None:
    seconds, real = _seconds(cells.astype(np.int64) - ord("0"))
    well = real & _numeric(cells)
    found.us[rows[well]] = seconds[well] * 1_000_000 - BEIJING_US
    found.kinds[rows[well]] = OK


def _seconds(digits: Matrix) -> tuple[Ints, Flags]:
    """Seconds since 1970 of fourteen digits (n, 14), as if they were UTC, and whether there is such a time."""
    year = digits[:, 0] * 1000 + digits[:, 1] * 100 + digits[:, 2] * 10 + digits[:, 3]
    month, day, hour, minute, second = (digits[:, at] * 10 + digits[:, at + 1] for at in (4, 6, 8, 10, 12))
    real = (year >= 1) & (month >= 1) & (month <= _MONTHS) & (day >= 1)
    real &= (hour < _HOURS) & (minute < _MINUTES) & (second <= _MINUTES)
    month = np.where(real, month, 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    real &= (day <= _DAYS[month]) & ((month != _FEBRUARY) | (day < _LEAP_DAY) | leap)
    return _days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second, real


def _days(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970-01-01 in the proleptic Gregorian calendar, years counted from March."""
    year = year - (month <= _FEBRUARY)
    from_march = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days: Ints = 365 * year + year // 4 - year // 100 + year // 400 + from_march - 719_468
    return days


def _fraction_us(cells: Matrix, bare: int) -> tuple[Ints, Flags]:
    """Microseconds of the digits after the second, and whether there are none or one to nine."""
    us = np.zeros(len(cells), dtype=np.int64)
    count = bare - _SECONDS - 1
    if count == -1:
        return us, np.ones(len(cells), dtype=bool)
    if not 1 <= count <= _FRACTION:
        return us, np.zeros(len(cells), dtype=bool)
    digits = cells[:, _SECONDS + 1 : bare]
    for place in range(min(count, 6)):
        us += (digits[:, place].astype(np.int64) - ord("0")) * 10 ** (5 - place)
    well = _numeric(digits)
    well &= cells[:, _SECONDS] == ord(".")
    return us, well


def _offset_us(suffix: Matrix) -> tuple[Ints, Flags]:
    """How far local time is ahead of UTC, and whether the offset is one; no offset is Beijing's."""
    if suffix.shape[1] < _ZONE:
        return np.full(len(suffix), 0 if suffix.shape[1] else BEIJING_US), np.ones(len(suffix), dtype=bool)
    digits = suffix[:, (1, 2, 4, 5)].astype(np.int64) - ord("0")
    hours, minutes = digits[:, 0] * 10 + digits[:, 1], digits[:, 2] * 10 + digits[:, 3]
    sign = np.where(suffix[:, 0] == ord("-"), -1, 1)
    well = (suffix[:, 3] == ord(":")) & _numeric(suffix[:, (1, 2, 4, 5)]) & (hours < _HOURS) & (minutes < _MINUTES)
    return sign * (hours * 60 + minutes) * 60_000_000, well


def _numeric(cells: Matrix) -> Flags:
    well: Flags = np.logical_and.reduce((cells >= ord("0")) & (cells <= ord("9")), axis=1)
    return well


def _epochs(texts: Sequence[str | None], found: Times) -> Times:
    for row, text in enumerate(texts):
        bare = (text or "").strip()
        if not bare:
            found.kinds[row] = BLANK
        elif len(bare) < _LONGEST_EPOCH and bare.removeprefix("-").isdecimal() and bare.isascii():
            found.us[row], found.kinds[row] = int(bare) * 1000, OK
    rows = np.flatnonzero(found.kinds == NOT_A_TIME)
    if len(rows):  # written with an offset after all
        plain = times_of([texts[row] for row in rows.tolist()], "rfc3339")
        found.us[rows], found.kinds[rows] = plain.us, plain.kinds
    return found

"""Coming to the line (F9), headings (F13), speed: what one stretch of driving shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from pytest_szxc.checks.trajectory.lines import rows_of, whole_rows

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

STILL_STEPS, STILL_M, STILL_WAY_M = 64, 0.1, 0.3
"""A machine stands where 64 steps that come to more than 0.3 m keep within 0.1 m of where they begin."""


def travelled_m(points: ArrayLike) -> Floats:
    """Way travelled up to each of n points (n, 2); points with a NaN are passed over.

    What noise moves a standing machine is no way: in 20 minutes at 10 Hz it would come to 100 m.
    """
    rows = rows_of(points)
    way = np.zeros(len(rows))
    kept = np.nonzero(whole_rows(rows))[0]
    steps = np.hypot(*np.diff(rows[kept], axis=0).T)
    steps[trembling(rows[kept], steps)] = 0.0
    way[kept[1:]] = steps
    return np.cumsum(way)


def trembling(rows: Floats, steps: Floats) -> NDArray[np.bool_]:
    """Which steps (n − 1,) between points (n, 2) lead nowhere: many of them, and never further than noise reaches."""
    found = np.zeros(len(steps), dtype=bool)
    if len(steps) < STILL_STEPS:
        return found
    upto = np.concatenate(([0.0], np.cumsum(steps)))
    still = upto[STILL_STEPS:] - upto[:-STILL_STEPS] > STILL_WAY_M
    for ahead in range(STILL_STEPS, 0, -STILL_STEPS // 8):
        begins = np.nonzero(still)[0]
        still[begins] = np.hypot(*(rows[begins + ahead] - rows[begins]).T) <= STILL_M
    marks = np.zeros(len(steps) + 1, dtype=np.int64)
    marks[:-STILL_STEPS] += still
    marks[STILL_STEPS:] -= still
    moving_nowhere: NDArray[np.bool_] = np.cumsum(marks[:-1]) > 0
    return moving_nowhere


def on_line_row(
    points: ArrayLike, errors_m: ArrayLike, engaged: ArrayLike, tolerance_m: float, hold_m: float = 10.0
) -> tuple[int, int] | None:
    """The row where the system was first engaged, and the row from which it holds the line.

    Args:
        points: (n, 2) of one pass.
        errors_m: n cross-track errors; NaN is not on the line.
        engaged: n.
        tolerance_m: the largest |error| of a machine on its line.
        hold_m: the way on which it has to stay so.

    Returns:
        None where the system was not engaged, or does not hold the line until it is disengaged or the log ends.
    """
    engagement = first_engagement(engaged)
    return engagement and held_from(travelled_m(points), errors_m, engagement, tolerance_m, hold_m)


def held_from(
    way: Floats, errors_m: ArrayLike, engagement: tuple[int, int], tolerance_m: float, hold_m: float
) -> tuple[int, int] | None:
    """The first row of an engagement, and the row from which the line is held."""
    start, end = engagement
    first, last = stretches(np.abs(np.asarray(errors_m, dtype=np.float64)[start:end]) <= tolerance_m)
    long = np.nonzero(way[start + last] - way[start + first] >= hold_m)[0]
    return (start, start + int(first[long[0]])) if len(long) else None


def stretches(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last rows of the stretches in which a mask is true."""
    edges = np.diff(np.concatenate(([False], mask, [False])).astype(np.int8))
    return np.nonzero(edges > 0)[0], np.nonzero(edges < 0)[0] - 1


def first_engagement(engaged: ArrayLike) -> tuple[int, int] | None:
    """The first stretch of rows in which the system is engaged: its first row, and the row after its last."""
    first, last = stretches(np.asarray(engaged, dtype=bool))
    return (int(first[0]), int(last[0]) + 1) if len(first) else None


def on_line_distance_m(  # noqa: PLR0913 -- the columns of the log and the terms of F9
    points: ArrayLike,
    errors_m: ArrayLike,
    engaged: ArrayLike,
    tolerance_m: float,
    hold_m: float = 10.0,
    *,
    never_after_m: float = 50.0,
) -> float | None:
    """Way from engaging to the first point from which the line is held (F9).

    Args:
        points: (n, 2) of one pass; the way is measured along them.
        errors_m: n cross-track errors; NaN is not on the line.
        engaged: n; the first stretch of engaged rows is looked at.
        tolerance_m: the largest |error| of a machine on its line.
        hold_m: the way on which it has to stay so.
        never_after_m: who has been off the line for longer than this is not on its way to it any more.

    Returns:
        ∞ where the machine drove ``never_after_m`` without coming to its line. None where the log does not show it: the
        system is not engaged, or it is disengaged (or the log ends) before.
    """
    way, engagement = travelled_m(points), first_engagement(engaged)
    if engagement is None:
        return None
    rows = held_from(way, errors_m, engagement, tolerance_m, hold_m)
    if rows:
        return float(way[rows[1]] - way[rows[0]])
    start, end = engagement
    off = np.nonzero(~(np.abs(np.asarray(errors_m, dtype=np.float64)[start:end]) <= tolerance_m))[0]
    lost = len(off) > 0 and way[start + off[-1]] - way[start] > never_after_m
    return math.inf if lost else None


@overload
def wrapped_deg(difference: float) -> float: ...
@overload
def wrapped_deg(difference: Floats) -> Floats: ...
def wrapped_deg(difference: float | Floats) -> float | Floats:
    """A difference of headings in −180 (included) to 180 degrees (F13)."""
    return (difference + 540.0) % 360.0 - 180.0


def speed_error_pct(speed_mps: ArrayLike, set_mps: ArrayLike) -> Floats | None:
    """Deviation of the speed from the set speed, in percent of it, sample by sample: |v − v_set| / v_set.

    Args:
        speed_mps: n.
        set_mps: n, or one for all; a sample whose set speed is not above 0 gives NaN.

    Returns:
        None where no sample has both.
    """
    speed, wanted = np.broadcast_arrays(np.asarray(speed_mps, float), np.asarray(set_mps, float))
    error = np.abs(speed - wanted) / np.where(wanted > 0, wanted, np.nan) * 100
    return error if np.isfinite(error).any() else None


@dataclass(frozen=True, slots=True)
class StopStart:
    """One stop and the start after it.

    Attributes:
        stop_row: the first row at standstill.
        start_row: the first row that moves again.
        relative_m: max |e| of the first metres after the start, less mean |e| of the last metres before the stop.
        largest_m: the plain max |e| of the first metres after the start.
    """

    stop_row: int
    start_row: int
    relative_m: float
    largest_m: float


def stop_start_errors_m(  # noqa: PLR0913 -- the columns of the log and the terms of F10
    points: ArrayLike,
    errors_m: ArrayLike,
    speed_mps: ArrayLike,
    *,
    standstill_mps: float = 0.1,
    before_m: float = 10.0,
    after_m: float = 5.0,
) -> tuple[StopStart, ...]:
    """What each stop does to the cross-track error (F10).

    Args:
        points: (n, 2) of one pass.
        errors_m: n cross-track errors; NaN is left out.
        speed_mps: n; a NaN keeps the state of the row before.
        standstill_mps: below this the machine stands.
        before_m: the way before the stop that is looked at; all of it has to be in the log.
        after_m: the same after the start.

    Returns:
        The whole stops. One with which the log begins or ends, or without the ways before and after, is none of them.
    """
    way, errors = travelled_m(points), np.abs(np.asarray(errors_m, dtype=np.float64))
    found = []
    for stop, last in zip(*stretches(at_standstill(speed_mps, standstill_mps)), strict=True):
        start = int(last) + 1
        if stop == 0 or start == len(way):
            continue
        # The way that noise makes at a standstill belongs to neither side.
        before = errors[:stop][way[stop - 1] - way[:stop] <= before_m]
        after = errors[start:][way[start:] - way[start - 1] <= after_m]
        whole = way[stop - 1] - way[0] >= before_m and way[-1] - way[start - 1] >= after_m
        if whole and np.isfinite(before).any() and np.isfinite(after).any():
            largest = float(np.nanmax(after))
            found.append(StopStart(int(stop), start, largest - float(np.nanmean(before)), largest))
    return tuple(found)


def at_standstill(speed_mps: ArrayLike, standstill_mps: float) -> NDArray[np.bool_]:
    """Which rows stand; a row whose speed is no number does what the row before does."""
    speed = np.asarray(speed_mps, dtype=np.float64)
    found: NDArray[np.bool_] = last_known(speed) < standstill_mps
    return found


def last_known(values: Floats) -> Floats:
    """Each NaN replaced by the last number before it; NaN where there is none."""
    rows = np.where(np.isfinite(values), np.arange(len(values)), 0)
    return values[np.maximum.accumulate(rows)] if len(values) else values

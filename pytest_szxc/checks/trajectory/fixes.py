"""What a receiver's fix shows: how long steering lasts without corrections (F11), how long it takes to begin (F12)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pytest_szxc.checks.trajectory.motion import last_known
from pytest_szxc.checks.trajectory.samples import runs

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

RTK_FIXED = 4
BROKEN = ("limit", "disengaged")


@dataclass(frozen=True, slots=True)
class Outage:
    """One loss of corrections while the system steered.

    Attributes:
        row: the first row without the wanted fix.
        from_s: its time.
        lasted_s: from there to its end.
        ended_by: ``limit`` (the error passed it), ``disengaged``; or the steering outlived what the log shows:
            ``regained`` (the fix came back), ``unknown`` (the error is no number), ``log-end``.
    """

    row: int
    from_s: float
    lasted_s: float
    ended_by: Literal["limit", "disengaged", "regained", "unknown", "log-end"]


def outages(  # noqa: PLR0913 -- the columns of the log and the terms of F11
    t_s: ArrayLike,
    fix: ArrayLike,
    errors_m: ArrayLike,
    engaged: ArrayLike,
    limit_m: float = 0.10,
    *,
    wanted: int = RTK_FIXED,
) -> tuple[Outage, ...]:
    """Each loss of the wanted fix in an engaged system, and how it ended.

    Args:
        t_s: n times, rising.
        fix: n; a NaN keeps the state of the row before.
        errors_m: n cross-track errors, of true positions where there are any: in an outage the receiver's own are weak.
        engaged: n.
        limit_m: an |error| above it ends the endurance.
        wanted: the fix that was lost.
    """
    times, errors = np.asarray(t_s, dtype=np.float64), np.abs(np.asarray(errors_m, dtype=np.float64))
    steered = np.asarray(engaged, dtype=bool)
    fixed = last_known(np.asarray(fix, dtype=np.float64)) == wanted
    found = []
    for has_fix, start, end in runs(fixed):
        if has_fix or start == 0 or not steered[start - 1]:
            continue
        row, ended_by = outage_end(errors[start:end] > limit_m, steered[start:end], np.isnan(errors[start:end]))
        if ended_by == "regained" and end == len(times):
            row, ended_by = row - 1, "log-end"
        found.append(Outage(start, float(times[start]), float(times[start + row] - times[start]), ended_by))
    return tuple(found)


def outage_end(
    over: NDArray[np.bool_], steered: NDArray[np.bool_], unknown: NDArray[np.bool_]
) -> tuple[int, Literal["limit", "disengaged", "regained", "unknown", "log-end"]]:
    """Row of the outage at which it ended, and by what; the row after its last where nothing happened in it."""
    ends = np.nonzero(over | ~steered | unknown)[0]
    if not len(ends):
        return len(over), "regained"
    row = int(ends[0])
    if over[row]:
        return row, "limit"
    return row, "unknown" if steered[row] else "disengaged"


def endurance_s(  # noqa: PLR0913 -- the columns of the log and the terms of F11
    t_s: ArrayLike,
    fix: ArrayLike,
    errors_m: ArrayLike,
    engaged: ArrayLike,
    limit_m: float = 0.10,
    *,
    wanted_s: float = 10.0,
) -> float | None:
    """The shortest time from a loss of corrections to an error above the limit or to disengaging (F11).

    Args:
        t_s: n times, rising.
        fix: n.
        errors_m: n cross-track errors.
        engaged: n.
        limit_m: the largest |error|.
        wanted_s: an outage that ended otherwise (fix regained, end of the log) says something only from this length on;
            it counts with its length, which the endurance is at least.

    Returns:
        None where no outage says anything.
    """
    found = [
        outage.lasted_s
        for outage in outages(t_s, fix, errors_m, engaged, limit_m)
        if outage.ended_by in BROKEN or outage.lasted_s >= wanted_s
    ]
    return min(found, default=None)


def initialisation_s(  # noqa: PLR0913 -- the columns of the log and the terms of F12
    t_s: ArrayLike,
    power_on_s: float,
    fix: ArrayLike,
    wanted: int = RTK_FIXED,
    hold_s: float = 10.0,
    *,
    late_s: float = 10.0,
    never_after_s: float = 1800.0,
) -> float | None:
    """Time from power-on to the beginning of the first stretch of the wanted fix that holds (F12).

    Args:
        t_s: n times, rising; rows before power-on are of an earlier run and are left out.
        power_on_s: on the same clock.
        fix: n; a NaN is not the wanted fix.
        wanted: the fix.
        hold_s: how long it has to hold without a gap (a step above 1 s and three times the usual one).
        late_s: where the log begins with the wanted fix, it says when that came only if it begins within this time
            after power-on.
        never_after_s: a log that is longer than this without the fix shows that it does not come.

    Returns:
        ∞ where it does not come; None where the log does not show it.
    """
    times, fixes = np.asarray(t_s, dtype=np.float64), np.asarray(fix, dtype=np.float64)
    since = times >= power_on_s
    times, fixed = times[since] - power_on_s, fixes[since] == wanted
    for first, last in held(times, fixed):
        if times[last] - times[first] >= hold_s:
            return float(times[first]) if first > 0 or times[first] <= late_s else None
    without = times[~fixed]
    return math.inf if len(without) and without[-1] > never_after_s else None


def held(times: Floats, fixed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last row of each stretch that has the fix and no gap."""
    if not len(times):
        return []
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    stretch = np.concatenate(([0], np.cumsum((steps > max(3 * usual, 1.0)) | (fixed[1:] != fixed[:-1]))))
    return [(start, end - 1) for _, start, end in runs(stretch) if fixed[start]]

"""The times of a log: in order, once each, without gaps, not in the future."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.log_problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from numpy.typing import NDArray

    from pytest_szxc.checks.trajectory.log import Log
    from pytest_szxc.checks.trajectory.log_problems import Problem

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

LEAST_GAP_S, GAP_STEPS = 1.0, 3.0
AHEAD = timedelta(minutes=5)
"""How far a machine's clock may be ahead of ours."""
_FEW_STEPS = 3
_BEIJING, _NEARLY = timedelta(hours=8), timedelta(minutes=10)
_JUMP_STEPS, _JUMP_M = 5.0, 1.0
_STOOD_M, _STOOD_MPS, _CREEPING_MPS = 0.5, 0.1, 0.5
"""A machine waited that is so near to where it was, on average so slow, and no faster before and after."""


def time_problems(log: Log, now: datetime) -> Iterator[Problem]:
    """Rows out of order, a clock that was set back, times twice, gaps while the system steers, times to come."""
    yield from _order(log)
    yield from _named(log, "log.duplicate-time", duplicated(log))
    gaps = gapped(log)
    if gaps.any():
        longest = float(np.nanmax(_steps(log)[gaps]))
        yield from _named(log, "log.gap", gaps, seconds=f"{longest:.1f}")
    yield from _ahead(log, now)


def backward(log: Log) -> Mask:
    """Rows whose time lies before that of a row above them (n,)."""
    times = np.where(np.isfinite(log.t_s), log.t_s, -np.inf)
    latest = np.maximum.accumulate(times)
    found: Mask = np.isfinite(log.t_s) & (log.t_s < latest)
    return found


def duplicated(log: Log) -> Mask:
    """Rows whose time another row above them has too (n,)."""
    found = np.zeros(len(log.t_s), dtype=bool)
    timed = np.flatnonzero(np.isfinite(log.t_s))
    _, first = np.unique(log.t_s[timed], return_index=True)
    found[timed] = True
    found[timed[first]] = False
    return found


def gapped(log: Log) -> Mask:
    """Rows before which samples are missing while the system steers (n,): more than three usual steps, and 1 s.

    Loggers that record only while a machine works, or only while it moves, are legal: from one pass to the next nothing
    is missed that a pass shows, nor where the machine stands before and after in the same place.
    """
    steps = _steps(log)
    found: Mask = steps > gap_limit_s(log)
    if log.engaged is not None:
        found[1:] &= log.engaged[1:] & log.engaged[:-1]
    rows = np.flatnonzero(found)
    found[rows] = ~(_between_passes(log, rows) | _waiting(log, rows))
    return found


def turn_gap(log: Log) -> Problem | None:
    """Where samples between passes are missing while the system steers: what the machine did there nobody knows.

    No problem of the passes, and so none of ``problems``; of who judges turns and zones it is.
    """
    if log.engaged is None or log.pass_id is None:
        return None
    steps = _steps(log)
    long = steps > gap_limit_s(log)
    long[1:] &= log.engaged[1:] & log.engaged[:-1]
    rows = np.flatnonzero(long)
    rows = rows[_between_passes(log, rows) & ~_waiting(log, rows)]
    if not len(rows):
        return None
    return problem(log, "log.turn-gap", len(rows), log.row_numbers[rows[:6]], seconds=f"{steps[rows].max():.1f}")


def hours_off(log: Log, began: datetime | None) -> Iterator[Problem]:
    """A log that begins eight hours before or after its session: UTC was written as Beijing time, or the reverse."""
    if began is None or began.tzinfo is None:
        return
    off = log.start - began
    if abs(abs(off) - _BEIJING) <= _NEARLY:
        first, hours = log.row_numbers[:6].tolist(), off.total_seconds() / 3600
        yield problem(log, "log.eight-hours", log.table.rows, first, usable=False, hours=f"{hours:+.1f}")


def _between_passes(log: Log, rows: NDArray[np.int64]) -> Mask:
    """Before which of these rows one pass ends, and with them the next begins."""
    if log.pass_id is None:
        return np.zeros(len(rows), dtype=bool)
    before, after = log.pass_id[rows - 1], log.pass_id[rows]
    found: Mask = (before != after) & (before != "") & (after != "")
    return found


def _waiting(log: Log, rows: NDArray[np.int64]) -> Mask:
    """At which of these rows the machine stands where it stood at the row above."""
    moved = np.hypot(*(log.points_m[rows] - log.points_m[rows - 1]).T)
    found: Mask = (moved <= _STOOD_M) & (moved <= _STOOD_MPS * _steps(log)[rows])
    if log.speed_mps is not None:
        fastest = np.fmax(np.abs(log.speed_mps[rows]), np.abs(log.speed_mps[rows - 1]))
        found &= ~(fastest > _CREEPING_MPS)
    return found


def gap_limit_s(log: Log) -> float:
    """The longest time from row to row that is no gap."""
    return float(np.fmax(GAP_STEPS * usual_step_s(log), LEAST_GAP_S))


def usual_step_s(log: Log) -> float:
    """The median time from row to row; NaN of a log without two rows in order."""
    steps = _steps(log)
    forward = steps[steps > 0]
    return float(np.median(forward)) if len(forward) else float("nan")


def _steps(log: Log) -> Floats:
    """Seconds since the row above (n,); NaN for the first, and where either has no time."""
    return np.concatenate(([np.nan], np.diff(log.t_s)))


def _order(log: Log) -> Iterator[Problem]:
    """A log that is not in order is none; but a clock that was set back leaves the way as it was."""
    late = backward(log)
    if not late.any():
        return
    back = np.flatnonzero(_steps(log) < 0)
    if len(back) <= _FEW_STEPS and not _jumps(log, back):
        seconds = -float(_steps(log)[back].min())
        yield problem(log, "log.clock-back", len(back), log.row_numbers[back], seconds=f"{seconds:.1f}")
    else:
        yield problem(log, "log.unsorted", int(late.sum()), log.row_numbers[back], usable=False)


def _jumps(log: Log, rows: NDArray[np.int64]) -> bool:
    """Whether the machine is elsewhere at these rows than at those above them."""
    way = np.hypot(*np.diff(log.points_m, axis=0).T)
    usual = float(np.nanmedian(way)) if np.isfinite(way).any() else 0.0
    return bool((way[rows - 1] > _JUMP_STEPS * usual + _JUMP_M).any())


def _ahead(log: Log, now: datetime) -> Iterator[Problem]:
    limit = (now + AHEAD - log.start).total_seconds()
    yield from _named(log, "log.future", log.t_s > limit)


def _named(log: Log, code: str, which: Mask, **params: str) -> Iterator[Problem]:
    rows = np.flatnonzero(which)
    if len(rows):
        yield problem(log, code, len(rows), log.row_numbers[rows[:6]], usable=True, **params)

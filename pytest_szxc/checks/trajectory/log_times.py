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
_JUMP_STEPS, _JUMP_M = 5.0, 1.0


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
    """Rows before which samples are missing while the system steers (n,): more than three usual steps, and 1 s."""
    steps = _steps(log)
    limit = max(GAP_STEPS * usual_step_s(log), LEAST_GAP_S)
    found: Mask = steps > limit
    if log.engaged is not None:
        found[1:] &= log.engaged[1:] & log.engaged[:-1]
    return found


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

"""The positions of a log against its own speed, heading and fix: what no machine on a field can look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.log import positions_deg
from pytest_szxc.checks.trajectory.log_problems import problem
from pytest_szxc.checks.trajectory.log_times import gap_limit_s
from pytest_szxc.checks.trajectory.motion import stretches, wrapped_deg
from pytest_szxc.checks.trajectory.projection import metres_per_degree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pytest_szxc.checks.trajectory.log import Log
    from pytest_szxc.checks.trajectory.log_problems import Problem

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

LEAP_M, LEAP_MPS = 2.0, 30.0
"""No machine goes so far so fast; float and fixed solutions lie nearer to each other."""
_FASTEST_MPS = 100.0
STUCK_S, STUCK_M, STUCK_STEPS = 3.0, 3.0, 3.0
ASKEW_DEG, _LEAST_STEP_M, _LEAST_SAMPLES = 30.0, 0.05, 20
"""No machine goes so far askew, and none that reverses does."""
NO_FIX = 0


def position_problems(log: Log) -> Iterator[Problem]:
    """Positions that leap, are stuck, are none, or cannot be brought to the vehicle point; headings that are wrong."""
    for code, which in (
        ("log.leap", leaping(log)),
        ("log.stuck", stuck(log)),
        ("log.zero-position", needed(log) & _at_zero(log)),
        ("log.unreduced", unreduced(log)),
    ):
        rows = np.flatnonzero(which)
        if len(rows):
            yield problem(log, code, len(rows), log.row_numbers[rows[:6]])
    off = askew_deg(log)
    if off is not None:
        rows = log.row_numbers[:6].tolist()
        yield problem(log, "log.heading", len(log.row_numbers), rows, usable=False, degrees=f"{off:.0f}")


def leaping(log: Log) -> Mask:
    """Rows to which the position leaps from the row above, while the system steers and the fix stays the same (n,).

    Where the fix changes it may well leap: from a single solution to a fixed one by metres. From one pass to the next
    it is of no account.
    """
    way, time = moves(log)
    found = np.zeros(len(log.t_s), dtype=bool)
    found[1:] = (time > 0) & (way > LEAP_M) & (way > LEAP_MPS * time)
    if log.fix is not None:
        found[1:] &= log.fix[1:] == log.fix[:-1]
    if log.pass_id is not None:
        found[1:] &= log.pass_id[1:] == log.pass_id[:-1]
    return found & steered(log)


def stuck(log: Log) -> Mask:
    """Rows whose position is to the last digit that of the row above, for 3 s and 3 m of what the speed says (n,).

    A receiver that has lost its satellites goes on with the last position: the errors there are none.
    """
    found = np.zeros(len(log.t_s), dtype=bool)
    if log.speed_mps is None:
        return found
    way, time = moves(log)
    same = (way == 0) & (time > 0) & (time <= gap_limit_s(log))
    if not same.any():
        return found
    speed = np.minimum(np.nan_to_num(np.abs(log.speed_mps[1:])), _FASTEST_MPS)
    said = np.concatenate(([0.0], np.cumsum(np.where(same, speed * time, 0.0))))
    lasting = np.concatenate(([0.0], np.cumsum(np.where(same, time, 0.0))))
    coarse = float(np.median(way[way > 0])) if (way > 0).any() else 0.0
    for first, last in zip(*stretches(same), strict=True):
        said_m, lasted_s = said[last + 1] - said[first], lasting[last + 1] - lasting[first]
        found[first + 1 : last + 2] = lasted_s >= STUCK_S and said_m >= max(STUCK_M, STUCK_STEPS * coarse)
    return found & steered(log)


def unreduced(log: Log) -> Mask:
    """Rows with a position, but without the heading or roll that bring it to the vehicle point (n,)."""
    lat, lon = positions_deg(log.table)
    found: Mask = np.isfinite(lat) & np.isfinite(lon) & ~np.isfinite(log.points_m).all(axis=1)
    return found & needed(log)


def askew_deg(log: Log) -> float | None:
    """How far headings are off the way travelled, where most are; ``None`` where they agree or nobody needs them."""
    if log.lever is None or log.heading_deg is None:
        return None
    lat, lon = positions_deg(log.table)
    east = np.diff(lon) * metres_per_degree(log.origin.lat_deg, "lon")
    north = np.diff(lat) * metres_per_degree(log.origin.lat_deg, "lat")
    off = np.abs(wrapped_deg(log.heading_deg[1:] - np.degrees(np.arctan2(east, north))))
    off = off[(np.hypot(east, north) > _LEAST_STEP_M) & np.isfinite(off) & steered(log)[1:]]
    if len(off) < _LEAST_SAMPLES:
        return None
    wrong = (off > ASKEW_DEG) & (off < 180 - ASKEW_DEG)
    return float(np.median(off[wrong])) if wrong.mean() > 1 / 2 else None


def moves(log: Log) -> tuple[Floats, Floats]:
    """Metres and seconds from each position to the next (n − 1,), of the antenna: no heading has a part in it."""
    lat, lon = positions_deg(log.table)
    east = np.diff(lon) * metres_per_degree(log.origin.lat_deg, "lon")
    north = np.diff(lat) * metres_per_degree(log.origin.lat_deg, "lat")
    return np.hypot(east, north), np.diff(log.t_s)


def steered(log: Log) -> Mask:
    """Rows in which the system steers; all where the log does not say (n,)."""
    return np.ones(len(log.t_s), dtype=bool) if log.engaged is None else log.engaged


def needed(log: Log) -> Mask:
    """Rows whose position somebody needs: those of a pass, or in which the system steers (n,)."""
    if log.pass_id is None:
        return steered(log)
    in_pass: Mask = log.pass_id != ""
    return in_pass if log.engaged is None else in_pass | log.engaged


def before_fix(log: Log) -> Mask:
    """Rows of a receiver without a fix, whose position nobody needs: there it may well be blank (n,)."""
    if log.fix is None:
        return np.zeros(len(log.t_s), dtype=bool)
    found: Mask = ~(log.fix > NO_FIX) & ~needed(log)
    return found


def _at_zero(log: Log) -> Mask:
    found: Mask = (log.table.column("lat") == 0) & (log.table.column("lon") == 0)
    return found

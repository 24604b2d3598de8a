"""Passes against each other (F5, F7): relative cross-track error and the spacing of adjacent rows."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.lines import Path, distinct, fitted, rows_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

AT_SAMPLE_M = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class RowErrors:
    """How far the spacing of two adjacent passes is from the wanted one, station by station.

    Attributes:
        errors_m: δ = |d| − W of each station; a positive one is a gap, a negative one an overlap.
        stations_m: where along the line, from its beginning; rising.
        skipped: stations left out because one of the passes has no sample near them.
        apart_s: median time between the two passes at a station; None where no times were given. ISO 12188-1 compares
            passes at most 15 minutes apart, and 24 hours apart as long-term error.
    """

    errors_m: Floats
    stations_m: Floats
    skipped: int
    apart_s: float | None


def relative_cross_track_m(pass_points: ArrayLike, reference_points: ArrayLike, advance_m: float = 0.5) -> Floats:
    """Signed distance of a pass to the reference pass, interpolated between its samples (F5).

    Comparing with the nearest sample instead would overestimate the distance.

    Args:
        pass_points: (n, 2) of the pass that is judged.
        reference_points: (m, 2) of the pass that it shall follow, as travelled.
        advance_m: the reference is thinned to samples so far apart, or a little further, so that the noise of a
            standing machine makes no corners.

    Returns:
        n, positive right of the reference's travel; NaN up to its beginning and from its end on, and where the point
        holds one.

    Raises:
        Unjudgeable: ``trajectory.line-without-length``; the reference pass does not move.
    """
    path = Path(advancing(reference_points, advance_m))
    station, error = path.station_and_cross_track_m(pass_points)
    beside = path.closed | ((station > 0) & (station < path.length_m))
    return np.where(beside, error, np.nan)


def advancing(points: ArrayLike, advance_m: float) -> Floats:
    """Points so far apart, or a little further, beginning with the first; those with a NaN are left out."""
    rows = distinct(points)
    # Most of a steadily driven pass is thinned by its usual step; row by row, only where the machine was slower.
    usual = np.percentile(np.hypot(*np.diff(rows, axis=0).T), 90)
    rows = rows[:: max(1, int(np.ceil(1.2 * advance_m / usual)))] if usual < advance_m else rows
    steps = np.hypot(*np.diff(rows, axis=0).T)
    taken, reached = np.ones(len(rows), dtype=bool), 0
    east, north = rows.T.tolist()
    for row in np.nonzero(steps < advance_m)[0].tolist():
        if row >= reached:
            reached = row + 1
            while reached < len(rows) and hypot(east[reached] - east[row], north[reached] - north[row]) < advance_m:
                taken[reached] = False
                reached += 1
    return rows[taken]


def row_errors_m(  # noqa: PLR0913 -- two passes, their times, and how they are compared
    first: ArrayLike,
    second: ArrayLike,
    spacing_m: float,
    step_m: float = 1.0,
    *,
    line: Path | None = None,
    times_s: tuple[ArrayLike, ArrayLike] | None = None,
    gap_m: float = 5.0,
) -> RowErrors:
    """The spacing of adjacent passes against the wanted one (F7).

    Both passes are interpolated at stations every ``step_m`` where both have been; the direction of travel of either
    does not matter.

    Args:
        first: (n, 2) of one pass.
        second: (m, 2) of the pass beside it.
        spacing_m: W, the spacing that was wanted.
        step_m: between stations.
        line: along which stations are counted; that fitted to the first pass where none is given. A curved one should
            be ``prolonged``.
        times_s: n and m times of the samples, on one clock.
        gap_m: a station between two samples of a pass that are further apart than this is skipped.

    Raises:
        Unjudgeable: ``trajectory.line-without-length``; no line is given and the first pass does not move.
    """
    path = line or Path(fitted(first), prolonged=True)
    given = times_s or (None, None)
    profiles = [profile(path, points, times) for points, times in zip((first, second), given, strict=True)]
    stations = common_stations([station for station, _, _ in profiles], step_m)
    near = np.ones(len(stations), dtype=bool)
    for station, _, _ in profiles:
        near &= covered(stations, station, gap_m)
    one, other = (at_stations(stations, station, error) for station, error, _ in profiles)
    errors = np.abs(other - one) - spacing_m
    apart = None
    if times_s and near.any():
        t_one, t_other = (at_stations(stations, station, t) for station, _, t in profiles)
        apart = float(np.median(np.abs(t_other - t_one)[near]))
    return RowErrors(errors[near], stations[near], int((~near).sum()), apart)


def profile(path: Path, points: ArrayLike, times_s: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    """Station, cross-track error and time of a pass, stations strictly rising; times are 0 where none are given.

    Samples that do not advance beyond all before them (a standing or reversing machine) are left out.
    """
    rows = rows_of(points)
    station, error = path.station_and_cross_track_m(rows)
    times = np.zeros(len(rows)) if times_s is None else np.asarray(times_s, dtype=np.float64)
    whole = np.isfinite(station) & np.isfinite(times)
    station, error, times = station[whole], error[whole], times[whole]
    if len(station) and np.median(station[len(station) // 2 :]) < np.median(station[: len(station) // 2 + 1]):
        station, error, times = station[::-1], error[::-1], times[::-1]
    ahead = np.ones(len(station), dtype=bool)
    ahead[1:] = station[1:] > np.maximum.accumulate(station)[:-1]
    return station[ahead], error[ahead], times[ahead]


def common_stations(stations: list[Floats], step_m: float) -> Floats:
    """Places every step from where the later pass begins to where the earlier one ends; empty without a common part."""
    if not all(map(len, stations)):
        return np.empty(0)
    low, high = max(rows[0] for rows in stations), min(rows[-1] for rows in stations)
    steps = np.floor((high - low) / step_m + 1e-9)  # a pass of 4 m has its station at 4.000000000001 m too
    found: Floats = np.minimum(low + step_m * np.arange(max(steps + 1, 0)), max(low, high))
    return found


def covered(wanted: Floats, station: Floats, gap_m: float) -> NDArray[np.bool_]:
    """Which of the wanted stations lie between two samples of a pass that are close enough."""
    if not len(wanted):
        return np.zeros(0, dtype=bool)
    if len(station) == 1:
        return np.ones(len(wanted), dtype=bool)
    after = np.clip(np.searchsorted(station, wanted), 1, len(station) - 1)
    before, after_it = wanted - station[after - 1], station[after] - wanted
    found: NDArray[np.bool_] = (before + after_it <= gap_m) | (np.minimum(before, after_it) < AT_SAMPLE_M)
    return found


def at_stations(wanted: Floats, station: Floats, values: Floats) -> Floats:
    """Values of a pass interpolated at the wanted stations."""
    return np.interp(wanted, station, values) if len(wanted) else np.empty(0)

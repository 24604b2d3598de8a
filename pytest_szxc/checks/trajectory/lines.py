"""Distances to guidance lines (F3, F4) and the straight line of a pass that has none (F8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pytest_szxc.checks.trajectory.nearest import Segments, nearest_segment
from pytest_szxc.errors import Unjudgeable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


SAME_M = 1e-9
"""Points nearer to each other are one: what rounding makes of it."""


def cross_track_m(points: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """Signed distance to the straight line through a and b, without end, positive right of travel a → b (F3).

    Args:
        points: (n, 2) east, north.
        a: (2,) where the line begins.
        b: (2,) where it leads to.

    Raises:
        Unjudgeable: ``trajectory.line-without-length``; a and b are one point, or no points.
    """
    start, (right_east, right_north) = np.asarray(a, dtype=np.float64), right_of(a, b)
    east, north = (rows_of(points) - start).T
    found: Floats = east * right_east + north * right_north
    return found


def right_of(a: ArrayLike, b: ArrayLike) -> Floats:
    """The unit vector to the right of travel from a to b."""
    east, north = np.asarray(b, dtype=np.float64) - np.asarray(a, dtype=np.float64)
    length = np.hypot(east, north)
    if not (np.isfinite(length) and length > 0):
        raise Unjudgeable("trajectory.line-without-length", points=2)
    found: Floats = np.array((north, -east)) / length
    return found


def rows_of(points: ArrayLike) -> Floats:
    """Points as (n, 2) float64, also where there are none."""
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def whole_rows(rows: Floats) -> NDArray[np.bool_]:
    """Which points (n, 2) hold two numbers."""
    found: NDArray[np.bool_] = np.isfinite(rows[:, 0]) & np.isfinite(rows[:, 1])
    return found


class Foot(NamedTuple):
    """Where each of n points meets a path.

    Attributes:
        segment: index of the nearest segment, n or one for all.
        along: how far along it, 0 to 1; beyond that only on the prolonged ends.
        east: from the nearest place of the path to the point.
        north: the same.
    """

    segment: NDArray[np.intp]
    along: Floats
    east: Floats
    north: Floats


class Path:
    """A guidance line of straight segments (F4).

    The distance is that to the nearest place of the path, the first one where two are equally near. Its sign is that of
    the side: where the nearest place is a corner, by the bisector of the two segments that meet there, which holds for
    however sharp a turn. A path whose last point is its first is closed: that point is a corner too.

    Args:
        points: (k, 2) east, north, as travelled; points with a NaN and repeated ones are left out, so that no
            segment is without length.
        prolonged: whether the first and the last segment go on beyond the path, as a machine on its way to the line
            wants it. Otherwise the distance there is that to the end point, so that it holds the way along too.

    Raises:
        Unjudgeable: ``trajectory.line-without-length``; fewer than two different points are left.
    """

    def __init__(self, points: ArrayLike, *, prolonged: bool = False) -> None:
        corners = distinct(points)
        self.closed = bool(len(corners) > 2 and (corners[0] == corners[-1]).all())  # noqa: PLR2004 -- there and back is no area
        self._segments = Segments.through(corners, prolonged=prolonged and not self.closed)
        self._stations = np.concatenate(([0.0], np.cumsum(self._segments.length)))
        self._right = self._segments.right()
        self._right_at_corner = self._right_at_corners()

    @property
    def length_m(self) -> float:
        """From the first point to the last, along the path."""
        return float(self._stations[-1])

    def cross_track_m(self, points: ArrayLike) -> Floats:
        """Signed distance of points (n, 2), positive right of travel; NaN where the point holds one."""
        return over_finite(points, lambda rows: self._signed(self._foot(rows)))

    def station_m(self, points: ArrayLike) -> Floats:
        """Length along the path to the place nearest to each of n points.

        Below 0 and above ``length_m`` only where the path is prolonged.
        """
        return over_finite(points, lambda rows: self._stationed(self._foot(rows)))

    def station_and_cross_track_m(self, points: ArrayLike) -> tuple[Floats, Floats]:
        """Both of them, for the price of one."""
        rows = rows_of(points)
        whole = whole_rows(rows)
        station, error = (np.full(len(rows), np.nan) for _ in range(2))
        foot = self._foot(rows[whole])
        station[whole], error[whole] = self._stationed(foot), self._signed(foot)
        return station, error

    def _foot(self, rows: Floats) -> Foot:
        found = self._segments
        if len(found) > 1:
            found = found[nearest_segment(found, rows)]
        along, east, north = found.meet(rows[:, 0], rows[:, 1])
        return Foot(found.index, along, east, north)

    def _stationed(self, foot: Foot) -> Floats:
        found: Floats = self._stations[foot.segment] + foot.along * self._segments.length[foot.segment]
        return found

    def _signed(self, foot: Foot) -> Floats:
        """Along a segment by its own right side, at a corner by that of both segments."""
        segments, right = self._segments, self._right[foot.segment]
        side = foot.east * right[:, 0] + foot.north * right[:, 1]
        at_start = foot.along == segments.least[foot.segment]
        at = np.nonzero(at_start | (foot.along == segments.most[foot.segment]))[0]
        corner = np.broadcast_to(foot.segment, at_start.shape)[at] + ~at_start[at]
        east, north, both = foot.east[at], foot.north[at], self._right_at_corner[corner]
        side[at] = np.copysign(np.hypot(east, north), east * both[:, 0] + north * both[:, 1])
        return side

    def _right_at_corners(self) -> Floats:
        """The right sides of the two segments at each corner together; that of the first where they turn right back."""
        right = self._right
        before, after = np.vstack((right[:1], right)), np.vstack((right, right[-1:]))
        if self.closed:
            before[0], after[-1] = right[-1], right[0]
        both = before + after
        back = (np.abs(both) < 1e-12).all(axis=1)  # noqa: PLR2004 -- opposite unit vectors, but for rounding
        both[back] = before[back]
        return both


def over_finite(points: ArrayLike, computed: Callable[[Floats], Floats]) -> Floats:
    """What is computed of the whole points; NaN for the others."""
    rows = rows_of(points)
    whole = whole_rows(rows)
    found = np.full(len(rows), np.nan)
    found[whole] = computed(rows[whole])
    return found


def distinct(points: ArrayLike) -> Floats:
    """The points without those that hold a NaN or repeat the one before."""
    rows = rows_of(points)
    whole = rows[whole_rows(rows)]
    moved = np.ones(len(whole), dtype=bool)
    east, north = np.diff(whole, axis=0).T
    moved[1:] = east * east + north * north > SAME_M**2
    if moved.sum() < 2:  # noqa: PLR2004 -- a line has two ends
        raise Unjudgeable("trajectory.line-without-length", points=len(rows))
    return whole[moved]


def fitted(points: ArrayLike) -> tuple[Floats, Floats]:
    """The straight line through a pass by total least squares, directed as travelled (F8).

    Args:
        points: (n, 2) in the order of travel; those with a NaN are left out.

    Returns:
        a, b: the ends of the pass, brought to the line.

    Raises:
        Unjudgeable: ``trajectory.line-without-length``; fewer than two different points.
    """
    rows = distinct(points)
    middle = rows.mean(axis=0)
    (east2, both), (_, north2) = (rows - middle).T @ (rows - middle)
    angle = np.arctan2(2 * both, east2 - north2) / 2
    direction = np.array((np.cos(angle), np.sin(angle)))
    along = (rows - middle) @ direction
    # The trend over the order of the points: one point astray at an end does not turn the line round.
    order = np.arange(len(rows)) - (len(rows) - 1) / 2
    first, last = (along.min(), along.max()) if order @ along >= 0 else (along.max(), along.min())
    return middle + first * direction, middle + last * direction

"""Operating zones (shapely): whether a ring is a polygon, and how far a machine leaves its zone.

Rings are lists of corners, the last equal to the first. Distances are in the unit of the corners, so that all but
``polygon_problem`` want metres of the field's own frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_szxc.checks.trajectory.lines import rows_of, whole_rows
from pytest_szxc.checks.trajectory.samples import runs
from pytest_szxc.errors import Unjudgeable
from pytest_szxc.target.extras import extra_package

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

LEAST_CORNERS = 4
SPARE = 1.01
"""Margins are drawn a little wider, because their round corners are drawn as polygons."""


def shapely() -> Any:  # noqa: ANN401 -- a module without types
    """The geometry library.

    Raises:
        Unjudgeable: ``extra.missing``.
    """
    return extra_package("shapely")


def polygon_problem(ring: ArrayLike) -> str | None:
    """What keeps a ring from being a polygon's outline.

    Args:
        ring: (k, 2), in metres or degrees.

    Returns:
        None of a valid one; ``Invalid Coordinate``, ``Too few points``, ``Not closed``, or the geometry library's
        reason with the place, as ``Self-intersection[1.5 2]``.
    """
    rows = rows_of(ring)
    if not np.isfinite(rows).all():
        return "Invalid Coordinate"
    if len(rows) < LEAST_CORNERS:
        return f"Too few points[{len(rows)}]"
    if (rows[0] != rows[-1]).any():
        return "Not closed"
    reason = str(shapely().is_valid_reason(shapely().Polygon(rows)))
    return None if reason == "Valid Geometry" else reason


def polygon(ring: ArrayLike) -> Any:  # noqa: ANN401 -- a module without types
    """The polygon of a ring.

    Raises:
        Unjudgeable: ``trajectory.polygon`` with the problem; ``extra.missing``.
    """
    problem = polygon_problem(ring)
    if problem:
        raise Unjudgeable("trajectory.polygon", problem=problem)
    return shapely().Polygon(rows_of(ring))


def outside_m(points: ArrayLike, half_width_m: float, zone: ArrayLike, exclusions: Iterable[ArrayLike] = ()) -> Floats:
    """How far a machine reaches beyond its zone or into an excluded area, sample by sample.

    The machine is a disc round its vehicle point, so that the figure holds for each heading.

    Args:
        points: (n, 2) vehicle points.
        half_width_m: radius of the disc.
        zone: ring of the area it has to stay in.
        exclusions: rings of areas it has to stay out of.

    Returns:
        n; 0 where it keeps to its zone; NaN where the point holds one.

    Raises:
        Unjudgeable: ``trajectory.polygon``; a ring is no valid polygon.
    """
    rows = rows_of(points)
    found = np.where(whole_rows(rows), 0.0, np.nan)
    area = polygon(zone)
    sides = [(area, ~far_inside(rows, area, half_width_m), -1.0)]
    for ring in exclusions:
        excluded = polygon(ring)
        sides.append((excluded, contains(excluded.buffer(half_width_m * SPARE + 0.01), rows), 1.0))
    for shape, near, inwards in sides:
        at = np.nonzero(near & ~np.isnan(found))[0]
        found[at] = np.maximum(found[at], inwards * depth_m(rows[at], shape) + half_width_m)
    return found


def far_inside(rows: Floats, shape: Any, margin: float) -> NDArray[np.bool_]:  # noqa: ANN401 -- a module without types
    """Which points lie so far inside a polygon that its border is further than the margin, without measuring each."""
    return contains(shape.buffer(-(margin * SPARE + 0.01)), rows)


def contains(shape: Any, rows: Floats) -> NDArray[np.bool_]:  # noqa: ANN401 -- a module without types
    """Which points lie in a polygon."""
    shapely().prepare(shape)
    found: NDArray[np.bool_] = shapely().contains_xy(shape, rows[:, 0], rows[:, 1])
    return found


def depth_m(rows: Floats, shape: Any) -> Floats:  # noqa: ANN401 -- a module without types
    """How deep points lie in a polygon; outside it, their distance from it as a negative number."""
    distance: Floats = shapely().distance(shape.exterior, shapely().points(rows))
    return np.where(contains(shape, rows), distance, -distance)


def swept_outside_m2(points: ArrayLike, width_m: float, zone: ArrayLike) -> float:
    """Area that a machine passes over beyond its zone; a place passed over twice counts once.

    Args:
        points: (n, 2) vehicle points in the order of travel; those with a NaN are left out.
        width_m: of the machine.
        zone: ring of the area it has to stay in.

    Raises:
        Unjudgeable: ``trajectory.polygon``; the ring is no valid polygon.
    """
    rows = rows_of(points)
    rows = rows[whole_rows(rows)]
    area = polygon(zone)
    if not len(rows):
        return 0.0
    way = np.concatenate(([0.0], np.hypot(*np.diff(rows, axis=0).T), [0.0]))
    usual = 2 * float(np.median(way))
    # Only ways that begin or end near the border can lead over it, or those across a gap in the log.
    near = ~far_inside(rows, area, width_m / 2 + usual) | (np.maximum(way[:-1], way[1:]) > usual)
    pieces = [rows[max(start - 1, 0) : end + 1] for at_border, start, end in runs(near) if at_border]
    strips = [strip(piece, width_m) for piece in pieces]
    return float(shapely().union_all(strips).difference(area).area) if strips else 0.0


def strip(rows: Floats, width_m: float) -> Any:  # noqa: ANN401 -- a module without types
    """What a machine of a width passes over on its way; its blunt ends are those of the machine."""
    if len(rows) == 1:
        return shapely().Point(rows[0]).buffer(width_m / 2)
    way = shapely().LineString(rows).simplify(0.001)
    return way.buffer(width_m / 2, cap_style="flat", join_style="round")


def within(inner: ArrayLike, outer: ArrayLike, tolerance_m: float = 0.01) -> bool:
    """Whether a ring lies in another one, or touches it from within.

    Args:
        inner: ring of the area inside.
        outer: ring of the area around it.
        tolerance_m: so far the inner one may stick out, for coordinates rounded in writing.

    Raises:
        Unjudgeable: ``trajectory.polygon``; a ring is no valid polygon.
    """
    around = polygon(outer).buffer(tolerance_m, join_style="mitre")
    return bool(around.covers(polygon(inner)))

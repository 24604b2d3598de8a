"""Our positions against pyproj and our distances against shapely on random cases: the greatest difference in mm.

The side is compared with whole numbers: the nearest part of a path is found in exact arithmetic, and at a corner the
side follows from the way the path turns. ``bends_mm`` shows why positions do not go the short way.
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely
from figures import tell

from pytest_szxc import trajectory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Place = tuple[int, int]

CASES, SEED, GOAL_MM = 10_000, 20_260_101, 0.001
ELLIPSOID = "+a=6378137 +rf=298.257222101"
DEGREES = "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +z_in=m +z_out=m +step"
CHINA = ((18.0, 54.0), (73.5, 135.0), (-150.0, 5_000.0))
EACH = 100
"""Points to an origin, points to a path."""


def pyproj_ecef_m(lat: Floats, lon: Floats, height: Floats) -> Floats:
    """Geocentric coordinates by pyproj."""
    made = pyproj.Transformer.from_pipeline(f"{DEGREES} +proj=cart {ELLIPSOID}")
    return np.column_stack(made.transform(lon, lat, height))


def pyproj_enu_m(lat: Floats, lon: Floats, height: Floats, origin: trajectory.Origin) -> Floats:
    """Topocentric coordinates by pyproj."""
    at = f"+lat_0={origin.lat_deg!r} +lon_0={origin.lon_deg!r} +h_0={origin.h_m!r}"
    made = pyproj.Transformer.from_pipeline(
        f"{DEGREES} +proj=cart {ELLIPSOID} +step +proj=topocentric {ELLIPSOID} {at}"
    )
    return np.column_stack(made.transform(lon, lat, height))


def projection_mm(cases: int, rng: np.random.Generator) -> dict[str, float]:
    """Greatest differences of positions: geocentric, topocentric within about 5 km, and there and back."""
    most = dict.fromkeys(("ecef_mm", "enu_mm", "geodetic_mm"), 0.0)
    for _ in range(-(-cases // EACH)):
        origin = trajectory.Origin(*(float(rng.uniform(*span)) for span in CHINA))
        lat = origin.lat_deg + rng.uniform(-0.05, 0.05, EACH)
        lon = origin.lon_deg + rng.uniform(-0.05, 0.05, EACH)
        height = origin.h_m + rng.uniform(-100, 100, EACH)
        ours = trajectory.enu_m(lat, lon, height, origin)
        again = trajectory.enu_m(*trajectory.geodetic(ours, origin), origin)
        found = {
            "ecef_mm": trajectory.ecef_m(lat, lon, height) - pyproj_ecef_m(lat, lon, height),
            "enu_mm": ours - pyproj_enu_m(lat, lon, height, origin),
            "geodetic_mm": ours - again,
        }
        most = {name: max(most[name], float(np.abs(found[name]).max()) * 1000) for name in most}
    return most


def distance_mm(cases: int, rng: np.random.Generator) -> dict[str, float]:
    """Greatest differences of the distance to random paths that cross themselves, and of the station on them."""
    most = dict.fromkeys(("distance_mm", "station_mm"), 0.0)
    for _ in range(-(-cases // EACH)):
        corners = np.cumsum(rng.normal(0, 30, (int(rng.integers(2, 40)), 2)), axis=0)
        points = rng.uniform(corners.min() - 50, corners.max() + 50, (EACH, 2))
        line, places, path = shapely.LineString(corners), shapely.points(points), trajectory.Path(corners)
        found = {
            "distance_mm": np.abs(path.cross_track_m(points)) - shapely.distance(line, places),
            "station_mm": path.station_m(points) - shapely.line_locate_point(line, places),
        }
        most = {name: max(most[name], float(np.abs(found[name]).max()) * 1000) for name in most}
    return most


def wrong_sides(cases: int, rng: np.random.Generator) -> dict[str, int]:
    """How many points of random paths on a coarse grid are on the other side than exact arithmetic has them."""
    wrong = judged = 0
    while judged < cases:
        corners = np.cumsum(rng.integers(-9, 10, (int(rng.integers(2, 9)), 2)), axis=0)
        if (np.diff(corners, axis=0) == 0).all(axis=1).any():
            continue
        points = rng.integers(corners.min() - 9, corners.max() + 10, (EACH, 2))
        ours = trajectory.Path(corners).cross_track_m(points)
        for point, error in zip(points.tolist(), ours.tolist(), strict=True):
            side = exact_side(point, corners.tolist())
            judged += bool(side)
            wrong += bool(side) and (error > 0) != (side > 0)
    return {"sides_judged": judged, "wrong_sides": wrong}


def exact_side(point: Place, corners: Sequence[Place]) -> int:
    """1 right of the path, −1 left of it, 0 on it or where equally near parts of it have the point on both sides."""
    parts = [part(point, *ends) for ends in pairwise(corners)]
    least = min(distance for distance, _, _ in parts)
    sides = {side_of(point, corners, row, at) for row, (distance, at, _) in enumerate(parts) if distance == least}
    return sides.pop() if len(sides) == 1 and least else 0


def part(point: Place, a: Place, b: Place) -> tuple[Fraction, int, int]:
    """Squared distance to a segment, where it is met (−1 at its start, 0 within, 1 at its end), and left or right."""
    along = (point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])
    length2 = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
    right = cross((point[0] - a[0], point[1] - a[1]), (b[0] - a[0], b[1] - a[1]))
    if along <= 0:
        return Fraction((point[0] - a[0]) ** 2 + (point[1] - a[1]) ** 2), -1, right
    if along >= length2:
        return Fraction((point[0] - b[0]) ** 2 + (point[1] - b[1]) ** 2), 1, right
    return Fraction(right**2, length2), 0, right


def side_of(point: Place, corners: Sequence[Place], row: int, at: int) -> int:
    """The side by the segment itself; at a corner the outer one of the turn, that of the first one in a turn back."""
    corner = row + (at > 0)
    closed = corners[0] == corners[-1] and len(corners) > 3  # noqa: PLR2004 -- a triangle at least
    if at and closed:
        corner %= len(corners) - 1
    if not at or (corner in {0, len(corners) - 1} and not closed):
        return sign(part(point, corners[row], corners[row + 1])[2])
    before, here, after = (corners[-2] if corner == 0 else corners[corner - 1]), corners[corner], corners[corner + 1]
    inwards, outwards = (here[0] - before[0], here[1] - before[1]), (after[0] - here[0], after[1] - here[1])
    return sign(cross(inwards, outwards)) or sign(part(point, before, here)[2])


def cross(a: Place, b: Place) -> int:
    """Above 0 where b points to the left of a, which is where a points to the right of b."""
    return a[0] * b[1] - a[1] * b[0]


def sign(value: int) -> int:
    """−1, 0 or 1."""
    return (value > 0) - (value < 0)


def bends_mm(length_m: float, lat_deg: float) -> tuple[float, float]:
    """How far a geodesic of this length, at an azimuth of 60°, leaves its chord: the shortcut's way, and ours."""
    geod = pyproj.Geod(a=6378137, rf=298.257222101)
    ends = [geod.fwd(116.0, lat_deg, azimuth, length_m / 2)[:2] for azimuth in (240.0, 60.0)]
    lon, lat = (np.array(values) for values in zip(ends[0], (116.0, lat_deg), ends[1], strict=True))
    origin = trajectory.Origin(lat_deg, 116.0)
    chords = (shortcut_m(lat, lon, origin), trajectory.level_m(lat, lon, origin))
    first, ours = (abs(float(trajectory.cross_track_m(rows[1:2], rows[0], rows[2])[0])) * 1000 for rows in chords)
    return first, ours


def shortcut_m(lat: Floats, lon: Floats, origin: trajectory.Origin) -> Floats:
    """The projection that is not to be used: x = Δλ·N·cos φ0, y = Δφ·M."""
    east, north = (trajectory.metres_per_degree(origin.lat_deg, axis) for axis in ("lon", "lat"))
    return np.column_stack(((lon - origin.lon_deg) * east, (lat - origin.lat_deg) * north))


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    most = {**projection_mm(given.cases, rng), **distance_mm(given.cases, rng)}
    sides = wrong_sides(given.cases, rng)
    holds = max(most.values()) <= GOAL_MM and not sides["wrong_sides"]
    told = ", ".join(f"{name.removesuffix('_mm')} {value:.1e}" for name, value in most.items())
    tell(
        "trajectory_agreement",
        {"cases": given.cases, "goal": GOAL_MM, "holds": holds, **{k: f"{v:.3g}" for k, v in most.items()}, **sides},
        f"{given.cases} cases against pyproj and shapely, greatest difference in mm: {told} (goal {GOAL_MM});"
        f" {sides['wrong_sides']} of {sides['sides_judged']} on the wrong side",
    )


if __name__ == "__main__":
    main()

"""Zones and exclusions of a declaration: GeoJSON polygons, as they came and as rings in metres."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_szxc import trajectory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Location, Record

Ring = list[tuple[float, float]]
"""Positions, longitude first."""
POLYGON = "Polygon"
SYSTEMS = re.compile(r"CGCS2000|WGS84|(?:.*CRS)?EPSG\d{0,4}(?:4490|4326)|(?:.*CRS)?(?:OGC\d*)?CRS84")
"""The reference systems that a zone may have, by name, code, URN or URL, in capitals and without signs."""
FARTHEST_M = 50_000.0
"""No field reaches further from its middle: a zone that does keeps no machine in."""
NORTHERNMOST_DEG = 72.0
"""Fields end there. Latitudes of China, taken for longitudes' places, lie beyond: from 73 on."""
HALF_TURN_DEG = 180.0
HOLE_TOLERANCE_M = 0.1
STEP_M, PLACES = 0.5, 20_000
"""How far apart places on an outline are looked at, and how many at most."""
POSITIONS = 100_000
"""Positions of a polygon that are looked at, at most."""


class Fault(NamedTuple):
    """What is wrong with a polygon: where, what was expected, what was seen."""

    at: Location
    expected: str
    observed: Any


@dataclass(frozen=True, slots=True)
class Area:
    """A polygon that is one.

    Attributes:
        outline: its outer ring, closed.
        holes: its inner rings.
    """

    outline: Ring
    holes: tuple[Ring, ...] = ()


def area_of(polygon: Record) -> tuple[Area | None, tuple[Fault, ...]]:
    """A declared polygon: what it is, or what is wrong with it.

    Raises:
        Unjudgeable: the extra ``machinery`` is missing.
    """
    rings = rings_of(polygon.get("coordinates"))
    faults = tuple(_faults(polygon, rings))
    if faults or not rings:
        return None, faults
    area = Area(rings[0], tuple(rings[1:]))
    beyond = (*_too_large(polygon, area), *_holes_outside(polygon, area))
    return (None, beyond) if beyond else (area, ())


def system_of(polygon: Record) -> str | None:
    """The name of a polygon's reference system: a text, or an object that names it (GeoJSON of 2008)."""
    return polygon.text("crs") or polygon.text("crs.properties.name")


def is_known(system: str) -> bool:
    """Whether a reference system is CGCS2000 or WGS 84, written in whatever way."""
    return SYSTEMS.fullmatch(re.sub(r"[^A-Z0-9]", "", system.upper())) is not None


def metres(ring: Ring, origin: Any) -> Any:  # noqa: ANN401 -- an Origin, and an array
    """(n, 2) metres east and north of an origin.

    Raises:
        Unjudgeable: the extra ``machinery`` is missing.
    """
    return trajectory.level_m([lat for _, lat in ring], [lon for lon, _ in ring], origin)


def along(ring: Any) -> Any:  # noqa: ANN401 -- arrays
    """Places on a ring's outline, ``STEP_M`` apart or as close as ``PLACES`` of them are; (n, 2) metres.

    Raises:
        Unjudgeable: the extra ``machinery`` is missing.
    """
    np = trajectory.numpy
    steps = np.hypot(*np.diff(ring, axis=0).T)
    ends = np.concatenate([[0.0], np.cumsum(steps)])
    count = int(min(max(ends[-1] / STEP_M, len(ring)), PLACES)) + 1
    at = np.linspace(0.0, ends[-1], count)
    return np.vstack([ring, np.column_stack([np.interp(at, ends, ring[:, axis]) for axis in (0, 1)])])


def origin_of(ring: Ring) -> Any:  # noqa: ANN401 -- an Origin
    """The middle of a ring's positions, at height 0.

    Raises:
        Unjudgeable: the extra ``machinery`` is missing.
    """
    return trajectory.centroid([lat for _, lat in ring], [lon for lon, _ in ring], 0.0)


def _faults(polygon: Record, rings: list[Ring] | None) -> Iterator[Fault]:
    """The first thing that is wrong of each ring; what cannot be read is not looked at further."""
    kind, here = polygon.get("type"), polygon.at("coordinates")
    if kind != POLYGON:
        yield Fault(polygon.at("type"), POLYGON, kind)
        return
    if not rings:
        yield Fault(here, "[[[lon, lat], …], …]", _shape(polygon.get("coordinates")))
        return
    for number, ring in enumerate(rings):
        order = _order_problem(ring)
        problem = order or trajectory.polygon_problem(ring)
        if problem:
            expected = "longitude, latitude in degrees" if order else "a closed ring that crosses nothing"
            yield Fault(polygon.at(f"coordinates.{number}"), expected, problem)


def _order_problem(ring: Ring) -> str:
    """Whether positions are degrees, longitude first."""
    for lon, lat in ring:
        if abs(lon) <= HALF_TURN_DEG and abs(lat) <= NORTHERNMOST_DEG:
            continue
        swapped = abs(lon) <= NORTHERNMOST_DEG and abs(lat) <= HALF_TURN_DEG
        return f"[{lon:.9g}, {lat:.9g}]" + (" (latitude first?)" if swapped else "")
    return ""


def _too_large(polygon: Record, area: Area) -> Iterator[Fault]:
    """A zone as large as a province; what lies on the other side of the earth has no place in its frame."""
    np, origin = trajectory.numpy, origin_of(area.outline)
    degrees = max(abs(lon - origin.lon_deg) + abs(lat - origin.lat_deg) for lon, lat in area.outline)
    reach = float(np.hypot(*metres(area.outline, origin).T).max()) if degrees < 1 else np.inf
    if reach > FARTHEST_M:
        seen = f"{reach / 1000:.0f} km" if degrees < 1 else f"{degrees:.3g}°"
        yield Fault(polygon.at("coordinates.0"), f"within {FARTHEST_M / 1000:.0f} km of its middle", seen)


def _holes_outside(polygon: Record, area: Area) -> Iterator[Fault]:
    origin = origin_of(area.outline)
    for number, hole in enumerate(area.holes, start=1):
        if not trajectory.within(metres(hole, origin), metres(area.outline, origin), HOLE_TOLERANCE_M):
            yield Fault(polygon.at(f"coordinates.{number}"), "a hole within the outline", "outside of it")


def rings_of(coordinates: Any) -> list[Ring] | None:  # noqa: ANN401 -- whatever a platform sent
    """A polygon's rings of positions; ``None`` where something is none."""
    if not isinstance(coordinates, list) or not all(isinstance(ring, list) for ring in coordinates):
        return None
    if sum(map(len, coordinates)) > POSITIONS:
        return None
    rings = [[place for one in ring if (place := position_of(one))] for ring in coordinates]
    return rings if list(map(len, rings)) == list(map(len, coordinates)) else None


def position_of(value: Any) -> tuple[float, float] | None:  # noqa: ANN401 -- whatever a platform sent
    """Longitude and latitude of a GeoJSON position; ``None`` where it is none."""
    if not isinstance(value, list) or len(value) not in (2, 3) or any(isinstance(one, bool | str) for one in value):
        return None
    try:
        lon, lat = float(value[0]), float(value[1])
    except (TypeError, ValueError, OverflowError):
        return None
    return (lon, lat) if isfinite(lon) and isfinite(lat) else None


def _shape(value: Any) -> str:  # noqa: ANN401 -- whatever a platform sent
    return f"{len(value)} items" if isinstance(value, list) else type(value).__name__

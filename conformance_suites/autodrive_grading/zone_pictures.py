"""A declared zone from above: its outline, its exclusions, the lines driven in it, and where it crosses itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_szxc import Text, exhibits, trajectory

from .zones import metres, origin_of, position_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_szxc import Exhibit, Record

    from .zones import Fault, Ring

FARTHEST_M = 20_000.0
"""What lies further from the zone's middle is not drawn: it would make a dot of the zone."""
DRAWN = 2_000
"""Positions of a ring that are looked at, at most."""
PLACE = re.compile(r"\[(-?[\d.]+) (-?[\d.]+)\]")
"""Where a geometry library says that something is wrong: longitude and latitude."""


def pictured(row: Record, faults: Sequence[Fault], lines: Mapping[str, Ring]) -> Iterator[Exhibit]:
    """The picture of a declaration's zone; none of one that has no positions.

    Args:
        row: the declaration.
        faults: what is wrong with the zone.
        lines: the lines of the feature's sessions, by name.
    """
    outline = _outline(row.get("odd.zone"))
    if not outline:
        return
    origin = origin_of(outline)
    zone, near = metres(outline, origin), _near(outline, origin)
    exclusions = [ring for ring in map(_outline, _listed(row.get("odd.exclusions"))) if ring and near(ring)]
    name = row.text("feature_id") or "?"
    yield exhibits.field_map(
        Text(f"声明的作业区：{name}", f"Declared zone: {name}"),
        zone=zone,
        exclusions=[metres(ring, origin) for ring in exclusions],
        tracks=[(line, metres(points, origin)) for line, points in lines.items() if near(points)],
        marks=[(name, metres([place], origin)[0]) for name, place in _marks(faults) if near([place])],
    )


def _outline(polygon: Any) -> Ring:  # noqa: ANN401 -- whatever a platform sent
    """The positions of a polygon's outer ring, whatever else is wrong with it."""
    rings = _listed(polygon.get("coordinates")) if isinstance(polygon, dict) else []
    places = [position_of(one) for one in _listed(rings[0])[:DRAWN]] if rings else []
    return [place for place in places if place is not None]


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 -- whatever a platform sent
    return value if isinstance(value, list) else []


def _near(outline: Ring, origin: Any) -> Any:  # noqa: ANN401 -- an Origin, and a function
    """Whether places lie about a zone."""
    np = trajectory.numpy
    farthest = FARTHEST_M + float(np.abs(metres(outline, origin)).max())

    def near(places: Ring) -> bool:
        return bool((np.abs(metres(places, origin)) < farthest).all())

    return near


def _marks(faults: Sequence[Fault]) -> Iterator[tuple[str, tuple[float, float]]]:
    """Where something is wrong, as far as that is told."""
    for fault in faults:
        found = PLACE.search(str(fault.observed))
        if found:
            yield str(fault.observed).partition("[")[0], (float(found[1]), float(found[2]))

"""GeoJSON features and boxes: what lies in a box for certain, what does not, and what cannot be said without more."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Record

SLACK = 1e-6
"""Degrees, a tenth of a metre: a server may round or transform coordinates."""
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)
"""Where China lies; the two ranges have nothing in common, so that exchanged axes show."""


class Lies(Enum):
    """How a feature lies to a box or to an interval of time."""

    IN = "in"
    OUT = "out"
    UNSURE = "unsure"


class Box(NamedTuple):
    """West, south, east, north, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def __str__(self) -> str:
        return ",".join(f"{edge:.7f}" for edge in self)

    @property
    def swapped(self) -> Box:
        """The same with latitude before longitude."""
        return Box(self.south, self.west, self.north, self.east)

    def grown(self, degrees: float) -> Box:
        """The box with so much more at each side."""
        return Box(self.west - degrees, self.south - degrees, self.east + degrees, self.north + degrees)

    def apart(self, other: Box) -> bool:
        """Whether two boxes have nothing in common, not even an edge."""
        return self.east < other.west or other.east < self.west or self.north < other.south or other.north < self.south

    def holds(self, place: tuple[float, float]) -> bool:
        """Whether a place is inside, or on an edge."""
        return self.west <= place[0] <= self.east and self.south <= place[1] <= self.north


def places(feature: Record) -> list[tuple[float, float]]:
    """Every position of a feature's geometry; empty without one, or where it holds no numbers."""
    geometry = feature.get("geometry")
    return list(_positions(geometry)) if isinstance(geometry, dict) else []


def _positions(value: Any) -> Iterator[tuple[float, float]]:  # noqa: ANN401 -- JSON of any depth; the engine bounds it
    if isinstance(value, dict):
        for name in ("coordinates", "geometries"):
            yield from _positions(value.get(name))
    elif isinstance(value, list):
        if len(value) > 1 and _is_number(value[0]) and _is_number(value[1]):
            yield float(value[0]), float(value[1])
        else:
            for item in value:
                yield from _positions(item)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def extent(features: Iterable[Record]) -> Box | None:
    """The box around all positions of some features; ``None`` where there are none."""
    found = [place for feature in features for place in places(feature)]
    if not found:
        return None
    longitudes, latitudes = zip(*found, strict=True)
    return Box(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def lies(feature: Record, box: Box) -> Lies:
    """How a feature lies to a box: in, if one of its positions is inside; out, if even its extent is apart from it."""
    own = extent([feature])
    if own is None:
        return Lies.UNSURE
    if own.apart(box.grown(SLACK)):
        return Lies.OUT
    inner = box.grown(-SLACK)
    return Lies.IN if any(inner.holds(place) for place in places(feature)) else Lies.UNSURE


def is_in_china(place: tuple[float, float]) -> bool:
    """Whether a position can lie in China, longitude first."""
    longitude, latitude = place
    return LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]


def is_swapped(place: tuple[float, float]) -> bool:
    """Whether a position can lie in China only if its ordinates are exchanged."""
    return is_in_china((place[1], place[0]))

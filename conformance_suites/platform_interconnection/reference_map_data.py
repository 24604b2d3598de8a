"""The maps of the reference node: parcels and wells of a county that does not exist; longitude before latitude."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from .reference_data import stamp

if TYPE_CHECKING:
    from datetime import datetime

Feature = dict[str, Any]
Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""
ORIGIN = (104.9, 35.5)
STEP = 0.013
"""Degrees from one parcel to the next; a parcel is smaller."""
COLUMNS, ROWS, WELLS = 6, 4, 17
DAYS_BETWEEN = 9


@dataclass(slots=True)
class MapLayer:
    """One collection of features.

    Attributes:
        id: its name in addresses.
        title: its name for people.
        time: the member of ``properties`` that tells the feature's time.
        features: GeoJSON features.
    """

    id: str
    title: str
    time: str
    features: list[Feature] = field(default_factory=list)

    @property
    def box(self) -> Box:
        """The extent of all features."""
        boxes = [box_of(feature) for feature in self.features]
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)

    @property
    def times(self) -> list[str]:
        """First and last time, with the hour for a day."""
        seen = sorted(feature["properties"][self.time] for feature in self.features)
        return [at if "T" in at else f"{at}T00:00:00+08:00" for at in (seen[0], seen[-1])]


def layers(seed: int, now: datetime) -> dict[str, MapLayer]:
    """The layers by id; the same for one seed and instant."""
    random = Random(f"{seed}/map")  # noqa: S311 -- made-up data, the same each time
    parcels = MapLayer("parcels", "云禾县地块", "surveyedAt")
    wells = MapLayer("wells", "云禾县机井", "builtOn")
    for number in range(COLUMNS * ROWS):
        parcels.features.append(_parcel(number, now, random))
    for number in range(WELLS):
        wells.features.append(_well(number, now, random))
    return {layer.id: layer for layer in (parcels, wells)}


def _parcel(number: int, now: datetime, random: Random) -> Feature:
    west = _rounded(ORIGIN[0] + STEP * (number % COLUMNS) + random.random() * STEP / 9)
    south = _rounded(ORIGIN[1] + STEP * (number // COLUMNS) + random.random() * STEP / 9)
    east, north = (_rounded(edge + STEP * (0.5 + random.random() / 4)) for edge in (west, south))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    at = now - timedelta(days=DAYS_BETWEEN * (number + 1), minutes=random.randrange(600))
    return {
        "type": "Feature",
        "id": f"parcel-{number + 1:03d}",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"name": f"禾字{number + 1:03d}号地块", "kind": "耕地", "surveyedAt": stamp(at)},
    }


def _well(number: int, now: datetime, random: Random) -> Feature:
    place = [
        _rounded(ORIGIN[0] + random.random() * STEP * COLUMNS),
        _rounded(ORIGIN[1] + random.random() * STEP * ROWS),
    ]
    built = (now - timedelta(days=400 + DAYS_BETWEEN * number)).date()
    return {
        "type": "Feature",
        "id": f"well-{number + 1:03d}",
        "geometry": {"type": "Point", "coordinates": place},
        "properties": {
            "name": f"{number + 1:02d}号机井",
            "depth": random.randrange(40, 180),
            "builtOn": built.isoformat(),
        },
    }


def _rounded(degrees: float) -> float:
    return round(degrees, 7)


def positions(feature: Feature) -> list[list[float]]:
    """Every position of a point or polygon."""
    coordinates = feature["geometry"]["coordinates"]
    if feature["geometry"]["type"] == "Point":
        return [coordinates]
    return [position for ring in coordinates for position in ring]


def box_of(feature: Feature) -> Box:
    """The extent of a feature."""
    longitudes, latitudes = zip(*positions(feature), strict=True)
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def swapped(feature: Feature) -> Feature:
    """The same with latitude before longitude, as EPSG:4490 orders its axes."""
    geometry = feature["geometry"]
    coordinates = geometry["coordinates"]
    turned = coordinates[::-1] if geometry["type"] == "Point" else [[at[::-1] for at in ring] for ring in coordinates]
    return feature | {"geometry": geometry | {"coordinates": turned}}

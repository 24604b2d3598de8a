"""A small data set for maps: parcels of a county that does not exist, in CGCS2000; the same each time it is made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

COUNTY = "999999"
WEST, SOUTH = 104.9, 35.5
STEP = 0.013
COLUMNS, ROWS = 4, 3
BEGIN = datetime(2026, 1, 5, 1, tzinfo=UTC)
EXTENT = (WEST, SOUTH, WEST + COLUMNS * STEP, SOUTH + ROWS * STEP)
"""West, south, east, north; every parcel lies inside."""
Ring = list[list[float]]


def parcels() -> list[dict[str, Any]]:
    """GeoJSON features, longitude first."""
    random = Random(COUNTY)  # noqa: S311 -- made-up data
    return [_parcel(number, random) for number in range(COLUMNS * ROWS)]


def _parcel(number: int, random: Random) -> dict[str, Any]:
    surveyed = BEGIN + timedelta(days=14 * number, minutes=random.randrange(300))
    properties = {
        "name": f"云禾县{number + 1:03d}号地块",
        "region": f"{COUNTY}00{1 + number % 3}000",
        "area": random.randrange(300, 9000) / 100,
        "surveyedAt": f"{surveyed:%Y-%m-%dT%H:%M:%SZ}",
        "filedAt": f"{surveyed + timedelta(days=400):%Y-%m-%dT%H:%M:%SZ}",
    }
    geometry = {"type": "Polygon", "coordinates": [_ring(number, random)]}
    return {"type": "Feature", "id": f"{COUNTY}-{number + 1:03d}", "geometry": geometry, "properties": properties}


def _ring(number: int, random: Random) -> Ring:
    west = round(WEST + STEP * (number % COLUMNS + random.random() / 9), 7)
    south = round(SOUTH + STEP * (number // COLUMNS + random.random() / 9), 7)
    east, north = (round(edge + STEP * (0.5 + random.random() / 4), 7) for edge in (west, south))
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]

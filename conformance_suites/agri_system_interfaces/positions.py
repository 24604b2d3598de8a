"""Positions of devices: GeoJSON points, longitude first (RFC 7946, 3.1.1), and what is likely wrong with others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

CRS = ("CGCS2000", "WGS84", "GCJ02")
LONGITUDES, LATITUDES = (73, 136), (3, 54)
"""The box around China in which a farm lies; a point beyond it is no fault by itself."""
Point = tuple[Decimal, Decimal]


def point(location: Any) -> Point | None:  # noqa: ANN401 -- as it came
    """The first two coordinates of a GeoJSON point as they stand; ``None`` where it is none."""
    if not isinstance(location, dict) or location.get("type") != "Point":
        return None
    numbers = location.get("coordinates")
    if not isinstance(numbers, list) or len(numbers) not in (2, 3) or not all(map(_is_number, numbers)):
        return None
    return Decimal(numbers[0]), Decimal(numbers[1])


def _is_number(value: Any) -> bool:  # noqa: ANN401 -- as it came
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def mistake(longitude: Decimal, latitude: Decimal) -> str | None:
    """What is likely wrong with a pair; ``None`` where it is a place.

    A pair that lies in China only when it is turned round is taken for one that is written latitude first.
    """
    if not _is_in_china(longitude, latitude) and _is_in_china(latitude, longitude):
        return "latitude first"
    if abs(longitude) > 180 or abs(latitude) > 90:  # noqa: PLR2004 -- degrees
        return "beyond the Earth"
    return "no position: 0, 0" if longitude == latitude == 0 else None


def _is_in_china(longitude: Decimal, latitude: Decimal) -> bool:
    return LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]


def distance(one: Point, other: Point) -> Decimal:
    """How far apart two points are in degrees, the greater of both differences."""
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))

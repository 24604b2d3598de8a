"""The shifted coordinates of Chinese maps (GCJ-02), by the public algorithm: how to make and how to find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.projection import columns, metres_per_degree

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

A_M, E2 = 6_378_245.0, 0.00669342162296594323
"""The ellipsoid of Krassowsky, by which the algorithm scales."""
CENTRE_LAT, CENTRE_LON = 35.0, 105.0
LATS, LONS = (0.8293, 55.8271), (72.004, 137.8347)
"""Outside these nothing is shifted."""


def shifted(lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 coordinates of WGS 84 (or CGCS2000) ones.

    Returns:
        Latitudes, longitudes; unchanged outside the rectangle round China, NaN where one is.
    """
    lat, lon = columns(lat_deg, lon_deg)
    x, y = lon - CENTRE_LON, lat - CENTRE_LAT
    root = np.sqrt(np.abs(x))
    short = wave(6 * np.pi * x, 20) + wave(2 * np.pi * x, 20)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (short + wave(np.pi * y, 20) + wave(np.pi * y / 3, 40) + wave(np.pi * y / 12, 160)) * 2 / 3
    north += 320 * np.sin(np.pi * y / 30) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (short + wave(np.pi * x, 20) + wave(np.pi * x / 3, 40) + wave(np.pi * x / 12, 150)) * 2 / 3
    east += 300 * np.sin(np.pi * x / 30) * 2 / 3
    squeeze = 1 - E2 * np.sin(np.radians(lat)) ** 2
    to_lat = np.degrees(north * squeeze**1.5 / (A_M * (1 - E2)))
    to_lon = np.degrees(east * np.sqrt(squeeze) / (A_M * np.cos(np.radians(lat))))
    inside = (lat >= LATS[0]) & (lat <= LATS[1]) & (lon >= LONS[0]) & (lon <= LONS[1])
    return np.where(inside, lat + to_lat, lat), np.where(inside, lon + to_lon, lon)


def wave(angle: Floats, height: float) -> Floats:
    """One of the sine waves of which the shift is made."""
    return height * np.sin(angle)


def unshifted(lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Floats, Floats]:
    """WGS 84 coordinates of GCJ-02 ones, to better than a tenth of a millimetre."""
    lat, lon = columns(lat_deg, lon_deg)
    true_lat, true_lon = lat, lon
    for _ in range(6):
        again_lat, again_lon = shifted(true_lat, true_lon)
        true_lat, true_lon = true_lat + lat - again_lat, true_lon + lon - again_lon
    return true_lat, true_lon


def looks_shifted(
    lat_deg: ArrayLike,
    lon_deg: ArrayLike,
    expected_lat_deg: ArrayLike,
    expected_lon_deg: ArrayLike,
    tolerance: float = 0.3,
) -> bool:
    """Whether positions lie where GCJ-02 would put the expected ones, and not where these are.

    Args:
        lat_deg: n positions.
        lon_deg: the same.
        expected_lat_deg: the place where they should be: corners of the field, or points of its lines.
        expected_lon_deg: the same.
        tolerance: how far the middles of both may be apart after taking the shift off, as a share of the shift.
    """
    lat, lon = middle(lat_deg, lon_deg)
    expected_lat, expected_lon = middle(expected_lat_deg, expected_lon_deg)
    (moved_lat,), (moved_lon,) = shifted(expected_lat, expected_lon)
    scale = np.array([metres_per_degree(expected_lat, axis) for axis in ("lat", "lon")])
    shift = np.array((moved_lat - expected_lat, moved_lon - expected_lon)) * scale
    off = np.array((lat - expected_lat, lon - expected_lon)) * scale
    size = float(np.hypot(*shift))
    return size > 0 and float(np.hypot(*(off - shift))) <= tolerance * size


def middle(lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[float, float]:
    """Half-way between the extremes of the whole positions; NaN where there are none.

    A mean would depend on where the machine was slow, or on how many corners a side has.
    """
    rows = np.column_stack(columns(lat_deg, lon_deg))
    rows = rows[np.isfinite(rows).all(axis=1)]
    if not len(rows):
        return np.nan, np.nan
    lat, lon = (rows.min(axis=0) + rows.max(axis=0)) / 2
    return float(lat), float(lon)

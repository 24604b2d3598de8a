"""Positions in metres (F1): geodetic through geocentric to topocentric coordinates, on the CGCS2000 ellipsoid.

The shortcut ``x = Δλ·N·cos φ, y = Δφ·M`` bends a straight line of 2,000 m by 5 to 9 cm and is not used. WGS 84 differs
from CGCS2000 by less than 0.1 mm here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pytest_szxc.errors import Unjudgeable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

A_M = 6_378_137.0
"""Semi-major axis of CGCS2000."""
F = 1 / 298.257222101
"""Flattening of CGCS2000."""
E2 = F * (2 - F)
B_M = A_M * (1 - F)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a field's own frame touches the ellipsoid.

    Attributes:
        lat_deg: geodetic latitude, CGCS2000.
        lon_deg: longitude.
        h_m: ellipsoidal height.
    """

    lat_deg: float
    lon_deg: float
    h_m: float = 0.0


def ecef_m(lat_deg: ArrayLike, lon_deg: ArrayLike, h_m: ArrayLike) -> NDArray[np.float64]:
    """Geocentric (earth-centred, earth-fixed) coordinates of geodetic ones.

    Args:
        lat_deg: latitudes, n or one for all, as the others.
        lon_deg: longitudes.
        h_m: ellipsoidal heights.

    Returns:
        (n, 3): X, Y, Z.
    """
    return np.column_stack(geocentric(lat_deg, lon_deg, h_m))


def geocentric(lat_deg: ArrayLike, lon_deg: ArrayLike, h_m: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    """The same as three arrays."""
    lat, lon, height = columns(lat_deg, lon_deg, h_m)
    lat, lon = np.radians(lat), np.radians(lon)
    sin_lat = np.sin(lat)
    normal = A_M / np.sqrt(1 - E2 * sin_lat * sin_lat)
    around = (normal + height) * np.cos(lat)
    return around * np.cos(lon), around * np.sin(lon), (normal * (1 - E2) + height) * sin_lat


def enu_m(lat_deg: ArrayLike, lon_deg: ArrayLike, h_m: ArrayLike, origin: Origin) -> NDArray[np.float64]:
    """Topocentric coordinates: east, north, up of the origin.

    Args:
        lat_deg: latitudes, n or one for all, as the others.
        lon_deg: longitudes.
        h_m: ellipsoidal heights. Where only the place on the ground matters, see ``level_m``.
        origin: of the frame.

    Returns:
        (n, 3): east, north, up; NaN where the position holds a NaN.
    """
    return along_axes(lat_deg, lon_deg, h_m, origin, axes(origin))


def level_m(lat_deg: ArrayLike, lon_deg: ArrayLike, origin: Origin) -> NDArray[np.float64]:
    """East and north of positions brought to the height of the origin along the ellipsoid's normal.

    Positions and lines without heights agree in it: a hill of 10 m, 1 km from the origin, moves a topocentric position
    by 1.6 mm, and this one not at all.

    Returns:
        (n, 2): east, north; NaN where the position holds a NaN.
    """
    return along_axes(lat_deg, lon_deg, origin.h_m, origin, axes(origin)[:2])


def along_axes(
    lat_deg: ArrayLike, lon_deg: ArrayLike, h_m: ArrayLike, origin: Origin, wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far positions lie from the origin along each of the axes wanted, (n, axes)."""
    here = geocentric(origin.lat_deg, origin.lon_deg, origin.h_m)
    x, y, z = (there - at for there, at in zip(geocentric(lat_deg, lon_deg, h_m), here, strict=True))
    # Written out: a matrix product of so few columns is several times slower.
    return np.column_stack([axis[0] * x + axis[1] * y + axis[2] * z for axis in wanted])


def geodetic(enu_m: ArrayLike, origin: Origin) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The inverse of ``enu_m``.

    Args:
        enu_m: (n, 3) east, north, up; (n, 2) east, north in the plane that touches the ellipsoid at the origin.
        origin: of the frame.

    Returns:
        Latitudes, longitudes, heights.
    """
    rows = np.asarray(enu_m, dtype=np.float64)
    rows = rows.reshape(-1, rows.shape[-1] if rows.size else 3)
    x, y, z = (rows @ axes(origin)[: rows.shape[1]] + ecef_m(origin.lat_deg, origin.lon_deg, origin.h_m)).T
    around = np.hypot(x, y)
    lat = latitude(around, z)
    sin_lat = np.sin(lat)
    height = around * np.cos(lat) + z * sin_lat - A_M * np.sqrt(1 - E2 * sin_lat**2)
    return np.degrees(lat), np.degrees(np.arctan2(y, x)), height


def latitude(around: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Geodetic latitude in radians by Bowring's formula, taken twice: exact to 1e-15 near the ground."""
    reduced = np.arctan2(z * A_M, around * B_M)
    lat = reduced
    for _ in range(2):
        lat = np.arctan2(
            z + E2 / (1 - E2) * B_M * np.sin(reduced) ** 3,
            around - E2 * A_M * np.cos(reduced) ** 3,
        )
        reduced = np.arctan((1 - F) * np.tan(lat))
    return lat


def centroid(lat_deg: ArrayLike, lon_deg: ArrayLike, h_m: ArrayLike) -> Origin:
    """The mean of the positions, as an origin for them; rows with a NaN are left out.

    Raises:
        Unjudgeable: ``trajectory.no-samples``; there is no whole position.
    """
    rows = np.column_stack(columns(lat_deg, lon_deg, h_m))
    rows = rows[np.isfinite(rows).all(axis=1)]
    if not len(rows):
        raise Unjudgeable("trajectory.no-samples", what="lat, lon, h")
    lat, lon, height = rows.mean(axis=0)
    return Origin(float(lat), float(lon), float(height))


def axes(origin: Origin) -> NDArray[np.float64]:
    """The directions east, north and up of the origin, as rows in geocentric coordinates."""
    lat, lon = np.radians((origin.lat_deg, origin.lon_deg))
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    return np.array(
        (
            (-sin_lon, cos_lon, 0.0),
            (-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat),
            (cos_lat * cos_lon, cos_lat * sin_lon, sin_lat),
        )
    )


def metres_per_degree(lat_deg: float, axis: Literal["lat", "lon"]) -> float:
    """Length of a degree on the ellipsoid: along the meridian, or along the parallel."""
    lat = np.radians(lat_deg)
    squeeze = 1 - E2 * np.sin(lat) ** 2
    radius = A_M * (1 - E2) / squeeze**1.5 if axis == "lat" else A_M / np.sqrt(squeeze) * np.cos(lat)
    return float(np.radians(radius))


def columns(*given: ArrayLike) -> list[NDArray[np.float64]]:
    """Each as float64 in one dimension, all of one length; a single value stands for all rows."""
    arrays = [np.asarray(values, dtype=np.float64) for values in given]
    return [np.atleast_1d(values) for values in np.broadcast_arrays(*arrays)]

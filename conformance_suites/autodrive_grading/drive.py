"""A drive of the made-up machine: its log's columns as arrays, where its vehicle point truly was, and its antenna.

The field lies in the invented county 999999. Its own frame is metres east and north of ``origin()``; within it the rows
run along ``HEADING_DEG``, and plans speak of (right, forward) metres from the first row's beginning.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from math import cos, radians, sin
from typing import TYPE_CHECKING, Any

from pytest_szxc import trajectory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Array = Any
"""A numpy array; the library is loaded on first use, with the extra ``machinery``."""
Pair = tuple[float, float]
Way = tuple[Pair, ...]
"""A polyline or ring in metres (right, forward)."""

ADMIN_CODE = "999999"
ORIGIN = (45.137283461, 126.284719053, 142.37)
"""Latitude, longitude in degrees and ellipsoidal height in metres of the field's centre (CGCS2000)."""
CENTRE = (18.0, 57.6)
"""Where the field's centre lies in metres right and forward of the first row's beginning."""
HEADING_DEG = 17.5
"""Direction of the rows, clockwise from north: no axis of the frame, so that swapped axes show."""
ROW_SPACING_M, WIDTH_M = 3.0, 2.5
COLUMNS = (
    "t",
    "lat",
    "lon",
    "h",
    "fix",
    "hdop",
    "corr_age_s",
    "heading_deg",
    "speed_mps",
    "roll_deg",
    "xte_m",
    "line_id",
    "pass_id",
    "mode",
    "engaged",
    "curvature_1_km",
    "implement_state",
    "event",
    "speed_set_mps",
)
"""Columns of a log as it is written (facts, section 4.4); a drive has ``t_s``, seconds, for ``t``."""
ZONE: Way = ((-8.0, -16.0), (40.0, -16.0), (44.0, -10.0), (44.0, 131.0), (-4.0, 131.0), (-8.0, 125.0))
"""The operating zone, counter-clockwise, in metres right and forward of the first row's beginning."""
EXCLUSIONS: tuple[Way, ...] = (
    ((9.5, 50.0), (12.5, 50.0), (12.5, 60.0), (9.5, 60.0)),
    ((38.0, 100.0), (43.999, 100.0), (43.999, 112.0), (38.0, 112.0)),
)
"""Where the machine may not go: a pump house between the rows, and a ditch at the zone's edge."""
DECIMALS = 9
"""Decimals of degrees that are written: 0.1 mm."""


@dataclass(frozen=True, slots=True)
class Antenna:
    """Where the antenna is mounted, in metres above, before and right of the vehicle point."""

    height_m: float
    forward_m: float
    right_m: float

    def record(self) -> dict[str, float]:
        """As a session's record has it."""
        return {"height_m": self.height_m, "forward_m": self.forward_m, "right_m": self.right_m}


ANTENNA = Antenna(2.9, 0.6, 0.12)


@dataclass(frozen=True, eq=False)
class Drive:
    """One drive. Arrays are never changed in place; each change gives another drive.

    Attributes:
        columns: the log's columns by name (``COLUMNS``, with ``t_s`` for ``t``); positions are the antenna's.
        vehicle_m: (n, 2) metres east and north of the field's centre: where the vehicle point truly was.
        antenna: how the antenna is mounted.
        decimals: of degrees that a writer writes.
    """

    columns: Mapping[str, Array]
    vehicle_m: Array
    antenna: Antenna = ANTENNA
    decimals: int = DECIMALS

    def __len__(self) -> int:
        return len(self.vehicle_m)

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def with_columns(self, **columns: Array) -> Drive:
        """With these columns for those of the same name."""
        return replace(self, columns={**self.columns, **columns})

    def kept(self, which: Array) -> Drive:
        """With the rows that a mask or a list of indices picks, in its order."""
        columns = {name: column[which] for name, column in self.columns.items()}
        return replace(self, columns=columns, vehicle_m=self.vehicle_m[which])

    def moved(self, right_m: Array) -> Drive:
        """With the machine so many metres further right of its travel, its positions as well; self-report unchanged."""
        vehicle_m = self.vehicle_m + right_of(self["heading_deg"]) * trajectory.numpy.reshape(right_m, (-1, 1))
        return replace(self, vehicle_m=vehicle_m).located()

    def located(self) -> Drive:
        """With the antenna's positions as they follow from the vehicle point, heading and roll (F2 the other way)."""
        lat, lon = geodetic(antenna_m(self))
        return self.with_columns(lat=lat, lon=lon)


@cache
def origin() -> Any:  # noqa: ANN401 -- an Origin, whose module is loaded late
    """The field's centre.

    Raises:
        Unjudgeable: the extra ``machinery`` is missing.
    """
    return trajectory.Origin(*ORIGIN)


def right_of(heading_deg: Array) -> Array:
    """(n, 2) unit vectors right of headings, in (east, north)."""
    np = trajectory.numpy
    heading = np.radians(heading_deg)
    return np.stack([np.cos(heading), -np.sin(heading)], axis=1)


def antenna_m(drive: Drive) -> Array:
    """(n, 3) metres east, north, up of the antenna: lean to the right carries it to the right."""
    np = trajectory.numpy
    lever, right = drive.antenna, right_of(drive["heading_deg"])
    ahead = np.stack([-right[:, 1], right[:, 0]], axis=1)
    roll = np.radians(drive["roll_deg"])
    aside = lever.right_m * np.cos(roll) + lever.height_m * np.sin(roll)
    level = drive.vehicle_m + right * aside[:, None] + ahead * lever.forward_m
    return np.column_stack([level, drive["h"] - ORIGIN[2]])


def geodetic(enu_m: Array) -> tuple[Array, Array]:
    """Latitudes and longitudes in degrees of points in the field's frame: flat ones lie at the centre's height."""
    lat, lon, _ = trajectory.geodetic(enu_m, origin())
    return lat, lon


def in_field(point: Pair) -> Pair:
    """Metres east and north of the field's centre of a point that is given right and forward of the first row."""
    right, forward = point[0] - CENTRE[0], point[1] - CENTRE[1]
    heading = radians(HEADING_DEG)
    return (right * cos(heading) + forward * sin(heading), forward * cos(heading) - right * sin(heading))


def polygon(way: Way) -> dict[str, Any]:
    """A closed GeoJSON polygon of a ring."""
    return {"type": "Polygon", "coordinates": [lonlat([*way, way[0]])]}


def lonlat(points: Iterable[Pair]) -> list[list[float]]:
    """GeoJSON positions, longitude first and with 10 decimals, of points right and forward of the first row."""
    lat, lon = geodetic([in_field(point) for point in points])
    return [[round(float(east), 10), round(float(north), 10)] for east, north in zip(lon, lat, strict=True)]

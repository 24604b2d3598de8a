"""The positions of a log: latitude and longitude where they belong, in the frame that is asked for, in the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.gcj02 import looks_shifted, middle, unshifted
from pytest_szxc.checks.trajectory.lines import Path
from pytest_szxc.checks.trajectory.log import positions_deg
from pytest_szxc.checks.trajectory.log_problems import problem
from pytest_szxc.checks.trajectory.projection import level_m

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from pytest_szxc.checks.trajectory.log import Log
    from pytest_szxc.checks.trajectory.log_problems import Problem
    from pytest_szxc.checks.trajectory.projection import Origin

    Floats = NDArray[np.float64]

ELSEWHERE_M = 50_000.0
"""From so far on, a log is of another place than its field."""
CHINA_LAT, CHINA_LON = (3.0, 54.0), (73.0, 136.0)
"""Without a place in the field, only a log of China can be seen to be swapped: elsewhere both orders may be fields."""
_POLE = 90.0
_STRAY_DEG = 0.5
"""A row that is so far from most others says nothing of where the log is."""
_OFF_M, _BETTER = 20.0, 4.0
_LOOKED_AT = 2_000


def place_problems(log: Log, near: Origin | None, lines: Sequence[Floats] = ()) -> Iterator[Problem]:
    """Swapped axes, positions shifted as on Chinese maps (GCJ-02), a log of another place; nothing of it is usable.

    Where the lines of the field are shifted as the log is, both agree, and nobody can tell: they are a few metres out
    of shape over a kilometre, and elsewhere on the earth, but the machine is on its line all the same.

    Args:
        log: the log.
        near: a place in the field; without it only swapped axes can be seen.
        lines: guidance lines (k, 2) in the frame of the log; with them a part of a large field, which may lie aside of
            its middle as the shift does, is not taken for a shifted one.
    """
    lat, lon = _together(*positions_deg(log.table))
    at = middle(lat, lon)
    if not np.isfinite(at).all():
        return
    if _swapped(at, near):
        yield _whole(log, "log.swapped", place=f"{at[0]:.4f}, {at[1]:.4f}")
    elif near is None:
        return
    elif _is_swapped_field(at, near):
        yield _whole(log, "log.field-swapped", place=f"{near.lat_deg:.4f}, {near.lon_deg:.4f}")
    elif _shifted(at, near) and _brought_to(log, lat, lon, lines):
        yield _whole(log, "log.gcj02", metres=f"{_apart_m(at, near):.0f}")
    elif _shifted(at, near, field=True) and _far_from(log, lat, lon, lines):
        yield _whole(log, "log.field-gcj02", metres=f"{_apart_m(at, near):.0f}")
    elif _apart_m(at, near) > ELSEWHERE_M:
        yield _whole(log, "log.elsewhere", kilometres=f"{_apart_m(at, near) / 1000:.0f}")


def _together(lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
    """The positions but those far from most of them."""
    if not (np.isfinite(lat) & np.isfinite(lon)).any():
        return lat, lon
    near = (np.abs(lat - np.nanmedian(lat)) <= _STRAY_DEG) & (np.abs(lon - np.nanmedian(lon)) <= _STRAY_DEG)
    return (lat[near], lon[near]) if near.any() else (lat, lon)


def _swapped(at: tuple[float, float], near: Origin | None) -> bool:
    lat, lon = at
    if near is None:
        return (CHINA_LON[0] < lat < CHINA_LON[1]) and (CHINA_LAT[0] < lon < CHINA_LAT[1])
    here = abs(lat) <= _POLE and _apart_m(at, near) <= ELSEWHERE_M
    return not here and abs(near.lat_deg) <= _POLE and abs(lon) <= _POLE and _apart_m((lon, lat), near) <= ELSEWHERE_M


def _is_swapped_field(at: tuple[float, float], near: Origin) -> bool:
    """Whether the place in the field has its latitude, beyond the pole, where its longitude belongs."""
    from_log = abs(near.lat_deg) > _POLE >= abs(near.lon_deg) and abs(at[0]) <= _POLE
    return from_log and max(abs(at[0] - near.lon_deg), abs(at[1] - near.lat_deg)) <= _STRAY_DEG


def _shifted(at: tuple[float, float], near: Origin, *, field: bool = False) -> bool:
    """Whether the log, or the field itself, lies where GCJ-02 puts it."""
    here = (near.lat_deg, near.lon_deg)
    return looks_shifted(*here, *at) if field else looks_shifted(*at, *here)


def _brought_to(log: Log, lat: Floats, lon: Floats, lines: Sequence[Floats]) -> bool:
    """Whether taking the shift off brings the log from afar to the lines, where there are any."""
    if not lines:
        return True
    every = max(1, len(lat) // _LOOKED_AT)
    thin = lat[::every], lon[::every]
    off, left = (_off_m(log, *places, lines) for places in (thin, unshifted(*thin)))
    return off > _OFF_M and left * _BETTER < off


def _far_from(log: Log, lat: Floats, lon: Floats, lines: Sequence[Floats]) -> bool:
    every = max(1, len(lat) // _LOOKED_AT)
    return not lines or _off_m(log, lat[::every], lon[::every], lines) > _OFF_M


def _off_m(log: Log, lat: Floats, lon: Floats, lines: Sequence[Floats]) -> float:
    """Median distance of positions from the nearest line."""
    points = level_m(lat, lon, log.origin)
    away = [np.abs(Path(line).cross_track_m(points)) for line in lines]
    return float(np.median(np.min(away, axis=0)))


def _apart_m(at: tuple[float, float], near: Origin) -> float:
    """Metres between two places on the ground, as the crow flies through it."""
    return float(np.hypot(*level_m(*at, near)[0]))


def _whole(log: Log, code: str, **params: object) -> Problem:
    return problem(log, code, log.table.rows, log.row_numbers[:5], usable=False, **params)

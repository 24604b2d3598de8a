"""The positions of a log: latitude and longitude where they belong, in the frame that is asked for, in the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.gcj02 import looks_shifted, middle
from pytest_szxc.checks.trajectory.log_problems import problem
from pytest_szxc.checks.trajectory.projection import level_m

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.checks.trajectory.log import Log
    from pytest_szxc.checks.trajectory.log_problems import Problem
    from pytest_szxc.checks.trajectory.projection import Origin

ELSEWHERE_M = 50_000.0
"""From so far on, a log is of another place than its field."""
CHINA_LAT, CHINA_LON = (3.0, 54.0), (73.0, 136.0)
_POLE = 90.0


def place_problems(log: Log, near: Origin | None) -> Iterator[Problem]:
    """Swapped axes, positions shifted as on Chinese maps (GCJ-02), a log of another place; nothing of it is usable.

    Args:
        log: the log.
        near: a place in the field; without it only swapped axes can be seen.
    """
    lat, lon = log.table.column("lat"), log.table.column("lon")
    at = middle(lat, lon)
    if not np.isfinite(at).all():
        return
    if _swapped(at, near):
        yield _whole(log, "log.swapped", place=f"{at[0]:.4f}, {at[1]:.4f}")
    elif near is not None and looks_shifted(lat, lon, near.lat_deg, near.lon_deg):
        yield _whole(log, "log.gcj02", metres=f"{_apart_m(at, near):.0f}")
    elif near is not None and _apart_m(at, near) > ELSEWHERE_M:
        yield _whole(log, "log.elsewhere", kilometres=f"{_apart_m(at, near) / 1000:.0f}")


def _swapped(at: tuple[float, float], near: Origin | None) -> bool:
    lat, lon = at
    if near is None:
        return (CHINA_LON[0] < lat < CHINA_LON[1]) and (CHINA_LAT[0] < lon < CHINA_LAT[1])
    here = abs(lat) <= _POLE and _apart_m(at, near) <= ELSEWHERE_M
    return not here and abs(lon) <= _POLE and _apart_m((lon, lat), near) <= ELSEWHERE_M


def _apart_m(at: tuple[float, float], near: Origin) -> float:
    """Metres between two places on the ground, as the crow flies through it."""
    return float(np.hypot(*level_m(*at, near)[0]))


def _whole(log: Log, code: str, **params: object) -> Problem:
    return problem(log, code, log.table.rows, log.row_numbers[:5], usable=False, **params)

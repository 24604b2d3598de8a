"""Logs of the made-up machine as somebody else would read them: from the text, by the session's record alone."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from adg_judging import part

from pytest_szxc import trajectory

sessions = part("reference_sessions")
DAY = date(2026, 5, 22)


@dataclass(frozen=True)
class Read:
    """A log read from its text: the record, times in seconds, vehicle points, and the columns as text."""

    record: dict[str, Any]
    t_s: np.ndarray
    points_m: np.ndarray
    columns: dict[str, np.ndarray]

    def numbers(self, name: str) -> np.ndarray:
        return np.array([float(text) if text else np.nan for text in self.columns[name]])

    @property
    def engaged(self) -> np.ndarray:
        return self.columns["engaged"] == "true"

    def path(self, line_id: str) -> Any:
        line = next(one for one in self.record["lines"] if one["line_id"] == line_id)
        return trajectory.Path(level(line["points"]), prolonged=True)

    def errors_m(self) -> np.ndarray:
        """Cross-track errors to the line of each row; NaN where there is none."""
        found = np.full(len(self.t_s), np.nan)
        for line_id in set(self.columns["line_id"]) - {""}:
            mask = self.columns["line_id"] == line_id
            found[mask] = self.path(line_id).cross_track_m(self.points_m[mask])
        return found


ORIGIN = trajectory.Origin(45.1372, 126.2846, 140.0)
"""Another one than the generator's."""


def level(points: list[list[float]]) -> np.ndarray:
    lonlat = np.array(points)
    return trajectory.level_m(lonlat[:, 1], lonlat[:, 0], ORIGIN)


def read(session: Any) -> Read:
    """A session's log, written as CSV and read again."""
    rows = list(csv.DictReader(io.StringIO(session.log_file(DAY, "csv").decode())))
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    record = session.record(DAY)
    start = datetime.fromisoformat(columns["t"][0])
    t_s = np.array([(datetime.fromisoformat(text) - start).total_seconds() for text in columns["t"]])
    lat, lon, heading, roll = (columns[name].astype(float) for name in ("lat", "lon", "heading_deg", "roll_deg"))
    lever = trajectory.Lever(**record["antenna"])
    points = trajectory.level_m(lat, lon, ORIGIN)
    if record["reference_point"] == "antenna":
        points = trajectory.at_vehicle(points, heading, roll, lever)
    return Read(record, t_s, points, columns)

"""A test session: its record, its log, its events, and the evidence that it gives.

A session has no date of its own: ``day`` says when it was held, so that a platform filled at any time has past ones.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import event_log
from .drive import ANTENNA, ROW_SPACING_M, WIDTH_M, lonlat
from .drive_writer import WRITERS, columns_of, written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .drive import Drive, Pair, Way
    from .drive_writer import Columns
    from .event_log import Happenings

CHINA = timezone(timedelta(hours=8))
DAYS_AGO = 10
"""How long before the platform's present the sessions were held."""
METRICS: dict[str, dict[str, str]] = {
    "track": {"track_mean": "cm", "track_rms": "cm", "track_p95": "cm"},
    "row_spacing": {"row_mean": "cm", "row_rms": "cm"},
    "stop_start": {"stop_start": "cm"},
    "on_line": {"on_line": "m"},
    "initialisation": {"initialisation": "s"},
    "endurance": {"endurance": "s"},
    "speed": {"speed_error": "%"},
    "headland": {"headland_entry": "m", "off_zone_area": "m2"},
    "implement": {"implement_position": "m"},
    "zone": {"zone_excursion": "m", "zone_excursion_time": "s"},
    "take_over": {"take_over_lead": "s", "no_response_stop": "s"},
    "minimum_risk": {"mrc_standstill": "s"},
}
"""Kind of session → metrics that it is evidence of, and the unit in which each is stated."""
SIGNED = {"row_mean"}


@cache
def declared_version() -> str:
    """The version of the machine's software, as the declarations have it."""
    told = tomllib.loads(Path(__file__).with_name("reference_declaration.toml").read_text(encoding="utf-8"))
    return str(told["common"]["system_version"])


@dataclass(frozen=True, eq=False)
class Session:
    """One test session.

    Attributes:
        session_id: its id.
        feature_id: the feature that was tested.
        kinds: what it is evidence of.
        at: hour and minute of the log's first sample, local time; with no log, of second 0 of the events.
        drive: what was driven; ``None`` for a session that only has events.
        happenings: its events; none where it has no event log.
        planted: metric → value in the unit of ``METRICS``, and number of values behind it.
        lines: line id → points, directed as travelled, metres right and forward of the first row.
        headlands: pass id → planned entry after the turn.
        implement_plan: action, pass id and place of each.
        power_on_s: seconds from power-on to the log's first sample.
        speed_set_mps: where one speed was set for the whole session.
        log: how the log is written.
        reference_point: ``antenna`` where positions are the antenna's, ``vehicle`` where they are said to be reduced.
        accuracy_class: A, B or C.
        system_version: of the machine's software.
        vehicle_width_m: of machine and implement.
        row_spacing_m: planned.
        on_columns: what is wrong with the log's texts (``log_faults``).
        on_bytes: what is wrong with the log's bytes.
    """

    session_id: str
    feature_id: str
    kinds: tuple[str, ...]
    at: tuple[int, int]
    drive: Drive | None = None
    happenings: Happenings = ()
    planted: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    lines: Mapping[str, Way] = field(default_factory=dict)
    headlands: Mapping[str, Pair] = field(default_factory=dict)
    implement_plan: tuple[tuple[str, str, Pair], ...] = ()
    power_on_s: float = 240.0
    speed_set_mps: float | None = None
    log: str = "csv"
    reference_point: str = "antenna"
    accuracy_class: str = "A"
    system_version: str = field(default_factory=declared_version)
    vehicle_width_m: float = WIDTH_M
    row_spacing_m: float = ROW_SPACING_M
    on_columns: Callable[[Columns], Columns] | None = None
    on_bytes: Callable[[bytes], bytes] | None = None

    def start(self, day: date) -> datetime:
        """When the log's first sample was taken."""
        return datetime(day.year, day.month, day.day, *self.at, tzinfo=CHINA)

    def record(self, day: date) -> dict[str, Any]:
        """As ``list_sessions`` has it."""
        start = self.start(day)
        seconds = [one.at_s for one in self.happenings] + [0.0]
        last = float(self.drive["t_s"][-1]) if self.drive else 0.0
        told = {
            "session_id": self.session_id,
            "feature_id": self.feature_id,
            "system_version": self.system_version,
            "kinds": list(self.kinds),
            "accuracy_class": self.accuracy_class,
            "started_at": _written(start, min(0.0, *seconds)),
            "ended_at": _written(start, max(last, *seconds)),
            "power_on_at": _written(start, -self.power_on_s),
            "reference_point": self.reference_point,
            "antenna": ANTENNA.record(),
            "vehicle_width_m": self.vehicle_width_m,
            "row_spacing_m": self.row_spacing_m,
            **self.plan,
            "speed_set_mps": self.speed_set_mps,
            "log": self.log if self.drive else None,
            "events": bool(self.happenings),
        }
        return {name: value for name, value in told.items() if value is not None or name == "log"}

    @cached_property
    def plan(self) -> dict[str, Any]:
        """Lines, headlands and implement plan with positions (longitude first); not to be changed in place."""
        told = {
            "lines": [
                {"line_id": name, "kind": "ab" if len(way) == 2 else "curve", "points": lonlat(way)}  # noqa: PLR2004 -- A and B
                for name, way in self.lines.items()
            ],
            "headlands": [{"pass_id": name, "entry": lonlat([place])[0]} for name, place in self.headlands.items()],
            "implement_plan": [
                {"action": action, "pass_id": name, "at": lonlat([place])[0]}
                for action, name, place in self.implement_plan
            ],
        }
        return {name: value for name, value in told.items() if value}

    def log_file(self, day: date, kind: str | None = None) -> bytes:
        """Its log as a file.

        Raises:
            ValueError: it has none.
        """
        if self.drive is None:
            raise ValueError(self.session_id)
        start, kind = self.start(day), kind or self.log
        if self.on_columns:
            body = WRITERS[kind](self.on_columns(columns_of(self.drive, start)))
        else:
            body = written(self.drive, start, kind)
        return self.on_bytes(body) if self.on_bytes else body

    def events(self, day: date) -> list[dict[str, Any]]:
        """Its event log."""
        return event_log.records(self.happenings, self.session_id, self.start(day))

    def evidence(self, day: date) -> list[dict[str, Any]]:
        """What a declaration states of it: the planted figures of its kinds, rounded as one reports them."""
        units = {metric: unit for kind in self.kinds for metric, unit in METRICS.get(kind, {}).items()}
        return [
            {
                "metric": metric,
                "value": round(value if metric in SIGNED else abs(value), 3),
                "unit": units[metric],
                "n": n,
                "log_ref": self.session_id,
                "test_date": day.isoformat(),
                "method": "linear" if metric == "track_p95" else "project profile, section 4.4",
            }
            for metric, (value, n) in self.planted.items()
            if metric in units
        ]


def _written(start: datetime, seconds: float) -> str:
    return (start + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def field_day(now: datetime) -> date:
    """The day on which the sessions were held, seen from a platform's present."""
    return (now.astimezone(UTC) - timedelta(days=DAYS_AGO)).date()

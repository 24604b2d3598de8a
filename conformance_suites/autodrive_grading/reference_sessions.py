"""The test sessions of the reference, made of what was planted in their drives and of event sequences."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from . import drive_field, drive_trials, event_log
from .event_log import OPERATOR, SUPERVISOR, Happening, changed_mode
from .held_session import Session, field_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .event_log import Happenings

__all__ = [
    "AUTO",
    "COMBO",
    "GUIDE",
    "SUPERVISED",
    "Session",
    "field_day",
    "for_feature",
    "of_all_features",
    "session",
    "sessions",
]

GUIDE, COMBO = "sz240-row-guide", "sz240-row-combo"
SUPERVISED, AUTO = "sz240-field-supervised", "sz240-field-auto"
"""The features, of grade 1 to 4; the first two in mode ``assist``, the others in ``auto``."""


@cache
def sessions() -> tuple[Session, ...]:
    """All sessions of the reference, made once."""
    return (*_performance(), *_events_of_assist(), *_events_of_supervised(), *_events_of_auto())


def session(session_id: str) -> Session:
    """One of them.

    Raises:
        KeyError: there is none of this id.
    """
    return {one.session_id: one for one in sessions()}[session_id]


def for_feature(told: Session, feature_id: str, session_id: str, mode: str = "auto", hour: int = 14) -> Session:
    """The same session held for another feature, later on the day and in its mode; positions are shared, not copied."""
    drive = told.drive and told.drive.with_columns(mode=_in_mode(told.drive["mode"], mode))
    happenings = tuple(_happened_in(one, mode) for one in told.happenings)
    names = {"feature_id": feature_id, "session_id": session_id, "at": (hour, told.at[1])}
    return replace(told, drive=drive, happenings=happenings, **names)


@cache
def of_all_features() -> tuple[Session, ...]:
    """All sessions, and the field session held for each feature: then every feature has its tracking evidence."""
    driven, tracked = session("s01-field"), ("track", "row_spacing", "on_line")
    return (
        *sessions(),
        replace(for_feature(driven, GUIDE, "s41-field", "assist", 13), kinds=tracked),
        replace(for_feature(driven, COMBO, "s42-field", "assist", 14), kinds=(*tracked, "speed")),
        for_feature(driven, AUTO, "s43-field", "auto", 15),
    )


def _in_mode(column: Any, mode: str) -> Any:  # noqa: ANN401 -- arrays
    made = column.copy()
    made[made == "auto"] = mode
    return made


def _happened_in(happening: Happening, mode: str) -> Happening:
    members = {name: mode if value == "auto" else value for name, value in happening.members.items()}
    return replace(happening, members=members)


def _performance() -> tuple[Session, ...]:
    stops, begun, lasting = drive_trials.stop_start(), drive_trials.initialisation(), drive_trials.endurance()
    stop_start = {"stop_start": (stops.planted["stop_start_m"] * 100, 3)}
    return (
        _field(),
        _curve(),
        Session(
            "s03-stop-start", SUPERVISED, ("stop_start",), (9, 0), stops.drive, planted=stop_start, lines=stops.lines
        ),
        Session(
            "s04-initialisation",
            SUPERVISED,
            ("initialisation",),
            (7, 30),
            begun.drive,
            planted={"initialisation": (begun.planted["initialisation_s"], 1)},
            power_on_s=drive_trials.AFTER_POWER_ON_S,
        ),
        Session(
            "s05-endurance",
            SUPERVISED,
            ("endurance",),
            (9, 20),
            lasting.drive,
            planted={"endurance": (lasting.planted["endurance_s"], 1)},
            lines=lasting.lines,
        ),
    )


def _field() -> Session:
    made = drive_field.straight()
    told, rows = made.planted, {name: made.lines[line] for name, line in made.passes.items()}
    planted = {
        **_tracked(made.track),
        "row_mean": (told["row_spacing_mean_m"] * 100, int(told["stations"])),
        "row_rms": (told["row_spacing_rms_m"] * 100, int(told["stations"])),
        "on_line": (told["on_line_m"], len(rows)),
        "speed_error": (told["speed_mean_pct"], made.track.n),
        "headland_entry": (told["entry_m"], 2),
        "off_zone_area": (0.0, len(made.drive)),
        "implement_position": (max(drive_field.LOWERED_M, drive_field.RAISED_M), 2 * len(rows)),
        "zone_excursion": (0.0, len(made.drive)),
        "zone_excursion_time": (0.0, len(made.drive)),
    }
    kinds = ("track", "row_spacing", "on_line", "speed", "headland", "implement", "zone")
    headlands = {name: rows[name][0] for name in list(rows)[1:]}
    return Session(
        "s01-field",
        SUPERVISED,
        kinds,
        (8, 0),
        made.drive,
        _driven(made.marks),
        planted,
        made.lines,
        headlands,
        drive_field.implement_plan(rows),
        speed_set_mps=drive_field.SPEED_MPS,
    )


def _curve() -> Session:
    made = drive_field.curved()
    happenings = _driven(made.marks)
    return Session(
        "s02-curve",
        SUPERVISED,
        ("track",),
        (8, 30),
        made.drive,
        happenings,
        _tracked(made.track),
        made.lines,
        log="ndjson",
    )


def _tracked(figures: Any) -> dict[str, tuple[float, int]]:  # noqa: ANN401 -- Figures
    told = {"track_mean": figures.mean, "track_rms": figures.rms, "track_p95": figures.p95}
    return {metric: (value * 100, figures.n) for metric, value in told.items()}


def _driven(marks: Mapping[str, float]) -> Happenings:
    """What happened while a field was driven, at the times of its log."""
    return (
        Happening(-240.0, "power_on"),
        changed_mode(marks["standby"], "manual", "standby"),
        *event_log.authorised(marks["engaged"] - 0.2),
        *event_log.overridden(marks["overridden"] - event_log.OVERRIDE_S),
    )


def _told(session_id: str, feature: str, kinds: tuple[str, ...], minute: int, happenings: Happenings) -> Session:
    """A session that only has events."""
    return Session(session_id, feature, kinds, (10, minute), happenings=happenings, power_on_s=0.0)


def _events_of_assist() -> tuple[Session, ...]:
    begun = event_log.started(mode="assist")
    absent = (*begun, *event_log.absent(30.0), *event_log.authorised(60.0, "assist"))
    return (
        _told("s11-presence", GUIDE, ("start", "presence"), 0, absent),
        _told("s12-override", COMBO, ("start", "override"), 5, (*begun, *event_log.overridden(25.0, "assist"))),
        _told("s13-fault", COMBO, ("start", "fault"), 10, _failed_once("assist")),
    )


def _events_of_supervised() -> tuple[Session, ...]:
    begun = event_log.started()
    return (
        _told("s21-take-over", SUPERVISED, ("start", "take_over"), 15, (*begun, *event_log.answered(40.0))),
        _unanswered(),
        _told("s23-override", SUPERVISED, ("start", "override"), 25, (*begun, *event_log.overridden(25.0))),
        _told("s24-fault", SUPERVISED, ("start", "fault"), 30, _failed_once("auto")),
        _told("s25-link", SUPERVISED, ("start", "link"), 35, (*begun, *event_log.cut_off(30.0))),
    )


def _events_of_auto() -> tuple[Session, ...]:
    begun = event_log.started(actor=SUPERVISOR)
    return (
        _minimum_risk(),
        _told("s32-override", AUTO, ("start", "override"), 45, (*begun, *event_log.overridden(25.0))),
        _told("s33-fault", AUTO, ("start", "fault"), 50, _failed_once("auto", SUPERVISOR)),
        _told("s34-link", AUTO, ("start", "link"), 55, (*begun, *event_log.cut_off(30.0))),
    )


def _failed_once(mode: str, actor: str = OPERATOR) -> Happenings:
    return (
        *event_log.started(mode=mode, actor=actor),
        *event_log.failed(30.0, mode),
        *event_log.restarted(75.0, mode, actor=actor),
    )


def _unanswered() -> Session:
    made = drive_trials.unanswered()
    asked = made.marks["takeover_request"]
    happenings = (*event_log.started(-60.0), *event_log.unanswered(asked))
    planted = {"take_over_lead": (event_log.LEAD_S, 1), "no_response_stop": (made.planted["standstill_s"], 1)}
    kinds = ("start", "take_over", "zone")
    return Session(
        "s22-no-response", SUPERVISED, kinds, (10, 20), made.drive, happenings, planted, made.lines, power_on_s=60.0
    )


def _minimum_risk() -> Session:
    made = drive_trials.minimum_risk()
    begun = made.marks["fallback"]
    fault = Happening(begun, "fault", {"code": event_log.FAULT_CODE})
    happenings = (*event_log.started(-60.0, actor=SUPERVISOR), fault, *event_log.stopping(begun))
    planted = {"mrc_standstill": (made.planted["standstill_s"], 1)}
    kinds = ("start", "minimum_risk", "zone")
    return Session(
        "s31-minimum-risk", AUTO, kinds, (10, 40), made.drive, happenings, planted, made.lines, power_on_s=60.0
    )

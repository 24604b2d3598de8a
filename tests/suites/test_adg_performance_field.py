"""Zone, speed, headland turns and implement: what the figures find, and what the checks say of odd sessions."""

from __future__ import annotations

from dataclasses import replace
from math import pi, sin
from typing import TYPE_CHECKING, Any

import pytest
from adg_judging import SUITE, judged, part, view
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_szxc import trajectory
from pytest_szxc.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.model import Verdict
    from pytest_szxc.reference import Platform

    Change = Callable[[Any], Any]

trials, figures = part("trials"), part("field_figures")
sessions, shown, drives = part("reference_sessions"), part("shown_drive"), part("drive")
faults, field = part("drive_faults"), part("field_faults")
declaration = part("reference_declaration")
IDS = ("ADG-028", "ADG-037", "ADG-038", "ADG-039")
PLANTED = [
    (kind, one.session_id)
    for one in sessions.of_all_features()
    for kind in one.kinds
    if kind in figures.FIELD_FIGURES and one.drive is not None
]


def found(kind: str, session_id: str, change: Callable[[Platform], object] = lambda _: None) -> dict[str, Any]:
    """The figures of a session as they are read from the platform."""
    with view("ADG-040", change) as sut:
        (session,) = (
            one for one in trials.of_kind(sut, kind, trials.features_of(sut)) if one.text("session_id") == session_id
        )
        return dict(figures.FIELD_FIGURES[kind](sut, trials.opened(sut, session)))


def only(platform: Platform, told: Any) -> None:
    """A session in place of all others."""
    works = platform.parts[SUITE.id]
    works.sessions = {}
    works.parts["event_log"].sessions = []
    shown.show(platform, told)


def alone(requirement: str, change: Change = lambda it: it, base: str = "s01-field", **members: object) -> Verdict:
    """The verdict on one session alone, which is evidence of all that the field session is."""
    kinds = sessions.session(base).kinds
    return judged(requirement, lambda platform: only(platform, shown.driven(base, kinds, change, **members)))


def cause(verdict: Verdict) -> str:
    """Why a requirement is inconclusive; empty where it is not."""
    return verdict.cause.code if verdict.cause and verdict.status is Status.INCONCLUSIVE else ""


def redeclared(feature: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Platform], None]:
    return lambda platform: declaration.changed(platform, feature, change)


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "session_id"), PLANTED)
def test_figures_are_what_was_planted(kind: str, session_id: str) -> None:
    planted = {one.session_id: one for one in sessions.of_all_features()}[session_id].planted
    shows = found(kind, session_id)
    assert set(shows) <= set(figures.FIELD_METRICS[kind])
    for metric, (value, _) in shows.items():
        if metric in planted:
            assert value == pytest.approx(planted[metric][0], rel=0.01, abs=0.001), metric


def test_kinds_have_metrics_and_columns() -> None:
    assert set(figures.FIELD_METRICS) == set(figures.FIELD_FIGURES)
    assert set(figures.FIELD_COLUMNS) <= set(figures.FIELD_FIGURES)


@settings(max_examples=8, deadline=None)
@given(st.floats(7.0, 9.0))
def test_an_excursion_is_what_the_width_reaches_beyond_the_border(metres: float) -> None:
    def change(platform: Platform) -> None:
        shown.show(platform, shown.driven("s01-field", ("zone",), lambda it: field.towards_border(it, metres)))

    shows = found("zone", shown.SHOWN, change)
    # 8 m to the border, half of 2.5 m wide; errors of up to 5 cm on the row, farthest between two samples
    assert shows["zone_excursion"][0] == pytest.approx(metres + 1.25 - 8.0, abs=0.06)
    assert 0 < shows["zone_excursion_time"][0] < field.ON_FIRST_LASTING_S


def test_area_beyond_the_zone_is_what_the_machine_sweeps_there() -> None:
    def change(platform: Platform) -> None:
        shown.show(platform, shown.driven("s01-field", ("headland",), lambda it: field.towards_border(it, 8.75)))

    area = found("headland", shown.SHOWN, change)["off_zone_area"][0]
    lasting, samples = field.ON_FIRST_LASTING_S, 1000
    beyond = [8.75 * sin(pi * index / samples) ** 2 + 1.25 - 8.0 - 0.05 for index in range(samples)]
    way = 2.4 * lasting / samples
    assert area == pytest.approx(sum(max(one, 0.0) * way for one in beyond), rel=0.1)


# --- zone -------------------------------------------------------------------------------------------------------------


def test_the_reference_keeps_to_its_zone_and_shows_it() -> None:
    verdict = judged("ADG-028")
    assert verdict.status is Status.PASS
    assert [one.kind for one in verdict.exhibits] == ["map", "map"]
    assert [ring["role"] for ring in verdict.exhibits[0].data["rings"]] == ["zone", "exclusion", "exclusion"]
    assert not verdict.exhibits[0].data["marks"]


def test_an_excursion_is_marked_first() -> None:
    told = shown.driven("s01-field", ("zone",), lambda it: field.towards_border(it, 8.0))
    verdict = judged("ADG-028", lambda platform: shown.show(platform, told))
    assert verdict.status is Status.FAIL
    (mark,) = verdict.exhibits[0].data["marks"]
    assert mark["name"].endswith(" m")
    assert all(one.at.row for one in verdict.findings)


ZONES: dict[str, tuple[Change, str]] = {
    "float-near-the-border": (
        lambda it: faults.fix_lost(field.towards_border(it, 6.5), 25.0, 38.0),
        "zone.unproved",
    ),
    "no-position-at-all": (lambda it: faults.fix_lost(it, 25.0, 26.0, fix=0), "zone.unproved"),
    "dead-reckoning": (lambda it: faults.fix_lost(it, 25.0, 26.0, fix=6), "zone.unproved"),
    "leaping": (lambda it: faults.leaping(it, 31.0, -9.0), "zone.unproved"),
    "coarse": (lambda it: faults.quantised(it, 6), "log.coarse"),
    "gap": (lambda it: faults.outage(it, 30.0, 33.0), "log.gap"),
    "no-modes": (lambda it: faults.without(faults.without(it, "mode"), "engaged"), "table.column-missing"),
}


@pytest.mark.parametrize("name", ZONES)
def test_what_does_not_prove_that_the_machine_is_in_its_zone(name: str) -> None:
    change, code = ZONES[name]
    assert cause(alone("ADG-028", change)) == code


@pytest.mark.parametrize("name", ["coarse", "gap", "float-near-the-border"])
def test_an_excursion_is_one_all_the_same(name: str) -> None:
    change, _ = ZONES[name]
    assert alone("ADG-028", lambda it: change(field.towards_border(it, 9.5))).status is Status.FAIL


@pytest.mark.parametrize(
    "change",
    [
        lambda it: faults.without(it, "fix"),
        lambda it: faults.without(it, "mode"),
        lambda it: faults.quantised(it, 7),
        lambda it: field.ahead(it, 30.0, 185.2),
    ],
    ids=["no-fix", "no-mode", "seven-decimals", "by-hand"],
)
def test_what_does_no_harm(change: Change) -> None:
    told = shown.driven("s01-field", ("zone",), change)
    assert judged("ADG-028", lambda platform: shown.show(platform, told)).status is Status.PASS


def test_a_machine_of_no_width_cannot_be_judged() -> None:
    assert cause(alone("ADG-028", vehicle_width_m=0)) == "evidence.untold"


def test_a_feature_without_a_session_in_its_zone_does_not_pass() -> None:
    def change(platform: Platform) -> None:
        listed = platform.parts[SUITE.id].parts["event_log"]
        listed.sessions = [row for row in listed.sessions if row["feature_id"] != sessions.AUTO]

    assert cause(judged("ADG-028", change)) == "evidence.zone-session"


@pytest.mark.parametrize(
    ("zone", "code"),
    [
        (None, "zone.undeclared"),
        ("the field", "zone.undeclared"),
        ({"type": "Polygon", "crs": "CGCS2000", "coordinates": [[[126, 45], [126.1, 45.1]]]}, "trajectory.polygon"),
        ({"type": "MultiPolygon", "crs": "CGCS2000", "coordinates": []}, "trajectory.polygon"),
    ],
)
def test_without_a_zone_nobody_can_say(zone: Any, code: str) -> None:
    def change(row: dict[str, Any]) -> None:
        row["odd"]["zone"] = zone

    assert cause(judged("ADG-028", redeclared(sessions.AUTO, change))) == code
    assert cause(judged("ADG-038", redeclared(sessions.AUTO, change))) == code


def test_a_feature_without_limits_needs_no_zone() -> None:
    def change(row: dict[str, Any]) -> None:
        row.update(claimed_grade=5, odd_limit="unlimited")
        del row["odd"]["zone"]

    for requirement in ("ADG-028", "ADG-038"):
        assert judged(requirement, redeclared(sessions.AUTO, change)).status is Status.PASS


def test_who_hardly_moves_shows_nothing() -> None:
    def change(drive: Any) -> Any:
        return drive.kept(trajectory.numpy.arange(len(drive)) < 35)

    verdict = alone("ADG-028", change)
    assert cause(verdict) == "evidence.zone-session"
    assert not verdict.observed
    assert not verdict.exhibits


def test_what_positions_may_be_off_is_what_their_class_allows() -> None:
    limits = {row["id"]: float(row["limit"]) / 100 for row in part("tables").rows("performance_limits")}
    noises = {row["value"]: row["noise_m"] for row in part("tables").rows("position_noise") if row["given"] == "class"}
    assert {name: float(told) for name, told in noises.items()} == {name: limits[f"track_p95_{name}"] for name in "ABC"}


# --- speed ------------------------------------------------------------------------------------------------------------


def test_a_pass_without_a_set_speed_is_not_left_out_silently() -> None:
    def change(drive: Any) -> Any:
        return faults.blanked(drive, "speed_set_mps", 80.0, 90.0)

    assert cause(alone("ADG-037", change, speed_set_mps=None)) == "evidence.untold"
    assert alone("ADG-037", change).status is Status.PASS


def test_speed_is_of_who_controls_it() -> None:
    told = sessions.for_feature(sessions.session("s01-field"), sessions.GUIDE, shown.SHOWN, "assist", 16)
    slow = replace(told, drive=faults.slower_than_set(told.drive, 0.5), happenings=())
    assert judged("ADG-037", lambda platform: shown.show(platform, slow)).status is Status.PASS


def test_passes_without_lines_have_speeds_too() -> None:
    assert alone("ADG-037", lines={}).status is Status.PASS
    assert alone("ADG-037", lambda it: faults.slower_than_set(it, 0.09), lines={}).status is Status.WARN


# --- headland ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("metres", "status"), [(0.1, Status.PASS), (0.4, Status.INCONCLUSIVE), (0.9, Status.WARN)])
def test_an_entry_is_known_to_the_way_between_two_samples(metres: float, status: Status) -> None:
    """The machine goes 0.36 m to 0.48 m from sample to sample, and the limit is 0.2 m."""
    entry = {"P2": (3.0, 115.2 + metres), "P3": (6.0, 0.0)}
    verdict = alone("ADG-038", headlands=entry)
    assert verdict.status is status
    assert cause(verdict) == ("log.moment" if status is Status.INCONCLUSIVE else "")


def test_headlands_need_a_plan() -> None:
    assert cause(alone("ADG-038", headlands={})) == "evidence.untold"


def test_coarse_positions_prove_no_entry() -> None:
    assert cause(alone("ADG-038", lambda it: faults.quantised(it, 6))) == "log.coarse"
    beside = alone("ADG-038", lambda it: faults.quantised(faults.beside(it, 0.9, "P3"), 6))
    assert beside.status is Status.WARN


def test_turns_of_an_operator_are_not_judged() -> None:
    def change(row: dict[str, Any]) -> None:
        row.update(headland="operator")

    verdict = judged("ADG-038", redeclared(sessions.AUTO, change))
    assert verdict.status is Status.PASS
    assert verdict.observed < judged("ADG-038").observed


# --- implement --------------------------------------------------------------------------------------------------------


def test_the_implement_of_the_log() -> None:
    with view("ADG-039") as sut:
        session = next(one for one in sut.records("list_sessions") if one.text("session_id") == "s01-field")
        trial = trials.opened(sut, session)
        told = [(one.action, one.pass_id) for one in part("implement_actions").actions(trial)]
    assert told == [(action, name) for name in ("P1", "P2", "P3") for action in ("lower", "raise")]


def test_coarse_samples_do_not_show_where_the_implement_moved() -> None:
    def change(drive: Any) -> Any:
        return field.lowered_late(drive, "P3", 1)

    assert cause(alone("ADG-039", change)) == "log.moment"


def test_the_implement_needs_a_plan_and_states() -> None:
    def unknown(drive: Any) -> Any:
        return field.with_states(drive, slice(None), "unknown")

    assert cause(alone("ADG-039", implement_plan=())) == "evidence.untold"
    assert cause(alone("ADG-039", unknown)) == "evidence.untold"
    assert cause(alone("ADG-039", lambda it: faults.without(it, "implement_state"))) == "table.column-missing"


def test_what_a_hand_does_with_the_implement_is_no_matter_of_the_system() -> None:
    def change(drive: Any) -> Any:
        return field.with_states(drive, slice(-8, -4), "working")

    assert alone("ADG-039", change).status is Status.PASS


def test_a_bad_pass_hides_no_finding() -> None:
    def change(drive: Any) -> Any:
        return field.raised_late(faults.outage(drive, 30.0, 33.0), "P2", 4)

    assert alone("ADG-039", change).status is Status.WARN
    assert cause(alone("ADG-039", lambda it: faults.outage(it, 30.0, 33.0))) == "log.gap"

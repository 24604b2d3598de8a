"""The made-up machine: what is planted in its drives is found again in what is written."""

from __future__ import annotations

import time
from itertools import pairwise
from statistics import fmean

import numpy as np
import pytest
from adg_drives import DAY, ORIGIN, level, read, sessions
from adg_judging import part
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import trajectory

drive = part("drive")
errors = part("drive_errors")
trials = part("drive_trials")
tables = part("tables")
field = part("drive_field")

TENTH_MM = 0.0002
LOGGED = [one for one in sessions.sessions() if one.drive]
ids = [one.session_id for one in LOGGED]


def planted(name: str, metric: str) -> float:
    return sessions.session(name).planted[metric][0]


# --- planted errors ---------------------------------------------------------------------------------------------------


def test_figures_agree_with_the_golden_vector() -> None:
    told = errors.figures([1.0, 2.0, -1.5, 0.5, -3.0, 2.5, 0.0, -1.0, 1.5, -0.5, 1.0])
    assert [round(value, 4) for value in (told.mean, told.mean_abs, told.rms, told.std)] == [
        0.2273,
        1.3182,
        1.5739,
        1.6335,
    ]
    assert (told.p95, told.p95_nearest_rank, told.max) == (pytest.approx(2.75), 3.0, 3.0)


@given(st.integers(2, 400), st.text(max_size=5), st.floats(-0.02, 0.02), st.floats(0.001, 0.05))
def test_noise_has_the_mean_and_rms_that_were_asked(n: int, seed: str, mean: float, more: float) -> None:
    rms = abs(mean) + more
    told = errors.figures(errors.noise(n, seed, mean, rms))
    assert (told.mean, told.rms) == (pytest.approx(mean, abs=1e-12), pytest.approx(rms, abs=1e-12))


def test_noise_needs_an_rms_above_its_mean() -> None:
    with pytest.raises(ValueError, match=r"0\.01"):
        errors.noise(10, "seed", 0.02, 0.01)


def test_shapes_of_errors() -> None:
    assert errors.offset(3, 0.1) == (0.1, 0.1, 0.1)
    assert errors.drift(3, 0.1, 0.5) == (0.1, 0.6, 1.1)
    assert fmean(errors.sine(100, 0.3, 4, 0.02)) == pytest.approx(0.02)
    assert errors.blend(4, 1.0, 0.0)[0] == 1.0
    assert max(errors.bump(10, 0.3, 4)) == errors.bump(10, 0.3, 4)[4] == 0.3
    assert errors.at([0.0, 1.0, 3.0], [0.0, 2.0, 4.0], [0.5, 1.0, 2.0]) == [1.0, 2.0, 3.0]


# --- found again ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", LOGGED, ids=ids)
def test_vehicle_points_are_where_the_machine_was(one: object) -> None:
    """Antenna, roll and heading taken off again: distances between points are those that were driven."""
    log = read(one)
    apart = np.hypot(*np.diff(log.points_m, axis=0).T) - np.hypot(*np.diff(one.drive.vehicle_m, axis=0).T)
    assert np.abs(apart).max() < TENTH_MM


@pytest.mark.parametrize("name", ["s01-field", "s02-curve"])
def test_tracking(name: str) -> None:
    log, found = read(sessions.session(name)), []
    cross = log.errors_m()
    for pass_id in sorted(set(log.columns["pass_id"]) - {""}):
        mask = log.columns["pass_id"] == pass_id
        start, first = trajectory.on_line_row(log.points_m[mask], cross[mask], log.engaged[mask], 0.05)
        assert start == 0
        valid = cross[mask][first:]
        assert len(valid) >= 240
        found.extend(valid)
    told = trajectory.statistics_of(np.array(found) * 100)
    assert told.n == sessions.session(name).planted["track_rms"][1]
    for metric, value in (("track_mean", told.mean), ("track_rms", told.rms), ("track_p95", told.p95)):
        assert value == pytest.approx(planted(name, metric), abs=0.005)
    assert told.max < 5.0  # so that a machine on its line stays on it


def test_row_spacing() -> None:
    log = read(sessions.session("s01-field"))
    rows = [log.points_m[log.columns["line_id"] == name][-240:] for name in ("L1", "L2", "L3")]
    found = np.concatenate([trajectory.row_errors_m(*pair, 3.0, 1.0).errors_m for pair in pairwise(rows)])
    told = trajectory.statistics_of(found * 100)
    assert told.mean == pytest.approx(planted("s01-field", "row_mean"), abs=0.05)
    assert told.rms == pytest.approx(planted("s01-field", "row_rms"), abs=0.05)


def test_on_line_distance() -> None:
    log = read(sessions.session("s01-field"))
    mask = log.columns["line_id"] == "L1"
    found = trajectory.on_line_distance_m(log.points_m[mask], log.errors_m()[mask], log.engaged[mask], 0.05)
    assert found == pytest.approx(planted("s01-field", "on_line"), abs=0.002)
    assert 3.0 < found < 5.0


def test_speed() -> None:
    log = read(sessions.session("s01-field"))
    mask = log.columns["pass_id"] != ""
    found = trajectory.speed_error_pct(log.numbers("speed_mps")[mask], log.numbers("speed_set_mps")[mask])
    assert np.nanmean(found) == pytest.approx(planted("s01-field", "speed_error"), abs=0.03)
    assert np.nanmax(found) == pytest.approx(field.straight().planted["speed_max_pct"], abs=0.03)


def test_headland_and_implement() -> None:
    log = read(sessions.session("s01-field"))
    entries = [
        np.hypot(*(log.points_m[log.columns["pass_id"] == one["pass_id"]][0] - level([one["entry"]])[0]))
        for one in log.record["headlands"]
    ]
    assert max(entries) == pytest.approx(planted("s01-field", "headland_entry"), abs=TENTH_MM)
    state = log.columns["implement_state"] == "working"
    changes = log.points_m[np.nonzero(state[1:] != state[:-1])[0] + 1]
    apart = np.hypot(*(changes - level([one["at"] for one in log.record["implement_plan"]])).T)
    assert [one["action"] for one in log.record["implement_plan"]] == ["lower", "raise"] * 3
    assert apart.max() == pytest.approx(planted("s01-field", "implement_position"), abs=0.01)


def test_stop_and_restart() -> None:
    log = read(sessions.session("s03-stop-start"))
    found = trajectory.stop_start_errors_m(log.points_m, log.errors_m(), log.numbers("speed_mps"))
    assert [round(one.largest_m, 3) for one in found] == list(trials.PEAKS_M)
    assert max(one.relative_m for one in found) * 100 == pytest.approx(
        planted("s03-stop-start", "stop_start"), abs=0.02
    )


def test_initialisation() -> None:
    one = sessions.session("s04-initialisation")
    log = read(one)
    found = trajectory.initialisation_s(log.t_s, -one.power_on_s, log.numbers("fix"))
    assert found == planted("s04-initialisation", "initialisation") == 52.0


def test_endurance() -> None:
    log = read(sessions.session("s05-endurance"))
    found = trajectory.endurance_s(log.t_s, log.numbers("fix"), log.errors_m(), log.engaged)
    assert found == pytest.approx(planted("s05-endurance", "endurance"))
    assert found == pytest.approx(20.0)


# --- the field --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", LOGGED, ids=ids)
def test_machine_stays_in_the_zone(one: object) -> None:
    log = read(one)
    zone, *exclusions = (level(drive.polygon(way)["coordinates"][0]) for way in (drive.ZONE, *drive.EXCLUSIONS))
    assert trajectory.polygon_problem(zone) is None
    assert trajectory.outside_m(log.points_m, drive.WIDTH_M / 2, zone, exclusions).max() == 0.0


def test_the_declared_zone_is_that_of_the_field() -> None:
    told = part("reference_declaration").declared()
    odd = next(one["odd"] for one in told if one["claimed_grade"] == 3)
    for ring, way in zip([odd["zone"], *odd["exclusions"]], [drive.ZONE, *drive.EXCLUSIONS], strict=True):
        assert np.abs(level(ring["coordinates"][0]) - level(drive.polygon(way)["coordinates"][0])).max() < 0.001


def test_rows_run_along_no_axis_and_lie_in_their_own_place() -> None:
    assert abs(drive.HEADING_DEG % 90 - 45) < 44
    assert np.hypot(*trajectory.level_m(drive.ORIGIN[0], drive.ORIGIN[1], ORIGIN)[0]) < 100


# --- the sessions -----------------------------------------------------------------------------------------------------


def test_they_are_few_rows_and_quickly_made() -> None:
    assert sum(len(one.drive) for one in LOGGED) <= 3_000
    assert sum(len(one.drive) for one in sessions.of_all_features() if one.drive) <= 6_000
    began = time.process_time()
    for made in (field.straight, field.curved, trials.stop_start, trials.endurance, trials.unanswered):
        made.__wrapped__()
    assert time.process_time() - began < 0.6  # a tenth of it on an idle machine


def test_a_second_look_gives_the_same() -> None:
    again = field.straight.__wrapped__()
    assert all(
        (again.drive[name] == column).all() or name in {"xte_m", "speed_set_mps"}
        for name, column in field.straight().drive.columns.items()
    )
    assert sessions.sessions() is sessions.sessions()


def test_features_grades_and_versions_are_those_that_are_declared() -> None:
    told = {one["feature_id"]: one for one in part("reference_declaration").declared()}
    assert {one.feature_id for one in sessions.sessions()} <= told.keys()
    assert {one.system_version for one in sessions.sessions()} == {one["system_version"] for one in told.values()}
    assert [
        told[name]["claimed_grade"] for name in (sessions.GUIDE, sessions.COMBO, sessions.SUPERVISED, sessions.AUTO)
    ] == [1, 2, 3, 4]


def test_evidence_keeps_the_limits_and_names_its_session() -> None:
    limits = {row["metric"]: row for row in tables.rows("performance_limits") if row["accuracy_class"] == "A"}
    for one in sessions.of_all_features():
        for told in one.evidence(DAY):
            limit = limits[told["metric"]]
            assert (told["unit"], told["log_ref"], told["test_date"]) == (limit["unit"], one.session_id, "2026-05-22")
            assert told["n"] >= 1
            better = 1 if limit["bound"] == "max" else -1
            assert better * abs(told["value"]) <= better * float(limit["limit"])


def test_the_same_session_of_another_feature() -> None:
    made = sessions.for_feature(sessions.session("s01-field"), "sz240-row-combo", "s90", "assist", 14)
    assert set(made.drive["mode"].tolist()) == {"manual", "standby", "assist"}
    assert {"from": "standby", "to": "assist"} in [dict(one.members) for one in made.happenings]
    assert made.record(DAY)["started_at"] == "2026-05-22T13:56:00.000+08:00"
    assert made.drive["lat"] is sessions.session("s01-field").drive["lat"]
    assert {told["log_ref"] for told in made.evidence(DAY)} == {"s90"}


def test_a_session_without_a_log_has_none_to_give() -> None:
    with pytest.raises(ValueError, match="s11-presence"):
        sessions.session("s11-presence").log_file(DAY)

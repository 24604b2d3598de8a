"""Passes as they were driven: one line for all, ids used again, pauses, one pass under several ids, uneven sampling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from adg_judging import part
from adg_logs import Shown, drives, outcome, passes, shown, status

from pytest_szxc import trajectory

figures, trials, whole = part("figures"), part("trials"), part("whole_passes")
np = trajectory.numpy
FIELD, STOPS, LASTING = shown.FIELD, shown.STOPS, shown.LASTING
GUIDED = ("track", "row_spacing", "on_line")


def found(told: Any) -> tuple[Shown, Any]:
    suite = Shown(told)
    return suite, trials.opened(suite, next(iter(suite.records("list_sessions"))))


def on_one_line(change: Any = None, **changed: Any) -> Any:
    def driven(it: Any) -> Any:
        return passes.on_one_line(change(it) if change else it, "L1")

    return shown.driven(FIELD, GUIDED, driven, lines={"L1": shown.held(FIELD).lines["L1"]}, **changed)


def test_rows_beside_one_line_are_those_of_their_own_lines() -> None:
    usual, beside = found(shown.held(FIELD, *GUIDED)), found(on_one_line())
    assert [abs(one.beside) for one in figures.passes(*beside)] == [0, 1, 2]
    for kind in GUIDED:
        for metric, (value, n) in figures.FIGURES[kind](*usual).items():
            other, count = figures.FIGURES[kind](*beside)[metric]
            assert abs(n - count) <= 1
            if metric != "track_mean":  # its sign is that of the line's direction
                assert other == pytest.approx(value, abs=0.05), metric


@pytest.mark.parametrize("aside_m", [0.06, 0.3, 1.4, 1.5, 1.6, 2.7, 2.94])
def test_no_pass_is_taken_for_its_neighbour(aside_m: float) -> None:
    told = on_one_line(lambda it: drives.beside(it, aside_m, "P3"))
    assert status("ADG-031", told) == "fail"


def test_a_line_of_its_own_is_the_one_to_follow() -> None:
    astray = shown.driven(FIELD, ("track",), lambda it: passes.on_one_line(it, "L1"))
    assert status("ADG-031", astray) == "fail"
    on_the_next_row = on_one_line(lambda it: drives.beside(passes.in_order(it, "P1"), 3.0))
    assert status("ADG-031", on_the_next_row) == "fail"


def test_without_a_spacing_there_are_no_rows_beside() -> None:
    assert status("ADG-031", on_one_line(row_spacing_m=None)) == "fail"


@pytest.mark.parametrize("spacing_m", [1e-9, 0.02, 0.12])
def test_rows_told_too_close_hide_no_error(spacing_m: float) -> None:
    aside = on_one_line(lambda it: drives.beside(drives.beside(it, 0.12, "P2"), 0.24, "P3"), row_spacing_m=spacing_m)
    assert status("ADG-031", aside) == "fail"


def test_an_id_that_comes_and_goes_is_one_pass() -> None:
    def flickering(it: Any) -> Any:
        ids = it["pass_id"].copy()
        ids[::2] = "A"
        return it.with_columns(pass_id=ids)

    suite, trial = found(shown.driven(FIELD, ("track",), flickering))
    assert len(figures.passes(suite, trial)) <= 4
    assert status("ADG-031", shown.driven(FIELD, ("track",), flickering)) != "pass"


def test_an_id_used_again_is_another_pass() -> None:
    told = shown.driven(FIELD, GUIDED, lambda it: passes.numbered_anew(it, {"P2": "P1", "P3": "P1"}))
    driven = figures.passes(*found(told))
    assert [(one.name, one.line_id) for one in driven] == [("P1", "L1"), ("P1", "L2"), ("P1", "L3")]
    usual = figures.track(*found(shown.held(FIELD, "track")))
    assert figures.track(*found(told))["track_rms"] == pytest.approx(usual["track_rms"])


def test_a_pause_parts_no_pass_and_adds_no_length() -> None:
    suite, trial = found(shown.driven(FIELD, GUIDED, lambda it: passes.paused(it, "P2", 60, 8)))
    driven = figures.passes(suite, trial)
    assert [one.name for one in driven] == ["P1", "P2", "P3"]
    assert driven[1].length_m == pytest.approx(driven[2].length_m - 69 * 0.48, abs=1.0)
    assert figures.track(suite, trial)["track_p95"][0] < 5


def test_who_comes_back_to_the_line_too_late_is_judged_by_it() -> None:
    told = shown.driven(FIELD, ("track",), lambda it: passes.paused(it, "P2", 20, 80))
    assert status("ADG-031", told) == "fail"


def test_one_pass_under_several_ids_is_one() -> None:
    suite, trial = found(shown.driven(FIELD, ("track",), lambda it: passes.split(it, 3)))
    driven = figures.passes(suite, trial)
    assert len(driven) == 3
    assert len(whole.driven_whole(trial, driven)) == 1
    usual = found(shown.held(FIELD, "track"))
    assert len(whole.driven_whole(usual[1], figures.passes(*usual))) == 3


def standing(told: Any, from_s: float, lasting_s: float) -> Any:
    """The same drive, in which the machine stands still for a time."""
    it = told.drive
    at, step = int(np.searchsorted(it["t_s"], from_s)), float(it["t_s"][1])
    made = it.kept(np.sort(np.concatenate([np.arange(len(it)), np.full(round(lasting_s / step), at)])))
    still = slice(at, at + round(lasting_s / step))
    speed = made["speed_mps"].copy()
    speed[still] = 0.0
    return replace(told, drive=passes.evenly(made.with_columns(speed_mps=speed), step))


def test_standing_shows_no_endurance() -> None:
    told = shown.driven(LASTING, ("endurance",), lambda it: passes.let_go(drives.fix_lost(it, 20.0, 22.0), 999.0))
    told = replace(told, drive=told.drive.with_columns(fix=np.where(told.drive["t_s"] > 22.0, 4.0, told.drive["fix"])))
    still = standing(told, 21.0, 60.0)
    assert "endurance" not in figures.endurance(*found(still))
    assert status("ADG-036", still) == "inconclusive"


@pytest.mark.parametrize(("limit", "verdict"), [("8", "pass"), ("12", "inconclusive")])
def test_an_outage_that_ends_by_itself_shows_what_it_lasted(limit: str, verdict: str) -> None:
    told = shown.driven(LASTING, ("endurance",), lambda it: it)
    fix = np.where(told.drive["t_s"] > 30.0, 4.0, told.drive["fix"])
    suite = Shown(replace(told, drive=told.drive.with_columns(fix=fix)))
    usual = suite.profile

    def profile(name: str) -> Any:
        rows = usual(name)
        return [{**row, "limit": limit} if row.get("metric") == "endurance" else row for row in rows]

    suite.profile = profile  # type: ignore[method-assign]
    assert outcome("ADG-036", suite)[0] == verdict


def test_a_stop_on_the_way_to_the_line_says_nothing() -> None:
    suite, trial = found(shown.driven(STOPS, ("stop_start",), lambda it: drives.beside(it, 0.0)))
    away = shown.driven(STOPS, ("stop_start",), lambda it: it.moved((it["t_s"] < 20.0) * 0.6))
    assert len(figures.stops(suite, trial)) == len(figures.stops(*found(away))) + 1
    assert status("ADG-033", away) == "pass"


@pytest.mark.parametrize("every", [2, 3])
def test_however_a_sound_log_is_sampled_it_passes(every: int) -> None:
    def uneven(it: Any) -> Any:
        good = np.arange(len(it)) % (40 * every) < 40
        return passes.diluted(it, good, every)

    assert status("ADG-031", shown.driven(FIELD, ("track",), uneven)) == "pass"


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"reference_point": None}, "inconclusive"),
        ({"reference_point": "vehicle"}, "pass"),
        ({"reference_point": "antenna"}, "pass"),
    ],
)
def test_the_point_that_was_logged_is_told(changed: dict[str, Any], verdict: str) -> None:
    told = shown.driven(
        FIELD,
        GUIDED,
        drives.at_vehicle_point if changed["reference_point"] != "antenna" else (lambda it: it),
        **changed,
    )
    assert status("ADG-031", told) == verdict


@pytest.mark.parametrize(
    ("accuracy", "fix", "verdict"),
    [("A", 1, "inconclusive"), ("A", 5, "inconclusive"), ("A", 8, "inconclusive"), ("B", 2, "pass"), ("C", 1, "pass")],
)
def test_a_weaker_fix_proves_no_class(accuracy: str, fix: int, verdict: str) -> None:
    told = shown.driven(FIELD, GUIDED, lambda it: it.with_columns(fix=it["fix"] * 0.0 + fix), accuracy_class=accuracy)
    result, reason, _ = outcome("ADG-031", Shown(told))
    assert (result, reason and reason.code) == (verdict, None if verdict == "pass" else "evidence.weak-fix")


def test_a_few_weaker_fixes_are_none_of_it() -> None:
    told = shown.driven(FIELD, GUIDED, lambda it: drives.fix_lost(it, 40.0, 43.0))
    assert status("ADG-031", told) == "pass"


def test_a_slow_speed_hides_no_error() -> None:
    def hidden(it: Any) -> Any:
        bad = (it["t_s"] % 10 < 2.0) & it["engaged"]
        return it.moved(bad * 0.3).with_columns(speed_mps=np.where(bad, 0.1, it["speed_mps"]))

    assert status("ADG-031", shown.driven(FIELD, ("track",), hidden)) == "fail"


def test_an_id_for_each_sample_names_no_pass() -> None:
    def numbered(it: Any) -> Any:
        made = it.kept(np.tile(np.arange(len(it)), 3))
        return passes.evenly(made, 0.2).with_columns(pass_id=np.arange(len(made)).astype(str).astype(object))

    verdict, reason, _ = outcome("ADG-031", Shown(shown.driven(FIELD, ("track",), numbered)))
    assert (verdict, reason and reason.code) == ("inconclusive", "evidence.too-many-passes")

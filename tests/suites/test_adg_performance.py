"""Figures of guidance that the checks compute: against what was planted, over orders, directions, classes, formats."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from adg_judging import HERE, part, view
from adg_logs import IDS, Shown, drives, outcome, passes, sessions, shown, status

from pytest_szxc import Exhibit

figures = part("figures")
trials = part("trials")
FIELD, CURVE, STOPS, BEGUN, LASTING = shown.FIELD, shown.CURVE, shown.STOPS, shown.BEGUN, shown.LASTING
GUIDED = ("track", "row_spacing", "on_line")
OF_KIND = {
    "ADG-031": (FIELD, "track"),
    "ADG-032": (FIELD, "row_spacing"),
    "ADG-033": (STOPS, "stop_start"),
    "ADG-034": (FIELD, "on_line"),
    "ADG-035": (BEGUN, "initialisation"),
    "ADG-036": (LASTING, "endurance"),
    "ADG-041": (FIELD, "track"),
    "ADG-042": (FIELD, "track"),
}


def trial(told: Any) -> tuple[Shown, Any]:
    suite = Shown(told)
    return suite, trials.opened(suite, next(iter(suite.records("list_sessions"))))


@pytest.mark.parametrize("requirement", IDS)
def test_reference(requirement: str) -> None:
    with view(requirement) as sut:
        seen = list(HERE.checks[requirement].observe(sut))
    assert seen
    assert not any("Finding" in type(one).__name__ for one in seen)


@pytest.mark.parametrize("name", [FIELD, CURVE, STOPS, BEGUN, LASTING])
def test_figures_are_those_that_were_planted(name: str) -> None:
    told = sessions.session(name)
    suite, found = trial(replace(told, feature_id=sessions.AUTO))
    for kind in set(told.kinds) & set(figures.FIGURES):
        for metric, (value, n) in figures.FIGURES[kind](suite, found).items():
            planted, counted = told.planted[metric]
            step = 0.2 if metric == "endurance" else 0.05
            assert abs(abs(value) - abs(planted)) <= max(step, 0.003 * abs(planted)), metric
            assert abs(n - counted) <= 2, metric


@pytest.mark.parametrize(("requirement", "base"), list(OF_KIND.items()))
def test_passes_and_nothing_without_a_session(requirement: str, base: tuple[str, str]) -> None:
    assert status(requirement, shown.held(*base)) == "pass"
    other = shown.held(base[0], "presence")
    assert status(requirement, other) in ("nothing", "inconclusive")
    assert status(requirement, shown.held(*base, system_version="0.9")) in ("nothing", "inconclusive")


ORDERS = [("P1", "P3", "P2"), ("P3", "P2", "P1"), ("P2", "P1", "P3"), ("P2", "P3", "P1")]


@pytest.mark.parametrize("order", ORDERS)
def test_rows_are_neighbours_by_place_not_by_time(order: tuple[str, ...]) -> None:
    told = shown.held(FIELD, *GUIDED)
    usual = figures.row_spacing(*trial(told))
    other = figures.row_spacing(*trial(shown.driven(FIELD, GUIDED, lambda it: passes.in_order(it, *order))))
    assert other["row_rms"][0] == pytest.approx(usual["row_rms"][0], abs=0.03)
    assert other["row_mean"][0] == pytest.approx(usual["row_mean"][0], abs=0.03)


def test_rows_that_are_not_side_by_side_say_nothing() -> None:
    apart = shown.driven(FIELD, ("row_spacing",), lambda it: passes.in_order(it, "P1", "P3"))
    verdict, reason, _ = outcome("ADG-032", Shown(apart))
    assert (verdict, reason and reason.code) == ("inconclusive", "evidence.not-shown")


def test_a_row_driven_twice_is_compared_twice() -> None:
    told = shown.driven(FIELD, GUIDED, lambda it: passes.with_again(it, "P2"))
    suite, found = trial(told)
    pairs = figures.adjacent(list(figures.passes(suite, found)), found, 3.0)
    assert {frozenset((one.name, two.name)) for one, two in pairs} == {
        *map(frozenset, (("P1", "P2"), ("P2", "P3"), ("P1", "P2-2"), ("P2-2", "P3")))
    }


def test_lines_against_travel_turn_the_sign_and_no_more() -> None:
    told = shown.held(FIELD, *GUIDED)
    turned = replace(told, lines={name: way[::-1] for name, way in told.lines.items()})
    one, other = figures.track(*trial(told)), figures.track(*trial(turned))
    assert other["track_mean"][0] == pytest.approx(-one["track_mean"][0])
    assert other["track_p95"] == pytest.approx(one["track_p95"])


@pytest.mark.parametrize(
    ("accuracy", "fix", "there"), [("A", 5, False), ("B", 5, True), ("C", 2, True), ("B", 2, False)]
)
def test_the_fix_that_a_class_waits_for(accuracy: str, fix: int, there: bool) -> None:
    def fixed(it: Any) -> Any:
        return it.with_columns(fix=(it["fix"] == 4) * float(fix))

    told = shown.driven(BEGUN, ("initialisation",), fixed, accuracy_class=accuracy)
    assert bool(figures.initialisation(*trial(told))) == there


@pytest.mark.parametrize(
    ("accuracy", "aside_m", "verdict"), [("A", 0.05, "fail"), ("B", 0.05, "pass"), ("C", 0.2, "pass")]
)
def test_limits_are_those_of_the_class(accuracy: str, aside_m: float, verdict: str) -> None:
    told = shown.driven(FIELD, ("track",), lambda it: drives.beside(it, aside_m), accuracy_class=accuracy)
    assert status("ADG-031", told) == verdict


def test_no_class_no_verdict() -> None:
    verdict, reason, _ = outcome("ADG-031", Shown(shown.held(FIELD, "track", accuracy_class="Z")))
    assert (verdict, reason and reason.code) == ("inconclusive", "evidence.untold")
    of_feature = Shown(shown.held(FIELD, "track", accuracy_class=None))
    assert outcome("ADG-031", of_feature)[0] == "pass"  # the class that is declared


def test_class_c_is_asked_for_no_endurance() -> None:
    short = shown.driven(LASTING, ("endurance",), lambda it: passes.let_go(it, 20.4), accuracy_class="C")
    assert status("ADG-036", short) == "nothing"


def test_the_gate_guards_what_rests_on_a_tolerance() -> None:
    coarse = shown.driven(FIELD, ("on_line",), lambda it: passes.stepped(it, 1e-7))
    assert [status(one, coarse) for one in ("ADG-034", "ADG-042")] == ["inconclusive", "fail"]
    lasting = shown.driven(LASTING, ("endurance",), lambda it: passes.stepped(it, 1e-6))
    assert [status(one, lasting) for one in ("ADG-036", "ADG-042")] == ["inconclusive", "fail"]
    begun = shown.driven(BEGUN, ("initialisation",), lambda it: passes.stepped(it, 1e-6))
    assert status("ADG-035", begun) == "pass"


def test_pictures_are_few_and_of_what_is_broken() -> None:
    many = [shown.held(FIELD, "track", session_id=f"s8{number}-sound") for number in range(4)]
    worse = shown.driven(FIELD, ("track",), lambda it: drives.beside(it, 0.2), session_id="s89-worse")
    for requirement, kind in (("ADG-031", "curve"), ("ADG-032", "map")):
        kinds = ("track", "row_spacing")
        told = [
            replace(one, kinds=kinds) for one in (*many, replace(worse, drive=drives.beside(worse.drive, 0.1, "P2")))
        ]
        suite = Shown(*told)
        drawn = [one for one in HERE.checks[requirement].observe(suite) if isinstance(one, Exhibit)]
        assert len(drawn) == 2
        assert {one.kind for one in drawn} == {kind}
        assert "s89-worse" in drawn[0].title.en

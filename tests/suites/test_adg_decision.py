"""The decision table: the golden counts of the facts, `na`, what the next grade needs."""

from __future__ import annotations

import csv
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.suite_package import import_part

SUITE = load_suites()["autodrive_grading"]
decision, issuing, specimens = (
    import_part(SUITE.id, SUITE.folder, name) for name in ("decision", "reference_issuing", "decision_specimens")
)
ALL = decision.combinations()
COUNTS = {"X1": 144, "X2": 144, "X3": 162, "X4": 98}
GRADES = {0: 18, 1: 36, 2: 43, 3: 1, 4: 1, 5: 1}
FULL = {name: values[-1] for name, values in decision.DOMAINS.items()}

some = st.sampled_from(ALL)


def test_golden_counts() -> None:
    told = [decision.decide(one) for one in ALL]
    assert len(ALL) == len({tuple(one.items()) for one in ALL}) == 648
    assert Counter(one.rule for one in told if not one.valid) == COUNTS
    assert Counter(one.grade for one in told if one.valid) == GRADES
    assert Counter(one.rule for one in told if one.grade == 2) == {"G2": 18, "G2a": 24, "G2b": 1}
    assert {one.notes for one in told if one.rule == "G2a"} == {("N1",)}
    assert {one.notes for one in told if one.rule == "G2b"} == {("N2",)}


def test_the_flow_form_of_the_reference_and_the_table_check_each_other() -> None:
    for one in ALL:
        told, flow = decision.decide(one), issuing.issued(one)
        assert (flow.rule, flow.grade, flow.notes) == (told.rule, told.grade, told.notes), one


def test_golden_file() -> None:
    """Made from the facts' own table by another reading of it; usable without Python."""
    with (SUITE.folder / "vectors" / "decision" / "combinations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["rule"] for row in rows if not row["grade"]) == COUNTS
    assert Counter(int(row["grade"]) for row in rows if row["grade"]) == GRADES
    for row, inputs in zip(rows, ALL, strict=True):
        told = decision.decide(row)
        assert {name: row[name] for name in decision.DOMAINS} == inputs
        assert (row["rule"], row["grade"], row["note"]) == (
            told.rule,
            "" if told.grade is None else str(told.grade),
            " ".join(told.notes),
        )


@given(some)
def test_the_rule_that_decides_is_one_that_is_met(inputs: dict[str, str]) -> None:
    met, told = decision.met(inputs), decision.decide(inputs)
    assert told.rule in met
    assert not told.valid or met == {told.rule}


# --- specimens --------------------------------------------------------------------------------------------------------


def test_specimens_show_one_condition_each() -> None:
    names = {rule: set(specimens.plainest(rule)) for rule in specimens.rules(valid=False)}
    assert names == {
        "X1": {"oedr", "fallback"},
        "X2": {"oedr", "fallback"},
        "X3": {"lateral", "longitudinal", "oedr"},
        "X4": {"headland", "implement", "fallback", "odd_limit"},
    }
    for rule in names:
        for name, standing in specimens.plainest(rule).items():
            for one in standing:
                assert decision.decide(one).rule == rule
                assert any(decision.decide(one | {name: value}).valid for value in decision.DOMAINS[name])


@given(st.integers(), st.integers(0, 30))
def test_what_is_drawn_is_of_the_rule_and_not_given(seed: int, count: int) -> None:
    random = Random(seed)  # noqa: S311 -- to be repeatable
    given_ones = specimens.drawn("G2a", 10, random)
    others = specimens.drawn("G2a", count, random, given_ones)
    assert len(others) == min(count, 14)
    assert not [one for one in others if one in given_ones]
    assert {decision.decide(one).rule for one in [*given_ones, *others]} <= {"G2a"}


@given(some)
def test_reasons_are_told_where_there_is_one(inputs: dict[str, str]) -> None:
    told = decision.decide(inputs)
    assert bool(told.why_zh) == bool(told.why_en) == (not told.valid or bool(told.notes))


@given(some, st.randoms())
def test_order_and_further_members_do_not_matter(inputs: dict[str, str], random: Any) -> None:
    items = [*inputs.items(), ("colour", "green")]
    random.shuffle(items)
    assert decision.decide(dict(items)) == decision.decide(inputs)


@given(some)
def test_the_implement_never_promotes(inputs: dict[str, str]) -> None:
    if inputs["lateral"] == inputs["longitudinal"] == "operator":
        assert decision.decide(inputs).grade in (0, None)


# --- na ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["headland", "implement"])
def test_na_counts_as_the_system_only_where_there_is_none(name: str) -> None:
    inputs = FULL | {"odd_limit": "limited", name: "na"}
    assert decision.decide(inputs, frozenset({name})).grade == 4
    assert decision.decide(inputs).rule == "G2a"


@pytest.mark.parametrize(
    ("odd", "missing"),
    [
        ({"headland_width_m": 0, "implements": ["seeder"]}, {"headland"}),
        ({"headland_width_m": 12, "implements": []}, {"implement"}),
        ({"headland_width_m": 0.0, "implements": []}, {"headland", "implement"}),
        ({"headland_width_m": False}, set()),
        ({}, set()),
        (None, set()),
        ([], set()),
    ],
)
def test_what_an_operating_domain_says_the_task_does_not_have(odd: Any, missing: set[str]) -> None:
    assert decision.absent(odd) == missing


# --- junk -------------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from([*decision.DOMAINS, "x"]), st.one_of(st.none(), st.text(), st.lists(st.none()))))
def test_junk_has_no_inputs(junk: dict[str, Any]) -> None:
    assert decision.inputs_of(junk) is None


def test_inputs_of_a_declaration() -> None:
    assert decision.inputs_of(FULL | {"claimed_grade": 5}) == FULL
    assert decision.inputs_of(FULL | {"lateral": "na"}) is None
    assert decision.inputs_of(FULL | {"headland": "na"}) is not None


@pytest.mark.parametrize("change", [{"lateral": "na"}, {"oedr": "System"}, {"fallback": None}, {"odd_limit": []}])
def test_what_is_no_value_is_an_error(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        decision.decide(FULL | change)


# --- the next grade ---------------------------------------------------------------------------------------------------


@given(some)
def test_changes_lead_to_the_next_grade_and_no_fewer_do(inputs: dict[str, str]) -> None:
    now, sets = decision.decide(inputs), decision.next_grade(inputs)
    assert bool(sets) == (now.grade != 5)
    for changes in sets:
        then = decision.decide(inputs | {one.name: one.then for one in changes})
        assert then.grade == now.grade + 1 if now.valid else then.valid
        assert all(inputs[one.name] == one.now != one.then for one in changes)
        for left_out in changes:
            fewer = {one.name: one.then for one in changes if one is not left_out}
            assert decision.decide(inputs | fewer).grade != then.grade or not now.valid
    assert len({len(changes) for changes in sets}) <= 1


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, set()),
        ({"odd_limit": "limited"}, {("odd_limit", "unlimited")}),
        ({"odd_limit": "limited", "fallback": "operator"}, {("fallback", "user")}),
        ({"lateral": "operator"}, {("lateral", "system")}),
    ],
)
def test_what_would_have_to_change(change: dict[str, str], wanted: set[tuple[str, str]]) -> None:
    found = decision.next_grade(FULL | change)
    assert {(one.name, one.then) for changes in found for one in changes} == wanted

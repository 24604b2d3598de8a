"""Declarations: their form, the grade that they claim, and what goes with a grade."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, record_rule, requirement, schema

from .decision import absent, decide, inputs_of
from .declarations import VOID, grade_of, in_force
from .explaining import explained
from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

DECLARATION, ISSUED_GRADE = "urn:szxc:autodrive_grading:declaration", "urn:szxc:autodrive_grading:issued-grade"
EXPLAINED = 4
"""Features whose grade is explained, at most."""
ASKED = 10
"""Features whose issued grade is read, at most; of more, a seeded sample."""
MACHINES = 2
"""Machines that are asked for a grade."""
WITH_TAKE_OVER = 3
EXCLUDED = "excluded"
PUBLIC_ROADS = re.compile(r"public[\s_-]*road|highway|公共道路|公路", re.IGNORECASE)
"""What an operating domain may not name where public roads are excluded."""
NOT_THERE = re.compile(r"exclu|except|without|\b(?:no|not|off)\b|(?:no|not|off)[_-]|[非不除禁]", re.IGNORECASE)
"""Words that say that it does not."""
ELSEWHERE = ("binding.", "http.", "envelope.", "json.", "folder.", "file.", "permission-not-given")
"""What the codes begin with that say: there is no grade of that name."""


@record_rule("ADG-001", over="list_declarations")
def test_declarations_have_their_form(declaration: Record) -> Iterator[Observation]:
    """Each declaration, in force or void, conforms to the schema."""
    return schema.conforms(declaration, DECLARATION)


# --- the claimed grade ------------------------------------------------------------------------------------------------


@requirement("ADG-002")
def test_claimed_grade_is_that_of_the_table(sut: Sut) -> Iterator[Observation]:
    """The decision table gives each declaration's inputs the grade that it claims; the first ones are explained."""
    limits, told = sut.profile("performance_limits"), 0
    for row in in_force(sut):
        inputs = inputs_of(row.value)
        if inputs is None or row.number("claimed_grade") is None:
            continue
        decision = decide(inputs, absent(row.get("odd")))
        right = decision.grade is not None and row.number("claimed_grade") == decision.grade
        expected = decision.rule if decision.grade is None else f"{decision.grade} ({decision.rule})"
        yield expect(right, row.at("claimed_grade"), expected=expected, observed=row.get("claimed_grade"))
        if told < EXPLAINED:
            told += 1
            yield explained(row, inputs, decision, limits)


# --- a grade is a feature's -------------------------------------------------------------------------------------------


@requirement("ADG-004")
def test_each_feature_has_its_own_grade(sut: Sut) -> Iterator[Observation]:
    """Each feature is declared once, its issued grade is the one it claims, and a machine has none."""
    declared = [row for row in in_force(sut) if row.has("feature_id") and row.text("feature_id")]
    counted = Counter(row.text("feature_id") for row in declared)
    for row in declared:
        times = counted[row.text("feature_id")]
        yield expect(times == 1, row.at("feature_id"), expected="1 in force", observed=f"{times} in force")
    for row in declared if len(declared) <= ASKED else sut.random("ADG-004").sample(declared, ASKED):
        yield from _issued(sut, row)
    machines = dict.fromkeys(row.text("machine") for row in declared if row.has("machine"))
    for name in list(machines)[:MACHINES]:
        if name and name not in counted:
            yield from _none_for(sut, name)


def _issued(sut: Sut, declaration: Record) -> Iterator[Observation]:
    """The grade that is issued for a feature: of its form, the feature's own, and as declared."""
    name, claimed = declaration.text("feature_id"), grade_of(declaration)
    found = sut.ask("read_grade", feature=name).record
    yield from schema.conforms(found, ISSUED_GRADE)
    if found.has("feature_id"):
        yield expect(
            found.get("feature_id") == name, found.at("feature_id"), expected=name, observed=found.get("feature_id")
        )
    grade = grade_of(found, "grade")
    if None not in (grade, claimed) and found.text("status") != VOID:
        yield expect(grade == claimed, found.at("grade"), expected=f"{name}: {claimed}", observed=grade)


def _none_for(sut: Sut, machine: str) -> Iterator[Observation]:
    """A machine as a whole has no grade: there is none of its name."""
    try:
        reply = sut.ask("read_grade", feature=machine, accept=(0,))
    except SzxcError as reason:
        if not reason.code.startswith(ELSEWHERE):
            raise
        return
    graded = reply.fine and reply.record.get("grade") is not None
    yield expect(not graded, reply.at(), expected=f"{machine}: no grade", observed=reply.record.get("grade"))


# --- what goes with a grade -------------------------------------------------------------------------------------------


@record_rule("ADG-016", over="list_declarations")
def test_operator_is_where_the_grade_allows(declaration: Record) -> Iterator[Observation]:
    """The operator's place is one of those that the consistency matrix allows for the claimed grade."""
    return _consistent(declaration, "operator_location")


@record_rule("ADG-017", over="list_declarations")
def test_attention_is_what_the_grade_allows(declaration: Record) -> Iterator[Observation]:
    """The attention that is asked of the operator is one that the consistency matrix allows for the claimed grade."""
    return _consistent(declaration, "attention")


def _consistent(declaration: Record, member: str) -> Iterator[Observation]:
    grade, told = grade_of(declaration), declaration.text(member)
    if grade is None or told is None or declaration.text("status") == VOID:
        return
    (row,) = (one for one in rows("consistency") if one["grade"] == str(grade))
    allowed = row[member].split()
    expected = f"{grade}: {' | '.join(allowed)}"
    yield expect(told in allowed, declaration.at(member), expected=expected, observed=told)


@record_rule("ADG-018", over="list_declarations")
def test_grade_3_declares_its_lead_time(declaration: Record) -> Iterator[Observation]:
    """A feature of grade 3 says how long before it hands over it asks, and after what time without answer it stops."""
    if grade_of(declaration) != WITH_TAKE_OVER or declaration.text("status") == VOID:
        return
    for name in ("take_over.lead_s", "take_over.no_response_stop_s"):
        seconds = declaration.number(name)
        right = seconds is not None and seconds.is_finite() and seconds > 0
        yield expect(right, declaration.at(name), expected="> 0 s", observed=declaration.get(name))


@record_rule("ADG-045", over="list_declarations")
def test_public_roads_are_excluded(declaration: Record) -> Iterator[Observation]:
    """A feature that steers or sets the speed is declared not to be used on public roads, and its domain names none."""
    grade = grade_of(declaration)
    if not grade or declaration.text("status") == VOID:
        return
    told = declaration.get("public_roads")
    yield expect(told == EXCLUDED, declaration.at("public_roads"), expected=EXCLUDED, observed=told)
    for name in ("odd.ground", "odd.operations"):
        for text in declaration.texts(name):
            right = not PUBLIC_ROADS.search(text) or NOT_THERE.search(text) is not None
            yield expect(right, declaration.at(name), expected=f"public_roads: {EXCLUDED}", observed=text)

"""The grading service refuses what does not go together, names its rules, and leaves no trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import answers, expect, requirement, schema

from .decision import decide, met
from .decision_specimens import drawn, of_rule, plainest, rules
from .grading_desk import graded, named, taken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pytest_szxc import Observation, Sut

    from .decision_specimens import Inputs
    from .grading_desk import Graded

RESULT = "urn:szxc:autodrive_grading:grading-result"
BY_CHANCE = 3
"""Rules of which one combination more is asked."""
CRASH = 500
EACH = 2
"""Combinations of each rule whose result is looked at."""


# --- what does not go together ----------------------------------------------------------------------------------------


@requirement("ADG-003")
def test_invalid_combinations_are_refused(sut: Sut) -> Iterator[Observation]:
    """Each condition of X1 to X4 by itself, and some combinations by chance: 4xx, with the rule that comes first."""
    if not taken(sut):
        return
    for one in graded(sut, _invalid(sut.random("ADG-003")), accept=answers.ANY):
        yield _refusal(one)


def _invalid(random: Random) -> list[Inputs]:
    """At most 14 of the 548 combinations that do not go together."""
    refusing = rules(valid=False)
    chosen = [random.choice(some) for rule in refusing for some in plainest(rule).values()]
    further = random.sample(refusing, BY_CHANCE)
    return chosen + [one for rule in further for one in drawn(rule, 1, random, chosen)]


def _refusal(one: Graded) -> Observation:
    decision = decide(one.inputs)
    right = not one.taken and one.reply.response.status < CRASH
    told = decision.rule in one.refused_by and one.refused_by <= met(one.inputs)
    expected = f"{named(one.inputs)}: HTTP 4xx, {decision.rule} ({decision.why_en})"
    return expect(right and told, one.at(), expected=expected, observed=one.said)


# --- rule and notes ---------------------------------------------------------------------------------------------------


@requirement("ADG-006")
def test_results_name_rule_and_notes(sut: Sut) -> Iterator[Observation]:
    """Results have the members of a result, a rule that goes with their grade, and the notes N1 and N2."""
    random = sut.random("ADG-006")
    for one in graded(sut, [one for rule in rules(valid=True) for one in drawn(rule, EACH, random)]):
        if one.taken:
            yield from schema.conforms(one.reply.record, RESULT)
            yield from _explained(one)


def _explained(one: Graded) -> Iterator[Observation]:
    """The table's own rule and notes; where the grade is another, which is not judged here, one of that grade."""
    decision = decide(one.inputs)
    if one.grade != decision.grade:
        fitting = {rule for rule in rules(valid=True) if decide(of_rule(rule)[0]).grade == one.grade}
        expected = f"grade {one.grade}: {', '.join(sorted(fitting))}"
        yield expect(one.rule in fitting or not fitting, one.at("rule"), expected=expected, observed=one.rule)
        return
    expected = f"{named(one.inputs)}: {decision.rule}"
    yield expect(one.rule == decision.rule, one.at("rule"), expected=expected, observed=one.rule)
    notes = frozenset(decision.notes)
    expected = f"{decision.rule}: {_listed(notes)}"
    yield expect(one.notes == notes, one.at("notes"), expected=expected, observed=_listed(one.notes))


def _listed(notes: frozenset[str]) -> str:
    return ", ".join(sorted(notes)) or "no note"

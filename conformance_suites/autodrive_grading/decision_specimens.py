"""Combinations that stand for the rules of the decision table: the plainest of each, and others by chance."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .decision import DOMAINS, combinations, decide
from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from random import Random

    Inputs = dict[str, str]


@cache
def of_rule(rule: str) -> tuple[Inputs, ...]:
    """All combinations that a rule decides."""
    return tuple(one for one in combinations() if decide(one).rule == rule)


def rules(*, valid: bool) -> tuple[str, ...]:
    """The rules that give a grade, or those that refuse one, in the table's order."""
    named = dict.fromkeys(row["rule"] for row in rows("decision_table") if bool(row["grade"]) == valid)
    return tuple(named)


@cache
def rows_of_grades() -> tuple[tuple[Inputs, ...], ...]:
    """The combinations of each rule that gives a grade, apart by whose steering, speed and OEDR are."""
    found: dict[tuple[str, ...], tuple[Inputs, ...]] = {}
    for rule in rules(valid=True):
        for inputs in of_rule(rule):
            row = (rule, inputs["lateral"], inputs["longitudinal"], inputs["oedr"])
            found[row] = (*found.get(row, ()), inputs)
    return tuple(found.values())


@cache
def plainest(rule: str) -> Mapping[str, tuple[Inputs, ...]]:
    """Combinations of a rule one input away from a grade, by the input: with another value there the rule is not met.

    They show each condition of the rule by itself: nothing else is wrong with them.
    """
    found: dict[str, tuple[Inputs, ...]] = {}
    for inputs in of_rule(rule):
        for name in _ways_out(inputs):
            found[name] = (*found.get(name, ()), inputs)
    return found


def drawn(rule: str, count: int, random: Random, without: Iterable[Inputs] = ()) -> list[Inputs]:
    """So many combinations of a rule, by chance, other than those given; fewer where there are not so many."""
    given = list(without)
    free = [one for one in of_rule(rule) if one not in given]
    return random.sample(free, min(count, len(free)))


def _ways_out(inputs: Inputs) -> list[str]:
    """Single inputs of which another value would lead to a grade."""
    return [
        name
        for name, values in DOMAINS.items()
        if any(decide(inputs | {name: value}).valid for value in values if value != inputs[name])
    ]

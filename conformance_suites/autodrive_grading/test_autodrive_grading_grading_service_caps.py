"""What does not make a grade, and what keeps one down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement

from .decision import TOP, decide
from .decision_specimens import drawn, of_rule, plainest
from .grading_desk import graded, named, taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Observation, Sut

    from .grading_desk import Inputs

EACH = 6
"""Combinations with an automatic implement, and with a sequenced one."""
BY_CHANCE = 4
"""Combinations with an unlimited domain that are drawn."""
WITHOUT_MOTION = 4
"""Combinations of a remote operator."""
BY_HAND = {"lateral": "operator", "longitudinal": "operator", "headland": "operator", "implement": "operator"}


@requirement("ADG-008")
def test_an_automatic_implement_does_not_raise_the_grade(sut: Sut) -> Iterator[Observation]:
    """Without steering and speed the grade is 0, whatever implement and headland do."""
    if not taken(sut):
        return
    random = sut.random("ADG-008")
    by_hand = [one for one in of_rule("G0") if one["implement"] == "operator"]
    questions = [random.choice(by_hand)]
    for way in ("sequenced", "system"):
        questions += random.sample([one for one in of_rule("G0") if one["implement"] == way], EACH)
    yield from _as_the_table(sut, questions)


@requirement("ADG-009")
def test_headland_and_implement_cap_the_grade(sut: Sut) -> Iterator[Observation]:
    """Everything else by the system: where headland or implement is not, the grade is 2."""
    if not taken(sut):
        return
    rest = [one for one in of_rule("G2a") if one["fallback"] == "system"]  # each way in which one or both are not
    yield from _as_the_table(sut, [*rest, *drawn("G2a", EACH, sut.random("ADG-009"), rest)])


@requirement("ADG-010")
def test_no_fallback_user_caps_the_grade(sut: Sut) -> Iterator[Observation]:
    """Everything by the system but the fallback: 2. One that says nothing of its fallback is no better off."""
    if not taken(sut):
        return
    (undefined,) = of_rule("G2b")
    yield from _as_the_table(sut, [undefined])
    without = {name: value for name, value in undefined.items() if name != "fallback"}
    cap = decide(undefined).grade or 0
    for one in graded(sut, [without]):
        expected = f"{named(without)}: HTTP 4xx, grade {cap} or less"
        none = not one.taken or one.reply.record.get("grade") is None  # no grade at all, however that is said
        right = none or (one.grade is not None and one.grade <= cap)
        yield expect(right, one.at(), expected=expected, observed=one.said)


@requirement("ADG-011")
def test_the_top_grade_needs_an_unlimited_domain(sut: Sut) -> Iterator[Observation]:
    """All by the system: 5 where the domain is unlimited, and not where it is limited; nothing else has a 5."""
    if not taken(sut):
        return
    yield from _as_the_table(sut, [*of_rule("G5"), *of_rule("G4")])
    random = sut.random("ADG-011")
    (user,) = of_rule("G3")
    others = [user, *of_rule("G2b"), user | {"odd_limit": "unlimited"}]
    others += [random.choice(some) for some in plainest("X4").values()]
    for one in graded(sut, [*others, *drawn("X4", BY_CHANCE, random, others)]):
        expected = f"{named(one.inputs)}: not grade {TOP}"
        yield expect(one.grade != TOP, one.at(), expected=expected, observed=one.said)


@requirement("ADG-047")
def test_remote_control_is_no_automation(sut: Sut) -> Iterator[Observation]:
    """An operator who steers and drives from elsewhere: 0; a platform that refuses to be told where is not judged."""
    if not taken(sut):
        return
    random = sut.random("ADG-047")
    for place in ("remote", "line_of_sight"):
        plain = [one for one in of_rule("G0") if one.items() >= BY_HAND.items()]
        others = drawn("G0", WITHOUT_MOTION, random, plain)
        for one in graded(sut, [{**inputs, "operator_location": place} for inputs in [random.choice(plain), *others]]):
            if one.taken:
                expected = f"{named(one.inputs)}, operator_location={place}: grade 0"
                yield expect(one.grade == 0, one.at("grade"), expected=expected, observed=one.said)


def _as_the_table(sut: Sut, questions: Iterable[Inputs]) -> Iterator[Observation]:
    """The grade of the table, whose combinations are all good ones; neither more nor less, and no refusal."""
    for one in graded(sut, questions):
        decision = decide(one.inputs)
        expected = f"{named(one.inputs)}: grade {decision.grade} ({decision.rule})"
        yield expect(one.grade == decision.grade, one.at("grade"), expected=expected, observed=one.said)

"""The platform's grader against the whole decision table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import Text, answers, exhibits, expect, requirement

from .decision import combinations, decide
from .decision_specimens import drawn, plainest, rows_of_grades, rules
from .grading_desk import MANY, REFUSALS, grade_of, graded, named, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Reply, Sut

    from .grading_desk import Inputs

SIZES = (200, 100, 54)
"""Sizes of parts that are tried where a batch is too large and its refusal does not say how many it may hold."""
PARTS = 13
"""Parts at most: a batch that holds less than 50 cannot show the whole table with few requests."""
NO_BATCH = (202, 401, 403, 404, 405, 501)
"""A batch that is not there, or whose results come later; any other refusal may be for its size."""
LIMIT = "max_items"
SAMPLE = 60
"""Combinations by chance where they are asked one by one, beside those that stand for each row of the table."""
BESIDE = ("G1", "G2", "G3", "G4")
"""Rules of which single questions are asked beside a batch: who answers them need not be who answers batches."""


@requirement("ADG-007")
def test_the_whole_table_agrees(sut: Sut) -> Iterator[Observation]:
    """All 648 combinations in one batch, in parts where that is too large, or a sample one by one without batches."""
    if not taken(sut):
        return
    questions = _in_any_order(sut)
    reply = _batch(sut, questions)
    if reply is None or reply.response.status in NO_BATCH:
        yield from _one_by_one(sut)
    elif reply.fine:
        yield from _compared(reply, questions)
        yield from _singly(sut, _beside(sut))
    else:
        yield from _in_parts(sut, questions, reply)


def _in_any_order(sut: Sut) -> tuple[Inputs, ...]:
    """All combinations in an order that no platform can know before."""
    return tuple(sut.random("ADG-007/order").sample(combinations(), len(combinations())))


def _batch(sut: Sut, questions: tuple[Inputs, ...]) -> Reply | None:
    body = {"items": list(questions)}
    return answers.possible(lambda: sut.ask(MANY, body=body, accept=REFUSALS))


# --- parts ------------------------------------------------------------------------------------------------------------


def _in_parts(sut: Sut, questions: tuple[Inputs, ...], refusal: Reply) -> Iterator[Observation]:
    """In parts of the size that the refusal names (``max_items``), or of the first that is taken."""
    size = next((one for one in _limits(refusal.document) if one * PARTS >= len(questions)), None)
    for tried in (size,) if size else SIZES:
        parts = [questions[start : start + tried] for start in range(0, len(questions), tried)]
        first = _batch(sut, parts[0])
        if first is not None and first.fine and first.response.status not in NO_BATCH:
            yield from _compared(first, parts[0])
            for part in parts[1:]:
                yield from _part(sut, part)
            yield from _singly(sut, _beside(sut))
            return
    yield from _one_by_one(sut)


def _part(sut: Sut, part: tuple[Inputs, ...]) -> Iterator[Observation]:
    reply = sut.ask(MANY, body={"items": list(part)})
    yield from _compared(reply, part)


def _limits(document: Any) -> Iterator[int]:  # noqa: ANN401 -- whatever came
    """What a refusal says of how many items a batch may hold, wherever it does."""
    if isinstance(document, dict):
        found = document.get(LIMIT)
        if isinstance(found, int) and not isinstance(found, bool) and 0 < found < len(combinations()):
            yield found
        for member in document.values():
            yield from _limits(member)


# --- answers ----------------------------------------------------------------------------------------------------------


def _compared(reply: Reply, questions: tuple[Inputs, ...]) -> Iterator[Observation]:
    """Results stand in the order of the questions, one for each."""
    found = reply.record.get("items")
    items = found if isinstance(found, list) else []
    if len(items) != len(questions):
        yield expect(False, reply.at("items"), expected=f"{len(questions)} items", observed=f"{len(items)} items")  # noqa: FBT003 -- it is none
        return
    for index, (inputs, item) in enumerate(zip(questions, items, strict=True)):
        grade = _grade_of_item(item)
        at = reply.at(f"/items/{index}")
        yield expect(grade == decide(inputs).grade, at, expected=_wanted(inputs), observed=_said(grade))


def _grade_of_item(item: Any) -> int | None:  # noqa: ANN401 -- whatever came
    """The grade of one of many; an error has none."""
    return grade_of(item) if isinstance(item, dict) and not item.get("error") else None


def _wanted(inputs: Inputs) -> str:
    return f"{named(inputs)}: {_said(decide(inputs).grade)}, {decide(inputs).rule}"


def _said(grade: int | None) -> str:
    return "no grade" if grade is None else f"grade {grade}"


# --- one by one -------------------------------------------------------------------------------------------------------


def _singly(sut: Sut, questions: list[Inputs]) -> Iterator[Observation]:
    for one in graded(sut, questions):
        yield expect(one.grade == decide(one.inputs).grade, one.at(), expected=_wanted(one.inputs), observed=one.said)


def _beside(sut: Sut) -> list[Inputs]:
    """One combination of each rule whose single results no other requirement compares."""
    random = sut.random("ADG-007/beside")
    return [one for rule in BESIDE for one in drawn(rule, 1, random)]


def _one_by_one(sut: Sut) -> Iterator[Observation]:
    """Those that stand for each row, and 60 by chance: the report says so. All of them where checks explore."""
    if sut.exploring:
        yield from _singly(sut, list(_in_any_order(sut)))
        return
    questions = _sample(sut)
    yield from _singly(sut, questions)
    yield exhibits.explanation(
        Text("与判定表的比较", "Comparison with the decision table"),
        [
            Text(
                f"平台没有可用的批量评定，因此只逐个评定了全部 {len(combinations())} 种组合中的 {len(questions)} 种。",
                f"Without a usable batch evaluation, {len(questions)} of all {len(combinations())} combinations were"
                " evaluated one by one.",
            )
        ],
    )


def _sample(sut: Sut) -> list[Inputs]:
    random = sut.random("ADG-007")
    standing: list[Any] = [some[0] for some in rows_of_grades()]
    standing += [some[0] for rule in rules(valid=False) for some in plainest(rule).values()]
    chosen = {tuple(one.items()): one for one in [*standing, *random.sample(combinations(), SAMPLE)]}
    return list(chosen.values())

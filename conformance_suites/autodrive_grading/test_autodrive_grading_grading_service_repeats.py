"""The same inputs have the same grade, however and how often they are asked, and asking changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_szxc import SzxcError, answers, expect, requirement

from .decision_specimens import drawn, of_rule
from .grading_desk import ANY_HEADER, ONE, REFUSALS, Graded, named, taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Reply, Sut

    from .grading_desk import Inputs

LIST, READ = "list_declarations", "read_grade"
PAGES = 2
BESIDE = {"claimed_grade": 5, "szxc_note": "asked twice"}
"""Members beside the inputs, which must not change a result: what somebody would like it to be, and a remark."""


@requirement("ADG-005")
def test_grading_is_repeatable_and_leaves_no_trace(sut: Sut) -> Iterator[Observation]:
    """Two sets of inputs, in turns, with their members in another order and others beside; before and after, a look."""
    if not taken(sut):
        return
    before = _look(sut, "a"), _look(sut, "b")
    yield from _repeated(sut)
    if before[0].same(before[1]):  # else somebody else is at work
        yield from _untouched(before[1], _look(sut, "c"))


# --- repeated ---------------------------------------------------------------------------------------------------------


def _repeated(sut: Sut) -> Iterator[Observation]:
    """An unlike question comes between, and one that is refused."""
    first, second, refused = _questions(sut)
    desk = _Desk(sut)
    known = {0: desk.ask(first), 1: desk.ask(second)}
    if not known[0].taken or not known[1].taken:
        return
    yield _same(known[0], desk.ask(first), "again")
    yield _same(known[0], desk.ask(first), "again, at once")
    yield _same(known[1], desk.ask(_shuffled(sut, second)), "members in another order")
    desk.ask(refused)
    yield _same(known[0], desk.ask(dict(reversed(first.items()))), "members in reverse order, after a refusal")
    beside = desk.ask({**BESIDE, **second})
    if beside.taken:  # a platform may refuse what it does not know, or ignore it
        yield _same(known[1], beside, f"beside {', '.join(BESIDE)}")
    yield _same(known[1], desk.ask(second), "again, after all that")


def _questions(sut: Sut) -> tuple[Inputs, Inputs, Inputs]:
    """Two sets of inputs with unlike grades, and one that does not go together."""
    random = sut.random("ADG-005")
    low, high = (drawn(rule, 1, random)[0] for rule in (random.choice(("G0", "G1")), random.choice(("G2a", "G3"))))
    return high, low, random.choice(of_rule("X3"))


def _shuffled(sut: Sut, inputs: Inputs) -> Inputs:
    names = list(inputs)
    sut.random("ADG-005/order").shuffle(names)
    return {name: inputs[name] for name in names}


class _Desk:
    """Asks anew each time: a header tells a question apart from the same one before."""

    def __init__(self, sut: Sut) -> None:
        self._sut = sut
        self._count = 0

    def ask(self, inputs: Inputs) -> Graded:
        self._count += 1
        header: dict[str, Any] = {ANY_HEADER: f"{self._sut.prefix}005-{self._count}"}
        return Graded(inputs, self._sut.ask(ONE, body=dict(inputs), accept=REFUSALS, **header))


def _same(before: Graded, now: Graded, how: str) -> Observation:
    expected = f"{named(now.inputs)} {how}: {before.said}"
    return expect(_result(now) == _result(before), now.at(), expected=expected, observed=now.said)


def _result(one: Graded) -> tuple[Any, ...]:
    return one.taken, one.grade, one.rule, one.notes


# --- no trace ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Look:
    """What a platform has declared and issued: declarations by feature, one issued grade; ``None`` where not to see."""

    declared: dict[str, Any] | None
    grade: Reply | None
    seen: Reply | None

    def same(self, other: _Look) -> bool:
        return self.declared == other.declared and self.issued == other.issued

    @property
    def issued(self) -> Any:  # noqa: ANN401 -- a JSON object
        return self.grade.record.value if self.grade else None


def _look(sut: Sut, which: str) -> _Look:
    """Declarations but the run's own, and the grade of the first of them, read anew."""
    header: dict[str, Any] = {ANY_HEADER: f"{sut.prefix}005-{which}"}
    found: dict[str, Any] = {}
    seen = None
    try:
        for page in sut.walk(LIST, pages=PAGES, **header):
            seen = page.reply
            found |= {str(row.text("feature_id")): row.value for row in page.records}
    except SzxcError as reason:
        if not reason.code.startswith(answers.NOT_THERE):
            raise
        return _Look(None, None, None)
    theirs = {name: row for name, row in found.items() if not name.startswith(sut.prefix)}
    first = next(iter(theirs), None)
    grade = first and answers.possible(lambda: sut.ask(READ, feature=first, accept=REFUSALS, **header))
    return _Look(theirs, grade or None, seen)


def _untouched(before: _Look, after: _Look) -> Iterator[Observation]:
    if before.declared is not None and after.declared is not None and after.seen is not None:
        changed = sorted(
            name
            for name in before.declared.keys() | after.declared.keys()
            if before.declared.get(name) != after.declared.get(name)
        )
        observed = ", ".join(changed) or "-"
        yield expect(not changed, after.seen.at(), expected="declarations as before", observed=f"changed: {observed}")
    if before.grade is not None and after.grade is not None:
        now = after.grade
        same = before.issued == after.issued
        yield expect(same, now.at(), expected=f"issued grade as before: {before.issued}", observed=now.record.value)

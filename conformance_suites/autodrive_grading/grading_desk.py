"""A platform is asked what grade some inputs have; how its answers are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_szxc import answers

from .decision import DOMAINS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_szxc import Location, Reply, Sut

    Inputs = Mapping[str, Any]

ONE, MANY = "evaluate_grade", "evaluate_batch"
REFUSALS = (0,)
"""Any refusal is an answer; a failure of the platform is none, and leaves open what the grade is."""
ANY_HEADER = ":x-request-id"
"""The name of a parameter that goes into a header which every platform lets pass: it tells one request from another."""
COMMON = {
    "lateral": "system",
    "longitudinal": "system",
    "headland": "operator",
    "implement": "operator",
    "oedr": "shared",
    "fallback": "operator",
    "odd_limit": "limited",
}
"""What any platform has to grade: a machine that steers and keeps its speed by itself, watched by its operator."""
NOTED = frozenset({"N1", "N2"})
"""Codes of the table's notes; a platform may have others of its own."""
_RULE = re.compile(r"(?<![A-Za-z0-9])X[1-4](?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Graded:
    """The answer to one question.

    Attributes:
        inputs: what was asked.
        reply: what came.
    """

    inputs: Inputs
    reply: Reply

    @property
    def taken(self) -> bool:
        """Whether the platform answered with a result, and not with a refusal."""
        return self.reply.fine

    @property
    def grade(self) -> int | None:
        """The grade, if the answer has one."""
        return grade_of(self.reply.record.value) if self.taken else None

    @property
    def rule(self) -> str | None:
        """The rule, if the answer names one."""
        return self.reply.record.text("rule")

    @property
    def notes(self) -> frozenset[str]:
        """Which of the table's notes the answer has."""
        found = {note.text("code") for note in self.reply.record.children("notes")}
        return NOTED & {*found, *self.reply.record.texts("notes")}

    @property
    def refused_by(self) -> frozenset[str]:
        """Rules that a refusal names, wherever it does; alone the one that the binding makes of a name of its own."""
        named = frozenset(_RULE.findall(answers.text_of(self.reply)))
        refusal = self.reply.refusal
        bound = refusal.text("rule") if refusal else None
        return frozenset({bound}) if bound and _RULE.fullmatch(bound) and bound not in named else named

    @property
    def said(self) -> str:
        """The answer in short, for a finding."""
        if self.taken:
            return f"grade {self.grade}, rule {self.rule}"
        return f"HTTP {self.reply.response.status}, {', '.join(sorted(self.refused_by)) or 'no rule'}"

    def at(self, pointer: str = "") -> Location:
        """Where it was seen."""
        return self.reply.at(pointer)


def grade_of(value: Mapping[str, Any]) -> int | None:
    """The grade of an answer; that it is no number but a text of one is another matter."""
    if value.get("valid") is False:
        return None
    grade = value.get("grade")
    told = str(grade) if isinstance(grade, str) or not isinstance(grade, bool | None | list | dict) else ""
    return int(told[0]) if re.fullmatch(r"[0-9](\.0+)?", told) else None


def named(inputs: Inputs) -> str:
    """Some inputs in one line, for a finding."""
    return ", ".join(f"{name}={inputs.get(name)}" for name in DOMAINS)


def taken(sut: Sut) -> bool:
    """Whether the platform grades what any has to grade; nothing that it refuses says anything before.

    Raises:
        Unjudgeable: it does not.
    """
    return sut.ask(ONE, body=COMMON).fine


def graded(sut: Sut, questions: Iterable[Inputs], accept: tuple[int, ...] = REFUSALS) -> Iterator[Graded]:
    """The answers to some questions, in their order.

    Raises:
        Unjudgeable: one has no usable answer.
    """
    asked = list(questions)
    replies = sut.ask_each(ONE, [{"body": one} for one in asked], accept=accept)
    yield from (Graded(inputs, reply) for inputs, reply in zip(asked, replies, strict=True))

"""What looking at one stage showed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pytest_szxc.messages import LANGUAGES, render
from pytest_szxc.model import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.model import Json

STAGES = (
    "statement",
    "name",
    "connection",
    "tls",
    "clock",
    "path",
    "media",
    "account",
    "accounts",
    "rate",
    "data",
    "write",
    "sink",
    "version",
)
"""In the order in which they stand between us and a usable answer."""
NOT_REACHED = "doctor.not-reached"
_GENERAL = frozenset(
    f"preflight.{name}" for name in ("tls", "protocol", "json", "envelope", "other", "server-error", "file")
) | {"doctor.operation", "doctor.write.unclear"}
"""Causes that cover many faults: what to do depends on which it is."""


class State(StrEnum):
    """How a stage is."""

    GOOD = "good"
    BAD = "bad"
    NOTE = "note"
    NONE = "none"


MARKS = {State.GOOD: "√", State.BAD: "×", State.NOTE: "!", State.NONE: "-"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line: which stage, how it is, and a message code with its parameters; ``fault`` is what lies behind it."""

    stage: str
    state: State
    cause: Cause
    fault: Cause | None = None

    def lines(self, lang: str) -> Iterator[str]:
        """The check for people: one line, and what to do under what is not good."""
        stage = render(f"doctor.stage.{self.stage}", lang, {})
        shown = render(self.cause.code, lang, self.cause.params)
        if self.state in (State.GOOD, State.NONE):
            yield f"{MARKS[self.state]} {stage}  {shown}"
            return
        yield f"{MARKS[self.state]} {stage}  {shown} [{self.cause.code}]"
        if self.fault:
            yield f"    {render(self.fault.code, lang, self.fault.params)} [{self.fault.code}]"
        yield f"    {render('word.hint', lang, {})}: {self.hint(lang)}"

    @property
    def reached(self) -> bool:
        """Whether the stage was looked at, or there was nothing to look at."""
        return self.cause.code != NOT_REACHED

    def hint(self, lang: str) -> str:
        """What to do about it; empty where nothing is to be done."""
        if self.state in (State.GOOD, State.NONE):
            return ""
        cause = self.fault if self.fault and self.cause.code in _GENERAL else self.cause
        return render(cause.code, lang, cause.params, part="hint")

    def document(self) -> dict[str, Json]:
        """The check for machines, with its texts in both languages."""
        return {
            "stage": self.stage,
            "state": self.state.value,
            "code": self.cause.code,
            "fault": self.fault.code if self.fault else None,
            "params": dict(self.cause.params),
            "text": {lang: render(self.cause.code, lang, self.cause.params) for lang in LANGUAGES},
            "hint": {lang: self.hint(lang) for lang in LANGUAGES},
        }


def good(stage: str, word: str = "good", **params: object) -> Check:
    """Nothing to mend."""
    return Check(stage, State.GOOD, _cause(stage, word, params))


def none(stage: str, word: str = "", **params: object) -> Check:
    """Not looked at: there is nothing to look at, or it was not reached."""
    code = f"doctor.{stage}.{word}" if word else NOT_REACHED
    return Check(stage, State.NONE, Cause(code, {name: str(value) for name, value in params.items()}))


def _cause(stage: str, word: str, params: dict[str, object]) -> Cause:
    return Cause(f"doctor.{stage}.{word}", {name: str(value) for name, value in params.items()})

"""What a command has gone through, as the platform shows it: put in order, and what is wrong with it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from .tables import codes, followers, is_legal, marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

    from pytest_szxc import Record

CANCELED, COMPLETED, EXECUTING, FAILED = "CANCELED", "COMPLETED", "EXECUTING", "FAILED"
ACCEPTED, PENDING, REJECTED, SCHEDULED = "ACCEPTED", "PENDING", "REJECTED", "SCHEDULED"

SAME_TIME = timedelta(seconds=2)
"""By so much a time may lie before an earlier one: some have whole seconds only, some are by the device's clock."""


def is_final(state: str | None) -> bool:
    """Whether nothing can follow a state."""
    return state in marked("command_states", "final")


def ordered(history: Iterable[Record]) -> tuple[Record, ...]:
    """The statuses of a command, the oldest first: a platform may show them in either order."""
    shown = tuple(history)
    turned = tuple(reversed(shown))
    return turned if _faults(turned) < _faults(shown) else shown


def state_of(history: Sequence[Record]) -> str | None:
    """The state to which a command has come, of its statuses in order."""
    return history[-1].text("statusCode") if history else None


def states(history: Iterable[Record]) -> list[str]:
    """The states of a command's statuses."""
    return [status.text("statusCode") or "-" for status in history]


def illegal_pairs(history: Sequence[Record]) -> list[tuple[Record, str, str]]:
    """The steps that the table does not have: the later status, and both states."""
    return [
        (later, before, after)
        for (before, after), later in zip(pairwise(states(history)), history[1:], strict=True)
        if not is_legal(before, after)
    ]


def goes_back(earlier: Record, later: Record) -> bool:
    """Whether the time of a status lies clearly before that of the one before it."""
    first, second = earlier.time("reportTime"), later.time("reportTime")
    return first is not None and second is not None and second < first - SAME_TIME


def illegal_next(state: str, random: Random) -> str:
    """A state that must not follow; empty where any may. A repetition is none: a report may be sent again."""
    wrong = [code for code in codes("command_states") if code != state and code not in followers().get(state, ())]
    return random.choice(wrong) if wrong else ""


def _faults(history: Sequence[Record]) -> int:
    return len(illegal_pairs(history)) + sum(goes_back(*pair) for pair in pairwise(history))

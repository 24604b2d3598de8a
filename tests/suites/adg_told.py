"""Sessions told by hand, and what the checks of event logs observe of them, without a platform."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from adg_judging import part

from pytest_szxc import Finding, Unjudgeable
from pytest_szxc.checks.rules import ATTRIBUTE
from pytest_szxc.errors import Absent
from pytest_szxc.model import Exhibit, Location
from pytest_szxc.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]
MODULES = tuple(part(f"test_autodrive_grading_event_log{rest}") for rest in ("", "_take_over", "_reactions"))
CHECKS = {
    one.requirement: one
    for made in MODULES
    for value in vars(made).values()
    if (one := getattr(value, ATTRIBUTE, None))
}
"""The checks of the topic by requirement."""
START = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
NOW = START + timedelta(days=9)
DECLARED: Row = {
    "feature_id": "f",
    "claimed_grade": 3,
    "system_version": "1",
    "take_over": {"lead_s": 10, "no_response_stop_s": 5},
    "minimum_risk": {"standstill_s": 8},
    "presence_timeout_s": 5,
    "link_loss": {"reaction": "stop", "within_s": 4},
}
SESSION: Row = {"session_id": "s", "feature_id": "f", "system_version": "1", "kinds": ["start"], "events": True}


def at(seconds: float) -> str:
    """So many seconds after the beginning, as it is written."""
    return (START + timedelta(seconds=seconds)).isoformat(timespec="microseconds")


def rows(happenings: Iterable[Any], start: datetime = START) -> list[Row]:
    """Events as they are listed."""
    found: list[Row] = part("event_log").records(tuple(happenings), "s", start)
    return found


class Told:
    """Answers what was told.

    Args:
        events: of the only session.
        kind: of that session, beside ``start``.
        ends_s: when it ended; it does not say without it.
        grade: that is claimed.
        declared: other members of the declaration.

    Attributes:
        table: the columns of its trajectory log, if it has one.
    """

    def __init__(
        self, events: list[Row], kind: str = "track", ends_s: float | None = None, grade: int = 3, **declared: object
    ) -> None:
        ended = {} if ends_s is None else {"ended_at": at(ends_s)}
        self.table: object = None
        self.told: dict[str, list[Row]] = {
            "list_declarations": [{**DECLARED, "claimed_grade": grade, **declared}],
            "list_sessions": [{**SESSION, "kinds": ["start", kind], **ended}],
            "session_events": events,
        }

    def records(self, operation: str, **_: object) -> list[Record]:
        """All records of an operation."""
        return [Record(row, Location("x1", str(number)), NOW) for number, row in enumerate(self.told[operation])]

    def profile(self, name: str) -> tuple[dict[str, str], ...]:
        """The suite's own limits."""
        found: tuple[dict[str, str], ...] = part("tables").rows(name)
        return found

    def ask(self, operation: str, **_: object) -> object:
        """The trajectory log, if there is one."""
        if self.table is None:
            raise Absent(operation)
        return SimpleNamespace(table=self.table)


def outcome(requirement: str, told: Told) -> str:
    """``pass``, ``fail``, or the code of what keeps it from being judged; empty where nothing was seen."""
    seen = ""
    try:
        for one in CHECKS[requirement].observe(told):
            if isinstance(one, Finding):
                return "fail"
            seen = seen if isinstance(one, Exhibit) else "pass"
    except Unjudgeable as reason:
        return reason.code
    return seen

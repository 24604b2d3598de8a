"""Logs of the made-up machine put before the checks of performance, without a platform."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from adg_judging import HERE, part

from pytest_szxc import Finding, SzxcError
from pytest_szxc.checks.rules import ATTRIBUTE
from pytest_szxc.errors import Absent
from pytest_szxc.model import Exhibit, Location
from pytest_szxc.record import Record
from pytest_szxc.target.tabular.table import Table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
drives = part("drive_faults")
passes = part("pass_faults")
texts = part("log_faults")
shown = part("shown_drive")
sessions = part("reference_sessions")
DAY = sessions.field_day(NOW)
CHECKS = {
    one.requirement: one
    for name in ("", "_recomputed")
    for value in vars(part(f"test_autodrive_grading_performance{name}")).values()
    if (one := getattr(value, ATTRIBUTE, None))
}
"""The checks of the topic by requirement."""
DECLARED = {row["feature_id"]: row for row in part("reference_declaration").declared()}


class Shown:
    """Answers what sessions say of one feature.

    Args:
        told: the sessions.
        evidence: of the feature's declaration.
        feature: that is declared.
    """

    now = NOW

    def __init__(self, *told: Any, evidence: list[Row] | None = None, feature: str = sessions.AUTO) -> None:
        row = {**DECLARED[feature], "evidence": evidence or [], "status": "in_force"}
        self.told: dict[str, list[Any]] = {
            "list_declarations": [row],
            "list_sessions": [one.record(DAY) for one in told],
        }
        self.logs = {one.session_id: one for one in told}

    def records(self, operation: str, **_: object) -> Iterator[Record]:
        """All records of an operation, as JSON brings them."""
        for number, row in enumerate(json.loads(json.dumps(self.told.get(operation, [])), parse_float=Decimal)):
            if isinstance(row, dict):
                yield Record(row, Location("x1", str(number)), NOW)

    def ask(self, operation: str, session: str) -> Any:
        """The log of a session."""
        if session not in self.logs:
            raise Absent(operation)
        return SimpleNamespace(table=table(self.logs[session]))

    def profile(self, name: str) -> tuple[dict[str, str], ...]:
        """The suite's own limits."""
        found: tuple[dict[str, str], ...] = part("tables").rows(name)
        return found


_TABLES: dict[int, tuple[Any, Table]] = {}


def table(told: Any) -> Table:
    """A session's log, read once."""
    if id(told) not in _TABLES:
        body = told.log_file(DAY)
        _TABLES[id(told)] = (told, read_table(body, told.log, schema="urn:szxc:autodrive_grading:log-row"))
    return _TABLES[id(told)][1]


def outcome(requirement: str, told: Shown) -> tuple[str, SzxcError | None, list[Finding]]:
    """``pass``, ``fail``, ``inconclusive`` or ``nothing``; why it is inconclusive; findings."""
    seen, findings, reason = 0, [], None
    try:
        for one in CHECKS[requirement].observe(told):
            seen += not isinstance(one, Exhibit)
            findings += [one] if isinstance(one, Finding) else []
    except SzxcError as lost:
        reason = lost
    status = "fail" if findings else "inconclusive" if reason else "pass" if seen else "nothing"
    return status, reason, findings


def status(requirement: str, *told: Any, **options: Any) -> str:
    """What the requirement says of sessions."""
    return outcome(requirement, Shown(*told, **options))[0]


IDS = [row.id for row in HERE.suite.requirements if row.id in CHECKS]

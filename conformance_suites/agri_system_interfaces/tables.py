"""The suite's tables as data, read once from ``tables/*.csv``: kinds, flags, actuators, command states, codes.

Each row says in ``source`` what it rests on, and in ``mark`` whether that was seen (V) or is the project's own (P).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("tables")
EXTENSION = "x-"
"""What the code of a kind begins with that a platform has added to the table."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a channel can observe: code, Chinese name, unit, hard range in that unit, whether values are whole."""

    code: str
    zh: str
    unit: str
    low: Decimal
    high: Decimal
    whole: bool


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one table, by column name; every cell is a text."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def kinds() -> dict[str, Kind]:
    """The sensor kinds by code."""
    return {row["kind"]: _kind(row) for row in rows("sensor_kinds")}


def _kind(row: dict[str, str]) -> Kind:
    low, high = Decimal(row["hard_min"]), Decimal(row["hard_max"])
    return Kind(row["kind"], row["zh"], row["unit"], low, high, row["integer"] == "true")


@cache
def least() -> dict[str, Decimal]:
    """Kind → a value, in its unit, that a working channel does not stay below: if all are less, the unit is another."""
    return {row["kind"]: Decimal(row["least"]) for row in rows("least_values")}


@cache
def codes(name: str) -> tuple[str, ...]:
    """The codes of a table, in its order."""
    return tuple(row["code"] for row in rows(name))


@cache
def marked(name: str, column: str) -> frozenset[str]:
    """The codes whose row says ``yes`` in a column: ``marked("quality_flags", "statistics")``."""
    return frozenset(row["code"] for row in rows(name) if row[column] == "yes")


@cache
def followers() -> dict[str, frozenset[str]]:
    """State of a command → the states that a report may name next; empty for a final one."""
    table = rows("command_transitions")
    return {state: frozenset(row["to"] for row in table if row["from"] == state) for state in codes("command_states")}


def is_legal(before: str, after: str) -> bool:
    """Whether a command in one state may be reported in another; false for states that are not in the table."""
    return after in followers().get(before, frozenset())


@cache
def actions(actuator: str) -> tuple[str, ...]:
    """What an actuator can be told to do; nothing for an unknown one."""
    return tuple(row["action"] for row in rows("actuator_actions") if row["actuator"] == actuator)


@cache
def parameters(action: str) -> tuple[dict[str, str], ...]:
    """The parameters of an action: name, type, bounds, whether required, and of which group exactly one is given."""
    return tuple(row for row in rows("action_parameters") if row["action"] == action)


def state_of(field: str, code: str) -> str | None:
    """The command state that an HJ 212 code means.

    Args:
        field: ``QnRtn`` (answer to a request) or ``ExeRtn`` (outcome of its execution).
        code: its digits.
    """
    found = (row["state"] for row in rows("hj212_codes") if (row["field"], row["code"]) == (field, code))
    return next(found, None)

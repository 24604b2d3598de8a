"""Code lists of exchange modes and cascade, read once from ``tables/*.csv``; every cell is a text."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("tables")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one table, by column name."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _spellings(name: str) -> dict[str, str]:
    return {row[column].casefold(): row["code"] for row in rows(name) for column in ("zh", "code")}


def code_of(name: str, text: str | None) -> str | None:
    """The code that a text means: the code itself or its Chinese word; ``None`` if the table has neither."""
    return _spellings(name).get((text or "").strip().casefold())


@cache
def marked(name: str, column: str) -> frozenset[str]:
    """The codes whose row says ``yes`` in a column."""
    return frozenset(row["code"] for row in rows(name) if row[column] == "yes")


@cache
def listed(name: str) -> str:
    """The codes of one table, as a finding shows what was expected."""
    return " | ".join(row["code"] for row in rows(name))


@cache
def followers() -> dict[str, frozenset[str]]:
    """State of a request → the states that may follow it."""
    table = rows("request_transitions")
    return {row["from"]: frozenset(other["to"] for other in table if other["from"] == row["from"]) for row in table}


@cache
def reachable(state: str) -> frozenset[str]:
    """A state of a request and all that may follow it, in whatever number of steps."""
    found, edge = {state}, {state}
    while edge:
        edge = {after for one in edge for after in followers().get(one, ())} - found
        found |= edge
    return frozenset(found)

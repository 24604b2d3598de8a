"""The canonical columns of a table, as the schema of its rows has them, and their values in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pytest_szxc.catalogue.schemas import date_time_paths, store
from pytest_szxc.target.csv_cells import member_types
from pytest_szxc.target.tabular.engine import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIME, NUMBER, BOOLEAN, TEXT = "time", "number", "boolean", "text"


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column.

    Attributes:
        name: canonical.
        kind: ``time``, ``number``, ``boolean`` or ``text``.
        whole: whether its numbers have no fraction.
        required: whether a row needs it.
        codes: the only texts that may stand there; empty where any may.
        low: the least number that may stand there; ``None`` without a bound, so for ``high``.
        high: the greatest.
    """

    name: str
    kind: str
    whole: bool = False
    required: bool = False
    codes: frozenset[str] = frozenset()
    low: float | None = None
    high: float | None = None


@cache
def columns_of(schema: str) -> Mapping[str, Column]:
    """The columns by name.

    Args:
        schema: ``$id`` of the schema of a row: an object with ``properties`` of plain values.

    Raises:
        CatalogueError: ``schema.unresolved``.
    """
    document = store().document(schema)
    types, times = member_types(schema), frozenset(date_time_paths(schema))
    required = frozenset(document.get("required", ()))
    members: dict[str, dict[str, Any]] = document.get("properties", {})
    return {
        name: Column(
            name,
            _kind(types.get(name, frozenset()), name in times),
            whole="integer" in types.get(name, ()) and "number" not in types.get(name, ()),
            required=name in required,
            codes=frozenset(str(value) for value in member.get("enum", ()) if isinstance(value, str)),
            low=_bound(member.get("minimum")),
            high=_bound(member.get("maximum")),
        )
        for name, member in members.items()
    }


def value_sql(column: Column, cell: str, codes: Mapping[str, str], *, careful: bool) -> str:
    """The SQL for a column's value: a double for numbers and truth values (1, 0), else a text; null where it is none.

    Args:
        column: the canonical column.
        cell: SQL for the text of the cell.
        codes: the file's code → canonical text.
        careful: whether there may be cells that are no numbers, and underscores, which SQL takes for parts of one.
            A bare cast becomes a part of duckdb's reading of CSV, and there the first bad cell ends everything.
    """
    text = coded_sql(cell, codes)
    if column.kind == BOOLEAN:
        return f"CASE lower(trim({text})) WHEN 'true' THEN 1.0::DOUBLE WHEN 'false' THEN 0.0::DOUBLE END"
    if column.kind != NUMBER:
        return text
    number = f"TRY_CAST({text} AS DOUBLE)"
    return f"CASE WHEN contains({text}, '_') THEN NULL ELSE {number} END" if careful else number


def unread_sql(cells: Sequence[str]) -> str:
    """SQL for whether some of the cells holds a text that is no number; a blank cell is null."""
    unread = (f"({cell} IS NOT NULL AND TRY_CAST({cell} AS DOUBLE) IS NULL)" for cell in cells)
    return " OR ".join(unread) or "false"


def coded_sql(cell: str, codes: Mapping[str, str]) -> str:
    """The SQL for the text of a cell, its code replaced by what it means."""
    if not codes:
        return cell
    whens = " ".join(f"WHEN {quoted(code)} THEN {quoted(meaning)}" for code, meaning in codes.items())
    return f"CASE trim({cell}) {whens} ELSE {cell} END"


def _kind(types: frozenset[str], time: bool) -> str:  # noqa: FBT001 -- what it is
    if time:
        return TIME
    if types & {"number", "integer"}:
        return NUMBER
    return BOOLEAN if "boolean" in types else TEXT


def _bound(value: object) -> float | None:
    return None if value is None else float(str(value))

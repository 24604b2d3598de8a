"""The suite's code lists and decision tables, read once from ``tables/*.csv``; every cell is a text."""

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
def codes(name: str) -> frozenset[str]:
    """The codes of one table."""
    return frozenset(row["code"] for row in rows(name))


@cache
def facet_codes(facet: str) -> frozenset[str]:
    """The codes of one facet."""
    return frozenset(row["code"] for row in rows("facets") if row["facet"] == facet)


@cache
def column(name: str, value: str) -> dict[str, str]:
    """The column ``value`` of a table by code."""
    return {row["code"]: row[value] for row in rows(name)}


@cache
def words(where: str) -> tuple[str, ...]:
    """The secrecy words that are looked for in one place (``level`` or ``title``)."""
    return tuple(row["word"] for row in rows("secrecy_words") if row["where"] == where)


@cache
def listed(name: str, facet: str = "") -> str:
    """The codes of one table, or of one facet, as a finding shows what was expected."""
    return " | ".join(sorted(facet_codes(facet) if facet else codes(name)))


@cache
def mapped(grade: str) -> dict[str, str | None]:
    """What each other scheme calls a grade, by scheme; ``None`` where the grade is outside its scope."""
    found = {(row["scheme"], row["grade"]): row["code"] for row in rows("scheme_mapping")}
    return {scheme: found.get((scheme, grade)) for scheme in sorted({scheme for scheme, _ in found})}

"""Grades and the decision table: what the level of an entry is, and what its impacts call for.

A grade is one code, ``core``, ``important`` or ``G4`` to ``G1``; its rank runs from 6 down to 1.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .tables import column, rows

if TYPE_CHECKING:
    from pytest_szxc import Record

SOCIETY = frozenset({"nationalSecurity", "economy", "socialOrder", "publicInterest"})
CORE, IMPORTANT, G4, G3, G2, G1 = 6, 5, 4, 3, 2, 1
_SUB_LEVELS = (G1, G2, G3, G4)


@cache
def ranks() -> dict[str, int]:
    """Rank by grade code."""
    return {code: int(rank) for code, rank in column("levels", "rank").items()}


@cache
def _names() -> dict[int, str]:
    return {rank: code for code, rank in ranks().items()}


def name(rank: int) -> str:
    """The grade code of a rank."""
    return _names()[rank]


def rank_of(grade: str | None) -> int | None:
    """The rank of a grade code; ``None`` for what is none."""
    return ranks().get(grade) if grade is not None else None


def entry_rank(entry: Record) -> int | None:
    """The rank that ``level`` and ``subLevel`` say; ``None`` where they do not say one.

    A sub-level on core or important data is left to DC-013.
    """
    level = entry.text("level")
    if level != "general":
        return rank_of(level) if level in {"core", "important"} else None
    sub_level = entry.number("subLevel")
    return next((rank for rank in _SUB_LEVELS if sub_level == rank), None)


@cache
def _cells() -> dict[tuple[str, str], int]:
    return {(row["object"], row["harm"]): ranks()[row["grade"]] for row in rows("decision_table")}


def decide(impact_object: str | None, harm: str | None) -> int | None:
    """The rank in one cell of the decision table; ``None`` where object or harm is unknown."""
    return _cells().get((impact_object or "", harm or ""))


def cells(entry: Record) -> tuple[int, ...]:
    """The rank of each impact of an entry; empty if any of them is not in the table (DC-014 says so)."""
    impacts = entry.get("impacts")
    found = [decide(impact.text("object"), impact.text("harm")) for impact in entry.children("impacts")]
    whole = isinstance(impacts, list) and len(impacts) == len(found)
    known = tuple(rank for rank in found if rank is not None)
    return known if whole and len(known) == len(found) else ()


def field_ranks(entry: Record) -> dict[str, int]:
    """The rank of each field that has one; the highest, where a field stands more than once."""
    found: dict[str, int] = {}
    for row in entry.children("fieldLevels"):
        field, rank = row.text("field"), rank_of(row.text("level"))
        if field is not None and rank is not None:
            found[field] = max(rank, found.get(field, rank))
    return found

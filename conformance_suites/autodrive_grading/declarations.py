"""Declarations as the checks read them: those in force, each once, with the grade that is claimed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Record, Sut

GRADES = range(6)
VOID = "void"


def in_force(sut: Sut) -> Iterator[Record]:
    """All declarations but those that are void: of an older version, or withdrawn."""
    return (row for row in sut.records("list_declarations") if row.text("status") != VOID)


def grade_of(row: Record, member: str = "claimed_grade") -> int | None:
    """The grade that a record has; ``None`` where it has none of 0 to 5."""
    found = row.number(member)
    return int(found) if found is not None and found in GRADES else None

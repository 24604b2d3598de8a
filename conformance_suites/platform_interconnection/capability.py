"""What the platform says of itself, as checks need it: the capability document and its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc import Record, Sut

FALLBACK_PAGE = 100
"""Page size that is asked for where none is declared."""


def capability(sut: Sut) -> Record:
    """The capability document; asked once in a run.

    Raises:
        Unjudgeable: it does not come.
    """
    return sut.ask("capability").record


def resources(sut: Sut) -> list[Record]:
    """The declared resources that have a code."""
    return [resource for resource in capability(sut).children("resources") if resource.text("resourceCode")]


def limit(sut: Sut, name: str) -> int | None:
    """A declared limit (``pageSize``, ``batchRecords``, ``ratePerMinute``), if it is a whole number above zero."""
    found = capability(sut).get(f"limits.{name}")
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None


def error_codes(sut: Sut) -> dict[str, int]:
    """The published result codes with their HTTP statuses."""
    return {
        str(code): status
        for row in capability(sut).children("errorCodes")
        if isinstance(code := row.get("code"), str | int) and isinstance(status := row.get("status"), int)
    }

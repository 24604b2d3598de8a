"""Why an entry may be graded above the decision table: what other rules ask of it, or a reason that it states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import tables
from .grading import CORE, G2, G4, field_ranks, rank_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc import Record

_SHARED = {"2": G2, "3": G4}
"""The lowest grades of public data that are shared on conditions, or not at all."""


def floors(entry: Record) -> tuple[int, ...]:
    """Ranks that are owed for other reasons: reference level, fields, personal information, sharing of public data."""
    reference = rank_of(entry.text("minReferenceLevel")) or 0
    personal = entry.text("dataSubject") == "personal" or entry.has("piClass")
    shared = _SHARED.get(entry.text("sharing.type") or "", 0) * (entry.text("dataSubject") == "public")
    return (reference, *field_ranks(entry).values(), G4 * entry.has("sensitivePi"), G2 * personal, shared)


def sources(entry: Record, graded: Mapping[str, int]) -> int:
    """The highest rank among the sources of an entry; where one of them is not in the catalogue, any."""
    return max((graded.get(code, CORE) for code in entry.texts("derivedFrom")), default=0)


def says_why(entry: Record) -> bool:
    """Whether a reason is written down, the last change may have raised the level, or these are mass statistics."""
    return entry.has("raiseReason") or entry.flag("massStatistics") is True or _may_have_raised(entry)


def _may_have_raised(entry: Record) -> bool:
    """A first grading, which starts from nothing, is no change, and some reasons only lower."""
    changes = entry.children("history")
    if not changes or not changes[-1].has("from"):
        return False
    reason = changes[-1].text("reason") or ""
    return bool(reason.strip()) and tables.column("change_reasons", "direction").get(reason) != "down"

"""Levels: what they may be, and what impacts, fields and references call for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect, record_rule, set_rule

from . import tables
from .grading import G1, cells, entry_rank, field_ranks, name, rank_of, ranks
from .quantities import at_least, share
from .raising import floors, says_why, sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Location, Observation, Record

LEVELS = ("core", "important", "general")
GRADED = 95
"""Per cent of all items that have a level of their own."""
SUB_LEVELS = (1, 2, 3, 4)
ZHEJIANG = "db33t2351"


@record_rule("DC-011", over="list_entries")
def test_level_is_one_of_three(entry: Record) -> Iterator[Observation]:
    """Core, important or general."""
    level = entry.get("level")
    yield expect(level in LEVELS, entry.at("level"), expected=" | ".join(LEVELS), observed=level)


@record_rule("DC-012", over="list_entries")
def test_general_data_have_a_sub_level(entry: Record) -> Iterator[Observation]:
    """General data are of sub-level 1 to 4; a sub-level of another type is the schema's to report."""
    if entry.text("level") != "general" or (entry.has("subLevel") and entry.number("subLevel") is None):
        return
    found = entry.number("subLevel")
    yield expect(found in SUB_LEVELS, entry.at("subLevel"), expected="1 | 2 | 3 | 4", observed=found)


@record_rule("DC-013", over="list_entries")
def test_important_data_have_no_sub_level(entry: Record) -> Iterator[Observation]:
    """Core and important data are not divided further."""
    if entry.text("level") in {"core", "important"}:
        found = entry.get("subLevel")
        yield expect(not entry.has("subLevel"), entry.at("subLevel"), expected="absent", observed=found)


@record_rule("DC-014", over="list_entries")
def test_impacts_are_recorded(entry: Record) -> Iterator[Observation]:
    """At least one impact, each with a known object and a known harm."""
    impacts = entry.children("impacts")
    yield expect(bool(impacts), entry.at("impacts"), expected=">= 1 impact", observed=entry.get("impacts"))
    for impact in impacts:
        for member, table in (("object", "impact_objects"), ("harm", "harms")):
            found = impact.text(member)
            yield expect(
                found in tables.codes(table),
                impact.at(member),
                expected=tables.listed(table),
                observed=impact.get(member),
            )


@set_rule("DC-015", over="list_entries")
def test_level_is_not_below_the_decision_table(entries: Iterable[Record]) -> Iterator[Observation]:
    """With one impact the level reaches its cell; a level above the highest cell is explained."""
    graded: dict[str, int] = {}
    derived: list[Record] = []
    for entry in entries:
        rank, owed = entry_rank(entry), cells(entry)
        code = entry.text("resourceCode")
        if rank is not None and code:
            graded[code] = max(rank, graded.get(code, rank))
        if rank is None or not owed:
            continue
        if len(owed) == 1:
            yield expect(rank >= owed[0], entry.at("level"), expected=f">= {name(owed[0])}", observed=name(rank))
        if rank > max(owed) and entry.has("derivedFrom"):
            derived.append(entry)
        elif rank > max(owed):
            yield _explained(entry, rank, max(*owed, *floors(entry)))
    for entry in derived:  # whose sources are known by now
        yield _explained(entry, entry_rank(entry) or G1, max(*cells(entry), *floors(entry), sources(entry, graded)))


def _explained(entry: Record, rank: int, explained: int) -> Observation:
    holds = rank <= explained or says_why(entry)
    wanted = f"raiseReason, or level <= {name(explained)}"
    return expect(holds, entry.at("raiseReason"), expected=wanted, observed=f"{name(rank)}, no reason")


@record_rule("DC-016", over="list_entries")
def test_highest_of_several_impacts_wins(entry: Record) -> Iterator[Observation]:
    """With several impacts the level reaches the highest of their cells."""
    rank, owed = entry_rank(entry), cells(entry)
    if rank is not None and len(owed) > 1:
        yield expect(rank >= max(owed), entry.at("level"), expected=f">= {name(max(owed))}", observed=name(rank))


@record_rule("DC-018", over="list_entries")
def test_data_set_is_not_below_its_fields(entry: Record) -> Iterator[Observation]:
    """The level of the whole reaches the highest of its fields."""
    rank, fields = entry_rank(entry), field_ranks(entry)
    if rank is not None and fields:
        highest = max(fields.values())
        yield expect(rank >= highest, entry.at("level"), expected=f">= {name(highest)}", observed=name(rank))


@set_rule("DC-019", over="list_entries")
def test_fields_are_graded(entries: Iterable[Record]) -> Iterator[Observation]:
    """Nearly every item of the catalogue has a level of its own."""
    total = graded = 0
    first: Location | None = None
    for entry in entries:
        items = {item.text("name") for item in entry.children("items")} - {None}
        missing = len(items - field_ranks(entry).keys())
        total, graded = total + len(items), graded + len(items) - missing
        if first is None and missing:
            first = entry.at("fieldLevels")
        last = entry
    if total:
        holds = at_least(graded, total, GRADED)
        where = first or last.at("fieldLevels")
        yield expect(holds, where, expected=f">= {GRADED} %", observed=share(graded, total))


@record_rule("DC-020", over="list_entries")
def test_level_is_not_below_its_reference(entry: Record) -> Iterator[Observation]:
    """A reference level is a grade, and the level reaches it."""
    if not entry.has("minReferenceLevel"):
        return
    found = entry.get("minReferenceLevel")
    reference, rank = rank_of(entry.text("minReferenceLevel")), entry_rank(entry)
    here = entry.at("minReferenceLevel")
    yield expect(reference is not None, here, expected=" | ".join(ranks()), observed=found)
    if reference is not None and rank is not None:
        yield expect(rank >= reference, entry.at("level"), expected=f">= {name(reference)}", observed=name(rank))


@record_rule("DC-059", over="list_entries")
def test_levels_map_to_other_schemes(entry: Record) -> Iterator[Observation]:
    """The mapping has the Zhejiang grade of general data; whatever it gives is as the mapping table has it."""
    rank = entry_rank(entry)
    if rank is None:
        return
    for scheme, owed in tables.mapped(name(rank)).items():
        found = entry.get(f"mapping.{scheme}")
        if entry.has(f"mapping.{scheme}") or (scheme == ZHEJIANG and owed):
            yield expect(found == owed, entry.at(f"mapping.{scheme}"), expected=owed or "absent", observed=found)

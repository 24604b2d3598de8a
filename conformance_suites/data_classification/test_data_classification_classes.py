"""Classification: every entry has its class and facets before it has a level."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_szxc import expect, record_rule, set_rule

from . import tables
from .quantities import at_least, share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Location, Observation, Record

CLASS = re.compile(r"A(?:0[1-9]|1[01])(?:\.[0-9]{2}){0,3}")
FACETS = ("describedObject", "processing")
FILLED = 90
"""Per cent of the entries that fill in a facet."""


@record_rule("DC-006", over="list_entries")
def test_no_level_without_class(entry: Record) -> Iterator[Observation]:
    """Whoever grades has classified."""
    if entry.has("level"):
        found = entry.get("agriClass")
        yield expect(entry.has("agriClass"), entry.at("agriClass"), expected="a class", observed=found)


@record_rule("DC-007", over="list_entries")
def test_class_is_in_the_table(entry: Record) -> Iterator[Observation]:
    """Each class is in the table, or is one further step below a class of the table."""
    found = entry.text("agriClass")
    for code in (found,) if found else entry.texts("agriClass"):
        yield expect(_is_class(code), entry.at("agriClass"), expected="agri_classes, or one step below", observed=code)


def _is_class(code: str) -> bool:
    known = tables.codes("agri_classes")
    return code in known or (CLASS.fullmatch(code) is not None and code.rpartition(".")[0] in known)


@record_rule("DC-008", over="list_entries")
def test_data_subject_is_given(entry: Record) -> Iterator[Observation]:
    """Whose data they are is said in a known code."""
    found = entry.get("dataSubject")
    holds = isinstance(found, str) and found in tables.facet_codes("dataSubject")
    yield expect(holds, entry.at("dataSubject"), expected=tables.listed("facets", "dataSubject"), observed=found)


@set_rule("DC-009", over="list_entries")
def test_facets_are_filled_in(entries: Iterable[Record]) -> Iterator[Observation]:
    """Each facet has a known value in at least nine entries of ten."""
    total, filled, empty = 0, dict.fromkeys(FACETS, 0), dict[str, "Location"]()
    for entry in entries:
        total += 1
        for facet in FACETS:
            known = entry.text(facet) in tables.facet_codes(facet)
            filled[facet] += known
            if not known or total == 1:
                empty.setdefault(facet, entry.at(facet))
    for facet in FACETS if total else ():
        holds = at_least(filled[facet], total, FILLED)
        yield expect(holds, empty[facet], expected=f">= {FILLED} %", observed=share(filled[facet], total))


@record_rule("DC-010", over="list_entries")
def test_one_primary_class(entry: Record) -> Iterator[Observation]:
    """The class is one code, or a list of one."""
    if entry.has("agriClass"):
        found = entry.get("agriClass")
        one = isinstance(found, str) or (isinstance(found, list) and len(found) == len(entry.texts("agriClass")) == 1)
        yield expect(one, entry.at("agriClass"), expected="one class", observed=found)

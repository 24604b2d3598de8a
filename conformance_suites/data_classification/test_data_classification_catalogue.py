"""The catalogue itself: it answers, its entries are whole, its codes are well-formed, it can be asked for changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import codes, expect, record_rule, requirement, schema, set_rule

from . import tables
from .days import RUN, is_no_day, last_update

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Observation, Record, Sut

LATER = 200
"""So many instants of the catalogue lie after the one that is asked for, at most."""
ENTRY = "urn:szxc:data_classification:entry"
RESOURCE_CODE = "urn:szxc:common:resource-code"
FORM = "[1-3], 5 digits, sequence: 302008/000008"
RATIO_FROM = 200
"""Distinct provider codes from which a share of 0.5 % may fail the check; below it none outside the allow-list may."""
TOLERATED = 200
"""One in so many (0.5 %)."""
OVERDUE = 1.5
TEXTS = ("title", "provider", "abstract", "format")
DATED = ("publishDate", "lastUpdated", "gradedAt", "approvedAt", "nextReviewDate", "derivedAt")


@record_rule("DC-001", over="list_entries")
def test_catalogue_answers(entry: Record) -> Iterator[Observation]:
    """Each entry is an object that says something."""
    yield expect(bool(entry.value), entry.at(), expected="an entry", observed=entry.value)


@record_rule("DC-002", over="list_entries")
def test_entry_has_the_core_metadata(entry: Record) -> Iterator[Observation]:
    """Core metadata are present and not blank, every member has its type, and days are in the calendar."""
    yield from schema.conforms(entry, ENTRY)
    for member in TEXTS:
        if entry.text(member) and not entry.has(member):
            yield expect(holds=False, at=entry.at(member), expected="a text", observed=entry.text(member))
    for record, member in _dated(entry):
        if is_no_day(record.text(member)):
            found = record.text(member)
            yield expect(holds=False, at=record.at(member), expected="a day of the calendar", observed=found)


def _dated(entry: Record) -> Iterator[tuple[Record, str]]:
    yield from ((entry, member) for member in DATED)
    yield from ((row, "at") for row in entry.children("history"))


@record_rule("DC-003", over="list_entries")
def test_scheme_and_its_version_are_named(entry: Record) -> Iterator[Observation]:
    """``scheme`` is known, ``version`` is given."""
    scheme, version = entry.text("scheme"), entry.get("version")
    yield expect(
        scheme in tables.codes("schemes"), entry.at("scheme"), expected=tables.listed("schemes"), observed=scheme
    )
    yield expect(entry.has("version"), entry.at("version"), expected="a version", observed=version)


@set_rule("DC-004", over="list_entries")
def test_resource_codes_are_well_formed_and_unique(entries: Iterable[Record]) -> Iterator[Observation]:
    """Each code matches the pattern; over all pages none comes twice."""
    seen: set[str] = set()
    for entry in entries:
        code = entry.text("resourceCode")
        if code:
            here = entry.at("resourceCode")
            yield expect(schema.holds(code, RESOURCE_CODE), here, expected=FORM, observed=code)
            yield expect(code not in seen, here, expected="unique", observed=code)
            seen.add(code)


@set_rule("DC-005", over="list_entries")
def test_provider_codes_are_credit_codes(entries: Iterable[Record]) -> Iterator[Observation]:
    """Each distinct code has the form; the check character may fail where the allow-list or the ratio says so."""
    found: dict[str, Record] = {}
    for entry in entries:
        code = entry.text("providerCode")
        if code:
            found.setdefault(code, entry)
    failing = {code for code in found if codes.is_uscc_form(code) and not _checks(code)}
    tolerated = failing if len(failing) <= _may_fail(len(found)) else set()
    for code, entry in found.items():
        good = codes.is_uscc_form(code) and (code not in failing or code in tolerated)
        wanted = f"check character {codes.uscc_check(code[:17])}" if code in failing else "18 characters of a USCC"
        yield expect(good, entry.at("providerCode"), expected=wanted, observed=code)


def _checks(code: str) -> bool:
    return codes.is_uscc(code) or code in tables.codes("uscc_allowed")


def _may_fail(distinct: int) -> int:
    return distinct // TOLERATED if distinct >= RATIO_FROM else 0


@requirement("DC-052")
def test_changes_are_found_by_time(sut: Sut) -> Iterator[Observation]:
    """``updatedSince`` gives exactly the later entries; one updated at that very instant may be in or out.

    The instant is one of the catalogue's own, as it is written there, so that no platform has to convert it; the middle
    one, or a later one in a large catalogue, so that half of it need not be sent again.
    """
    entries = [entry for entry in sut.records("list_entries") if entry.time("lastUpdated")]
    moments = sorted(
        {moment: entry.text("lastUpdated") for entry in entries if (moment := entry.time("lastUpdated"))}.items()
    )
    if len(moments) < 3:  # noqa: PLR2004 -- something before, the instant itself, something after
        return
    since, written = moments[max(len(moments) // 2, len(moments) - LATER)]
    answered = list(sut.records("list_entries", updatedSince=written))
    there = {entry.text("resourceCode") for entry in answered}
    for entry in entries:
        if (entry.time("lastUpdated") or since) > since:
            yield _answered(entry, entry.text("resourceCode") in there, f"in updatedSince={written}")
    for entry in answered:
        yield _answered(entry, (entry.time("lastUpdated") or since) >= since, f">= {written}")


def _answered(entry: Record, holds: bool, wanted: str) -> Observation:  # noqa: FBT001 -- as in expect
    return expect(holds, entry.at("lastUpdated"), expected=wanted, observed=entry.text("lastUpdated"))


@record_rule("DC-053", over="list_entries")
def test_update_cycle_is_kept(entry: Record) -> Iterator[Observation]:
    """The cycle is known and the last update is not older than one and a half cycles, nor still to come."""
    cycle = entry.text("updateCycle")
    if cycle is None:
        return
    days = tables.column("update_cycles", "days")
    yield expect(cycle in days, entry.at("updateCycle"), expected=tables.listed("update_cycles"), observed=cycle)
    moment = last_update(entry)
    if moment and days.get(cycle):
        limit, age = float(days[cycle]) * OVERDUE, (entry.observed_at - moment).total_seconds() / 86400
        yield expect(age <= limit, entry.at("lastUpdated"), expected=f"<= {limit} days", observed=f"{age:.1f} days")
    if entry.time("lastUpdated") and moment:
        latest = entry.observed_at + RUN
        here, wanted = entry.at("lastUpdated"), f"<= {latest.isoformat()}"
        yield expect(moment <= latest, here, expected=wanted, observed=moment.isoformat())

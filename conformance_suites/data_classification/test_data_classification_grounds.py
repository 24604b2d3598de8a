"""What a level rests on: factors, quantities, questionnaire, who graded and who approved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect, record_rule

from . import tables
from .days import RUN
from .quantities import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record


@record_rule("DC-027", over="list_entries")
def test_important_data_name_their_factors(entry: Record) -> Iterator[Observation]:
    """Important data have at least one known factor that applies; one that is listed without an answer does."""
    if entry.text("level") == "important":
        factors, known = entry.children("importantDataFactors"), tables.codes("important_factors")
        holds = any(one.text("factor") in known and one.flag("present") is not False for one in factors)
        where = entry.at("importantDataFactors")
        yield expect(
            holds, where, expected=tables.listed("important_factors"), observed=entry.get("importantDataFactors")
        )


@record_rule("DC-030", over="list_entries")
def test_factors_are_recorded(entry: Record) -> Iterator[Observation]:
    """All eight factors have a value."""
    missing = [code for code in tables.column("factors", "zh") if not entry.has(f"factors.{code}")]
    where = entry.at(f"factors.{missing[0]}" if missing else "factors")
    yield expect(not missing, where, expected="a value", observed=f"none for {', '.join(missing)}")


@record_rule("DC-031", over="list_entries")
def test_scale_precision_and_coverage_are_quantities(entry: Record) -> Iterator[Observation]:
    """Scale counts records or bytes; precision and coverage, where given, are a number with a unit."""
    scale = entry.get("scale")
    parts = [part for part in ("records", "bytes") if entry.has(f"scale.{part}")]
    counted = bool(parts) and all(count(entry, f"scale.{part}") is not None for part in parts)
    yield expect(counted, entry.at("scale"), expected="{records, bytes}", observed=scale)
    for member in ("precision", "coverage"):
        if entry.has(member):
            holds = entry.number(f"{member}.value") is not None and bool((entry.text(f"{member}.unit") or "").strip())
            yield expect(holds, entry.at(member), expected="{value, unit}", observed=entry.get(member))


@record_rule("DC-032", over="list_entries")
def test_basis_person_and_time_are_recorded(entry: Record) -> Iterator[Observation]:
    """Basis, person and time of the grading are given, and the time has come."""
    for member in ("basis", "gradedBy", "gradedAt"):
        yield expect(entry.has(member), entry.at(member), expected="a value", observed=entry.get(member))
    graded = entry.time("gradedAt")
    if graded:
        here, latest = entry.at("gradedAt"), entry.observed_at + RUN
        yield expect(graded <= latest, here, expected=f"<= {latest.isoformat()}", observed=graded.isoformat())


@record_rule("DC-033", over="list_entries")
def test_grading_is_approved_by_another_person(entry: Record) -> Iterator[Observation]:
    """Somebody else approved, not before the grading, and not at a time still to come."""
    for member in ("approvedBy", "approvedAt"):
        yield expect(entry.has(member), entry.at(member), expected="a value", observed=entry.get(member))
    approver, grader = entry.text("approvedBy"), entry.text("gradedBy")
    if approver and grader:
        other = approver.strip().casefold() != grader.strip().casefold()
        yield expect(other, entry.at("approvedBy"), expected="another than gradedBy", observed=approver)
    approved, graded = entry.time("approvedAt"), entry.time("gradedAt")
    if approved and graded:
        here, wanted = entry.at("approvedAt"), f">= {graded.isoformat()}"
        yield expect(approved >= graded, here, expected=wanted, observed=approved.isoformat())
    latest = entry.observed_at + RUN
    if approved and (graded is None or graded <= latest):  # a grading to come is DC-032's
        here, wanted = entry.at("approvedAt"), f"<= {latest.isoformat()}"
        yield expect(approved <= latest, here, expected=wanted, observed=approved.isoformat())

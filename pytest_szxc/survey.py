"""What is there: asked of a target before anything is judged, so that claims and root causes are settled first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc.target.discovery import discover
from pytest_szxc.target.preflight import preflight, probes_of
from pytest_szxc.target.statement import Claim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.evidence.run_record import RunRecord
    from pytest_szxc.intake import Intake
    from pytest_szxc.model import Suite
    from pytest_szxc.target.live import LiveSut
    from pytest_szxc.target.preflight import Place
    from pytest_szxc.target.statement import Statement


def introduced(record: RunRecord, intake: Intake, sut: LiveSut) -> RunRecord:
    """The record with what a platform without a statement says of itself."""
    return replace(record, statement=discover(sut, record.statement, intake.suites))


def surveyed(record: RunRecord, intake: Intake, sut: LiveSut) -> RunRecord:
    """The record with what the probes showed: why nothing can be tested, or which classes are there."""
    found = preflight(sut, probes(intake))
    present: dict[str, dict[str, bool]] = {}
    for (suite, name), answered in found.observed.items():
        present.setdefault(suite, {})[name] = answered
    statement = record.statement
    if not statement.declared:
        for suite, name in found.troubled:
            present[suite][name] = True  # not seen is not absent: what fails is owed, or a broken part would look good
        seen = present if found.cause is None else None  # a target that cannot be tested owes everything
        return replace(record, statement=claiming(statement, intake.suites, seen), preflight=found.cause)
    return replace(record, present=_unclaimed(present, intake.suites, statement), preflight=found.cause)


def probes(intake: Intake) -> dict[Place, str]:
    """The probe of each class that the user wants."""
    return {place: probe for place, probe in probes_of(intake.suites).items() if intake.probed(place)}


def claiming(
    statement: Statement, suites: Mapping[str, Suite], present: Mapping[str, Mapping[str, bool]] | None
) -> Statement:
    """An undeclared statement with the classes that were observed; all of them if nothing could be asked."""
    if statement.declared:
        return statement
    claims = dict(statement.claims)
    for suite in suites.values():
        if suite.id in claims:  # the platform said so itself
            continue
        seen = {row.id: True for row in suite.classes} if present is None else present.get(suite.id, {})
        claims[suite.id] = Claim(suite.id, tuple(row.id for row in suite.classes if seen.get(row.id)))
    return replace(statement, claims=claims)


def _unclaimed(
    present: Mapping[str, Mapping[str, bool]], suites: Mapping[str, Suite], statement: Statement
) -> dict[str, dict[str, bool]]:
    """What answered though its class is not claimed, unless a claimed class explains the answer."""
    found: dict[str, dict[str, bool]] = {}
    for suite in suites.values():
        claim = statement.claims.get(suite.id)
        claimed = set(claim.classes) if claim else set()
        explained = {row.probe for row in suite.classes if row.id in claimed}
        seen = present.get(suite.id, {})
        found[suite.id] = {
            row.id: True
            for row in suite.classes
            if row.id not in claimed and row.probe not in explained and seen.get(row.id)
        }
    return found

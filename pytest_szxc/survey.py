"""What is there: asked of a target before anything is judged, so that claims and root causes are settled first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.model import Cause
from pytest_szxc.printable import show
from pytest_szxc.target.discovery import CAPABILITY, candidates, discover, introduces
from pytest_szxc.target.preflight import preflight, probes_of
from pytest_szxc.target.statement import Claim

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc.evidence.run_record import RunRecord
    from pytest_szxc.intake import Intake
    from pytest_szxc.model import Suite
    from pytest_szxc.target.live import LiveSut
    from pytest_szxc.target.preflight import Place
    from pytest_szxc.target.statement import Statement

ELSEWHERE = {"preflight.absent", "preflight.html"}
"""Causes for which the base URL may be the reason."""


def introduced(record: RunRecord, intake: Intake, sut: LiveSut) -> tuple[RunRecord, Unjudgeable | None]:
    """The record with what a platform without a statement says of itself, and why it said nothing, if so."""
    try:
        return replace(record, statement=discover(sut, record.statement, intake.suites)), None
    except TransportFault as fault:
        return record, fault


def surveyed(
    record: RunRecord,
    intake: Intake,
    sut: LiveSut,
    *,
    before: Unjudgeable | None = None,
    opened: Callable[[str], LiveSut] | None = None,
) -> RunRecord:
    """The record with what the probes showed: why nothing can be tested, or which classes are there.

    Args:
        record: so far.
        intake: the run.
        sut: asks the probes.
        before: what the platform was already found to fail with.
        opened: opens the same target at another base URL, where there can be one.
    """
    found = preflight(sut, probes(intake), proxy=intake.settings.text("proxy"), before=before)
    cause = found.cause
    if cause and cause.code in ELSEWHERE and opened:
        cause = elsewhere(record.statement.base_url, opened) or cause
    present: dict[str, dict[str, bool]] = {}
    for (suite, name), answered in found.observed.items():
        present.setdefault(suite, {})[name] = answered
    statement = record.statement
    if not statement.declared:
        for suite, name in found.troubled:
            present[suite][name] = True  # not seen is not absent: what fails is owed, or a broken part would look good
        seen = present if cause is None else None  # a target that cannot be tested owes everything
        return replace(record, statement=claiming(statement, intake.suites, seen), preflight=cause)
    if cause is None and statement.version:
        with suppress(Unjudgeable):  # a notice, if it calls itself by another version
            sut.look(CAPABILITY)
    return replace(record, present=_unclaimed(present, intake.suites, statement), preflight=cause)


def elsewhere(base_url: str, opened: Callable[[str], LiveSut]) -> Cause | None:
    """The cause that the API lies under another base URL, if the platform introduces itself there.

    Args:
        base_url: the one under which nothing is.
        opened: opens the target at another one.
    """
    for url in candidates(base_url):
        found = introduces(opened(url), url)
        if found and found != base_url:
            return Cause("preflight.base-path", {"given": show(base_url), "found": show(found)})
    return None


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

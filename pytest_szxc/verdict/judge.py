"""One requirement judged: run its check, count what it observed, decide.

Nothing but a finding makes a *fail*. Whatever else goes wrong is *inconclusive* where the SUT or the permissions are
the cause, and *tester-error* where we are.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Protocol

from pytest_szxc.checks.exhibits import settled
from pytest_szxc.errors import Absent, ConformanceFailure, Unjudgeable
from pytest_szxc.model import Cause, Exhibit, Finding, Level, Location, Requirement, Status, Verdict
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_szxc.checks.rules import Check, Observation
    from pytest_szxc.target.sut import Sut

FINDINGS_KEPT = 20
"""Findings kept per requirement; the rest is counted."""
EXHIBITS_KEPT = 8
"""Exhibits kept per requirement; the rest is counted."""

_NOT_THERE = frozenset({"http.absent", "binding.missing"})


class WatchedSut(Protocol):
    """What ``judge`` wants to know of the SUT's use by one check, beside the ``Sut`` itself."""

    @property
    def exchanges(self) -> tuple[str, ...]:
        """Ids of the exchanges the check has read, in order of first use."""

    @property
    def tries(self) -> int:
        """How often the request had to be sent that needed most tries."""

    @property
    def empty(self) -> tuple[str, ...]:
        """Operations whose stream gave the check no record at all."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the statement says that matters to a verdict.

    Attributes:
        without: features the system is declared not to have.
        owners: operation → id of the requirement that answers for its presence.
    """

    without: frozenset[str] = frozenset()
    owners: dict[str, str] | None = None


@dataclass(slots=True)
class _Tally:
    """Observations counted so far, and exhibits, which are none."""

    observed: int = 0
    found: int = 0
    kept: tuple[Finding, ...] = ()
    exhibited: int = 0
    exhibits: tuple[Exhibit, ...] = ()

    def add(self, observation: Observation) -> None:
        if isinstance(observation, Exhibit):
            self._show(observation)
            return
        self.observed += 1
        if isinstance(observation, Finding):
            self.found += 1
            if len(self.kept) < FINDINGS_KEPT:
                self.kept += (observation,)

    def _show(self, exhibit: Exhibit) -> None:
        self.exhibited += 1
        if len(self.exhibits) < EXHIBITS_KEPT:
            self.exhibits += (settled(exhibit),)

    def shown_with(self, verdict: Verdict) -> Verdict:
        """The verdict with what the check has shown, whatever came of it."""
        return replace(verdict, exhibits=self.exhibits, exhibited=self.exhibited)


def judge(requirement: Requirement, check: Check, sut: Sut, watch: WatchedSut, context: Context) -> Verdict:
    """The verdict on one requirement; never raises for what a SUT, a statement or a check does."""
    tally = _Tally()
    cause: Cause | None = None
    try:
        for observation in check.observe(sut):
            tally.add(observation)
    except Absent as absent:
        cause = _absence(requirement, absent, tally, context)
    except Unjudgeable as reason:
        cause = Cause(reason.code, _texts(reason.params), reason.exchange)
    except ConformanceFailure as failure:
        for finding in failure.findings:
            tally.add(finding)
    except Exception as error:  # noqa: BLE001 -- our own fault, whatever it is, must become a verdict and not stop the run
        failed = Verdict(requirement.id, Status.TESTER_ERROR, cause=own_fault(error), exchanges=watch.exchanges)
        return tally.shown_with(failed)
    return tally.shown_with(_decide(requirement, tally, cause, watch, context))


def _decide(
    requirement: Requirement, tally: _Tally, cause: Cause | None, watch: WatchedSut, context: Context
) -> Verdict:
    lacking = requirement.feature in context.without
    if tally.found:
        status = Status.FAIL if requirement.level is Level.MUST else Status.WARN
    elif cause is not None and lacking and cause.code in _NOT_THERE:
        status, cause = _declared_absent(requirement)
    elif cause is not None:
        absent_option = cause.code == "http.absent" and requirement.level is Level.MAY
        status = Status.NOT_APPLICABLE if absent_option else Status.INCONCLUSIVE
    elif tally.observed:
        status = Status.PASS
    else:
        status, cause = _nothing_seen(requirement, watch, lacking=lacking)
    if lacking and tally.observed:
        status, cause = Status.FAIL, Cause("claim.feature-present", {"feature": requirement.feature or ""})
    seen = (tally.kept, tally.found, tally.observed)
    return Verdict(requirement.id, status, *seen, cause=cause, exchanges=watch.exchanges, tries=watch.tries)


def _nothing_seen(requirement: Requirement, watch: WatchedSut, *, lacking: bool) -> tuple[Status, Cause]:
    if lacking:
        return _declared_absent(requirement)
    if watch.empty:
        last = watch.exchanges[-1] if watch.exchanges else None
        return Status.INCONCLUSIVE, Cause("data.empty", {"operation": watch.empty[0]}, last)
    if requirement.level is Level.MAY:
        return Status.NOT_APPLICABLE, Cause("claim.option-unused")
    if requirement.feature:
        return Status.INCONCLUSIVE, Cause("data.feature-unseen", {"feature": requirement.feature})
    return Status.INCONCLUSIVE, Cause("data.nothing-observed")


def _declared_absent(requirement: Requirement) -> tuple[Status, Cause]:
    return Status.NOT_APPLICABLE, Cause("claim.without", {"feature": requirement.feature or ""})


def _absence(requirement: Requirement, absent: Absent, tally: _Tally, context: Context) -> Cause:
    """An operation that is claimed but not there: its owner fails, what depends on it cannot be judged.

    An operation that belongs to a feature the system is declared not to have is rightly absent.
    """
    owner = (context.owners or {}).get(absent.operation)
    lacking = requirement.feature in context.without
    if owner == requirement.id and requirement.level is not Level.MAY and not lacking:
        observed = absent.params.get("status", "-")
        tally.add(Finding(Location(exchange=absent.exchange), f"{absent.operation}: 2xx", f"HTTP {observed}"))
        return Cause("claim.absent", {"operation": absent.operation}, absent.exchange)
    return Cause(absent.code, _texts(absent.params), absent.exchange)


def own_fault(error: Exception) -> Cause:
    """What to say of an exception that nobody foresaw: its words and its place, without our machine's paths."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{PureWindowsPath(frame.filename).name}:{frame.lineno}"  # knows both kinds of slashes
    return Cause("tester.error", {"error": show(f"{type(error).__name__}: {error}"), "where": where})


def _texts(params: dict[str, object]) -> dict[str, str]:
    return {name: show(value) for name, value in params.items()}


def passed_over(requirements: Iterable[Requirement], cause: Cause) -> tuple[Verdict, ...]:
    """One inconclusive verdict for each requirement, all with the same root cause."""
    return tuple(Verdict(requirement.id, Status.INCONCLUSIVE, cause=cause) for requirement in requirements)

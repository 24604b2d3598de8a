"""Trials: the suite against the reference, each mutant and each legal variant, in process, on all cores."""

from __future__ import annotations

import gc
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.loading import load_checks
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_mutants, load_reference, load_variants
from pytest_szxc.reference.platform import build_platform
from pytest_szxc.selftest.matrix import LEGAL, Matrix, kill_of, peace_of
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import WsgiTransport
from pytest_szxc.verdict.judge import Context, judge

if TYPE_CHECKING:
    from pytest_szxc.model import Requirement, Suite, Verdict
    from pytest_szxc.reference.platform import Platform
    from pytest_szxc.target.statement import Statement

SIZE = 130
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
BASE_URL = "https://szxc.invalid"
_AT_ONCE = 4
"""Trials that a process is given at a time."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One platform to judge: the reference itself (neither name), with a mutant, or as a variant.

    ``only`` are the requirements that judge it; all without any.
    """

    suite: str
    mutant: str | None = None
    variant: str | None = None
    only: frozenset[str] = frozenset()


@cache
def catalogue() -> dict[str, Suite]:
    """The suites, loaded once in each process."""
    return load_suites()


def prove(suite: Suite, workers: int | None = None, *, whole: bool = True) -> Matrix:
    """Run all trials of a suite.

    Args:
        suite: a suite with ``reference.py``, ``mutants.py`` and ``variants.py``.
        workers: processes; as many as there are cores without it, none with 0.
        whole: whether every requirement judges every mutant and every variant; else those of the mutant's own
            conformance class do, and those that are known to report it too, or those of the variant's topic.
    """
    testable = tuple(row for row in suite.requirements if row.attested is None)
    intended = [(row, mutant) for row in testable for mutant in row.mutants]
    variants = load_variants(suite)
    concerned = {} if whole else _concerned(suite)
    odd = [Trial(suite.id, variant=name, only=concerned.get(one.topic, frozenset())) for name, one in variants.items()]
    faulty = [Trial(suite.id, mutant=name, only=frozenset() if whole else _near(suite, row)) for row, name in intended]
    reference, *rest = _run([Trial(suite.id), *odd, *faulty], workers)
    return Matrix(
        suite.id,
        len(suite.requirements),
        tuple(row.id for row in testable),
        peace_of("reference", suite, reference),
        tuple(kill_of(row, name, found) for (row, name), found in zip(intended, rest[len(odd) :], strict=True)),
        tuple(
            peace_of(trial.variant or "", suite, found, LEGAL, trial.only)
            for trial, found in zip(odd, rest[: len(odd)], strict=True)
        ),
    )


def _near(suite: Suite, row: Requirement) -> frozenset[str]:
    """The requirements of a row's conformance class, and its co-reporters."""
    same = (other.id for other in suite.requirements if other.conformance_class == row.conformance_class)
    return frozenset((*same, *row.co_reporters))


def _concerned(suite: Suite) -> dict[str, frozenset[str]]:
    """By topic the requirements of its classes: of those that own one of the topic's mutants."""
    owners = {mutant: row.conformance_class for row in suite.requirements for mutant in row.mutants}
    classes: dict[str, set[str]] = {}
    for mutant in load_mutants(suite).values():
        if mutant.topic and mutant.name in owners:
            classes.setdefault(mutant.topic, set()).add(owners[mutant.name])
    return {
        topic: frozenset(row.id for row in suite.requirements if row.conformance_class in mine)
        for topic, mine in classes.items()
    }


def attempt(trial: Trial) -> dict[str, Verdict]:
    """Build the platform of a trial and judge every testable requirement on it."""
    suite = catalogue()[trial.suite]
    clock = VirtualClock(NOW)  # of platform and judge: who waits lets the other's time pass (decision 16)
    platform = build_platform({suite.id: load_reference(suite)}, size=SIZE, now=clock)
    statement = demo_statement(platform, BASE_URL, catalogue())
    try:
        if trial.mutant:
            load_mutants(suite)[trial.mutant].apply(platform)
        if trial.variant:
            variant = load_variants(suite)[trial.variant]
            variant.apply(platform)
            statement = variant.statement(statement)
        return judge_platform(suite, platform, statement, clock, trial.only)
    finally:
        withdraw(statement)
        platform.close()


def judge_platform(
    suite: Suite, platform: Platform, statement: Statement, clock: VirtualClock, only: frozenset[str] = frozenset()
) -> dict[str, Verdict]:
    """The verdicts of the testable requirements on a platform in process, with a virtual clock and all permissions."""
    sut = LiveSut(
        suites={suite.id: suite},
        statement=statement,
        transport=WsgiTransport(platform, statement.accounts, statement.limits, clock=clock),
        store=ExchangeStore(None),
        clock=clock,
        now=NOW,
        seed="selftest",
        permissions=frozenset({"write"}),
        prefix="szxc-selftest-",
    )
    claim = statement.claims[suite.id]
    context = Context(frozenset(claim.without), {name: row.owner for name, row in suite.operations.items()})
    checks = load_checks(suite)
    verdicts = {}
    for requirement in suite.requirements:
        if requirement.attested is None and (not only or requirement.id in only):
            view = sut.for_requirement(requirement.id)
            with view.tidied():
                verdicts[requirement.id] = judge(requirement, checks[requirement.id], view, view, context)
    return verdicts


def _run(trials: list[Trial], workers: int | None) -> list[dict[str, Verdict]]:
    parts = [trials[first : first + _AT_ONCE] for first in range(0, len(trials), _AT_ONCE)]
    if workers == 0:
        return [found for part in parts for found in _attempts(part)]
    with ProcessPoolExecutor(max_workers=workers or os.cpu_count()) as pool:
        return [found for part in pool.map(_attempts, parts) for found in part]


def _attempts(trials: list[Trial]) -> list[dict[str, Verdict]]:
    """Some trials one after the other; what each leaves behind is collected once after all of them.

    A trial makes a platform and drops it again. Python would look for garbage hundreds of times meanwhile, each time
    among all that is still needed: a fifth of a trial's time.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        return [attempt(trial) for trial in trials]
    finally:
        gc.collect(0)  # with the collector off, all that was made since is in its youngest generation
        if running:
            gc.enable()

"""Short runs against the reference platform behind a bad line: no false fail, no false pass.

A short run judges the requirements of every suite with a reference that only read. Half of the runs are against the
reference as it is, half against a mutant that one of those requirements is meant to catch. What a verdict must be is
taken from a run over the same socket without faults; under faults it may become *inconclusive*, and nothing else:

* a *false fail* is a fail or warn where there is none without faults;
* a *false pass* is a pass or not-applicable where there is none without faults.

Runs are made in process, by the run's own code, two requests at once; the pauses between tries are not waited for.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from faulty_front import Front, Weather
from figures import tell

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.evidence.run_record import RunRecord
from pytest_szxc.model import Effect, Status
from pytest_szxc.reference import build_platform
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_mutants, load_reference
from pytest_szxc.run import Run
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.opening import Setting, open_target
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Executor

    from pytest_szxc.model import Requirement, Suite
    from pytest_szxc.reference import Platform
    from pytest_szxc.target.statement import Statement

RATES = (0.0, 0.01, 0.05)
RUNS, SIZE, CONNECTIONS = 1_000, 130, 2
DEADLINE, LATE, PATIENT = 2.0, 3.0, 60.0
"""Seconds that an answer may take under faults, that a late one takes, and that any may take without faults."""
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
REPORTED = frozenset({Status.FAIL, Status.WARN})
SETTLED = frozenset({Status.PASS, Status.NOT_APPLICABLE})
CHUNK = 25
Statuses = dict[str, Status]


@dataclass(frozen=True, slots=True)
class Scene:
    """A suite's reference platform, with a mutant or (empty) without."""

    suite: str
    mutant: str = ""


class Impatient(RealClock):
    """Real time for deadlines, a standing instant for the record, and no waiting for anybody's sake."""

    def now(self) -> datetime:
        """The instant of every run."""
        return NOW

    def sleep(self, seconds: float) -> None:
        """Go on at once, but let others go first."""
        time.sleep(0.0 if seconds > 0 else 0)


@dataclass(slots=True)
class Tally:
    """What some runs gave; the lists name run, scene, requirement and both statuses."""

    runs: int = 0
    requests: int = 0
    met: int = 0
    again: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    false_fails: list[str] = field(default_factory=list)
    false_passes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in what another process found."""
        for name in self.__slots__:
            mine = getattr(self, name)
            mine += getattr(other, name)
            setattr(self, name, mine)

    @property
    def holds(self) -> bool:
        """No verdict but what is true, or inconclusive."""
        return not (self.false_fails or self.false_passes or self.others)


@cache
def catalogue() -> dict[str, Suite]:
    """The suites, loaded once in each process."""
    return load_suites()


def readers(suite: Suite) -> list[Requirement]:
    """The requirements of a suite whose checks only read."""
    return [
        row
        for row in suite.requirements
        if row.attested is None and all(suite.operations[name].effect is Effect.READ for name in row.operations)
    ]


def scenes() -> tuple[list[Scene], list[Scene]]:
    """The references, and the mutants that a reading requirement is meant to catch."""
    suites = [catalogue()["data_classification"]]  # whose figures are followed over time
    faulty = [Scene(suite.id, name) for suite in suites for row in readers(suite) for name in row.mutants]
    return [Scene(suite.id) for suite in suites], faulty


class Stage:
    """One process's socket, with the platform and the true verdicts of the scene that was asked for last.

    Args:
        closing: what to let go of at the end.
    """

    def __init__(self, closing: ExitStack) -> None:
        self._closing = closing  # kept: a socket whose context is forgotten is closed
        self._front = closing.enter_context(Front().open())
        self._truths: dict[Scene, Statuses] = {}

    def truth(self, scene: Scene) -> Statuses:
        """The verdicts without faults.

        Raises:
            LookupError: the reference does not pass, or nobody catches the mutant: then there is nothing to prove.
        """
        if scene not in self._truths:
            tally = Tally()
            found, _ = self.play(scene, "", 0.0, tally)
            reporters = {name for name, status in found.items() if status in REPORTED}
            intended = {row.id for row in readers(catalogue()[scene.suite]) if scene.mutant in row.mutants}
            if not intended <= reporters or (not scene.mutant and set(found.values()) != {Status.PASS}):
                raise LookupError(scene, Counter(found.values()), tally.causes)
            self._truths[scene] = found
        return self._truths[scene]

    def play(self, scene: Scene, seed: str, rate: float, tally: Tally) -> tuple[Statuses, Weather]:
        """One short run; its verdicts, and what the line did."""
        suite = catalogue()[scene.suite]
        platform = build_platform({suite.id: load_reference(suite)}, size=SIZE, now=NOW)
        with ExitStack() as closing:
            closing.callback(platform.close)
            if scene.mutant:
                load_mutants(suite)[scene.mutant].apply(platform)
            weather = self._front.weather = Weather(platform, seed, rate, LATE)
            run = opened(suite, self._statement(platform, DEADLINE if rate else PATIENT, closing), closing)
            rows = readers(suite)
            run.begin(rows)
            found = {row.id: run.verdict(row) for row in rows}
            tally.again += sum(1 for one in run.store.chronological() if one.earlier and one.response is not None)
            tally.causes.update(verdict.cause.code for verdict in found.values() if verdict.cause)
        return {name: verdict.status for name, verdict in found.items()}, weather

    def _statement(self, platform: Platform, deadline: float, closing: ExitStack) -> Statement:
        statement = demo_statement(platform, self._front.url, catalogue())
        closing.callback(withdraw, statement)
        limits = replace(statement.limits, connections=CONNECTIONS, deadline=deadline)
        return replace(statement, limits=limits)


def opened(suite: Suite, statement: Statement, closing: ExitStack) -> Run:
    """A run as a user's, with its exchanges in memory."""
    store = ExchangeStore(None)
    setting = Setting({suite.id: suite}, store, Impatient(), NOW, "faults")
    sut = open_target(statement.base_url, statement, setting)
    held = ExitStack()
    held.callback(store.close)
    held.callback(sut.close)
    record = RunRecord(
        run="faults",
        target=statement.base_url,
        folder=Path(),
        now=NOW,
        seed="faults",
        statement=statement,
        suites=(suite.id,),
        classes=(),
        permissions=frozenset(),
        present={},
        strict=False,
        lang="en",
    )
    run = Run(record, {suite.id: suite}, sut, store, held)
    closing.callback(run.close)
    return run


@cache
def own_stage() -> Stage:
    """The stage of this process, for as long as it lives: the true verdicts are found once."""
    return Stage(ExitStack())


def short_runs(rate: float, numbers: Iterable[int], stage: Stage | None = None, mutants: int | None = None) -> Tally:
    """Some short runs, each with its number for a seed; odd ones are against a mutant, one of the first ``mutants``."""
    tally, here = Tally(), stage or own_stage()
    references, faulty = scenes()
    for number in numbers:
        random = Random(f"{rate} {number}")  # noqa: S311 -- to be repeatable
        scene = random.choice(faulty[:mutants] if number % 2 else references)
        truth = here.truth(scene)
        found, weather = here.play(scene, f"{rate} {number}", rate, tally)
        compare(f"{rate}/{number} {scene.suite} {scene.mutant}", truth, found, tally)
        tally.runs += 1
        tally.requests += weather.requests
        tally.met += bool(weather.faults)
        tally.faults += weather.faults
    return tally


def compare(name: str, truth: Statuses, found: Statuses, tally: Tally) -> None:
    """Put every verdict of a run beside the true one."""
    tally.verdicts.update(found.values())
    for requirement, status in found.items():
        if status in (truth[requirement], Status.INCONCLUSIVE):
            continue
        kind = tally.false_fails if status in REPORTED else tally.false_passes if status in SETTLED else tally.others
        kind.append(f"{name} {requirement}: {truth[requirement]} → {status}")


def measure(rate: float, runs: int, pool: Executor) -> Tally:
    """All runs at one rate, on several processes; says so when they are done."""
    chunks = [range(first, min(first + CHUNK, runs)) for first in range(0, runs, CHUNK)]
    whole = Tally()
    for tally in pool.map(short_runs, [rate] * len(chunks), chunks):
        whole.add(tally)
    print(_sentence(rate, whole), flush=True)
    return whole


def figures_of(tally: Tally) -> dict[str, Any]:
    """One rate's figures."""
    judged = sum(tally.verdicts.values())
    return {
        "runs": tally.runs,
        "requests": tally.requests,
        "faults": sum(tally.faults.values()),
        "runs_with_faults": tally.met,
        "false_fails": len(tally.false_fails),
        "false_passes": len(tally.false_passes),
        "others": len(tally.others),
        "inconclusive_share": round(tally.verdicts[Status.INCONCLUSIVE] / judged, 5),
        "answered_on_a_later_try": tally.again,
        "verdicts": dict(tally.verdicts.most_common()),
        "faults_by_kind": dict(sorted(tally.faults.items())),
        "causes": dict(tally.causes.most_common(12)),
        "examples": (tally.false_fails + tally.false_passes + tally.others)[:10],
    }


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS, help="at each rate")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    given = parser.parse_args()
    with ProcessPoolExecutor(given.workers) as pool:
        found = {rate: measure(rate, given.runs, pool) for rate in RATES}
    holds = all(tally.holds and tally.runs == given.runs for tally in found.values())
    tell(
        "fault_injection",
        {"holds": holds, **{f"{rate:.0%}": figures_of(tally) for rate, tally in found.items()}},
        "; ".join(_sentence(rate, tally) for rate, tally in found.items()),
    )


def _sentence(rate: float, tally: Tally) -> str:
    share = tally.verdicts[Status.INCONCLUSIVE] / max(1, sum(tally.verdicts.values()))
    return (
        f"{rate:.0%}: {tally.runs} runs, {tally.requests} requests, {sum(tally.faults.values())} faults, "
        f"{len(tally.false_fails)} false fails, {len(tally.false_passes)} false passes, {share:.2%} inconclusive, "
        f"{tally.again} answered on a later try"
    )


if __name__ == "__main__":
    main()

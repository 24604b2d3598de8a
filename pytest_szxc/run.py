"""One run, put together: suites, statement, target, manifest; opened once, joined by workers, judged row by row."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_szxc import __version__
from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.loading import load_checks
from pytest_szxc.evidence.run_record import RunRecord, read_record, record_from, record_json, write_record
from pytest_szxc.intake import adapter_of, network_options, take_in
from pytest_szxc.model import Cause, Status, Verdict
from pytest_szxc.report.document import RunFacts, report_document, verdict_row, write_report
from pytest_szxc.report.page import write_page
from pytest_szxc.report.terminal import failure_lines, word
from pytest_szxc.settings import results_folder
from pytest_szxc.target.auth import placeholder
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.opening import Setting, open_replay, open_target
from pytest_szxc.target.pace import waited
from pytest_szxc.target.preflight import preflight, probes_of
from pytest_szxc.target.statement import Claim
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import IN_PROCESS_URL
from pytest_szxc.verdict.decision import decide
from pytest_szxc.verdict.judge import Context, judge, passed_over
from pytest_szxc.verdict.manifest import Manifest, draw_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pytest_szxc.intake import Intake
    from pytest_szxc.model import Json, Requirement, Suite
    from pytest_szxc.settings import Settings
    from pytest_szxc.target.live import LiveSut
    from pytest_szxc.target.preflight import Place
    from pytest_szxc.target.statement import Statement
    from pytest_szxc.verdict.manifest import Entry

REPORT = "report.json"
PAGE = "report.html"
PAUSE = 0.5
"""Seconds between two tries while waiting for a target (``--szxc-wait``)."""


class Run:
    """One run in one process.

    Args:
        record: everything that was fixed before the first check.
        suites: the selected suites, by id.
        sut: the system under test.
        store: the run's exchanges.
        closing: what to let go of at the end.
    """

    def __init__(
        self, record: RunRecord, suites: Mapping[str, Suite], sut: LiveSut, store: ExchangeStore, closing: ExitStack
    ) -> None:
        self.record = record
        self.suites = suites
        self.sut = sut
        self.store = store
        self._closing = closing
        self._checks = {suite.id: load_checks(suite) for suite in suites.values()}

    @property
    def lang(self) -> str:
        """``zh`` or ``en``."""
        return self.record.lang

    @property
    def strict(self) -> bool:
        """Whether shoulds count."""
        return self.record.strict

    @property
    def preflight_cause(self) -> Cause | None:
        """Why nothing can be tested, if so."""
        return self.record.preflight

    @property
    def page(self) -> Path:
        """The page for people."""
        return self.record.folder / PAGE

    @cached_property
    def manifest(self) -> Manifest:
        """What is owed."""
        record = self.record
        return draw_up(self.suites.values(), record.statement, classes=record.classes, present=record.present)

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return {entry.requirement.id: entry for entry in self.manifest.entries}

    def judge(self, requirement: Requirement) -> Verdict:
        """The verdict on one requirement of the manifest; asks the SUT only if one is owed."""
        entry = self._entries[requirement.id]
        if not entry.owed:
            return decide(Manifest((entry,), ""), {}).verdicts[0][1]
        check = self._checks[requirement.suite].get(requirement.id)
        if check is None:
            return Verdict(requirement.id, Status.TESTER_ERROR, cause=Cause("tester.no-check"))
        view = self.sut.for_requirement(requirement.id)
        return judge(requirement, check, view, view, self._context(requirement.suite))

    def failure_lines(self, requirement: Requirement, verdict: Verdict) -> Iterator[str]:
        """What a person needs to mend a requirement."""
        shown = [finding.at.exchange for finding in verdict.findings[:1]] or list(verdict.exchanges[-1:])
        exchanges = [found for found in (self.store.get(key) for key in shown if key) if found and self._networked]
        again = " ".join(("pytest", *self.record.command, "-k", requirement.id))
        yield from failure_lines(
            requirement, verdict, exchanges, self.lang, again=again, account_variables=self._account_variables()
        )

    def header_lines(self) -> list[str]:
        """The line at the head of a run."""
        mode = "mode.write" if "write" in self.record.permissions else "mode.read"
        facts = {
            "version": __version__,
            "target": self.record.target,
            "suites": ",".join(self.suites),
            "manifest": self.manifest.digest[:12],
            "mode": word(mode, self.lang),
            "seed": self.record.seed,
        }
        return [word("header", self.lang, **facts)]

    def plan(self) -> dict[str, Json]:
        """The run as plain JSON, for a worker process."""
        return record_json(self.record)

    def finish(self, given: Mapping[str, Verdict], *, partial: bool, ended: int | None = None) -> dict[str, Json]:
        """Decide, and write the reports. ``ended`` is pytest's own exit code where that stands over ours."""
        cause = self.preflight_cause
        if cause is not None:
            given = {verdict.requirement: verdict for verdict in passed_over(self.manifest.owed(), cause)}
        statement = self.record.statement
        decision = decide(
            self.manifest,
            given,
            strict=self.strict,
            preflight=cause,
            declared=statement.declared,
            partial=partial,
        )
        facts = self._facts(decision.exit_code if ended is None else ended, partial=partial)
        document = report_document(facts, self.suites.values(), statement, decision)
        write_report(document, self.record.folder / REPORT)
        write_page(document, self.page)
        return document

    def close(self) -> None:
        """Let go of target and store."""
        self._closing.close()

    def _facts(self, exit_code: int, *, partial: bool) -> RunFacts:
        record = self.record
        counters = self.store.counters()
        settings = dict(record.settings or {})
        return RunFacts(
            run=record.run,
            target=record.target,
            seed=record.seed,
            started=record.now.isoformat(),
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
            lang=record.lang,
            exit_code=exit_code,
            manifest=self.manifest.digest,
            partial=partial,
            taints=("insecure",) if settings.get("insecure") else (),
            requests_sent=counters.sent,
            requests_saved=counters.saved,
            rate_cost=round(waited(self.store), 1),
            options=settings,
        )

    def _context(self, suite: str) -> Context:
        claim = self.record.statement.claims[suite]
        owners = {name: operation.owner for name, operation in self.suites[suite].operations.items()}
        return Context(frozenset(claim.without), owners)

    @property
    def _networked(self) -> bool:
        return self.record.statement.base_url != IN_PROCESS_URL

    def _account_variables(self) -> dict[str, str]:
        accounts = self.record.statement.accounts.values()
        return {placeholder(account.name): account.secret.env or f"SZXC_{account.name.upper()}" for account in accounts}


def open_run(settings: Settings, hook: object = None, *, offline: bool = False, command: tuple[str, ...] = ()) -> Run:
    """Open a run: settle statement and target, ask the probes, fix the manifest, begin the record.

    Args:
        settings: the options in effect.
        hook: pytest's hooks, for adapters.
        offline: open nothing and send nothing (``--co``, ``--szxc-plan``).
        command: the ``--szxc-*`` words, for the line that runs one requirement again.

    Raises:
        SzxcError: what a user must put right first.
    """
    with ExitStack() as closing:
        intake = take_in(settings, load_suites(), closing, offline=offline)
        record = _record(intake, command)
        if offline:
            store = ExchangeStore(None)
            record = replace(record, statement=_claiming(record.statement, intake.suites, None))
        else:
            _await_target(record, intake, hook)
            store = ExchangeStore(_fresh(record))
        closing.callback(store.close)
        sut = _open(record, intake.suites, store, hook, closing)
        if not offline:
            record = _probed(record, intake, sut)
        run = Run(record, intake.suites, sut, store, closing.pop_all())
        if not offline:
            run.record = replace(record, manifest=run.manifest.digest)
            write_record(run.record)
        return run


def join_run(plan: Mapping[str, Json], hook: object = None) -> Run:
    """The run that another process has opened."""
    record = record_from(plan)
    with ExitStack() as closing:
        suites = {suite.id: suite for suite in load_suites().values() if suite.id in record.suites}
        store = ExchangeStore(record.exchanges)
        closing.callback(store.close)
        sut = _open(record, suites, store, hook, closing)
        return Run(record, suites, sut, store, closing.pop_all())


def rejudge_run(folder: Path) -> list[dict[str, Json]]:
    """The verdict rows of a recorded run, judged again offline from its exchanges."""
    record = read_record(folder)
    suites = {suite.id: suite for suite in load_suites().values() if suite.id in record.suites}
    with ExitStack() as closing:
        store = _copy(record.exchanges)
        sut = open_replay(record.statement, _setting(record, suites, store, None))
        run = Run(record, suites, sut, store, closing.pop_all())
    try:
        verdicts = {row.id: run.judge(row) for row in run.manifest.owed()}
        if record.preflight:
            verdicts = {row.requirement: row for row in passed_over(run.manifest.owed(), record.preflight)}
        decision = decide(run.manifest, verdicts, preflight=record.preflight, declared=record.statement.declared)
        return [verdict_row(requirement, verdict) for requirement, verdict in decision.verdicts]
    finally:
        run.close()


def plan_lines(run: Run) -> Iterator[str]:
    """What a run would send: each operation that an owed requirement needs, and who needs it."""
    needs: dict[tuple[str, str], list[str]] = {}
    for requirement in run.manifest.owed():
        for operation in requirement.operations:
            needs.setdefault((requirement.suite, operation), []).append(requirement.id)
    yield from run.header_lines()
    base = run.record.statement.base_url
    for key, ids in needs.items():
        bound = run.record.statement.operations.get(key)
        call = f"{bound.method} {base}{bound.path} [{bound.effect}]" if bound else "-"
        yield f"  {key[1]}: {call}  ({' '.join(ids)})"


def _record(intake: Intake, command: tuple[str, ...]) -> RunRecord:
    settings = intake.settings
    permissions = {
        name for name, option in (("write", "allow_write"), ("actuate", "allow_actuation")) if settings.flag(option)
    }
    return RunRecord(
        run=intake.run,
        target=intake.target,
        folder=results_folder(settings, intake.run),
        now=intake.now,
        seed=intake.seed,
        statement=intake.statement,
        suites=tuple(intake.suites),
        classes=settings.list("class"),
        permissions=frozenset(permissions),
        present={},
        strict=settings.flag("strict"),
        lang=settings.lang,
        settings=intake.recorded_settings(),
        command=command,
    )


def _probed(record: RunRecord, intake: Intake, sut: LiveSut) -> RunRecord:
    """The record with what the probes showed: why nothing can be tested, or which classes are there."""
    found = preflight(sut, _probes(intake))
    present: dict[str, dict[str, bool]] = {}
    for (suite, name), answered in found.observed.items():
        present.setdefault(suite, {})[name] = answered
    statement = record.statement
    if not statement.declared:
        seen = present if found.cause is None else None  # a target that cannot be tested owes everything
        return replace(record, statement=_claiming(statement, intake.suites, seen), preflight=found.cause)
    return replace(record, present=_unclaimed(present, intake.suites, statement), preflight=found.cause)


def _await_target(record: RunRecord, intake: Intake, hook: object) -> None:
    """With ``--szxc-wait``, ask until something answers or the time is up; none of it is recorded."""
    clock = RealClock()
    end = clock.monotonic() + (intake.settings.number("wait") or 0.0)
    while clock.monotonic() < end:
        with ExitStack() as closing:
            sut = _open(record, intake.suites, ExchangeStore(None), hook, closing)
            if preflight(sut, _probes(intake)).cause is None:
                return
        clock.sleep(PAUSE)


def _probes(intake: Intake) -> dict[Place, str]:
    return {place: probe for place, probe in probes_of(intake.suites).items() if intake.probed(place)}


def _fresh(record: RunRecord) -> Path:
    """The place of a new store of exchanges; an earlier run's in the same folder is removed."""
    record.folder.mkdir(parents=True, exist_ok=True)
    for suffix in ("", "-wal", "-shm"):
        record.exchanges.with_name(record.exchanges.name + suffix).unlink(missing_ok=True)
    return record.exchanges


def _claiming(
    statement: Statement, suites: Mapping[str, Suite], present: Mapping[str, Mapping[str, bool]] | None
) -> Statement:
    """An undeclared statement with the classes that were observed (all of them if nothing was asked)."""
    if statement.declared:
        return statement
    claims = {}
    for suite in suites.values():
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


def _copy(path: Path) -> ExchangeStore:
    """A recording in memory: judging again must not touch the evidence."""
    recorded = ExchangeStore(path)
    try:
        return ExchangeStore.of(recorded.chronological())
    finally:
        recorded.close()


def _open(
    record: RunRecord, suites: Mapping[str, Suite], store: ExchangeStore, hook: object, closing: ExitStack
) -> LiveSut:
    setting = _setting(record, suites, store, hook)
    target = record.statement.base_url if record.target == "demo" else record.target
    sut = open_target(target, record.statement, setting, network_options(record.settings or {}))
    closing.callback(sut.close)
    return sut


def _setting(record: RunRecord, suites: Mapping[str, Suite], store: ExchangeStore, hook: object) -> Setting:
    return Setting(
        suites, store, RealClock(), record.now, record.seed, record.permissions, record.prefix, adapter_of(hook)
    )

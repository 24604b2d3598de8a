"""One run, put together: suites, statement, target, manifest; opened once, joined by workers, judged row by row."""

from __future__ import annotations

import shlex
import sqlite3
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from pytest_szxc import __version__
from pytest_szxc.ahead import Ahead
from pytest_szxc.checks.loading import load_checks
from pytest_szxc.errors import StatementError
from pytest_szxc.evidence.left_behind import left_notices, owing
from pytest_szxc.evidence.run_record import RunRecord, record_json, shareable
from pytest_szxc.model import Cause, Effect, Status, Verdict
from pytest_szxc.printable import show
from pytest_szxc.report.document import RunFacts, report_document, write_report
from pytest_szxc.report.page import write_page
from pytest_szxc.report.terminal import failure_lines, notice_lines, word
from pytest_szxc.target.auth import placeholder
from pytest_szxc.target.gate import Gate
from pytest_szxc.target.notices import notices
from pytest_szxc.target.pace import waited
from pytest_szxc.target.reachability import reachability
from pytest_szxc.target.transports import IN_PROCESS, IN_PROCESS_URL
from pytest_szxc.verdict.decision import decide, settled
from pytest_szxc.verdict.judge import Context, judge, own_fault, passed_over
from pytest_szxc.verdict.manifest import draw_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import ExitStack
    from pathlib import Path

    from pytest_szxc.model import Json, Requirement, Suite
    from pytest_szxc.target.live import LiveSut
    from pytest_szxc.target.store import ExchangeStore
    from pytest_szxc.verdict.manifest import Entry, Manifest

REPORT = "report.json"
PAGE = "report.html"
TIDYING = 5.0
"""Seconds that a check which writes has, once the run is to end, to remove what it has made."""


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
        self._gate = Gate(store)
        self._alone = threading.Lock()
        self._ahead: Ahead | None = None
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

    def begin(self, requirements: Iterable[Requirement]) -> None:
        """Begin to judge requirements side by side, as many at once as the target allows connections.

        An application called in process may insist on one thread, the one in which it was loaded: it gets that.
        """
        if not self.record.target.startswith(IN_PROCESS):
            self._ahead = Ahead(self, requirements, self.sut.width)

    def verdict(self, requirement: Requirement) -> Verdict:
        """The verdict on one requirement, as soon as it is there."""
        made = self._ahead.verdict(requirement) if self._ahead else None
        return made or self.judge(requirement)

    def writes(self, requirement: Requirement) -> bool:
        """Whether the check of a requirement may change something."""
        effects = (self.sut.effect(requirement.suite, name) for name in requirement.operations)
        return any(effect is not Effect.READ for effect in effects)

    def rule_over(self, requirement: Requirement) -> str | None:
        """The operation whose stream is all that the check of a requirement asks for; ``None`` if it asks itself.

        A stream that a binding says to change something can be read for nobody else.
        """
        over: str | None = getattr(self._checks[requirement.suite].get(requirement.id), "over", None)
        return over if over and self.sut.effect(requirement.suite, over) is Effect.READ else None

    def streams(self, requirements: Iterable[Requirement]) -> Iterator[Callable[[], None]]:
        """What reads each stream that the rules of owed requirements declare, once."""
        owed = (requirement for requirement in requirements if self._entries[requirement.id].owed)
        places = {(requirement.suite, self.rule_over(requirement)): None for requirement in owed}
        yield from (partial(self._read_ahead, suite, over) for suite, over in places if over)

    def _read_ahead(self, suite: str, operation: str) -> None:
        with self._gate.reading():
            self.sut.read_ahead(suite, operation)

    def judge(self, requirement: Requirement) -> Verdict:
        """The verdict on one requirement of the manifest; asks the SUT only if one is owed."""
        entry = self._entries[requirement.id]
        if not entry.owed:
            return settled(entry, {})
        check = self._checks[requirement.suite].get(requirement.id)
        if check is None:
            return Verdict(requirement.id, Status.TESTER_ERROR, cause=Cause("tester.no-check"))
        view = self.sut.for_requirement(requirement.id)
        with self._held(requirement), view.tidied():
            verdict = judge(requirement, check, view, view, self._context(requirement.suite))
        return self._resting(verdict)

    def _resting(self, verdict: Verdict) -> Verdict:
        """The verdict, if what it rests on has been written down: else it is our own fault that there is none."""
        try:
            self.store.flush()
        except (OSError, sqlite3.Error) as error:
            return Verdict(verdict.requirement, Status.TESTER_ERROR, cause=own_fault(error))
        return verdict

    @contextmanager
    def _held(self, requirement: Requirement) -> Iterator[None]:
        """Alone for a check that writes; a rule holds nobody up once its stream has been read."""
        over = self.rule_over(requirement)
        if over:
            self._read_ahead(requirement.suite, over)
            yield
        elif self.writes(requirement):
            with self._gate.writing(), self._alone:
                yield
        else:
            with self._gate.reading():
                yield

    def failure_lines(self, requirement: Requirement, verdict: Verdict) -> Iterator[str]:
        """What a person needs to mend a requirement."""
        shown = [finding.at.exchange for finding in verdict.findings[:1]] or list(verdict.exchanges[-1:])
        exchanges = [found for found in (self.store.get(key) for key in shown if key) if found and self._networked]
        again = shlex.join(("pytest", *self.record.command, "-k", requirement.id))
        yield from failure_lines(
            requirement, verdict, exchanges, self.lang, again=again, account_variables=self._account_variables()
        )

    def header_lines(self) -> list[str]:
        """The line at the head of a run, and what a reader should know already."""
        mode = "mode.write" if "write" in self.record.permissions else "mode.read"
        facts = {
            "version": __version__,
            "target": self.record.target,
            "suites": ",".join(self.suites),
            "manifest": self.manifest.digest[:12],
            "mode": word(mode, self.lang),
            "seed": self.record.seed,
        }
        earlier = [
            Cause("ledger.left-earlier", {"count": str(count), "folder": show(str(place))})
            for place, count in owing(self.record.folder)
        ]
        return [word("header", self.lang, **facts), *notice_lines((*self.notices(), *earlier), self.lang)]

    def notices(self) -> tuple[Cause, ...]:
        """What a reader of the result should know, as far as the run has seen."""
        insecure = bool((self.record.settings or {}).get("insecure"))
        seen = notices(self.store.chronological(), self.record.statement, self.suites, insecure=insecure)
        return (*seen, *self._unreachable(), *left_notices(self.record.ledger))

    def _unreachable(self) -> tuple[Cause, ...]:
        """That pushes cannot come, in a run that is allowed to subscribe."""
        if "write" not in self.record.permissions:
            return ()
        in_process = self.record.target.startswith(IN_PROCESS)
        return reachability(self.record.statement, self.suites, in_process=in_process)

    def plan(self) -> dict[str, Json]:
        """The run as plain JSON, for a worker process."""
        return record_json(self.record)

    def report(
        self, given: Mapping[str, Verdict], *, left_out: frozenset[str] = frozenset(), ended: int | None = None
    ) -> dict[str, Json]:
        """Decide, and draw up the report.

        Args:
            given: the verdicts that came back, by requirement id.
            left_out: requirements that were deselected, or not begun when the run was stopped.
            ended: pytest's own exit code where that stands over ours.
        """
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
            left_out=left_out,
        )
        # What has no verdict is partial, whatever the reason: deselected, interrupted, or lost with its process.
        partial = bool(left_out) or any(verdict.status is Status.NOT_RUN for _, verdict in decision.verdicts)
        facts = self._facts(decision.exit_code if ended is None else ended, partial=partial)
        return report_document(facts, self.suites.values(), statement, decision)

    def finish(
        self, given: Mapping[str, Verdict], *, left_out: frozenset[str] = frozenset(), ended: int | None = None
    ) -> dict[str, Json]:
        """Decide, as ``report`` does, and write the reports.

        Raises:
            StatementError: ``option.out``, the folder of results can no longer be written.
        """
        self.stop()  # what came in between report and end would be in no report
        with writing(self.record.folder):
            self.store.flush()
            document = self.report(given, left_out=left_out, ended=ended)
            write_report(document, self.record.folder / REPORT)
            write_page(document, self.page)
        return document

    def stop(self) -> None:
        """Ask nothing further. What is being judged is given up; only who writes may tidy up, for a little while."""
        if self._ahead:
            self._ahead.close()
        tidy = self._alone.acquire(blocking=False)
        if not tidy:
            self.sut.wind_up()
            tidy = self._alone.acquire(timeout=TIDYING)
        self.sut.close()
        if tidy:
            self._alone.release()
        if self._ahead:
            self._ahead.settle()

    def close(self) -> None:
        """Let go of target and store."""
        with writing(self.record.folder):
            self.stop()
            self._closing.close()

    def _facts(self, exit_code: int, *, partial: bool) -> RunFacts:
        record = self.record
        counters = self.store.counters()
        settings = shareable(record.settings or {})
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
            notices=self.notices(),
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


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say it in our own words if a folder of results cannot be written.

    Raises:
        StatementError: ``option.out``.
    """
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise StatementError("option.out", folder=show(str(folder)), problem=show(problem)) from error


def plan_lines(run: Run) -> Iterator[str]:
    """What a run would send: each operation that an owed requirement needs, and who needs it."""
    needs: dict[tuple[str, str], list[str]] = {}
    for requirement in run.manifest.owed():
        for operation in requirement.operations:
            needs.setdefault((requirement.suite, operation), []).append(requirement.id)
    yield from run.header_lines()
    own = run.record.statement.base_url
    base = "" if own == IN_PROCESS_URL else own  # an application in process or files: there is no address
    for key, ids in needs.items():
        bound = run.record.statement.operations.get(key)
        call = f"{bound.method} {base}{bound.path} [{bound.effect}]" if bound else "-"
        yield f"  {key[1]}: {call}  ({' '.join(ids)})"

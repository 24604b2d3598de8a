"""One pytest session with a target: collects requirements, gathers verdicts, closes the world, says what came out.

Only the controller writes files; a worker of pytest-xdist judges and hands its verdicts over in report properties.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pytest_szxc.errors import CatalogueError, PreflightError, SzxcError
from pytest_szxc.items import REQUIREMENT, VERDICT, collect_items
from pytest_szxc.messages import render
from pytest_szxc.model import Status
from pytest_szxc.opening import join_run, open_run
from pytest_szxc.plugin import write_lines
from pytest_szxc.report.reading import verdict_from
from pytest_szxc.report.terminal import class_lines, closing_lines, error_lines, root_lines
from pytest_szxc.run import Run, plan_lines
from pytest_szxc.verdict.decision import ExitCode

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pytest_szxc.model import Verdict
    from pytest_szxc.settings import Settings

_LETTERS = {
    Status.PASS: ".",
    Status.FAIL: "F",
    Status.WARN: "w",
    Status.INCONCLUSIVE: "?",
    Status.NOT_APPLICABLE: "s",
    Status.TESTER_ERROR: "E",
    Status.NOT_RUN: "E",
    Status.ATTESTED: "a",
    Status.WAIVED: "x",
}
_CATEGORIES = {
    Status.PASS: "passed",
    Status.FAIL: "failed",
    Status.NOT_APPLICABLE: "skipped",
    Status.TESTER_ERROR: "error",
}


def open_session(config: pytest.Config, settings: Settings) -> RequirementSession | int:
    """Open the run, or say what is wrong and return the exit code."""
    try:
        offline = config.option.collectonly or settings.flag("plan")
        run = open_run(settings, config.hook, offline=offline, command=_command(config))
    except SzxcError as error:
        write_lines(error_lines(error, settings.lang))
        return _exit_code(error)
    if settings.flag("plan"):
        write_lines(list(plan_lines(run)))
        run.close()
        return ExitCode.OK
    return RequirementSession(config, run)


def join_session(config: pytest.Config, plan: str) -> RequirementSession:
    """A worker's session over the controller's run."""
    return RequirementSession(config, join_run(json.loads(plan), config.hook))


def _exit_code(error: SzxcError) -> int:
    if isinstance(error, CatalogueError):
        return ExitCode.TESTER_ERROR
    return ExitCode.PREFLIGHT if isinstance(error, PreflightError) else ExitCode.STATEMENT


def _command(config: pytest.Config) -> tuple[str, ...]:
    return tuple(str(arg) for arg in config.invocation_params.args if str(arg).startswith("--szxc-"))


class RequirementSession:
    """The plugin object of one run; its methods are pytest's hooks."""

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self.run = run
        self.worker = hasattr(config, "workerinput")
        self.verdicts: dict[str, Verdict] = {}
        self.foreign_failed = False
        self.deselected = False
        self.document: dict[str, Any] | None = None
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            config.args = []  # a target and no paths: the suites only (decision 6)

    def pytest_report_header(self) -> list[str]:
        """One line: what runs against what."""
        return self.run.header_lines()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401 -- pytest-xdist's own type, an extra
        """Hand the run to a worker of pytest-xdist."""
        node.workerinput["szxc"] = json.dumps(self.run.plan())

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 -- pytest-xdist's own type, an extra
        """Learn from a worker whether requirements were deselected."""
        self.deselected |= bool(getattr(node, "workeroutput", {}).get("szxc_deselected"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add the requirements before ``-k``, ``--lf`` and the rest choose among them."""
        items[:0] = collect_items(session, self.run)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Remember that the run is partial."""
        self.deselected |= any(_requirement(item.user_properties) for item in items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Ask nothing more when preflight found that nothing can be asked."""
        if self.run.preflight_cause is None or self.worker or session.config.option.collectonly:
            return None
        return True

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Our own letters and words for a requirement's verdict."""
        verdict = _verdict(report)
        if verdict is None or not _speaks(report):
            return None
        category = _CATEGORIES.get(verdict.status, verdict.status.value)
        return category, _LETTERS[verdict.status], render(f"status.{verdict.status}", self.run.lang, {})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the verdict that came back."""
        verdict = _verdict(report)
        if verdict is not None:
            self.verdicts[verdict.requirement] = verdict
        elif report.failed and not _requirement(report.user_properties):
            self.foreign_failed = True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a broken test file of the user's own as a failure of theirs."""
        self.foreign_failed |= report.failed

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Close the world: decide, write the report, set the exit code."""
        if self.worker:
            session.config.workeroutput["szxc_deselected"] = self.deselected  # type: ignore[attr-defined]
            self.run.close()  # hands in the counters before the controller reports
            return
        if session.config.option.collectonly:
            return
        stopped = bool(session.shouldfail or session.shouldstop or exitstatus == pytest.ExitCode.INTERRUPTED)
        ended = self._ended(exitstatus)
        self.document = self.run.finish(self.verdicts, partial=self.deselected or stopped, ended=ended)
        ours = self.document["run"]["exitCode"]
        outranked = self.foreign_failed and ours in (ExitCode.OK, ExitCode.INCONCLUSIVE)
        session.exitstatus = ExitCode.FAILED if outranked else ours

    def _ended(self, exitstatus: int) -> int | None:
        """Pytest's own exit code where it stands: interrupted, internal error, usage error, nothing collected."""
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return None
        nothing_collected = exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
        return None if nothing_collected and self.run.preflight_cause else int(exitstatus)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None, object, object]:
        """Classes and root causes first, then pytest's own sections with our texts, then where the report is."""
        if self.document is None:
            return (yield)
        lang = self.run.lang
        terminalreporter.section("szxc")
        for line in (*class_lines(self.document, lang), *root_lines(self.document, lang)):
            terminalreporter.write_line(line)
        try:
            return (yield)
        finally:
            for line in closing_lines(self.document, lang, str(self.run.page)):
                terminalreporter.write_line(line)

    def pytest_unconfigure(self) -> None:
        """Let go of the target."""
        self.run.close()


def _speaks(report: pytest.TestReport) -> bool:
    """Whether this phase states the verdict: the call, or a set-up that did not reach it."""
    return report.when == "call" or (report.when == "setup" and not report.passed)


def _requirement(properties: Sequence[tuple[str, object]]) -> str | None:
    return next((str(value) for name, value in properties if name == REQUIREMENT), None)


def _verdict(report: pytest.TestReport) -> Verdict | None:
    row = next((value for name, value in report.user_properties if name == VERDICT), None)
    return verdict_from(json.loads(str(row))) if row is not None else None

"""One pytest session with a target: collects requirements, gathers verdicts, closes the world, says what came out.

Only the controller writes files; a worker of pytest-xdist judges and hands its verdicts over in report properties.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest

from pytest_szxc.errors import CatalogueError, PreflightError, SzxcError
from pytest_szxc.items import VERDICT, RequirementItem, collect_items, node_id
from pytest_szxc.messages import render
from pytest_szxc.model import Status
from pytest_szxc.opening import join_run, open_run
from pytest_szxc.plugin import write_lines
from pytest_szxc.printable import bare_url
from pytest_szxc.report.reading import verdict_from
from pytest_szxc.report.terminal import class_lines, closing_lines, error_lines, root_lines, tried
from pytest_szxc.run import Run, plan_lines
from pytest_szxc.settings import OPTIONS
from pytest_szxc.verdict.decision import ExitCode
from pytest_szxc.verdict.judge import own_fault

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
        run = open_run(settings, config.hook, offline=offline, command=_command(config), shared=_has_workers(config))
    except Exception as error:
        if config.option.fulltrace:
            raise
        return _told(error, settings.lang)
    if settings.flag("plan"):
        write_lines(list(plan_lines(run)))
        run.close()
        return ExitCode.OK
    return RequirementSession(config, run)


def _has_workers(config: pytest.Config) -> bool:
    """Whether pytest-xdist, an extra, is to start processes; its own hook settles ``dist`` after ours has run."""
    asked = (config.getoption(name, None) for name in ("numprocesses", "tx"))
    return any(asked) or config.getoption("dist", "no") != "no"


def join_session(config: pytest.Config, plan: str) -> RequirementSession:
    """A worker's session over the controller's run."""
    return RequirementSession(config, join_run(json.loads(plan), config.hook))


def _told(error: Exception, lang: str) -> int:
    """Say in our own words what keeps a run from opening or from ending well, and give the exit code."""
    said = error if isinstance(error, SzxcError) else SzxcError("tester.error", **own_fault(error).params)
    write_lines(error_lines(said, lang))
    if said is not error or isinstance(error, CatalogueError):
        return ExitCode.TESTER_ERROR
    return ExitCode.PREFLIGHT if isinstance(error, PreflightError) else ExitCode.STATEMENT


def _command(config: pytest.Config) -> tuple[str, ...]:
    """The ``--szxc-*`` options of the command line, one word each, but for the folder: that would be written over."""
    flags = {f"--szxc-{option.name}" for option in OPTIONS if option.kind == "flag"}
    given = iter([str(arg) for arg in config.invocation_params.args])
    ours = (word for word in given if word.startswith("--szxc-"))
    words = [word if "=" in word or word in flags else f"{word}={next(given, '')}" for word in ours]
    return tuple(bare_url(word) for word in words if not word.startswith("--szxc-out="))


class RequirementSession:
    """The plugin object of one run; its methods are pytest's hooks."""

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self.run = run
        self.worker = hasattr(config, "workerinput")
        self.verdicts: dict[str, Verdict] = {}
        self.foreign_failed = False
        self.left_out: set[str] = set()
        self.begun: set[str] = set()
        self.nodes = {node_id(entry.requirement): entry.requirement.id for entry in run.manifest.entries}
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
        """Learn from a worker which requirements were deselected."""
        self.left_out.update(getattr(node, "workeroutput", {}).get("szxc_left_out", ()))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add the requirements before ``-k``, ``--lf`` and the rest choose among them."""
        items[:0] = collect_items(session, self.run)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Remember what the run leaves out."""
        self.left_out.update(self.nodes[item.nodeid] for item in items if item.nodeid in self.nodes)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Begin to judge what was chosen; ask nothing more when preflight found that nothing can be asked."""
        if self.worker or session.config.option.collectonly:
            return None  # workers are side by side already
        if self.run.preflight_cause is not None:
            return True
        if session.testsfailed and not session.config.option.continue_on_collection_errors:
            return None  # pytest is about to say that it runs nothing
        self.run.begin(item.requirement for item in session.items if isinstance(item, RequirementItem))
        return None

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Our own letters and words for a requirement's verdict."""
        verdict = _verdict(report)
        if verdict is None or not _speaks(report) or (report.failed and not _failed_by(verdict, report)):
            return None
        category = _CATEGORIES.get(verdict.status, verdict.status.value)
        status, again = render(f"status.{verdict.status}", self.run.lang, {}), tried(verdict.tries, self.run.lang)
        return category, _LETTERS[verdict.status], f"{status} ({again})" if again else status

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Remember what was begun: without a verdict it is not left out, it is lost."""
        if nodeid in self.nodes:
            self.begun.add(self.nodes[nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the verdict that came back; a failure beside it is somebody else's, such as a hook's."""
        verdict = _verdict(report)
        if verdict is not None:
            self.verdicts[verdict.requirement] = verdict
            self.foreign_failed |= report.failed and not _failed_by(verdict, report)
        elif report.failed and report.nodeid not in self.nodes:
            self.foreign_failed = True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a broken test file of the user's own as a failure of theirs."""
        self.foreign_failed |= report.failed

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Close the world: decide, write the report, set the exit code."""
        if self.worker:
            session.config.workeroutput["szxc_left_out"] = sorted(self.left_out)  # type: ignore[attr-defined]
            self.run.close()  # hands in the counters before the controller reports
            return
        if session.config.option.collectonly:
            return
        session.exitstatus = self._closed(session, exitstatus)

    def _closed(self, session: pytest.Session, exitstatus: int) -> int:
        """Decide and write; the exit code of the whole session. Without a report there is no good end."""
        stopped = session.shouldfail or session.shouldstop or exitstatus == pytest.ExitCode.INTERRUPTED
        not_begun = set(self.nodes.values()) - self.begun if stopped else set()
        try:
            self.document = self.run.finish(
                self.verdicts, left_out=frozenset(self.left_out | not_begun), ended=self._ended(exitstatus)
            )
        except Exception as error:
            if session.config.option.fulltrace:
                raise
            write_lines([""])  # ends the line of progress
            _told(error, self.run.lang)
            return ExitCode.TESTER_ERROR
        ours: int = self.document["run"]["exitCode"]
        outranked = self.foreign_failed and ours in (ExitCode.OK, ExitCode.INCONCLUSIVE)
        return ExitCode.FAILED if outranked else ours

    def _ended(self, exitstatus: int) -> int | None:
        """Pytest's own exit code where it stands: interrupted, internal error, usage error, nothing collected."""
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return None
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.run.preflight_cause:
            return None
        # A code of somebody's own (pytest.exit) says that the run was cut short.
        return int(exitstatus if exitstatus in set(pytest.ExitCode) else pytest.ExitCode.INTERRUPTED)

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
        """Let go of the target; a session that has ended cannot end otherwise any more, but what is lost is said."""
        try:
            self.run.close()
        except SzxcError as error:
            _told(error, self.run.lang)


def _speaks(report: pytest.TestReport) -> bool:
    """Whether this phase states the verdict: the call, or a set-up that did not reach it."""
    return report.when == "call" or (report.when == "setup" and not report.passed)


def _failed_by(verdict: Verdict, report: pytest.TestReport) -> bool:
    """Whether a failed phase is our own way of stating the verdict."""
    stated = {"setup": {Status.TESTER_ERROR, Status.INCONCLUSIVE}, "call": {Status.FAIL, Status.WARN}}
    return verdict.status in stated.get(report.when, set())


def _verdict(report: pytest.TestReport) -> Verdict | None:
    properties = getattr(report, "user_properties", ())  # the report of a file that cannot be collected has none
    row = next((value for name, value in properties if name == VERDICT), None)
    return _read(str(row)) if row is not None else None


@lru_cache(maxsize=64)
def _read(row: str) -> Verdict:
    """Several hooks ask for the same report's verdict."""
    return verdict_from(json.loads(row))

"""Requirements as pytest items: one for each entry of the manifest, with the requirement's id as its name.

Set-up asks and judges; what could not be judged ends there, as pytest's *error* (a must) or *skipped* (the rest). The
call phase only states the verdict. Failing never builds a traceback.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.errors import ConformanceFailure
from pytest_szxc.messages import render
from pytest_szxc.model import Status
from pytest_szxc.printable import line
from pytest_szxc.report.document import verdict_json
from pytest_szxc.verdict.decision import counts_against

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from _pytest._code.code import TerminalRepr

    from pytest_szxc.model import Requirement, Verdict
    from pytest_szxc.run import Run

VERDICT = "szxc.verdict"
REQUIREMENT = "szxc.requirement"


def node_id(requirement: Requirement) -> str:
    """The node id of a requirement's item."""
    return f"szxc/{requirement.suite}::{requirement.id}"


class SuiteNode(pytest.Collector):
    """One suite in pytest's tree; its items are the requirements of the manifest."""

    run: Run

    def collect(self) -> Iterator[RequirementItem]:
        """The suite's requirements, in catalogue order."""
        for entry in self.run.manifest.entries:
            if entry.requirement.suite == self.name:
                item = RequirementItem.from_parent(self, name=entry.requirement.id)
                item.requirement, item.run = entry.requirement, self.run
                item.user_properties.append((REQUIREMENT, entry.requirement.id))
                yield item


class RequirementItem(pytest.Item):
    """One requirement."""

    requirement: Requirement
    run: Run
    verdict: Verdict

    def setup(self) -> None:
        """Ask, judge, and stop here if there is nothing to state."""
        self.verdict = self.run.verdict(self.requirement)
        self.user_properties.append((VERDICT, json.dumps(verdict_json(self.verdict), ensure_ascii=False)))
        if self.verdict.status is Status.NOT_APPLICABLE:
            pytest.skip(self._reason())
        if self.verdict.status is Status.TESTER_ERROR or counts_against(
            self.requirement, self.verdict, strict=self.run.strict
        ):
            pytest.fail(self._text(), pytrace=False)
        if self.verdict.status is Status.INCONCLUSIVE:
            pytest.skip(self._reason())

    def runtest(self) -> None:
        """State the verdict."""
        if self.verdict.status is Status.FAIL or (self.run.strict and self.verdict.status is Status.WARN):
            raise ConformanceFailure(self.verdict.findings)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: None = None) -> str | TerminalRepr:  # type: ignore[override]
        """Our own short text instead of a traceback; whatever else broke the call, such as a foreign hook, as it is."""
        if excinfo.errisinstance(ConformanceFailure):
            return self._text()
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where pytest says the item is: the suite's folder; a mark's skip needs a line."""
        return self.run.suites[self.requirement.suite].folder, 0, self.requirement.id

    def _text(self) -> str:
        return "\n".join(map(line, self.run.failure_lines(self.requirement, self.verdict)))

    def _reason(self) -> str:
        cause = self.verdict.cause
        return render(cause.code, self.run.lang, cause.params) if cause else self.verdict.status.value


def collect_items(session: pytest.Session, run: Run) -> list[RequirementItem]:
    """The items of every selected suite."""
    items: list[RequirementItem] = []
    for suite in run.suites.values():
        node = SuiteNode.from_parent(session, name=suite.id, nodeid=f"szxc/{suite.id}")
        node.run = run
        found: list[pytest.Item | pytest.Collector] = list(node.collect())
        session.ihook.pytest_collectreport(report=pytest.CollectReport(node.nodeid, "passed", None, found))
        items.extend(item for item in found if isinstance(item, RequirementItem))
    return items

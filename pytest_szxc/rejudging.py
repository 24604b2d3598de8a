"""A recorded run judged again, offline, from its exchanges."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.evidence.run_record import read_record
from pytest_szxc.opening import setting_of
from pytest_szxc.report.document import verdict_row
from pytest_szxc.run import Run
from pytest_szxc.target.opening import open_replay
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.verdict.decision import decide
from pytest_szxc.verdict.judge import passed_over

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Json


def rejudge_run(folder: Path) -> list[dict[str, Json]]:
    """The verdict rows of a recorded run, judged again offline from its exchanges."""
    record = read_record(folder)
    suites = {suite.id: suite for suite in load_suites().values() if suite.id in record.suites}
    with ExitStack() as closing:
        store = _copy(record.exchanges)
        sut = open_replay(record.statement, setting_of(record, suites, store, None))
        run = Run(record, suites, sut, store, closing.pop_all())
    try:
        verdicts = {row.id: run.judge(row) for row in run.manifest.owed()}
        if record.preflight:
            verdicts = {row.requirement: row for row in passed_over(run.manifest.owed(), record.preflight)}
        decision = decide(run.manifest, verdicts, preflight=record.preflight, declared=record.statement.declared)
        return [verdict_row(requirement, verdict) for requirement, verdict in decision.verdicts]
    finally:
        run.close()


def _copy(path: Path) -> ExchangeStore:
    """A recording in memory: judging again must not touch the evidence."""
    recorded = ExchangeStore(path)
    try:
        return ExchangeStore.of(recorded.chronological())
    finally:
        recorded.close()

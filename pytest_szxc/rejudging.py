"""A recorded run judged again, offline, from its exchanges, and held against what its report says."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.errors import SzxcError
from pytest_szxc.evidence.run_record import read_record
from pytest_szxc.model import Status
from pytest_szxc.opening import setting_of
from pytest_szxc.printable import show
from pytest_szxc.report.reading import read_report
from pytest_szxc.run import REPORT, Run
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.opening import open_replay
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.model import Json, Verdict

FOLLOWS = ("suites", "manifest", "classes", "rootCauses", "contradictions")
"""The parts of a report, beside its verdicts, that follow from the recording alone."""
_CUT_SHORT = frozenset({2, 3, 4, 5})
"""Exit codes of pytest's own, which nothing in a recording can show."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What judging again showed: how many verdicts the report gives, those that came out otherwise, other parts."""

    count: int
    changed: tuple[tuple[str, str, str], ...]
    differing: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the report says what follows from the recording, and says anything."""
        return self.count > 0 and not self.changed and not self.differing


def rejudge_run(folder: Path) -> list[dict[str, Json]]:
    """The verdict rows of a recorded run, judged again offline from its exchanges.

    Raises:
        SzxcError: record or recording cannot be read.
    """
    with _replayed(folder) as run:
        rows: list[dict[str, Json]] = run.report(_judged(run))["verdicts"]
        return rows


def rejudge_report(folder: Path) -> Rejudged:
    """What the report in a run's folder says, against what follows from the recording beside it.

    Raises:
        SzxcError: report, record or recording cannot be read.
    """
    said = read_report(folder / REPORT)
    before = {row["requirement"]: row for row in said["verdicts"]}
    not_run = frozenset(name for name, row in before.items() if row["status"] == Status.NOT_RUN)
    with _replayed(folder) as run:
        given = {name: verdict for name, verdict in _judged(run).items() if name not in not_run}
        again, whole = (_plain(run.report(given, left_out=names)) for names in (not_run, frozenset()))
    after = {row["requirement"]: row for row in again["verdicts"]}
    names = dict.fromkeys((*before, *after))
    odd = [name for name in names if before.get(name) != after.get(name)]
    changed = [(name, _status(before, name), _status(after, name)) for name in odd]
    differing = [part for part in FOLLOWS if said[part] not in (again[part], whole[part])]
    codes = {document["run"]["exitCode"] for document in (again, whole)}
    differing += _run_differs(said["run"], codes, partial=bool(not_run))
    differing += ["run.notices"] if said["run"]["notices"] != again["run"]["notices"] else []
    return Rejudged(len(before) - len(not_run), tuple(changed), tuple(differing))


def _run_differs(said: dict[str, Json], codes: set[int], *, partial: bool) -> Iterator[str]:
    if partial and not said["partial"]:
        yield "run.partial"
    if said["exitCode"] not in codes | (_CUT_SHORT if said["partial"] else frozenset()):
        yield "run.exitCode"


def _status(rows: dict[str, dict[str, Json]], name: str) -> str:
    return str(rows[name]["status"]) if name in rows else "-"


def _judged(run: Run) -> dict[str, Verdict]:
    return {row.id: run.judge(row) for row in run.manifest.owed()}


def _plain(document: dict[str, Json]) -> dict[str, Json]:
    """A document as it comes back from its file."""
    plain: dict[str, Json] = json.loads(json.dumps(document))
    return plain


@contextmanager
def _replayed(folder: Path) -> Iterator[Run]:
    record = read_record(folder)
    suites = {suite.id: suite for suite in load_suites().values() if suite.id in record.suites}
    with ExitStack() as closing:
        store = _copy(record.exchanges)
        closing.callback(store.close)
        setting = replace(setting_of(record, suites, store, None), clock=VirtualClock(record.now))  # nobody waits again
        sut = open_replay(record.statement, setting)
        yield Run(record, suites, sut, store, closing)


def _copy(path: Path) -> ExchangeStore:
    """A recording in memory, read from a copy: judging again must not touch the evidence, nor need leave to write.

    Raises:
        SzxcError: ``rejudge.recording``.
    """
    try:
        with TemporaryDirectory() as folder:
            copy = Path(shutil.copy(path, folder))
            log = path.with_name(path.name + "-wal")  # there if the run was killed
            if log.exists():
                shutil.copy(log, folder)
            return _read(copy)
    except (OSError, sqlite3.Error, ValueError, TypeError) as error:
        raise SzxcError("rejudge.recording", file=show(path.name), problem=show(str(error))) from error


def _read(path: Path) -> ExchangeStore:
    recorded = ExchangeStore(path)
    try:
        return ExchangeStore.of(recorded.chronological())
    finally:
        recorded.close()

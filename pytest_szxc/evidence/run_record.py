"""``run.json``: what a verdict depends on beside the exchanges: clock, seed, names. So judging again agrees."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.errors import SzxcError
from pytest_szxc.model import Cause
from pytest_szxc.printable import bare_url, show
from pytest_szxc.target.ledger import LEDGER
from pytest_szxc.target.statement import Statement
from pytest_szxc.target.statement_json import statement_from, statement_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.model import Json

RECORD = "run.json"
EXCHANGES = "exchanges.sqlite"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, fixed before its first check asks anything.

    Attributes:
        now: the instant at which the run judges (aware, UTC).
        permissions: what the user allowed, beside reading.
        present: by suite and class, whether discovery saw a class that is not claimed.
        settings: the options as given, for the record and for workers.
        command: the ``--szxc-*`` words of the command line, for the line that runs one requirement again.
    """

    run: str
    target: str
    folder: Path
    now: datetime
    seed: str
    statement: Statement
    suites: tuple[str, ...]
    classes: tuple[str, ...]
    permissions: frozenset[str]
    present: Mapping[str, Mapping[str, bool]]
    strict: bool
    lang: str
    manifest: str = ""
    preflight: Cause | None = None
    settings: Mapping[str, Json] | None = None
    command: tuple[str, ...] = ()

    @property
    def prefix(self) -> str:
        """What every object that the run creates is named with."""
        return f"szxc-{self.run}-"

    @property
    def exchanges(self) -> Path:
        """The store of this run's exchanges."""
        return self.folder / EXCHANGES

    @property
    def ledger(self) -> Path:
        """What this run may have made on the platform, written down before it is."""
        return self.folder / LEDGER


def record_json(record: RunRecord) -> dict[str, Json]:
    """The record as plain JSON."""
    return {
        **asdict(replace(record, statement=Statement())),
        "statement": statement_json(record.statement),
        "folder": str(record.folder),
        "now": record.now.isoformat(),
        "permissions": sorted(record.permissions),
    }


def record_from(row: Mapping[str, Json]) -> RunRecord:
    """The record that ``record_json`` wrote."""
    values = {
        **row,
        "folder": Path(row["folder"]),
        "now": datetime.fromisoformat(row["now"]),
        "statement": statement_from(row["statement"]),
        "suites": tuple(row["suites"]),
        "classes": tuple(row["classes"]),
        "permissions": frozenset(row["permissions"]),
        "preflight": Cause(**row["preflight"]) if row["preflight"] else None,
        "command": tuple(row["command"]),
    }
    return RunRecord(**values)


def shareable(settings: Mapping[str, Json]) -> dict[str, Json]:
    """The recorded options as a file may hold them: a proxy's credentials go to worker processes only."""
    return {key: bare_url(value) if key == "proxy" else value for key, value in settings.items()}


def write_record(record: RunRecord) -> None:
    """Write ``run.json`` into the run's folder."""
    kept = replace(record, settings=shareable(record.settings or {}))
    text = json.dumps(record_json(kept), ensure_ascii=False, indent=1)
    # An argument of undecodable bytes holds lone surrogates; "backslashreplace" writes them as JSON escapes them.
    (record.folder / RECORD).write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def read_record(folder: Path) -> RunRecord:
    """The record in a run's folder, wherever the folder now is.

    Raises:
        SzxcError: there is none, or it cannot be read.
    """
    try:
        row = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return replace(record_from(row), folder=folder)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise SzxcError("report.unreadable", file=show(str(folder / RECORD)), reason=type(error).__name__) from error

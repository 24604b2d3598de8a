"""From the words after ``--szxc-target`` to a system under test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.errors import StatementError
from pytest_szxc.printable import show
from pytest_szxc.target.evidence_folder import (
    FolderSource,
    is_evidence_folder,
    read_list,
    recorded_folder,
    verify_files,
)
from pytest_szxc.target.file_reading import FileReader
from pytest_szxc.target.files import FileSource, data_files, recorded_files
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.pace import Pace
from pytest_szxc.target.redirects import origin
from pytest_szxc.target.retrying import TRIES
from pytest_szxc.target.tabular.shelf import TableShelf
from pytest_szxc.target.transports import (
    IN_PROCESS,
    IN_PROCESS_URL,
    HttpTransport,
    ReplayTransport,
    WsgiTransport,
    load_app,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pytest_szxc.model import Suite
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.file_reading import DataFile
    from pytest_szxc.target.ledger import Ledger
    from pytest_szxc.target.network import NetworkOptions
    from pytest_szxc.target.statement import Limits, Statement
    from pytest_szxc.target.store import ExchangeStore
    from pytest_szxc.target.streams import Adapter, Source
    from pytest_szxc.target.transports import Transport


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run is made of beside its target: see ``LiveSut`` for each."""

    suites: Mapping[str, Suite]
    store: ExchangeStore
    clock: Clock
    now: datetime
    seed: str
    permissions: frozenset[str] = frozenset()
    prefix: str = "szxc-"
    adapter: Adapter | None = None
    tries: int = TRIES
    ledger: Ledger | None = None
    exploring: bool = False


def open_target(target: str, statement: Statement, setting: Setting, options: NetworkOptions | None = None) -> LiveSut:
    """The system under test that a target names.

    Args:
        target: a URL, ``wsgi:module:app``, ``asgi:module:app``, a file or a folder; empty for the statement's base URL.
        statement: its base URL gives way to a URL in ``target``.
        setting: the run.
        options: authorities, proxy.

    Raises:
        StatementError: ``target.*``, ``statement.secret-missing``.
    """
    sign = setting.adapter.auth if setting.adapter else None
    if target.startswith(IN_PROCESS):
        own = replace(statement, base_url=statement.base_url or IN_PROCESS_URL, limits=_in_process(statement))
        transport: Transport = WsgiTransport(load_app(target), own.accounts, own.limits, sign, setting.clock)
        return _over(transport, own, setting)
    url = target or statement.base_url
    if "://" in url:
        own = replace(statement, base_url=checked_url(url))
        transport = HttpTransport(url, own.limits, own.accounts, options=options, clock=setting.clock, sign=sign)
        return _over(transport, own, setting)
    if is_evidence_folder(target):
        return _of_folder(Path(target), statement, setting)
    return _of_files(data_files(Path(target)), statement, setting)


def open_replay(statement: Statement, setting: Setting) -> LiveSut:
    """The system under test as ``setting.store`` recorded it; nothing is sent.

    Args:
        statement: of the recorded run.
        setting: of the recorded run: its clock's instant, seed, permissions and prefix.
    """
    if recorded_folder(setting.store):
        return _of_folder(None, statement, setting)
    files = recorded_files(setting.store)
    if files:
        return _of_files(files, statement, setting)
    return _live(setting, statement, transport=ReplayTransport(setting.store))


def checked_url(url: str) -> str:
    """A base URL without a closing slash.

    Raises:
        StatementError: ``target.url``, it is no http or https URL with a host, or it holds credentials.
    """
    try:
        scheme, host, _ = origin(url)
    except ValueError:
        scheme, host = "", ""
    if scheme not in ("http", "https") or not host or "@" in url.split("/")[2]:
        raise StatementError("target.url", target=show(url.rpartition("@")[2]))
    return url.rstrip("/")


def _in_process(statement: Statement) -> Limits:
    """Nobody needs to be spared in process, and an application is called by one thread only; the budget stays."""
    return replace(statement.limits, rate=0.0, connections=1)


def _over(transport: Transport, statement: Statement, setting: Setting) -> LiveSut:
    pace = Pace(statement.limits, setting.store, setting.clock)
    return _live(setting, statement, transport, pace)


def _of_files(files: list[DataFile], statement: Statement, setting: Setting) -> LiveSut:
    source = FileSource(files, statement, setting.store, clock=setting.clock, now=setting.now, suites=setting.suites)
    return _live(setting, statement, source=source)


def _of_folder(folder: Path | None, statement: Statement, setting: Setting) -> LiveSut:
    """The system that a folder of evidence speaks of; ``None`` for one that was recorded."""
    reader = FileReader(setting.store, setting.clock)
    evidence = read_list(folder, reader, setting.suites)
    if folder is not None:
        verify_files(evidence, reader)
    tables = TableShelf(statement)
    source = FolderSource(evidence, statement, reader, now=setting.now, suites=setting.suites, tables=tables)
    return _live(setting, statement, source=source)


def _live(
    setting: Setting,
    statement: Statement,
    transport: Transport | None = None,
    pace: Pace | None = None,
    source: Source | None = None,
) -> LiveSut:
    return LiveSut(
        suites=setting.suites,
        statement=statement,
        store=setting.store,
        clock=setting.clock,
        now=setting.now,
        seed=setting.seed,
        permissions=setting.permissions,
        prefix=setting.prefix,
        adapter=setting.adapter,
        transport=transport,
        pace=pace,
        source=source,
        width=statement.limits.connections if pace else 1,  # replayed, or from files: nothing to wait for
        tries=setting.tries,
        ledger=setting.ledger,
        exploring=setting.exploring,
    )

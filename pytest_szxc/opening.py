"""Open a run, or join one that another process has opened."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.evidence.left_behind import put_aside
from pytest_szxc.evidence.run_record import RECORD, RunRecord, record_from, write_record
from pytest_szxc.intake import adapter_of, address_of, authenticates, network_options, take_in
from pytest_szxc.run import PAGE, REPORT, Run, writing
from pytest_szxc.settings import results_folder
from pytest_szxc.survey import claiming, introduced, probes, surveyed
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.ledger import LEDGER, Ledger
from pytest_szxc.target.opening import Setting, open_target
from pytest_szxc.target.preflight import preflight
from pytest_szxc.target.skew import present, skew_of
from pytest_szxc.target.statement_file import require_known_schemes
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.verdict.manifest import draw_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.intake import Intake
    from pytest_szxc.model import Json, Suite
    from pytest_szxc.settings import Settings
    from pytest_szxc.target.live import LiveSut

PAUSE = 0.5
"""Seconds between two tries while waiting for a target (``--szxc-wait``)."""


def open_run(
    settings: Settings,
    hook: object = None,
    *,
    offline: bool = False,
    command: tuple[str, ...] = (),
    shared: bool = False,
) -> Run:
    """Open a run: settle statement and target, ask the probes, fix the manifest, begin the record.

    Args:
        settings: the options in effect.
        hook: pytest's hooks, for adapters.
        offline: open nothing and send nothing (``--co``, ``--szxc-plan``).
        command: the ``--szxc-*`` words, for the line that runs one requirement again.
        shared: whether other processes will join.

    Raises:
        SzxcError: what a user must put right first.
    """
    with ExitStack() as closing:
        intake = take_in(settings, load_suites(), closing, offline=offline)
        if not authenticates(hook):
            require_known_schemes(intake.statement)
        record = _record(intake, command)
        if offline:
            store = ExchangeStore(None)
            record = replace(record, statement=claiming(record.statement, intake.suites, None))
        else:
            _await_target(record, intake, hook)
            store = _recording(record, shared=shared)
            record = _announced(record, intake)
        closing.callback(store.close)
        if offline:
            sut = _open(record, intake.suites, store, hook, closing)
        else:
            record, sut = _asked(record, intake, store, hook, closing)
        held = ExitStack()
        run = Run(record, intake.suites, sut, store, held)
        if not offline:
            run.record = replace(record, manifest=run.manifest.digest)
            with writing(record.folder):
                write_record(run.record)
        held.push(closing.pop_all())  # from here on the run lets go; until here, whatever went wrong does
        return run


def _asked(
    record: RunRecord, intake: Intake, store: ExchangeStore, hook: object, closing: ExitStack
) -> tuple[RunRecord, LiveSut]:
    """The record with what the platform showed before anything is judged, and the SUT to go on with."""
    sut, before = _open(record, intake.suites, store, hook, closing), None
    if not record.statement.declared:
        record, before = introduced(record, intake, sut)
        sut = _open(record, intake.suites, store, hook, closing)

    def opened(url: str) -> LiveSut:
        moved = replace(record, target=url, statement=replace(record.statement, base_url=url))
        return _open(moved, intake.suites, store, hook, closing)

    record = surveyed(record, intake, sut, before=before, opened=opened if "://" in record.target else None)
    skew = skew_of(store.chronological())
    if skew and not skew.trusted:  # from now on nobody compares with the present
        sut = _open(record, intake.suites, store, hook, closing)
    return record, sut


def _announced(record: RunRecord, intake: Intake) -> RunRecord:
    """The record with the manifest's digest, written before anything is sent; without a statement that comes later."""
    if not record.statement.declared:
        return record
    manifest = draw_up(intake.suites.values(), record.statement, classes=record.classes)
    announced = replace(record, manifest=manifest.digest)
    with writing(record.folder):
        write_record(announced)
    return announced


def join_run(plan: Mapping[str, Json], hook: object = None) -> Run:
    """The run that another process has opened."""
    record = record_from(plan)
    with ExitStack() as closing:
        suites = {suite.id: suite for suite in load_suites().values() if suite.id in record.suites}
        store = ExchangeStore(record.exchanges)
        closing.callback(store.close)
        sut = _open(record, suites, store, hook, closing)
        held = ExitStack()
        run = Run(record, suites, sut, store, held)
        held.push(closing.pop_all())
        return run


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


def _await_target(record: RunRecord, intake: Intake, hook: object) -> None:
    """With ``--szxc-wait``, ask until something answers or the time is up; none of it is recorded."""
    clock = RealClock()
    end = clock.monotonic() + (intake.settings.number("wait") or 0.0)
    while clock.monotonic() < end:
        with ExitStack() as closing:
            sut = _open(record, intake.suites, ExchangeStore(None), hook, closing)
            if preflight(sut, probes(intake), proxy=intake.settings.text("proxy")).cause is None:
                return
        clock.sleep(PAUSE)


def _recording(record: RunRecord, *, shared: bool) -> ExchangeStore:
    """A new store of exchanges; what an earlier run left in the folder is removed, or it would pass for this one's.

    Raises:
        StatementError: ``option.out``.
    """
    stores = [record.exchanges.name + suffix for suffix in ("", "-wal", "-shm")]
    with writing(record.folder):
        record.folder.mkdir(parents=True, exist_ok=True)
        put_aside(record.folder)
        for name in (REPORT, PAGE, RECORD, LEDGER, *stores):
            (record.folder / name).unlink(missing_ok=True)
        return ExchangeStore(record.exchanges, shared=shared)


def _open(
    record: RunRecord, suites: Mapping[str, Suite], store: ExchangeStore, hook: object, closing: ExitStack
) -> LiveSut:
    setting = replace(setting_of(record, suites, store, hook), ledger=Ledger(record.ledger))
    address = address_of(record.target, record.statement)
    sut = open_target(address, record.statement, setting, network_options(record.settings or {}, record.target))
    closing.callback(sut.close)
    return sut


def setting_of(record: RunRecord, suites: Mapping[str, Suite], store: ExchangeStore, hook: object) -> Setting:
    """What the target layer needs to know of a run; the present is doubtful if the recording shows another clock."""
    now = present(record.now, skew_of(store.chronological()))
    return Setting(
        suites,
        store,
        RealClock(),
        now,
        record.seed,
        record.permissions,
        record.prefix,
        adapter_of(hook),
        exploring=bool((record.settings or {}).get("explore")),
    )

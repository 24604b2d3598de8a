"""What a run left on a platform, removed afterwards from its ledger: after a kill, or when the platform is back."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.errors import SzxcError
from pytest_szxc.evidence.run_record import read_record
from pytest_szxc.intake import DEMO, network_options
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.ledger import CLEANUP, LEDGER, NOT_THERE, REMOVED, Ledger, read_ledger
from pytest_szxc.target.opening import Setting, open_target
from pytest_szxc.target.statement_file import load_statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.tidying import Tidying
from pytest_szxc.target.view import SutView

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_szxc.evidence.run_record import RunRecord
    from pytest_szxc.model import Suite
    from pytest_szxc.target.ledger import Debt
    from pytest_szxc.target.live import LiveSut
    from pytest_szxc.target.sut import Reply


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What came of it.

    Attributes:
        writes: how many requests with an effect the ledger knows.
        torn: how many of its lines are cut off.
        outcomes: each thing that was still there by the ledger, and ``REMOVED``, ``NOT_THERE`` or why it is left.
        gone: whether the platform itself went with its run.
    """

    writes: int
    torn: int
    outcomes: tuple[tuple[Debt, str], ...] = ()
    gone: bool = False

    @property
    def left(self) -> tuple[tuple[Debt, str], ...]:
        """What could not be removed, and why."""
        return tuple((debt, how) for debt, how in self.outcomes if how not in (REMOVED, NOT_THERE))

    def count(self, how: str) -> int:
        """How many things came out so."""
        return sum(1 for _, outcome in self.outcomes if outcome == how)


@dataclass(frozen=True, slots=True)
class _Remover:
    """Sends removals of any suite's operations."""

    sut: LiveSut
    suites: Mapping[str, Suite]

    def removal(self, debt: Debt) -> Reply:
        """See ``tidying.Remover``."""
        return SutView(self.sut, self.suites[debt.suite], debt.requirement).removal(debt)


def clean_up(place: Path, *, target: str | None = None, config: Path | None = None) -> Cleaned:
    """Remove what a ledger says may still be there; it may be done again and again.

    Args:
        place: a ledger, or the folder it is in; the run's record is beside it.
        target: another address of the platform than the run's.
        config: another statement than the run's.

    Raises:
        SzxcError: ledger, record or statement cannot be used, a secret is missing.
    """
    ledger = place / LEDGER if place.is_dir() else place
    found = read_ledger(ledger)
    if not found.debts:
        return Cleaned(found.writes, found.torn)
    record = _record(ledger.parent)
    if record.target == DEMO and not target:  # its address may be somebody else's by now
        return Cleaned(found.writes, found.torn, gone=True)
    tidying = Tidying.of(found.debts, Ledger(ledger, CLEANUP))
    suites = load_suites()
    with ExitStack() as closing:
        outcomes = tidying.run(_Remover(_opened(record, suites, closing, target=target, config=config), suites))
    return Cleaned(found.writes, found.torn, tuple(outcomes))


def _record(folder: Path) -> RunRecord:
    try:
        return read_record(folder)
    except SzxcError as error:
        raise SzxcError("ledger.no-record", reason=str(error.params.get("reason", error.code))) from error


def _opened(
    record: RunRecord, suites: Mapping[str, Suite], closing: ExitStack, *, target: str | None, config: Path | None
) -> LiveSut:
    """The platform of a run, with a memory of its own: what is removed afterwards is no part of the run's evidence."""
    statement = load_statement(config, suites) if config else record.statement
    address = target or (statement.base_url if config and statement.base_url else record.target)
    setting = Setting(
        suites,
        ExchangeStore(None),
        RealClock(),
        datetime.now(UTC),
        record.seed,
        record.permissions | {"write"},
        record.prefix,
    )
    options = network_options(record.settings or {}, record.target)
    sut = open_target(address, statement, setting, options)
    closing.callback(sut.close)
    return sut

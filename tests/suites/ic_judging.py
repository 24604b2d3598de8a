"""One requirement of platform_interconnection judged on the reference platform, as it is or changed."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.loading import load_checks
from pytest_szxc.checks.suite_package import import_part
from pytest_szxc.reference import Platform, build_platform
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_reference
from pytest_szxc.selftest.trial import BASE_URL
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import WsgiTransport
from pytest_szxc.verdict.judge import Context, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.model import Verdict
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.statement import Statement
    from pytest_szxc.target.transports import Transport

SUITE = load_suites()["platform_interconnection"]
CHECKS = load_checks(SUITE)
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def part(name: str) -> Any:
    """A module of the suite's folder."""
    return import_part(SUITE.id, SUITE.folder, name)


@contextmanager
def platform(clock: VirtualClock | None = None) -> Iterator[Platform]:
    """The reference platform."""
    made = build_platform({SUITE.id: load_reference(SUITE)}, size=60, now=clock or VirtualClock(NOW))
    try:
        yield made
    finally:
        made.close()


def judged(
    requirement: str,
    change: Callable[[Platform], object] = lambda _: None,
    statement: Callable[[Statement], Statement] = lambda same: same,
    store: ExchangeStore | None = None,
) -> Verdict:
    """The verdict on a platform that was changed after it was built."""
    clock = VirtualClock(NOW)
    with platform(clock) as made:
        said = demo_statement(made, BASE_URL, {SUITE.id: SUITE})
        try:
            change(made)
            changed = statement(said)
            transport = WsgiTransport(made, changed.accounts, changed.limits, clock=clock)
            return verdict_on(requirement, changed, transport, ExchangeStore(None) if store is None else store, clock)
        finally:
            withdraw(said)


def verdict_on(
    requirement: str, statement: Statement, transport: Transport, store: ExchangeStore, clock: Clock
) -> Verdict:
    """The verdict on whatever a transport leads to."""
    (row,) = (row for row in SUITE.requirements if row.id == requirement)
    view = _sut(statement, transport, store, clock).for_requirement(row.id)
    with view.tidied():
        return judge(row, CHECKS[row.id], view, view, Context(owners={}))


def _sut(statement: Statement, transport: Transport, store: ExchangeStore, clock: Clock) -> LiveSut:
    return LiveSut(
        suites={SUITE.id: SUITE},
        statement=statement,
        transport=transport,
        store=store,
        clock=clock,
        now=NOW,
        seed="one",
        permissions=frozenset({"write"}),
        prefix="szxc-one-",
    )

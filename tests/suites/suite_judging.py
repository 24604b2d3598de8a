"""One requirement of a suite judged on the reference platform, as it is or changed."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
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

    from pytest_szxc.checks.rules import Check
    from pytest_szxc.model import Suite, Verdict
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.statement import Statement
    from pytest_szxc.target.sut import Sut
    from pytest_szxc.target.transports import Transport

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
PREFIX = "szxc-one-"


class Judging:
    """Judges requirements of one suite.

    Args:
        suite: its id.
    """

    def __init__(self, suite: str) -> None:
        self.suite: Suite = load_suites()[suite]

    @cached_property
    def checks(self) -> dict[str, Check]:
        """The suite's checks by requirement."""
        return load_checks(self.suite)

    def part(self, name: str) -> Any:
        """A module of the suite's folder."""
        return import_part(self.suite.id, self.suite.folder, name)

    @contextmanager
    def platform(self, clock: VirtualClock | None = None) -> Iterator[Platform]:
        """The reference platform."""
        now = clock or VirtualClock(NOW)
        made = build_platform({self.suite.id: load_reference(self.suite)}, size=60, now=now)
        try:
            yield made
        finally:
            made.close()

    def judged(
        self,
        requirement: str,
        change: Callable[[Platform], object] = lambda _: None,
        statement: Callable[[Statement], Statement] = lambda same: same,
        store: ExchangeStore | None = None,
    ) -> Verdict:
        """The verdict on a platform that was changed after it was built."""
        with self.asked(change, statement, store) as sut:
            return self._verdict(requirement, sut)

    def verdict_on(
        self, requirement: str, statement: Statement, transport: Transport, store: ExchangeStore, clock: Clock
    ) -> Verdict:
        """The verdict on whatever a transport leads to."""
        return self._verdict(requirement, self._sut(statement, transport, store, clock))

    @contextmanager
    def asked(
        self,
        change: Callable[[Platform], object] = lambda _: None,
        statement: Callable[[Statement], Statement] = lambda same: same,
        store: ExchangeStore | None = None,
    ) -> Iterator[LiveSut]:
        """A platform that was changed after it was built, as a run asks it."""
        clock = VirtualClock(NOW)
        with self.platform(clock) as made:
            said = demo_statement(made, BASE_URL, {self.suite.id: self.suite})
            try:
                change(made)
                changed = statement(said)
                transport = WsgiTransport(made, changed.accounts, changed.limits, clock=clock)
                yield self._sut(changed, transport, ExchangeStore(None) if store is None else store, clock)
            finally:
                withdraw(said)

    @contextmanager
    def view(self, requirement: str, change: Callable[[Platform], object] = lambda _: None) -> Iterator[Sut]:
        """A changed platform as the check of one requirement sees it."""
        with self.asked(change) as sut:
            found = sut.for_requirement(requirement)
            with found.tidied():
                yield found

    def _verdict(self, requirement: str, sut: LiveSut) -> Verdict:
        (row,) = (row for row in self.suite.requirements if row.id == requirement)
        view = sut.for_requirement(row.id)
        with view.tidied():
            return judge(row, self.checks[row.id], view, view, Context(owners={}))

    def _sut(self, statement: Statement, transport: Transport, store: ExchangeStore, clock: Clock) -> LiveSut:
        return LiveSut(
            suites={self.suite.id: self.suite},
            statement=statement,
            transport=transport,
            store=store,
            clock=clock,
            now=NOW,
            seed="one",
            permissions=frozenset({"write"}),
            prefix=PREFIX,
        )

"""One visit to a target: opened like a run, but bounded to seconds and a few requests, and nothing is written down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc.intake import address_of, network_options, take_in
from pytest_szxc.printable import bare_url, show
from pytest_szxc.settings import Settings
from pytest_szxc.survey import probes
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.opening import Setting, open_target
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack

    from pytest_szxc.model import Suite
    from pytest_szxc.target.live import LiveSut
    from pytest_szxc.target.network import NetworkOptions
    from pytest_szxc.target.preflight import Place
    from pytest_szxc.target.statement import Limits, Statement

DEADLINE = 5.0
"""Seconds for one request, unless the user says otherwise."""
REQUESTS = 40
_MINUTE = 60.0


class Visit:
    """What a visit is made of.

    Args:
        settings: the options in effect.
        catalogue: all suites, by id.
        closing: takes what has to be let go of.

    Attributes:
        statement: as read; what the platform says of itself is put in when there is none.
        sut: the target.
        store: what was asked and answered, in memory.
        clock: tells the time.

    Raises:
        StatementError: statement, secrets or options are wrong.
    """

    def __init__(self, settings: Settings, catalogue: Mapping[str, Suite], closing: ExitStack) -> None:
        given = Settings({**settings.values, "deadline": settings.text("deadline") or str(DEADLINE)})
        self.intake = take_in(given, catalogue, closing, offline=False)
        self.statement = replace(self.intake.statement, limits=_bounded(self.intake.statement.limits))
        self.store = ExchangeStore(None)
        self.clock = RealClock()
        self._closing = closing
        self.sut = self.opened()

    @property
    def suites(self) -> Mapping[str, Suite]:
        """The suites that the visit asks for."""
        return self.intake.suites

    @property
    def networked(self) -> bool:
        """Whether there is a network between us and the target."""
        return "://" in address_of(self.intake.target, self.statement)

    @property
    def interactive(self) -> bool:
        """Whether the target can be asked questions: files cannot."""
        return self.networked or self.intake.target.startswith(("wsgi:", "asgi:"))

    @property
    def proxy(self) -> str | None:
        """The proxy that requests go through, if any."""
        return self.intake.settings.text("proxy") if self.networked else None

    @property
    def shown_proxy(self) -> str:
        """The proxy without its credentials."""
        return show(bare_url(self.proxy or "-"))

    @property
    def options(self) -> NetworkOptions:
        """How the target is reached."""
        return network_options(self.intake.recorded_settings(), self.intake.target)

    @property
    def may_write(self) -> bool:
        """Whether the user allowed operations that write."""
        return self.intake.settings.flag("allow_write")

    def probes(self) -> dict[Place, str]:
        """The probe of each class that is claimed, or of each one where nothing is."""
        claims = self.statement.claims
        return {
            place: probe
            for place, probe in probes(self.intake).items()
            if not claims or (place[0] in claims and place[1] in claims[place[0]].classes)
        }

    def opened(self, url: str | None = None) -> LiveSut:
        """The target, or the same one at another base URL."""
        statement = replace(self.statement, base_url=url) if url else self.statement
        permissions = frozenset({"write"}) if self.may_write else frozenset()
        setting = Setting(
            self.suites,
            self.store,
            RealClock(),
            self.intake.now,
            self.intake.seed,
            permissions,
            f"szxc-{self.intake.run}-",
            tries=1,
        )
        sut = open_target(url or address_of(self.intake.target, statement), statement, setting, self.options)
        self._closing.callback(sut.close)
        return sut

    def introduced(self, statement: Statement) -> None:
        """Go on with what the platform says of itself."""
        self.statement = statement
        self.sut = self.opened()


def _bounded(limits: Limits) -> Limits:
    """Requests begin within the first five seconds, or within one deadline if that is longer, at the usual rate."""
    span = max(DEADLINE, limits.deadline)
    requests = min(REQUESTS, 1 + int(limits.rate * span)) if limits.rate else REQUESTS
    return replace(limits, requests=requests, minutes=span / _MINUTE)

"""Who carries requests to the SUT: each is sent once in a run, in its turn, and what came of it is recorded."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_szxc.errors import RunEnded, TransportFault
from pytest_szxc.model import Attempt, Exchange, Request
from pytest_szxc.target.noting import METHOD, OPERATION
from pytest_szxc.target.retrying import TRIES, asks_to_wait, attempt_of, pause_before, turned_away
from pytest_szxc.target.store import exchange_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.pace import Pace
    from pytest_szxc.target.store import ExchangeStore
    from pytest_szxc.target.transports import Transport


@dataclass(frozen=True, slots=True)
class Courier:
    """Sends each request once in a run and records what came of it.

    Attributes:
        transport: carries requests.
        store: keeps exchanges.
        clock: stamps them.
        pace: waits for a turn; ``None`` in process, where nobody needs to be spared.
        tries: how often a request that changes nothing is sent at most.
        winding: set when the run is about to end: only removals are sent from then on.
        ended: set when the run is over.
    """

    transport: Transport
    store: ExchangeStore
    clock: Clock
    pace: Pace | None = None
    tries: int = TRIES
    winding: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def fetch(  # noqa: PLR0913 -- a request, and how it may be sent
        self,
        operation: str,
        request: Request,
        ordinal: str = "",
        *,
        repeatable: bool = True,
        accept: tuple[int, ...] = (),
        removal: bool = False,
    ) -> Exchange:
        """The exchange of a request, sent now or earlier.

        Args:
            operation: name from the suite.
            request: what to send.
            ordinal: see ``store.exchange_id``.
            repeatable: whether it changes nothing, so that it may be sent again after a passing fault. What changes
                something is sent again only where the answer says that it was turned away unread (429).
            accept: statuses that are an answer, and no fault.
            removal: whether it removes what the run has made.

        Raises:
            RunEnded: to a thread that goes on asking after the end.
        """
        key = exchange_id(operation, request, ordinal)
        begun = Exchange(key, operation, request)
        send = self._removing if removal else self._in_turn
        return self.store.fetch(key, lambda: self._tried(begun, accept, send, repeatable=repeatable))

    def wait(self, seconds: float, name: str) -> None:
        """Let time pass; see ``Sut.wait``. That there was no time for it is recorded under its name.

        Raises:
            TransportFault: ``budget.minutes``.
        """
        request = Request(METHOD, f"wait/{name}")
        key = exchange_id(OPERATION, request)
        known = self.store.get(key)
        if known is not None:
            raise TransportFault(known.fault or "budget.minutes", **known.fault_params)
        try:
            if self.pace is not None:
                self.pace.allow(seconds)
        except TransportFault as over:
            made = _faulty(Exchange(key, OPERATION, request), over)
            self.store.fetch(key, lambda: made)
            raise
        self.clock.sleep(seconds)

    def wind_up(self) -> None:
        """Send only removals from now on; who waits stops waiting."""
        self.winding.set()
        self.clock.end()

    def end(self) -> None:
        """Send nothing further; who waits stops waiting, who waits for an answer gets none."""
        self.ended.set()
        self.clock.end()
        self.transport.close()

    def _tried(
        self, begun: Exchange, accept: tuple[int, ...], send: Callable[[Exchange], Exchange], *, repeatable: bool
    ) -> Exchange:
        """The last of at most ``tries`` tries, with what is to be known of the others."""
        earlier: tuple[Attempt, ...] = ()
        while True:
            made = send(begun)
            if made.response is None and self.ended.is_set():
                raise RunEnded  # the fault is ours: we closed the connection
            wanted = made.response is not None and made.response.status in accept
            final = wanted or not (repeatable or turned_away(made))
            pause = None if final else pause_before(made, len(earlier) + 1, self.clock.now())
            if pause is None or len(earlier) + 1 >= self.tries:
                return replace(made, earlier=earlier) if earlier else made
            earlier += (attempt_of(made),)
            self._stay_away(pause, asked=asks_to_wait(made))

    def _stay_away(self, seconds: float, *, asked: bool) -> None:
        """Wait; what an answer asked for, everybody grants."""
        if asked and self.pace is not None:
            self.pace.hold(seconds)
        else:
            self.clock.sleep(seconds)

    def _removing(self, begun: Exchange) -> Exchange:
        """A removal waits for its turn while there is time; the budget is no bound, or what was made would stay."""
        if self.pace is None or self.winding.is_set():
            return self._sent(begun)
        try:
            with self.pace.turn(beyond=True):
                return self._sent(begun)
        except RunEnded:  # woken while it waited; there is still time to send it, unless the run has ended
            return self._sent(begun)

    def _in_turn(self, begun: Exchange) -> Exchange:
        if self.winding.is_set():
            raise RunEnded
        if self.pace is None:
            return self._sent(begun)
        try:
            with self.pace.turn():
                return self._sent(begun)
        except TransportFault as over:
            return _faulty(replace(begun, started=_stamp(self.clock.now())), over)

    def _sent(self, begun: Exchange) -> Exchange:
        if self.ended.is_set():
            raise RunEnded
        started, since = _stamp(self.clock.now()), self.clock.monotonic()
        response, answered = None, begun
        try:
            response = self.transport.send(begun.request)
        except TransportFault as fault:
            answered = _faulty(begun, fault)
        elapsed = round(self.clock.monotonic() - since, 6)
        return replace(answered, response=response, started=started, elapsed=elapsed)


def _faulty(begun: Exchange, fault: TransportFault) -> Exchange:
    params = {name: str(value) for name, value in fault.params.items()}
    return replace(begun, fault=fault.code, fault_params=params)


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""The pace of a run: requests per second, connections at once, the budget of requests and minutes, for all processes.

The state is one value in the exchange store, changed in single steps, so that workers together keep the limits.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING

from pytest_szxc.errors import TransportFault
from pytest_szxc.target.retrying import LONGEST
from pytest_szxc.target.store_sqlite import alive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.model import Json
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.statement import Limits
    from pytest_szxc.target.store import ExchangeStore

_NAME = "pace"
_POLL = 0.005
_MINUTE = 60.0
_GRACE = 60.0
"""Seconds beyond the deadline after which a seat is free even if its process seems alive."""


@dataclass(slots=True)
class _State:
    """What all processes share.

    Attributes:
        begun: instant of the first request (POSIX seconds).
        next: instant at which the next request may go.
        quiet: instant until which the target wants to be left alone.
        sent: requests let through.
        waited: seconds that requests were held back for the rate.
        seats: ``[process, end of lease]`` for each connection in use.
    """

    begun: float
    next: float = 0.0
    quiet: float = 0.0
    sent: int = 0
    waited: float = 0.0
    seats: list[list[float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a caller is told: seconds to wait before sending, or that no seat is free, or which budget is used up."""

    wait: float = 0.0
    seated: bool = True
    over: str | None = None


class Pace:
    """Lets requests through at the pace that the limits allow.

    Args:
        limits: rate (0 = unlimited), connections, requests, minutes.
        store: shared by the processes of a run.
        clock: tells the time and waits.
    """

    def __init__(self, limits: Limits, store: ExchangeStore, clock: Clock) -> None:
        self._limits = limits
        self._store = store
        self._clock = clock
        self._seats: SimpleQueue[None] = SimpleQueue()  # a semaphore, without the time that one takes
        for _ in range(limits.connections):
            self._seats.put(None)

    @contextmanager
    def turn(self, *, beyond: bool = False) -> Iterator[None]:
        """Wait for a turn to send one request, and hold one connection while it lasts.

        Args:
            beyond: whether it may go beyond the budget.

        Raises:
            TransportFault: ``budget.requests``, ``budget.minutes``.
        """
        self._seats.get()  # among the threads of this process; other processes are asked for in the shared state
        try:
            yield from self._taken(beyond=beyond)
        finally:
            self._seats.put(None)

    def _taken(self, *, beyond: bool) -> Iterator[None]:
        turn = self._ask(beyond=beyond)
        while not turn.seated:
            self._clock.sleep(_POLL)
            turn = self._ask(beyond=beyond)
        if turn.over:
            limit = self._limits.requests if turn.over == "budget.requests" else f"{self._limits.minutes:g}"
            raise TransportFault(turn.over, limit=limit)
        try:
            self._clock.sleep(turn.wait)
            yield
        finally:
            self._leave()

    def hold(self, seconds: float) -> None:
        """Let nothing through for a while: the target asked to be left alone."""

        def change(old: Json) -> Json:
            now = self._clock.now().timestamp()
            state = _read(old, now)
            state.quiet = max(state.quiet, now + seconds)
            return _write(state)

        self._store.update_meta(_NAME, change)

    def allow(self, seconds: float) -> None:
        """Let somebody wait that long, if the run has the time.

        Raises:
            TransportFault: ``budget.minutes``.
        """
        now = self._clock.now().timestamp()
        if now + seconds - _read(self._store.meta(_NAME), now).begun >= self._limits.minutes * _MINUTE:
            raise TransportFault("budget.minutes", limit=f"{self._limits.minutes:g}")

    def _ask(self, *, beyond: bool = False) -> _Turn:
        answer = _Turn()

        def change(old: Json) -> Json:
            nonlocal answer
            now = self._clock.now().timestamp()
            state = _read(old, now)
            answer = _decide(state, self._limits, now, beyond=beyond)
            return _write(state)

        self._store.update_meta(_NAME, change)
        return answer

    def _leave(self) -> None:
        def change(old: Json) -> Json:
            state = _read(old, 0.0)
            mine = next((seat for seat in state.seats if seat[0] == os.getpid()), None)
            state.seats = [seat for seat in state.seats if seat is not mine]
            return _write(state)

        self._store.update_meta(_NAME, change)


def waited(store: ExchangeStore) -> float:
    """Seconds that all processes of a run together held requests back for the rate."""
    return _read(store.meta(_NAME), 0.0).waited


def _decide(state: _State, limits: Limits, now: float, *, beyond: bool = False) -> _Turn:
    """Whether one more request may go; if so it is booked in ``state``."""
    if state.sent >= limits.requests and not beyond:
        return _Turn(over="budget.requests")
    # A machine's clock may be put back: no booking can lie further ahead than anybody asks for, or than all seats wait.
    start = after = max(now, min(state.quiet, now + LONGEST))
    interval = 1.0 / limits.rate if limits.rate > 0 else 0.0
    if interval:
        start = max(after, min(state.next, after + interval * (limits.connections + 1)))
    late = start - state.begun >= limits.minutes * _MINUTE
    if late and not beyond:  # what must wait until then is not sent then either
        return _Turn(over="budget.minutes")
    state.seats = [seat for seat in state.seats if seat[1] > now and alive(int(seat[0]))]
    if len(state.seats) >= limits.connections:
        return _Turn(seated=False)
    state.next = start + interval
    state.sent += 1
    state.waited += start - after
    state.seats = [*state.seats, [os.getpid(), start + limits.deadline + _GRACE]]
    return _Turn(start - now)


def _read(held: Json, now: float) -> _State:
    return _State(now) if held is None else _State(*held)


def _write(state: _State) -> Json:
    return [state.begun, state.next, state.quiet, state.sent, state.waited, state.seats]

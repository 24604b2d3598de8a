"""The one seam of time: every wait, deadline and timestamp of a run asks a clock, so that a self-test need not wait."""

from __future__ import annotations

import heapq
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Protocol

from pytest_szxc.errors import RunEnded

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds on a scale that never goes back; only differences mean anything."""

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""

    def end(self) -> None:
        """Let nobody wait any longer: the run is over, and who waits is told so by ``RunEnded``."""


class RealClock:
    """The machine's own clock."""

    def __init__(self) -> None:
        self._over = threading.Event()

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some point in the past."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait; a negative duration is no wait.

        Raises:
            RunEnded: the run is over, so that whoever waits again and again does not do so for ever.
        """
        # To sleep for nothing gives the processor away: milliseconds on a busy machine.
        if seconds > 0 and self._over.wait(seconds):
            raise RunEnded

    def end(self) -> None:
        """Wake up everybody who waits."""
        self._over.set()


class VirtualClock:
    """A clock that only moves when somebody sleeps; what is due on the way is done at its instant.

    Args:
        start: the first instant (aware).
    """

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._passed = 0.0
        self._agenda: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Seconds slept so far."""
        return self._passed

    def sleep(self, seconds: float) -> None:
        """Move on at once, doing what falls due."""
        until = self._passed + max(0.0, seconds)
        while self._agenda and self._agenda[0][0] <= until:
            due, _, action = heapq.heappop(self._agenda)
            self._passed = max(self._passed, due)
            action()
        self._passed = max(self._passed, until)

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something when so much time has passed; while somebody sleeps, in that thread."""
        heapq.heappush(self._agenda, (self._passed + max(0.0, seconds), next(self._order), action))

    def end(self) -> None:
        """Nothing: nobody waits."""

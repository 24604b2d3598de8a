"""What a platform does of itself when its time has come: deliveries again, time limits of commands."""

from __future__ import annotations

import threading
from collections.abc import Callable

Later = Callable[[float, Callable[[], object]], None]
"""Does something when so many seconds have passed."""


class Agenda:
    """Does things in real time, each in a thread of its own; nothing more once it is closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[threading.Timer] = set()
        self._closed = False

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Do something when so many seconds have passed."""
        timer = threading.Timer(max(0.0, seconds), lambda: self._do(timer, action))
        timer.daemon = True
        with self._lock:
            if not self._closed:
                self._waiting.add(timer)
                timer.start()

    def close(self) -> None:
        """Forget what is not done yet, and wait for what is being done."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, set()
        for timer in waiting:
            timer.cancel()
        for timer in waiting:
            timer.join()

    def _do(self, timer: threading.Timer, action: Callable[[], object]) -> None:
        with self._lock:
            if self._closed:
                return
        try:
            action()
        finally:
            with self._lock:
                self._waiting.discard(timer)

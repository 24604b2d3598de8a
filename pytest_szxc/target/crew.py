"""Threads that send requests side by side, as many as the target allows connections."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_szxc.errors import RunEnded, TransportFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
_COME, _LEAVE = 1, 0
_Job = tuple[Future[Any], "Callable[[], Any]"]
_LATE = frozenset({"transport.timeout", "transport.connect-timeout"})


class Crew:
    """Does jobs that do not depend on each other, in threads that keep no process from ending.

    A job must not wait for jobs that it hands to the crew itself: all hands could end up waiting for a free one.

    Args:
        size: how many jobs at once.
        name: of the threads.
    """

    def __init__(self, size: int, name: str = "szxc-crew") -> None:
        self.size = size
        self._name = name
        self._closed = False
        self._lock = Lock()
        self._urgent: deque[_Job] = deque()
        self._usual: deque[_Job] = deque()
        self._calls: SimpleQueue[int] = SimpleQueue()
        self._hands: list[Thread] = []

    def each(self, jobs: Sequence[Callable[[], T]], *, urgent: bool = False) -> list[T | Exception]:
        """What each job gave or raised, in the order of the jobs; with one hand they are done in the caller's thread.

        Every job is done, whatever another one raised, but for one thing: when a request has run out of time, no other
        job is begun, and its fault stands for theirs; a platform that is stuck must not take the time of all of them.
        Jobs are begun in order, so whatever stands before the first such fault was done.

        Args:
            jobs: what to do.
            urgent: whether much else waits for them; such jobs go first.
        """
        late: list[TransportFault] = []
        if self.size == 1 or len(jobs) <= 1:
            return [_tried(job, late) for job in jobs]
        done = [self.begin(partial(_tried, job, late), urgent=urgent) for job in jobs]
        wait_for(done)
        return [future.result() for future in done]

    def begin(self, job: Callable[[], T], *, urgent: bool = False) -> Future[T]:
        """What a job will have given; ``RunEnded`` if the crew is closed before it is begun."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.set_exception(RunEnded())
                return future
            if len(self._hands) < self.size:
                self._hire()
            (self._urgent if urgent else self._usual).append((future, job))
            self._calls.put(_COME)  # one for each job: whoever gets it takes the next job, urgent ones first
        return future

    def close(self) -> None:
        """Begin no further job; who waits for one learns that the run has ended."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for _ in self._hands:
                self._calls.put(_LEAVE)

    def _hire(self) -> None:
        hand = Thread(target=self._work, name=self._name, daemon=True)
        try:
            hand.start()
        except RuntimeError:  # the machine gives no more threads; fewer hands do the same work
            if not self._hands:
                raise
            return
        self._hands.append(hand)

    def _work(self) -> None:
        while self._calls.get():
            future, job = self._next()
            if self._closed:
                future.set_exception(RunEnded())
                continue
            try:
                future.set_result(job())
            except BaseException as error:  # noqa: BLE001 -- it is raised again in the thread that waits
                future.set_exception(error)

    def _next(self) -> _Job:
        try:
            return self._urgent.popleft()
        except IndexError:
            return self._usual.popleft()


def _tried(job: Callable[[], T], late: list[TransportFault]) -> T | Exception:
    if late:
        return late[0]
    try:
        return job()
    except TransportFault as fault:
        late += [fault] if fault.code in _LATE else []
        return fault
    except Exception as error:  # noqa: BLE001 -- whoever asked for the job raises it again, in the jobs' order
        return error

"""Requirements judged side by side, ahead of pytest, which states the verdicts one after another.

Checks wait for answers most of their time. So the streams that rules declare are read first; then come the checks that
ask for themselves, in as many threads as the target allows connections, and then, alone, those that write. The rules
only compute, all in one thread, while the others wait.
"""

from __future__ import annotations

import sys
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_szxc.model import Requirement, Verdict
    from pytest_szxc.run import Run

_QUICK = 0.001
"""Seconds after which a thread that computes lets another one run that has got an answer; Python's own are 5 ms."""


class Ahead:
    """The verdicts of some requirements, made in threads of their own.

    Args:
        run: judges.
        requirements: what shall be judged, in the order in which it will be asked for.
        width: how many checks ask at once; with one they ask in order.
    """

    def __init__(self, run: Run, requirements: Iterable[Requirement], width: int) -> None:
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(_QUICK)
        rows = list(requirements)
        rules = [row for row in rows if run.rule_over(row)]
        asking = sorted((row for row in rows if not run.rule_over(row)), key=run.writes)
        self._askers = ThreadPoolExecutor(width, "szxc-judge")
        self._reckoner = ThreadPoolExecutor(1, "szxc-rules")
        streams = [self._askers.submit(stream) for stream in run.streams(rows)]
        self._reckoner.submit(wait_for, streams)
        self._verdicts: dict[str, Future[Verdict]] = {
            **{row.id: self._askers.submit(run.judge, row) for row in asking},
            **{row.id: self._reckoner.submit(run.judge, row) for row in rules},
        }

    def verdict(self, requirement: Requirement) -> Verdict | None:
        """The verdict, as soon as it is there; ``None`` if the requirement was not among those to be judged."""
        found = self._verdicts.get(requirement.id)
        return found.result() if found else None

    def close(self) -> None:
        """Begin nothing further."""
        sys.setswitchinterval(self._interval)
        for hands in (self._askers, self._reckoner):
            hands.shutdown(wait=False, cancel_futures=True)

"""Requirements judged side by side, ahead of pytest, which states the verdicts one after another.

Checks wait for answers most of their time. So the streams that rules declare are read first; then come the checks that
ask for themselves, in as many threads as the target allows connections, and then, alone, those that write. The rules
only compute, all in one thread, while the others wait.
"""

from __future__ import annotations

import sys
from concurrent.futures import wait as wait_for
from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc.target.crew import Crew

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from pytest_szxc.model import Requirement, Verdict
    from pytest_szxc.run import Run

_SETTLING = 2.0
"""Seconds that a stopped run waits for checks that are under way."""
_PATIENCE = 0.02
"""Seconds after which a thread gives way that computes; those that ask give way at each request anyway, and with many
of them Python's own 5 ms cost a tenth of the requests a second."""


class Ahead:
    """The verdicts of some requirements, made in threads of their own.

    Args:
        run: judges.
        requirements: what shall be judged, in the order in which it will be asked for; each is judged once.
        width: how many checks ask at once; with one they ask in order.
    """

    def __init__(self, run: Run, requirements: Iterable[Requirement], width: int) -> None:
        rows = list({row.id: row for row in requirements}.values())
        rules = [row for row in rows if run.rule_over(row)]
        asking = sorted((row for row in rows if not run.rule_over(row)), key=run.writes)
        self._askers = Crew(width, "szxc-judge")
        self._reckoner = Crew(1, "szxc-rules")
        self._interval: float | None = sys.getswitchinterval()
        sys.setswitchinterval(_PATIENCE)
        streams = [self._askers.begin(stream) for stream in run.streams(rows)]
        self._reckoner.begin(partial(wait_for, streams))
        self._verdicts: dict[str, Future[Verdict]] = {
            **{row.id: self._askers.begin(partial(run.judge, row)) for row in asking},
            **{row.id: self._reckoner.begin(partial(run.judge, row)) for row in rules},
        }

    def verdict(self, requirement: Requirement) -> Verdict | None:
        """The verdict, as soon as it is there; ``None`` if the requirement was not among those to be judged."""
        found = self._verdicts.get(requirement.id)
        return found.result() if found else None

    def settle(self) -> None:
        """Wait until what was begun has ended too; not for long, for nothing of it counts any more."""
        wait_for(self._verdicts.values(), timeout=_SETTLING)

    def close(self) -> None:
        """Begin nothing further."""
        self._askers.close()
        self._reckoner.close()
        if self._interval is not None:
            sys.setswitchinterval(self._interval)
            self._interval = None

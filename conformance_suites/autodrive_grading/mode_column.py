"""The same machine in its other log: the trajectory log's column ``mode`` against the modes that events tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, trajectory

from .event_sequence import MODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta
    from typing import Any

    from pytest_szxc import Observation, Sut

    from .event_sessions import Session

READ = 3
"""Trajectory logs that are read for this."""


def compared(sut: Sut, sessions: Iterable[Session]) -> Iterator[Observation]:
    """One observation for each of the first sessions that have both logs: whether all samples agree.

    A log that cannot be read, or has no such column, is left out: other requirements speak of it.
    """
    both = [one for one in sessions if one.record.has("log") and one.sequence.sound and one.sequence.changes]
    for session in both[:READ]:
        try:
            table = sut.ask("session_log", session=session.name).table
            if table is not None and table.has("t") and table.has("mode"):
                yield from _agreed(session, table)
        except SzxcError:
            continue


def _agreed(session: Session, table: Any) -> Iterator[Observation]:  # noqa: ANN401 -- a Table
    np = trajectory.numpy
    times, told = table.column("t"), table.column("mode")
    changes = session.sequence.changes
    turns = np.array([_microseconds(change.at) for change in changes], dtype="int64")
    modes = np.array([changes[0].before or "", *(change.after for change in changes)], dtype=object)
    expected = modes[np.searchsorted(turns, times, side="right")]
    sure = (told != "") & (expected != "") & _far(times, turns, session.limit_of("same_moment"))
    if not sure.any():
        return
    wrong = [row for row in np.flatnonzero(sure & (told != expected)).tolist() if told[row] in MODES]
    first = wrong[0] if wrong else int(np.flatnonzero(sure)[0])
    observed = f"{told[first]} ({len(wrong)} of {int(sure.sum())} samples differ)"
    yield expect(not wrong, table.at(first, "mode"), expected=f"{expected[first]}, as events say", observed=observed)


def _far(times: Any, turns: Any, moment: timedelta) -> Any:  # noqa: ANN401 -- arrays
    """Where a sample has a time, and lies so far from each change that only one mode is right."""
    np = trajectory.numpy
    span = int(moment.total_seconds() * 1_000_000)
    usable = times > 0  # one that is missing is far below
    when = np.where(usable, times, 0)
    after = np.searchsorted(turns, when)
    following, before = turns[np.minimum(after, len(turns) - 1)], turns[np.maximum(after - 1, 0)]
    return usable & (np.abs(following - when) > span) & (np.abs(when - before) > span)


def _microseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)

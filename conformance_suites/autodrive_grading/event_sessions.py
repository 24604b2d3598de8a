"""Test sessions with an event log, each joined to the declaration of its feature and to what happened in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, answers

from .declarations import in_force
from .event_sequence import DRIVING, Sequence, sequence
from .timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from pytest_szxc import Record, Sut

    from .event_sequence import Change, Event

READ_AT_MOST = 16
"""Event logs that one requirement reads; those of its own kinds come first."""
GRADES = (1, 2, 3, 4, 5)
UNLISTED = "folder.unlisted"
"""A folder of evidence need not hold an event log of each session."""
_KINDS = 64


@dataclass(frozen=True, eq=False)
class Session:
    """One session that has an event log.

    Attributes:
        record: as ``list_sessions`` has it.
        declared: the declaration of its feature.
        grade: that is claimed there.
        sequence: what happened.
        limits: limits in effect that are not declared, by id of ``performance_limits`` and ``event_timing``, seconds.
    """

    record: Record
    declared: Record
    grade: int
    sequence: Sequence
    limits: Mapping[str, timedelta] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its id."""
        return self.record.text("session_id") or "-"

    @property
    def kinds(self) -> frozenset[str]:
        """What it is evidence of."""
        return frozenset(self.record.texts("kinds"))

    @cached_property
    def until(self) -> datetime:
        """When it ended: as it says, unless that is yet to come, or with its last event."""
        ends = [event.at for event in self.sequence.events[-1:]]
        ended = self.record.time("ended_at")
        if ended is not None and ended <= self.record.observed_at:
            ends.append(ended)
        return max(ends, default=self.record.observed_at)

    def limit(self, metric: str) -> timedelta:
        """A limit of the profile for the session's accuracy class (A where none is told)."""
        accuracy = self.record.text("accuracy_class")
        return self.limits.get(f"{metric}_{accuracy}") or self.limits[f"{metric}_A"]

    def limit_of(self, name: str) -> timedelta:
        """A limit of ``event_timing``."""
        return self.limits[name]

    def declared_s(self, member: str) -> timedelta | None:
        """Declared seconds; ``None`` if they are not there or no time that can pass."""
        told = self.declared.number(member)
        return timedelta(seconds=float(told)) if told is not None and 0 <= told <= 86_400 else None  # noqa: PLR2004 -- a day

    @cached_property
    def stops(self) -> Timeline[Change | Event]:
        """What shows that the machine came to a standstill."""
        entered = [change for change in self.sequence.changes if change.after == "stopped"]
        return Timeline([*entered, *self.sequence.of("standstill")])

    def resting(self, event: Event) -> bool:
        """Whether the machine may have stood still already: it has stopped since the last change of mode."""
        since, stop = self.sequence.turns.before(event.at), self.stops.until(event.at)
        return stop is not None and (since is None or stop.at >= since.at)

    def driven(self, event: Event) -> bool:
        """Whether the system moved the machine when something happened, or may have."""
        return self.sequence.mode(event.at) in (None, *DRIVING)


@dataclass(frozen=True)
class Found:
    """The sessions that matter to a requirement.

    Attributes:
        listed: whether there are any sessions at all.
        sessions: those that can be judged.
    """

    listed: bool
    sessions: tuple[Session, ...]


def events_of(sut: Sut, row: Record) -> Iterable[Record] | None:
    """The events of a session as they are listed; ``None`` for one that has none and did not say that it has.

    Raises:
        SzxcError: the event log that it says to have has no usable answer.
    """
    try:
        return sut.records("session_events", session=row.text("session_id") or "")
    except SzxcError as reason:
        if row.flag("events") or not reason.code.startswith((*answers.NOT_THERE, UNLISTED)):
            raise
        return None


def found(sut: Sut, kinds: Iterable[str] = (), grades: Iterable[int] = GRADES, *, sound: bool = True) -> Found:
    """The sessions of features of some grades, those of some kinds first.

    Sessions of another version than the declared one are evidence of that version, and left out; so are sessions
    without an event log, and (``sound``) those in whose log the modes cannot be followed: ADG-022 speaks of them.
    A session that does not say whether it has one is asked for it.
    """
    declared = {name: row for row in in_force(sut) if (name := row.text("feature_id"))}
    listed = list(sut.records("list_sessions"))
    chosen = [(row, of) for row in listed if (of := _declaration(row, declared, frozenset(grades))) is not None]
    limits = _limits(sut)
    made = (_session(sut, row, of, limits) for row, of in _first(chosen, frozenset(kinds)))
    return Found(bool(listed), tuple(one for one in made if one is not None and (one.sequence.sound or not sound)))


def _declaration(row: Record, declared: Mapping[str, Record], grades: frozenset[int]) -> Record | None:
    """The declaration that a session is evidence of."""
    of = declared.get(row.text("feature_id") or "")
    if of is None or row.get("events") not in (True, None) or not (row.text("session_id") or "").strip():
        return None
    versions = {one.text("system_version") for one in (row, of)} - {None}
    return of if len(versions) <= 1 and _grade(of) in grades else None


def _grade(declared: Record) -> int:
    told = declared.number("claimed_grade")
    return int(told) if told is not None and told in GRADES else -1


def _first(chosen: list[tuple[Record, Record]], kinds: frozenset[str]) -> list[tuple[Record, Record]]:
    """As many as are read: those of the kinds before others, and of each feature and kind one before a second."""
    seen: Counter[tuple[str, ...]] = Counter()
    ranked = []
    for row, _ in chosen:
        own = row.texts("kinds")[:_KINDS]
        group = (row.text("feature_id") or "", *sorted(own))
        seen[group] += 1
        ranked.append((row.flag("events") is None, kinds.isdisjoint(own), seen[group]))
    order = sorted(range(len(chosen)), key=ranked.__getitem__)
    return [chosen[index] for index in order[:READ_AT_MOST]]


def _session(sut: Sut, row: Record, declared: Record, limits: Mapping[str, timedelta]) -> Session | None:
    events = events_of(sut, row)
    if events is None:
        return None
    return Session(row, declared, _grade(declared), sequence(events, row.text("session_id")), limits)


def _limits(sut: Sut) -> dict[str, timedelta]:
    """The limits that are seconds, by id."""
    rows = (*sut.profile("performance_limits"), *sut.profile("event_timing"))
    return {row["id"]: timedelta(seconds=float(row["limit"])) for row in rows if row["unit"] == "s"}

"""The events of one session in order of time, and the modes that follow from them.

Lists may come in any order: what counts is when something happened. Events of the same instant keep the order in which
they are listed (the other way round where a list goes from new to old), but changes of mode follow each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from .tables import rows
from .timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from pytest_szxc import Location, Record

MODES = frozenset({"manual", "standby", "assist", "auto", "takeover_request", "fallback", "stopped", "fault"})
"""Modes of a machine (facts, section 4.4)."""
ENGAGED = frozenset({"assist", "auto"})
"""Modes that must not be entered unbidden."""
DRIVING = ENGAGED | {"takeover_request", "fallback"}
"""Modes in which the system moves the machine."""
NOBODY = frozenset({"system", "machine", "controller", "auto", "automatic", "none", "-", "系统"})
"""Actors that are no person."""
CHANGE = "mode_changed"
FIRST_YEAR, LAST_YEAR = 1971, 2200
FINEST = 6
"""Decimals of a second that an instant has."""
_FRACTION = re.compile(r":[0-9]{2}[.,]([0-9]+)")
AT_ONCE = 32
"""Changes of one instant that are put in order; more of them are no log."""


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One event that can be placed in time.

    Attributes:
        at: when (aware, UTC).
        type: what happened (``tables/event_types.csv``).
        record: as it was listed.
    """

    at: datetime
    type: str
    record: Record

    @property
    def actor(self) -> str | None:
        """Who did it, where that is said."""
        return self.record.text("actor") if self.record.has("actor") else None

    @property
    def by_person(self) -> bool:
        """Whether a person is named who did it."""
        return self.actor is not None and self.actor.strip().casefold() not in NOBODY

    @property
    def step(self) -> timedelta:
        """How finely its time is written: it may have happened so much later."""
        found = _FRACTION.search(self.record.text("t") or "")
        return timedelta(seconds=10.0 ** -min(len(found[1]), FINEST)) if found else timedelta(seconds=1)

    @property
    def by_itself(self) -> bool:
        """Whether it is said that the system did it."""
        return self.actor is not None and not self.by_person

    def where(self, member: str = "") -> Location:
        """The place of the event, or of a member."""
        return self.record.at(member)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A change of mode.

    Attributes:
        event: that says so.
        before: the mode that was left: as the event says, or else as the change before it; ``None`` if nobody says.
        after: the mode that was entered.
        missed: the mode that the change before had entered, if this one does not begin with it.
    """

    event: Event
    before: str | None
    after: str
    missed: str | None = None

    @property
    def at(self) -> datetime:
        """When."""
        return self.event.at


@dataclass(frozen=True, eq=False)
class Sequence:
    """What happened in one session.

    Attributes:
        events: in order of time.
        unplaced: events without a readable time.
        unknown: changes of mode that name no known mode.
        foreign: events that say they belong to another session; they are no part of ``events``.
    """

    events: tuple[Event, ...]
    unplaced: tuple[Record, ...] = ()
    unknown: tuple[Event, ...] = ()
    foreign: tuple[Record, ...] = ()

    def of(self, *types: str) -> Timeline[Event]:
        """The events of some types."""
        if types not in self._of:
            self._of[types] = Timeline(event for event in self.events if event.type in types)
        return self._of[types]

    @cached_property
    def _of(self) -> dict[tuple[str, ...], Timeline[Event]]:
        return {}

    @cached_property
    def turns(self) -> Timeline[Change]:
        """The changes of mode, to be looked for by time."""
        return Timeline(self.changes)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The changes of mode, each joined to the one before it; to the same mode is no change."""
        return tuple(_joined(self.events))

    @cached_property
    def sound(self) -> bool:
        """Whether modes can be told at any time: else nothing but the state machine itself can be judged."""
        return not (self.unplaced or self.unknown or any(change.missed for change in self.changes))

    def mode(self, at: datetime) -> str | None:
        """The mode just before an instant's own changes; ``None`` if nobody says."""
        change = self.turns.before(at)
        if change is not None:
            return change.after
        return self.changes[0].before if self.changes else None

    def spans(self, until: datetime) -> Iterator[tuple[datetime | None, datetime, str]]:
        """Each mode from when (``None`` if from before the log) to when."""
        since: datetime | None = None
        for change in self.changes:
            if change.before is not None and (since is None or since < change.at):
                yield since, change.at, change.before
            since = change.at
        if self.changes and since is not None and since < until:
            yield since, until, self.changes[-1].after

    def held(self, modes: frozenset[str], until: datetime) -> Iterator[tuple[datetime | None, datetime, bool]]:
        """Each stretch in some modes without a break: from when, to when, and whether it was left at its end."""
        since: datetime | None = None
        inside = False
        for change in self.changes:
            starts = change.before in modes and not inside
            since, inside = (None, True) if starts else (since, inside)
            if inside and change.after not in modes:
                yield since, change.at, True
                inside = False
            elif not inside and change.after in modes:
                since, inside = change.at, True
        if inside:
            yield since, until, False


def sequence(records: Iterable[Record], session_id: str | None) -> Sequence:
    """The events of a session as they were listed; one that is listed twice counts once."""
    mine, foreign = _parted(records, session_id)
    placed = [(record, _instant(record)) for record in _once(mine)]
    events = [Event(at, record.text("type") or "", record) for record, at in placed if at is not None]
    if len(events) > 1 and events[0].at > events[-1].at:
        events.reverse()
    events.sort(key=lambda event: event.at)
    unknown = [event for event in events if event.type == CHANGE and not _names_modes(event)]
    return Sequence(tuple(events), tuple(record for record, at in placed if at is None), tuple(unknown), tuple(foreign))


def _instant(record: Record) -> datetime | None:
    """When an event happened; a time at the end of the calendar is none that anything can be reckoned from."""
    at = record.time("t")
    return at if at is not None and FIRST_YEAR <= at.year <= LAST_YEAR else None


def _parted(records: Iterable[Record], session_id: str | None) -> tuple[list[Record], list[Record]]:
    mine: list[Record] = []
    foreign: list[Record] = []
    for record in records:
        named = record.has("session_id") and record.text("session_id") != session_id
        (foreign if named else mine).append(record)
    return mine, foreign


def _once(records: list[Record]) -> list[Record]:
    """Without repetitions of the very same event."""
    return list({repr(record.value): record for record in records}.values())


def _names_modes(event: Event) -> bool:
    known_before = not event.record.has("from") or event.record.text("from") in MODES
    return event.record.text("to") in MODES and known_before


def _joined(events: tuple[Event, ...]) -> Iterator[Change]:
    """Changes as each follows from the one before; after a power-on nothing is known of the mode before."""
    mode: str | None = None
    for event in _followed(events):
        if event.type == "power_on":
            mode = None
            continue
        before = event.record.text("from") if event.record.has("from") else mode
        after = event.record.text("to") or ""
        if before != after:
            yield Change(event, before, after, mode if mode is not None and mode != before else None)
        mode = after


def _followed(events: tuple[Event, ...]) -> Iterator[Event]:
    """Power-ons and changes of mode; those of one instant in the order in which they follow each other."""
    wanted = [event for event in events if event.type == "power_on" or (event.type == CHANGE and _names_modes(event))]
    mode: str | None = None
    for _, group in groupby(wanted, key=lambda event: event.at):
        left = list(group)
        while left:
            fits = (one for one in left[:AT_ONCE] if one.type == CHANGE and one.record.text("from") == mode)
            step = next(fits, left[0])
            left.remove(step)
            mode = None if step.type == "power_on" else step.record.text("to")
            yield step


def legal() -> frozenset[tuple[str, str]]:
    """The legal changes of mode."""
    return frozenset((row["from"], row["to"]) for row in rows("mode_transitions"))

"""The modes of a machine: only legal changes, none unbidden, none by itself after a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import requirement

from .event_duties import Duty, required, weighed
from .event_pictures import pictures
from .event_sequence import DRIVING, ENGAGED, legal
from .event_sessions import found
from .mode_column import compared
from .timeline import Timeline, instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_szxc import Observation, Sut

    from .event_duties import State
    from .event_sequence import Change, Event
    from .event_sessions import Session

START, FAULT = frozenset({"start"}), frozenset({"fault"})
HUMAN = ("fault_acknowledged", "start_authorised", "manual_override", "takeover_response")
STOPS = frozenset({"stopped", "fault"})
"""Modes after which a start must be authorised anew."""


# --- transitions ------------------------------------------------------------------------------------------------------


@requirement("ADG-022")
def test_modes_change_legally(sut: Sut) -> Iterator[Observation]:
    """Each change is one of the table, begins where the one before ended, and the other log shows the same modes."""
    those = found(sut, sound=False)
    told = [(session, [*_readable(session), *_changed(session)]) for session in those.sessions]
    duties = [duty for _, some in told for duty in some]
    yield from pictures([(session, any(one.state == "broken" for one in some)) for session, some in told])
    yield from compared(sut, those.sessions)
    yield from weighed(those, duties, frozenset(), "mode_changed from, to")


def _readable(session: Session) -> Iterator[Duty]:
    """Nothing that keeps the modes from being followed."""
    log = session.sequence
    for record in log.unplaced:
        told = f"t: {record.get('t')}"
        yield Duty(session, record.at("t"), "t: date-time with offset", told, "broken")
    for record in log.foreign:
        told = f"session_id: {record.get('session_id')}"
        yield Duty(session, record.at("session_id"), f"session_id: {session.name}", told, "broken")
    for event in log.unknown:
        observed = f"{event.record.get('from')} → {event.record.get('to')}"
        yield required(session, event, holds=False, expected="from, to: known modes", observed=observed)


def _changed(session: Session) -> Iterator[Duty]:
    allowed = legal()
    for change in session.sequence.changes:
        step = f"{change.before} → {change.after}"
        if change.missed:
            yield required(session, change.event, holds=False, expected=f"from: {change.missed}", observed=step)
        if change.before is not None:
            entries = sorted(after for before, after in allowed if before == change.before)
            expected = f"{change.before} → {' | '.join(entries)}"
            holds = (change.before, change.after) in allowed
            yield required(session, change.event, holds=holds, expected=expected, observed=step)


# --- start-up ---------------------------------------------------------------------------------------------------------


@requirement("ADG-023")
def test_start_is_authorised(sut: Sut) -> Iterator[Observation]:
    """Automatic driving begins only after a person has authorised it since the last power-on, stop or fault."""
    those = found(sut, START)
    duties = (duty for session in those.sessions for duty in _starts(session))
    yield from weighed(those, duties, START, "start: power_on, start_authorised, mode_changed to assist, auto")


def _starts(session: Session) -> Iterator[Duty]:
    granted = session.sequence.of("start_authorised")
    persons = Timeline(event for event in granted if event.by_person)
    stops = Timeline([*session.sequence.of("power_on", "standstill"), *_entered(session, STOPS)])
    for change in session.sequence.changes:
        if change.after not in ENGAGED or change.before in DRIVING:
            continue
        stop = instant(stops.until(change.at)) or _switched_on(session, change.at)
        last, person = granted.until(change.at), persons.until(change.at)
        if stop is None and (last is None or change.before is None):
            continue  # it may have been authorised, or begun, before the log begins
        if change.before is None and not _just_switched_on(session, change):
            continue
        given = last is not None and (stop is None or last.at >= stop)
        holds = person is not None and (stop is None or person.at >= stop)
        observed = f"{change.after}, start_authorised by {last.actor if last is not None and given else 'nobody'}"
        expected = f"start_authorised by a person before {change.after}"
        yield required(session, change.event, holds=holds, expected=expected, observed=observed)


def _entered(session: Session, modes: frozenset[str]) -> list[Change]:
    return [one for one in session.sequence.changes if one.after in modes]


def _switched_on(session: Session, at: datetime) -> datetime | None:
    """When the machine was switched on by its record, if its log begins no later than that."""
    began, on = session.record.time("started_at"), session.record.time("power_on_at")
    return on if began is not None and on is not None and began <= on <= at else None


def _just_switched_on(session: Session, change: Change) -> bool:
    """Whether a change without a mode before it is the first since power-on, when nothing was engaged."""
    on, before = session.sequence.of("power_on").until(change.at), session.sequence.turns.before(change.at)
    return on is not None and (before is None or on.at >= before.at)


# --- faults -----------------------------------------------------------------------------------------------------------


@requirement("ADG-024")
def test_no_return_after_a_fault(sut: Sut) -> Iterator[Observation]:
    """After a fault automatic driving comes back only when a person has acknowledged it, or taken the machine over."""
    those = found(sut, FAULT)
    duties = (duty for session in those.sessions for duty in _faults(session))
    yield from weighed(those, duties, FAULT, "fault: fault in assist, auto, mode_changed to fault")


def _faults(session: Session) -> Iterator[Duty]:
    returns = Timeline(change for change in session.sequence.changes if _returns(change))
    hands = Timeline(event for event in session.sequence.events if _by_hand(event))
    for fault in session.sequence.of("fault"):
        if session.sequence.mode(fault.at) not in {*DRIVING, "fault"}:
            continue
        back = returns.since(fault.at)
        if back is not None:
            yield required(
                session,
                back.event,
                holds=hands.within(fault.at, back.at),
                expected=f"fault_acknowledged by a person before {back.after}",
                observed=f"{back.before} → {back.after} after fault {fault.record.text('code') or '-'}",
            )
        elif _ended(session, fault):
            watch = session.limit_of("fault_watch")
            state: State = "met" if session.until - fault.at >= watch else "open"
            yield Duty(session, fault.where(), "no automatic return", "none", state, watch)


def _returns(change: Change) -> bool:
    return change.after in ENGAGED and change.before not in ENGAGED


def _ended(session: Session, fault: Event) -> bool:
    """Whether the fault ended automatic driving at all, in a log without a return to it."""
    return any(one.after not in ENGAGED for one in session.sequence.turns.from_on(fault.at))


def _by_hand(event: Event) -> bool:
    """Whether a person has seen the fault: by a word of theirs, or by driving the machine."""
    if event.type == "mode_changed":
        after = event.record.text("to")
        return (after == "manual" and not event.by_itself) or (after == "standby" and event.by_person)
    return event.type in HUMAN and event.by_person

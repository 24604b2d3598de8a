"""Take-over requests are seen and heard; without an answer the machine stops; grade 4 needs nobody for it."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from pytest_szxc import requirement

from .event_duties import Duty, required, seconds, timed, weighed
from .event_sequence import DRIVING, ENGAGED
from .event_sessions import found
from .timeline import Timeline, instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from pytest_szxc import Observation, Sut

    from .event_sequence import Change, Event
    from .event_sessions import Session

TAKE_OVER, MINIMUM_RISK = frozenset({"take_over"}), frozenset({"minimum_risk"})
RESPONSES = ("takeover_response", "manual_override")
HANDS_ON = (*RESPONSES, "start_authorised")
"""What a person does to a machine; to acknowledge an alarm, or to be seen in the seat, is not that."""

CAUSES = ("fault", "zone_exit", "link_lost", "obstacle_detected", "takeover_requested")
"""Events after which a machine may begin a minimum risk manoeuvre."""
TRIGGERS = {"fault": ("fault", "故障"), "zone_exit": ("zone", "domain", "odd", "越界", "运行域")}
"""Events by what a declaration calls them as triggers; for a lost link and a request other times hold."""


# --- requests ---------------------------------------------------------------------------------------------------------


@requirement("ADG-019")
def test_requests_are_seen_and_heard(sut: Sut) -> Iterator[Observation]:
    """Each take-over request says that it could be seen and heard, and no mode asks for a person silently."""
    those = found(sut, TAKE_OVER)
    duties = (duty for session in those.sessions for duty in _signals(session))
    yield from weighed(those, duties, frozenset(), "take_over: takeover_requested")


def _signals(session: Session) -> Iterator[Duty]:
    requests = session.sequence.of("takeover_requested")
    for request in requests:
        for signal in ("visual", "audible"):
            told = request.record.get(signal)
            yield required(
                session, request, holds=told is True, expected=f"{signal}: true", observed=f"{signal}: {told}"
            )
    moment = session.limit_of("same_moment")
    for change in session.sequence.changes:
        if change.after == "takeover_request":
            heard = requests.within(change.at - moment, change.at + moment)
            yield required(
                session, change.event, holds=heard, expected="takeover_requested", observed=f"only mode {change.after}"
            )


# --- no response ------------------------------------------------------------------------------------------------------


@requirement("ADG-020")
def test_no_response_ends_in_a_stop(sut: Sut) -> Iterator[Observation]:
    """Grade 3 on: who does not answer a request in its lead time finds the machine stopped in the declared time."""
    those = found(sut, TAKE_OVER, (3, 4, 5))
    duties = (duty for session in those.sessions for duty in _unanswered(session))
    yield from weighed(
        those, duties, TAKE_OVER, "take_over: takeover_requested without takeover_response, until standstill"
    )


def _unanswered(session: Session) -> Iterator[Duty]:
    lead = session.declared_s("take_over.lead_s") or session.limit("take_over_lead")
    allowed = session.limit("no_response_stop")
    stop = min(session.declared_s("take_over.no_response_stop_s") or allowed, allowed)
    lines = (Timeline(_answers(session)), session.stops, Timeline(_manoeuvres(session)))
    for request in _episodes(session):
        answered, stopped, begun = (instant(line.since(request.at)) for line in lines)
        yield from _one_unanswered(session, request, (lead, lead + stop), (answered, stopped, begun))


def _one_unanswered(
    session: Session,
    request: Event,
    limits: tuple[timedelta, timedelta],
    times: tuple[datetime | None, datetime | None, datetime | None],
) -> Iterator[Duty]:
    """What had to follow a request, by when it was answered, when the machine stopped, and when it began to."""
    (lead, limit), (response, stopped, begun) = limits, times
    if response is None or (stopped is not None and stopped < response):
        yield timed(session, request, limit, stopped, "standstill")
    elif response > request.at + lead + session.limit_of("same_moment"):
        if begun is None or begun > response:  # nothing was done while nobody answered
            observed = f"takeover_response {seconds(response - request.at)} s, no mrc_started"
            yield required(session, request, holds=False, expected=f"mrc_started {seconds(lead)} s", observed=observed)
        elif response > request.at + limit:
            yield timed(session, request, limit, response, "standstill")


def _episodes(session: Session) -> Iterator[Event]:
    """The requests, each once however often it is repeated: until it is answered, or the machine is in other hands."""
    starts = [*session.sequence.of("takeover_requested"), *_changes_to(session, "takeover_request")]
    open_since: datetime | None = None
    ends: Timeline[Change | Event] = Timeline([*session.stops, *_answers(session), *_left(session)])
    moment = session.limit_of("same_moment")
    for start in sorted(starts, key=lambda event: event.at):
        if open_since is not None and not _over(ends, open_since, start.at):
            continue
        repeated = open_since is not None and start.at - open_since <= moment
        if session.driven(start) and not repeated and not session.resting(start):
            open_since = start.at
            yield start


def _changes_to(session: Session, mode: str) -> list[Event]:
    return [change.event for change in session.sequence.changes if change.after == mode]


def _answers(session: Session) -> list[Event]:
    return [event for event in session.sequence.of(*RESPONSES) if not event.by_itself]


def _left(session: Session) -> list[Change]:
    """Where a request was over for another reason: the mode left, or automatic driving resumed."""
    return [one for one in session.sequence.changes if one.after not in DRIVING or one.after in ENGAGED]


def _manoeuvres(session: Session) -> list[Change | Event]:
    """Where a minimum risk manoeuvre began."""
    entered = [change for change in session.sequence.changes if change.after in ("fallback", "stopped")]
    return [*entered, *session.sequence.of("mrc_started")]


def _over(ends: Timeline[Change | Event], since: datetime, until: datetime) -> bool:
    """Whether one of some ends lies after an instant, and not after another."""
    end = ends.after(since)
    return end is not None and end.at <= until


# --- minimum risk -----------------------------------------------------------------------------------------------------


@requirement("ADG-021")
def test_minimum_risk_without_anybody(sut: Sut) -> Iterator[Observation]:
    """Grade 4 on: once begun, a minimum risk manoeuvre ends in a standstill in time, and nobody lends a hand."""
    those = found(sut, MINIMUM_RISK, (4, 5))
    duties = (duty for session in those.sessions for duty in _manoeuvred(session))
    yield from weighed(those, duties, MINIMUM_RISK, "minimum_risk: mrc_started, standstill")


def _manoeuvred(session: Session) -> Iterator[Duty]:
    allowed = session.limit("mrc_standstill")
    limit = min(session.declared_s("minimum_risk.standstill_s") or allowed, allowed)
    evidence = not MINIMUM_RISK.isdisjoint(session.kinds)
    hands = Timeline(_hands_on(session))
    for begun in _begun(session, evidence=evidence):
        stopped = instant(session.stops.since(begun.at))
        hand = next((event for event in hands.from_on(begun.at) if event is not begun), None)
        hand = hand if hand is not None and (stopped is None or hand.at < stopped) else None
        if hand is None:
            yield timed(session, begun, limit, stopped, "standstill")
        elif evidence:
            observed = f"{hand.type} {seconds(hand.at - begun.at)} s"
            yield required(session, begun, holds=False, expected="standstill without a person", observed=observed)


def _begun(session: Session, *, evidence: bool) -> Iterator[Event]:
    """Each manoeuvre once; where a session is to show it, from what triggers it, or asks a person instead."""
    triggers = [*session.sequence.of("takeover_requested"), *_triggers(session)] if evidence else []
    starts = [*session.sequence.of("mrc_started"), *_changes_to(session, "fallback"), *triggers]
    open_since: datetime | None = None
    for start in sorted(starts, key=lambda event: event.at):
        if open_since is None or _over(session.stops, open_since, start.at):
            open_since = start.at
            yield start


def _triggers(session: Session) -> Iterator[Event]:
    """The declared triggers: of those in automatic driving that no other event explains better, the last before it."""
    declared = (session.declared.text("minimum_risk.trigger") or "").casefold()
    wanted = {kind for kind, words in TRIGGERS.items() if any(word in declared for word in words)}
    events = [event for event in session.sequence.of(*CAUSES) if session.sequence.mode(event.at) in ENGAGED]
    for event, following in zip_longest(events, events[1:]):
        change = session.sequence.turns.since(event.at)
        last = following is None or (change is not None and following.at > change.at)
        if event.type in wanted and last and (change is None or change.after in ("fallback", "stopped")):
            yield event


def _hands_on(session: Session) -> Iterator[Event]:
    """What persons did to the machine."""
    for event in session.sequence.events:
        by_hand = event.type in HANDS_ON or (event.type == "mode_changed" and event.record.text("to") == "manual")
        if by_hand and not event.by_itself:
            yield event

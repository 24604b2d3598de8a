"""Operator absent, hand on the wheel, monitoring link lost: the system lets go, or does what is declared, in time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pytest_szxc import requirement

from .event_duties import Duty, required, seconds, timed, undeclared, weighed
from .event_sequence import DRIVING, ENGAGED
from .event_sessions import found
from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from pytest_szxc import Observation, Sut

    from .event_sequence import Change, Event
    from .event_sessions import Session

PRESENCE, OVERRIDE, LINK = frozenset({"presence"}), frozenset({"override"}), frozenset({"link"})
GUIDED = ENGAGED | {"takeover_request"}
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


# --- operator presence ------------------------------------------------------------------------------------------------


@requirement("ADG-025")
def test_absence_disengages(sut: Sut) -> Iterator[Observation]:
    """Grade 1 and 2: automatic driving never goes on longer without an operator than is declared."""
    those = found(sut, PRESENCE, (1, 2))
    duties = (duty for session in those.sessions for duty in _absences(session))
    yield from weighed(those, duties, PRESENCE, "presence: operator_absent in assist, auto")


def _absences(session: Session) -> Iterator[Duty]:
    back = [event.at for event in session.sequence.of("operator_present")]
    stretches = list(session.sequence.held(GUIDED, session.until))
    gone: datetime | None = None
    for absent in session.sequence.of("operator_absent"):
        if gone is not None and not any(gone <= at <= absent.at for at in back):
            continue  # said again of somebody who has not come back
        gone = absent.at
        present = min((at for at in back if at >= absent.at), default=None)
        for since, end, left in stretches:
            start = max(absent.at, since or LONG_AGO)
            if start < end and (present is None or start < present):
                yield from _driven_alone(session, absent, start, end if left else None, present)


def _driven_alone(
    session: Session, absent: Event, start: datetime, left: datetime | None, present: datetime | None
) -> Iterator[Duty]:
    """A stretch of automatic driving with nobody there, until it was left or somebody came back."""
    limit = session.declared_s("presence_timeout_s")
    ended = min((at for at in (left, present) if at is not None), default=None)
    if limit is None:
        yield undeclared(session, absent, "presence_timeout_s")
    elif ended is not None and ended == present and ended != left and ended - start <= limit:
        return  # back in time: nothing was called for
    else:
        late = start - absent.at  # engaged while nobody was there
        yield timed(session, absent, limit + late, ended, "disengaged")


# --- manual override --------------------------------------------------------------------------------------------------


@requirement("ADG-026")
def test_override_disengages(sut: Sut) -> Iterator[Observation]:
    """A hand on the wheel ends automatic driving at once, and it does not come back by itself."""
    those = found(sut, OVERRIDE)
    duties = (duty for session in those.sessions for duty in _overrides(session))
    yield from weighed(those, duties, OVERRIDE, "override: manual_override in assist, auto")


def _overrides(session: Session) -> Iterator[Duty]:
    limit, moment = session.limit_of("override_exit"), session.limit_of("same_moment")
    for hand in session.sequence.of("manual_override"):
        if hand.by_itself or (session.sequence.mode(hand.at) not in DRIVING and not _just_left(session, hand, moment)):
            continue
        left = next(
            (one.at for one in session.sequence.changes if one.at >= hand.at and one.after not in DRIVING), None
        )
        if session.sequence.mode(hand.at) not in DRIVING:
            left = hand.at
        yield timed(session, hand, limit, left, "disengaged")
        if left is not None:
            yield from _resumed(session, hand, left)


def _just_left(session: Session, hand: Event, moment: timedelta) -> bool:
    """Whether automatic driving had been left shortly before, by a log that writes the change first."""
    return any(
        one.before in DRIVING and one.after not in DRIVING and hand.at - moment <= one.at < hand.at
        for one in session.sequence.changes
    )


def _resumed(session: Session, hand: Event, left: datetime) -> Iterator[Duty]:
    """Whether the system came back unbidden."""
    back = next((one for one in session.sequence.changes if one.after in DRIVING and one.at > left), None)
    watch = session.limit_of("override_watch")
    if back is None or back.at > left + watch:
        return
    bidden = [event for event in session.sequence.of("start_authorised") if hand.at < event.at <= back.at]
    holds = back.event.by_person or any(event.by_person for event in bidden)
    observed = f"{back.after} after {seconds(back.at - left)} s"
    expected = f"start_authorised before {back.after}"
    yield required(session, back.event, holds=holds, expected=expected, observed=observed)


# --- monitoring link --------------------------------------------------------------------------------------------------


@requirement("ADG-027")
def test_loss_of_link_has_its_reaction(sut: Sut) -> Iterator[Observation]:
    """Whoever is monitored from afar: when the link is lost, the machine does what is declared in the declared time."""
    those = found(sut, LINK)
    duties = (duty for session in those.sessions for duty in _losses(session))
    yield from weighed(those, duties, LINK, "link: link_lost in assist, auto")


def _losses(session: Session) -> Iterator[Duty]:
    reaction = (session.declared.text("link_loss.reaction") or "").strip()
    within = session.declared_s("link_loss.within_s")
    for lost in session.sequence.of("link_lost"):
        if session.sequence.mode(lost.at) not in GUIDED:
            continue
        restored = next((one for one in session.sequence.of("link_restored") if one.at >= lost.at), None)
        if not reaction or within is None:
            yield undeclared(session, lost, "link_loss")
            continue
        yield from _said(session, reaction, (lost, restored))
        yield from _done(session, lost, within, _modes(reaction), restored)


def _said(session: Session, reaction: str, events: tuple[Event | None, ...]) -> Iterator[Duty]:
    """What the log calls the reaction is what is declared, or comes to the same."""
    for event in events:
        told = event.record.text("reaction") if event is not None else None
        if event is not None and told:
            same = _modes(told) == _modes(reaction) if _modes(reaction) else _plain(told) == _plain(reaction)
            yield required(session, event, holds=same, expected=f"reaction {reaction}", observed=f"reaction {told}")


def _done(
    session: Session, lost: Event, within: timedelta, modes: frozenset[str], restored: Event | None
) -> Iterator[Duty]:
    """The reaction begins in time, and one that stops the machine has stopped it in the time of a manoeuvre."""
    begun = _begun(session, lost, modes)
    if begun is None and restored is not None and restored.at <= lost.at + within:
        return  # nothing was called for
    yield timed(session, lost, within, begun, "link_loss.reaction")
    if begun is not None and "fallback" in modes and begun <= lost.at + within:
        at_rest = [*session.stops(), *(one.at for one in _changes(session) if one.after not in DRIVING)]
        stopped = min((at for at in at_rest if at >= lost.at), default=None)
        yield timed(session, lost, (begun - lost.at) + session.limit("mrc_standstill"), stopped, "standstill")


def _begun(session: Session, lost: Event, modes: frozenset[str]) -> datetime | None:
    """When the reaction began; one that nobody knows is any that ends automatic driving as it was."""
    stops = ("mrc_started", "standstill") if "fallback" in modes else ()
    started = [event.at for event in session.sequence.of(*stops)]
    entered = [one.at for one in _changes(session) if (one.after in modes if modes else one.after not in ENGAGED)]
    return min((at for at in (*started, *entered) if at >= lost.at), default=None)


def _changes(session: Session) -> tuple[Change, ...]:
    return session.sequence.changes


def _modes(reaction: str) -> frozenset[str]:
    """The modes that a reaction leads to; none for one that the table does not know."""
    known = next((row["modes"] for row in rows("link_reactions") if row["code"] == _plain(reaction)), "")
    return frozenset(known.split())


def _plain(reaction: str) -> str:
    return reaction.strip().casefold().replace("-", "_").replace(" ", "_")

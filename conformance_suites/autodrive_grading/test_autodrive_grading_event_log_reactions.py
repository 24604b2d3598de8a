"""Operator absent, hand on the wheel, monitoring link lost: the system lets go, or does what is declared, in time."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING

from pytest_szxc import requirement

from .event_duties import Duty, required, seconds, timed, undeclared, weighed
from .event_sequence import DRIVING, ENGAGED
from .event_sessions import found
from .tables import rows
from .timeline import Timeline, instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from pytest_szxc import Observation, Sut

    from .event_sequence import Change, Event
    from .event_sessions import Session

PRESENCE, OVERRIDE, LINK = frozenset({"presence"}), frozenset({"override"}), frozenset({"link"})
GUIDED = ENGAGED | {"takeover_request"}
WORDS = ("code", "zh", "en")
"""What a reaction may be called by."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


# --- operator presence ------------------------------------------------------------------------------------------------


@requirement("ADG-025")
def test_absence_disengages(sut: Sut) -> Iterator[Observation]:
    """Grade 1 and 2: automatic driving never goes on longer without an operator than is declared."""
    those = found(sut, PRESENCE, (1, 2))
    duties = (duty for session in those.sessions for duty in _absences(session))
    yield from weighed(those, duties, PRESENCE, "presence: operator_absent in assist, auto")


def _absences(session: Session) -> Iterator[Duty]:
    back = session.sequence.of("operator_present")
    stretches = list(session.sequence.held(GUIDED, session.until))
    gone: datetime | None = None
    for absent in session.sequence.of("operator_absent"):
        if gone is not None and not back.within(gone, absent.at):
            continue  # said again of somebody who has not come back
        gone = absent.at
        present = instant(back.since(absent.at))
        for since, end, left in stretches[bisect_right(stretches, absent.at, key=itemgetter(1)) :]:
            start = max(absent.at, since or LONG_AGO)
            if present is not None and start >= present:
                break
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
    leaving, entries = (Timeline(_changes(session, driving=driving)) for driving in (False, True))
    bidden = Timeline(event for event in session.sequence.of("start_authorised") if event.by_person)
    for hand in session.sequence.of("manual_override"):
        driven = session.sequence.mode(hand.at) in DRIVING
        if hand.by_itself or not (driven or _just_left(leaving, hand, moment)):
            continue
        left = instant(leaving.since(hand.at)) if driven else hand.at
        yield timed(session, hand, limit, left, "disengaged")
        back = entries.after(left) if left is not None else None
        if left is not None and back is not None:
            yield from _resumed(session, (hand.at, left), back, bidden)


def _just_left(leaving: Timeline[Change], hand: Event, moment: timedelta) -> bool:
    """Whether automatic driving had been left shortly before, by a log that writes the change first."""
    last = leaving.before(hand.at)
    return last is not None and last.before in DRIVING and hand.at - moment <= last.at


def _resumed(
    session: Session, ended: tuple[datetime, datetime], back: Change, bidden: Timeline[Event]
) -> Iterator[Duty]:
    """Whether the system came back unbidden, after the hand on the wheel and the end of automatic driving."""
    hand, left = ended
    if back.at > left + session.limit_of("override_watch"):
        return
    start = bidden.after(hand)
    holds = back.event.by_person or (start is not None and start.at <= back.at)
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
    within, modes = session.declared_s("link_loss.within_s"), _modes(reaction)
    lines = _begins(session, modes), Timeline([*session.stops, *_changes(session, driving=False)])
    for lost in session.sequence.of("link_lost"):
        if session.sequence.mode(lost.at) not in GUIDED:
            continue
        restored = session.sequence.of("link_restored").since(lost.at)
        if not reaction or within is None:
            yield undeclared(session, lost, "link_loss")
            continue
        yield from _said(session, reaction, (lost, restored))
        begun, at_rest = (instant(line.since(lost.at)) for line in lines)
        back = begun is None and restored is not None and restored.at <= lost.at + within  # nothing was called for
        named = not modes and begun is None and _named(lost, restored)  # what nobody knows need not change the mode
        if not back and not named:
            yield timed(session, lost, within, begun, "link_loss.reaction")
        if begun is not None and "fallback" in modes and begun <= lost.at + within:
            limit = (begun - lost.at) + session.limit("mrc_standstill")
            yield timed(session, lost, limit, at_rest, "standstill")


def _said(session: Session, reaction: str, events: tuple[Event | None, ...]) -> Iterator[Duty]:
    """What the log calls the reaction is what is declared, or comes to the same."""
    for event in events:
        told = event.record.text("reaction") if event is not None else None
        if event is not None and told:
            same = _modes(told) == _modes(reaction) if _modes(reaction) else _plain(told) == _plain(reaction)
            yield required(session, event, holds=same, expected=f"reaction {reaction}", observed=f"reaction {told}")


def _named(*events: Event | None) -> bool:
    return any(event.record.has("reaction") for event in events if event is not None)


def _begins(session: Session, modes: frozenset[str]) -> Timeline[Change | Event]:
    """Where a reaction may begin; one that nobody knows is any that ends automatic driving as it was."""
    stops = ("mrc_started", "standstill") if "fallback" in modes else ()
    changes = session.sequence.changes
    entered = [one for one in changes if (one.after in modes if modes else one.after not in ENGAGED)]
    return Timeline([*session.sequence.of(*stops), *entered])


def _changes(session: Session, *, driving: bool) -> list[Change]:
    """The changes of mode into automatic driving, or out of it."""
    return [one for one in session.sequence.changes if (one.after in DRIVING) is driving]


def _modes(reaction: str) -> frozenset[str]:
    """The modes that a reaction leads to, told by code or in words; none for one that the table does not know."""
    plain = _plain(reaction)
    known = (row["modes"] for row in rows("link_reactions") if plain in {_plain(row[name]) for name in WORDS})
    return frozenset(next(known, "").split())


def _plain(reaction: str) -> str:
    return reaction.strip().casefold().replace("-", "_").replace(" ", "_")

"""What a session had to show after something happened, whether it did, and what comes of many of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pytest_szxc import Unjudgeable, expect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from pytest_szxc import Location, Observation

    from .event_sequence import Event
    from .event_sessions import Found, Session

State = Literal["met", "broken", "open", "undeclared"]


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that had to follow.

    Attributes:
        session: in which.
        at: the event that called for it.
        expected: what had to follow, short.
        observed: what did.
        state: ``open`` where the session ends too early to tell, ``undeclared`` where no limit is declared.
        limit: the time that it had.
    """

    session: Session
    at: Location
    expected: str
    observed: str
    state: State
    limit: timedelta | None = None


def timed(session: Session, event: Event, limit: timedelta, reached: datetime | None, what: str) -> Duty:
    """A duty with a deadline: ``what`` is reached in time, late, never, or nobody knows."""
    due, expected = event.at + limit, f"{what} <= {seconds(limit)} s after {event.type}"
    if reached is not None:
        observed = f"{seconds(reached - event.at)} s"
        late = reached > due and reached - event.step >= due  # in whole seconds, 3 s may be 2.1 s
        return Duty(session, event.where(), expected, observed, "broken" if late else "met", limit)
    observed = f"none until the end, {seconds(session.until - event.at)} s"
    return Duty(session, event.where(), expected, observed, "open" if session.until < due else "broken", limit)


def undeclared(session: Session, event: Event, member: str) -> Duty:
    """A duty for which the declaration gives no limit."""
    return Duty(session, event.where(), member, "-", "undeclared")


def required(session: Session, event: Event, *, holds: bool, expected: str, observed: str) -> Duty:
    """A duty without a deadline."""
    return Duty(session, event.where(), expected, observed, "met" if holds else "broken")


def seconds(span: timedelta) -> str:
    """Seconds as a person writes them."""
    return f"{span.total_seconds():.3f}".rstrip("0").rstrip(".")


def weighed(found: Found, duties: Iterable[Duty], kinds: frozenset[str], needed: str) -> Iterator[Observation]:
    """One observation for each duty that was met or broken.

    Raises:
        Unjudgeable: ``events.unfinished``, ``events.undeclared``: a session that is put forward as evidence of one of
            the ``kinds`` does not tell; ``events.not-provoked``: there is nothing at all, though there are sessions.
    """
    left: list[Duty] = []
    shown = False
    for duty in duties:
        if duty.state in ("met", "broken"):
            shown = True
            yield expect(duty.state == "met", duty.at, expected=duty.expected, observed=duty.observed)
        else:
            left.append(duty)
    _tell([duty for duty in left if not shown or not kinds.isdisjoint(duty.session.kinds)], needed)
    if not shown and found.listed:
        raise Unjudgeable("events.not-provoked", needed=needed)


def _tell(left: list[Duty], needed: str) -> None:
    for duty in left:
        exchange = duty.at.exchange
        if duty.state == "undeclared":
            feature = duty.session.record.text("feature_id") or "-"
            raise Unjudgeable("events.undeclared", exchange, feature=feature, member=duty.expected)
        deadline = seconds(duty.limit) if duty.limit else "-"
        raise Unjudgeable("events.unfinished", exchange, session=duty.session.name, deadline=deadline, needed=needed)

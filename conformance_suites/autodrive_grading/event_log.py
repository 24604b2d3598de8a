"""Event logs of the made-up machine: sequences of happenings, what may be wrong with them, and their records.

Times are seconds since the session's beginning. A sequence that goes on from another begins in that one's last mode.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

OPERATOR, SUPERVISOR = "operator-01", "supervisor-01"
LEAD_S, ANSWER_S, RESPONSE_S = 10.0, 4.2, 3.0
"""A request's lead time; when it was answered; from its end without an answer to the standstill."""
MINIMUM_RISK_S = 4.0
"""From the beginning of a minimum risk manoeuvre to the standstill."""
ABSENCE_S, OVERRIDE_S, LINK_S = 2.4, 0.2, 1.6
"""Reactions: operator absent → disengaged; hand on the wheel → disengaged; link lost → minimum risk manoeuvre begun."""
FAULT_CODE = "GNSS-LOST"
REACTION = "stop"
"""What the machine is declared to do when the monitoring link is lost."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: seconds since the session's beginning, type (``tables/event_types.csv``), other members."""

    at_s: float
    type: str
    members: Mapping[str, Any] = field(default_factory=dict)


Happenings = tuple[Happening, ...]


@cache
def transitions() -> frozenset[tuple[str, str]]:
    """The legal changes of mode, from ``tables/mode_transitions.csv``."""
    return frozenset((row["from"], row["to"]) for row in rows("mode_transitions"))


def changed_mode(at_s: float, before: str, after: str) -> Happening:
    """A change of mode, legal or not."""
    return Happening(at_s, "mode_changed", {"from": before, "to": after})


def started(at_s: float = 0.0, mode: str = "auto", actor: str = OPERATOR, *, standby_s: float = 3.2) -> Happenings:
    """Power on, standby, start authorised, and the mode entered a second after standby; ``mode`` engages the system."""
    return (
        Happening(at_s, "power_on"),
        changed_mode(at_s + standby_s, "manual", "standby"),
        *authorised(at_s + standby_s + 0.8, mode, actor),
    )


def authorised(at_s: float, mode: str = "auto", actor: str = OPERATOR) -> Happenings:
    """A start out of standby that somebody authorised."""
    return (Happening(at_s, "start_authorised", {"actor": actor}), changed_mode(at_s + 0.2, "standby", mode))


def requested(at_s: float, mode: str = "auto") -> Happenings:
    """A take-over request, to be seen and heard."""
    asked = Happening(at_s, "takeover_requested", {"visual": True, "audible": True})
    return (asked, changed_mode(at_s, mode, "takeover_request"))


def answered(at_s: float, mode: str = "auto") -> Happenings:
    """A take-over request that the operator answers."""
    response = Happening(at_s + ANSWER_S, "takeover_response", {"actor": OPERATOR})
    return (*requested(at_s, mode), response, changed_mode(at_s + ANSWER_S + 0.2, "takeover_request", "manual"))


def unanswered(at_s: float, mode: str = "auto") -> Happenings:
    """A take-over request without a response: minimum risk manoeuvre after the lead time, standstill."""
    end = at_s + LEAD_S
    return (*requested(at_s, mode), *stopping(end, "takeover_request", RESPONSE_S))


def stopping(at_s: float, mode: str = "auto", lasting_s: float = MINIMUM_RISK_S) -> Happenings:
    """The minimum risk condition reached by the machine alone."""
    end = at_s + lasting_s
    begun = (Happening(at_s, "mrc_started"), changed_mode(at_s, mode, "fallback"))
    return (*begun, Happening(end, "standstill"), changed_mode(end, "fallback", "stopped"))


def failed(at_s: float, mode: str = "auto", code: str = FAULT_CODE) -> Happenings:
    """A fault that ends automatic driving."""
    return (Happening(at_s, "fault", {"code": code}), changed_mode(at_s + 0.2, mode, "fault"))


def restarted(at_s: float, mode: str = "auto", before: str = "fault", actor: str = OPERATOR) -> Happenings:
    """Out of a fault (or ``stopped``) by acknowledgement, standby and another authorised start."""
    seen = (Happening(at_s, "fault_acknowledged", {"actor": actor}),) if before == "fault" else ()
    return (*seen, changed_mode(at_s + 1.0, before, "standby"), *authorised(at_s + 3.0, mode, actor))


def absent(at_s: float, mode: str = "assist") -> Happenings:
    """The operator leaves the seat, the system disengages, the operator comes back."""
    gone, back = Happening(at_s, "operator_absent"), Happening(at_s + 20.0, "operator_present")
    return (gone, changed_mode(at_s + ABSENCE_S, mode, "standby"), back)


def overridden(at_s: float, mode: str = "auto", reaction_s: float = OVERRIDE_S) -> Happenings:
    """A hand on the wheel: the system lets go."""
    hand = Happening(at_s, "manual_override", {"actor": OPERATOR})
    return (hand, changed_mode(at_s + reaction_s, mode, "manual"))


def cut_off(at_s: float, mode: str = "auto", reaction: str = REACTION) -> Happenings:
    """The monitoring link is lost, the machine stops, the link comes back a minute later."""
    lost = Happening(at_s, "link_lost", {"reaction": reaction})
    back = Happening(at_s + 60.0, "link_restored", {"reaction": reaction})
    return (lost, *stopping(at_s + LINK_S, mode), back)


def without(sequence: Sequence[Happening], kind: str) -> Happenings:
    """Without the events of a type."""
    return tuple(one for one in sequence if one.type != kind)


def delayed(sequence: Sequence[Happening], kind: str, by_s: float, **members: Any) -> Happenings:  # noqa: ANN401 -- members of events
    """With the events of a type (and with such members, if told) later, in order of time again."""
    moved = [replace(one, at_s=one.at_s + by_s) if _is(one, kind, members) else one for one in sequence]
    return tuple(sorted(moved, key=lambda one: one.at_s))


def altered(sequence: Sequence[Happening], kind: str, **members: Any) -> Happenings:  # noqa: ANN401 -- members of events
    """With other members in the events of a type; ``None`` takes a member away."""
    return tuple(_altered(one, members) if one.type == kind else one for one in sequence)


def joined(sequence: Sequence[Happening], more: Sequence[Happening]) -> Happenings:
    """Both in order of time; what happens at the same time stays as it stands."""
    return tuple(sorted((*sequence, *more), key=lambda one: one.at_s))


def _is(happening: Happening, kind: str, members: Mapping[str, Any]) -> bool:
    return happening.type == kind and all(happening.members.get(name) == told for name, told in members.items())


def _altered(happening: Happening, members: Mapping[str, Any]) -> Happening:
    told = {**happening.members, **members}
    return replace(happening, members={name: value for name, value in told.items() if value is not None})


def modes(sequence: Sequence[Happening]) -> list[tuple[str, str]]:
    """The changes of mode in order, each from and to."""
    return [(one.members["from"], one.members["to"]) for one in sequence if one.type == "mode_changed"]


def records(sequence: Sequence[Happening], session_id: str, start: datetime) -> list[dict[str, Any]]:
    """The events as they are listed; ``start`` is aware, and texts have its offset and milliseconds."""
    return [
        {
            "event_id": f"{session_id}-e{number:02d}",
            "session_id": session_id,
            "t": (start + timedelta(seconds=one.at_s)).isoformat(timespec="milliseconds"),
            "type": one.type,
            **one.members,
        }
        for number, one in enumerate(sequence, 1)
    ]

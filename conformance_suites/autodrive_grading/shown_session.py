"""One more session on the reference platform, made of a sequence of events: what mutants and variants show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .event_log import OPERATOR, Happening
from .held_session import Session
from .reference import part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_szxc.reference import Platform

SHOWN = "s61-shown"
"""Its id."""


def event_log(platform: Platform) -> Any:  # noqa: ANN401 -- an EventLog whose members are replaced
    """Sessions and events of the platform."""
    return part(platform, "event_log")


def show(
    platform: Platform,
    feature: str,
    kind: str,
    happenings: Iterable[Happening],
    ends_s: float | None = None,
) -> None:
    """List one more session of a feature; it ends with its last event, or so many seconds after its beginning."""
    told = Session(SHOWN, feature, ("start", kind), (11, 20), happenings=tuple(happenings), power_on_s=0.0)
    event_log(platform).show(told, ends_s)


def shows(
    feature: str, kind: str, happenings: Iterable[Happening], ends_s: float | None = None
) -> Callable[[Platform], None]:
    """A change of the platform that shows one more session (see ``show``)."""
    told = tuple(happenings)
    return lambda platform: show(platform, feature, kind, told, ends_s)


def happened(at_s: float, kind: str, **members: Any) -> Happening:  # noqa: ANN401 -- members of events
    """One event."""
    return Happening(at_s, kind, members)


def by_operator(at_s: float, kind: str) -> Happening:
    """One event that the operator brought about."""
    return happened(at_s, kind, actor=OPERATOR)

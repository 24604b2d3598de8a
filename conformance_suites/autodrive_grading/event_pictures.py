"""A session drawn over time: its modes as spans, requests, faults, stops and the like as marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import Text, exhibits

from .event_sequence import CHANGE
from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pytest_szxc import Exhibit

    from .event_sessions import Session

SHOWN = 3
"""Sessions that are drawn."""


def pictures(sessions: Sequence[tuple[Session, bool]]) -> Iterator[Exhibit]:
    """Sessions that have events: first those whose modes were found wrong, then those in which most things happened."""
    drawn = [(not wrong, -len({event.type for event in session.sequence.events})) for session, wrong in sessions]
    for index in sorted(range(len(sessions)), key=drawn.__getitem__)[:SHOWN]:
        if drawn[index][1]:
            yield picture(sessions[index][0])


def picture(session: Session) -> Exhibit:
    """One session from its first event to its end, in seconds."""
    first = session.sequence.events[0].at
    title = Text(f"场次 {session.name} 的模式与事件", f"modes and events of session {session.name}")
    spans = [
        (_seconds(first, since or first), _seconds(first, end), _named("modes", mode))
        for since, end, mode in session.sequence.spans(session.until)
    ]
    marks = [
        (_seconds(first, event.at), _named("event_types", event.type))
        for event in session.sequence.events
        if event.type != CHANGE
    ]
    return exhibits.timeline(title, spans, marks, length_s=_seconds(first, session.until))


def _seconds(first: datetime, at: datetime) -> float:
    return (at - first).total_seconds()


def _named(table: str, code: str) -> str:
    """What a code means, in both languages."""
    row = next((row for row in rows(table) if row["code"] == code), None)
    return f"{row['zh']} {row['en']}" if row else code

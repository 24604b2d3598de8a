"""The reference's test sessions and their event logs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference_sessions import field_day, of_all_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_szxc.reference import Answer, Call

    from .held_session import Session
    from .reference import Works

Row = dict[str, Any]
TOPIC = "event_log"
PATH = "/szxc/v1/mach/sessions"


def mount(works: Works) -> None:
    """Serve the operations; the sessions were held some days before the platform's present."""
    part = works.parts[TOPIC] = EventLog(works)
    works.platform.serve("GET", PATH, "list_sessions", part.list_sessions)
    works.platform.serve("GET", f"{PATH}/{{session}}/events", "session_events", part.session_events)


class EventLog:
    """Sessions and events; a mutant or variant changes either.

    Attributes:
        platform: that serves them.
        day: on which the sessions were held.
        sessions: the records of all sessions.
        events: the events of each session that has any, by its id.
    """

    def __init__(self, works: Works) -> None:
        self.platform = works.platform
        self.day = field_day(works.platform.now)
        told = of_all_features()
        self.sessions: list[Row] = [one.record(self.day) for one in told]
        self.events: dict[str, list[Row]] = {one.session_id: one.events(self.day) for one in told if one.happenings}

    def show(self, told: Session, ends_s: float | None = None) -> None:
        """One more session, or another of its id; it ends so many seconds after it began, or with its last event."""
        record = told.record(self.day)
        if ends_s is not None:
            record["ended_at"] = (told.start(self.day) + timedelta(seconds=ends_s)).isoformat(timespec="milliseconds")
        self.sessions = [record, *(row for row in self.sessions if row["session_id"] != told.session_id)]
        self.events[told.session_id] = told.events(self.day)

    def list_sessions(self, call: Call) -> Answer:
        """All sessions."""
        return self._page(call, self.sessions)

    def session_events(self, call: Call) -> Answer:
        """The events of one session (40401 where there is no such session)."""
        name = call.params["session"]
        if all(row["session_id"] != name for row in self.sessions):
            raise demo.no_resource()
        return self._page(call, self.events.get(name, []))

    def _page(self, call: Call, rows: Sequence[Row]) -> Answer:
        window = self.platform.pager.window(call.args)
        shown = list(rows[window.offset : window.offset + window.limit])
        return self.platform.pager.answer(call, window, shown, len(rows))

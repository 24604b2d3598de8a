"""The reference keeps events for as long as its declarations promise, and finds them by time and feature."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call

    from .reference import Works

Row = dict[str, Any]
TOPIC = "life_cycle"
RETENTION_DAYS = 400
"""As declared of each feature."""
FILTERS = frozenset({"from", "to", "feature", "page", "pageSize", "offset", "limit", "cursor", "start"})


def mount(works: Works) -> None:
    """Serve the operation."""
    part = works.parts[TOPIC] = Retention(works)
    works.platform.serve("GET", "/szxc/v1/mach/events", "list_events", part.list_events)


class Retention:
    """The events that are kept, those of all test sessions; a mutant or variant replaces parts of it.

    Attributes:
        days: how long they are.
        keeps: whether an event is kept: its feature's id, itself, how long ago it was.
        shown: an event as it is shown.
    """

    def __init__(self, works: Works) -> None:
        self.works = works
        self.days = RETENTION_DAYS
        self.keeps: Callable[[str, Row, timedelta], bool] = lambda _feature, _event, _age: True
        self.shown: Callable[[Row], Row] = lambda event: event

    def list_events(self, call: Call) -> Answer:
        """Events of a feature and a time (`from` included, `to` not), the oldest first."""
        for name in call.args:
            if name not in FILTERS:
                raise demo.bad_parameter(name)
        since, until = _bound(call, "from"), _bound(call, "to")
        feature = call.args.get("feature")
        rows = [
            self.shown(event)
            for at, name, event in self.kept()
            if feature in (None, name) and (since is None or since <= at) and (until is None or at < until)
        ]
        pager = self.works.platform.pager
        window = pager.window(call.args)
        answer: Answer = pager.answer(call, window, rows[window.offset : window.offset + window.limit], len(rows))
        return answer

    def kept(self) -> list[tuple[datetime, str, Row]]:
        """All that is still kept: instant, feature, event; the oldest first."""
        now = self.works.platform.clock()
        log = self.works.parts["event_log"]
        found = []
        for session in log.sessions:
            for event in log.events.get(session["session_id"], []):
                at = _instant(event.get("t"))
                feature = session.get("feature_id", "")
                if at and now - at <= timedelta(days=self.days) and self.keeps(feature, event, now - at):
                    found.append((at, feature, event))
        return sorted(found, key=lambda one: one[0])


def _bound(call: Call, name: str) -> datetime | None:
    text = call.args.get(name)
    if text is None:
        return None
    at = _instant(text)
    if at is None:
        raise demo.bad_parameter(name)
    return at


def _instant(text: Any) -> datetime | None:  # noqa: ANN401 -- whatever was recorded or asked
    """The instant of an RFC 3339 time; ``None`` for anything else."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo and "T" in text else None
    except (TypeError, ValueError, OverflowError):
        return None

"""The present, as a check needs it that names times to the platform: a run may have begun long before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_szxc import Reply, Sut

NOTHING = timedelta()
SAME = timedelta(seconds=2)
"""Difference of two clocks that is none: a Date header has whole seconds."""


class Stopwatch:
    """Asks and waits, and knows from both how late it is by the platform's clock.

    Args:
        sut: the platform.
    """

    def __init__(self, sut: Sut) -> None:
        self._sut = sut
        self._at = sut.now
        self._ahead = NOTHING

    @property
    def now(self) -> datetime:
        """The present: when the last request was sent, and what was waited since, by the platform's own clock."""
        return self._at + self._ahead

    def ask(self, operation: str, **how: Any) -> Reply:  # noqa: ANN401 -- what ``Sut.ask`` takes
        """See ``Sut.ask``."""
        reply = self._sut.ask(operation, **how)
        self._at = reply.sent
        self._ahead = ahead(reply)
        return reply

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        if seconds > 0:
            self._sut.wait(seconds)
            self._at += timedelta(seconds=seconds)


def ahead(reply: Reply) -> timedelta:
    """By how much the platform's clock is ahead of ours, as far as its answer tells."""
    told = _date(reply.response.header("date"))
    if told is None or abs(told - reply.sent) <= SAME:
        return NOTHING
    return told - reply.sent


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

"""What the audit log has of an object: read until it is enough, and judged event by event."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pytest_szxc import credentials, expect, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from pytest_szxc import Observation, Record, Reply, Sut

EVENT = "urn:szxc:agri_system_interfaces:audit-event"
PAUSES = (1.0, 2.0, 3.0)
"""Seconds between two looks at the log, which may be written a little later."""
SKEW = timedelta(seconds=60)
FURTHEST = 900.0
"""Seconds that its clock may be off, by its own answers, without the log being blamed; no zone is so near."""
NOBODY = frozenset({"-", "unknown", "anonymous", "nobody", "null", "none", "n/a", "未知", "匿名"})
FAILED = frozenset({"failed", "failure", "fail", "error", "denied", "rejected", "失败", "拒绝", "错误"})


def trail(sut: Sut, name: str, enough: Callable[[Sequence[Record]], bool]) -> list[Record]:
    """The events of an object as soon as they are enough, or when the time is over.

    Raises:
        SzxcError: the log cannot be read.
    """
    seen = _events(sut, name)
    for pause in PAUSES:
        if enough(seen):
            break
        sut.wait(pause)
        seen = _events(sut, name)
    return seen


def _events(sut: Sut, name: str) -> list[Record]:
    """What the log shows under an object's name; an answer that minds no filter shows others too."""
    return [event for event in sut.records("operation_log", object=name) if _is_about(event, name)]


def _is_about(event: Record, name: str) -> bool:
    """Whether an event names an object, as a whole or in a path (``/devices/…``)."""
    return name in (event.text("object") or "")


def told(events: Sequence[Record], replies: Sequence[Reply]) -> Iterator[Observation]:
    """Whether each event says who, when, what, with which result; the requests that it tells of were all taken."""
    ahead = timedelta(seconds=max(-FURTHEST, min(FURTHEST, credentials.ahead(replies[-1]))))
    first = min(reply.sent for reply in replies) - SKEW + min(ahead, timedelta(0))
    last = max(reply.sent + timedelta(seconds=reply.elapsed) for reply in replies) + SKEW + max(ahead, timedelta(0))
    for event in events:
        yield from schema.conforms(event, EVENT)
        yield from _said(event, "by", NOBODY, "who did it")
        yield from _said(event, "result", FAILED, "success")
        yield from _dated(event, first, last)


def _said(event: Record, name: str, wrong: frozenset[str], wanted: str) -> Iterator[Observation]:
    text = event.text(name)
    if text is not None:
        yield expect(text.strip().lower() not in wrong, event.at(name), expected=wanted, observed=text)


def _dated(event: Record, first: datetime, last: datetime) -> Iterator[Observation]:
    at = event.time("at")
    if at is not None:
        wanted = f"{first.isoformat()} to {last.isoformat()}"
        yield expect(first <= at <= last, event.at("at"), expected=wanted, observed=event.text("at"))

"""The heartbeat: its form, its speed, its time, and what it says of backlog and watermark."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect, requirement, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

HEARTBEAT = "urn:szxc:platform_interconnection:heartbeat"
POLLS = 3
PAUSE = 1
SLOWEST = 2.0
STALE = 600
"""Seconds by which the time may differ: a frozen clock is meant, the clock's skew is judged elsewhere."""


def _poll(sut: Sut, name: str) -> Reply:
    """One of several polls, told apart by a request id of its own, or the first answer would be that to all."""
    header: dict[str, Any] = {":X-Request-Id": f"{sut.prefix}heartbeat-{name}"}
    return sut.ask("heartbeat", **header)


@requirement("IC-044")
def test_heartbeat(sut: Sut) -> Iterator[Observation]:
    """The heartbeat is well-formed, tells the present time, and two of three answers come within two seconds."""
    replies = [_poll(sut, f"form-{number}") for number in range(POLLS)]
    for reply in replies:
        yield from schema.conforms(reply.record, HEARTBEAT)
        time = reply.record.time("time")
        if time is not None:
            late = abs((time - reply.sent).total_seconds())
            wanted = f"{reply.sent.isoformat()} ± {STALE} s"
            yield expect(late <= STALE, reply.record.at("time"), expected=wanted, observed=time.isoformat())
    usual = sorted(replies, key=lambda reply: reply.elapsed)[POLLS // 2]
    yield expect(usual.elapsed <= SLOWEST, usual.at(), expected=f"<= {SLOWEST} s", observed=f"{usual.elapsed:.2f} s")


@requirement("IC-045")
def test_backlog_and_watermark(sut: Sut) -> Iterator[Observation]:
    """Backlog is a count, the watermark is given, and over three polls it does not go back."""
    replies = []
    for number in range(POLLS):
        if number:
            sut.wait(PAUSE)
        replies.append(_poll(sut, f"mark-{number}"))
    for reply in replies:
        backlog, mark = reply.record.number("backlog"), reply.record.get("lastWatermark")
        counted = backlog is not None and backlog >= 0 and backlog == int(backlog)
        yield expect(counted, reply.record.at("backlog"), expected=">= 0", observed=reply.record.get("backlog"))
        told = reply.record.has("lastWatermark") and not isinstance(mark, bool | list | dict)
        yield expect(told, reply.record.at("lastWatermark"), expected="a watermark", observed=mark)
    for before, after in pairwise(replies):
        yield from _forward(before.record, after.record)


def _forward(before: Record, after: Record) -> Iterator[Observation]:
    """Watermarks of one kind are compared: numbers, times, or texts of digits; others have an order of their own."""
    old, new = (_rank(record) for record in (before, after))
    if old is not None and new is not None and type(old) is type(new):
        shown = after.get("lastWatermark")
        wanted = f">= {before.get('lastWatermark')}"
        yield expect(new >= old, after.at("lastWatermark"), expected=wanted, observed=shown)


def _rank(record: Record) -> float | None:
    number, time, text = record.number("lastWatermark"), record.time("lastWatermark"), record.text("lastWatermark")
    if number is not None:
        return float(number)
    if time is not None:
        return time.timestamp()
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004 -- exact

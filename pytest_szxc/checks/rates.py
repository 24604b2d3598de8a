"""Rates: who asks too often is told so, and when to come back."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from pytest_szxc.checks.rules import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.checks.rules import Observation
    from pytest_szxc.target.sut import Reply, Sut

TOO_MANY = 429
BUSY = (TOO_MANY, 403, 503)
"""Statuses with which a platform may say that it had enough; only the first is right."""
BEYOND = 5
MINUTE = 60.0
LONGEST_WAIT = 90.0


def most_let_through(rate: int) -> int:
    """How many requests of a minute are more than any way of counting lets through.

    Who counts minutes of the clock, or fills a bucket again all the time, lets through up to twice the rate.
    """
    return 2 * rate + BEYOND


def burst(count: int, ask: Callable[[int], Reply]) -> list[Reply]:
    """The answers up to the one at which the platform had enough; none where it had enough at once.

    Args:
        count: how many requests are made at most.
        ask: makes one of them; it accepts ``BUSY``.
    """
    found: list[Reply] = []
    for number in range(count):
        found.append(ask(number))
        if found[-1].response.status in BUSY:
            break
    return found if len(found) > 1 else []  # spent before we began: that shows nothing of the limit


def limited(replies: list[Reply]) -> Iterator[Observation]:
    """Whether a burst ended with 429; nothing where it was so slow that no limit of a minute was reached."""
    first, last = replies[0], replies[-1]
    status = last.response.status
    if status in BUSY or (last.sent - first.sent).total_seconds() < MINUTE:
        yield expect(status == TOO_MANY, last.at("metered"), expected="429", observed=status)


def may_come_back(sut: Sut, refused: Reply, ask: Callable[[], Reply]) -> Iterator[Observation]:
    """Whether an answer with 429 says when to come back, and lets in who does.

    Args:
        sut: the platform.
        refused: the answer.
        ask: asks again; it accepts ``BUSY``.

    Raises:
        SzxcError: the run has no time left, or no usable answer came.
    """
    text = refused.response.header("retry-after")
    pause = pause_of(text, refused)
    yield expect(pause is not None, refused.at("header Retry-After"), expected="seconds or a date", observed=text)
    if pause is not None and pause <= LONGEST_WAIT:
        sut.wait(pause + 1.0)
        again = ask()
        seen = again.response.status
        yield expect(seen not in BUSY, again.at("after Retry-After"), expected="2xx", observed=seen)


def pause_of(text: str | None, reply: Reply) -> float | None:
    """The seconds that a ``Retry-After`` of an answer asks for; ``None`` if it asks for nothing."""
    if text and text.strip().isascii() and text.strip().isdigit():
        return float(text) if float(text) > 0 else None
    try:
        until = parsedate_to_datetime(text) if text else None
        said = reply.response.header("date")
        now = parsedate_to_datetime(said) if said else reply.sent
    except (ValueError, OverflowError):
        return None
    return max(0.0, (until - _aware(now)).total_seconds()) if until and until.tzinfo else None


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)

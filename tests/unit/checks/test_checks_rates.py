"""Rates: bursts up to a refusal, and what ``Retry-After`` asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import Finding, Location, Record, Reply, rates
from pytest_szxc.model import Response

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def reply(status: int = 200, *headers: tuple[str, str], after: float = 0.0) -> Reply:
    response = Response(status, (("date", "Mon, 01 Jun 2026 04:00:00 GMT"), *headers), b"")
    return Reply("x1", response, Record({}, Location("x1"), NOW), sent=NOW + timedelta(seconds=after))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("Mon, 01 Jun 2026 04:01:00 GMT", 60.0),
        ("Mon, 01 Jun 2026 03:00:00 GMT", 0.0),
        ("0", None),
        ("-1", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("٣", None),
    ],
)
def test_what_retry_after_asks_for(text: str | None, seconds: float | None) -> None:
    assert rates.pause_of(text, reply()) == seconds


@given(st.integers(2, 40), st.integers(1, 60))
def test_a_burst_ends_with_the_first_refusal(count: int, room: int) -> None:
    found = rates.burst(count, lambda number: reply(200 if number < room else 429))
    assert [one.response.status for one in found] == [200] * min(count, room) + [429] * (count > room)


def test_who_is_refused_at_once_shows_no_limit() -> None:
    assert rates.burst(9, lambda _: reply(429)) == []


@pytest.mark.parametrize(("status", "holds"), [(429, True), (403, False), (503, False), (200, False)])
def test_a_burst_must_end_with_429(status: int, holds: bool) -> None:
    (found,) = rates.limited([reply(), reply(status)])
    assert (not isinstance(found, Finding)) is holds


def test_a_slow_burst_reaches_no_limit() -> None:
    assert list(rates.limited([reply(), reply(200, after=61)])) == []


class Patient:
    """Lets time pass, and remembers how much."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)


@pytest.mark.parametrize(
    ("text", "waited", "held"), [("7", [8.0], [True, True]), (None, [], [False]), ("3600", [], [True])]
)
def test_who_comes_back_when_told_to_is_let_in(text: str | None, waited: list[float], held: list[bool]) -> None:
    sut = Patient()
    refused = reply(429, *([("retry-after", text)] if text else []))
    found = list(rates.may_come_back(sut, refused, reply))  # type: ignore[arg-type] # it only waits
    assert sut.waited == waited
    assert [not isinstance(one, Finding) for one in found] == held

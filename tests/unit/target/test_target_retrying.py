from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.model import Attempt, Exchange, Request, Response
from pytest_szxc.target.retrying import LONGEST, TRIES, attempt_of, passing_fault, pause_before, retry_after

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def answered(status: int, *headers: tuple[str, str]) -> Exchange:
    return Exchange("x1", "list", Request("GET", "http://x/"), Response(status, headers), started="t", elapsed=0.5)


def faulty(code: str) -> Exchange:
    return Exchange("x1", "list", Request("GET", "http://x/"), fault=code)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_passing_refusals_are_tried_again_with_growing_pauses(status: int) -> None:
    assert [pause_before(answered(status), tries, NOW) for tries in (1, 2, 3)] == [0.2, 0.4, None]


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 409, 418, 501, 505])
def test_what_is_meant_is_not_asked_again(status: int) -> None:
    assert passing_fault(answered(status)) is None
    assert pause_before(answered(status), 1, NOW) is None


@pytest.mark.parametrize(
    ("code", "again"),
    [
        ("transport.closed", True),
        ("transport.reset", True),
        ("transport.cut-short", True),
        ("transport.timeout", False),  # all tries share the time of a request, and it is used up
        ("transport.refused", False),
        ("transport.body-too-large", False),
        ("budget.requests", False),
        ("encoding.truncated", False),
    ],
)
def test_faults_that_may_be_gone_the_next_time(code: str, again: bool) -> None:
    assert (pause_before(faulty(code), 1, NOW) is not None) is again


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("99999999", 99999999.0),
        (format_datetime(NOW + timedelta(seconds=20), usegmt=True), 20.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - NOW).total_seconds()),
        ("-5", None),
        ("nan", None),
        ("1e3", None),
        ("7.5", None),
        ("１２", None),
        ("", None),
        ("Mon, 99 Foo 2026", None),
        ("9" * 400, None),
    ],
)
def test_forms_of_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(Response(429, (("retry-after", value),)), NOW) == seconds


def test_a_date_is_read_by_the_servers_own_clock() -> None:
    wrong = NOW + timedelta(days=365)
    headers = (
        ("retry-after", format_datetime(wrong + timedelta(seconds=3), usegmt=True)),
        ("date", format_datetime(wrong)),
    )
    assert retry_after(Response(503, headers), NOW) == 3


def test_who_wants_us_away_for_long_is_not_asked_again() -> None:
    assert pause_before(answered(429, ("retry-after", "60")), 1, NOW) == LONGEST
    assert pause_before(answered(429, ("retry-after", "61")), 1, NOW) is None


@given(st.text(max_size=40), st.sampled_from([429, 503]), st.integers(1, 5))
def test_no_header_makes_us_wait_longer_than_we_say(value: str, status: int, tries: int) -> None:
    pause = pause_before(answered(status, ("retry-after", value)), tries, NOW)
    assert pause is None or (tries < TRIES and 0 <= pause <= LONGEST)


def test_a_try_is_remembered() -> None:
    assert attempt_of(answered(503)) == Attempt("http.server-error", 503, "t", 0.5)
    assert attempt_of(faulty("transport.reset")) == Attempt("transport.reset", None)

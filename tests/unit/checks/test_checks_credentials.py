"""Credentials: what an answer says of one, how far clocks differ, what raises, and the published vector."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import AccountFacts, Location, Record, Reply, SzxcError, credentials
from pytest_szxc.model import Response

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def reply(
    status: int = 200,
    *,
    code: str | None = "0",
    denied: bool = False,
    headers: tuple[tuple[str, str], ...] = (),
    timestamp: object = None,
) -> Reply:
    record = Record({}, Location("x1"), NOW)
    envelope = {"timestamp": timestamp}
    return Reply("x1", Response(status, headers, b""), record, code, denied, envelope=envelope, sent=NOW)  # type: ignore[arg-type] # any JSON


GOOD = reply()


@pytest.mark.parametrize(
    ("answer", "passes", "refuses"),
    [
        (reply(), True, False),
        (reply(201), True, False),
        (reply(401, code="40102"), False, True),
        (reply(401, code=None), False, True),
        (reply(403, code="40301"), False, False),
        (reply(400), False, False),
        (reply(500), False, False),
        (reply(200, code="40102"), False, True),  # whether 200 may say so is for the requirement on statuses
        (reply(200, code="0", denied=True), False, True),
    ],
)
def test_what_an_answer_says_of_a_credential(answer: Reply, *, passes: bool, refuses: bool) -> None:
    assert credentials.passes(answer, GOOD) is passes
    assert credentials.refuses(answer, GOOD) is refuses


@pytest.mark.parametrize(
    ("published", "code", "found"),
    [
        ({"40102": 401}, "40102", [True, True]),
        ({"40102": 401}, "40101", [True, False]),
        ({"40102": 401}, None, [True]),
        ({}, "other", [True]),
        ({"40102": 403}, "other", [True]),
    ],
)
def test_the_code_counts_where_it_is_published(published: dict[str, int], code: str | None, found: list[bool]) -> None:
    seen = list(credentials.must_refuse(reply(401, code=code), GOOD, "what", published, "40102"))
    assert [type(one).__name__ == "Held" for one in seen] == found


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(timestamp=at(90).isoformat()), 90),
        (reply(timestamp=int(at(-90).timestamp() * 1000)), -90),
        (reply(headers=(("date", "Mon, 01 Jun 2026 04:02:00 GMT"),)), 120),
        (reply(timestamp="yesterday"), 0),
        (reply(timestamp="2026-06-01T04:02:00"), 0),
        (reply(timestamp=True), 0),
        (reply(timestamp=10**30), 0),
        (reply(timestamp=9 * 10**14), 0),
        (reply(headers=(("date", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"),)), 0),
        (reply(headers=(("date", "no date"),)), 0),
        (reply(headers=(("date", "Mon, 99 Jun 2026 04:02:00 GMT"),)), 0),
    ],
)
def test_how_far_the_platforms_clock_is_ahead(answer: Reply, seconds: float) -> None:
    assert credentials.ahead(answer) == seconds


@pytest.mark.parametrize(
    ("seconds", "window", "agree"),
    [(60, None, True), (61, None, False), (-60, 600.0, True), (61, 600.0, False), (30, 40.0, False), (-10, 40.0, True)],
)
def test_clocks_must_agree_better_where_the_window_is_narrow(
    seconds: int, window: float | None, *, agree: bool
) -> None:
    assert credentials.clocks_agree(reply(timestamp=at(seconds).isoformat()), window) is agree


class Windowed:
    """A platform that lets everybody in, and keeps what was forged."""

    def __init__(self) -> None:
        self.accounts = (AccountFacts("signer", "sd-open", window=600.0, parts=("client", "time")),)
        self.forged: list[str] = []

    def ask(self, *_: object, forged: str = "", **__: object) -> Reply:
        self.forged.append(forged)
        return reply()


@pytest.mark.parametrize(
    ("declared", "asked"),
    [
        ({}, ["", "stale", "future", "early", "late"]),
        ({"sd-open": 599.5}, ["", "stale:600", "future:600", "early:600", "late:600"]),
        ({"sd-open": 1e30}, []),
    ],
)
def test_times_are_forged_for_the_declared_window(declared: dict[str, float], asked: list[str]) -> None:
    platform = Windowed()
    door = credentials.Door(platform, "list_devices")  # type: ignore[arg-type] # stands for the platform
    assert len(list(credentials.outside_window(door, declared))) == max(0, len(asked) - 1)
    assert platform.forged == asked


def test_times_are_in_utc() -> None:
    assert credentials.ahead(reply(timestamp="2026-06-01T12:00:00+08:00")) == 0


class Refusing:
    """A platform all of whose requests end in one error."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.accounts = (AccountFacts("primary", "bearer"),)

    def ask(self, *_: object, **__: object) -> Reply:
        raise SzxcError(self.code)


def door(code: str) -> credentials.Door:
    return credentials.Door(Refusing(code), "list_devices")  # type: ignore[arg-type] # stands for the platform


def test_a_door_raises_what_it_cannot_judge() -> None:
    broken = door("transport.timeout")
    with pytest.raises(SzxcError):
        broken.accepted("primary")
    with pytest.raises(SzxcError):
        broken.forged(AccountFacts("primary", "bearer"), "wrong")


@pytest.mark.parametrize("code", ["http.refused", "envelope.refused", "auth.token-refused"])
def test_who_is_not_let_in_shows_nothing(code: str) -> None:
    assert door(code).accepted("primary") is None
    assert list(credentials.wrong_signatures(door(code), [AccountFacts("primary", "bearer")])) == []


def test_a_scheme_without_such_a_thing_shows_nothing() -> None:
    assert door("forging.unsupported").forged(AccountFacts("primary", "bearer"), "wrong") is None


def test_the_published_vector() -> None:
    made = credentials.signature("sd-open", ALPHABET, client="szxc-test", time="1795392000000", nonce="42")
    assert made == "7mRBvdkGbPxycogS7RjszlpC0tBWZbT8u4Dd5CN5LMk="


@given(st.text(ALPHABET, min_size=1), st.text(ALPHABET, min_size=1))
def test_another_nonce_makes_another_signature(one: str, other: str) -> None:
    made = [credentials.signature("sd-open", "k", client="c", time="1", nonce=nonce) for nonce in (one, other)]
    assert (made[0] == made[1]) == (one == other)

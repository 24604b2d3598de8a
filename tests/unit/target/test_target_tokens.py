from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from pytest_szxc.errors import TransportFault
from pytest_szxc.model import Request, Response
from pytest_szxc.target.auth import Credentials, account_headers, placeholder
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.signing import profiles
from pytest_szxc.target.statement import Account, Secret
from pytest_szxc.target.tokens import Tokens, client_basic, path_below

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
SECRET = "client-secret-of-the-test"  # noqa: S105 -- of nobody
TOKEN = "issued-token-1"  # noqa: S105 -- of nobody


class Platform:
    """Issues tokens as it is told to, and remembers what it was asked."""

    def __init__(self, issue: Callable[[int], Response] | None = None) -> None:
        self.issue = issue or (lambda count: answer(access_token=f"issued-token-{count}", expires_in=100))
        self.asked: list[Request] = []
        self.tokens = 0

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        if "/oauth/token" in request.url:
            self.tokens += 1
            return self.issue(self.tokens)
        return Response(200, (), dict(request.headers).get("authorization", "").encode())


def answer(status: int = 200, **members: object) -> Response:
    return Response(status, (), json.dumps(members).encode())


def bench(
    platform: Platform, base_url: str = "https://x.invalid/ctx", **members: object
) -> tuple[Callable[[], Response], VirtualClock]:
    clock = VirtualClock(NOW)
    told = {"scheme": "oauth2", "client": "app:1", "token_path": "/oauth/token", **members}
    account = Account("primary", secret=Secret(env="K"), **told)  # type: ignore[arg-type]
    credentials = Credentials({"primary": account}, environ={"K": SECRET}, clock=clock, base_url=base_url)
    request = Request("GET", "https://x.invalid/ctx/data", account_headers(account))
    return lambda: credentials.guard(request, platform), clock


def test_a_token_is_asked_for_as_the_rfc_says() -> None:
    platform = Platform()
    ask, _ = bench(platform)
    assert ask().body == f"Bearer {placeholder('primary')}".encode()
    asked, sent = platform.asked
    assert (asked.method, asked.url) == ("POST", "https://x.invalid/ctx/oauth/token")
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"]}
    basic = dict(asked.headers)["authorization"].removeprefix("Basic ")
    assert base64.b64decode(basic).decode() == f"app%3A1:{SECRET}"
    assert dict(sent.headers)["authorization"] == f"Bearer {TOKEN}"


def test_a_code_is_exchanged_for_a_token() -> None:
    platform = Platform()
    ask, _ = bench(platform, scheme="bj-proxy", service="s")
    ask()
    form = parse_qs(platform.asked[0].body.decode())
    assert form == {"grant_type": ["authorization_code"], "client_id": ["app:1"], "code": [SECRET]}
    assert TOKEN not in repr(platform.asked[1])


def test_it_is_kept_until_shortly_before_its_end() -> None:
    platform = Platform()
    ask, clock = bench(platform)
    for seconds, expected in ((0, 1), (69, 1), (2, 2), (60, 2), (500, 3)):
        clock.sleep(seconds)
        ask()
        assert platform.tokens == expected


@pytest.mark.parametrize(
    ("members", "lifetime", "seconds", "expected"),
    [
        ({"expires_in": 10}, None, 6, 2),
        ({"expires_in": 10}, None, 4, 1),
        ({"expires_in": 3600}, 10, 6, 2),
        ({}, 10, 6, 2),
        ({}, None, 1e9, 1),
        ({"expires_in": "10"}, None, 6, 2),
        ({"expires_in": "soon"}, None, 1e9, 1),
        ({"expires_in": True}, None, 1e9, 1),
        ({"expires_in": -5}, None, 1e9, 1),
        ({"expires_in": 1e300}, None, 1e9, 1),
        ({"data": {"expiresIn": 10}}, None, 6, 2),
    ],
)
def test_how_long_it_lives(members: dict[str, object], lifetime: float | None, seconds: float, expected: int) -> None:
    platform = Platform(lambda _: answer(access_token=TOKEN, **members))
    ask, clock = bench(platform, lifetime=lifetime)
    ask()
    clock.sleep(seconds)
    ask()
    assert platform.tokens == expected


@pytest.mark.parametrize(
    ("issued", "code"),
    [
        (answer(401), "auth.token-refused"),
        (answer(500), "auth.token-refused"),
        (answer(302), "auth.token-refused"),
        (Response(200, (), b"<html>"), "auth.token-unreadable"),
        (Response(200, (), b"[" * 100_000), "auth.token-unreadable"),
        (Response(200, (), b"[]"), "auth.token-unreadable"),
        (answer(access_token=7), "auth.token-unreadable"),
        (answer(access_token=""), "auth.token-unreadable"),
        (answer(access_token="a\r\nX: b"), "auth.token-unreadable"),  # noqa: S106 -- no token
        (answer(access_token="令牌"), "auth.token-unreadable"),  # noqa: S106 -- no token
        (answer(data={"other": 1}), "auth.token-unreadable"),
    ],
)
def test_what_is_no_token_is_said_and_nothing_is_sent_with_it(issued: Response, code: str) -> None:
    platform = Platform(lambda _: issued)
    ask, _ = bench(platform)
    with pytest.raises(TransportFault) as caught:
        ask()
    assert caught.value.code == code
    assert SECRET not in str(caught.value)
    assert [request.url for request in platform.asked] == ["https://x.invalid/ctx/oauth/token"]


@pytest.mark.parametrize("members", [{"accessToken": TOKEN}, {"token": TOKEN}, {"data": {"access_token": TOKEN}}])
def test_other_names_of_it(members: dict[str, object]) -> None:
    platform = Platform(lambda _: answer(**members))
    ask, _ = bench(platform)
    ask()
    assert dict(platform.asked[1].headers)["authorization"] == f"Bearer {TOKEN}"


def test_where_paths_are() -> None:
    assert path_below("https://x/ctx/", "https://y/z", "/t") == "https://x/ctx/t"
    assert path_below("", "https://y:8/z?q=1", "/t") == "https://y:8/t"
    assert base64.b64decode(client_basic("a b", "c:d").removeprefix("Basic ")) == b"a%20b:c%3Ad"


def test_one_that_is_told_to_somebody_else_is_hidden_there_too() -> None:
    accounts = {
        "primary": Account("primary", "bj-proxy", secret=Secret(env="K"), client="a", service="s", token_path="/t"),  # noqa: S106 -- a path
        "second": Account("second", "bearer", secret=Secret(env="O")),
    }
    credentials = Credentials(accounts, environ={"K": SECRET, "O": "token-of-the-second"})
    said = {"/t": answer(access_token=TOKEN), "/log": Response(200, (("x-last", TOKEN),), TOKEN.encode())}
    seen = [
        credentials.guard(
            Request("GET", "https://x.invalid/log", account_headers(account), account=account.name),
            lambda request: said[request.url.removeprefix("https://x.invalid")],
        )
        for account in accounts.values()
    ]
    assert TOKEN not in repr(seen)
    assert seen[1].body.decode() == placeholder("primary")


def test_of_many_the_last_are_hidden() -> None:
    platform = Platform(lambda count: answer(access_token=f"issued-token-{count}", expires_in=1))
    ask, clock = bench(platform)
    for _ in range(300):
        ask()
        clock.sleep(2)
    assert ask().body == f"Bearer {placeholder('primary')}".encode()


@pytest.mark.parametrize(("status", "expected"), [(401, 2), (403, 1), (200, 1), (500, 1)])
def test_a_token_that_was_refused_is_not_sent_again(status: int, expected: int) -> None:
    class Refusing(Platform):
        def __call__(self, request: Request) -> Response:
            return replace(super().__call__(request), status=200 if "/oauth/token" in request.url else status)

    platform = Refusing()
    ask, _ = bench(platform)
    ask()
    ask()
    assert platform.tokens == expected


def test_only_the_token_in_use_is_forgotten() -> None:
    tokens = Tokens(Account("primary"), profiles()["oauth2"], VirtualClock(NOW))
    tokens.adopt("one", answer())
    tokens.forget("another")
    assert tokens.held == "one"
    tokens.forget("one")
    assert tokens.held == ""


def test_a_token_that_was_revoked_is_none_that_has_ended() -> None:
    clock = VirtualClock(NOW)
    tokens = Tokens(Account("primary", lifetime=10), profiles()["oauth2"], clock)
    tokens.adopt("ended", answer())
    clock.sleep(10.0)
    tokens.adopt("revoked", answer())
    tokens.forget("revoked")
    clock.sleep(10.0)
    assert tokens.expired() == "ended"

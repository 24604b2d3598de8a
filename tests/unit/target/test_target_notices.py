"""Notices follow from exchanges alone, each thing once, whatever the order in which answers came."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.messages import render
from pytest_szxc.model import Attempt, Exchange, Request, Response
from pytest_szxc.target.notices import notices
from pytest_szxc.target.statement import Statement

if TYPE_CHECKING:
    from pytest_szxc.model import Suite

STATEMENT = Statement(name="x", version="2")
JSON = ("content-type", "application/json")


def exchange(
    name: str = "list_things", body: bytes = b"{}", status: int = 200, *headers: tuple[str, str], url: str = "/a"
) -> Exchange:
    return Exchange(f"x{name}{url}", name, Request("GET", f"http://h{url}"), Response(status, headers, body))


def capability(version: str = "3", suite: str = "0.0.9") -> Exchange:
    body = {"system": {"version": version}, "claims": {"tiny": {"classes": [], "version": suite}}}
    return exchange("discovery", json.dumps(body).encode(), 200, JSON, url="/.well-known/szxc.json")


SLOWED = replace(exchange("judge", b"{}", 200, JSON), earlier=(Attempt("http.rate-limited", 429),))
LED = exchange("judge", b"{}", 200, JSON, ("szxc-followed", "301 http://h/b"), ("szxc-followed", "302 http://h/c"))
PLAIN = exchange("list_things", b" [1]", 200, ("content-type", "text/plain"))


@pytest.mark.parametrize(
    ("seen", "code", "params"),
    [
        (SLOWED, "notice.slowed", {"count": "1"}),
        (LED, "notice.redirect", {"url": "http://h/a", "target": "http://h/c", "count": "1"}),
        (PLAIN, "notice.media-type", {"kind": "text/plain", "operation": "list_things", "count": "1"}),
        (exchange(), "notice.media-type", {"kind": "-", "operation": "list_things", "count": "1"}),
        (capability(suite="0.1.0"), "notice.version", {"declared": "2", "found": "3", "count": "1"}),
        (capability("2"), "notice.suite-version", {"suite": "tiny", "ours": "0.1.0", "found": "0.0.9", "count": "1"}),
    ],
)
def test_what_is_told(suite: Suite, seen: Exchange, code: str, params: dict[str, str]) -> None:
    (told,) = notices([seen], STATEMENT, {"tiny": suite})
    assert (told.code, told.params, told.exchange) == (code, params, seen.id)
    for lang in ("zh", "en"):
        assert render(code, lang, told.params)
        assert render(code, lang, told.params, part="hint")


@pytest.mark.parametrize(
    "seen",
    [
        exchange("list_things", b"{}", 200, JSON),
        exchange("list_things", b"<html>", 200, ("content-type", "text/html")),
        exchange("list_things", b"{}", 404),
        exchange("export", b"[1]", 200, ("content-type", "application/octet-stream")),
        capability("2", "0.1.0"),
        exchange("discovery", b"{", 200, JSON, url="/.well-known/szxc.json"),
        replace(SLOWED, response=Response(429)),
        Exchange("x", "judge", Request("GET", "http://h"), fault="transport.reset"),
    ],
)
def test_what_is_not_worth_telling(suite: Suite, seen: Exchange) -> None:
    assert notices([seen], STATEMENT, {"tiny": suite}) == ()


def test_without_a_statement_there_is_no_other_version(suite: Suite) -> None:
    assert notices([capability(suite="0.1.0")], replace(STATEMENT, declared=False), {"tiny": suite}) == ()


def test_an_unverified_connection_is_told(suite: Suite) -> None:
    assert [told.code for told in notices([], STATEMENT, {"tiny": suite}, insecure=True)] == ["notice.insecure"]


MANY = [SLOWED, LED, PLAIN, exchange(url="/z"), capability(), *(exchange(url=f"/{number}") for number in range(4))]


@given(st.permutations(MANY))
def test_order_does_not_matter(order: list[Exchange]) -> None:
    assert notices(order, STATEMENT, {}) == notices(MANY, STATEMENT, {})

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from conftest import NOW

from pytest_szxc.messages import render
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.opening import Setting, open_target
from pytest_szxc.target.preflight import Preflight, preflight, probes_of
from pytest_szxc.target.statement import Account, BoundOperation, Envelope, Limits, Paging, Secret, Statement
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from conftest import RawServer

    from pytest_szxc.model import Suite

ENVELOPE = Envelope(payload="data", code="code", success=("0",), message="message")
OPERATIONS = {
    ("tiny", "list_things"): BoundOperation(
        "list_things", "GET", "/list", envelope=ENVELOPE, items="list", paging=Paging("page")
    ),
    ("tiny", "judge"): BoundOperation("judge", "POST", "/judge", envelope=ENVELOPE),
}
STATEMENT = Statement(operations=OPERATIONS, limits=Limits(rate=0, deadline=0.3))
NAMES = [("tiny", "catalogue"), ("tiny", "service")]


def answer(body: bytes | dict[str, Any], status: str = "200 OK") -> bytes:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw


def probe(suite: Suite, target: str, statement: Statement = STATEMENT) -> tuple[Preflight, ExchangeStore]:
    store = ExchangeStore()
    sut = open_target(target, statement, Setting({"tiny": suite}, store, RealClock(), NOW, "1"))
    try:
        return preflight(sut, probes_of(sut.suites)), store
    finally:
        sut.close()


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (answer({}, "401 Unauthorized"), "preflight.no-account"),
        (answer({}, "403 Forbidden"), "preflight.no-account"),
        (answer({}, "404 Not Found"), "preflight.absent"),
        (answer(b"<!doctype html><html>"), "preflight.html"),
        (answer(b"{"), "preflight.json"),
        (answer(b'{"a":NaN}'), "preflight.json"),
        (answer({"status": 0, "rows": []}), "preflight.envelope"),
        (answer({"code": 0, "rows": []}), "preflight.envelope"),
        (answer({}, "500 Oops"), "preflight.server-error"),
        (answer({}, "429 Slow down"), "preflight.rate-limited"),
        (b"HTTP/1.1 302 F\r\nLocation: http://127.0.0.2/\r\nContent-Length: 0\r\n\r\n", "preflight.redirect"),
        (b"", "preflight.timeout"),
        (b"220 smtp ready\r\n\r\n", "preflight.protocol"),
    ],
)
def test_one_root_cause_is_said_once(reply: bytes, cause: str, suite: Suite, serve: Callable[..., RawServer]) -> None:
    found, store = probe(suite, serve(reply).url)
    assert found.cause is not None
    assert found.cause.code == cause
    assert found.cause.exchange in {exchange.id for exchange in store.all()}
    assert found.observed == dict.fromkeys(NAMES, False)
    for lang in ("zh", "en"):
        assert render(cause, lang, found.cause.params)
        assert render(cause, lang, found.cause.params, part="hint")
        assert render(found.cause.params["fault"], lang, found.cause.params)


@pytest.mark.parametrize(
    ("hours", "cause"), [(0, "preflight.denied"), (-1, "preflight.clock"), (300, "preflight.clock")]
)
def test_signatures_refused_where_the_clocks_differ(
    hours: int, cause: str, suite: Suite, serve: Callable[..., RawServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNING_SECRET", "hunter2-hunter2")
    date = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    server = serve(answer({}, f"401 Unauthorized\r\nDate: {date}"))
    account = Account("primary", "sd-open", client="c1", secret=Secret(env="SIGNING_SECRET"))
    found, _ = probe(suite, server.url, replace(STATEMENT, accounts={"primary": account}))
    assert found.cause is not None
    assert found.cause.code == cause
    assert "hunter2" not in render(cause, "zh", found.cause.params)


def test_a_dead_host_is_asked_once(suite: Suite, serve: Callable[..., RawServer]) -> None:
    server = serve(b"")
    server.close()
    found, store = probe(suite, server.url)
    assert found.cause is not None
    assert found.cause.code == "preflight.refused"
    assert store.counters().sent == 1


def test_tls_to_a_plain_port(suite: Suite, serve: Callable[..., RawServer]) -> None:
    server = serve(answer({}, "400 Bad"), read_head=False)
    found, _ = probe(suite, server.url.replace("http:", "https:"))
    assert found.cause is not None
    assert found.cause.code == "preflight.tls"
    assert render("preflight.tls", "zh", found.cause.params)


def test_an_empty_catalogue_is_no_failure(suite: Suite, serve: Callable[..., RawServer]) -> None:
    found, _ = probe(suite, serve(answer({"code": 0, "data": {"list": []}})).url)
    assert found.cause is None
    assert found.observed == dict.fromkeys(NAMES, True)


def test_one_usable_answer_is_enough(suite: Suite, serve: Callable[..., RawServer]) -> None:
    def behave(connection: Any) -> None:
        lists = server.heads[-1].startswith(b"GET /list")
        connection.sendall(answer({"code": 0, "data": {"list": []}}) if lists else answer({}, "404 Not Found"))

    server = serve(behave)
    found, _ = probe(suite, server.url)
    assert (found.cause, found.observed) == (None, {NAMES[0]: True, NAMES[1]: False})


def test_a_service_that_refuses_an_empty_question_is_there(suite: Suite, serve: Callable[..., RawServer]) -> None:
    found, _ = probe(suite, serve(answer({"code": 40001, "message": "impacts"}, "400 Bad Request")).url)
    assert (found.cause, found.observed) == (None, {NAMES[0]: False, NAMES[1]: True})


def test_nothing_bound(suite: Suite, serve: Callable[..., RawServer]) -> None:
    server = serve(b"")
    found, _ = probe(suite, server.url, Statement())
    assert found.cause is not None
    assert found.cause.code == "preflight.unbound"
    assert server.heads == []


def test_a_file_saved_as_gbk(suite: Suite, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("code,名\n1,村\n".encode("gbk"))
    found, _ = probe(suite, str(tmp_path / "a.csv"), Statement())
    assert found.cause is not None
    assert (found.cause.code, found.cause.params["fault"]) == ("preflight.file", "file.encoding-gbk")
    assert "a.csv" in render("preflight.file", "zh", found.cause.params)


def test_a_good_file_shows_what_a_file_can(suite: Suite, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("code\n1\n", encoding="utf-8")
    found, _ = probe(suite, str(tmp_path / "a.csv"), Statement())
    assert (found.cause, found.observed) == (None, {NAMES[0]: True, NAMES[1]: False})


@pytest.mark.parametrize("width", [1, 4])
def test_one_that_runs_out_of_time_says_nothing_of_the_others(
    suite: Suite, serve: Callable[..., RawServer], width: int
) -> None:
    def behave(connection: socket.socket) -> None:
        if b"/judge" in server.heads[-1]:
            connection.sendall(answer({}, "404 Not Found"))
        else:
            time.sleep(0.6)

    server = serve(behave)
    statement = replace(STATEMENT, limits=replace(STATEMENT.limits, connections=width))
    found, _ = probe(suite, server.url, statement)
    assert found.symptoms == {("tiny", "list_things"): "transport.timeout", ("tiny", "judge"): "http.absent"}
    assert found.troubled == {("tiny", "catalogue")}

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_szxc.errors import StatementError, TransportFault
from pytest_szxc.model import Exchange, Request, Response
from pytest_szxc.target.auth import account_headers
from pytest_szxc.target.statement import Account, Limits, Secret
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import HttpTransport, ReplayTransport, WsgiTransport, load_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Environ = dict[str, Any]
BASE = "http://szxc.invalid"


def echo(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    path = environ["PATH_INFO"].encode("latin-1").decode()
    if path == "/moved":
        start_response("302 Found", [("Location", "/there?q=1")])
        return [b""]
    start_response(
        "200 OK", [("X-Path", path.encode().decode("latin-1")), ("X-Auth", environ.get("HTTP_AUTHORIZATION", ""))]
    )
    return [environ["wsgi.input"].read(), environ["QUERY_STRING"].encode()]


def test_a_wsgi_application_is_called_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SZXC_T", "secret-1")
    account = Account("primary", "bearer", secret=Secret(env="SZXC_T"))
    transport = WsgiTransport(echo, {"primary": account})
    response = transport.send(Request("POST", BASE + "/%E6%9D%91?a=b", account_headers(account), b"body "))
    assert response.body == b"body a=b"
    assert response.header("x-path") == "/村"
    assert response.header("x-auth") == "Bearer {{account:primary}}"
    transport.close()


def test_redirects_in_process_are_followed_too() -> None:
    response = WsgiTransport(echo).send(Request("GET", BASE + "/moved"))
    assert (response.header("x-path"), response.body) == ("/there", b"q=1")


def test_an_application_that_raises_is_a_fault() -> None:
    def broken(_: Environ, __: object) -> list[bytes]:
        raise ZeroDivisionError("no\x1b[2J")

    with pytest.raises(TransportFault) as caught:
        WsgiTransport(broken).send(Request("GET", BASE))
    assert caught.value.code == "transport.app-raised"
    assert caught.value.params == {"type": "ZeroDivisionError", "problem": "no\\x1b[2J"}


def test_limits_hold_in_process() -> None:
    with pytest.raises(TransportFault) as caught:
        WsgiTransport(echo, limits=Limits(body_bytes=10)).send(Request("POST", BASE, (), b"x" * 11))
    assert caught.value.code == "transport.body-too-large"


def test_a_recording_answers_as_the_sut_did() -> None:
    get, post = Request("GET", BASE), Request("POST", BASE)
    rows = [
        Exchange("x1", "a", get, Response(200, (), b"1")),
        Exchange("x2", "b", post, Response(201, (), b"2")),
        Exchange("x3", "b", post, None, "transport.timeout", {"seconds": "30"}),
    ]
    replay = ReplayTransport(ExchangeStore.of(rows))
    assert [replay.send(get).body, replay.send(get).body, replay.send(post).body] == [b"1", b"1", b"2"]
    with pytest.raises(TransportFault, match=r"transport\.timeout"):
        replay.send(post)
    with pytest.raises(TransportFault, match=r"replay\.missing"):
        replay.send(Request("GET", BASE + "/else"))
    replay.close()


def test_over_the_network(serve: Callable[..., Any]) -> None:
    server = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    transport = HttpTransport(server.url, Limits(), {})
    assert transport.send(Request("GET", server.url)).body == b"{}"
    transport.close()


MODULE = """
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"wsgi"]

def create_app():
    return app

async def asgi(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"asgi"})

class site:
    application = app
"""


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("wsgi:szxc_own_app:app", b"wsgi"),
        ("wsgi:szxc_own_app:create_app()", b"wsgi"),
        ("wsgi:szxc_own_app:site.application", b"wsgi"),
        ("asgi:szxc_own_app:asgi", b"asgi"),
    ],
)
def test_an_application_is_named_by_module(
    target: str, body: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "szxc_own_app.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "szxc_own_app", raising=False)
    assert WsgiTransport(load_app(target)).send(Request("GET", BASE)).body == body


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("wsgi:", "target.app-form"),
        ("wsgi:module", "target.app-form"),
        ("wsgi:szxc_no_such_module:app", "target.app-import"),
        ("wsgi:json:app", "target.app-missing"),
        ("wsgi:json:loads()", "target.app-missing"),
    ],
)
def test_a_wrong_name_is_explained(target: str, code: str) -> None:
    with pytest.raises(StatementError) as caught:
        load_app(target)
    assert caught.value.code == code
    assert caught.value.hint("zh")


def test_asgi_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "a2wsgi", None)
    with pytest.raises(StatementError) as caught:
        load_app("asgi:json:loads")
    assert caught.value.code == "target.asgi-missing"

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from conftest import NOW

from pytest_szxc.errors import StatementError
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.opening import Setting, checked_url, open_replay, open_target
from pytest_szxc.target.statement import BoundOperation, Statement
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import RawServer

    from pytest_szxc.model import Suite

OPERATIONS = {("tiny", "judge"): BoundOperation("judge", "GET", "/judge")}
APP = """
def app(environ, start):
    start("200 OK", [])
    return [b'{"host":"%s"}' % environ["HTTP_HOST"].encode()]
"""
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}'


def setting(suite: Suite, store: ExchangeStore | None = None) -> Setting:
    return Setting({"tiny": suite}, store or ExchangeStore(), VirtualClock(NOW), NOW, "1")


@pytest.mark.parametrize("given", [True, False])
def test_a_url_on_the_command_line_or_in_the_statement(
    suite: Suite, serve: Callable[..., RawServer], *, given: bool
) -> None:
    server = serve(ANSWER)
    base_url = "http://192.0.2.1/" if given else server.url
    statement = Statement(base_url=base_url, operations=OPERATIONS)
    sut = open_target(server.url + "/" if given else "", statement, setting(suite))
    assert sut.ask("judge").record.value == {"a": 1}
    assert server.heads[0].startswith(b"GET /judge ")
    sut.close()


def test_an_application_in_process_is_not_paced(suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "szxc_opened_app.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    run = setting(suite)
    sut = open_target("wsgi:szxc_opened_app:app", Statement(operations=OPERATIONS), run)
    assert sut.ask("judge").record.value == {"host": "szxc.invalid"}
    sut.ask("judge", extra=1)
    assert run.clock.monotonic() == 0


def test_a_recorded_run_opens_again(suite: Suite, serve: Callable[..., RawServer], tmp_path: Path) -> None:
    server = serve(ANSWER)
    run = setting(suite)
    statement = Statement(base_url=server.url, operations=OPERATIONS)
    sut = open_target("", statement, run)
    reply = sut.ask("judge")
    sut.close()
    recorded = ExchangeStore.of(run.store.all())
    server.close()
    again = open_replay(statement, setting(suite, recorded)).ask("judge")
    assert (again.record.value, again.exchange) == (reply.record.value, reply.exchange)
    (tmp_path / "a.json").write_text('[{"code":"1"}]', encoding="utf-8")
    filed = setting(suite)
    assert len(open_target(str(tmp_path), Statement(), filed).records("list_things")) == 1
    (tmp_path / "a.json").unlink()
    refiled = setting(suite, ExchangeStore.of(filed.store.all()))
    assert len(open_replay(Statement(), refiled).records("list_things")) == 1


@pytest.mark.parametrize(
    "url", ["ftp://x/", "http://", "http://[", "https://u:secret@x/", "http://x:port/", "javascript://x"]
)
def test_urls_that_cannot_be_a_target(url: str) -> None:
    with pytest.raises(StatementError) as caught:
        checked_url(url)
    assert caught.value.code == "target.url"
    assert "secret" not in caught.value.text("en")


def test_a_place_that_does_not_exist(suite: Suite) -> None:
    with pytest.raises(StatementError, match=r"target\.not-found"):
        open_target("no/such/folder", Statement(), setting(suite))

from __future__ import annotations

import gzip
import io
import json
import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from pytest_szxc.hostile import page
from pytest_szxc.hostile import server as hostile_server
from pytest_szxc.hostile.codings import deflate_bomb, gzip_bomb
from pytest_szxc.hostile.peer import Gone, Peer
from pytest_szxc.hostile.registry import BEHAVIOURS
from pytest_szxc.hostile.server import serve_hostile
from pytest_szxc.hostile.trial import meet, meet_all


@pytest.fixture
def server():
    with serve_hostile() as made:
        yield made


def connected(url):
    sock = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=5)
    sock.settimeout(5)
    return sock


def asked(sock, path, size=65536):
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return sock.recv(size)


def test_an_unknown_path_tells_all_addresses(server):
    with connected(server.urls["teapot"]) as sock:
        answer = asked(sock, "/nothing-here", 200_000)
        while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
            answer += sock.recv(200_000)
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == server.urls


def test_one_connection_serves_one_behaviour_after_the_other(server):
    with connected(server.urls["teapot"]) as sock:
        assert b"418" in asked(sock, "/teapot?q=1")
        assert b"503" in asked(sock, "/unavailable")
        assert asked(sock, "/closed-after-the-request") == b""


def test_closing_it_breaks_what_is_open(server):
    with connected(server.urls["silence"]) as sock:
        sock.sendall(b"GET /silence HTTP/1.1\r\n\r\n")
        time.sleep(0.05)
        server.close()
        with suppress(ConnectionError):
            assert sock.recv(100) == b""
    with pytest.raises(ConnectionError):
        connected(server.urls["silence"])


def served_from(first):
    """The ports that are used, or ``None`` if another process has one of them."""
    try:
        with serve_hostile(port=first) as made:
            return sorted({urlsplit(url).port for url in made.urls.values()})
    except OSError:
        return None


def test_ports_follow_the_first_one():
    # Below those that a system gives away by itself.
    first, ports = next((at, found) for at in range(20_000, 30_000, 500) if (found := served_from(at)))
    assert ports == list(range(first, first + len(ports)))


def test_a_port_that_is_taken_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve_hostile(port=taken.getsockname()[1]).__enter__()


def test_more_connections_than_allowed_are_closed(monkeypatch):
    monkeypatch.setattr(hostile_server, "AT_ONCE", 2)
    with serve_hostile() as made:
        holding = [connected(made.urls["silence"]) for _ in range(2)]
        time.sleep(0.05)
        with connected(made.urls["silence"]) as third:
            assert third.recv(10) == b""
        for sock in holding:
            sock.close()


@pytest.mark.parametrize("act", [lambda peer: peer.stall(), lambda peer: peer.drip(b"", b"x", 0.02), Peer.head])
def test_no_connection_lives_longer_than_it_may(act):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        begun = time.monotonic()
        with pytest.raises(Gone):
            act(Peer(ours, seconds=0.2))
        assert time.monotonic() - begun < 1


def test_a_head_without_end_is_given_up():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"x" * 70_000)
        with pytest.raises(Gone):
            Peer(ours, seconds=5).head()


@pytest.mark.parametrize(("bomb", "head"), [(gzip_bomb, b"\x1f\x8b"), (deflate_bomb, b"\x78\x9c")])
def test_the_bombs_are_small_and_cheap(bomb, head):
    begun = time.monotonic()
    assert bomb().startswith(head)
    assert len(bomb()) < 2 * 1024 * 1024
    assert time.monotonic() - begun < 1


def test_the_gzip_bomb_is_valid_to_the_last_bit():
    whole = 0
    with gzip.GzipFile(fileobj=io.BytesIO(gzip_bomb())) as unpacked:
        while part := unpacked.read(1 << 20):
            whole += len(part)
    assert whole == 1 << 30


def test_a_trial_tells_codes_words_and_seconds(server):
    names = ("teapot", "gzip-plain", "surplus-body")
    trials = {one.name: one for one in meet_all({name: server.urls[name] for name in names}, 1.0)}
    assert {name: trial.got for name, trial in trials.items()} == {
        "teapot": "http.client-error",
        "gzip-plain": "-",
        "surplus-body": "framing.surplus",
    }
    assert all(trial.right and trial.in_time(1.0) for trial in trials.values())
    assert trials["gzip-plain"].said == ()
    assert "surplus" in trials["surplus-body"].said[1]


def test_a_trial_tells_what_must_never_happen(server, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("pytest_szxc.hostile.trial.read_answer", broken)
    trial = meet(BEHAVIOURS["teapot"], server.urls["teapot"], 1.0)
    assert (trial.got, trial.right) == ("ZeroDivisionError", False)


def test_the_pages_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["page", str(tmp_path)])
    page.main()
    assert {path.name for path in tmp_path.iterdir()} == set(page.PAGES.values())

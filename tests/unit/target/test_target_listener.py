"""The server behind receivers: several at one declared address, each with its own notices; slowness by the clock."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.reference.delivery import deliver
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.listener import LONGEST_HEADER, Listener, Place, Script

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def listener(place: Place, secret: str, script: Script | None = None, clock: VirtualClock | None = None) -> Listener:
    return Listener(place, secret, script or Script(), clock or VirtualClock(NOW))


def test_receivers_share_a_declared_address() -> None:
    port = free_port()
    place = Place("127.0.0.1", port, f"http://127.0.0.1:{port}")
    first, second = listener(place, "one"), listener(place, "two", Script((500,)))
    assert [deliver(one.url, body) for one, body in ((first, b"1"), (second, b"2"), (first, b"3"))] == [200, 500, 200]
    assert [one.body for one in first.deliveries] == [b"1", b"3"]
    assert [one.body for one in second.deliveries] == [b"2"]
    first.close()
    assert [deliver(one.url, b"4") for one in (first, second)] == [404, 500]
    second.close()
    assert deliver(second.url, b"5") == 0
    again = listener(place, "one")
    assert deliver(again.url, b"6") == 200
    again.close()


def test_what_a_proxy_puts_before_the_path_does_not_count() -> None:
    port = free_port()
    made = listener(Place("127.0.0.1", port, f"http://127.0.0.1:{port}/in"), "one")
    assert made.url == f"http://127.0.0.1:{port}/in/one"
    assert deliver(made.url, b"1") == 200
    assert deliver(made.url.replace("/one", "/two"), b"1") == 404
    made.close()


def test_a_slow_receiver_takes_the_clocks_time() -> None:
    clock = VirtualClock(NOW)
    made = listener(Place(), "one", Script((200,), 30.0), clock)
    assert deliver(made.url, b"1") == 200
    assert clock.monotonic() == 30.0
    assert made.deliveries[0].at == NOW.isoformat()
    made.close()


def test_a_header_is_kept_whole_or_not_at_all() -> None:
    made = listener(Place(), "one")
    made.take("POST", [("X-Whole", "a" * LONGEST_HEADER), ("X-Long", "a" * LONGEST_HEADER + "b")], b"")
    assert made.deliveries[0].headers == (("x-whole", "a" * LONGEST_HEADER), ("x-long", ""))
    made.close()


def test_a_port_in_use_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(Unjudgeable, match=r"sink\.port"):
        listener(Place("127.0.0.1", server.getsockname()[1], "http://127.0.0.1"), "one")

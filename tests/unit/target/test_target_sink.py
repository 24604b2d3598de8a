"""The receiver for notices: what it takes, its bounds, and that a recording needs nobody to listen."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.reference.delivery import deliver
from pytest_szxc.target.auth import Credentials
from pytest_szxc.target.clock import RealClock, VirtualClock
from pytest_szxc.target.listener import MOST_BYTES, MOST_DELIVERIES, Place, Script
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.sink import open_sink, place_for
from pytest_szxc.target.statement import Account, Secret, Statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import WsgiTransport

if TYPE_CHECKING:
    from pytest_szxc.model import Request

NOW = datetime(2026, 6, 1, tzinfo=UTC)
EVERYWHERE = "0.0.0.0"  # noqa: S104 -- what is declared must be reached from outside


@contextmanager
def opened(store=None, *, script=Script(), clock=None, place=Place, used=None, hide=lambda same: same):  # noqa: B008 -- a value
    times = (clock or VirtualClock(NOW), NOW)
    use = (used if used is not None else []).extend
    kept = store or ExchangeStore(None)
    sink = open_sink("IC-075-1", place, "abc", kept, times, lambda *names: use(names), script, hide)
    try:
        yield sink
    finally:
        sink.close()


def bodies(records):
    return [record.get("body") for record in records]


def test_notices_are_taken_in_order_and_answered() -> None:
    with opened() as sink:
        assert sink.received(1, wait=3) == ()
        assert [deliver(sink.url, body) for body in (b'{"n": 1}', b"[2]", b"no json")] == [200, 200, 200]
        notices = sink.received(3)
    assert bodies(notices) == [{"n": 1}, [2], None]
    assert notices[0].get("method") == "POST"
    assert notices[0].get("contentType") == "application/json"
    assert deliver(sink.url, b"{}") == 0


@pytest.mark.parametrize("status", [200, 410, 500, 302])
def test_the_status_is_the_one_asked_for(status: int) -> None:
    with opened(script=Script((status,))) as sink:
        assert deliver(sink.url, b"{}") == status
        assert len(sink.received(1)) == 1


def test_only_the_secret_path_counts() -> None:
    with opened() as sink:
        assert deliver(sink.url + "d", b"{}") == 404
        assert deliver(sink.url.rpartition("/")[0] + "/", b"{}") == 404
        assert sink.received(1, wait=0.2) == ()


def test_what_is_too_large_or_too_many_is_not_kept() -> None:
    with opened() as sink:
        assert deliver(sink.url, b"x" * (MOST_BYTES + 1)) == 413
        assert {deliver(sink.url, b"{}") for _ in range(MOST_DELIVERIES)} == {200}
        assert deliver(sink.url, b"{}") == 429
        assert len(sink.received(MOST_DELIVERIES)) == MOST_DELIVERIES


@pytest.mark.parametrize(("method", "status", "count"), [("PUT", 200, 1), ("GET", 200, 0), ("DELETE", 501, 0)])
def test_methods(method: str, status: int, count: int) -> None:
    with opened() as sink:
        parts = urlsplit(sink.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        connection.request(method, parts.path, b"{}" if method == "PUT" else None)
        assert connection.getresponse().status == status
        connection.close()
        assert len(sink.received(1, wait=0.2)) == count


def raw(url: str, message: bytes) -> bytes:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as peer:
        peer.sendall(message.replace(b"PATH", parts.path.encode()))
        peer.shutdown(socket.SHUT_WR)
        return peer.recv(65536)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (b"POST PATH HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n\r\n", b"200"),
        (b"POST PATH HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n", b"413"),
        (b"POST PATH HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"413"),
        (b"POST PATH HTTP/1.1\r\nHost: x\r\n\r\n", b"413"),
        (b"POST PATH HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"413"),
        (b"POST PATH HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", b"413"),
        (b"\x16\x03\x01 nonsense\r\n\r\n", b""),
        (b"GET / HTTP/9.9\r\n\r\n", b"505"),
    ],
)
def test_odd_senders_do_no_harm(message: bytes, answer: bytes) -> None:
    with opened() as sink:
        assert answer in raw(sink.url, message)
        assert deliver(sink.url, b"{}") == 200
        assert len(sink.received(1)) == 1 + (answer == b"200")


def test_waiting_follows_the_clock_and_ends_when_enough_has_come() -> None:
    clock = VirtualClock(NOW)
    with opened(clock=clock) as sink:
        sink.received(1, wait=30)
        assert 29 < clock.monotonic() < 31
    with opened(clock=RealClock()) as sink:
        threading.Timer(0.1, deliver, (sink.url, b"{}")).start()
        assert len(sink.received(1, wait=20)) == 1


def test_a_recording_is_read_without_listening() -> None:
    def nowhere() -> Place:
        raise TransportFault("replay.missing", method="SINK", url="-")

    store, used = ExchangeStore(None), []
    with opened(store, used=used) as sink:
        deliver(sink.url, b'{"n": 1}')
        first = sink.received(1)
        deliver(sink.url, b'{"n": 2}')
        second = sink.received(2)
    with opened(ExchangeStore.of(store.all()), place=nowhere) as again:
        assert again.url == sink.url
        assert [bodies(again.received(1)), bodies(again.received(2))] == [bodies(first), bodies(second)]
        with pytest.raises(TransportFault, match="replay"):
            again.received(3)
    assert store.counters().sent == 0
    assert {exchange.request.method for exchange in store.all()} == {"SINK"}
    assert set(used) <= {exchange.id for exchange in store.all()}
    with pytest.raises(TransportFault), opened(place=nowhere):
        pass


@pytest.mark.parametrize(
    ("base_url", "declared", "in_process", "place"),
    [
        ("http://127.0.0.1:8000", "", False, Place()),
        ("https://localhost/api", "", False, Place()),
        ("http://[::1]:80", "", False, Place()),
        ("https://szxc.invalid", "", False, Place()),
        ("https://platform.example", "", True, Place()),
        ("https://platform.example", "http://10.0.0.9:8099", False, Place(EVERYWHERE, 8099, "http://10.0.0.9:8099")),
    ],
)
def test_where_it_listens(base_url: str, declared: str, in_process: bool, place: Place) -> None:
    assert place_for(base_url, declared, in_process=in_process) == place


def test_a_platform_elsewhere_cannot_reach_us_unless_the_statement_says_how() -> None:
    with pytest.raises(Unjudgeable, match=r"sink\.unreachable"):
        place_for("https://platform.example", "", in_process=False)


def test_a_port_in_use_is_said() -> None:
    with opened() as sink:
        taken = urlsplit(sink.url).port or 0
        with pytest.raises(Unjudgeable, match=r"sink\.port"), opened(place=lambda: Place(port=taken)):
            pass


def test_that_nobody_could_listen_is_recorded() -> None:
    store, busy = ExchangeStore(None), socket.create_server(("127.0.0.1", 0))
    with busy, pytest.raises(Unjudgeable) as first, opened(store, place=lambda: Place(port=busy.getsockname()[1])):
        pass
    with pytest.raises(Unjudgeable) as again, opened(ExchangeStore.of(store.all())):
        pass
    assert first.value.code == "sink.port"
    assert str(again.value) == str(first.value)
    assert again.value.params.keys() == first.value.params.keys()


# --- secrets in what comes --------------------------------------------------------------------------------------------

SECRET = "planted-token/secret=1"  # noqa: S105 -- to be found nowhere
FORMS = (SECRET, base64.b64encode(SECRET.encode()).decode(), SECRET.encode().hex())


def hiding(notice: Request) -> Request:
    account = Account("primary", "bearer", secret=Secret(env="T"))
    return Credentials({"primary": account}, environ={"T": SECRET}).hidden(notice)


@pytest.mark.parametrize("form", FORMS)
def test_secrets_of_accounts_are_placeholders_in_what_came(form: str) -> None:
    store = ExchangeStore(None)
    body = json.dumps({"echo": f"Bearer {form}", "n": 1}, ensure_ascii=False).encode()
    with opened(store, hide=hiding) as sink:
        deliver(sink.url, body, {"X-Echo": form.encode().decode("latin-1")})
        (notice,) = sink.received(1)
    assert notice.get("body") == {"echo": "Bearer {{account:primary}}", "n": 1}
    assert form not in repr(notice.value)
    kept = repr([(exchange.request.headers, exchange.request.body.decode()) for exchange in store.all()])
    assert form not in kept


def test_what_holds_no_secret_can_be_verified_by_its_signature() -> None:
    body = '{"value": 12.50, "name": "一号温室"}'.encode()
    signature = hmac.new(b"of the subscription", body, "sha256").hexdigest()
    with opened(hide=hiding) as sink:
        deliver(sink.url, body, {"X-Signature": signature})
        (notice,) = sink.received(1)
    again = hmac.new(b"of the subscription", str(notice.get("text")).encode(), "sha256").hexdigest()
    assert again == notice.get("headers")["x-signature"] == signature


def test_a_run_hides_what_its_transport_knows() -> None:
    account = Account("primary", "bearer", secret=Secret(env="T"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("T", SECRET)
        transport = WsgiTransport(lambda *_: [], {"primary": account})
    store = ExchangeStore(None)
    sut = LiveSut(
        suites={},
        statement=Statement(base_url="https://szxc.invalid"),
        transport=transport,
        store=store,
        clock=VirtualClock(NOW),
        now=NOW,
        seed="s",
    )
    sink = sut.sink("X-001-1", lambda *_: None, Script())
    deliver(sink.url, SECRET.encode())
    assert sink.received(1)[0].get("text") == "{{account:primary}}"
    sink.close()

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import h11
import httpx
import pytest

from pytest_szxc.errors import StatementError, TransportFault
from pytest_szxc.hostile.handshakes import AUTHORITY
from pytest_szxc.hostile.server import serve_hostile
from pytest_szxc.messages import render
from pytest_szxc.model import Request, Response
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.deadline import Deadline
from pytest_szxc.target.network import Network, NetworkOptions, fault_of
from pytest_szxc.target.statement import Limits
from pytest_szxc.target.tls import read_fault, speaks_tlcp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import RawServer

    Serve = Callable[..., RawServer]

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
LIMITS = Limits(deadline=0.5, body_bytes=100_000)


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network(LIMITS, NetworkOptions(), RealClock(), https=False)
    yield made
    made.close()


def fault(network: Network, url: str, method: str = "GET") -> TransportFault:
    begun = time.monotonic()
    with pytest.raises(TransportFault) as caught:
        network.send(Request(method, url))
    assert time.monotonic() - begun < LIMITS.deadline + 0.5
    for lang in ("zh", "en"):
        assert caught.value.text(lang)
        assert caught.value.hint(lang)
    return caught.value


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def close_after(data: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)

    return behave


CHUNKED = head("Transfer-Encoding: chunked")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK, b"{}"),
        (head("Content-Encoding: gzip", "Connection: close") + gzip.compress(b"{}", mtime=0), b"{}"),
        (CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
        (b"HTTP/1.1 103 Early\r\n\r\n" + OK, b"{}"),
        (head("Content-Length: 2", status="999 Odd") + b"{}", b"{}"),
        (head(status="204 No Content"), b""),
        (head("Content-Length: 0", status="204 No Content"), b""),
        (head(status="304 Not Modified"), b""),
    ],
)
def test_lawful_answers_come_through(answer: bytes, body: bytes, serve: Serve, network: Network) -> None:
    closes = b"Connection: close" in answer
    response = network.send(Request("GET", serve(close_after(answer) if closes else answer).url))
    assert response.body == body


@pytest.mark.parametrize("length", ["Content-Length: 9", "Content-Length: 999999999999", "Transfer-Encoding: chunked"])
def test_an_answer_to_head_has_no_body_whatever_it_declares(length: str, serve: Serve, network: Network) -> None:
    server = serve(head(length))
    for _ in range(2):
        assert network.send(Request("HEAD", server.url)).body == b""
    assert server.connections == 1


def test_an_answer_to_head_with_a_body_is_no_answer_to_the_next_request(serve: Serve, network: Network) -> None:
    assert fault(network, serve(OK).url, "HEAD").code == "framing.surplus"


def test_what_comes_after_an_answer_is_never_the_next_one(serve: Serve, network: Network) -> None:
    def behave(connection: socket.socket) -> None:
        connection.sendall(OK)
        time.sleep(0.1)
        connection.sendall(head("Content-Length: 6") + b"forged")

    server = serve(behave)
    for _ in range(2):
        assert network.send(Request("GET", server.url)).body == b"{}"
        time.sleep(0.2)
    assert server.connections == 2


def test_a_kept_connection_grows_stale(serve: Serve, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_szxc.target.line.KEPT_ALIVE", 0.05)
    server = serve(OK)
    network.send(Request("GET", server.url))
    time.sleep(0.1)
    network.send(Request("GET", server.url))
    assert server.connections == 2


def test_closing_wakes_a_request_under_way(serve: Serve) -> None:
    network = Network(Limits(deadline=10), NetworkOptions(), RealClock(), https=False)
    threading.Timer(0.2, network.close).start()
    begun = time.monotonic()
    with pytest.raises(TransportFault):
        network.send(Request("POST", serve(b"").url))
    assert time.monotonic() - begun < 2


def test_a_connection_is_kept_and_nothing_of_the_environment_is_used(
    serve: Serve, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    server = serve(head("Set-Cookie: sid=1; Path=/", "Content-Length: 0"))
    for _ in range(3):
        network.send(Request("GET", server.url + "/a?b=c", (("x-own", "1"),)))
    assert server.connections == 1
    assert len(server.heads) == 3
    first = server.heads[0].lower()
    assert b"get /a?b=c http/1.1" in first
    assert b"accept-encoding: gzip, deflate\r\n" in first
    assert b"user-agent: pytest-szxc/" in first
    assert b"x-own: 1" in first
    assert all(b"cookie" not in sent.lower() for sent in server.heads)


def test_body_and_method_are_sent(serve: Serve, network: Network) -> None:
    bodies = []

    def behave(connection: socket.socket) -> None:
        bodies.append(server.heads[-1].partition(b"\r\n\r\n")[2] or connection.recv(100))
        connection.sendall(OK)

    server = serve(behave)
    network.send(Request("POST", server.url, (("content-type", "application/json"),), b'{"a":1}'))
    assert bodies == [b'{"a":1}']
    assert b"content-length: 7" in server.heads[0].lower()
    assert server.heads[0].startswith(b"POST / ")


def test_redirects_within_the_origin_are_followed_for_reading_only(serve: Serve, network: Network) -> None:
    def behave(connection: socket.socket) -> None:
        moved = len(server.heads) % 2 == 1
        connection.sendall(head("Location: ../b", "Content-Length: 0", status="302 F") if moved else OK)

    server = serve(behave)
    response = network.send(Request("GET", server.url + "/x/a"))
    assert response.body == b"{}"
    assert response.header("szxc-followed") == f"302 {server.url}/b"
    assert server.heads[1].startswith(b"GET /b ")
    assert network.send(Request("POST", server.url + "/x/a")).status == 302


def test_a_stale_connection_is_tried_once_more_for_reading(serve: Serve, network: Network) -> None:
    def behave(connection: socket.socket) -> None:
        if len(server.heads) in (2, 4):
            connection.shutdown(socket.SHUT_RDWR)
        else:
            connection.sendall(OK)

    server = serve(behave)
    assert [network.send(Request("GET", server.url)).body for _ in range(2)] == [b"{}", b"{}"]
    assert len(server.heads) == 3
    assert fault(network, server.url, "POST").code == "transport.closed"
    assert len(server.heads) == 4


def test_requests_at_once_have_a_connection_each_and_those_are_kept(serve: Serve, network: Network) -> None:
    together = threading.Barrier(3, timeout=5)

    def behave(connection: socket.socket) -> None:
        if len(server.heads) <= 3:
            together.wait()
        connection.sendall(OK)

    server = serve(behave)
    threads = [threading.Thread(target=network.send, args=(Request("GET", server.url),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.connections == 3
    for _ in range(4):
        network.send(Request("GET", server.url))
    assert server.connections == 3


def test_headers_that_are_no_ascii_are_read(serve: Serve, network: Network) -> None:
    raw = b"HTTP/1.1 200 OK\r\nX-Name: \xe6\x9d\x91\r\nX-Old: \xe9\r\nContent-Length: 0\r\n\r\n"
    response = network.send(Request("GET", serve(raw).url))
    assert (response.header("x-name"), response.header("x-old")) == ("村", "é")


def test_nobody_there(network: Network, serve: Serve) -> None:
    server = serve(OK)
    server.close()
    refused = fault(network, server.url)
    assert refused.code == "transport.refused"
    assert refused.params["host"] == f"127.0.0.1:{server.port}"


def test_unknown_host(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert fault(network, "http://nowhere.invalid/").code == "transport.dns"
    assert fault(network, "http://a..b/").code in ("transport.dns", "transport.request")


def test_a_name_is_resolved_once_and_within_the_deadline(
    network: Network, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(head("Content-Length: 0", "Connection: close"))
    asked = []

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        if host == "slow.test":
            time.sleep(2)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port)) for address in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for _ in range(2):
        assert network.send(Request("GET", f"http://two.test:{server.port}/")).status == 200
    assert asked == ["two.test"]
    assert b"host: two.test" in server.heads[0].lower()
    assert fault(network, "http://slow.test/").code == "transport.dns"


def test_a_connection_that_is_never_accepted(network: Network) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.connect(full.getsockname())
        assert fault(network, f"http://127.0.0.1:{full.getsockname()[1]}/").code == "transport.connect-timeout"
        for one in waiting:
            one.close()


def test_ipv6_literal(network: Network) -> None:
    try:
        listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.fail("this machine has no IPv6 loopback")
    with listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(OK)

        thread = threading.Thread(target=answer)
        thread.start()
        assert network.send(Request("GET", f"http://[::1]:{listening.getsockname()[1]}/")).status == 200
        thread.join()


def test_a_peer_that_does_not_read_cannot_hold_us(serve: Serve, network: Network) -> None:
    server = serve(lambda _: time.sleep(3), read_head=False)
    begun = time.monotonic()
    with pytest.raises(TransportFault) as caught:
        network.send(Request("POST", server.url, (), b"x" * 30_000_000))
    assert caught.value.code == "transport.timeout"
    assert time.monotonic() - begun < LIMITS.deadline + 0.5


def test_an_early_refusal_of_a_large_body_is_still_read(serve: Serve, network: Network) -> None:
    def behave(connection: socket.socket) -> None:
        connection.sendall(head("Content-Length: 0", "Connection: close", status="413 Too Large"))
        with suppress(OSError):
            while connection.recv(1_000_000):
                pass

    assert network.send(Request("POST", serve(behave).url, (), b"x" * 1_000_000)).status == 413


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://127.0.0.1:99999/", "/relative", "http://127.0.0.1/a\0b"])
def test_a_request_that_cannot_be_sent(url: str, network: Network) -> None:
    assert fault(network, url).code == "transport.request"


def test_a_header_that_cannot_be_sent(serve: Serve, network: Network) -> None:
    with pytest.raises(TransportFault) as caught:
        network.send(Request("GET", serve(OK).url, (("x-a", "one\r\ntwo"),)))
    assert caught.value.code == "transport.request"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (h11.RemoteProtocolError("x"), "transport.protocol"),
        (h11.RemoteProtocolError("Receive buffer too long", 431), "transport.headers-too-large"),
        (h11.LocalProtocolError("x"), "transport.request"),
        (httpx.UnsupportedProtocol("x"), "transport.request"),
        (httpx.RemoteProtocolError("x"), "transport.protocol"),
        (httpx.ReadError("x"), "transport.reset"),
        (httpx.ReadTimeout("x"), "transport.stalled"),
        (httpx.InvalidURL("x"), "transport.request"),
        (ConnectionResetError(104, "x"), "transport.reset"),
        (UnicodeEncodeError("ascii", "村", 0, 1, "x"), "transport.request"),
        (ZeroDivisionError("x"), "transport.other"),
        (StatementError("target.proxy", proxy="x"), "transport.other"),
    ],
)
def test_every_exception_is_one_fault(error: Exception, code: str) -> None:
    found = fault_of(error)
    assert found.code == code
    assert found.text("zh")


def test_interrupting_is_not_caught(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> Response:
        raise KeyboardInterrupt

    monkeypatch.setattr(Deadline, "left", interrupt)
    with pytest.raises(KeyboardInterrupt):
        network.send(Request("GET", "http://127.0.0.1:1/"))


def test_a_proxy_is_used_when_named(serve: Serve) -> None:
    proxy = serve(OK)
    network = Network(LIMITS, NetworkOptions(proxy=proxy.url), RealClock(), https=False)
    assert network.send(Request("GET", "http://platform.test/a")).status == 200
    assert proxy.heads[0].startswith(b"GET http://platform.test/a HTTP/1.1")
    network.close()
    with pytest.raises(StatementError) as caught:
        Network(LIMITS, NetworkOptions(proxy="socks5://127.0.0.1:1"), RealClock(), https=False)
    assert caught.value.params == {"proxy": "socks5"}


def test_a_proxy_wants_a_password(serve: Serve) -> None:
    proxy = serve(head("Content-Length: 0", status="407 Proxy Authentication Required"))
    network = Network(LIMITS, NetworkOptions(proxy=proxy.url), RealClock(), https=False)
    assert fault(network, "http://platform.test/").code == "transport.proxy"
    network.close()


def test_a_password_for_the_proxy_is_for_the_proxy(serve: Serve) -> None:
    proxy = serve(OK)
    url = proxy.url.replace("http://", "http://user:p%40ss@")
    network = Network(LIMITS, NetworkOptions(proxy=url), RealClock(), https=False)
    response = network.send(Request("GET", "http://platform.test/a"))
    network.close()
    assert b"Proxy-Authorization: Basic " + b64encode(b"user:p@ss") in proxy.heads[0]
    assert response.status == 200


def test_a_proxy_that_refuses_a_tunnel(serve: Serve) -> None:
    proxy = serve(head("Content-Length: 0", status="407 Proxy Authentication Required"))
    network = Network(LIMITS, NetworkOptions(proxy=proxy.url), RealClock(), https=True)
    assert fault(network, "https://platform.test/").params["problem"] == "407 Proxy Authentication Required"
    network.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_a_proxy_opens_a_tunnel(host: str, serve: Serve, hostile: dict[str, str]) -> None:
    port = urlsplit(hostile["tls-good"]).port

    def relay(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as further:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(further, connection))
            back.start()
            pump(connection, further)
            back.join()

    proxy = serve(relay)
    network = Network(LIMITS, NetworkOptions(ca=AUTHORITY, proxy=proxy.url), RealClock(), https=True)
    assert network.send(Request("GET", f"https://{host}:{port}/")).status == 200
    assert proxy.heads[0].startswith(f"CONNECT {host}:{port} HTTP/1.1\r\n".encode())
    network.close()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            sink.sendall(part)
        sink.shutdown(socket.SHUT_WR)


def test_https_without_certificates_at_hand_is_not_sent(network: Network, serve: Serve) -> None:
    assert fault(network, serve(OK).url.replace("http://", "https://")).code == "transport.request"


# --- TLS: what the hostile server shows is tried with it; here is what only the client's side decides ---


@pytest.fixture(scope="module")
def hostile() -> Iterator[dict[str, str]]:
    with serve_hostile() as server:
        yield server.urls


def https(url: str, options: NetworkOptions | None = None) -> str:
    network = Network(LIMITS, options or NetworkOptions(), RealClock(), https=True)
    try:
        return str(network.send(Request("GET", url)).status)
    except TransportFault as caught:
        return caught.code
    finally:
        network.close()


@pytest.mark.parametrize(
    ("name", "unknown", "insecure"),
    [
        ("tls-good", "transport.tls.unknown-issuer", "200"),
        ("tls-expired", "transport.tls.unknown-issuer", "200"),
        ("tls-self-signed", "transport.tls.self-signed", "200"),
        ("tlcp-only", "transport.tls.tlcp", "transport.tls.tlcp"),
        ("tls-1.0-only", "transport.tls.version", "transport.tls.version"),
    ],
)
def test_what_is_trusted_decides(name: str, unknown: str, insecure: str, hostile: dict[str, str]) -> None:
    assert https(hostile[name]) == unknown
    assert https(hostile[name], NetworkOptions(insecure=True)) == insecure


def test_a_second_look_for_tlcp_that_is_broken_off_changes_nothing(serve: Serve) -> None:
    def behave(connection: socket.socket) -> None:
        if server.connections == 1:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(1000)
        else:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    server = serve(behave, read_head=False)
    assert https(server.url.replace("http://", "https://")) == "transport.tls.not-tls"
    assert server.connections == 2


@pytest.mark.parametrize("start", [b"", b"\x15", b"\x15\x03\x01", b"\x16\x01\x01"])
def test_the_second_look_ends_with_whatever_comes(start: bytes, serve: Serve) -> None:
    context = ssl.create_default_context()
    with socket.create_connection(("127.0.0.1", serve(close_after(start), read_head=False).port)) as sock:
        assert speaks_tlcp(sock, context, lambda: 1.0) == (start == b"\x16\x01\x01")


def test_an_end_without_a_good_bye_before_any_answer_is_a_closed_connection() -> None:
    assert read_fault(ssl.SSLEOFError(8, "EOF"), "x", begun=False).code == "transport.closed"
    assert read_fault(ssl.SSLEOFError(8, "EOF"), "x", begun=True).code == "transport.cut-short"


def test_plain_http_to_a_tls_port(hostile: dict[str, str], network: Network) -> None:
    assert fault(network, hostile["tls-good"].replace("https://", "http://")).code.startswith("transport.")


def test_a_certificate_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    for name in ("ca.pem", "absent.pem"):
        with pytest.raises(StatementError) as caught:
            Network(replace(LIMITS), NetworkOptions(ca=tmp_path / name), RealClock(), https=True)
        assert render(caught.value.code, "zh", caught.value.params)

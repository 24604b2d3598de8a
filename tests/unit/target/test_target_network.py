from __future__ import annotations

import gzip
import socket
import ssl
import struct
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import httpcore
import httpx
import pytest

from pytest_szxc.errors import StatementError, TransportFault
from pytest_szxc.messages import render
from pytest_szxc.model import Request, Response
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.deadline import Deadline
from pytest_szxc.target.network import Network, NetworkOptions, fault_of
from pytest_szxc.target.statement import Limits

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


def drip(start: bytes, part: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(part)
            time.sleep(0.05)

    return behave


def flood(start: bytes, part: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(part)

    return behave


def close_after(data: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)

    return behave


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


CHUNKED = head("Transfer-Encoding: chunked")
BOMB = gzip.compress(bytes(10_000_000), mtime=0)

HOSTILE: dict[str, tuple[Callable[[socket.socket], None] | bytes, str]] = {
    "silence": (b"", "transport.timeout"),
    "dripped status line": (drip(b"", b"H"), "transport.timeout"),
    "dripped headers": (drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), "transport.timeout"),
    "dripped body": (drip(head("Content-Length: 90000"), b"x"), "transport.timeout"),
    "dripped chunks": (drip(CHUNKED, b"1\r\nx\r\n"), "transport.timeout"),
    "half an answer": (head("Content-Length: 10") + b"12345", "transport.timeout"),
    "endless chunks": (flood(CHUNKED, b"1000\r\n" + b"x" * 4096 + b"\r\n"), "transport.body-too-large"),
    "endless body": (flood(head("Connection: close"), b"x" * 4096), "transport.body-too-large"),
    "dripped interim answers": (drip(b"", b"HTTP/1.1 103 Early\r\n\r\n"), "transport.timeout"),
    "endless interim answers": (flood(b"", b"HTTP/1.1 103 E\r\n\r\n" * 500), "transport"),
    "endless headers": (flood(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 100), "transport.protocol"),
    "huge declared length": (head("Content-Length: 999999999999"), "transport.body-too-large"),
    "absurd declared length": (head("Content-Length: " + "9" * 40), "transport.protocol"),
    "bomb": (
        head("Content-Encoding: gzip", f"Content-Length: {len(BOMB)}") + BOMB,
        "transport.body-too-large",
    ),
    "stacked": (
        head("Content-Encoding: gzip", "Content-Encoding: gzip", "Content-Length: 1") + b"x",
        "encoding.stacked",
    ),
    "brotli": (head("Content-Encoding: br", "Content-Length: 1") + b"x", "encoding.unasked"),
    "cut gzip": (
        head("Content-Encoding: gzip", "Content-Length: 15") + gzip.compress(b"{}", mtime=0)[:15],
        "encoding.truncated",
    ),
    "closed at once": (close_after(b""), "transport.closed"),
    "closed in the headers": (close_after(b"HTTP/1.1 200 OK\r\nX-A"), "transport.cut-short"),
    "closed in the body": (close_after(head("Content-Length: 10") + b"123"), "transport.cut-short"),
    "closed in a chunk": (close_after(CHUNKED + b"5\r\nab"), "transport.cut-short"),
    "reset": (reset, "transport.reset"),
    "no http": (close_after(b"SSH-2.0-OpenSSH_9.2\r\n"), "transport.cut-short"),
    "http 0.9": (close_after(b"<html>hello</html>\r\n\r\n"), "transport.protocol"),
    "bad chunk": (CHUNKED + b"zz\r\n", "transport.protocol"),
    "two lengths": (head("Content-Length: 1", "Content-Length: 2") + b"xx", "transport.protocol"),
    "NUL in a header": (head("X-A: a\0b", "Content-Length: 0"), "transport.protocol"),
    "redirect to another host": (
        head("Location: http://127.0.0.2:1/", "Content-Length: 0", status="302 F"),
        "redirect.cross-origin",
    ),
    "redirect to another port": (
        head("Location: http://127.0.0.1:1/", "Content-Length: 0", status="307 F"),
        "redirect.cross-origin",
    ),
    "redirect to a file": (
        head("Location: file:///etc/passwd", "Content-Length: 0", status="301 F"),
        "redirect.cross-origin",
    ),
    "redirect to nonsense": (head("Location: http://[", "Content-Length: 0", status="301 F"), "redirect.cross-origin"),
    "redirect loop": (head("Location: /again", "Content-Length: 0", status="302 F"), "redirect.loop"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_every_hostile_peer_ends_in_time_with_its_own_fault(name: str, serve: Serve, network: Network) -> None:
    behave, code = HOSTILE[name]
    assert fault(network, serve(behave).url).code.startswith(code)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK, b"{}"),
        (head("Content-Encoding: gzip", "Connection: close") + gzip.compress(b"{}", mtime=0), b"{}"),
        (CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
        (b"HTTP/1.1 103 Early\r\n\r\n" + OK, b"{}"),
        (head("Content-Length: 2", status="999 Odd") + b"{}", b"{}"),
        (head(status="204 No Content"), b""),
    ],
)
def test_lawful_answers_come_through(answer: bytes, body: bytes, serve: Serve, network: Network) -> None:
    closes = b"Connection: close" in answer
    response = network.send(Request("GET", serve(close_after(answer) if closes else answer).url))
    assert response.body == body


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
        (httpcore.ProxyError("x"), "transport.proxy"),
        (httpcore.ReadError("x"), "transport.reset"),
        (httpcore.PoolTimeout("x"), "transport.stalled"),
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


def test_a_proxy_that_refuses_a_tunnel(serve: Serve) -> None:
    proxy = serve(head("Content-Length: 0", status="407 Proxy Authentication Required"))
    network = Network(LIMITS, NetworkOptions(proxy=proxy.url), RealClock(), https=True)
    assert fault(network, "https://platform.test/").code == "transport.proxy"
    network.close()


# --- TLS: certificates made with the openssl command, servers with the standard library ---


CA_CONFIG = """
[ca]
default_ca = own
[own]
new_certs_dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = {names}
"""


def certificate(folder: Path, name: str = "IP:127.0.0.1", dates: tuple[str, str] = ("20260101", "20991231")) -> Path:
    """A self-signed certificate with its key in one file; ``openssl ca`` alone can write any dates."""
    (folder / "ca.cnf").write_text(CA_CONFIG.format(folder=folder, names=name))
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01")
    key, request, cert = folder / "key.pem", folder / "request.pem", folder / "cert.pem"
    new = (
        f"req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=test -keyout {key} -out {request}"
    )
    begin, end = (f"{date}000000Z" for date in dates)
    sign = f"ca -batch -notext -selfsign -config {folder}/ca.cnf -keyfile {key} -in {request} -out {cert}"
    for command in (new, f"{sign} -startdate {begin} -enddate {end}"):
        subprocess.run(["openssl", *command.split()], check=True, capture_output=True)  # noqa: S607 -- wherever it is
    both = folder / "both.pem"
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    return both


@pytest.fixture
def tls(serve: Serve) -> Callable[..., RawServer]:
    def start(pem: Path, version: ssl.TLSVersion | None = None) -> RawServer:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        if version:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = version

        def behave(connection: socket.socket) -> None:
            with suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(10_000)
                secured.sendall(OK)

        return serve(behave, read_head=False)

    return start


def https(url: str, options: NetworkOptions | None = None) -> TransportFault | Response:
    network = Network(LIMITS, options or NetworkOptions(), RealClock(), https=True)
    try:
        return network.send(Request("GET", url.replace("http://", "https://")))
    except TransportFault as caught:
        return caught
    finally:
        network.close()


def test_a_private_certificate_needs_its_authority(tls: Callable[..., RawServer], tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    server = tls(pem)
    unknown = https(server.url)
    assert isinstance(unknown, TransportFault)
    assert (unknown.code, unknown.params["reason"]) == ("transport.tls.self-signed", "self-signed")
    for options in (NetworkOptions(ca=tmp_path / "cert.pem"), NetworkOptions(insecure=True)):
        known = https(server.url, options)
        assert isinstance(known, Response)
        assert known.body == b"{}"


def test_each_bad_certificate_is_told_apart(tls: Callable[..., RawServer], tmp_path: Path) -> None:
    codes = {}
    for case, name, dates in (
        ("host-name", "DNS:elsewhere.test", ("20260101", "20991231")),
        ("expired", "IP:127.0.0.1", ("20240101", "20240201")),
        ("not-yet-valid", "IP:127.0.0.1", ("20980101", "20991231")),
    ):
        folder = tmp_path / case
        folder.mkdir()
        found = https(tls(certificate(folder, name, dates)).url, NetworkOptions(ca=folder / "cert.pem"))
        assert isinstance(found, TransportFault)
        codes[case] = found.code
    assert codes == {case: f"transport.tls.{case}" for case in codes}


def test_an_old_tls_version(tls: Callable[..., RawServer], tmp_path: Path) -> None:
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        server = tls(certificate(tmp_path), ssl.TLSVersion.TLSv1_1)
    found = https(server.url, NetworkOptions(insecure=True))
    assert isinstance(found, TransportFault)
    assert found.code in ("transport.tls.version", "transport.tls.closed")


def test_a_port_without_tls(serve: Serve) -> None:
    plain = https(serve(close_after(b"HTTP/1.1 400 Bad Request\r\n\r\n"), read_head=False).url)
    assert isinstance(plain, TransportFault)
    assert plain.code == "transport.tls.not-tls"
    gone = https(serve(close_after(b""), read_head=False).url)
    assert isinstance(gone, TransportFault)
    assert gone.code.startswith("transport.tls")


def test_a_silent_handshake_ends_at_the_deadline(serve: Serve) -> None:
    begun = time.monotonic()
    found = https(serve(lambda _: time.sleep(3), read_head=False).url)
    assert isinstance(found, TransportFault)
    assert found.code == "transport.timeout"
    assert time.monotonic() - begun < LIMITS.deadline + 0.5


def test_plain_http_to_a_tls_port(tls: Callable[..., RawServer], tmp_path: Path, network: Network) -> None:
    assert fault(network, tls(certificate(tmp_path)).url).code.startswith("transport.")


def test_a_certificate_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    for name in ("ca.pem", "absent.pem"):
        with pytest.raises(StatementError) as caught:
            Network(replace(LIMITS), NetworkOptions(ca=tmp_path / name), RealClock(), https=True)
        assert render(caught.value.code, "zh", caught.value.params)

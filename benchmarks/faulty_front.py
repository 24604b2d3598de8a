"""A WSGI application behind a real socket and a bad line: some answers are lost, cut, late, or not the application's.

Which request meets which fault depends on the seed, the request and how often it was sent, not on the order in which
threads ask.
"""

from __future__ import annotations

import gzip
import socket
import struct
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from io import BytesIO
from random import Random
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

WsgiApp = Any
"""A WSGI application (PEP 3333)."""
PAGE = "<!DOCTYPE html><html><head><title>网关</title></head><body>系统繁忙，请稍后再试</body></html>"
ERROR = b'{"code":50001,"message":"error"}'
NOISE = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def key(self) -> str:
        """What makes it the same request when it is sent again, whoever sends it."""
        return f"{self.method} {self.target} {self.body!r}"


@dataclass(slots=True)
class Weather:
    """What the line does to the requests of one run.

    Attributes:
        app: who answers.
        seed: of the faults.
        rate: share of requests that meet a fault.
        late: seconds that a late answer takes.
        sent: how often each request came.
        faults: what happened, by name.
    """

    app: WsgiApp
    seed: str = ""
    rate: float = 0.0
    late: float = 1.0
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, asked: Asked) -> tuple[str | None, Random]:
        """The name of the fault that a request meets, if any, and what its details are drawn from."""
        with self.lock:
            mine = asked.key, str(asked.headers["authorization"])
            self.sent[mine] += 1
            random = Random(f"{self.seed} {asked.key} {self.sent[mine]}")  # noqa: S311 -- to be repeatable
            if random.random() >= self.rate:
                return None, random
            name = random.choices(list(FAULTS), [fault.weight for fault in FAULTS.values()])[0]
            self.faults[name] += 1
            return name, random

    @property
    def requests(self) -> int:
        """Requests that came, tries counted one by one."""
        return sum(self.sent.values())


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of an answer: bytes to send in its place (``None``: it is sent whole, but late), and how to end."""

    change: Callable[[bytes, Random], bytes | None]
    reset: bool = False
    close: bool = True
    weight: float = 1.0


def _plain(status: str, body: bytes, media_type: str, *headers: str) -> Callable[[bytes, Random], bytes]:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *headers]
    whole = "\r\n".join([*lines, "", ""]).encode("ascii") + body
    return lambda _, __: whole


def _within(first: Callable[[bytes], int], last: Callable[[bytes], int]) -> Callable[[bytes, Random], bytes]:
    return lambda answer, random: answer[: random.randrange(first(answer), max(last(answer), first(answer) + 1))]


def _head(answer: bytes) -> int:
    return answer.index(b"\r\n\r\n") + 4


def _cut_gzip(answer: bytes, random: Random) -> bytes:
    """The same answer as gzip of which the end is missing; the length is that of what is sent."""
    at = _head(answer)
    squeezed = gzip.compress(answer[at:])
    cut = squeezed[: random.randrange(10, len(squeezed))]
    head = [row for row in answer[:at].split(b"\r\n") if row and not row.lower().startswith(b"content-length")]
    return b"\r\n".join([*head, b"Content-Encoding: gzip", b"Content-Length: %d" % len(cut), b"", b""]) + cut


FAULTS = {
    "reset": Fault(lambda _, __: b"", reset=True),
    "closed": Fault(lambda _, __: b""),
    "cut-head": Fault(_within(lambda _: 1, _head)),
    "cut-body": Fault(_within(_head, len)),
    "reset-body": Fault(_within(_head, len), reset=True),
    "500": Fault(_plain("500 Internal Server Error", ERROR, "application/json"), close=False),
    "502-page": Fault(_plain("502 Bad Gateway", PAGE.encode(), "text/html; charset=utf-8"), close=False),
    "503": Fault(_plain("503 Service Unavailable", b"", "text/plain"), close=False),
    "429-now": Fault(_plain("429 Too Many Requests", b"", "text/plain", "Retry-After: 0"), close=False),
    "429-soon": Fault(_plain("429 Too Many Requests", b"", "text/plain", "Retry-After: 1"), close=False),
    "garbage": Fault(lambda _, random: random.randbytes(NOISE)),
    "cut-gzip": Fault(_cut_gzip, close=False),
    "wrong-charset-page": Fault(_plain("200 OK", PAGE.encode("gbk"), "text/html; charset=utf-8"), close=False),
    "late": Fault(lambda _, __: None, weight=0.1),
}


class Front:
    """The socket; ``weather`` may be changed between runs."""

    def __init__(self) -> None:
        self.weather = Weather(None)
        self.url = ""

    @contextmanager
    def open(self) -> Iterator[Front]:
        """Serve on a free port of the loopback interface."""
        front = self

        class Handler(_Handler):
            def weather(self) -> Weather:
                return front.weather

        with _Server(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_address[1]}"
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            try:
                yield self
            finally:
                server.shutdown()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that the client gave up is no error; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # as it came


class _Handler(StreamRequestHandler):
    disable_nagle_algorithm = True

    def weather(self) -> Weather:
        """The line's present state."""
        raise LookupError

    def handle(self) -> None:
        """Answer each request of a kept connection."""
        while asked := self._asked():
            weather = self.weather()
            name, random = weather.fault(asked)
            answer = _answer(weather.app, asked)
            if name is None:
                self.wfile.write(answer)
            elif not self._spoil(FAULTS[name], answer, random, weather.late):
                return

    def _spoil(self, fault: Fault, answer: bytes, random: Random, late: float) -> bool:
        """Do to an answer what the fault does; whether the connection lasts."""
        changed = fault.change(answer, random)
        if changed is None:
            time.sleep(late)
        with suppress(OSError):  # who was kept waiting may have gone
            self.wfile.write(answer if changed is None else changed)
        if fault.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()  # with a reset in place of an end
        return not fault.close

    def _asked(self) -> Asked | None:
        line = self.rfile.readline()
        if not line:
            return None
        head = b""
        while (row := self.rfile.readline()) not in (b"\r\n", b""):
            head += row
        headers = BytesHeaderParser().parsebytes(head)
        method, target, _ = line.decode("ascii").split()
        return Asked(method, target, headers, self.rfile.read(int(headers["content-length"] or 0)))


def _answer(app: WsgiApp, asked: Asked) -> bytes:
    """The application's own answer, as bytes with a length."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []
    body = b"".join(app(_environ(asked), lambda status, headers, _=None: begun.append((status, headers))))
    status, headers = begun[-1]
    rows = [f"{name}: {value}" for name, value in headers if name.lower() not in {"content-length", "connection"}]
    head = "\r\n".join([f"HTTP/1.1 {status}", *rows, f"Content-Length: {len(body)}", "", ""])
    return head.encode("latin-1") + body


def _environ(asked: Asked) -> dict[str, Any]:
    path, _, query = asked.target.partition("?")
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in asked.headers.items()}
    return {
        **named,
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": asked.headers["content-type"] or "",
        "CONTENT_LENGTH": str(len(asked.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(asked.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }

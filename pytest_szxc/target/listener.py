"""The HTTP server behind receivers for notices: bounded in bytes, connections and time; one for each address."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from pytest_szxc.errors import Unjudgeable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from io import BufferedIOBase

    from pytest_szxc.target.clock import Clock

MOST_BYTES = 256 * 1024
MOST_DELIVERIES = 200
MOST_CONNECTIONS = 500
MOST_HEADERS = 40
LONGEST_HEADER = 4000
"""What is kept of a notice's headers: so many. Of a longer one only the name: part of a secret could not be told."""
_IDLE = 5.0
"""Seconds that a sender may be silent."""
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a receiver listens, and what a platform calls it."""

    host: str = _LOOPBACK
    port: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """What a receiver answers, after some seconds: a status for each notice, the last one for all that follow."""

    statuses: tuple[int, ...] = (200,)
    delay: float = 0.0

    def status(self, number: int) -> int:
        """What the notice of a number (from 1) is answered."""
        return self.statuses[min(number, len(self.statuses)) - 1]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice as it came."""

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: str


class Listener:
    """What takes the notices to one path that cannot be guessed.

    Args:
        place: where to listen.
        secret: the path under which notices count.
        script: what they are answered.
        clock: tells when they came.

    Raises:
        Unjudgeable: ``sink.port``, it cannot listen there.
    """

    def __init__(self, place: Place, secret: str, script: Script, clock: Clock) -> None:
        self.path = f"/{secret}"
        self.script = script
        self.clock = clock
        self._deliveries: list[Delivery] = []
        self._lock = threading.Lock()
        with _OPENING:
            self._server = _server_at(place)
            self._server.listeners[self.path] = self
        self.url = (place.url or f"http://{place.host}:{self._server.server_port}") + self.path

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What came so far."""
        with self._lock:
            return tuple(self._deliveries)

    def take(self, method: str, headers: Iterable[tuple[str, str]], body: bytes) -> int:
        """Keep a notice; its number, 0 for one too many, which is not kept."""
        kept = tuple((name.lower(), value if len(value) <= LONGEST_HEADER else "") for name, value in headers)[
            :MOST_HEADERS
        ]
        with self._lock:
            if len(self._deliveries) >= MOST_DELIVERIES:
                return 0
            self._deliveries.append(Delivery(method, kept, body, self.clock.now().isoformat()))
            return len(self._deliveries)

    def close(self) -> None:
        """Stop listening; who is the last at an address closes it."""
        with _OPENING:
            del self._server.listeners[self.path]
            if not self._server.listeners:
                self._server.stop()


class _Server(ThreadingHTTPServer):
    """Hands each connection to a handler of its own, up to a number."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, place: Place) -> None:
        self.place = place
        self.listeners: dict[str, Listener] = {}
        self._left = MOST_CONNECTIONS
        super().__init__((place.host, place.port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let go of the address."""
        _SERVERS.pop(self.place, None)
        self.shutdown()
        self.server_close()
        self._thread.join()

    def verify_request(self, *_: object) -> bool:
        """Whether a further connection is heard."""
        self._left -= 1
        return self._left >= 0

    def handle_error(self, *_: object) -> None:
        """Nothing: a sender that breaks off says nothing of itself that is not recorded."""


_SERVERS: dict[Place, _Server] = {}
"""Servers at addresses that were declared: several receivers may share one."""
_OPENING = threading.Lock()


def _server_at(place: Place) -> _Server:
    """The server at an address, a new one where there is none, or where any port will do."""
    if place in _SERVERS:
        return _SERVERS[place]
    try:
        made = _Server(place)
    except OSError as error:
        raise Unjudgeable("sink.port", port=place.port, problem=type(error).__name__) from error
    if place.port:
        _SERVERS[place] = made
    return made


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    timeout = _IDLE
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Take a notice."""
        self.close_connection = True
        listener = self._listener
        if listener is None:
            return self._say(HTTPStatus.NOT_FOUND)
        body = _body(self.rfile, self.headers.get("content-length"), self.headers.get("transfer-encoding"))
        if body is None:
            return self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        number = listener.take(self.command, self.headers.items(), body)
        listener.clock.sleep(listener.script.delay)
        return self._say(listener.script.status(number) if number else HTTPStatus.TOO_MANY_REQUESTS)

    do_PUT = do_POST  # noqa: N815 -- the same

    def do_GET(self) -> None:
        """Tell a platform that looks first whether anybody is there."""
        self._say(HTTPStatus.OK if self._listener else HTTPStatus.NOT_FOUND)

    def log_message(self, *_: object) -> None:
        """Nothing: the run's own record tells more."""

    @property
    def _listener(self) -> Listener | None:
        """Whose path was asked for; what a proxy has put before it does not count."""
        return self.server.listeners.get("/" + self.path.rpartition("/")[2])

    def _say(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _body(stream: BufferedIOBase, length: str | None, coding: str | None) -> bytes | None:
    """The body; ``None`` for one that is too long, is cut short or has no readable length."""
    if (coding or "").lower() == "chunked":
        return _chunks(stream)
    if length is None or not length.isdecimal() or int(length) > MOST_BYTES:
        return None
    whole = stream.read(int(length))
    return whole if len(whole) == int(length) else None


def _chunks(stream: BufferedIOBase) -> bytes | None:
    whole = b""
    while len(whole) <= MOST_BYTES:
        try:
            size = int(stream.readline(20).split(b";")[0], 16)
        except ValueError:
            return None
        if size < 0 or size > MOST_BYTES:
            return None
        whole += stream.read(size)
        stream.readline(4)
        if size == 0:
            return whole
    return None

"""A receiver for notices that a platform sends of itself (webhooks), while one check lives; recorded like all else.

What came is read from the recording when a run is judged again; nothing listens then.
"""

from __future__ import annotations

import ipaddress
import json
import threading
import time
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.model import Exchange, Location, Request, Response
from pytest_szxc.record import Record
from pytest_szxc.target import strict_json
from pytest_szxc.target.store import exchange_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from io import BufferedIOBase

    from pytest_szxc.model import Json
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.store import ExchangeStore

METHOD = "SINK"
"""Method of the records of what came in; nothing was sent."""
OPERATION = "sink"
MOST_BYTES = 256 * 1024
MOST_DELIVERIES = 200
MOST_CONNECTIONS = 500
LONGEST_WAIT = 60.0
_IDLE = 5.0
"""Seconds that a sender may be silent."""
_STEP = 0.05
_LOOPBACK = "127.0.0.1"
_NAMES = ("localhost", ".localhost", ".invalid")
"""Ends of names that mean this machine; ``.invalid`` is what a target in process is called."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a receiver listens, and what a platform calls it."""

    host: str = _LOOPBACK
    port: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """What a receiver answers: an HTTP status, after some seconds."""

    status: int = 200
    delay: float = 0.0


def place_for(base_url: str, declared: str, *, in_process: bool) -> Place:
    """Where to listen so that the platform can reach it.

    Args:
        base_url: the target's.
        declared: ``[target] sink`` of the statement: the address under which the platform reaches this machine.
        in_process: whether the target is called in process.

    Raises:
        Unjudgeable: ``sink.unreachable``, the target is elsewhere and nothing is declared.
    """
    if declared:
        return Place("0.0.0.0", urlsplit(declared).port or 80, declared.rstrip("/"))  # noqa: S104 -- it must be reached from outside
    if in_process or _is_here(urlsplit(base_url).hostname or ""):
        return Place()
    raise Unjudgeable("sink.unreachable")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.endswith(_NAMES)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice as it came."""

    method: str
    content_type: str
    body: bytes


class Listener:
    """An HTTP server for one address that cannot be guessed; bounded in bytes, connections and time.

    Args:
        place: where to listen.
        secret: the path under which notices count.
        script: what they are answered.

    Raises:
        Unjudgeable: ``sink.port``, it cannot listen there.
    """

    def __init__(self, place: Place, secret: str, script: Script) -> None:
        self.path = f"/{secret}"
        self.script = script
        self._deliveries: list[Delivery] = []
        self._lock = threading.Lock()
        try:
            self._server = _Server((place.host, place.port), self)
        except OSError as error:
            raise Unjudgeable("sink.port", port=place.port, problem=type(error).__name__) from error
        self.url = (place.url or f"http://{place.host}:{self._server.server_port}") + self.path
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What came so far."""
        with self._lock:
            return tuple(self._deliveries)

    def take(self, delivery: Delivery) -> bool:
        """Keep a notice; one too many is not kept."""
        with self._lock:
            room = len(self._deliveries) < MOST_DELIVERIES
            if room:
                self._deliveries.append(delivery)
            return room

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Hands each connection to a handler of its own, up to a number."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], listener: Listener) -> None:
        self.listener = listener
        self._left = MOST_CONNECTIONS
        super().__init__(address, _Handler)

    def verify_request(self, *_: object) -> bool:
        """Whether a further connection is heard."""
        self._left -= 1
        return self._left >= 0

    def handle_error(self, *_: object) -> None:
        """Nothing: a sender that breaks off says nothing of itself that is not recorded."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    timeout = _IDLE
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Take a notice."""
        self.close_connection = True
        listener = self.server.listener
        if self.path != listener.path:
            return self._say(HTTPStatus.NOT_FOUND)
        body = _body(self.rfile, self.headers.get("content-length"), self.headers.get("transfer-encoding"))
        if body is None:
            return self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        taken = listener.take(Delivery(self.command, self.headers.get("content-type", ""), body))
        time.sleep(listener.script.delay)
        return self._say(listener.script.status if taken else HTTPStatus.TOO_MANY_REQUESTS)

    do_PUT = do_POST  # noqa: N815 -- the same

    def do_GET(self) -> None:
        """Tell a platform that looks first whether anybody is there."""
        self._say(HTTPStatus.OK if self.path == self.server.listener.path else HTTPStatus.NOT_FOUND)

    def log_message(self, *_: object) -> None:
        """Nothing: the run's own record tells more."""

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


@dataclass(slots=True)
class Sink:
    """A receiver as a check sees it.

    Attributes:
        url: what the platform shall send to.
    """

    url: str
    _key: str
    _store: ExchangeStore
    _clock: Clock
    _now: datetime
    _use: Callable[..., None]
    _listener: Listener | None = None
    _asked: int = field(default=0)

    def received(self, count: int = 1, wait: float = 5.0) -> tuple[Record, ...]:
        """What came so far, in order; waits until there are ``count`` notices or ``wait`` seconds have passed.

        Each is a record with ``method``, ``contentType`` and ``body``: its JSON value, ``None`` where it is none.
        """
        self._asked += 1
        key = f"{self._key}-{self._asked}"
        seen = self._store.fetch(key, lambda: self._looked(key, count, min(wait, LONGEST_WAIT)))
        names: list[str] = json.loads(seen.response.body) if seen.response else []
        self._use(key, *names)
        return tuple(self._record(name) for name in names)

    def close(self) -> None:
        """Stop listening, if anything does."""
        if self._listener:
            self._listener.close()
            self._listener = None

    def _looked(self, key: str, count: int, wait: float) -> Exchange:
        if self._listener is None:
            raise TransportFault("replay.missing", method=METHOD, url=self.url)
        until = self._clock.monotonic() + wait
        while len(self._listener.deliveries) < count and self._clock.monotonic() < until:
            self._clock.sleep(_STEP)
        names = [self._kept(number, one) for number, one in enumerate(self._listener.deliveries, 1)]
        return _exchange(key, self.url, Response(HTTPStatus.OK, (), json.dumps(names).encode()))

    def _kept(self, number: int, one: Delivery) -> str:
        key = f"{self._key}-d{number}"
        headers = (("content-type", one.content_type), ("x-method", one.method))
        request = Request(METHOD, self.url, headers, one.body, "")
        status = self._listener.script.status if self._listener else 0
        if self._store.get(key) is None:
            self._store.fetch(key, lambda: Exchange(key, OPERATION, request, Response(status)))
        return key

    def _record(self, name: str) -> Record:
        request = found.request if (found := self._store.get(name)) else Request(METHOD, self.url)
        headers = dict(request.headers)
        value = {
            "method": headers.get("x-method", ""),
            "contentType": headers.get("content-type", ""),
            "body": _json(request.body),
        }
        return Record(value, Location(name), self._now)


def open_sink(  # noqa: PLR0913, PLR0917 -- what a receiver is made of
    name: str,
    place: Callable[[], Place],
    secret: str,
    store: ExchangeStore,
    times: tuple[Clock, datetime],
    use: Callable[..., None],
    script: Script,
) -> Sink:
    """Open a receiver, or find the one that a recording had.

    Args:
        name: tells it apart from all others of the run.
        place: where to listen; asked only if anything is to listen.
        secret: path that cannot be guessed.
        store: keeps what came.
        times: the clock for waiting, and the instant at which the run judges.
        use: told of the exchanges that the check has seen.
        script: what notices are answered.

    Raises:
        Unjudgeable: ``sink.*``, ``replay.missing``.
    """
    key = exchange_id(OPERATION, Request(METHOD, OPERATION, account=""), name)
    opened: list[Listener] = []

    def listen() -> Exchange:
        try:
            opened.append(Listener(place(), secret, script))
        except TransportFault:  # a recording without it
            raise
        except Unjudgeable as reason:  # recorded, or judging again would find another cause
            said = {name: str(value) for name, value in reason.params.items()}
            return replace(_exchange(key, "-", None), fault=reason.code, fault_params=said)
        return _exchange(key, opened[0].url, Response(HTTPStatus.OK))

    made = store.fetch(key, listen)
    if made.fault:
        raise Unjudgeable(made.fault, **made.fault_params)
    return Sink(made.request.url, key, store, *times, use, opened[0] if opened else None)


def _exchange(key: str, url: str, response: Response | None) -> Exchange:
    return Exchange(key, OPERATION, Request(METHOD, url, account=""), response)


def _json(body: bytes) -> Json:
    try:
        return strict_json.parse(body)
    except TransportFault:
        return None

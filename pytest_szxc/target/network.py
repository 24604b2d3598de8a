"""The one HTTP seam: bounded requests, and every way in which one can go wrong as one fault code.

HTTP/1.1 only; nothing is taken from the environment; no cookies; no host but the target's is ever spoken to.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import h11
import httpx

from pytest_szxc import __version__
from pytest_szxc.errors import StatementError, SzxcError, TransportFault
from pytest_szxc.model import Response
from pytest_szxc.printable import bare_url, show
from pytest_szxc.target.content_coding import ACCEPTED, decode
from pytest_szxc.target.deadline import Deadline, Resolver
from pytest_szxc.target.line import Line, framing_fault
from pytest_szxc.target.redirects import follow
from pytest_szxc.target.tls import make_context

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pytest_szxc.model import Request
    from pytest_szxc.target.carrier import Carried, Carrier
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.statement import Limits

_OWN_HEADERS = (("User-Agent", f"pytest-szxc/{__version__}"), ("Accept-Encoding", ACCEPTED))
_REPEATABLE = {"GET", "HEAD"}
_STALE = {"transport.closed", "transport.reset"}


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """How to reach the target: a PEM file of authorities to trust, a proxy's URL, whether to verify no certificates."""

    ca: Path | None = None
    proxy: str | None = None
    insecure: bool = False


class Network:
    """Sends requests as they are (credentials filled in already) and bounds what they may cost.

    Args:
        limits: deadline in seconds and body size in bytes.
        options: authorities, proxy.
        clock: tells the time.
        https: whether the target wants TLS; without it no certificates are loaded.

    Raises:
        StatementError: ``target.ca-file``, ``target.proxy``.
    """

    def __init__(self, limits: Limits, options: NetworkOptions, clock: Clock, *, https: bool) -> None:
        self._limits = limits
        self._clock = clock
        self._context = make_context(options.ca, insecure=options.insecure) if https else None
        self._proxy = options.proxy
        if options.proxy and not options.proxy.startswith("http://"):
            raise StatementError("target.proxy", proxy=show(bare_url(options.proxy).partition("://")[0]))
        self._resolver = Resolver()
        self._lock = threading.Lock()
        self._lines: list[Line] = []
        self._idle: list[Line] = []

    def send(self, request: Request) -> Response:
        """The answer to a request, hops within its origin followed.

        Raises:
            TransportFault: no usable answer; whatever goes wrong below ends here.
        """
        with self._line() as line:
            line.deadline.start(self._limits.deadline, self._limits.body_bytes)
            return follow(request, lambda hop: self._once(line, hop))

    def close(self) -> None:
        """Close all connections; a request under way in another thread ends with a fault."""
        with self._lock:
            lines, self._lines, self._idle = self._lines, [], []
        for line in lines:
            line.close()

    @contextmanager
    def _line(self) -> Iterator[Line]:
        """A connection that nobody uses, the last one used first: there are never more than requests at once."""
        with self._lock:
            line = self._idle.pop() if self._idle else None
        if line is None:
            line = Line(Deadline(self._clock), self._resolver, self._context, self._proxy, self._clock)
            with self._lock:
                self._lines.append(line)
        try:
            yield line
        finally:
            with self._lock:
                self._idle.append(line)

    def _once(self, line: Line, request: Request) -> Response:
        line.deadline.attempt()
        try:
            return exchange(line, request, self._limits.body_bytes)
        except TransportFault as fault:
            # A server may close an idle connection in the very moment we use it; asking once more is allowed then
            # (RFC 9112 section 9.3.1).
            stale = fault.code in _STALE and not line.deadline.received and not line.deadline.connected
            if not (stale and request.method in _REPEATABLE):
                raise
        line.deadline.attempt()
        return exchange(line, request, self._limits.body_bytes)


def exchange(carrier: Carrier, request: Request, body_bytes: int) -> Response:
    """One request and its answer.

    Raises:
        TransportFault: no usable answer.
    """
    try:
        answer = carrier.carry(request.method, request.url, _headers(request), request.body)
        try:
            return _response(answer, body_bytes, head=request.method == "HEAD")
        finally:
            answer.close()
    except Exception as error:
        raise fault_of(error, carrier) from error


def _headers(request: Request) -> list[tuple[str, str]]:
    given = {name for name, _ in request.headers}
    return [*request.headers, *((name, value) for name, value in _OWN_HEADERS if name.lower() not in given)]


def _response(answer: Carried, limit: int, *, head: bool) -> Response:
    headers = tuple((_text(name).lower(), _text(value)) for name, value in answer.headers)
    response = Response(answer.status, headers)
    declared = response.header("content-length") or ""
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit and not head:
        raise TransportFault("transport.body-too-large", limit=limit)
    body = _read(answer.parts, limit)
    encodings = ",".join(value for name, value in headers if name == "content-encoding")
    return Response(answer.status, headers, decode(body, encodings, limit) if encodings else body, answer.tls)


def _read(stream: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for part in stream:
        body += part
        if len(body) > limit:
            raise TransportFault("transport.body-too-large", limit=limit)
    return bytes(body)


def _text(raw: bytes) -> str:
    """A header as text: UTF-8 where it is (file names are often sent so), else Latin-1, which never fails."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def fault_of(error: Exception, transport: object = None) -> TransportFault:
    """The one fault that an exception of the layers below is."""
    if isinstance(error, TransportFault):
        return error
    if isinstance(error, SzxcError):
        return TransportFault("transport.other", type=type(error).__name__, problem=show(str(error)))
    if isinstance(error, h11.RemoteProtocolError):
        return framing_fault(error, ended=isinstance(transport, Line) and transport.deadline.ended)
    code = next((code for kinds, code in _CODES if isinstance(error, kinds)), None)
    if code:
        return TransportFault(code, problem=show(str(error)))
    return TransportFault("transport.other", type=type(error).__name__, problem=show(str(error)))


_CODES: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((h11.LocalProtocolError, httpx.InvalidURL, httpx.UnsupportedProtocol), "transport.request"),
    ((httpx.RemoteProtocolError,), "transport.protocol"),
    ((httpx.TimeoutException, TimeoutError), "transport.stalled"),
    ((httpx.NetworkError, OSError), "transport.reset"),
    ((UnicodeError, OverflowError), "transport.request"),
)

"""One connection at a time to one origin, spoken with h11: an answer, the whole answer and nothing but the answer.

h11 is the parser below httpx. Spoken with directly it shows what comes *after* an answer: bytes beyond the declared end
would else be taken for the beginning of the next answer, and a wrong verdict would follow.
"""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import h11
import httpx

from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show
from pytest_szxc.target.carrier import Carried, RawHeaders, place_of
from pytest_szxc.target.deadline import DeadlineBackend

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from pytest_szxc.target.carrier import Place
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.deadline import Deadline, DeadlineStream, Resolver

KEPT_ALIVE = 15.0
"""Seconds that an idle connection is kept."""
MAX_HEAD = 100 * 1024
"""Bytes that a head, a chunk's line or the trailers may have."""
MAX_HEADERS = 1_000
MAX_INTERIM = 100
"""Interim answers (1xx) that may come before the answer."""
_GRACE = 0.05
"""Seconds given to a peer that said that it closes, to do so or to send what it had not declared."""
_PART = 64 * 1024
_HTTP = b"HTTP/"
_PROXY_PORT = 80
_BODIED = (b"POST", b"PUT", b"PATCH")
"""Methods whose requests say that they have no body, if they have none (RFC 9110 section 8.6)."""
_TOO_LARGE = 431
_PROXY_WANTS = 407
_OK = range(200, 300)
_BAD_FRAMING = (
    ("conflicting Content-Length", "framing.conflict"),
    ("bad Content-Length", "framing.length"),
    ("Transfer-Encoding", "framing.coding"),
    ("chunk", "framing.chunk"),
)
"""Words of h11 and our codes; other words are ``transport.protocol``."""
_Origin = tuple[str, str, int]


class Line:
    """One connection, for one request at a time, that ends at ``deadline``.

    Args:
        deadline: what the request under way may still cost.
        resolver: finds addresses.
        context: for https.
        proxy: URL of the proxy to go through, if any.
        clock: tells how long a connection was idle.
    """

    def __init__(
        self,
        deadline: Deadline,
        resolver: Resolver,
        context: ssl.SSLContext | None,
        proxy: str | None,
        clock: Clock,
    ) -> None:
        self.deadline = deadline
        self._backend = DeadlineBackend(deadline, resolver)
        self._context = context
        self._proxy = httpx.URL(proxy) if proxy else None
        self._clock = clock
        self._wire: _Wire | None = None
        self._origin: _Origin | None = None
        self._used = 0.0

    def carry(self, method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> Carried:
        """Send one request; the body is still to be read."""
        place = place_of(url)
        origin = (place.scheme, place.host, place.port)
        wire = self._kept(origin) or self._connected(origin)
        forwarded = self._forwards(origin)
        try:
            wire.send(method.encode("ascii"), *self._written(place, headers, forwarded=forwarded), body)
            head = wire.head()
            _look_at(head, forwarded=forwarded)
        except BaseException:
            self.close()
            raise
        return Carried(head.status_code, head.headers.raw_items(), wire.body(), partial(self._done, wire), wire.tls)

    def _done(self, wire: _Wire) -> None:
        """An answer was read, or given up: the connection is kept if it is clean."""
        self._used = self._clock.monotonic()
        if not wire.clean:
            self.close()

    def close(self) -> None:
        """Close the connection."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _kept(self, origin: _Origin) -> _Wire | None:
        """The connection of the last request if it is still good: nothing may have come on it since."""
        wire = self._wire
        if wire is None:
            return None
        fresh = origin == self._origin and self._clock.monotonic() - self._used < KEPT_ALIVE
        if fresh and wire.quiet():
            return wire
        self.close()
        return None

    def _connected(self, origin: _Origin) -> _Wire:
        scheme, host, port = origin
        proxy = self._proxy
        to = (proxy.host, proxy.port or _PROXY_PORT) if proxy else (host, port)
        stream = self._backend.connect_tcp(*to)
        try:
            if proxy and not self._forwards(origin):
                _tunnel(stream, host, port, _credentials(proxy))
            if scheme == "https":
                stream = stream.start_tls(self._context or _no_tls(), host)
        except BaseException:
            stream.close()
            raise
        self._wire, self._origin = _Wire(stream), origin
        return self._wire

    def _forwards(self, origin: _Origin) -> bool:
        """Whether a proxy passes requests on; to https it opens a tunnel, and sees none."""
        return self._proxy is not None and origin[0] == "http"

    def _written(self, place: Place, headers: list[tuple[str, str]], *, forwarded: bool) -> tuple[bytes, RawHeaders]:
        """Target and headers as the peer is to see them."""
        raw = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
        raw.insert(0, (b"Host", place.authority))
        if self._proxy is None or not forwarded:
            return place.target, raw
        return b"http://" + place.authority + place.target, [*raw, *_credentials(self._proxy)]


class _Wire:
    """One open connection."""

    def __init__(self, stream: DeadlineStream) -> None:
        self._stream = stream
        self.tls = stream.tls
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self.clean = True

    def send(self, method: bytes, target: bytes, headers: RawHeaders, body: bytes = b"") -> None:
        """Send a request; a peer that does not read all of it may have answered all the same."""
        self.clean = False
        length = [(b"Content-Length", b"%d" % len(body))] if body or method in _BODIED else []
        events = [h11.Request(method=method, target=target, headers=[*headers, *length]), h11.EndOfMessage()]
        if body:
            events.insert(1, h11.Data(data=body))
        self._stream.write(b"".join(self._http.send(event) or b"" for event in events))

    def head(self) -> h11.Response:
        """The head of the answer, interim ones passed over."""
        self._see_http()
        for _ in range(MAX_INTERIM + 1):
            event = self._event()
            if isinstance(event, h11.Response):
                return event
        raise TransportFault("framing.interim", limit=MAX_INTERIM)

    def body(self) -> Iterator[bytes]:
        """The parts of the body; nothing may be left behind its end.

        Raises:
            TransportFault: ``framing.surplus``.
        """
        while isinstance(event := self._event(), h11.Data):
            self._stream.check()  # one read may bring thousands of tiny chunks
            yield bytes(event.data)
        kept = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        surplus = self._http.trailing_data[0] or self._stream.unasked(0.0 if kept else _GRACE)
        if surplus:
            raise TransportFault("framing.surplus", start=_shown(surplus))
        if kept and surplus is None:
            self._http.start_next_cycle()
            self.clean = True

    def quiet(self) -> bool:
        """Whether an idle connection is as it was left."""
        return self.clean and self._stream.unasked(0.0) is None

    def close(self) -> None:
        """Close the connection."""
        self.clean = False
        self._stream.close()

    def _see_http(self) -> None:
        """Refuse what cannot be an answer without waiting for the end of its head."""
        start = b""
        while len(start) < len(_HTTP):
            part = self._stream.read(_PART)
            self._http.receive_data(part)
            start += part
            if not start.startswith(_HTTP[: len(start)]):
                raise TransportFault("transport.not-http", start=_shown(start))
            if not part:
                return

    def _event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(self._stream.read(_PART))
        return event


def framing_fault(error: h11.RemoteProtocolError, *, ended: bool) -> TransportFault:
    """The fault that h11 found in an answer; ``ended`` says whether the peer had closed by then."""
    words = str(error)
    if error.error_status_hint == _TOO_LARGE:
        return TransportFault("transport.headers-too-large", limit=MAX_HEAD)
    known = next((code for part, code in _BAD_FRAMING if part in words), "transport.protocol")
    return TransportFault("transport.cut-short" if ended else known, problem=show(words))


def _no_tls() -> NoReturn:
    raise httpx.UnsupportedProtocol("https")


def _look_at(head: h11.Response, *, forwarded: bool) -> None:
    """Refuse a head that two readers could take differently, or that would cost too much to keep."""
    names = {name for name, _ in head.headers}
    if {b"content-length", b"transfer-encoding"} <= names:  # RFC 9112 section 6.3: to be handled as an error
        raise TransportFault("framing.conflict", problem="Content-Length, Transfer-Encoding")
    if len(head.headers) > MAX_HEADERS:
        raise TransportFault("transport.headers-too-large", limit=MAX_HEADERS)
    if not head.http_version.startswith(b"1."):
        raise TransportFault("transport.protocol", problem=f"HTTP/{head.http_version.decode('ascii')}")
    if forwarded and head.status_code == _PROXY_WANTS:
        raise _refusal_of_proxy(head)


def _tunnel(stream: DeadlineStream, host: str, port: int, headers: RawHeaders) -> None:
    """Ask a proxy for a tunnel.

    Raises:
        TransportFault: ``transport.proxy``, refused.
    """
    target = (f"[{host}]:{port}" if ":" in host else f"{host}:{port}").encode("ascii")
    wire = _Wire(stream)
    wire.send(b"CONNECT", target, [(b"Host", target), *headers])
    head = wire.head()
    if head.status_code not in _OK:
        raise _refusal_of_proxy(head)


def _refusal_of_proxy(head: h11.Response) -> TransportFault:
    return TransportFault("transport.proxy", problem=show(f"{head.status_code} {head.reason.decode('latin-1')}"))


def _credentials(proxy: httpx.URL) -> RawHeaders:
    if not proxy.userinfo:
        return []
    secret = b64encode(f"{proxy.username}:{proxy.password}".encode())
    return [(b"Proxy-Authorization", b"Basic " + secret)]


def _shown(raw: bytes) -> str:
    return show(raw[:40].decode("utf-8", "replace"))

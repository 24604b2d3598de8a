"""Sockets that end at a request's deadline.

A time-out for each read does not bound a request: a peer that drips bytes keeps it alive for ever. Here every connect,
handshake, read and write gets what is left until one instant, so a request ends on time without a watchdog thread.
"""

from __future__ import annotations

import errno
import ipaddress
import math
import select
import socket
import ssl
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show
from pytest_szxc.target.tls import handshake_fault, read_fault, speaks_tlcp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.target.clock import Clock

R = TypeVar("R")
T = TypeVar("T")
Address = tuple[socket.AddressFamily, Any]
_SLACK = 2 * 1024 * 1024
"""Bytes beyond the body that headers, chunk framing and interim answers may take."""


class Deadline:
    """What the one request that a thread is waiting for may still cost.

    Args:
        clock: tells the time.

    Attributes:
        received: bytes that came in this attempt.
        connected: whether this attempt made a connection.
        ended: whether the peer closed its side in this attempt.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.start(0.0, 0)
        self.attempt()

    def start(self, seconds: float, body_bytes: int) -> None:
        """A request begins; all its attempts and hops share the time."""
        self.seconds = seconds
        self._end = self._clock.monotonic() + seconds
        self._ceiling = body_bytes + _SLACK

    def attempt(self) -> None:
        """One attempt, or one hop, begins."""
        self.received = 0
        self.connected = False
        self.ended = False

    def left(self) -> float:
        """Seconds left.

        Raises:
            TransportFault: ``transport.timeout``, none.
        """
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise self.over()
        return left

    def over(self) -> TransportFault:
        """The fault of a request that took too long."""
        return TransportFault("transport.timeout", seconds=f"{self.seconds:g}")

    def count(self, data: bytes) -> bytes:
        """Count what came in.

        Raises:
            TransportFault: more than any answer within the limits can be; or nothing before the peer closed.
        """
        if not data:
            self.ended = True
            if not self.received:
                raise TransportFault("transport.closed")
        self.received += len(data)
        if self.received > self._ceiling:
            raise TransportFault("transport.body-too-large", limit=self._ceiling)
        return data


class DeadlineStream:
    """One connection; whatever is done with it ends at the deadline.

    The socket never blocks, and is waited for only where it must be: in Python each call that may block, or that
    changes whether it may, hands the interpreter to another thread and has to get it back.

    Args:
        sock: the connected socket.
        deadline: of the request under way in this thread.
        host: the peer's name, for messages.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline, host: str) -> None:
        self._sock = sock
        self._deadline = deadline
        self._host = host
        self._spoken = False
        self._ready_without_sign = isinstance(sock, ssl.SSLSocket)  # TLS may hold bytes that the socket does not show
        self.tls = (sock.version() or "") if isinstance(sock, ssl.SSLSocket) else ""
        sock.settimeout(0.0)

    def read(self, max_bytes: int) -> bytes:
        """What the peer sent, at most ``max_bytes``; empty at the end.

        Raises:
            TransportFault: the time is over, the peer broke off, or more came than any answer may have.
        """
        try:
            if not self._ready_without_sign:
                self._wait_until(reading=True)
            return self._deadline.count(self._done(self._sock.recv, max_bytes, reading=True))
        except OSError as error:
            raise read_fault(error, self._host, begun=self._deadline.received > 0) from error

    def _done(self, act: Callable[[T], R], what: T, *, reading: bool) -> R:
        """What an act on the socket gives, as soon as it can be done."""
        while True:
            try:
                return act(what)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError) as wants:
                read = isinstance(wants, ssl.SSLWantReadError) or (reading and isinstance(wants, BlockingIOError))
                self._wait_until(reading=read)

    def _wait_until(self, *, reading: bool) -> None:
        if not is_ready(self._sock, self._deadline.left(), reading=reading):
            raise self._deadline.over()

    def check(self) -> None:
        """Raise ``transport.timeout`` if the time is over."""
        self._deadline.left()

    def write(self, data: bytes) -> bool:
        """Send everything; false if the peer refused to read on: it may have answered all the same."""
        self._spoken = True
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._done(self._sock.send, rest, reading=False) :]
        except OSError:
            return False
        return True

    def unasked(self, seconds: float) -> bytes | None:
        """What comes although nothing was asked: bytes, empty at the peer's end, ``None`` for nothing in that time."""
        try:
            if seconds:
                is_ready(self._sock, seconds, reading=True)
            return self._sock.recv(64)
        except (BlockingIOError, ssl.SSLWantReadError):
            return None
        except OSError:
            return b""

    def close(self) -> None:
        """Close the connection; a thread that waits for it is woken."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()

    def start_tls(self, context: ssl.SSLContext, host: str) -> DeadlineStream:
        """The same connection under TLS; the handshake ends at the deadline too.

        Raises:
            TransportFault: ``transport.tls.*``, ``transport.timeout``.
        """
        try:
            peer = (self._sock.family, self._sock.getpeername())
            self._sock.settimeout(self._deadline.left())
            secured = context.wrap_socket(self._sock, server_hostname=host, suppress_ragged_eofs=False)
        except TimeoutError:
            self.close()
            raise self._deadline.over() from None
        except ssl.SSLError as error:
            self.close()
            raise self._refined(handshake_fault(error, host), peer, context) from error
        except OSError as error:
            self.close()
            raise TransportFault("transport.tls.closed", host=show(host), reason=show(str(error))) from error
        return DeadlineStream(secured, self._deadline, self._host)

    def _refined(self, fault: TransportFault, peer: Address, context: ssl.SSLContext) -> TransportFault:
        """The fault of a failed handshake, looked at once more: OpenSSL does not know TLCP from noise."""
        if self._spoken or fault.code != "transport.tls.not-tls":
            return fault  # spoken to before the handshake: behind a proxy's tunnel, which a second look would miss
        try:
            with _connect(peer, self._deadline.left()) as sock:
                tlcp = speaks_tlcp(sock, context, self._deadline.left)
        except OSError:
            return fault
        return TransportFault("transport.tls.tlcp", host=fault.params["host"]) if tlcp else fault


def is_ready(sock: socket.socket, seconds: float, *, reading: bool) -> bool:
    """Whether a socket can be read from, or written to, within some seconds.

    Raises:
        OSError: it was closed.
    """
    if sock.fileno() < 0:
        raise OSError(errno.EBADF, "closed")
    if hasattr(select, "poll"):
        poll = select.poll()  # unlike select, it takes file numbers above 1023
        poll.register(sock, select.POLLIN if reading else select.POLLOUT)
        return bool(poll.poll(math.ceil(seconds * 1000)))
    sides = ([sock], []) if reading else ([], [sock])
    return any(select.select(*sides, [], seconds))


class DeadlineBackend:
    """Makes connections that end at the deadline.

    Args:
        deadline: of the thread that uses this.
        resolver: finds addresses; shared by all threads of a run, so that a name is resolved once.
    """

    def __init__(self, deadline: Deadline, resolver: Resolver) -> None:
        self._deadline = deadline
        self._resolver = resolver

    def connect_tcp(self, host: str, port: int) -> DeadlineStream:
        """Connect to the first address of a host that answers.

        Raises:
            TransportFault: ``transport.dns``, ``transport.refused``, ``transport.connect-timeout`` or
                ``transport.unreachable``.
        """
        addresses = self._resolver.find(host, port, self._deadline)
        fault = TransportFault("transport.dns", host=show(host), problem="no address")
        for index, address in enumerate(addresses):
            try:
                sock = _connect(address, self._deadline.left() / (len(addresses) - index))
            except OSError as error:
                fault = _connect_fault(error, f"{host}:{port}", self._deadline.seconds)
            else:
                self._deadline.connected = True
                return DeadlineStream(sock, self._deadline, host)
        raise fault


class Resolver:
    """Host names to addresses, each name asked for once in a run."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], list[Address]] = {}

    def find(self, host: str, port: int, deadline: Deadline) -> list[Address]:
        """The addresses of a host; the system's resolver knows no time-out, so a name is asked for in a thread."""
        literal = _literal(host, port)
        if literal:
            return [literal]
        key = (host, port)
        if key not in self._known:
            self._known[key] = _resolve(host, port, deadline)
        return self._known[key]


def _literal(host: str, port: int) -> Address | None:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    return (socket.AF_INET if address.version == 4 else socket.AF_INET6), (str(address), port)  # noqa: PLR2004 -- IPv4


def _resolve(host: str, port: int, deadline: Deadline) -> list[Address]:
    answer: list[list[Address] | Exception] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.append([(family, sockaddr) for family, _, _, _, sockaddr in found])
        except (OSError, UnicodeError) as error:
            answer.append(error)

    asking = Thread(target=ask, daemon=True, name="szxc-dns")
    asking.start()
    asking.join(deadline.left())
    if not answer:
        raise TransportFault("transport.dns", host=show(host), problem=f"no answer in {deadline.seconds:g} s")
    if isinstance(answer[0], Exception):
        raise TransportFault("transport.dns", host=show(host), problem=show(str(answer[0])))
    return answer[0]


def _connect(address: Address, seconds: float) -> socket.socket:
    family, target = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect(target)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def _connect_fault(error: OSError, peer: str, seconds: float) -> TransportFault:
    if isinstance(error, ConnectionRefusedError):
        return TransportFault("transport.refused", host=show(peer))
    if isinstance(error, TimeoutError):
        return TransportFault("transport.connect-timeout", host=show(peer), seconds=f"{seconds:g}")
    return TransportFault("transport.unreachable", host=show(peer), problem=show(str(error)))

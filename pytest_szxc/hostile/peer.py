"""The server's end of one connection, bounded in life, with the moves that misbehaviour is made of."""

from __future__ import annotations

import socket
import struct
import time
from typing import NoReturn

LIFE = 120.0
"""Seconds after which a connection is given up, whatever it is doing: the kit must not leak."""
PAUSE = 0.05
"""Seconds between two drips."""
_HEAD = 64 * 1024
_PART = 64 * 1024


class Gone(Exception):  # noqa: N818 -- no error: how a connection ends
    """The client has gone, or the connection has lived long enough."""


class Peer:
    """One connection.

    Args:
        sock: accepted; TLS is spoken already where that is wanted.
        seconds: how long it may live.

    Attributes:
        path: of the request that is being answered.
    """

    def __init__(self, sock: socket.socket, seconds: float = LIFE) -> None:
        self.sock = sock
        self.path = ""
        self._end = time.monotonic() + seconds

    def head(self) -> bytes:
        """Read the next request up to the end of its head; its target is kept as ``path``."""
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.received()
            if len(head) > _HEAD:
                raise Gone
        words = head.split(b" ", 2)
        self.path = words[1].decode("latin-1") if len(words) > 1 else ""
        return head

    def send(self, data: bytes) -> None:
        """Send everything."""
        try:
            self.sock.settimeout(self._left())
            self.sock.sendall(data)
        except OSError:
            raise Gone from None

    def drip(self, data: bytes, part: bytes, pause: float = PAUSE) -> NoReturn:
        """Send ``data``, then ``part`` again and again with pauses."""
        self.send(data)
        while True:
            self.send(part)
            self._idle(pause)

    def flood(self, data: bytes, part: bytes) -> NoReturn:
        """Send ``data``, then ``part`` again and again without any pause."""
        self.send(data)
        while True:
            self.send(part)

    def stall(self, data: bytes = b"") -> NoReturn:
        """Send ``data``, then nothing more; what the client sends is thrown away."""
        self.send(data)
        while True:
            self.received()

    def nap(self, seconds: float) -> None:
        """Do nothing for a while, unless the client goes."""
        self._idle(seconds)

    def close(self, data: bytes = b"") -> NoReturn:
        """Send ``data`` and close in good order: everything sent arrives."""
        self.send(data)
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            raise Gone from None
        while True:
            self.received()

    def reset(self, data: bytes = b"") -> NoReturn:
        """Send ``data`` and break the connection (RST)."""
        self.send(data)
        if data:
            self._idle(PAUSE)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone

    def _idle(self, seconds: float) -> None:
        try:
            self.sock.settimeout(min(seconds, self._left()))
            if not self.sock.recv(_PART):
                raise Gone
        except TimeoutError:
            return
        except OSError:
            raise Gone from None

    def received(self) -> bytes:
        """What the client sent."""
        try:
            self.sock.settimeout(self._left())
            part = self.sock.recv(_PART)
        except OSError:
            raise Gone from None
        if not part:
            raise Gone
        return part

    def _left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise Gone
        return left

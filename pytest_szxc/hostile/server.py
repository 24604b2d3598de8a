"""The hostile server: real sockets, one thread a connection, every connection bounded in life."""

from __future__ import annotations

import json
import socket
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore, Lock, Thread
from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import Door, answer
from pytest_szxc.hostile.peer import Gone, Peer
from pytest_szxc.hostile.registry import BEHAVIOURS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.hostile.behaviour import Behaviour

HOST = "127.0.0.1"
AT_ONCE = 256
"""Connections at once; a further one is closed."""
_FILLERS = 8


class HostileServer:
    """Serves all behaviours until it is closed.

    Args:
        host: address to listen on.
        port: of the shared HTTP port; the others follow it, one a behaviour. 0 takes free ones.

    Attributes:
        urls: where each behaviour is, by name.

    Raises:
        OSError: a port is taken, or the address is not ours.
    """

    def __init__(self, host: str = HOST, port: int = 0) -> None:
        self._host = host
        self._next = port
        self._slots = BoundedSemaphore(AT_ONCE)
        self._lock = Lock()
        self._listening: list[socket.socket] = []
        self._open: set[socket.socket] = set()
        self.urls: dict[str, str] = {}
        try:
            self._open_doors()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Stop listening and break all connections."""
        with self._lock:
            sockets = [*self._listening, *self._open]
        for sock in sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for sock in self._listening:
            sock.close()

    def _open_doors(self) -> None:
        shared = self._listen(self._by_path)
        for behaviour in BEHAVIOURS.values():
            if behaviour.door is Door.PATH:
                self.urls[behaviour.name] = f"{self._url(shared)}/{behaviour.name}"
            elif behaviour.door in {Door.SHUT, Door.FULL}:
                self.urls[behaviour.name] = self._url(self._nobody(full=behaviour.door is Door.FULL)) + "/"
            else:
                port = self._listen(behaviour.act)
                self.urls[behaviour.name] = self._url(port, behaviour) + "/"

    def _url(self, sock: socket.socket, behaviour: Behaviour | None = None) -> str:
        scheme = "https" if behaviour and behaviour.door is Door.TLS else "http"
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{scheme}://{host}:{sock.getsockname()[1]}"

    def _bound(self) -> socket.socket:
        """A socket on the next port."""
        sock = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
        self._listening.append(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((self._host, self._next))
        self._next += 1 if self._next else 0
        return sock

    def _listen(self, act: Callable[[Peer], None]) -> socket.socket:
        sock = self._bound()
        sock.listen(AT_ONCE)
        Thread(target=self._accept, args=(sock, act), daemon=True, name="szxc-hostile").start()
        return sock

    def _nobody(self, *, full: bool) -> socket.socket:
        """A port where nobody listens, or one whose queue is full of connections of our own."""
        sock = self._bound()
        if full:
            sock.listen(0)
            for _ in range(_FILLERS):
                filler = socket.socket(sock.family)
                self._listening.append(filler)
                filler.settimeout(0)
                with suppress(OSError):
                    filler.connect(sock.getsockname())
        return sock

    def _accept(self, listening: socket.socket, act: Callable[[Peer], None]) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                if not self._slots.acquire(blocking=False):
                    connection.close()
                    continue
                with self._lock:
                    self._open.add(connection)
                Thread(target=self._serve, args=(connection, act), daemon=True, name="szxc-hostile").start()

    def _serve(self, connection: socket.socket, act: Callable[[Peer], None]) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(Gone, OSError):
                act(Peer(connection))
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()
            self._slots.release()

    def _by_path(self, peer: Peer) -> None:
        """Answer request after request, each as its path says."""
        while True:
            peer.head()
            behaviour = BEHAVIOURS.get(peer.path.split("?")[0].split("/")[1] if "/" in peer.path else "")
            if behaviour is not None and behaviour.door is Door.PATH:
                behaviour.act(peer)
            else:
                peer.send(answer(json.dumps(self.urls).encode(), status="404 Not Found"))


@contextmanager
def serve_hostile(host: str = HOST, port: int = 0) -> Iterator[HostileServer]:
    """A hostile server while the context lasts."""
    server = HostileServer(host, port)
    try:
        yield server
    finally:
        server.close()

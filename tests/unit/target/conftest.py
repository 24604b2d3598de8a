from __future__ import annotations

import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.model import ConformanceClass, Effect, Operation, Suite, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
TITLE = Text("标题", "title")


class RawServer:
    """A loopback server whose behaviour is a function of the connection; it reads the request head first."""

    def __init__(self, behave: Callable[[socket.socket], None], *, read_head: bool = True) -> None:
        self._behave = behave
        self._read_head = read_head
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.heads: list[bytes] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while not self._read_head or self._head(connection):
                self._behave(connection)
                if not self._read_head:
                    return

    def _head(self, connection: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(65536)
            if not part:
                return False
            head += part
        self.heads.append(head)
        return True

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., RawServer]]:
    servers: list[RawServer] = []

    def start(behave: Callable[[socket.socket], None] | bytes, *, read_head: bool = True) -> RawServer:
        send = (lambda connection: connection.sendall(behave)) if isinstance(behave, bytes) else behave
        servers.append(RawServer(send, read_head=read_head))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def operation(name: str, *, answer: str = "records", effect: Effect = Effect.READ, **members: object) -> Operation:
    return Operation(name, "tiny", TITLE, effect, answer, "TY-001", **members)  # type: ignore[arg-type]


@pytest.fixture
def suite() -> Suite:
    """A suite of our own: three reads and a write."""
    rows = (
        operation("list_things", key="code", file=True),
        operation("judge", answer="object"),
        operation("export", answer="document"),
        operation("create", answer="object", effect=Effect.WRITE, harmless=True),
    )
    return Suite(
        "tiny",
        "TY",
        "0.1.0",
        TITLE,
        TITLE,
        (),
        (
            ConformanceClass("catalogue", TITLE, "list_things"),
            ConformanceClass("service", TITLE, "judge"),
            ConformanceClass("quiet", TITLE),
        ),
        {},
        {row.id: row for row in rows},
        (),
        Path(),
    )

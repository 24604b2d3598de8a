"""A small JSON server on loopback, in a process of its own: what both sides of a comparison ask."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = 20


def item(number: int, *, good: bool) -> dict[str, Any]:
    """One object of about 250 bytes; a bad one breaks the benchmark's schema in one member."""
    return {
        "id": f"ITEM-{number:05}",
        "title": "云禾县青穗镇东禾村耕地面积统计",
        "level": "general" if good else "secret",
        "scale": {"records": 1200 + number, "bytes": 48000},
        "tags": ["种植", "耕地", "村级"],
        "updated": "2026-05-04T08:00:00+08:00",
    }


class Handler(StreamRequestHandler):
    """``/good/<n>`` and ``/bad/<n>`` answer one object, ``/good`` and ``/bad`` a short list (with one bad object).

    As little HTTP as both sides need: a slow server would hide what is measured.
    """

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer each request of a kept connection."""
        while line := self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            path = line.split()[1].decode()
            known = path.startswith(("/good", "/bad"))
            body = answer(path) if known else b"{}"
            status = "200 OK" if known else "404 Not Found"
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)


def answer(path: str) -> bytes:
    """The body for a path."""
    kind, _, number = path.strip("/").partition("/")
    good = kind == "good"
    value = item(int(number), good=good) if number else [item(n, good=good or n > 0) for n in range(ROWS)]
    return json.dumps(value, ensure_ascii=False).encode()


@contextmanager
def serving() -> Iterator[str]:
    """The server's base URL while it runs."""
    process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None:
            raise OSError("no pipe to the server")
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()

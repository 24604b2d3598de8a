"""A small JSON server on loopback, in a process of its own: what both sides of a comparison ask."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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


class Handler(BaseHTTPRequestHandler):
    """``/good/<n>`` and ``/bad/<n>`` answer one object, ``/good`` and ``/bad`` a short list (with one bad object)."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one write for head and body: no waiting for an acknowledgement between them

    def do_GET(self) -> None:
        """Answer."""
        kind, _, number = self.path.strip("/").partition("/")
        good = kind == "good"
        value = item(int(number), good=good) if number else [item(n, good=good or n > 0) for n in range(ROWS)]
        body = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


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
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()

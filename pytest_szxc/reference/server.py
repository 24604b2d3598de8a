"""The demo platform behind a real socket on the loopback interface."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
CERTIFICATE = Path(__file__).with_name("demo.pem")
"""Certificate and key of the demo, for the loopback interface alone; whoever speaks to it trusts this file."""


class _Quiet(WSGIRequestHandler):
    """Says nothing about requests that were answered."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: the run's own record tells more."""

    def make_environ(self) -> WSGIEnvironment:
        """With headers that have an underscore in their names, as one profile in use wants; none hides another."""
        environ = super().make_environ()
        for name, value in self.headers.items():
            if "_" in name:
                environ.setdefault(f"HTTP_{name.upper()}", value)
        return environ


@contextmanager
def serve(app: WSGIApplication, port: int = 0, *, encrypted: bool = False) -> Iterator[str]:
    """Serve a WSGI application while the context lasts; gives its base URL. Port 0 takes a free one."""
    server = make_server(
        HOST, port, app, threaded=True, request_handler=_Quiet, ssl_context=_context() if encrypted else None
    )
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if encrypted else ''}://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context

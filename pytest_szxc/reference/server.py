"""The demo platform behind a real socket on the loopback interface."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """Says nothing about requests that were answered."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: the run's own record tells more."""


@contextmanager
def serve(app: WSGIApplication, port: int = 0) -> Iterator[str]:
    """Serve a WSGI application while the context lasts; gives its base URL. Port 0 takes a free one."""
    server = make_server(HOST, port, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

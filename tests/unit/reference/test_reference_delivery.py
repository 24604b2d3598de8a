"""The demo platform's own notices go to this machine alone, and nowhere further."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pytest_szxc.reference.delivery import deliver


class Redirecting(BaseHTTPRequestHandler):
    asked = 0

    def do_POST(self):
        type(self).asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(307)
        self.send_header("Location", "/again")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def redirecting():
    server = HTTPServer(("127.0.0.1", 0), Redirecting)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_redirect_is_not_followed():
    with redirecting() as url:
        assert deliver(url, b"{}") == 307
        assert Redirecting.asked == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:9/",
        "http://platform.example/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://[",
        "nonsense",
        "",
        "http://127.0.0.1:9/",
        "http://127.0.0.1:9/ a\r\nb",
    ],
)
def test_what_cannot_be_told_is_not(url):
    assert deliver(url, b"{}") == 0

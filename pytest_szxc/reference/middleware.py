"""WSGI middlewares for legal variants: what a proxy or server on the way may do to an answer."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    Middleware = Callable[[WSGIApplication], WSGIApplication]

PIECE = 700


@dataclass(frozen=True, slots=True)
class Outcome:
    """One whole response on its way out."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def without(self, *names: str) -> Outcome:
        """The same without some headers."""
        lower = {name.lower() for name in names}
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0].lower() not in lower))

    def having(self, **headers: str) -> Outcome:
        """The same with headers set; ``_`` in a name stands for ``-``."""
        pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        cleared = self.without(*(name for name, _ in pairs))
        return replace(cleared, headers=cleared.headers + pairs)

    def with_body(self, body: bytes) -> Outcome:
        """The same with another body and its length."""
        return replace(self, body=body).having(Content_Length=str(len(body)))


def rewriting(change: Callable[[Outcome, WSGIEnvironment], Outcome], *, pieces: bool = False) -> Middleware:
    """A middleware that sees the whole response; ``pieces`` sends the body in several parts."""

    def middleware(app: WSGIApplication) -> WSGIApplication:
        def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            outcome = change(_run(app, environ), environ)
            start_response(outcome.status, list(outcome.headers))
            return _cut(outcome.body) if pieces else [outcome.body]

        return wrapped

    return middleware


def gzipped(app: WSGIApplication) -> WSGIApplication:
    """Compresses for whoever accepts gzip."""
    return _encoded("gzip", lambda body: gzip.compress(body, 6, mtime=0))(app)


def deflated(app: WSGIApplication) -> WSGIApplication:
    """Compresses for whoever accepts deflate (zlib format, RFC 9110 8.4.1.2)."""
    return _encoded("deflate", zlib.compress)(app)


def chunked(app: WSGIApplication) -> WSGIApplication:
    """Sends the body in pieces and leaves its length open, so that the server sends chunks."""
    return rewriting(lambda outcome, _: outcome.without("Content-Length"), pieces=True)(app)


def without_length(app: WSGIApplication) -> WSGIApplication:
    """Leaves the length open and closes the connection after the body, as HTTP/1.0 did."""
    return rewriting(lambda outcome, _: outcome.without("Content-Length").having(Connection="close"))(app)


def lower_case_headers(app: WSGIApplication) -> WSGIApplication:
    """Header names in lower case, as HTTP/2 gateways write them."""
    return rewriting(lambda outcome, _: replace(outcome, headers=tuple((k.lower(), v) for k, v in outcome.headers)))(
        app
    )


def upper_case_headers(app: WSGIApplication) -> WSGIApplication:
    """Header names in upper case."""
    return rewriting(lambda outcome, _: replace(outcome, headers=tuple((k.upper(), v) for k, v in outcome.headers)))(
        app
    )


def adding(**headers: str) -> Middleware:
    """Adds headers to every response."""
    return rewriting(lambda outcome, _: outcome.having(**headers))


def _encoded(coding: str, encode: Callable[[bytes], bytes]) -> Middleware:
    def change(outcome: Outcome, environ: WSGIEnvironment) -> Outcome:
        if coding not in environ.get("HTTP_ACCEPT_ENCODING", ""):
            return outcome
        return outcome.with_body(encode(outcome.body)).having(Content_Encoding=coding, Vary="Accept-Encoding")

    return rewriting(change)


def _run(app: WSGIApplication, environ: WSGIEnvironment) -> Outcome:
    seen: list[tuple[str, tuple[tuple[str, str], ...]]] = []

    def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Callable[[bytes], object]:
        seen.append((status, tuple(headers)))
        return lambda _: None

    chunks = app(environ, start)
    try:
        body = b"".join(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()
    return Outcome(*seen[-1], body)


def _cut(body: bytes) -> list[bytes]:
    return [body[at : at + PIECE] for at in range(0, len(body), PIECE)] or [b""]

"""Too much: endless or huge at every place of an answer."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import LAWFUL, Behaviour, answer, envelope, head, sends

if TYPE_CHECKING:
    from pytest_szxc.hostile.behaviour import Act
    from pytest_szxc.hostile.peer import Peer

FAMILY = "size"
_CHUNKED = head("Content-Type: application/json", "Transfer-Encoding: chunked")
_BLOCK = b"x" * 65536
_BODY, _HEADERS = "transport.body-too-large", "transport.headers-too-large"
_KEYS = 300_000
_MIB = 1024 * 1024


def _floods(data: bytes, part: bytes) -> Act:
    return lambda peer: peer.flood(data, part)


@cache
def _many_keys() -> bytes:
    return answer(b"{%b}" % b",".join(b'"key%d": 0' % number for number in range(_KEYS)))


def _large(peer: Peer) -> None:
    peer.send(answer(envelope("x" * (9 * _MIB))))


def _long_text(peer: Peer) -> None:
    peer.send(answer(envelope({"value": "x" * (6 * _MIB)})))


_COOKIES = tuple(f"Set-Cookie: c{number}={'v' * 200}" for number in range(400))
BEHAVIOURS = (
    Behaviour("endless-body", FAMILY, _BODY, _floods(head("Connection: close"), _BLOCK)),
    Behaviour("endless-chunks", FAMILY, _BODY, _floods(_CHUNKED, b"10000\r\n" + _BLOCK + b"\r\n")),
    Behaviour(
        "endless-tiny-chunks", FAMILY, _BODY, _floods(_CHUNKED, b"1\r\nx\r\n" * 8192), also=("transport.timeout",)
    ),
    Behaviour("endless-one-chunk", FAMILY, _BODY, _floods(_CHUNKED + b"FFFFFFFFFFFF\r\n", _BLOCK)),
    Behaviour("endless-headers", FAMILY, _HEADERS, _floods(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 4096)),
    Behaviour("endless-header-line", FAMILY, _HEADERS, _floods(b"HTTP/1.1 200 OK\r\nX-A: ", _BLOCK)),
    Behaviour("endless-status-line", FAMILY, _HEADERS, _floods(b"HTTP/1.1 200 ", _BLOCK)),
    Behaviour("endless-chunk-extension", FAMILY, _HEADERS, _floods(_CHUNKED + b"1;", _BLOCK)),
    Behaviour("endless-trailers", FAMILY, _HEADERS, _floods(_CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-A: b\r\n" * 4096)),
    Behaviour("endless-interim", FAMILY, "framing.interim", _floods(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)),
    Behaviour("huge-declared-length", FAMILY, _BODY, lambda peer: peer.stall(head("Content-Length: 999999999999"))),
    Behaviour(
        "absurd-declared-length", FAMILY, "framing.length", lambda peer: peer.stall(head(f"Content-Length: {'9' * 40}"))
    ),
    Behaviour("many-headers", FAMILY, _HEADERS, sends(answer(envelope({}), *["X-A: b"] * 5000))),
    Behaviour("many-cookies", FAMILY, LAWFUL, sends(answer(envelope({"value": 1}), *_COOKIES))),
    Behaviour("many-json-keys", FAMILY, "json.nodes", lambda peer: peer.send(_many_keys())),
    Behaviour("large-body", FAMILY, _BODY, _large),
    Behaviour("long-text", FAMILY, LAWFUL, _long_text),
)

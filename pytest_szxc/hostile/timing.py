"""Too slow: silence, drips and stalls at every place of an answer. A time-out for each read bounds no drip."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import GOOD, LAWFUL, Behaviour, Door, answer, head

if TYPE_CHECKING:
    from pytest_szxc.hostile.behaviour import Act
    from pytest_szxc.hostile.peer import Peer

FAMILY = "timing"
_CHUNKED = head("Content-Type: application/json", "Transfer-Encoding: chunked")
_LONG = head("Content-Type: application/json", "Content-Length: 90000")
_SLOW_INTERIM = 0.5


def _drips(data: bytes, part: bytes, pause: float = 0.05) -> Act:
    return lambda peer: peer.drip(data, part, pause)


def _stalls(data: bytes = b"") -> Act:
    return lambda peer: peer.stall(data)


def _late(peer: Peer) -> None:
    peer.nap(0.3)
    peer.send(answer(GOOD))


def _in_pieces(peer: Peer) -> None:
    whole = answer(GOOD)
    for at in range(0, len(whole), 16):
        peer.send(whole[at : at + 16])
        peer.nap(0.01)


_ACTS: dict[str, Act] = {
    "silence": _stalls(),
    "dripped-status-line": _drips(b"HTTP/1.1 200 ", b"O"),
    "dripped-headers": _drips(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
    "dripped-body": _drips(_LONG, b"x"),
    "dripped-chunks": _drips(_CHUNKED, b"1\r\nx\r\n"),
    "dripped-chunk-size": _drips(_CHUNKED + b"1;", b"x"),
    "dripped-trailers": _drips(_CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-A: b\r\n"),
    "dripped-interim": _drips(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", _SLOW_INTERIM),
    "dripped-gzip": _drips(head("Content-Encoding: gzip", "Content-Length: 90000") + gzip.compress(GOOD), b"\0"),
    "stalled-headers": _stalls(b"HTTP/1.1 200 OK\r\nContent-Type: applic"),
    "stalled-body": _stalls(answer(GOOD)[:-5]),
    "stalled-chunk": _stalls(_CHUNKED + b"10\r\nabc"),
    "stalled-after-continue": _stalls(b"HTTP/1.1 100 Continue\r\n\r\n"),
}
BEHAVIOURS = (
    *(Behaviour(name, FAMILY, "transport.timeout", act) for name, act in _ACTS.items()),
    Behaviour("silence-from-the-start", FAMILY, "transport.timeout", _stalls(), Door.PLAIN),
    Behaviour("late-but-whole", FAMILY, LAWFUL, _late),
    Behaviour("in-small-pieces", FAMILY, LAWFUL, _in_pieces),
)

"""Lies and slips about where an answer begins and ends, and what its head is; among them lawful oddities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import GOOD, LAWFUL, Behaviour, Door, answer, head, sends

if TYPE_CHECKING:
    from pytest_szxc.hostile.behaviour import Act
    from pytest_szxc.hostile.peer import Peer

FAMILY = "framing"
_JSON = "Content-Type: application/json"
_CHUNKED = head(_JSON, "Transfer-Encoding: chunked")
_CHUNK = b"%x\r\n%b\r\n" % (len(GOOD), GOOD)
_LENGTH = f"Content-Length: {len(GOOD)}"
_CONFLICT, _CHUNK_FAULT, _SURPLUS = "framing.conflict", "framing.chunk", "framing.surplus"
_PROTOCOL, _NOT_HTTP, _CUT = "transport.protocol", "transport.not-http", "transport.cut-short"


def _closes(data: bytes) -> Act:
    return lambda peer: peer.close(data)


def _resets(data: bytes) -> Act:
    return lambda peer: peer.reset(data)


def _late_surplus(peer: Peer) -> None:
    peer.send(answer(GOOD, "Connection: close"))
    peer.nap(0.01)
    peer.close(b"surplus")


_LIES: dict[str, tuple[str, Act]] = {
    "conflicting-lengths": (_CONFLICT, sends(head(_LENGTH, "Content-Length: 3") + GOOD)),
    "conflicting-length-list": (_CONFLICT, sends(head(f"{_LENGTH}, 3") + GOOD)),
    "length-and-chunked": (_CONFLICT, sends(head(_LENGTH, "Transfer-Encoding: chunked") + _CHUNK + b"0\r\n\r\n")),
    "negative-length": ("framing.length", sends(head("Content-Length: -1") + GOOD)),
    "length-in-hex": ("framing.length", sends(head(f"Content-Length: 0x{len(GOOD):x}") + GOOD)),
    "unknown-transfer-coding": ("framing.coding", sends(head("Transfer-Encoding: gzip, chunked") + _CHUNK)),
    "chunked-twice": ("framing.coding", sends(head(*["Transfer-Encoding: chunked"] * 2) + _CHUNK + b"0\r\n\r\n")),
    "bad-chunk-size": (_CHUNK_FAULT, sends(_CHUNKED + b"zz\r\n")),
    "negative-chunk-size": (_CHUNK_FAULT, sends(_CHUNKED + b"-1\r\n")),
    "chunk-size-overflow": (_CHUNK_FAULT, sends(_CHUNKED + b"F" * 40 + b"\r\n")),
    "chunk-without-end": (_CHUNK_FAULT, sends(_CHUNKED + b"2\r\n{}XX0\r\n\r\n")),
    "short-body": (_CUT, _closes(answer(GOOD)[:-3])),
    "short-chunk": (_CUT, _closes(_CHUNKED + b"10\r\nabc")),
    "no-last-chunk": (_CUT, _closes(_CHUNKED + _CHUNK)),
    "surplus-body": (_SURPLUS, sends(answer(GOOD) + b"surplus")),
    "surplus-body-late": (_SURPLUS, _late_surplus),
    "surplus-after-chunks": (_SURPLUS, sends(_CHUNKED + _CHUNK + b"0\r\n\r\nsurplus")),
    "two-answers": (_SURPLUS, sends(answer(GOOD) * 2)),
    "length-in-characters": (_SURPLUS, sends(head(_JSON, "Content-Length: 9") + '"云禾县云禾县"'.encode())),
    "body-with-204": (_SURPLUS, sends(answer(GOOD, status="204 No Content"))),
    "body-with-304": (_SURPLUS, sends(answer(GOOD, status="304 Not Modified"))),
    "http-0.9": (_NOT_HTTP, _closes(b"<html>hello</html>\r\n")),
    "http-2-frames": (_NOT_HTTP, sends(b"\0\0\x06\x04\0\0\0\0\0\0\x05\0\0\x40\0")),
    "http-2-preface": (_NOT_HTTP, sends(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    "http-2-status-line": (_PROTOCOL, sends(answer(GOOD).replace(b"HTTP/1.1", b"HTTP/2.0"))),
    "ssh-banner": (_NOT_HTTP, sends(b"SSH-2.0-OpenSSH_9.2\r\n")),
    "tls-alert-on-plain-port": (_NOT_HTTP, _closes(b"\x15\x03\x01\0\x02\x02\x0a")),
    "empty-line-first": (_NOT_HTTP, sends(b"\r\n" + answer(GOOD))),
    "status-of-two-digits": (_PROTOCOL, sends(answer(GOOD, status="20 OK"))),
    "status-of-four-digits": (_PROTOCOL, sends(answer(GOOD, status="2000 OK"))),
    "status-in-words": (_PROTOCOL, sends(answer(GOOD, status="OK"))),
    "status-999": ("http.status", sends(answer(GOOD, status="999 Odd"))),
    "switching-protocols": (_PROTOCOL, sends(head("Upgrade: x", "Connection: upgrade", status="101 Switching"))),
    "nul-in-header": (_PROTOCOL, sends(answer(GOOD, "X-A: a\0b"))),
    "control-in-header": (_PROTOCOL, sends(answer(GOOD, "X-A: a\vb"))),
    "space-before-colon": (_PROTOCOL, sends(answer(GOOD, "X-A : b"))),
    "header-without-name": (_PROTOCOL, sends(answer(GOOD, ": b"))),
    "header-without-colon": (_PROTOCOL, sends(answer(GOOD, "nothing but words"))),
    "reset": ("transport.reset", _resets(b"")),
    "reset-in-the-headers": ("transport.reset", _resets(b"HTTP/1.1 200 OK\r\nX-A")),
    "reset-in-the-body": ("transport.reset", _resets(answer(GOOD)[:-3])),
    "closed-after-the-request": ("transport.closed", _closes(b"")),
    "closed-in-the-status-line": (_CUT, _closes(b"HTTP/1.1 20")),
    "closed-in-the-headers": (_CUT, _closes(b"HTTP/1.1 200 OK\r\nX-A")),
}
_LAWFUL: dict[str, Act] = {
    "bare-line-feeds": sends(answer(GOOD).replace(b"\r\n", b"\n")),
    "folded-header": sends(answer(GOOD, "X-A: one\r\n two")),
    "header-of-other-bytes": sends(answer(GOOD, "X-A: 村", "X-B: @").replace(b"@", b"\xe9", 1)),
    "no-reason-phrase": sends(answer(GOOD).replace(b" 200 OK", b" 200")),
    "chunk-extensions": sends(_CHUNKED + b"%x;a=b;c\r\n%b\r\n0;d\r\n\r\n" % (len(GOOD), GOOD)),
    "trailers": sends(_CHUNKED + _CHUNK + b"0\r\nX-Sum: 1\r\n\r\n"),
    "chunk-of-each-byte": sends(_CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in GOOD) + b"0\r\n\r\n"),
    "early-hints": sends(head("Link: </a>", status="103 Early Hints") * 3 + answer(GOOD)),
    "equal-lengths": sends(head(_JSON, _LENGTH, _LENGTH) + GOOD),
    "ended-by-closing": _closes(head(_JSON, "Connection: close") + GOOD),
    "http-1.0": _closes(answer(GOOD).replace(b"HTTP/1.1", b"HTTP/1.0")),
}
BEHAVIOURS = (
    *(Behaviour(name, FAMILY, expected, act) for name, (expected, act) in _LIES.items()),
    Behaviour("closed-at-once", FAMILY, "transport.closed", _closes(b""), Door.PLAIN, also=("transport.reset",)),
    *(Behaviour(name, FAMILY, LAWFUL, act) for name, act in _LAWFUL.items()),
)

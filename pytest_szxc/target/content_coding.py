"""Content encodings taken off a body, within a bound: a bomb, a stack of encodings or a cut stream is refused."""

from __future__ import annotations

import zlib

from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show

ACCEPTED = "gzip, deflate"
MAX_MEMBERS = 10_000
"""Members that a gzip stream may have (RFC 1952 section 2.2 allows several)."""
_PIECE = 16 * 1024
_GZIP = 31
_RAW = -15
_ZLIB_CHECK = 31
_DEFLATE_METHOD = 8


def decode(body: bytes, encodings: str, limit: int) -> bytes:
    """The body without its content encoding.

    Args:
        body: the bytes as they came.
        encodings: all ``Content-Encoding`` values, joined with commas.
        limit: bytes that the result may have.

    Raises:
        TransportFault: ``encoding.stacked``, ``encoding.unasked``, ``encoding.corrupt``, ``encoding.truncated``,
            ``encoding.members`` or ``transport.body-too-large``.
    """
    names = [name for name in (part.strip().lower() for part in encodings.split(",")) if name not in ("", "identity")]
    if not names or not body:
        return body
    if len(names) > 1:
        raise TransportFault("encoding.stacked", count=len(names), encodings=show(", ".join(names[:5])))
    if names[0] not in ("gzip", "x-gzip", "deflate"):
        raise TransportFault("encoding.unasked", encoding=show(names[0], 40))
    try:
        return _inflate(body, _GZIP if names[0] != "deflate" else _deflate_kind(body), limit)
    except zlib.error as error:
        raise TransportFault("encoding.corrupt", encoding=names[0], problem=show(str(error))) from None


def _deflate_kind(body: bytes) -> int:
    """``deflate`` should be zlib (RFC 9110 section 8.4.1.2); some servers send it raw."""
    headed = body[0] & 0x0F == _DEFLATE_METHOD and int.from_bytes(body[:2]) % _ZLIB_CHECK == 0
    return zlib.MAX_WBITS if headed else _RAW


def _inflate(body: bytes, kind: int, limit: int) -> bytes:
    made = bytearray()
    at = 0
    for _ in range(MAX_MEMBERS):
        at = _member(memoryview(body), at, kind, made, limit)
        if at == len(body):
            return bytes(made)
    raise TransportFault("encoding.members", limit=MAX_MEMBERS)


def _member(body: memoryview, at: int, kind: int, made: bytearray, limit: int) -> int:
    """Unpack the member that begins at ``at``; gives where it ends.

    It is fed in small pieces: zlib copies what is left of a piece, so thousands of tiny members cost too much else.
    """
    unpacker = zlib.decompressobj(kind)
    while not unpacker.eof:
        piece = body[at : at + _PIECE]
        if not piece:
            raise TransportFault("encoding.truncated")
        made += unpacker.decompress(piece, limit + 1 - len(made))
        if len(made) > limit:
            raise TransportFault("transport.body-too-large", limit=limit)
        at += len(piece) - len(unpacker.unused_data)
    return at

"""Whether the bytes of a table in text are text at all: UTF-8, looked at in pieces, so that none is held twice."""

from __future__ import annotations

import codecs

from pytest_szxc.errors import TransportFault

_PIECE = 4 * 1024 * 1024
_LOOKED_AT = 64 * 1024
_HAN = range(0x4E00, 0xA000)


def check_text(body: bytes) -> None:
    """Refuse what is no UTF-8.

    Args:
        body: the file.

    Raises:
        TransportFault: ``table.empty``: nothing but blanks; ``table.encoding``, or ``table.encoding-gbk`` where the
            bytes read well as GBK: with the row (1-based line) of the first byte that is none.
    """
    if not body[:_LOOKED_AT].strip(b"\xef\xbb\xbf \t\r\n\x00") and not body.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise TransportFault("table.empty")
    if body.isascii():
        return
    at = _first_foreign(body)
    if at is None:
        return
    code = "table.encoding-gbk" if _reads_as_gbk(body, at) else "table.encoding"
    raise TransportFault(code, row=1 + body.count(b"\n", 0, at), byte=f"0x{body[at]:02X}")


def _first_foreign(body: bytes) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(body), _PIECE):
        waiting = len(decoder.getstate()[0])
        piece = body[start : start + _PIECE]
        try:
            decoder.decode(piece, final=start + _PIECE >= len(body))
        except UnicodeDecodeError as error:
            return start - waiting + error.start
    return None


def _reads_as_gbk(body: bytes, at: int) -> bool:
    """Whether the lines around a byte are Chinese in GBK."""
    begin = body.rfind(b"\n", 0, at) + 1
    end = body.find(b"\n", min(at + _LOOKED_AT, len(body)))
    try:
        text = body[max(begin, at - _LOOKED_AT) : end if end > 0 else len(body)].decode("gb18030")
    except UnicodeDecodeError:
        return False
    return any(ord(char) in _HAN for char in text)

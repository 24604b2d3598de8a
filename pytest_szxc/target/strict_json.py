"""JSON from a peer, read strictly: what two readers could take differently is refused, and numbers stay exact.

Before anything is parsed one linear scan bounds depth and size, so that no body can exhaust stack or memory.
"""

from __future__ import annotations

import codecs
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from pytest_szxc.model import Json

MAX_DEPTH = 128
MAX_NODES = 200_000
MAX_DIGITS = 30
_SHORT_NUMBER = 24
_NUMBER_LENGTH = 400
_FLOAT_EXPONENT = 308
_PIECE = 64 * 1024
_BLANK = b" \t\r\n"
_CHARSET = re.compile(r"""(?i);\s*charset\s*=\s*"?([^\s;"]*)""")
_UTF_8 = {"utf-8", "utf8", ""}
_LIKE_ASCII = re.compile(r"(?i)(us-)?ascii|gb2312|gbk|gb18030|big5|iso-?8859-?\d+|latin-?1|windows-125\d|cp125\d")
"""Character sets in which plain ASCII reads as ASCII."""
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_HAN = re.compile("[\u4e00-\u9fff]")


def parse(body: bytes, nodes: int = MAX_NODES) -> Json:
    """The JSON value of a body: integers exact, other numbers as ``Decimal``.

    Args:
        body: the whole body.
        nodes: how many values it may hold.

    Raises:
        TransportFault: ``json.*``, each deviation with its own code.
    """
    if b"\0" in body[:4]:  # no JSON begins so in UTF-8; in UTF-16 and UTF-32 each does
        raise TransportFault("json.encoding", offset=body.index(b"\0"), byte="0x00")
    text = strict_text(body)
    _refuse_foreign(body)
    _bound(body, nodes)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _syntax(error) from None
    except RecursionError:
        raise TransportFault("json.depth", limit=MAX_DEPTH) from None


def strict_text(body: bytes, kind: str = "json") -> str:
    """The body as UTF-8 text.

    Args:
        body: the bytes.
        kind: first part of the fault's code.

    Raises:
        TransportFault: ``<kind>.encoding-gbk`` where the bytes read well as GBK, else ``<kind>.encoding``; with the
            byte offset.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        code = f"{kind}.encoding-gbk" if _reads_as_gbk(body) else f"{kind}.encoding"
        raise TransportFault(code, offset=error.start, byte=f"0x{body[error.start]:02X}") from None


def _reads_as_gbk(body: bytes) -> bool:
    try:
        return _HAN.search(body.decode("gb18030")) is not None
    except UnicodeDecodeError:
        return False


def check_charset(body: bytes, content_type: str) -> None:
    """Refuse a declared character set in which the body would read differently; JSON is UTF-8 (RFC 8259).

    Raises:
        TransportFault: ``json.charset``.
    """
    declared = _CHARSET.search(content_type)
    charset = declared[1] if declared else ""
    if charset.lower() in _UTF_8 or (_LIKE_ASCII.fullmatch(charset) and body.isascii()):
        return
    raise TransportFault("json.charset", charset=show(charset, 40))


def _refuse_foreign(body: bytes) -> None:
    if body.startswith(codecs.BOM_UTF8):
        raise TransportFault("json.bom")
    start = body[:512].lstrip(_BLANK)
    if not start and not body.strip(_BLANK):
        raise TransportFault("json.empty")
    if start.startswith(b"<"):
        raise TransportFault("json.html", start=show(start[:60].decode("utf-8", "replace")))


def _bound(body: bytes, nodes: int) -> None:
    """Refuse by depth, number of values and lone surrogates, looking at each byte a bounded number of times."""
    escaped = body.replace(b"\\\\", b"")
    if _SURROGATE.search(escaped) and _SURROGATE.search(_PAIR.sub(b"", escaped)):
        raise TransportFault("json.surrogate")
    plain = escaped.replace(b'\\"', b"")
    if plain.count(b'"') > 4 * nodes:  # each value and each key has two quotes at most
        raise TransportFault("json.nodes", limit=nodes)
    outside = _outside_strings(plain)
    brackets = outside.translate(None, _NOT_BRACKETS)
    steep = len(brackets) > MAX_DEPTH and not brackets[: MAX_DEPTH + 1].strip(b"[{")  # deep whatever follows
    if not steep and outside.count(b",") + len(brackets) // 2 >= nodes:
        raise TransportFault("json.nodes", limit=nodes)
    if steep or _deeper_than(brackets, MAX_DEPTH):
        raise TransportFault("json.depth", limit=MAX_DEPTH)


def _outside_strings(plain: bytes) -> bytes:
    """What stands outside strings; taken apart in pieces, because a whole body may hold a million strings."""
    made = bytearray()
    inside = 0
    for at in range(0, len(plain), _PIECE):
        parts = plain[at : at + _PIECE].split(b'"')
        made += b"".join(parts[inside::2])
        inside = (inside + len(parts) - 1) % 2
    return bytes(made)


def _deeper_than(brackets: bytes, limit: int) -> bool:
    """Whether brackets nest deeper than ``limit``: each pass takes the innermost level away."""
    if brackets.count(b"[") + brackets.count(b"{") <= limit:
        return False
    for _ in range(limit):
        flat = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(flat) == len(brackets):
            break
        brackets = flat
    return brackets.count(b"[") + brackets.count(b"{") > 0


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    names = [name for name, _ in pairs]
    twice = next(name for index, name in enumerate(names) if name in names[:index])
    raise TransportFault("json.duplicate-key", key=show(twice, 60))


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS + 1 or len(text.lstrip("-")) > MAX_DIGITS:
        raise TransportFault("json.big-number", number=show(text, 40), limit=MAX_DIGITS)
    return int(text)


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if len(text) <= _SHORT_NUMBER and "e" not in text and "E" not in text:
        return value
    if len(text) > _NUMBER_LENGTH:
        raise TransportFault("json.big-number", number=show(text, 40), limit=_NUMBER_LENGTH)
    if value and value.adjusted() > _FLOAT_EXPONENT:
        raise TransportFault("json.float-overflow", number=show(text, 40))
    return value


def _constant(name: str) -> NoReturn:
    raise TransportFault("json.nan", constant=name)


def _syntax(error: json.JSONDecodeError) -> TransportFault:
    code = "json.trailing" if error.msg == "Extra data" else "json.syntax"
    return TransportFault(code, line=error.lineno, column=error.colno, problem=error.msg, near=_near(error))


def _near(error: json.JSONDecodeError) -> str:
    return show(error.doc[max(0, error.pos - 10) : error.pos + 20])


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer, parse_constant=_constant
)

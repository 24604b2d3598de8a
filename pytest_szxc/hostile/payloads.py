"""Text and JSON that two readers take differently, that exhausts them, or that is no JSON at all."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import GOOD, LAWFUL, Behaviour, answer, envelope, sends

if TYPE_CHECKING:
    from pytest_szxc.hostile.behaviour import Act

FAMILY = "json"
_HAN = envelope({"name": "云禾县大田村农田灌溉"})
_TEXT = _HAN.decode("utf-8")
_DEEP = 200_000


def _data(raw: bytes) -> Act:
    return sends(answer(b'{"code": 0, "message": "ok", "data": {"value": ' + raw + b"}}"))


def _as(media: str, body: bytes) -> Act:
    return sends(answer(body, media=media))


_ACTS: dict[str, tuple[str, Act]] = {
    "charset-zip": ("json.charset", _as("application/json; charset=zip", GOOD)),
    "charset-gbk-but-utf-8": ("json.charset", _as("application/json; charset=GBK", _HAN)),
    "charset-latin-1-but-utf-8": ("json.charset", _as("application/json;charset=ISO-8859-1", _HAN)),
    "gbk-body": ("json.encoding-gbk", sends(answer(_TEXT.encode("gbk")))),
    "gbk-body-declared": ("json.encoding-gbk", _as("application/json; charset=gbk", _TEXT.encode("gbk"))),
    "utf-16-body": ("json.encoding", sends(answer(_TEXT.encode("utf-16-le")))),
    "utf-16-body-with-mark": ("json.encoding", sends(answer(codecs.BOM_UTF16_BE + _TEXT.encode("utf-16-be")))),
    "utf-32-body": ("json.encoding", sends(answer(_TEXT.encode("utf-32-be")))),
    "byte-order-mark": ("json.bom", sends(answer(codecs.BOM_UTF8 + GOOD))),
    "broken-utf-8": ("json.encoding", _data(b'"\xff\xfe"')),
    "surrogate-in-utf-8": ("json.encoding", _data(b'"\xed\xa0\x80"')),
    "lone-surrogate": ("json.surrogate", _data(b'"\\ud83d"')),
    "duplicate-keys": ("json.duplicate-key", sends(answer(b'{"code": 1, "code": 0, "data": {}}'))),
    "not-a-number": ("json.nan", _data(b"NaN")),
    "infinity": ("json.nan", _data(b"-Infinity")),
    "number-too-large": ("json.float-overflow", _data(b"1e400")),
    "number-of-huge-exponent": ("json.float-overflow", _data(b"1e999999999")),
    "integer-of-5000-digits": ("json.big-number", _data(b"9" * 5000)),
    "depth-200000": ("json.depth", _data(b"[" * _DEEP + b"]" * _DEEP)),
    "depth-never-closed": ("json.depth", _data(b"[" * _DEEP)),
    "objects-200000-deep": ("json.depth", _data(b'{"a":' * _DEEP + b"1" + b"}" * _DEEP)),
    "trailing-bytes": ("json.trailing", sends(answer(GOOD + b";"))),
    "two-documents": ("json.trailing", sends(answer(GOOD + b"\n" + GOOD))),
    "empty-body": ("json.empty", sends(answer(b""))),
    "blank-body": ("json.empty", sends(answer(b" \r\n\t"))),
    "html-page": ("json.html", _as("text/html", b"<!DOCTYPE html><title>Login</title>")),
    "xml-body": ("json.html", _as("application/xml", b"<?xml version='1.0'?><a/>")),
    "truncated-json": ("json.syntax", sends(answer(GOOD[:-4]))),
    "single-quotes": ("json.syntax", sends(answer(b"{'code': 0, 'data': {}}"))),
    "comments": ("json.syntax", sends(answer(b'{"code": 0, /* fine */ "data": {}}'))),
    "trailing-comma": ("json.syntax", sends(answer(b'{"code": 0, "data": {},}'))),
    "leading-zero": ("json.syntax", _data(b"007")),
    "script-callback": ("json.syntax", sends(answer(b"callback(" + GOOD + b")"))),
    "line-break-in-text": ("json.syntax", _data(b'"a\nb"')),
    "null-document": ("envelope.code-missing", sends(answer(b"null"))),
    "array-document": ("envelope.code-missing", sends(answer(b"[1, 2]"))),
    "error-behind-200": ("envelope.refused", sends(answer(envelope(None, 50001, "busy")))),
    "nothing-behind-200": ("envelope.payload-missing", sends(answer(envelope(None)))),
    "charset-in-capitals": (LAWFUL, _as('application/json ; Charset="UTF-8"', _HAN)),
    "charset-gbk-but-ascii": (LAWFUL, _as("application/json; charset=GBK", GOOD)),
    "media-type-absent": (LAWFUL, sends(answer(_HAN).replace(b"Content-Type", b"X-Type", 1))),
    "depth-100": (LAWFUL, _data(b"[" * 100 + b"]" * 100)),
    "escaped-pair": (LAWFUL, _data(b'"\\ud83c\\udf3e"')),
    "exact-numbers": (LAWFUL, _data(b"[9007199254740993, 18446744073709551616, 0.1, 1e300, -0]")),
}
BEHAVIOURS = tuple(Behaviour(name, FAMILY, expected, act) for name, (expected, act) in _ACTS.items())

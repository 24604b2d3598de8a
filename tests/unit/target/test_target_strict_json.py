from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.errors import TransportFault
from pytest_szxc.messages import render
from pytest_szxc.target import strict_json
from pytest_szxc.target.strict_json import MAX_DEPTH, check_charset, parse

BAD = {
    b"": "json.empty",
    b"  \r\n": "json.empty",
    b"\xef\xbb\xbf{}": "json.bom",
    b"\xff\xfe{\x00}\x00": "json.encoding",
    b'"\xff"': "json.encoding",
    '{"名":"村"}'.encode("gbk"): "json.encoding-gbk",
    '{"名":"村"}'.encode("utf-16-le"): "json.encoding",
    b"<!DOCTYPE html><html></html>": "json.html",
    b"\n <html>": "json.html",
    b"{": "json.syntax",
    b"{'a':1}": "json.syntax",
    b"[1,]": "json.syntax",
    b'"a\nb"': "json.syntax",
    b"01": "json.trailing",
    b"{} {}": "json.trailing",
    b'{"a":1,"b":2,"a":3}': "json.duplicate-key",
    b'[{"a":{"b":1,"b":1}}]': "json.duplicate-key",
    b"NaN": "json.nan",
    b"[Infinity]": "json.nan",
    b"-Infinity": "json.nan",
    b"1e400": "json.float-overflow",
    b"-1E+309": "json.float-overflow",
    b"1" * 31: "json.big-number",
    b"-" + b"1" * 31: "json.big-number",
    b"1" * 4_000_000: "json.big-number",
    b"0." + b"1" * 500: "json.big-number",
    b"[" * 129 + b"]" * 129: "json.depth",
    b'{"a":' * 200_000 + b"1" + b"}" * 200_000: "json.depth",
    b"[" + b"[]," * 200_000 + b"1]": "json.nodes",
    b"[" * 100_000 + b"]" * 100_000: "json.depth",
    b"[" * 150_000: "json.depth",
    b"[" + b"1," * 200_000 + b"1]": "json.nodes",
    b'"\\ud800"': "json.surrogate",
    b'"\\udc00\\ud800"': "json.surrogate",
    b'"\\\\\\ud83d x"': "json.surrogate",
    b'"\xed\xa0\x80"': "json.encoding",
}


@pytest.mark.parametrize(
    ("body", "code"), BAD.items(), ids=[f"{index}-{code}" for index, code in enumerate(BAD.values())]
)
def test_deviation_has_its_own_code_and_words(body: bytes, code: str) -> None:
    with pytest.raises(TransportFault) as caught:
        parse(body)
    assert caught.value.code == code
    for lang in ("zh", "en"):
        assert caught.value.text(lang)
        assert render(code, lang, caught.value.params, part="hint")


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b" {} \n", {}),
        (b"9007199254740993", 2**53 + 1),
        (b"18446744073709551616", 2**64),
        (b"-" + b"9" * 30, -(10**30 - 1)),
        (b"19.99", Decimal("19.99")),
        (b"1.0", Decimal("1.0")),
        (b"1e2", Decimal("1e2")),
        (b"1e308", Decimal("1e308")),
        (b"1e-400", Decimal("1e-400")),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\\\ud800"', "\\ud800"),
        ('"村\u2028"'.encode(), "村\u2028"),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b'"' + b"[" * 500 + b'"', "[" * 500),
        (b'"a\\"' + b"{" * 500 + b'"', 'a"' + "{" * 500),
        (b"[true,false,null]", [True, False, None]),
    ],
)
def test_good_json_is_exact(body: bytes, value: object) -> None:
    found = parse(body)
    assert value is None or (found == value and type(found) is type(value))


def test_gbk_offset_is_the_first_bad_byte() -> None:
    with pytest.raises(TransportFault) as caught:
        parse(b'{"a":"' + "云禾".encode("gbk"))
    assert caught.value.params["offset"] == 6


def test_hostile_bodies_are_refused_quickly() -> None:
    bodies = [
        b'"' * 8_000_000,
        b'"' + b'\\"' * 4_000_000,
        b"[]," * 2_000_000,
        b"\\" * 8_000_000,
        b'{"a":1,' * 1_000_000,
    ]
    begun = time.monotonic()
    for body in bodies:
        with pytest.raises(TransportFault):
            parse(body)
    assert time.monotonic() - begun < 5


def test_wide_but_flat_lists_of_lists_are_fine() -> None:
    assert len(parse(b"[" + b"[[]]," * 30_000 + b"[]]")) == 30_001


HAN, PLAIN = '{"名":"村"}'.encode(), b'{"a":1}'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("", HAN),
        ("application/json", HAN),
        ("application/json;charset=utf-8", HAN),
        ('application/json ; CharSet = "UTF8" ; x=y', HAN),
        ("application/json; charset=", HAN),
        ("application/json; charset=GBK", PLAIN),
        ("text/plain; charset=us-ascii", PLAIN),
        ("application/json; xcharset=gbk", HAN),
    ],
)
def test_a_charset_in_which_the_body_reads_the_same_is_fine(content_type: str, body: bytes) -> None:
    check_charset(body, content_type)


@pytest.mark.parametrize(
    ("charset", "body"),
    [("gbk", HAN), ("us-ascii", HAN), ("ISO-8859-1", HAN), ("utf-16", PLAIN), ("zip", PLAIN), ("a\x1b[2J", PLAIN)],
)
def test_a_charset_in_which_it_reads_differently_is_refused(charset: str, body: bytes) -> None:
    with pytest.raises(TransportFault) as caught:
        check_charset(body, f"application/json; charset={charset}")
    assert caught.value.code == "json.charset"
    assert caught.value.text("zh").isprintable()


@given(st.text(alphabet='{}[]",:a\\', max_size=60))
def test_strings_are_told_from_the_rest_piece_by_piece(text: str) -> None:
    plain = text.encode()
    whole = b"".join(plain.split(b'"')[::2])
    for size in (1, 2, 7):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(strict_json, "_PIECE", size)
            assert strict_json._outside_strings(plain) == whole

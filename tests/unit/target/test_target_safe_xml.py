"""XML from a peer: what is read, what is refused, and that refusing costs nothing."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.errors import TransportFault
from pytest_szxc.target.safe_xml import MAX_DEPTH, as_utf_8, encoding_of, local, parse

DECLARED = '<?xml version="1.0" encoding="{}"?><县>云禾县</县>'
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><lolz>&i;</lolz>"
)


def code_of(body: bytes, content_type: str = "") -> str:
    with pytest.raises(TransportFault) as caught:
        parse(body, content_type)
    return caught.value.code


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "gb2312", "GB18030", "Big5", "UTF-16"])
def test_a_document_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    if encoding == "Big5":
        assert parse('<?xml version="1.0" encoding="Big5"?><a>雲</a>'.encode("big5")).text == "雲"
    else:
        root = parse(DECLARED.format(encoding).encode(encoding))
        assert (root.tag, root.text) == ("县", "云禾县")


def test_names_have_their_namespaces() -> None:
    root = parse(b'<n:a xmlns:n="urn:x" n:k="1" k="2"/>')
    assert (root.tag, dict(root.attrib), local(root.tag)) == ("{urn:x}a", {"{urn:x}k": "1", "k": "2"}, "a")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "xml.empty"),
        (b" \n", "xml.empty"),
        (b"<a>", "xml.syntax"),
        (b"<a/><b/>", "xml.syntax"),
        (b"<a>&unknown;</a>", "xml.syntax"),
        (b"{}", "xml.syntax"),
        (b"<a>\x00</a>", "xml.syntax"),
        (LAUGHS.encode(), "xml.doctype"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "xml.doctype"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml.doctype"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]><a/>', "xml.doctype"),
        (b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), "xml.depth"),
        (b"<a>" + b"<b/>" * 200_001 + b"</a>", "xml.nodes"),
        ("<县>云禾县</县>".encode("gbk"), "xml.encoding-gbk"),
        (DECLARED.format("UTF-8").encode("gbk"), "xml.encoding-gbk"),
        (b'<?xml version="1.0" encoding="GBK"?><a>\xff\xff</a>', "xml.encoding"),
        (b"<a>\xff\xfe\xfa</a>", "xml.encoding"),
        (b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><a/>', "xml.encoding-unknown"),
    ],
)
def test_what_is_refused(body: bytes, code: str) -> None:
    begun = time.process_time()
    assert code_of(body) == code
    assert time.process_time() - begun < 5


def test_places_that_contradict_each_other_are_refused() -> None:
    assert code_of(b"\xef\xbb\xbf" + DECLARED.format("GBK").encode("gbk")) == "xml.charset"
    assert code_of(DECLARED.format("GBK").encode("gbk"), "text/xml; charset=utf-8") == "xml.charset"
    assert encoding_of(b"<a/>", 'application/xml; charset="GBK"') == "gb18030"


def test_a_document_in_another_encoding_is_given_as_utf_8() -> None:
    assert as_utf_8(DECLARED.format("GBK").encode("gbk")) == "<县>云禾县</县>".encode()
    assert as_utf_8(b"\xef\xbb\xbf<a/>") == b"<a/>"


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for one in (body, b"<a>" + body + b"</a>", b'<?xml version="1.0" encoding="' + body + b'"?><a/>'):
        with suppress(TransportFault):
            parse(one)


def test_one_long_value_is_not_read_again_with_each_piece() -> None:
    begun = time.process_time()
    assert len(parse(b'<a b="' + b"x" * 8_000_000 + b'"/>').get("b", "")) == 8_000_000
    assert time.process_time() - begun < 0.8

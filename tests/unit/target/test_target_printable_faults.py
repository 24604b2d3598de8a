"""Whatever a platform sends, the fault that is made of it speaks in short printable words, parameter by parameter."""

from __future__ import annotations

import json

import pytest
from conftest import operation
from hostile_texts import TEXTS
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.errors import SzxcError, Unjudgeable
from pytest_szxc.model import Exchange, Request, Response
from pytest_szxc.printable import CLIP, line
from pytest_szxc.target.answers import read_answer
from pytest_szxc.target.content_coding import decode
from pytest_szxc.target.file_reading import rows
from pytest_szxc.target.redirects import follow
from pytest_szxc.target.statement import BoundOperation, Envelope
from pytest_szxc.target.strict_json import parse

ENVELOPE = Envelope(payload="data", code="code", success=("0",), denied=("403",), message="message")
SAID = st.sampled_from(TEXTS) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | SAID,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SAID, inner, max_size=3),
    max_leaves=6,
)
BODIES = st.binary(max_size=200) | SAID.map(lambda text: text.encode("utf-8", "surrogatepass"))
ANSWERS = st.fixed_dictionaries({}, optional={"code": JSON, "message": JSON, "data": JSON}).map(
    lambda value: json.dumps(value).encode()
)


def speaks_plainly(fault: SzxcError) -> None:
    for value in fault.params.values():
        assert line(str(value)) == str(value)
        assert len(str(value)) <= CLIP
    for lang in ("zh", "en"):
        for text in (fault.text(lang), fault.hint(lang)):
            assert text.replace("\u3000", "").isprintable()
            assert len(text) < 1_000


@given(BODIES | ANSWERS, st.sampled_from([200, 302, 400, 401, 418, 429, 500, 999]))
def test_an_answer(body: bytes, status: int) -> None:
    exchange = Exchange("x1", "judge", Request("GET", "http://x/"), Response(status, (), body))
    bound = BoundOperation("judge", "GET", "/", envelope=ENVELOPE)
    try:
        read_answer(operation("judge", answer="object"), bound, exchange)
    except Unjudgeable as fault:
        speaks_plainly(fault)


@given(BODIES)
def test_json(body: bytes) -> None:
    for text in (body, b'{"a": ' + body + b"}", b'{"' + body + b'": 1, "' + body + b'": 2}'):
        try:
            parse(text)
        except SzxcError as fault:
            speaks_plainly(fault)


@given(BODIES, SAID)
def test_a_content_coding(body: bytes, name: str) -> None:
    for encodings in (name, "gzip", f"{name}, {name}"):
        try:
            decode(body, encodings, 1_000)
        except SzxcError as fault:
            speaks_plainly(fault)


@given(SAID)
def test_a_redirect(location: str) -> None:
    try:
        follow(Request("GET", "http://x/"), lambda _: Response(302, (("location", location),)))
    except SzxcError as fault:
        speaks_plainly(fault)


@given(BODIES, SAID, st.sampled_from([".csv", ".json", ".ndjson"]))
def test_a_file(body: bytes, name: str, suffix: str) -> None:
    exchange = Exchange("f1", "list", Request("FILE", name + suffix), Response(200, (), body))
    try:
        list(rows(exchange, {}))
    except SzxcError as fault:
        speaks_plainly(fault)


@pytest.mark.parametrize("text", TEXTS)
def test_a_parameter_that_nobody_showed(text: str) -> None:
    """A message puts right what whoever made the fault forgot."""
    fault = SzxcError("http.client-error", status=text, result=text * 900, message=text)
    for lang in ("zh", "en"):
        assert fault.text(lang).replace("\u3000", "").isprintable()

from __future__ import annotations

import json

import pytest
from conftest import operation

from pytest_szxc.errors import Absent, Refused, TransportFault
from pytest_szxc.model import Effect, Exchange, Request, Response
from pytest_szxc.target.answers import Answer, read_answer
from pytest_szxc.target.statement import BoundOperation, Envelope

ENVELOPE = Envelope(payload="data", code="code", success=("0",), denied=("40302",), message="message")
JSON = (("content-type", "application/json"),)


def read(
    body: object,
    status: int = 200,
    *,
    answer: str = "object",
    effect: Effect = Effect.READ,
    envelope: Envelope = ENVELOPE,
    accept: tuple[int, ...] = (),
    headers: tuple[tuple[str, str], ...] = JSON,
) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    exchange = Exchange("x1", "judge", Request("GET", "http://x/"), Response(status, headers, raw))
    bound = BoundOperation("judge", "GET", "/", envelope=envelope)
    return read_answer(operation("judge", answer=answer, effect=effect), bound, exchange, accept)


@pytest.mark.parametrize("code", [0, "0"])
def test_an_envelope_is_taken_off_and_codes_compare_as_text(code: object) -> None:
    answer = read({"code": code, "data": {"a": 1}})
    assert (answer.payload, answer.code, answer.denied) == ({"a": 1}, "0", False)


def test_truth_values_are_codes_too() -> None:
    assert read({"ok": True, "x": 1}, envelope=Envelope(code="ok", success=("true",))).payload == {"ok": True, "x": 1}


@pytest.mark.parametrize(
    ("body", "status", "kind", "code"),
    [
        ({"code": 50001, "message": "no\x07"}, 200, Refused, "envelope.refused"),
        ({"code": 40302, "message": "no"}, 200, Refused, "envelope.denied"),
        ({"result": 0, "data": {}}, 200, Refused, "envelope.code-missing"),
        ({"code": 0, "rows": []}, 200, Refused, "envelope.payload-missing"),
        ({"code": 0, "data": None}, 200, Refused, "envelope.payload-missing"),
        ([], 200, Refused, "envelope.code-missing"),
        (b"", 200, TransportFault, "json.empty"),
        (b"<html>", 200, TransportFault, "json.html"),
        ({}, 404, Absent, "http.absent"),
        (b"<html>", 405, Absent, "http.absent"),
        ({}, 501, Absent, "http.absent"),
        ({"code": 40101, "message": "who?"}, 401, Refused, "http.unauthorised"),
        (b"<html>", 403, Refused, "http.forbidden"),
        ({}, 429, Refused, "http.rate-limited"),
        ({}, 400, Refused, "http.client-error"),
        ({}, 503, Refused, "http.server-error"),
        (b"", 302, Refused, "http.redirect"),
        (b"", 101, Refused, "http.informational"),
        (b"", 999, Refused, "http.status"),
    ],
)
def test_each_error_has_its_own_code_exchange_and_words(body: object, status: int, kind: type, code: str) -> None:
    with pytest.raises(kind) as caught:
        read(body, status)
    assert (caught.value.code, caught.value.exchange) == (code, "x1")
    for lang in ("zh", "en"):
        assert caught.value.text(lang)
        assert caught.value.hint(lang)


def test_messages_of_the_sut_are_made_printable() -> None:
    with pytest.raises(Refused) as caught:
        read({"code": 1, "message": "\x1b[2J::error"})
    assert caught.value.params == {"result": "1", "message": "\\x1b[2J::error"}


def test_a_recorded_fault_is_raised_again() -> None:
    exchange = Exchange("x1", "judge", Request("GET", "/"), None, "transport.timeout", {"seconds": "3"})
    with pytest.raises(TransportFault) as caught:
        read_answer(operation("judge"), BoundOperation("judge", "GET", "/"), exchange)
    assert (caught.value.exchange, caught.value.text("en")) == ("x1", "the whole request did not end within 3 s")


@pytest.mark.parametrize(
    ("body", "status", "accept", "denied", "code"),
    [
        ({"code": 40302}, 403, (403,), True, "40302"),
        (b"<html>", 401, (401, 403), True, None),
        ({"code": 40302}, 200, (403,), True, "40302"),
        ({"code": 40302}, 200, (0,), True, "40302"),
        ({"code": 50001}, 200, (0,), False, "50001"),
        (b"", 404, (404,), False, None),
        ({"code": 40302}, 400, (0,), True, "40302"),
    ],
)
def test_errors_that_a_check_wants_to_see(
    body: object, status: int, accept: tuple[int, ...], *, denied: bool, code: str | None
) -> None:
    answer = read(body, status, accept=accept)
    assert (answer.denied, answer.code, answer.payload) == (denied, code, None)


def test_not_now_is_no_answer_unless_it_is_asked_for() -> None:
    with pytest.raises(Refused) as caught:
        read({"code": 42901}, 429, accept=(0,))
    assert caught.value.code == "http.rate-limited"
    assert read({"code": 42901}, 429, accept=(0, 429)).code == "42901"


def test_a_business_error_is_not_accepted_by_another_status() -> None:
    with pytest.raises(Refused):
        read({"code": 50001}, accept=(403,))


def test_documents_stay_bytes() -> None:
    text = (("content-type", "text/csv"),)
    assert read(b"a,b", answer="document", headers=text).response.body == b"a,b"
    assert read({"rows": []}, answer="document").payload is None
    assert read({"code": 0}, answer="document").code == "0"
    with pytest.raises(Refused, match=r"envelope\.denied"):
        read({"code": 40302}, answer="document")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<p>502</p>", "text/html"),
        (b"<p>502</p>", "Text/HTML; charset=utf-8"),
        (b" \n<!DOCTYPE HTML><html>", "text/csv"),
        (b"<html>", "application/octet-stream"),
    ],
)
def test_a_web_page_is_no_document(body: bytes, kind: str) -> None:
    with pytest.raises(TransportFault, match=r"http\.page"):
        read(body, answer="document", headers=(("content-type", kind),))


def test_a_write_may_say_nothing() -> None:
    assert read(b"", 204, effect=Effect.WRITE).payload is None
    assert read(b"", 200, effect=Effect.WRITE).payload is None
    assert read({"code": 0}, effect=Effect.WRITE).payload is None
    with pytest.raises(Refused):
        read({"code": 1}, effect=Effect.WRITE)

"""Answers in XML come out as the same values that JSON would have given."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.model import Effect, Exchange, Operation, Request, Response, Text
from pytest_szxc.reference.xml_text import as_xml
from pytest_szxc.target.answers import read_answer
from pytest_szxc.target.bound import operation_from
from pytest_szxc.target.canonical import shape_of
from pytest_szxc.target.statement import BoundOperation, Envelope
from pytest_szxc.target.xml_answers import listed, parse_xml, restore

ENTRY = "urn:szxc:data_classification:entry"
NIL = b'<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><a xsi:nil="true"/><b/></r>'
CODED = Envelope(payload="data", code="code", success=("0",), denied=("40301",), message="message")


def test_elements_become_members_and_repeated_ones_lists() -> None:
    body = b'<r xmlns="urn:x"><a k="1">t</a><b>1</b><b>2</b><b>3</b><c> <d>x</d> </c></r>'
    assert parse_xml(body) == {"a": {"@k": "1", "#text": "t"}, "b": ["1", "2", "3"], "c": {"d": "x"}}
    assert parse_xml(NIL) == {"a": None, "b": ""}


@pytest.mark.parametrize(("value", "items"), [({"a": "1"}, [{"a": "1"}]), (None, []), ("", []), ([1], [1]), ("x", "x")])
def test_what_stands_for_a_list(value: object, items: object) -> None:
    assert listed(value) == items


def test_types_come_back_by_the_schema() -> None:
    came = {
        "subLevel": "3",
        "massStatistics": "true",
        "impacts": {"object": "economy", "harm": "serious"},
        "items": {"item": [{"name": "a", "dataType": "C"}, {"name": "b", "dataType": "N"}]},
        "relatedCodes": "",
        "title": "12",
        "extra": "7",
    }
    made = restore(came, ENTRY)
    assert (made["subLevel"], made["massStatistics"], made["title"], made["extra"]) == (3, True, "12", "7")
    assert made["impacts"] == [{"object": "economy", "harm": "serious"}]
    assert made["items"] == [{"name": "a", "dataType": "C"}, {"name": "b", "dataType": "N"}]
    assert made["relatedCodes"] == []


def test_what_does_not_fit_stays_a_text_for_the_schema_to_judge() -> None:
    assert restore({"subLevel": "three", "massStatistics": "ja"}, ENTRY) == {
        "subLevel": "three",
        "massStatistics": "ja",
    }


def test_numbers_are_exact() -> None:
    area = restore({"area": "12.30"}, "urn:szxc:platform_interconnection:work-unit").get("area")
    assert area in (Decimal("12.30"), "12.30")


scalars = st.one_of(st.text("abc农田", min_size=1, max_size=5), st.integers(-99, 99).map(str))
values = st.recursive(
    st.dictionaries(st.sampled_from("abcde"), scalars, min_size=1, max_size=4),
    lambda inner: st.dictionaries(
        st.sampled_from("abcde"), st.one_of(inner, st.lists(inner, min_size=2, max_size=4)), min_size=1, max_size=4
    ),
    max_leaves=10,
)


@given(values)
def test_what_a_platform_writes_is_read_back(value: dict[str, object]) -> None:
    assert parse_xml(as_xml(value)) == value


def answer(body: bytes, status: int = 200, *, effect: Effect = Effect.READ, accept: tuple[int, ...] = ()):
    operation = Operation("read", "small", Text("读", "read"), effect, "object", "XX-001")
    bound = BoundOperation("read", "GET", "/read", envelope=CODED, format="xml")
    response = Response(status, (("content-type", "application/xml"),), body)
    return read_answer(operation, bound, Exchange("x1", "read", Request("GET", "http://x.invalid/"), response), accept)


def test_an_envelope_in_xml_is_opened_as_one_in_json() -> None:
    good = answer(as_xml({"code": 0, "message": "ok", "data": {"n": 1}}))
    assert (good.payload, good.code, good.fine) == ({"n": "1"}, "0", True)
    denied = answer(as_xml({"code": 40301, "message": "no", "data": None}), 403, accept=(403,))
    assert (denied.code, denied.denied) == ("40301", True)
    gateway = answer(b'{"code": 40301, "message": "no"}', 403, accept=(403,))
    assert gateway.code == "40301"


def test_the_shape_of_an_xml_operation_restores_types_after_renaming() -> None:
    bound = operation_from("x", {"path": "/x", "format": "xml", "fields": {"subLevel": "klasse"}}, Effect.READ, CODED)
    assert shape_of(bound, ENTRY, "rfc3339").canonical({"klasse": "2"}) == {"subLevel": 2}

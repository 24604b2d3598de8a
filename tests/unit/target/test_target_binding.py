from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.target.binding import build_request
from pytest_szxc.target.queries import with_query
from pytest_szxc.target.statement import Account, BoundOperation

if TYPE_CHECKING:
    from pytest_szxc.model import Request

NOBODY = Account("primary")


def build(bound: BoundOperation, body: object = None, **params: object) -> Request:
    return build_request(bound, params, base_url="https://p.test/api/", account=NOBODY, body=body)


def test_path_parameters_are_encoded_as_one_segment() -> None:
    bound = BoundOperation("read", "get", "/data/{code}/行")
    request = build(bound, code="a/b ?村%")
    assert request.method == "GET"
    assert request.url == "https://p.test/api/data/a%2Fb%20%3F%E6%9D%91%25/%E8%A1%8C"


def test_a_path_parameter_that_is_not_given_is_an_error() -> None:
    with pytest.raises(Unjudgeable) as caught:
        build(BoundOperation("read", "GET", "data/{code}"), code=None)
    assert caught.value.code == "binding.parameter-missing"
    assert caught.value.params == {"operation": "read", "parameter": "code"}


def test_query_entries_follow_their_parameters() -> None:
    query = {"type": "all", "since": "{since}", "span": "{a}..{b}", "kind": "{kinds}", "flag": "{flag}"}
    bound = BoundOperation("list", "GET", "/list?v=1", query=query)
    assert build(bound).url == "https://p.test/api/list?v=1&type=all"
    full = build(bound, since="2026-01-01T00:00:00+08:00", a=1, kinds=["x", "y"], flag=True)
    assert full.url.endswith("?v=1&type=all&since=2026-01-01T00%3A00%3A00%2B08%3A00&kind=x&kind=y&flag=true")


def test_headers_are_sorted_lower_case_and_hold_placeholders() -> None:
    bound = BoundOperation("list", "GET", "/", headers={"X-Area": "{area}", "Accept": "text/csv", "X-None": "{none}"})
    request = build_request(bound, {"area": "999999"}, base_url="http://x", account=Account("low", "bearer"))
    assert request.headers == (
        ("accept", "text/csv"),
        ("authorization", "Bearer {{account:low}}"),
        ("x-area", "999999"),
    )
    assert (request.account, request.body) == ("low", b"")


def test_body_templates_take_values_whole() -> None:
    template = {"impacts": "{impacts}", "note": "from {who}", "left": "{out}", "also": ["{out}", 1, "{who}"], "n": 1.5}
    request = build(BoundOperation("judge", "POST", "/", body=template), {"impacts": [{"harm": "重"}]}, who="us")
    assert json.loads(request.body) == {"impacts": [{"harm": "重"}], "note": "from us", "also": [1, "us"], "n": 1.5}
    assert "重".encode() in request.body
    assert dict(request.headers)["content-type"] == "application/json"


def test_a_body_without_template_is_sent_as_it_is() -> None:
    bound = BoundOperation("create", "POST", "/")
    assert build(bound, {"b": Decimal("1.0"), "a": Decimal("1.5")}).body == b'{"b":1,"a":1.5}'
    assert build(bound).body == b""
    assert build(BoundOperation("create", "POST", "/", body="{body}"), [1]).body == b"[1]"
    assert build(BoundOperation("create", "POST", "/", body="{body}")).body == b""


def test_entries_replace_those_that_are_there() -> None:
    assert with_query("http://x/a?page=1&q=%E6%9D%91&e=", [("page", "2")]) == "http://x/a?page=2&q=%E6%9D%91&e="
    assert with_query("http://x/a?p=1&p=2&z=0", [("p", "7"), ("p", "8"), ("n", "9")]) == "http://x/a?p=7&p=8&z=0&n=9"
    assert with_query("http://x/a?b", []) == "http://x/a?b"


def test_what_no_binding_foresees_is_sent_beside_the_templates() -> None:
    beside = {"?odd": "1", ":X-Request-Id": "r-1", "+odd": [2]}
    plain = BoundOperation("judge", "POST", "/?odd=0", query={"type": "all"})
    request = build(plain, {"a": 1}, **beside)
    assert request.url == "https://p.test/api/?odd=1&type=all"
    assert ("x-request-id", "r-1") in request.headers
    assert json.loads(request.body) == {"a": 1, "odd": [2]}
    assert json.loads(build(BoundOperation("judge", "POST", "/", body={"b": "{a}"}), {"a": 1}, **beside).body) == {
        "b": 1,
        "odd": [2],
    }
    assert build(plain, **beside).body == b""


def test_a_text_is_sent_as_it_is_where_a_media_type_is_bound() -> None:
    bound = BoundOperation("upload", "POST", "/", body_type="application/xml; charset=utf-8")
    request = build(bound, "<a>村 &amp; 镇</a>")
    assert request.body == "<a>村 &amp; 镇</a>".encode()
    assert dict(request.headers)["content-type"] == "application/xml; charset=utf-8"
    assert build(bound).body == b""
    assert "content-type" not in dict(build(bound).headers)


def test_a_text_without_media_type_is_json() -> None:
    request = build(BoundOperation("upload", "POST", "/"), "<a/>")
    assert (request.body, dict(request.headers)["content-type"]) == (b'"<a/>"', "application/json")


def test_a_template_may_write_the_text_and_a_header_its_type() -> None:
    bound = BoundOperation(
        "upload", "POST", "/", body="<a>{n}</a>", body_type="text/xml", headers={"Content-Type": "text/xml;v=1"}
    )
    request = build(bound, n=Decimal("1.50"))
    assert (request.body, dict(request.headers)["content-type"]) == (b"<a>1.50</a>", "text/xml;v=1")


@pytest.mark.parametrize("body", [{"a": 1}, [1], 1, True])
def test_what_is_no_text_is_not_sent_as_one(body: object) -> None:
    with pytest.raises(Unjudgeable) as caught:
        build(BoundOperation("upload", "POST", "/", body_type="application/xml"), body)
    assert caught.value.code == "binding.body-no-text"
    assert caught.value.params == {"operation": "upload", "type": "application/xml"}


FILTER = "a gt 0[[ and b eq '{b}']][[ and c ge {low}..{high}]]"


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({}, "a gt 0"),
        ({"b": "x"}, "a gt 0 and b eq 'x'"),
        ({"low": 1}, "a gt 0"),
        ({"low": 1, "high": 2}, "a gt 0 and c ge 1..2"),
        ({"b": "[[{low}]]", "low": 1, "high": 2}, "a gt 0 and b eq '[[{low}]]' and c ge 1..2"),
    ],
)
def test_optional_parts_of_a_template_follow_their_parameters(params: dict[str, object], wanted: str) -> None:
    bound = BoundOperation("list", "GET", "/", query={"filter": FILTER}, headers={"X-Filter": FILTER})
    request = build(bound, **params)
    assert request.url == with_query("https://p.test/api/", [("filter", wanted)])
    assert dict(request.headers)["x-filter"] == wanted


def test_a_template_of_optional_parts_alone_is_left_out_with_them() -> None:
    bound = BoundOperation("list", "GET", "/", query={"filter": "[[b eq {b}]]", "empty": ""})
    assert build(bound).url == "https://p.test/api/?empty="
    assert build(bound, b=1).url == "https://p.test/api/?filter=b%20eq%201&empty="

"""Transport and envelope of platform_interconnection: what its checks read out of answers, and its reference."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.catalogue.locate import schemas_folder
from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.checks.suite_package import import_part
from pytest_szxc.reference import Platform, build_platform
from pytest_szxc.reference.lookup import load_reference

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

SUITE = load_suites()["platform_interconnection"]
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def part(name: str) -> Any:
    return import_part(SUITE.id, SUITE.folder, name)


moments, description = map(part, ("moments", "api_description"))
errors = part("naming_errors")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=15,
)


@pytest.mark.parametrize(
    ("value", "notation"),
    [
        ("2026-06-01T12:00:00+08:00", "RFC 3339"),
        ("2026-06-01t04:00:00.123z", "RFC 3339"),
        ("2026-06-01 12:00:00+08:00", "RFC 3339"),
        (1780286400000, "epoch ms"),
        ("1780286400000", "epoch ms"),
        (1780286400, "epoch s"),
        ("2026-06-01 12:00:00", "no offset"),
        ("2026-06-01T12:00:00", "no offset"),
        ("2026/06/01 12:00", "no offset"),
        ("2026-06-01T12:00:00+0800", "other"),
        ("2026-02-30T12:00:00Z", "no such time"),
        ("20260601120000", "YYYYMMDDhhmmss"),
        ("2026-06-01", None),
        (12, None),
        (True, None),
        (None, None),
        ("PT1H", None),
    ],
)
def test_notations_of_times(value: object, notation: str | None) -> None:
    found = [moment.notation for moment in moments.moments({"data": {"updatedAt": value}})]
    assert found == ([notation] if notation else [])


def test_numbers_are_times_by_name_only_and_columns_of_resources_are_passed_over() -> None:
    document = {
        "batchNo": "20260601120000",
        "uptime": 1780286400,
        "data": {"list": [{"data": {"at": "2026-06-01 12:00"}}]},
    }
    assert list(moments.moments(document)) == []
    assert [moment.place for moment in moments.moments({"data": {"list": [{"sentAt": 1780286400000}]}})] == [
        "/data/list/0/sentAt"
    ]


@given(JSON)
def test_reading_never_raises(value: object) -> None:
    list(moments.moments(value))
    body = json.dumps(value).encode()
    found = description.description_of(body)
    assert (found is None) == (not isinstance(value, dict))
    if found:
        list(found.dangling())


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_no_description(body: bytes) -> None:
    found = description.description_of(body)
    assert found is None or found.version is not None


def test_a_description_joins_servers_and_paths() -> None:
    document = {
        "openapi": "3.0.3",
        "servers": [{"url": "https://node.invalid/{v}/", "variables": {"v": {"default": "v2"}}}],
        "paths": {"/records/{id}": {"get": {"x": {"$ref": "#/components/a~1b"}}}, "x-y": {}},
        "components": {"a/b": 1},
    }
    found = description.description_of(json.dumps(document).encode())
    assert {"/records/{}", "/v2/records/{}"} == found.places
    assert list(found.dangling()) == []
    assert description.plain_path("https://node.invalid/v2/records/:recordId/?x=1") in found.places
    del document["components"]
    assert list(description.description_of(json.dumps(document).encode()).dangling()) == ["#/components/a~1b"]


def test_a_description_in_yaml_is_read_by_line() -> None:
    head = "openapi: '3.1.0'\nservers:\n  - url: https://x.invalid/v1\n"
    text = head + "paths:\n  /a/{b}:\n    get: {}\n  '/c':\n    get: {}\n"
    found = description.description_of(text.encode())
    assert (found.version, found.paths, found.servers) == ("3.1.0", ("/a/{b}", "/c"), ("https://x.invalid/v1",))
    assert found.places >= {"/v1/a/{}", "/c"}


def fresh() -> Platform:
    return build_platform({SUITE.id: load_reference(SUITE)}, now=NOW)


def ask(on: Platform, path: str, **headers: str) -> TestResponse:
    token = on.accounts.by_name["primary"].token
    return Client(on).open(path, headers={"Authorization": f"Bearer {token}"} | headers)


def test_the_reference_declares_itself() -> None:
    answer = Client(fresh()).open("/v1/capability").get_json()
    assert list(validator("urn:szxc:platform_interconnection:capability").errors(answer["data"])) == []
    codes = {row["code"]: row["status"] for row in answer["data"]["errorCodes"]}
    assert len(codes) == 20
    assert all(str(status) == code[:3] for code, status in codes.items() if code != "0")


def test_a_given_request_id_comes_back_in_envelope_and_header_and_stands_in_the_log() -> None:
    on = fresh()
    answer = ask(on, "/v1/resources/none/records", **{"X-Request-Id": "caller-1"})
    assert answer.status_code == 404
    assert answer.get_json()["requestId"] == answer.headers["X-Request-Id"] == "caller-1"
    (row,) = ask(on, "/v1/logs?requestId=caller-1").get_json()["data"]["list"]
    assert (row["path"], row["status"]) == ("/v1/resources/none/records", 404)
    assert list(validator("urn:szxc:platform_interconnection:call").errors(row)) == []


@pytest.mark.parametrize("given_id", ["", "a b", "x" * 65, "号", "r'; --"])
def test_an_odd_request_id_is_not_taken_over(given_id: str) -> None:
    answer = ask(fresh(), "/v1/capability", **{"X-Request-Id": given_id.encode().decode("latin-1")})
    assert answer.get_json()["requestId"].startswith("r0")


def test_the_log_keeps_the_last_calls_only() -> None:
    on = fresh()
    log = on.parts[SUITE.id].parts["transport"]
    for number in range(log.calls.maxlen + 5):
        log.note({"requestId": str(number)})
    assert (len(log.calls), log.calls[0]["requestId"]) == (log.calls.maxlen, "5")


@pytest.mark.parametrize(
    "text",
    ["missing field: batchNo", "/batchNo required", "batch_no is null", "BATCH_NO", "缺少批次号", "batch no. missing"],
)
def test_a_member_is_named_in_many_ways(text: str) -> None:
    assert errors.names_one(text, errors.as_names("batchNo"))


@pytest.mark.parametrize(("text", "member"), [("account refused", "count"), ("recorded", "records"), ("", "digest")])
def test_a_word_that_only_contains_a_name_is_none(text: str, member: str) -> None:
    assert not errors.names_one(text, errors.as_names(member))


def test_each_member_of_the_table_is_one_of_the_message() -> None:
    schema = json.loads((schemas_folder() / SUITE.id / "push-message.schema.json").read_text(encoding="utf-8"))
    assert set(errors.members()) <= set(schema["required"])

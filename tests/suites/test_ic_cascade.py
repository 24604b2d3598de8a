"""What the cascade checks are made of: regions, working days, files, tables; and the reference node's part."""

from __future__ import annotations

import csv
import hashlib
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks import schema
from pytest_szxc.checks.loading import load_checks
from pytest_szxc.reference import Platform, build_platform
from pytest_szxc.reference.lookup import load_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

SUITE = load_suites()["platform_interconnection"]
REFERENCE = load_reference(SUITE)
load_checks(SUITE)
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
MINE = (
    *("sharing_types", "sharing_methods", "update_cycles", "formats", "exchange_modes", "request_states"),
    *("request_transitions", "correction_states", "reply_kinds", "reply_limits", "holiday_periods", "column_types"),
)
MARKS = {"V", "V-t", "V-3p", "R", "R?", "P"}


def part(name: str) -> Any:
    return import_module(f"{REFERENCE.__package__}.{name}")


working_days, exchanged_file, tables = map(part, ("working_days", "exchanged_file", "cascade_tables"))

# --- working days -----------------------------------------------------------------------------------------------------

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "limit", "last"),
    [
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 6), 10, date(2026, 3, 20)),
        (date(2026, 3, 9), 0, date(2026, 3, 9)),
        (date(2026, 2, 13), 10, date(2026, 3, 10)),
        (date(2025, 12, 31), 1, date(2026, 1, 6)),
        (date.max, 20, date.max),
    ],
)
def test_the_last_day_of_a_limit(day: date, limit: int, last: date) -> None:
    assert working_days.latest(day, limit) == last


@given(DAYS, st.integers(0, 60))
def test_a_limit_is_never_shorter_than_its_weekdays_and_never_much_longer(day: date, limit: int) -> None:
    last = working_days.latest(day, limit)
    weekdays = sum((day + timedelta(days=n)).weekday() < 5 for n in range(1, (last - day).days + 1))
    free = sum(int(row["weekdays"]) for row in tables.rows("holiday_periods"))
    assert limit <= weekdays <= limit + free


@given(DAYS, st.integers(0, 40), st.integers(0, 40))
def test_a_longer_limit_ends_no_earlier(day: date, limit: int, more: int) -> None:
    assert working_days.latest(day, limit) <= working_days.latest(day, limit + more)


def test_a_day_is_one_of_beijing() -> None:
    assert working_days.beijing_day(datetime(2026, 6, 1, 17, tzinfo=UTC)) == date(2026, 6, 2)
    assert working_days.beijing_day(datetime.max.replace(tzinfo=UTC)) == date.max


# --- exchanged files --------------------------------------------------------------------------------------------------


def test_digests_are_the_published_ones() -> None:
    sm3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert exchanged_file.digests("SM3", b"abc")[0] == sm3
    assert exchanged_file.digests(" sha256 ", b"abc")[0] == hashlib.sha256(b"abc").hexdigest()
    assert exchanged_file.digests("SHA_256", b"") == exchanged_file.digests("SHA-256", b"")
    assert exchanged_file.digests("MD5", b"abc") is None


def test_an_openssl_without_sm3_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(hashlib, "new", refuse)
    assert exchanged_file.digests("SM3", b"abc") == ()


@pytest.mark.parametrize(
    ("kind", "content", "counts"),
    [
        ("a.csv", "代码,名称\n1,甲\n2,乙\n".encode(), (3, 2)),
        ("csv", "代码\r\n1\r\n\r\n".encode("gb18030"), (2, 1)),
        ("csv", b'id,text\n1,"two\nlines"\n', (2, 1)),
        ("csv", b"", (0,)),
        ("rows.JSONL", b'{"a": 1}\n\n{"a": 2}', (2,)),
        ("json", b"[1, 2, 3]", (3,)),
        ("json", b'{"list": []}', ()),
        ("json", b"[1,", ()),
        ("json", b"[" * 100_000, ()),
        ("xlsx", b"PK", ()),
        ("csv", b"\xff\xff\xff", ()),
    ],
)
def test_records_are_counted_where_that_can_be_done(kind: str, content: bytes, counts: tuple[int, ...]) -> None:
    assert exchanged_file.record_counts(kind, content) == counts


@given(st.binary(max_size=60), st.sampled_from(["csv", "json", "jsonl", "x", ""]))
def test_counting_never_raises(content: bytes, kind: str) -> None:
    assert all(count >= 0 for count in exchanged_file.record_counts(kind, content))


# --- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MINE)
def test_every_row_of_a_table_says_where_it_comes_from(name: str) -> None:
    with (SUITE.folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found
    assert all(row["source"] and row["mark"] in MARKS for row in found)
    codes = [row["code"] for row in found if "code" in row]
    assert len(codes) == len(set(codes))


def test_tables_have_what_the_page_has() -> None:
    assert [row["zh"] for row in tables.rows("sharing_types")] == ["无条件共享", "有条件共享", "不予共享"]
    assert len(tables.rows("sharing_methods")) == 7
    assert [row["code"] for row in tables.rows("update_cycles")][:3] == ["realtime", "daily", "weekly"]
    assert {row["kind"] for row in tables.rows("formats")} >= {"电子文件", "数据库", "服务接口"}
    assert {row["code"] for row in tables.rows("exchange_modes")} == {
        *("db", "file", "service", "message", "manual", "subscribe", "map")
    }


def test_transitions_join_known_states_and_end() -> None:
    states = {row["code"] for row in tables.rows("request_states")}
    assert {state for row in tables.rows("request_transitions") for state in (row["from"], row["to"])} == states
    assert tables.reachable("submitted") == states
    assert tables.reachable("rejected") == {"rejected"}
    assert tables.reachable("approved") == {"approved", "provided", "withdrawn"}


def test_a_word_means_its_code() -> None:
    assert tables.code_of("exchange_modes", " 接口服务 ") == "service"
    assert tables.code_of("exchange_modes", "DB") == "db"
    assert tables.code_of("exchange_modes", None) is None


# --- the reference node -----------------------------------------------------------------------------------------------


@pytest.fixture
def platform() -> Iterator[Platform]:
    made = build_platform({SUITE.id: REFERENCE}, now=NOW)
    yield made
    made.close()


def ask(platform: Platform, path: str, account: str = "primary", **more: Any) -> TestResponse:
    token = platform.accounts.by_name[account].token
    return Client(platform).open(path, headers={"Authorization": f"Bearer {token}"}, **more)


@pytest.mark.parametrize(
    ("path", "name"),
    [("catalogue", "catalogue-entry"), ("services", "resource"), ("requests", "data-request")],
)
def test_lists_have_their_schemas(platform: Platform, path: str, name: str) -> None:
    rows = ask(platform, f"/v1/{path}?pageSize=100").get_json()["data"]["list"]
    assert rows
    assert all(schema.holds(row, f"urn:szxc:platform_interconnection:{name}") for row in rows)


@pytest.mark.parametrize(("path", "name"), [("files/manifest", "manifest"), ("exchange-tables", "exchange-tables")])
def test_objects_have_their_schemas(platform: Platform, path: str, name: str) -> None:
    assert schema.holds(ask(platform, f"/v1/{path}").get_json()["data"], f"urn:szxc:platform_interconnection:{name}")


def test_only_the_fixture_county_occurs(platform: Platform) -> None:
    entries = platform.store.all("catalogue")
    assert {entry["regionCode"][:6] for entry in entries} == {"999999"}
    assert {entry["providerCode"] for entry in entries} == {"12999999000000051X"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "catalogue", {"title": "x"}, 400),
        ("POST", "catalogue", [], 400),
        ("POST", "requests", {"resourceCode": "310999001/000001", "title": 1, "purpose": "x"}, 400),
        ("POST", "requests", {"resourceCode": "3/9", "title": "x", "purpose": "x"}, 404),
        ("POST", "requests/req-0005/answer", {"decision": "lost"}, 400),
        ("POST", "requests/req-0003/answer", {"decision": "approved"}, 409),
        ("POST", "requests/req-9999/answer", {"decision": "approved"}, 404),
        ("POST", "corrections", {"resourceCode": "310999001/000001"}, 400),
        ("POST", "corrections", {"resourceCode": "310999001/000001", "problem": "x", "id": 7}, 400),
        ("DELETE", "corrections/none", None, 404),
        ("GET", "return-flow/9999/records", None, 400),
        ("GET", "return-flow/999999000000/records?resourceCode=3/9", None, 404),
        ("GET", "files/none.csv", None, 404),
    ],
)
def test_what_is_refused(platform: Platform, method: str, path: str, body: Any, status: int) -> None:
    more = {} if body is None else {"json": body}
    assert ask(platform, f"/v1/{path}", method=method, **more).status_code == status


@pytest.mark.parametrize("path", ["catalogue", "requests", "requests/req-0005/answer", "corrections"])
def test_who_may_not_write_writes_nothing(platform: Platform, path: str) -> None:
    assert ask(platform, f"/v1/{path}", "low_right", method="POST", json={"decision": "approved"}).status_code == 403


def test_a_restricted_resource_flows_back_to_who_has_subscribed_only(platform: Platform) -> None:
    path = "/v1/return-flow/999999000000/records?resourceCode=310999003/000001"
    assert ask(platform, path).status_code == 200
    assert ask(platform, path, "second").status_code == 403


def test_what_is_given_an_id_keeps_it_and_no_two_have_one(platform: Platform) -> None:
    body = {"id": "c-1", "resourceCode": "310999001/000001", "problem": "面积存疑"}
    assert ask(platform, "/v1/corrections", method="POST", json=body).get_json()["data"]["id"] == "c-1"
    assert ask(platform, "/v1/corrections", method="POST", json=body).status_code == 409
    assert ask(platform, "/v1/corrections/c-1", method="DELETE").status_code == 200
    assert ask(platform, "/v1/corrections/c-1").status_code == 404
    without = {name: value for name, value in body.items() if name != "id"}
    ids = {ask(platform, "/v1/corrections", method="POST", json=without).get_json()["data"]["id"] for _ in range(3)}
    assert len(ids) == 3


def test_an_entry_that_is_reported_again_is_replaced(platform: Platform) -> None:
    entry = platform.store.all("catalogue")[0]
    ask(platform, "/v1/catalogue", method="POST", json=entry | {"title": "农田地块（新）"})
    assert [row["title"] for row in platform.store.all("catalogue")].count("农田地块（新）") == 1
    assert len(platform.store.all("catalogue")) == 6

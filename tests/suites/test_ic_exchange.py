"""Query and incremental exchange: the reference itself, and the checks at their bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ic_judging import SUITE, judged, part
from werkzeug.test import Client

from pytest_szxc.model import Status
from pytest_szxc.reference import Answer, Call, Platform, build_platform, pages
from pytest_szxc.reference.lookup import load_reference
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.test import TestResponse

    from pytest_szxc.reference import Handler

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
CODE, RESTRICTED = "310999001/000001", "310999003/000001"
Row = dict[str, Any]


@cache
def platform() -> Platform:
    return build_platform({SUITE.id: load_reference(SUITE)}, now=NOW)


def ask(what: str, code: str = CODE, account: str = "primary", **more: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {platform().accounts.by_name[account].token}"}
    return Client(platform()).open(f"/v1/resources/{quote(code, safe='')}/{what}", headers=headers, **more)


def data(what: str, **more: Any) -> Row:
    found: Row = ask(what, **more).get_json()["data"]
    return found


def walked(what: str, size: int) -> list[Row]:
    found: list[Row] = []
    while True:
        mark = "&" if "?" in what else "?"
        page = data(f"{what}{mark}page={len(found) // size + 1}&pageSize={size}")
        found += page["list"]
        if len(found) >= page["total"]:
            return found


def search(value: str, field: str = "kind", logical: str = "equals", **more: Any) -> TestResponse:
    condition = {"queryField": field, "logical": logical, "queryValue": value}
    return ask("search", method="POST", json={"whereList": [[condition]], **more})


# --- the reference ----------------------------------------------------------------------------------------------------


@given(st.integers(1, 50))
def test_pages_of_any_size_make_the_same_sequence(size: int) -> None:
    assert walked("records", size) == walked("records", 50)


@given(st.integers(0, 130), st.integers(1, 50))
def test_changes_from_any_watermark_are_the_end_of_all_changes(since: int, size: int) -> None:
    whole = walked("changes", 50)
    assert walked(f"changes?since={since}", size) == [change for change in whole if change["watermark"] > since]


def test_replayed_changes_leave_the_records() -> None:
    left: dict[str, Row] = {}
    for change in walked("changes", 50):
        if change["op"] == "D":
            del left[change["id"]]
        else:
            left[change["id"]] = change["record"]
    assert left == {record["id"]: record for record in walked("records", 50)}


def test_times_of_update_include_the_instant() -> None:
    whole = walked("records", 50)
    times = sorted(record["updatedAt"] for record in whole)
    late = walked(f"records?updatedSince={quote(times[-5])}", 50)
    assert sorted(record["updatedAt"] for record in late) == times[-5:]


@pytest.mark.parametrize("value", ["paddy", "dry", "PADDY", "padd", ""])
def test_a_search_is_a_predicate(value: str) -> None:
    found = search(value, pageSize=50).get_json()["data"]
    assert found["list"] == [record for record in walked("records", 50) if record["kind"] == value]
    assert found["total"] == len(found["list"])


def test_the_count_is_the_total() -> None:
    assert data("count") == {"resourceCode": CODE, "total": data("records")["total"]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"whereList": "x"},
        {"whereList": []},
        {"whereList": [[]]},
        {"whereList": [[{"queryField": "secret", "logical": "equals", "queryValue": "x"}]]},
        {"whereList": [[{"queryField": "kind", "logical": "like", "queryValue": "x"}]]},
        {"whereList": [[{"queryField": "kind", "logical": "equals", "queryValue": 1}]]},
        [],
    ],
    ids=repr,
)
def test_conditions_that_are_none_are_refused(body: object) -> None:
    answer = ask("search", method="POST", json=body)
    assert answer.status_code == 400
    assert answer.get_json()["code"] in (40001, 40002, 40003)


@pytest.mark.parametrize("query", ["page=0", "page=-1", "pageSize=0", "page=x", "updatedSince=yesterday"])
def test_numbers_and_times_that_are_none_are_refused(query: str) -> None:
    assert ask(f"records?{query}").status_code == 400


def test_a_page_size_without_measure_is_limited() -> None:
    assert len(data("records?pageSize=1000000")["list"]) == 50


def test_a_restricted_resource_is_for_its_subscriber_alone() -> None:
    assert ask("records", RESTRICTED).status_code == 200
    assert ask("records", RESTRICTED, "second").get_json()["code"] == 40301
    assert ask("records", "310999009/000001").status_code == 404


# --- the checks at their bounds ---------------------------------------------------------------------------------------


def mutant(name: str) -> Callable[[Platform], None]:
    both: dict[str, Any] = {**part("mutants_exchange").MUTANTS, **part("mutants_exchange_changes").MUTANTS}
    change: Callable[[Platform], None] = both[name].apply
    return change


@pytest.mark.parametrize("name", ["pages-never-end", "always-one-page-more", "pages-overlap", "pages-shrink"])
def test_pages_that_do_not_end_as_they_should_are_findings_within_few_requests(name: str) -> None:
    for requirement in ("IC-027", "IC-028"):
        store = ExchangeStore(None)
        assert judged(requirement, mutant(name), store=store).status is Status.FAIL
        assert store.counters().sent < 60


def endless(platform: Platform) -> None:
    """Pages that never end, and no total."""
    mutant("pages-never-end")(platform)
    mutant("records-total-missing")(platform)


@pytest.mark.parametrize("requirement", ["IC-027", "IC-028"])
def test_endless_pages_without_a_total_are_a_finding_too(requirement: str) -> None:
    store = ExchangeStore(None)
    assert judged(requirement, endless, store=store).status is Status.FAIL
    assert store.counters().sent < 1000


def cursors(platform: Platform) -> None:
    """Cursors, which say no total."""
    part("reference").part(platform, "exchange").pager = pages.Cursors()


def test_a_cursor_without_a_total_breaks_the_first_requirement_alone() -> None:
    statement = part("variants_exchange").VARIANTS["exchange-cursors"].statement
    found = {name: judged(name, cursors, statement).status for name in ("IC-027", "IC-028", "IC-031")}
    assert found == {"IC-027": Status.FAIL, "IC-028": Status.PASS, "IC-031": Status.PASS}


def test_a_binding_without_a_page_size_is_not_judged() -> None:
    def without(statement: Any) -> Any:
        key = (SUITE.id, "list_records")
        bound = statement.operations[key]
        unsized = replace(bound, paging=replace(bound.paging, size=None))
        return replace(statement, operations={**statement.operations, key: unsized})

    verdict = judged("IC-028", statement=without)
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.cause is not None
    assert verdict.cause.code == "paging.no-size"


def emptied(platform: Platform) -> None:
    for resource in part("reference_data").resources():
        for table in (resource.records, resource.changes):
            for row in platform.store.all(table):
                platform.store.remove(table, row["id"])


@pytest.mark.parametrize("requirement", ["IC-027", "IC-028", "IC-029", "IC-031", "IC-032", "IC-033", "IC-034"])
def test_a_platform_without_records_passes_nothing(requirement: str) -> None:
    assert judged(requirement, emptied).status is Status.INCONCLUSIVE


def test_a_history_without_deletions_shows_nothing_of_deletions() -> None:
    def kept(platform: Platform) -> None:
        mutant("deletions-not-told")(platform)
        for resource in part("reference_data").resources():
            for change in platform.store.all(resource.changes):
                if platform.store.get(resource.records, change["id"]) is None:
                    platform.store.remove(resource.changes, change["id"])

    assert judged("IC-033", kept).status is Status.INCONCLUSIVE
    assert judged("IC-032", kept).status is Status.PASS


def at_work(platform: Platform) -> None:
    """A platform that is in use: one record more comes in after the first requests."""
    asked = {"times": 0}

    def busy(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            asked["times"] += 1
            if asked["times"] == 6:
                first = platform.store.page(f"records:{CODE}", 0, 1)[0]
                platform.store.add(f"records:{CODE}", "new", first | {"id": "310999001-009999"})
            return handler(call)

        return answer

    platform.rewire("list_records", busy)


@pytest.mark.parametrize("requirement", ["IC-027", "IC-028", "IC-030", "IC-031"])
def test_a_record_that_comes_in_during_the_run_is_no_finding(requirement: str) -> None:
    assert judged(requirement, at_work).status in (Status.PASS, Status.INCONCLUSIVE)

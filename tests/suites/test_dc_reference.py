from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from werkzeug.test import Client

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.catalogue.locate import schemas_folder
from pytest_szxc.reference import Platform, build_platform
from pytest_szxc.reference.lookup import load_mutants, load_reference, load_references, load_variants
from pytest_szxc.reference.server import serve

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

SUITE = "data_classification"
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
IMPACTS = {"impacts": [{"object": "economy", "harm": "serious"}, {"object": "orgRights", "harm": "general"}]}


@cache
def platform(size: int = 2200, seed: int = 20260101) -> Platform:
    return fresh(size, seed)


def fresh(size: int = 300, seed: int = 20260101) -> Platform:
    return build_platform({SUITE: load_reference(load_suites()[SUITE])}, size=size, seed=seed, now=NOW)


@cache
def registry() -> Registry[Any]:
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in schemas_folder().rglob("*.schema.json")]
    return Registry().with_resources((document["$id"], Resource.from_contents(document)) for document in documents)


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(registry().contents(f"urn:szxc:{SUITE}:{name}"), registry=registry())


def ask(path: str, account: str = "primary", on: Platform | None = None, **more: Any) -> TestResponse:
    here = on or platform()
    token = here.accounts.by_name[account].token
    return Client(here).open(path, headers={"Authorization": f"Bearer {token}"}, **more)


def every(path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        data = ask(f"{path}?pageSize=200&page={len(found) // 200 + 1}").get_json()["data"]
        found += data["list"]
        if len(found) >= data["total"]:
            return found


@cache
def entries() -> tuple[dict[str, Any], ...]:
    return tuple(every("/catalog/entries"))


def graded(grade: str) -> dict[str, Any]:
    level, step = ("general", int(grade[1])) if grade.startswith("G") else (grade, None)
    return next(entry for entry in entries() if (entry["level"], entry.get("subLevel")) == (level, step))


def test_the_catalogue_is_large_and_of_many_kinds() -> None:
    assert len(entries()) >= 2000
    assert len({entry["resourceCode"] for entry in entries()}) == len(entries())
    assert {entry["agriClass"][:3] for entry in entries()} == {f"A{number:02d}" for number in range(1, 12)}
    assert len({entry["factors"]["region"] for entry in entries()}) > 30


def test_only_the_fixture_county_occurs() -> None:
    assert {entry["providerCode"][2:8] for entry in entries()} == {"999999"}
    assert {entry["factors"]["region"][:6] for entry in entries()} == {"999999"}


@pytest.mark.parametrize("size", [120, 300])
def test_every_branch_has_data(size: int) -> None:
    found = [json.loads(body) for _, body in _tables(size).entries]
    kinds = Counter(entry["processing"] for entry in found)
    assert set(kinds) == {"raw", "masked", "labelled", "statistical", "fused"}
    assert {entry["sharing"]["type"] for entry in found} == {"1", "2", "3"}
    assert {entry["openness"] for entry in found} == {"unconditional", "conditional", "closed"}
    assert len({name for entry in found for name in entry.get("sensitivePi", ())}) == 8
    assert len({name for entry in found for name in entry.get("piClass", ())}) == 13
    assert len({row["reason"] for entry in found for row in entry.get("history", ())}) >= 14
    assert {len(entry.get("history", ())) for entry in found} == {0, 1, 2, 3}
    assert len({entry["updateCycle"] for entry in found}) == 9
    assert sum("raiseReason" in entry for entry in found) > 1
    assert sum("minReferenceLevel" in entry for entry in found) > 1


def _tables(size: int) -> Any:
    load_reference(load_suites()[SUITE])
    from szxc_suites.data_classification import reference_data  # noqa: PLC0415 -- there once its suite is loaded

    return reference_data.tables(20260101, size, NOW)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("entry", "/catalog/entries"),
        ("important-item", "/catalog/important"),
        ("filing", "/catalog/filings"),
        ("audit-event", "/audit"),
    ],
)
def test_lists_are_as_their_schemas(name: str, path: str) -> None:
    judge = validator(name)
    rows = entries() if name == "entry" else every(path)
    assert rows
    assert [error.message for row in rows[::5] for error in judge.iter_errors(row)] == []


@pytest.mark.parametrize("grade", ["G1", "G2", "G3", "G4", "important", "core"])
def test_data_and_quality_of_every_grade(grade: str) -> None:
    code = quote(graded(grade)["resourceCode"], safe="")
    data = ask(f"/data/{code}")
    validator("data").validate(data.get_json()["data"])
    assert data.headers["X-Data-Level"] == grade
    report = ask(f"/quality/{code}").get_json()["data"]
    validator("quality-report").validate(report)
    assert {row["code"][:2] for row in report["indicators"]} == {"01", "02", "03", "04", "05", "06"}


@pytest.mark.parametrize(("grade", "status"), [("G1", 200), ("G2", 200), ("G3", 403), ("G4", 403), ("core", 403)])
def test_the_low_account_reads_up_to_its_clearance(grade: str, status: int) -> None:
    answer = ask(f"/data/{quote(graded(grade)['resourceCode'], safe='')}", "low_right")
    assert (answer.status_code, answer.get_json()["code"]) == (status, 0 if status == 200 else 40302)


@pytest.mark.parametrize("grade", ["G3", "G4"])
def test_grave_fields_are_masked(grade: str) -> None:
    entry = next(e for e in entries() if e.get("subLevel") == int(grade[1]) and e["dataSubject"] == "personal")
    grave = {row["field"] for row in entry["fieldLevels"] if row["level"] in {"G3", "G4"}}
    rows = ask(f"/data/{quote(entry['resourceCode'], safe='')}").get_json()["data"]["rows"]
    assert grave
    assert all("*" in str(row[name]) for row in rows for name in grave if row[name] is not None)


def test_answers_need_an_account() -> None:
    answer = Client(platform()).get("/catalog/entries")
    assert (answer.status_code, answer.get_json()["code"]) == (401, 40101)


def test_changes_are_found_by_time() -> None:
    since = sorted(entry["lastUpdated"] for entry in entries())[-100]
    data = ask("/catalog/entries?pageSize=200&updatedSince=" + quote(since)).get_json()["data"]
    assert data["total"] == sum(entry["lastUpdated"] >= since for entry in entries())
    for wrong in ("yesterday", "2026-01-01T00:00:00"):
        assert ask(f"/catalog/entries?updatedSince={wrong}").get_json()["code"] == 40001


def test_grading_takes_the_highest_cell() -> None:
    answer = ask("/grading/evaluate", method="POST", json=IMPACTS)
    assert answer.get_json()["data"] == {"level": "important"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 40002),
        ({"impacts": []}, 40002),
        ({"impacts": [{"object": "economy", "harm": "severe"}]}, 40003),
        ({"impacts": [{"harm": "none"}]}, 40003),
        ({"impacts": [7]}, 40003),
        ([], 40002),
    ],
)
def test_grading_refuses_what_it_cannot_read(body: Any, code: int) -> None:
    answer = ask("/grading/evaluate", method="POST", json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, code)


def test_the_export_names_its_highest_grade() -> None:
    answer = ask("/catalog/export?format=csv")
    assert "catalogue-core-20260601.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == len(entries())
    assert {row["level"] for row in rows} == {"core", "important", "general"}
    assert ask("/catalog/export?format=xls").status_code == 400


def test_an_entry_is_created_regraded_and_deleted() -> None:
    here = fresh()
    entry = {**graded("G2"), "resourceCode": "301001/999999"}
    path = "/catalog/entries/301001%2F999999"
    assert ask("/catalog/entries", on=here, method="POST", json=entry).status_code == 200
    assert ask("/catalog/entries", on=here, method="POST", json=entry).get_json()["code"] == 40902
    lower = {"level": "general", "subLevel": 1, "reason": "madePublic"}
    assert ask(f"{path}/grading", on=here, method="PUT", json=lower).get_json()["code"] == 40003
    proved = ask(f"{path}/grading", on=here, method="PUT", json=lower | {"evidence": "公告 1 号"}).get_json()["data"]
    assert (proved["subLevel"], proved["history"][-1]["to"], proved["mapping"]["db33t2351"]) == (1, "G1", "L1")
    assert ask(f"{path}/grading", on=here, method="PUT", json={"level": "x"}).get_json()["code"] == 40003
    assert ask(path, on=here, method="DELETE").get_json()["data"] == {"resourceCode": "301001/999999"}
    assert ask(path, on=here, method="DELETE").status_code == 404
    events = ask("/audit?object=301001%2F999999", on=here).get_json()["data"]["list"]
    assert [event["action"] for event in events] == ["create", "grade", "delete"]


def test_writing_needs_the_permission() -> None:
    assert ask("/catalog/entries", "low_right", method="POST", json=graded("G1")).get_json()["code"] == 40301
    assert ask("/catalog/entries", method="POST", json={"title": "无代码"}).get_json()["code"] == 40002


@pytest.mark.parametrize("path", ["/data/3/0", "/quality/3/0", "/catalog/nothing"])
def test_what_does_not_exist(path: str) -> None:
    assert ask(path).get_json()["code"] == 40401


def test_discovery_claims_every_class() -> None:
    claims = Client(platform()).get("/.well-known/szxc.json").get_json()["claims"][SUITE]
    assert claims == {"classes": [row.id for row in load_suites()[SUITE].classes], "without": []}


def test_the_description_names_every_operation() -> None:
    document = Client(platform()).get("/openapi.json").get_json()
    named = {row["operationId"] for path in document["paths"].values() for row in path.values() if "operationId" in row}
    assert named == set(load_suites()[SUITE].operations)


def test_the_same_seed_gives_the_same_answers() -> None:
    one, two = fresh(150), fresh(150)
    for path in ("/catalog/entries?pageSize=200", "/catalog/filings", "/audit?page=2", "/catalog/export"):
        assert ask(path, on=one).data == ask(path, on=two).data
    other = fresh(150, seed=2)
    assert ask("/catalog/entries", on=one).get_json()["data"] != ask("/catalog/entries", on=other).get_json()["data"]


def test_times_lie_where_they_belong() -> None:
    for entry in entries():
        graded_at, approved_at = (datetime.fromisoformat(entry[name]) for name in ("gradedAt", "approvedAt"))
        assert graded_at < approved_at < NOW
        assert datetime.fromisoformat(entry["lastUpdated"]) < NOW
        assert entry["nextReviewDate"] > (NOW + timedelta(days=30)).date().isoformat()


def test_a_platform_answers_over_a_socket() -> None:
    here = fresh()
    headers = {"Authorization": f"Bearer {here.accounts.by_name['second'].token}"}
    with serve(here) as base, httpx.Client(base_url=base, headers=headers, trust_env=False) as client:
        assert client.get("/catalog/entries").json()["data"]["total"] == 300
        assert client.get("/data/301001%2F000001").status_code == 200


def test_every_mutant_is_listed() -> None:
    suite = load_suites()[SUITE]
    assert set(load_mutants(suite)) == {name for row in suite.requirements for name in row.mutants}


def test_there_are_many_variants() -> None:
    assert len(load_variants(load_suites()[SUITE])) >= 30


def test_references_are_found_by_suite() -> None:
    assert SUITE in load_references(load_suites().values())

"""The cascade checks against platforms made of values: none raises, none passes on nothing."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.loading import load_checks
from pytest_szxc.checks.rules import HELD
from pytest_szxc.errors import Absent, Refused
from pytest_szxc.model import Location, Response
from pytest_szxc.record import Record
from pytest_szxc.target.sut import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.checks.rules import Observation

SUITE = load_suites()["platform_interconnection"]
CHECKS = load_checks(SUITE)
MINE = [f"IC-{number:03d}" for number in range(46, 55)]
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
RESOURCE = {"resourceCode": "310999001/000001", "title": "农田地块", "key": "id", "regionField": "regionCode"}


def vector(name: str, file: str) -> Any:
    path = SUITE.folder / "vectors" / name / "valid" / f"{file}.json"
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def record(value: Any, place: str = "") -> Record:
    return Record(value if isinstance(value, dict) else {}, Location(exchange="x", pointer=place), NOW)


def reply(value: Any = None, status: int = 200, body: bytes = b"", code: str | None = None) -> Reply:
    return Reply("x", Response(status, (), body), record(value), code, denied=status in {401, 403})


@dataclass
class ValueSut:
    """A platform made of values: rows by operation, or a function of the parameters; answers likewise."""

    rows: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    prefix: str = "szxc-test-"
    waited: float = 0

    def random(self, name: str) -> Random:
        return Random(name)  # noqa: S311 -- to be repeatable

    def wait(self, seconds: float) -> None:
        self.waited += seconds

    def records(self, operation: str, **params: Any) -> list[Record]:
        rows = self.rows.get(operation, [])
        found = rows(**params) if callable(rows) else rows
        return [record(row, f"/list/{index}") for index, row in enumerate(found)]

    def walk(self, operation: str, **params: Any) -> Iterator[Any]:
        yield SimpleNamespace(records=self.records(operation, **params))

    def ask(self, operation: str, **params: Any) -> Reply:
        answer = self.answers.get(operation, {})
        found = answer(**params) if callable(answer) else answer
        return found if isinstance(found, Reply) else reply(found)


def observe(sut: Any, id_: str) -> list[Observation]:
    return list(CHECKS[id_].observe(sut))


def broken(sut: Any, id_: str) -> int:
    """How many findings a check has, of at least one observation."""
    observed = observe(sut, id_)
    assert observed
    return sum(one is not HELD for one in observed)


def capable(**more: Any) -> dict[str, Any]:
    return {"capability": {"resources": [RESOURCE], **more}}


def raising(error: Exception) -> Callable[..., Any]:
    def answer(**_: Any) -> Any:
        raise error

    return answer


# --- nothing to look at -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id_", ["IC-047", "IC-048", "IC-050", "IC-051", "IC-053", "IC-054"])
def test_an_empty_platform_shows_nothing(id_: str) -> None:
    assert observe(ValueSut(), id_) == []


def test_a_manifest_and_tables_that_are_empty_show_nothing() -> None:
    empty = ValueSut(answers={"file_manifest": {"files": [], "count": 0}, "exchange_tables": {"tables": []}})
    assert observe(empty, "IC-047") == observe(empty, "IC-048") == []


# --- modes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("modes", "count"),
    [
        (["manual"], 0),
        (["系统补录"], 0),
        ([], 1),
        (None, 1),
        (["pigeon"], 1),
        ([{"mode": "manual"}], 0),
        (["map", "subscribe"], 0),
    ],
)
def test_modes_that_cannot_be_tried(modes: Any, count: int) -> None:
    assert broken(ValueSut(answers=capable(exchangeModes=modes)), "IC-046") == count


@pytest.mark.parametrize(
    ("rows", "observed", "count"),
    [
        ([{"id": "1"}], 3, 0),
        ([], 2, 0),
        (raising(Absent("list_records", "x", status=404)), 3, 1),
        (raising(Refused("http.forbidden", "x")), 2, 0),
    ],
)
def test_a_service_works_where_records_come(rows: Any, observed: int, count: int) -> None:
    sut = ValueSut({"list_records": rows}, capable(exchangeModes=["service"]))
    assert len(observe(sut, "IC-046")) == observed
    assert broken(sut, "IC-046") == count


def test_a_fault_of_the_line_is_not_a_mode_that_fails() -> None:
    sut = ValueSut({"list_records": raising(Refused("http.server-error", "x"))}, capable(exchangeModes=["service"]))
    with pytest.raises(Refused):
        observe(sut, "IC-046")


@pytest.mark.parametrize(
    ("mode", "operation", "answer", "count"),
    [
        ("file", "file_manifest", reply(status=404), 1),
        ("file", "file_manifest", {"files": []}, 0),
        ("db", "exchange_tables", {"tables": []}, 1),
        ("db", "exchange_tables", vector("exchange-tables", "one-table"), 0),
        ("message", "heartbeat", reply(status=404), 1),
        ("message", "heartbeat", {"status": "UP"}, 0),
    ],
)
def test_what_shows_that_a_mode_works(mode: str, operation: str, answer: Any, count: int) -> None:
    assert broken(ValueSut(answers={**capable(exchangeModes=[mode]), operation: answer}), "IC-046") == count


# --- files and tables -------------------------------------------------------------------------------------------------

CONTENT = "代码,名称\n1,甲\n".encode()
DIGEST = hashlib.sha256(CONTENT)


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 0),
        ({"digest": {"alg": "sha256", "value": DIGEST.hexdigest().upper()}}, 0),
        ({"digest": {"alg": "SHA-256", "value": base64.b64encode(DIGEST.digest()).decode()}}, 0),
        ({"digest": {"alg": "SHA-256", "value": base64.b64encode(DIGEST.digest()).decode().lower()}}, 1),
        ({"digest": {"alg": "SM3", "value": DIGEST.hexdigest()}}, 1),
        ({"digest": {"alg": "MD5", "value": hashlib.md5(CONTENT).hexdigest()}}, 1),  # noqa: S324 -- what must be told
        ({"size": len(CONTENT) - 1}, 1),
        ({"records": 1}, 0),
        ({"records": 2}, 0),
        ({"records": 3}, 1),
        ({"records": 3, "format": "xlsx"}, 0),
    ],
)
def test_a_file_is_as_its_manifest_says(changes: dict[str, Any], count: int) -> None:
    file = {"name": "a.csv", "size": len(CONTENT), "digest": {"alg": "SHA-256", "value": DIGEST.hexdigest()}, **changes}
    answers = {"file_manifest": {"count": 1, "files": [file]}, "file_content": reply(body=CONTENT)}
    assert broken(ValueSut(answers=answers), "IC-047") == count


def test_of_many_files_a_few_are_read() -> None:
    asked: list[str] = []
    files = [{"name": f"{n}", "size": 0, "digest": {"alg": "SHA-256", "value": "x"}} for n in range(500)]

    def content(name: str, **_: Any) -> Reply:
        asked.append(name)
        return reply(status=404)

    sut = ValueSut(answers={"file_manifest": {"files": files}, "file_content": content})
    assert broken(sut, "IC-047") == len(asked) == 6


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({}, 0),
        ({"primaryKey": "ID"}, 0),
        ({"primaryKey": []}, 1),
        ({"primaryKey": ["id", "nothing"]}, 1),
        ({"primaryKey": ["op"]}, 1),
        ({"primaryKey": ["id", "op"]}, 0),
        ({"operationColumn": ""}, 1),
        ({"timestampColumn": "UPDATED_AT"}, 0),
        ({"timestampColumn": "op", "operationColumn": "op"}, 1),
        ({"columns": [{"name": name, "type": "TIMESTAMP(6)"} for name in ("id", "op", "updated_at")]}, 1),
        ({"columns": [{"name": name, "type": "text"} for name in ("id", "op", "updated_at")]}, 0),
        ({"columns": [{"name": name, "type": "json"} for name in ("id", "op", "updated_at")]}, 2),
        ({"columns": [{"name": name, "type": "某类型"} for name in ("id", "op", "updated_at")]}, 0),
    ],
)
def test_what_an_exchange_table_needs(change: dict[str, Any], count: int) -> None:
    table = vector("exchange-tables", "one-table")["tables"][0] | change
    assert broken(ValueSut(answers={"exchange_tables": {"tables": [table]}}), "IC-048") == count


# --- catalogue --------------------------------------------------------------------------------------------------------

ENTRY = vector("catalogue-entry", "full")


def shared(kind: str, condition: Any) -> dict[str, Any]:
    return {**ENTRY, "sharing": {"type": kind, "condition": condition, "method": "下载"}}


class Shelf(ValueSut):
    """A platform whose catalogue keeps what is reported."""

    def __init__(self, *entries: Any) -> None:
        super().__init__(answers={"report_catalogue": self.report, "withdraw_catalogue": self.withdraw})
        self.rows = {"list_catalogue": self.listed}
        self.entries = list(entries)

    def listed(self, **_: Any) -> list[Any]:
        return self.entries

    def report(self, body: Any, **_: Any) -> Any:
        self.entries = [*self.entries, body]
        return body

    def withdraw(self, resource: str, **_: Any) -> Any:
        self.entries = [entry for entry in self.entries if entry["resourceCode"] != resource]
        return {}


@pytest.mark.parametrize(
    ("entry", "count"),
    [
        (ENTRY, 0),
        (shared("1", "无条件"), 0),
        (shared("无条件共享", None), 0),
        (shared("1", "须经审批"), 1),
        (shared("2", "暂无"), 1),
        (shared("2", "无条件"), 1),
        (shared("3", ""), 1),
        (shared("3", "《数据安全法》第二十一条"), 0),
        (shared("不予共享", "依据中央文件"), 0),
        (shared("4", "x"), 1),
        ({**ENTRY, "updateCycle": "每周"}, 0),
        ({**ENTRY, "updateCycle": "有时"}, 1),
    ],
)
def test_an_entry_is_shared_as_its_type_says(entry: Any, count: int) -> None:
    shelf = Shelf(entry)
    assert broken(shelf, "IC-049") == count
    assert shelf.entries == [entry]
    assert shelf.waited == 0


def test_the_test_entry_takes_no_code_that_is_there_already() -> None:
    first = Shelf()
    taken: list[str] = []

    def noting(body: Any, **_: Any) -> Any:
        taken.append(body["resourceCode"])
        return first.report(body)

    first.answers["report_catalogue"] = noting
    assert broken(first, "IC-049") == 0
    second = Shelf({**ENTRY, "resourceCode": taken[0]})
    assert broken(second, "IC-049") == 0
    assert [entry["resourceCode"] for entry in second.entries] == taken


def test_a_service_is_owed_for_what_is_shared_as_one() -> None:
    others = [
        {**ENTRY, "resourceCode": "310999009/000001", "sharing": {"type": "3", "method": "调用在线服务"}},
        {**ENTRY, "resourceCode": "310999008/000001", "format": ["xlsx"], "sharing": {"type": "1", "method": ["下载"]}},
    ]
    service = vector("resource", "full")
    assert broken(ValueSut({"list_catalogue": [ENTRY, *others], "list_resources": [service]}), "IC-050") == 0
    assert broken(ValueSut({"list_catalogue": [ENTRY, *others], "list_resources": []}), "IC-050") == 1
    assert broken(ValueSut({"list_catalogue": others, "list_resources": [service]}), "IC-050") == 1


# --- requests ---------------------------------------------------------------------------------------------------------


def request(submitted: str, answered: str | None = None, **more: Any) -> dict[str, Any]:
    state = "approved" if answered else "submitted"
    made = {"id": "r", "resourceCode": "310999001/000001", "kind": "ordinary", "state": state, "submittedAt": submitted}
    return {**made, **({"answeredAt": answered} if answered else {}), **more}


@pytest.mark.parametrize(
    ("row", "count"),
    [
        (request("2026-03-06T09:00:00+08:00", "2026-03-20T23:59:00+08:00"), 0),
        (request("2026-03-06T09:00:00+08:00", "2026-03-21T00:01:00+08:00"), 1),
        (request("2026-03-06T09:00:00+08:00", "2026-03-20T16:01:00Z"), 1),
        (request("2026-03-06T09:00:00+08:00", "2026-04-04T09:00:00+08:00", kind="complex"), 0),
        (request("2026-03-06T09:00:00+08:00", "2026-04-03T09:00:00+08:00", kind="特别"), 0),
        (request("2026-03-06T09:00:00+08:00", "2026-03-05T09:00:00+08:00"), 1),
        (request("2026-05-29T09:00:00+08:00"), 0),
        (request("2026-04-01T09:00:00+08:00"), 1),
        (request("2026-04-01T09:00:00+08:00", state="withdrawn"), 0),
        (request("2026-04-01T09:00:00+08:00", state="returned"), 0),
        (request("2026-04-01T09:00:00+08:00", history=[{"to": "returned"}]), 0),
        (request("2026-04-01T09:00:00+08:00", state="provided"), 1),
    ],
)
def test_a_reply_is_in_time(row: dict[str, Any], count: int) -> None:
    limits = {"immediate": 1, "ordinary": 10, "complex": 20}
    sut = ValueSut({"list_requests": [row]}, capable(replyWorkingDays=limits))
    assert broken(sut, "IC-052") == count


@pytest.mark.parametrize(
    ("limits", "count"),
    [
        ({"immediate": 1, "ordinary": 10, "complex": 20}, 0),
        ({"immediate": 2, "ordinary": 5, "complex": 10}, 0),
        ({"immediate": 0, "ordinary": 3, "complex": 3}, 0),
        ({"immediate": 2, "ordinary": 10, "complex": 20}, 1),
        ({"immediate": 1, "ordinary": 10, "complex": 21}, 1),
        ({"immediate": True, "ordinary": 10, "complex": -1}, 2),
        (None, 3),
    ],
)
def test_limits_are_declared(limits: Any, count: int) -> None:
    assert broken(ValueSut(answers=capable(replyWorkingDays=limits)), "IC-052") == count


@pytest.mark.parametrize(
    ("history", "count"),
    [
        ([], 0),
        ([{"to": "submitted"}, {"to": "approved"}], 0),
        ([{"to": "已提交"}, {"to": "已提交"}, {"to": "同意"}], 0),
        ([{"to": "approved"}], 1),
        ([{"from": "reviewing", "to": "approved"}], 0),
        ([{"to": "submitted"}, {"to": "rejected"}, {"to": "approved"}], 1),
        ([{"to": "submitted"}, {"to": "reviewing"}], 1),
    ],
)
def test_one_state_follows_another_as_it_may(history: Any, count: int) -> None:
    row = request("2026-03-06T09:00:00+08:00", "2026-03-10T09:00:00+08:00", history=history)
    assert broken(ValueSut({"list_requests": [row]}), "IC-051") == count


# --- back-flow --------------------------------------------------------------------------------------------------------

HELD_RECORDS = [
    {"id": f"r{n}", "resourceCode": RESOURCE["resourceCode"], "regionCode": region}
    for n, region in enumerate(["999999010000", "999999010001", "999999011000", "999999100000", "999998010000"])
]


def flowing(choose: Callable[[str, str], bool]) -> ValueSut:
    def flow(region: str, **_: Any) -> list[Any]:
        return [row for row in HELD_RECORDS if choose(row["regionCode"], region)]

    return ValueSut({"list_records": HELD_RECORDS, "return_flow": flow}, capable())


def levels(code: str, region: str) -> bool:
    return code.startswith(region[:6] if region[6:] == "000000" else region[:9] if region[9:] == "000" else region)


@pytest.mark.parametrize(
    ("choose", "good"),
    [
        (levels, True),
        (lambda code, region: code.startswith(region.rstrip("0")), False),
        (lambda code, region: code == region, False),
        (lambda code, region: code[:8] == region[:8], False),
        (lambda *_: True, False),
        (lambda code, region: levels(code, region) and code != "999999100000", False),
        (lambda code, region: levels(code, region) or region[6:9] == "989", False),
    ],
)
def test_what_flows_back(choose: Any, *, good: bool) -> None:
    assert (broken(flowing(choose), "IC-054") == 0) is good


def test_resources_that_may_not_be_read_or_have_one_region_are_passed_over() -> None:
    def listed(resource: str) -> list[Any]:
        if resource == "closed":
            raise Refused("http.forbidden", "x")
        return HELD_RECORDS if resource == RESOURCE["resourceCode"] else HELD_RECORDS[:1]

    sut = flowing(levels)
    sut.rows["list_records"] = listed
    sut.answers = {"capability": {"resources": [{"resourceCode": "closed"}, {"resourceCode": "one"}, RESOURCE]}}
    assert broken(sut, "IC-054") == 0


# --- junk -------------------------------------------------------------------------------------------------------------

GOOD = [
    ENTRY,
    vector("resource", "full"),
    vector("data-request", "answered"),
    vector("correction", "full"),
    vector("manifest", "one-file"),
    vector("exchange-tables", "one-table"),
    {"resources": [RESOURCE], "exchangeModes": ["service", "file", "db"], "replyWorkingDays": {"immediate": 1}},
    HELD_RECORDS[0],
]
MEMBERS = sorted({name for value in GOOD for name in value})
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "999999000000", "\ud800", "submitted"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=10,
)


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A good object with one member replaced, or anything."""
    value = copy.deepcopy(draw(st.sampled_from(GOOD)))
    value[draw(st.sampled_from(sorted(value)))] = draw(JSON)
    return draw(st.sampled_from([value, {}])) or draw(st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=6))


@settings(max_examples=60, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(spoilt(), max_size=4), spoilt(), st.sampled_from([200, 200, 404, 409]), st.binary(max_size=30))
def test_no_check_raises_whatever_comes(rows: list[Any], answer: Any, status: int, body: bytes) -> None:
    operations = SUITE.operations
    sut = ValueSut(
        dict.fromkeys(operations, rows),
        {name: reply(answer, status, body) for name in operations} | {"capability": answer},
    )
    for id_ in MINE:
        observe(sut, id_)

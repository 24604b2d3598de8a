"""The checks of transport and envelope against made-up platforms: what they hold against one, when they are silent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_szxc import Location, Record, Reply
from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.checks.rules import ATTRIBUTE, HELD
from pytest_szxc.checks.suite_package import import_part
from pytest_szxc.errors import Refused, SzxcError, TransportFault
from pytest_szxc.model import Finding, Request, Response
from pytest_szxc.target.strict_json import parse
from pytest_szxc.target.sut import PageSeen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.checks.rules import Observation

SUITE = load_suites()["platform_interconnection"]
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
DECLARED: dict[str, Any] = {
    "version": "1",
    "authentication": [{"profile": "bearer"}],
    "exchangeModes": ["service"],
    "endpoints": {"list_records": "/v1/records"},
    "resources": [{"resourceCode": "310999001/000001", "key": "id", "filterFields": ["kind"]}],
    "errorCodes": [{"code": "0", "status": 200}, {"code": 40001, "status": 400}, {"code": "40401", "status": 404}],
}
CHECKS = {
    check.requirement: check
    for name in ("transport", "envelope", "errors")
    for value in vars(import_part(SUITE.id, SUITE.folder, f"test_platform_interconnection_{name}")).values()
    if (check := getattr(value, ATTRIBUTE, None))
}


def strict(body: bytes) -> Any:
    """The JSON of a body as the engine hands it on, ``None`` where there is none."""
    try:
        return parse(body)
    except TransportFault:
        return None


def reply(value: Any = None, status: int = 200, *, code: str = "0", **more: Any) -> Reply:
    """One answer; ``headers``, ``body``, ``tls``, and what else a reply has, by keyword."""
    stamp = "2026-06-01T12:00:00+08:00"
    envelope = {"code": code, "message": "ok", "requestId": more.pop("request_id", "r1"), "timestamp": stamp}
    body = more.pop("body", None)
    headers = {"content-type": "application/json", **more.pop("headers", {})}
    raw = json.dumps({**envelope, "data": value}, ensure_ascii=False).encode() if body is None else body
    response = Response(status, tuple(headers.items()), raw, more.pop("tls", "TLSv1.3"))
    record = Record(value if isinstance(value, dict) else {}, Location("x"), NOW)
    fine = status < 400 and code == "0"
    document = strict(raw)
    made = Reply(
        more.pop("exchange", "x"), response, record, code, document=document, envelope=envelope, sent=NOW, fine=fine
    )
    return replace(made, **more)


@dataclass
class FakeSut:
    """A platform that is one function from operation and question to an answer."""

    answer: Callable[..., Reply]
    rows: list[dict[str, Any]] = field(default_factory=lambda: [{"id": "1", "kind": "a"}])
    asked: list[str] = field(default_factory=list)
    now: datetime = NOW
    prefix: str = "szxc-test-"
    waited: float = 0.0

    def random(self, name: str) -> Random:
        return Random(name)  # noqa: S311 -- to be repeatable

    def wait(self, seconds: float) -> None:
        self.waited += seconds

    def ask(self, operation: str, **question: Any) -> Reply:
        self.asked.append(operation)
        return self.answer(operation, **question)

    def walk(self, operation: str, **question: Any) -> Iterator[PageSeen]:
        made = self.ask(operation, **question)
        records = tuple(Record(row, Location("x"), NOW) for row in self.rows)
        yield PageSeen(1, records, len(records), made)

    def observe(self, id_: str) -> list[Observation]:
        return list(CHECKS[id_].observe(self))  # type: ignore[arg-type] -- the seam is a protocol

    def found(self, id_: str) -> int:
        observed = self.observe(id_)
        assert observed
        return sum(one is not HELD for one in observed)


def good(operation: str, **_: Any) -> Reply:
    return reply(DECLARED if operation == "capability" else {"time": "2026-06-01T04:00:00Z"})


def but(operation: str, made: Callable[..., Reply]) -> Callable[..., Reply]:
    return lambda asked, **more: made(**more) if asked == operation else good(asked, **more)


@pytest.mark.parametrize(("tls", "count"), [("TLSv1.3", 0), ("TLSv1.2", 0), ("TLSv1.1", 1), ("", 1)])
def test_tls(tls: str, count: int) -> None:
    def answer(*, forged: str = "", **_: Any) -> Reply:
        if forged:
            raise TransportFault("transport.refused", host="x", port="80")
        return reply(DECLARED, tls=tls)

    assert FakeSut(but("capability", answer)).found("IC-002") == count


@pytest.mark.parametrize(
    ("plain", "count"),
    [
        (reply(DECLARED), 1),
        (reply({"other": 1}), 0),
        (reply(status=401, code="40101"), 1),
        (replace(reply(status=401), code=None), 0),
        (reply(status=403, code="40303"), 0),
    ],
)
def test_unencrypted_answers(plain: Reply, count: int) -> None:
    answer = but("capability", lambda *, forged="", **_: plain if forged else reply(DECLARED))
    assert FakeSut(answer).found("IC-002") == count


def test_a_budget_that_is_used_up_is_no_closed_port() -> None:
    def answer(*, forged: str = "", **_: Any) -> Reply:
        if forged:
            raise TransportFault("budget.requests", limit="1")
        return reply(DECLARED)

    with pytest.raises(TransportFault, match=r"budget\.requests"):
        FakeSut(but("capability", answer)).observe("IC-002")


@pytest.mark.parametrize(("code", "count"), [("json.encoding-gbk", 1), ("json.charset", 1), ("json.html", 1)])
def test_what_is_no_json_is_a_finding(code: str, count: int) -> None:
    def answer(**_: Any) -> Reply:
        raise TransportFault(code, "x", start="<", charset="gbk", offset="0", byte="0xFF")

    assert FakeSut(but("heartbeat", answer)).found("IC-003") == count


def test_what_our_own_limits_refuse_is_none() -> None:
    def answer(**_: Any) -> Reply:
        raise TransportFault("json.depth", "x", limit="128")

    with pytest.raises(TransportFault):
        FakeSut(but("heartbeat", answer)).observe("IC-003")


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("application/json", 0),
        ("application/problem+json; charset=utf-8", 0),
        ("text/xml;charset=UTF-8", 0),
        ("text/html", 1),
        ("", 1),
        ("application/json; charset=gbk", 1),
    ],
)
def test_media_types(kind: str, count: int) -> None:
    answer = but("heartbeat", lambda **_: reply({}, headers={"content-type": kind}))
    assert FakeSut(answer).found("IC-003") == count


@pytest.mark.parametrize(
    ("seconds", "elapsed", "count"),
    [(0, 0.0, 0), (60, 0.0, 0), (-60, 0.0, 0), (62, 0.0, 1), (-62, 0.0, 1), (90, 30.0, 0), (95, 30.0, 1)],
)
def test_the_way_is_not_held_against_a_clock(seconds: int, elapsed: float, count: int) -> None:
    told = (NOW + timedelta(seconds=seconds)).isoformat()
    answer = but("heartbeat", lambda **_: reply({"time": told}, elapsed=elapsed, envelope={}))
    assert FakeSut(answer).found("IC-010") == count


def test_a_date_from_a_cache_tells_nothing() -> None:
    date = {"date": "Mon, 01 Jun 2026 03:00:00 GMT"}
    assert FakeSut(but("heartbeat", lambda **_: reply({}, headers=date))).found("IC-010") == 1
    assert FakeSut(but("heartbeat", lambda **_: reply({}, headers={**date, "age": "3600"}))).found("IC-010") == 0


@pytest.mark.parametrize(("slow", "count"), [(2, 0), (3, 1)])
def test_percentile_by_nearest_rank(slow: int, count: int) -> None:
    def answer(*, size: int = 0, **_: Any) -> Reply:
        return reply({}, elapsed=3.5 if size <= slow else 0.1, exchange=f"x{size}")

    assert FakeSut(but("list_records", answer)).found("IC-071") == count


def test_queries_that_are_one_and_the_same_show_no_latency() -> None:
    assert FakeSut(good).observe("IC-071") == []


def test_two_errors_are_too_few_to_judge_codes() -> None:
    def answer(*, forged: str = "", **_: Any) -> Reply:
        return reply(status=418, code="1") if forged else reply({})

    assert FakeSut(but("list_records", answer)).observe("IC-024") == []


def test_codes_and_statuses_are_those_of_the_table() -> None:
    def answer(operation: str, **_: Any) -> Reply:
        return good(operation) if operation == "capability" else reply(status=404, code="40401")

    assert FakeSut(answer).found("IC-024") == 0
    assert FakeSut(lambda operation, **_: replace(answer(operation), code="40001")).found("IC-024") > 5


def test_without_a_table_no_code_is_judged() -> None:
    bare = {name: value for name, value in DECLARED.items() if name != "errorCodes"}
    assert (
        FakeSut(lambda operation, **_: reply(bare) if operation == "capability" else reply(status=404)).observe(
            "IC-024"
        )
        == []
    )


def pushed(name: str = "missing") -> Callable[..., Reply]:
    """A platform that refuses incomplete batches, naming what is missing in ``{name}``."""

    def answer(operation: str, *, body: Any = None, **_: Any) -> Reply:
        if operation != "push_batch":
            return good(operation)
        sent = Request("POST", "/", body=json.dumps(body).encode())
        lacking = [one for one in NEEDED if one not in body]
        if not lacking:
            return reply({"status": "accepted"}, request=sent)
        words = {"missing": f"缺少 {lacking[0]}", "all": ", ".join(NEEDED), "none": "bad"}[name]
        told = json.dumps({"message": words}).encode()
        return reply(status=400, code="40002", request=sent, body=told)

    return answer


NEEDED = tuple(import_part(SUITE.id, SUITE.folder, "naming_errors").members())


@pytest.mark.parametrize(("name", "count"), [("missing", 0), ("all", 7), ("none", 7)])
def test_missing_members(name: str, count: int) -> None:
    assert FakeSut(pushed(name)).found("IC-026") == count


def test_a_platform_that_takes_no_good_batch_shows_nothing_by_refusing() -> None:
    assert FakeSut(but("push_batch", lambda **_: reply(status=400, code="40002"))).observe("IC-026") == []
    assert FakeSut(but("push_batch", lambda **_: reply({"status": "rejected"}))).observe("IC-026") == []
    assert FakeSut(good, rows=[]).observe("IC-026") == []


def test_members_that_a_binding_does_not_send_are_not_missing() -> None:
    def renamed(operation: str, *, body: Any = None, **more: Any) -> Reply:
        made = pushed()(operation, body=body, **more)
        if operation != "push_batch":
            return made
        return replace(made, request=Request("POST", "/", body=b'{"batch_id": 1}'))

    assert FakeSut(renamed).observe("IC-026") == []


def test_a_log_is_looked_at_until_it_shows_the_call() -> None:
    made = {"requestId": "r1", "time": "2026-06-01T12:00:00+08:00", "path": "/v1/heartbeat"}
    assert FakeSut(good, rows=[made]).found("IC-072") == 0
    late = FakeSut(good, rows=[])
    assert (late.found("IC-072"), late.waited) == (2, 8.0)


@pytest.mark.parametrize(("status", "count"), [(200, 0), (400, 0), (500, 2)])
def test_unknown_members(status: int, count: int) -> None:
    def answer(operation: str, **more: Any) -> Reply:
        odd = any(name.startswith(("?szxc", "+szxc")) for name in more)
        return reply(status=status) if odd and status != 200 else good(operation)

    assert FakeSut(answer).found("IC-073") == count


def test_an_operation_that_is_not_bound_leaves_the_others_to_be_judged() -> None:
    def answer(**_: Any) -> Reply:
        raise Refused("http.server-error", "x", status="503", result="-", message="-")

    for id_ in ("IC-003", "IC-006", "IC-007", "IC-009"):
        assert FakeSut(but("heartbeat", answer)).found(id_) == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["/v1/x", "40401", "r1", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*DECLARED, "x"]) | st.text(max_size=6), inner)
    ),
    max_leaves=10,
)


@settings(max_examples=120, deadline=None)
@given(JSON, st.sampled_from([200, 201, 400, 401, 404, 500]), st.binary(max_size=30) | st.none(), st.text(max_size=20))
def test_no_check_raises_whatever_a_platform_answers(value: Any, status: int, body: bytes | None, text: str) -> None:
    document = DECLARED | (value if isinstance(value, dict) else {"resources": value})

    def answer(operation: str, **_: Any) -> Reply:
        made = reply(document if operation == "capability" else value, status, body=body, code=text or "0")
        return replace(made, envelope=dict.fromkeys(made.envelope, value))

    rows = [value] if isinstance(value, dict) else []
    for id_ in CHECKS:
        try:
            observed = FakeSut(answer, rows=rows).observe(id_)
        except SzxcError:
            continue
        assert all(one is HELD or isinstance(one, Finding) for one in observed)

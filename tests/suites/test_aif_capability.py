"""The capability statement of agri_system_interfaces: its readers, its reference, its checks on odd platforms."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import NOW, SUITE, judged, part, platform
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc import Reply
from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.model import Location, Response, Status
from pytest_szxc.record import Record
from pytest_szxc.reference import Answer, ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Call, Handler, Platform
    from pytest_szxc.target.statement import Statement

capability, reach, tables = map(part, ("capability", "reach", "tables"))
checks = part("test_agri_system_interfaces_capability")
envelope = part("test_agri_system_interfaces_capability_envelope")
reference = part("reference_capability")
STATEMENT = "urn:szxc:agri_system_interfaces:capabilities"
CODES = {row["code"] for row in tables.rows("interfaces")}


class Says:
    """A platform of which only the statement is known."""

    def __init__(self, **told: Any) -> None:
        self.told = Record(json.loads(json.dumps(told), parse_float=Decimal), Location(), NOW)

    def ask(self, _: str) -> Says:
        return self

    @property
    def record(self) -> Record:
        return self.told


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ({"pageSize": 20}, 20),
        ({}, 7),
        ({"pageSize": 0}, 7),
        ({"pageSize": "20"}, 7),
        ({"pageSize": True}, 7),
        (None, 7),
    ],
)
def test_a_limit_is_a_whole_number_above_zero(limits: object, found: int) -> None:
    sut = Says(limits=limits)
    assert capability.limit(sut, "pageSize", 7) == found


@pytest.mark.parametrize(("value", "found"), [(5, 5), (2.5, 3), (0, 9), (-1, 9), ("5", 9), (86400, 120), (None, 9)])
def test_a_time_is_rounded_up_and_bounded(value: object, found: int) -> None:
    sut = Says(commandTimeoutS=value)
    assert capability.seconds(sut, "commandTimeoutS", 9) == found


def test_a_policy_that_is_not_declared_has_its_default() -> None:
    sut = Says(policies={"timeBounds": "closed", "pageSize": 5})
    assert capability.policy(sut, "timeBounds", "half-open") == "closed"
    assert capability.policy(sut, "pageSize", "reject") == "reject"
    assert capability.policy(sut, "secondAck") == ""


def test_result_codes_are_read_as_texts() -> None:
    rows = [
        {"code": 40002, "status": 400},
        {"code": "E1", "status": 422},
        {"code": None, "status": 400},
        {"code": 1},
        2,
    ]
    sut = Says(errorCodes=rows)
    assert capability.error_codes(sut) == {"40002": 400, "E1": 422}


def test_the_reference_declares_all_interfaces_and_says_so_rightly() -> None:
    with platform() as made:
        answer = Client(made).get("/szxc/v1/capabilities")
        told = answer.get_json()["data"]
    assert set(told["interfaces"]) == CODES
    assert validator(STATEMENT).holds(told)


def test_each_result_code_begins_with_its_status() -> None:
    rows = reference.published_codes()
    assert len({row["code"] for row in rows}) == len(rows)
    assert all(str(row["code"]).startswith(str(row["status"])) for row in rows if row["code"])


def test_paths_of_interfaces_are_those_of_the_table() -> None:
    assert {row["code"] for row in tables.rows("interface_paths")} == CODES
    assert set(reach.READS) | set(reach._MADE) == CODES
    assert not set(reach.READS) & set(reach._MADE)


@given(st.integers(0, 99), st.sampled_from(["v{}", "{}", "V{}.1", "2026-{}"]))
def test_other_versions_are_not_the_declared_one(number: int, form: str) -> None:
    declared = form.format(number)
    found = checks._others(declared)
    assert declared not in found
    assert checks.NO_VERSION in found


# -- platforms that others have ----------------------------------------------------------------------------------------


def catch_all(answer: Handler) -> Callable[[Platform], None]:
    return lambda made: made.serve("GET", "/szxc/v1/{interface}", "undeclared_interface", answer)


def refusing(status: int) -> Handler:
    def answer(_: Call) -> Answer:
        raise ApiError(status, status * 100, "no")

    return answer


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(410, Status.PASS), (501, Status.PASS), (400, Status.WARN)],
)
def test_how_undeclared_interfaces_may_be_answered(status: int, verdict: Status) -> None:
    assert judged("AIF-003", catch_all(refusing(status))).status is verdict


def test_who_may_not_know_what_is_there_shows_nothing() -> None:
    assert judged("AIF-003", catch_all(refusing(403))).status is Status.INCONCLUSIVE


def test_an_empty_answer_is_named() -> None:
    empty = Answer(document=b"", content_type="application/json")
    (first, *_) = judged("AIF-003", catch_all(lambda _: empty)).findings
    assert first.observed == "HTTP 200 with an empty body"


def test_an_interface_that_is_neither_declared_nor_there_is_not_asked() -> None:
    def without(made: Platform) -> None:
        told = made.parts[SUITE.id].capability
        told["interfaces"] = [code for code in told["interfaces"] if code != "IF11"]
        made.refuse("list_packages", ApiError(404, 40401, "no"))

    assert judged("AIF-002", without).status is Status.PASS


def test_a_platform_that_signs_requests_has_no_tokens() -> None:
    def signing(made: Platform) -> None:
        made.parts[SUITE.id].capability["authentication"] = [{"profile": "sd-open"}]
        made.refuse("issue_access_token", ApiError(404, 40401, "no"))

    assert judged("AIF-002", signing).status is Status.PASS


def test_a_platform_without_devices_is_asked_what_needs_none() -> None:
    verdict = judged("AIF-002", lambda made: made.alter("list_devices", emptied))
    assert verdict.status is Status.PASS
    assert verdict.observed == len(reach.READS) + len(("IF02", "IF10"))


def emptied(answer: Answer) -> Answer:
    return answer.with_payload(answer.payload | {"list": [], "total": 0})


def test_a_version_in_a_header_is_one() -> None:
    def elsewhere(statement: Statement) -> Statement:
        key = (SUITE.id, "capabilities")
        bound = replace(statement.operations[key], path="/api/capabilities")
        return replace(statement, operations={**statement.operations, key: bound})

    def served(made: Platform) -> None:
        told = Answer(made.parts[SUITE.id].capability, {"API-Version": "1"})
        made.serve("GET", "/api/capabilities", "elsewhere", lambda _: told, guarded=False)

    def unversioned(made: Platform) -> None:
        told = Answer(made.parts[SUITE.id].capability)
        made.serve("GET", "/api/capabilities", "elsewhere", lambda _: told, guarded=False)

    assert judged("AIF-006", served, elsewhere).status is Status.PASS
    assert judged("AIF-006", unversioned, elsewhere).status is Status.WARN


def test_a_gateway_that_answers_errors_with_a_page_has_no_envelope_there() -> None:
    def paged(made: Platform) -> None:
        page = Answer(document=b"<html>404</html>", status=404, content_type="text/html")
        made.serve("GET", "/szxc/v1/{interface}", "undeclared_interface", lambda _: page)

    assert judged("AIF-007", paged).status is Status.FAIL


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("2026-06-01T12:00:00+08:00", True),
        ("2026-06-01T04:00:00.123Z", True),
        (1780286400000, True),
        (1780286400, False),
        (True, False),
        ("昨天", False),
        ("2026-06-01T12:00:00", False),
        ("2026-06-01 12:00:00", False),
        ({}, False),
    ],
)
def test_times_of_envelopes_have_a_zone_or_are_milliseconds(value: object, holds: bool) -> None:
    record = Record({}, Location("x1"), NOW)
    reply = Reply("x1", Response(200, (), b""), record, envelope={"timestamp": value}, sent=NOW)
    assert envelope._is_time(reply) is holds


def test_names_of_members_are_sent_as_they_are() -> None:
    name = envelope.NAME
    assert len(name[-1].encode()) == len("鼋".encode()) + 1
    assert json.loads(json.dumps(name)) == name
    name.encode("gb18030")

"""The grading service: the reference's answers, and checks on odd platforms."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from adg_judging import SUITE, judged, part, platform
from werkzeug.test import Client

from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.model import Location, Response, Status
from pytest_szxc.record import Record
from pytest_szxc.reference import Answer, ApiError, Call
from pytest_szxc.target.sut import EPOCH, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Handler, Platform

Row = dict[str, Any]
desk, decision, table = map(part, ("grading_desk", "decision", "test_autodrive_grading_grading_service_table"))
IDS = [row.id for row in SUITE.requirements if row.conformance_class == "grading-service"]
FULL = {name: values[-1] for name, values in decision.DOMAINS.items()}


@pytest.fixture(scope="module")
def works() -> Iterator[Platform]:
    with platform() as made:
        yield made


def post(made: Platform, body: Any, place: str = "evaluate") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {made.accounts.by_name['primary'].token}"}
    answer = Client(made).post(f"/szxc/v1/mach/grades:{place}", json=body, headers=headers)
    return answer.status_code, answer.get_json()["data"]


# --- the reference ----------------------------------------------------------------------------------------------------


def test_a_result(works: Platform) -> None:
    status, told = post(works, FULL)
    assert (status, told) == (200, {"valid": True, "grade": 5, "rule": "G5", "notes": []})
    assert validator("urn:szxc:autodrive_grading:grading-result").holds(told)


def test_a_refusal_names_its_rule(works: Platform) -> None:
    status, told = post(works, {**FULL, "fallback": "user"})
    assert (status, told["valid"], told["rule"]) == (422, False, "X4")


@pytest.mark.parametrize(
    "body",
    [[], "x", {}, {**FULL, "lateral": "na"}, {**FULL, "oedr": None}, {**FULL, "operator_location": "moon"}],
)
def test_what_is_no_question_is_a_bad_request(works: Platform, body: Any) -> None:
    assert post(works, body) == (400, None)


def test_na_counts_where_the_domain_says_so(works: Platform) -> None:
    task = {**FULL, "headland": "na", "odd_limit": "limited"}
    assert post(works, task)[1]["rule"] == "G2a"
    assert post(works, {**task, "odd": {"headland_width_m": 0}})[1]["rule"] == "G4"
    assert post(works, {**task, "odd": 7})[1]["rule"] == "G2a"


def test_a_batch_answers_item_by_item(works: Platform) -> None:
    status, told = post(works, {"items": [FULL, {**FULL, "oedr": "operator"}, {}, 7]}, "evaluateBatch")
    assert status == 200
    good, refused, empty, junk = told["items"]
    assert good == {"grade": 5, "rule": "G5", "notes": []}
    assert refused["error"]["rule"] == "X1"
    assert "lateral" in empty["error"]["reason"]
    assert set(junk) == {"error"}


@pytest.mark.parametrize("body", [{}, {"items": {}}, []])
def test_what_is_no_batch_is_a_bad_request(works: Platform, body: Any) -> None:
    assert post(works, body, "evaluateBatch") == (400, None)


def test_a_batch_that_is_too_large_says_how_many(works: Platform) -> None:
    assert post(works, {"items": [FULL] * 1001}, "evaluateBatch") == (413, {"max_items": 1000})


# --- how answers are read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        ({"grade": 3}, 3),
        ({"grade": Decimal(0)}, 0),
        ({"grade": Decimal("4.0")}, 4),
        ({"grade": "5"}, 5),
        ({"grade": 3, "valid": False}, None),
        ({"grade": Decimal("2.5")}, None),
        ({"grade": -1}, None),
        ({"grade": 10}, None),
        ({"grade": True}, None),
        ({"grade": None}, None),
        ({"grade": [3]}, None),
        ({"grade": Decimal("1e300")}, None),
        ({}, None),
    ],
)
def test_the_grade_of_an_answer(value: Row, grade: int | None) -> None:
    assert desk.grade_of(value) == grade


def graded(status: int, document: Any, *, fine: bool = False) -> Any:
    record = Record(document if isinstance(document, dict) else {}, Location(), EPOCH)
    return desk.Graded(FULL, Reply("x", Response(status, (), b""), record, fine=fine, document=document))


@pytest.mark.parametrize(
    ("document", "rules"),
    [
        ({"message": "X1: no"}, {"X1"}),
        ({"data": {"rule": "X4"}, "message": "rules X3, X4"}, {"X3", "X4"}),
        ({"message": "规则X2不符"}, {"X2"}),
        ({"message": "X5, X12, AX1, X1a"}, set()),
        (None, set()),
    ],
)
def test_rules_that_a_refusal_names(document: Any, rules: set[str]) -> None:
    assert graded(422, document).refused_by == rules


@pytest.mark.parametrize(
    ("body", "bound", "rules"),
    [
        ({"cause": "E101"}, {"rule": "X1"}, {"X1"}),
        ({"cause": "X3"}, {"rule": "X1"}, {"X1"}),
        ({"rule": "X1", "message": "X1, X2"}, {"rule": "X1"}, {"X1", "X2"}),
        ({"message": "X2"}, {"rule": "E7"}, {"X2"}),
        ({"message": "X2"}, {"rule": ["X1"]}, {"X2"}),
        ({"message": "X2"}, {}, {"X2"}),
    ],
)
def test_a_refusal_with_names_of_its_own_names_what_the_binding_says(body: Row, bound: Row, rules: set[str]) -> None:
    asked = graded(422, body)
    own = replace(asked.reply, refusal=Record(bound, Location(), EPOCH))
    assert replace(asked, reply=own).refused_by == rules


def test_notes_of_the_table_only() -> None:
    told = {"notes": [{"code": "N1"}, {"code": "own"}, "N2", 7, None]}
    assert graded(200, told, fine=True).notes == {"N1", "N2"}


@pytest.mark.parametrize(
    ("document", "limits"),
    [
        ({"data": {"max_items": 60}}, [60]),
        ({"max_items": 50, "data": [{"max_items": 60}]}, [50]),
        ({"max_items": True, "a": {"max_items": 648}, "b": {"max_items": 0}, "c": {"max_items": "60"}}, []),
        (None, []),
        ("max_items", []),
    ],
)
def test_a_limit_is_a_whole_number_wherever_it_stands(document: Any, limits: list[int]) -> None:
    assert list(table._limits(document)) == limits


# --- odd platforms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("requirement", IDS[::2])
def test_nothing_is_judged_where_nothing_is_graded(requirement: str) -> None:
    def refused(made: Platform) -> None:
        for operation in ("evaluate_grade", "evaluate_batch"):
            made.refuse(operation, ApiError(403, 40301, "X1 X2 X3 X4"))

    assert judged(requirement, refused).status is Status.INCONCLUSIVE


def test_a_service_that_is_not_there_is_not_judged_by_others() -> None:
    def absent(made: Platform) -> None:
        made.refuse("evaluate_grade", ApiError(404, 40401, "not here"))

    assert judged("ADG-008", absent).status is Status.INCONCLUSIVE
    assert judged("ADG-047", absent).status is Status.NOT_APPLICABLE


def test_declarations_that_change_by_themselves_are_not_compared() -> None:
    def restless(made: Platform) -> None:
        count = iter(range(1000))

        def changed(answer: Answer) -> Answer:
            rows = [{**row, "retention_days": next(count)} for row in answer.payload["list"]]
            return answer.with_payload({**answer.payload, "list": rows})

        made.alter("list_declarations", changed)

    assert judged("ADG-005", restless).status is Status.PASS


@pytest.mark.parametrize("operation", ["list_declarations", "read_grade"])
def test_repeating_is_judged_where_declarations_are_not_to_be_seen(operation: str) -> None:
    def refused(made: Platform) -> None:
        made.refuse(operation, ApiError(404, 40401, "not here"))

    verdict = judged("ADG-005", refused)
    assert verdict.status is Status.PASS
    assert verdict.observed >= 6


def test_a_sample_is_said_to_be_one() -> None:
    def absent(made: Platform) -> None:
        made.refuse("evaluate_batch", ApiError(404, 40401, "not here"))

    verdict = judged("ADG-007", absent)
    assert verdict.status is Status.PASS
    assert 60 < verdict.observed < 100
    assert [exhibit.kind for exhibit in verdict.exhibits] == ["text"]


def test_no_batch_stands_in_an_order_that_is_known() -> None:
    asked: list[list[Row]] = []

    def listening(made: Platform) -> None:
        def told(handler: Handler) -> Handler:
            def answer(call: Call) -> Answer:
                asked.append(call.body["items"])
                return handler(call)

            return answer

        made.rewire("evaluate_batch", told)

    assert judged("ADG-007", listening).status is Status.PASS
    (items,) = asked
    assert items != list(decision.combinations())
    assert sorted(map(repr, items)) == sorted(map(repr, decision.combinations()))


def test_a_batch_that_is_cut_short_is_a_finding() -> None:
    def short(made: Platform) -> None:
        made.alter("evaluate_batch", lambda answer: answer.with_payload({"items": answer.payload["items"][:-1]}))

    assert judged("ADG-007", short).found == 1


def test_a_wrong_batch_in_parts_is_found() -> None:
    def small_and_wrong(made: Platform) -> None:
        service = made.parts[SUITE.id].parts["grading_service"]
        service.largest, right = 60, service.issued
        service.issued = lambda inputs, odd: right({**inputs, "odd_limit": "limited"}, odd)

    verdict = judged("ADG-007", small_and_wrong)
    assert verdict.found == 99


# --- junk -------------------------------------------------------------------------------------------------------------

JUNK: tuple[Any, ...] = (None, [], "x", 7, {}, {"grade": 1e300, "rule": [], "notes": {}}, {"items": 5})
SPOILT: tuple[Row, ...] = (
    {"grade": [], "rule": 7, "notes": [None, 7, {"code": {}}], "items": [None, 7, [], {"grade": {}}] * 162},
    {"grade": "三", "rule": None, "notes": "N1", "items": [{"error": 7, "grade": True}] * 648, "valid": "no"},
)


@pytest.mark.parametrize("requirement", IDS)
def test_no_check_raises_on_junk(requirement: str) -> None:
    """What any platform has to grade is answered well, so that the rest is asked; each requirement meets some junk."""
    number = IDS.index(requirement)
    for junk in (JUNK[number % len(JUNK)], SPOILT[number % 2]):

        def change(made: Platform, junk: Any = junk) -> None:
            for operation in ("evaluate_grade", "evaluate_batch"):
                made.rewire(operation, lambda handler: _sometimes(handler, junk))

        verdict = judged(requirement, change)
        assert verdict.status is not Status.TESTER_ERROR, (junk, verdict.cause)


def _sometimes(handler: Handler, junk: Any) -> Handler:
    def answer(call: Call) -> Answer:
        good = isinstance(call.body, dict) and call.body == desk.COMMON
        return handler(call) if good else Answer(junk)

    return answer


@pytest.mark.parametrize("junk", [[], {}, {"list": [7, None]}, {"list": [{"feature_id": 7}, {}], "total": "x"}])
def test_declarations_of_junk_do_not_hinder(junk: Any) -> None:
    def change(made: Platform) -> None:
        for operation in ("list_declarations", "read_grade"):
            made.alter(operation, lambda answer: answer.with_payload(junk))

    assert judged("ADG-005", change).status is Status.PASS

"""Declarations: the reference's answers, its way to a grade, and what the checks say of odd ones."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from adg_judging import HERE, NOW, judged, part, platform
from werkzeug.test import Client

from pytest_szxc.checks.exhibits import settled
from pytest_szxc.model import Location, Status
from pytest_szxc.record import Record
from pytest_szxc.reference import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
reference, issuing, decision = part("reference_declaration"), part("reference_issuing"), part("decision")
explaining, drive = part("explaining"), part("drive")
GUIDE, COMBO, SUPERVISED, AUTO = reference.GUIDE, reference.COMBO, reference.SUPERVISED, reference.AUTO
DOMAINS = ({}, {"headland_width_m": 0}, {"implements": []}, {"headland_width_m": 0, "implements": []})


@pytest.fixture
def works() -> Iterator[Platform]:
    with platform() as made:
        yield made


def ask(works: Platform, method: str, place: str, body: Any = None, account: str = "primary") -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {works.accounts.by_name[account].token}"}
    answer = Client(works).open(f"/szxc/v1/mach/{place}", method=method, json=body, headers=headers)
    return answer.status_code, answer.get_json()["data"] or answer.get_json()["code"]


def mine(**members: Any) -> Row:
    return {**reference.declared()[0], "feature_id": "mine", "evidence": [], **members}


# --- the reference ----------------------------------------------------------------------------------------------------


def test_two_ways_to_a_grade_agree() -> None:
    values = [*issuing.VALUES.values()]
    for combination in product(*values):
        told = dict(zip(issuing.VALUES, combination, strict=True))
        for odd in DOMAINS:
            decided = decision.decide(told, decision.absent(odd))
            assert tuple(issuing.issued(told, odd)) == (decided.rule, decided.grade, decided.notes), (told, odd)


def test_the_zone_of_the_declarations_is_that_of_the_test_field() -> None:
    written = [reference.field_zone(), *reference.field_exclusions()]
    driven = [drive.lonlat([*way, way[0]]) for way in (drive.ZONE, *drive.EXCLUSIONS)]
    assert [one["coordinates"] for one in written] == [[ring] for ring in driven]
    assert written[0]["crs"] == "CGCS2000"


def test_evidence_is_that_of_the_features_own_sessions(works: Platform) -> None:
    held = {one.session_id: one for one in works.parts[HERE.suite.id].sessions.values()}
    stated = [(row, one) for row in works.store.all(reference.DECLARATIONS) for one in row["evidence"]]
    assert {held[one["log_ref"]].feature_id == row["feature_id"] for row, one in stated} == {True}
    assert all(one in held[one["log_ref"]].evidence(works.parts[HERE.suite.id].day) for _, one in stated)


def test_another_version_makes_the_grade_void_until_it_is_declared_again(works: Platform) -> None:
    assert ask(works, "POST", "declarations", mine())[0] == 201
    assert ask(works, "PUT", "declarations/mine", {"presence_timeout_s": 4})[1]["status"] == "in_force"
    assert ask(works, "GET", "grades/mine")[1]["status"] == "valid"
    status, row = ask(works, "PUT", "declarations/mine", {"system_version": "9", "status": "in_force"})
    assert (status, row["status"], row["system_version"]) == (200, "void", "9")
    found = ask(works, "GET", "grades/mine")[1]
    assert (found["status"], "9" in found["void_reason"], found["system_version"]) == ("void", True, "3.2.0")
    assert ask(works, "POST", "declarations", row)[1]["status"] == "in_force"
    found = ask(works, "GET", "grades/mine")[1]
    assert (found["status"], found["system_version"], found.get("void_reason")) == ("valid", "9", None)
    assert ask(works, "DELETE", "declarations/mine") == (200, {"feature_id": "mine"})
    assert ask(works, "GET", "grades/mine") == ask(works, "DELETE", "declarations/mine") == (404, 40401)


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ([], (400, 40001)),
        (mine(feature_id=7), (400, 40001)),
        (mine(feature_id="a/b"), (400, 40001)),
        (mine(system_version=" "), (400, 40001)),
        (mine(lateral="na"), (400, 40001)),
        (mine(odd=None), (400, 40001)),
        (mine(fallback="user"), (422, 42201)),
        (mine(claimed_grade=2), (422, 42201)),
        (mine(claimed_grade=True), (422, 42201)),
    ],
)
def test_what_is_no_declaration_is_refused(works: Platform, body: Any, refused: tuple[int, int]) -> None:
    assert ask(works, "POST", "declarations", body) == refused
    assert ask(works, "GET", "declarations")[1]["total"] == 4


def test_who_may_not_write_declares_nothing(works: Platform) -> None:
    for method, place in (
        ("POST", "declarations"),
        ("PUT", f"declarations/{GUIDE}"),
        ("DELETE", f"declarations/{GUIDE}"),
    ):
        assert ask(works, method, place, mine(), account="low_right") == (403, 40301)


# --- what the checks say ----------------------------------------------------------------------------------------------


def changing(feature: str, **members: Any) -> Callable[[Platform], None]:
    return lambda made: reference.changed(made, feature, lambda row: row.update(members))


@pytest.mark.parametrize(
    ("requirement", "change", "expected", "observed"),
    [
        ("ADG-002", changing(COMBO, fallback="user"), "X2", "2"),
        ("ADG-002", changing(COMBO, claimed_grade=0.5), "2 (G2)", "0.5"),
        ("ADG-016", changing(COMBO, operator_location="remote"), "2: in_cab | line_of_sight", "remote"),
        ("ADG-017", changing(GUIDE, attention="none"), "1: continuous", "none"),
        ("ADG-018", changing(SUPERVISED, take_over={"lead_s": -3, "no_response_stop_s": 9}), "> 0 s", "-3"),
        ("ADG-045", changing(AUTO, public_roads=None), "excluded", "null"),
    ],
)
def test_a_finding_says_what_would_be_right(
    requirement: str, change: Callable[[Platform], None], expected: str, observed: str
) -> None:
    verdict = judged(requirement, change)
    assert verdict.status in (Status.FAIL, Status.WARN)
    assert [(one.expected, one.observed) for one in verdict.findings] == [(expected, observed)]


def test_every_machine_is_asked_for_a_grade_and_features_named_like_it_are_not() -> None:
    found = judged("ADG-004", changing(GUIDE, machine=COMBO))
    assert (found.status, len(found.exchanges)) == (Status.PASS, 6)


def test_a_grade_that_cannot_be_read_is_not_judged() -> None:
    def broken(made: Platform) -> None:
        made.refuse("read_grade", ApiError(503, 50301, "later"))

    assert judged("ADG-004", broken).status is Status.INCONCLUSIVE


def test_nothing_is_said_of_platforms_without_declarations() -> None:
    def emptied(made: Platform) -> None:
        for row in made.store.all(reference.DECLARATIONS):
            made.store.remove(reference.DECLARATIONS, row["feature_id"])

    for requirement in ("ADG-001", "ADG-002", "ADG-004", "ADG-018", "ADG-012", "ADG-014", "ADG-015"):
        assert judged(requirement, emptied).status is Status.INCONCLUSIVE


# --- tables ---------------------------------------------------------------------------------------------------------


def test_every_rule_input_and_value_has_its_words() -> None:
    tables = part("tables")
    assert {row["rule"] for row in tables.rows("rule_words")} == {row["rule"] for row in tables.rows("decision_table")}
    words = tables.rows("input_words")
    assert {row["input"] for row in words} - {""} == set(decision.DOMAINS)
    values = {value for one in decision.DOMAINS.values() for value in one} | {decision.NOT_APPLICABLE}
    assert {row["value"] for row in words} - {""} == values
    assert all(row["zh"] and row["en"] for name in ("rule_words", "input_words") for row in tables.rows(name))


# --- explanations -----------------------------------------------------------------------------------------------------


def test_each_feature_is_explained() -> None:
    shown = judged("ADG-002").exhibits
    assert [one.title.en.split(":")[0] for one in shown] == [GUIDE, COMBO, SUPERVISED, AUTO]
    for exhibit, rule in zip(shown, ("G1", "G2", "G3", "G4"), strict=True):
        assert exhibit.data["paragraphs"][0]["en"].startswith(f"Rule {rule} applies")
        assert exhibit.data["paragraphs"][0]["zh"].startswith(f"命中规则 {rule}")
    assert shown[2].data["paragraphs"][1]["zh"] == "达到 4 级，最少须改：后援由“后援用户”改为“系统”。"


LIMITS = part("tables").rows("performance_limits")


def record(**members: Any) -> Record:
    return Record(mine(**members), Location(), NOW)


def test_every_combination_can_be_explained_in_gbk() -> None:
    for inputs in decision.combinations():
        told = explaining.explained(record(**inputs), inputs, decision.decide(inputs), LIMITS)
        assert settled(told) == told
        assert 2 <= len(told.data["paragraphs"]) <= 6
        "".join(one["zh"] + one["en"] for one in told.data["paragraphs"]).encode("gbk")


def test_what_is_not_applicable_without_ground_is_pointed_out() -> None:
    def told(odd: Row) -> list[str]:
        inputs = {**decision.inputs_of(mine()), "headland": "na", "implement": "na"}
        seen = explaining.explained(record(odd=odd), inputs, decision.decide(inputs, decision.absent(odd)), LIMITS)
        return [one["en"] for one in seen.data["paragraphs"] if "is declared not applicable" in one["en"]]

    assert len(told({})) == len(told({"headland_width_m": 3, "implements": ["plough"]})) == 2
    assert told({"headland_width_m": 0})[0].startswith("The implement is declared not applicable")
    assert told({"headland_width_m": 0, "implements": []}) == []


def test_what_is_not_applicable_may_stay_so_on_the_way_to_grade_2() -> None:
    inputs = {**decision.inputs_of(mine()), "headland": "na", "implement": "na"}
    assert [[one.name for one in changes] for changes in decision.next_grade(inputs)] == [["longitudinal"]]


def test_needed_evidence_follows_grade_class_and_inputs() -> None:
    def needed(**members: Any) -> set[str]:
        return {limit["metric"] for limit in explaining.needed_for(record(**members), LIMITS)}

    assert needed(claimed_grade=0) == needed(accuracy_class=None) == set()
    assert "endurance" in needed()
    assert "endurance" not in needed(accuracy_class="C")
    assert needed(lateral="operator", longitudinal="system") == {"initialisation"}
    assert "headland_entry" not in needed(claimed_grade=2)
    assert "headland_entry" in needed(claimed_grade=2, headland="system")
    assert {"headland_entry", "contacts", "clearance"} <= needed(claimed_grade=3)
    assert "take_over_lead" not in needed(claimed_grade=4, fallback="system")
    assert "take_over_lead" in needed(claimed_grade=3, fallback="user")


def test_evidence_that_is_there_is_shown_beside_its_limit() -> None:
    one = {"metric": "track_mean", "value": Decimal("0.210"), "unit": "cm"}
    told = record(
        evidence=[one, "x", {"metric": "track_rms", "value": "x"}, {"metric": "on_line", "value": Decimal("1e99")}]
    )
    inputs = decision.inputs_of(told.value)
    shown = explaining.explained(told, inputs, decision.decide(inputs), LIMITS)
    values = {row["en"]: row["value"] for row in shown.data["rows"]}
    assert values["mean track error"] == "0.21 cm (≤ 2.5 cm)"
    assert values["RMS track error"] == "? (≤ 2.5 cm)"
    assert values["on-line distance"] == "1.000e+99 (≤ 5 m)"
    assert values["stop-start error"] == "- (≤ 5 cm)"
    assert shown.data["paragraphs"][-1]["en"].startswith("Evidence missing for grade 1, 6: 95th percentile")


def test_a_claim_that_is_not_the_tables_is_said_to_be_so() -> None:
    inputs = decision.inputs_of(mine())
    for claimed, other in ((1, False), (3, True)):
        told = explaining.explained(record(claimed_grade=claimed), inputs, decision.decide(inputs), LIMITS)
        assert ("与判定结果不符" in told.data["paragraphs"][0]["zh"]) is other
        assert ("which is not that" in told.data["paragraphs"][0]["en"]) is other


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        ("public road transport", True),
        ("Public-Roads", True),
        ("公路转运", True),
        ("非公路转移", False),
        ("off_public_road", False),
        ("机耕路转移", False),
    ],
)
def test_public_roads_in_whatever_words(operation: str, named: bool) -> None:
    domain = {**mine()["odd"], "operations": [operation]}
    assert (judged("ADG-045", changing(GUIDE, odd=domain)).status is Status.PASS) is not named

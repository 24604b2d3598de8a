"""Edges of the record and set rules: what is legal and odd passes, what another row owns is left alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from dc_rules import entry, findings, holds, silent, vector

from pytest_szxc.checks.codes import uscc_check

RULES_FOR_EVERY_ENTRY = [
    f"DC-{number:03d}"
    for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 18, 19, 20, 22, 24, 25, 30, 31, 32, 33, 34, 35, 36)
] + ["DC-053", "DC-054", "DC-058", "DC-059", "DC-061", "DC-062"]


@pytest.mark.parametrize("rule", RULES_FOR_EVERY_ENTRY)
def test_the_example_entry_is_good(rule: str) -> None:
    assert holds(rule, entry())


@pytest.mark.parametrize("rule", ["DC-013", "DC-016", "DC-021", "DC-023", "DC-026", "DC-027", "DC-028", "DC-029"])
def test_rules_are_silent_about_what_an_entry_does_not_have(rule: str) -> None:
    assert silent(rule, entry())


@pytest.mark.parametrize(
    "rule", ["DC-012", "DC-015", "DC-016", "DC-018", "DC-021", "DC-022", "DC-028", "DC-035", "DC-059"]
)
@pytest.mark.parametrize("level", ["secret", None, 3, ["core"]])
def test_an_unknown_level_is_left_to_its_own_row(rule: str, level: Any) -> None:
    changed = entry(level=level, sensitivePi=["health"], openness="unconditional", impacts=2 * entry()["impacts"])
    assert silent(rule, changed)
    assert findings("DC-011", changed)


def grade(level: str, sub_level: Any = None, **changes: Any) -> dict[str, Any]:
    """An entry of one grade with nothing that explains a higher one."""
    made = entry(drop=("subLevel", "fieldLevels", "minReferenceLevel", "history", "piClass"), level=level, **changes)
    return {**made, "dataSubject": "organisation"} | ({} if sub_level is None else {"subLevel": sub_level})


def impact(impact_object: str, harm: str) -> dict[str, str]:
    return {"object": impact_object, "harm": harm}


SERIOUS, SLIGHT = impact("orgRights", "serious"), impact("orgRights", "general")


def test_sub_level_may_be_written_with_a_decimal() -> None:
    assert holds("DC-012", grade("general", Decimal("3.0")))
    assert findings("DC-012", grade("general", Decimal("3.5")))
    assert silent("DC-012", grade("general", "3"))


def test_table_with_one_impact() -> None:
    assert holds("DC-015", grade("general", 3, impacts=[SERIOUS]))
    assert findings("DC-015", grade("general", 2, impacts=[SERIOUS]))
    assert silent("DC-015", grade("general", 1, impacts=[SERIOUS, SLIGHT]))
    assert silent("DC-015", grade("general", 1, impacts=[impact("orgRights", "severe")]))


@pytest.mark.parametrize(
    "why",
    [
        {"raiseReason": "县级要求"},
        {"minReferenceLevel": "G4"},
        {"fieldLevels": [{"field": "补贴金额", "level": "G4"}]},
        {"sensitivePi": ["health"]},
        {"history": [{"from": "G2", "to": "G4", "reason": "authorityOrder"}]},
        {"derivedFrom": ["3070011"]},
        {"massStatistics": True},
    ],
)
def test_a_higher_level_is_explained(why: dict[str, Any]) -> None:
    high = grade("general", 4, impacts=[SLIGHT])
    assert len(findings("DC-015", high)) == 1
    assert holds("DC-015", {**high, **why})


@pytest.mark.parametrize(
    "why",
    [
        {"history": [{"to": "G4", "reason": "contentChanged"}]},
        {"history": [{"from": "important", "to": "G4", "reason": "masked"}]},
        {"dataSubject": "public", "sharing": {"type": "2"}},
        {"derivedFrom": ["3070018", "3070019"]},
    ],
)
def test_a_higher_level_is_not_explained_by_what_gives_no_reason_for_it(why: dict[str, Any]) -> None:
    sources = [grade("general", 2, resourceCode=f"307001{n}", impacts=[SLIGHT]) for n in (8, 9)]
    assert len(findings("DC-015", {**grade("general", 4, impacts=[SLIGHT]), **why}, *sources)) == 1


def test_public_data_that_are_not_shared_and_products_of_high_sources_are_explained() -> None:
    high = grade("general", 4, impacts=[SLIGHT])
    assert holds("DC-015", {**high, "dataSubject": "public", "sharing": {"type": "3"}})
    assert holds(
        "DC-015", {**high, "derivedFrom": ["3070018"]}, grade("important", resourceCode="3070018", raiseReason="x")
    )


def test_a_higher_level_is_not_explained_by_a_floor_below_it() -> None:
    high = grade("general", 4, impacts=[SLIGHT])
    assert findings("DC-015", {**high, "minReferenceLevel": "G3", "raiseReason": " "})


def test_several_impacts() -> None:
    assert holds("DC-016", grade("general", 3, impacts=[SLIGHT, SERIOUS]))
    assert findings("DC-016", grade("general", 2, impacts=[SLIGHT, SERIOUS]))


def test_provider_codes_below_and_above_the_ratio() -> None:
    good, wrong, allowed = "12999999000000051X", "129999990000000519", "91350100M0001TGQXM"
    assert holds("DC-005", entry(providerCode=good), entry(providerCode=allowed))
    assert findings("DC-005", entry(providerCode=good), entry(providerCode=wrong))
    assert findings("DC-005", entry(providerCode="12999999"))
    assert silent("DC-005", entry(drop=["providerCode"]))


def test_provider_codes_in_great_number_may_fail_one_in_two_hundred() -> None:
    many = [entry(providerCode=_credit(number)) for number in range(200)]
    wrong = [entry(providerCode="129999990000000519"), entry(providerCode="129999990000000518")]
    assert holds("DC-005", *many, wrong[0])
    assert len(findings("DC-005", *many, *wrong)) == 2


def _credit(number: int) -> str:
    body = f"12999999{number:09d}"
    return body + uscc_check(body)


def test_resource_codes_are_unique_over_the_stream() -> None:
    assert holds("DC-004", entry(resourceCode="3070010"), entry(resourceCode="3070011"))
    assert len(findings("DC-004", entry(), entry(), entry())) == 2


@pytest.mark.parametrize(
    ("code", "good"), [("A07", True), ("A07.01.02", True), ("A07.01.09", True), ("A07.77.01", False)]
)
def test_classes(code: str, good: bool) -> None:
    assert holds("DC-007", entry(agriClass=code)) == good
    assert holds("DC-010", entry(agriClass=code))


def test_a_list_of_classes_is_judged_by_one_row_for_number_and_by_another_for_codes() -> None:
    both = entry(agriClass=["A07", "A99"])
    assert len(findings("DC-007", both)) == len(findings("DC-010", both)) == 1
    assert findings("DC-002", both) == []


def test_facets_are_a_share() -> None:
    full, empty = entry(), entry(drop=["describedObject"])
    assert holds("DC-009", *[full] * 9, empty)
    assert len(findings("DC-009", *[full] * 8, *[empty] * 2)) == 1


def test_graded_fields_are_a_share() -> None:
    assert holds("DC-019", entry())
    assert findings("DC-019", entry(fieldLevels=[]))
    assert silent("DC-019", entry(items=[]))


def test_personal_fields() -> None:
    field = {"name": "户主手机号", "dataType": "C"}
    unmarked = entry(drop=["piClass", "sensitivePi"], dataSubject="organisation", items=[field])
    assert len(findings("DC-025", unmarked)) == 1
    assert holds("DC-025", {**unmarked, "piClass": ["communication"]})
    assert holds("DC-025", {**unmarked, "items": [{"name": "负责人手机号", "dataType": "C", "sample": "138****0000"}]})
    assert findings(
        "DC-025", {**unmarked, "items": [{"name": "备注", "dataType": "C", "sample": "999999190001010015"}]}
    )
    assert silent("DC-025", {**unmarked, "dataSubject": "enterprise"})


def test_anonymised_personal_data_may_be_of_the_lowest_grade() -> None:
    low = entry(subLevel=1, history=[])
    assert findings("DC-022", low)
    assert holds("DC-022", {**low, "history": [{"from": "G2", "to": "G1", "reason": "anonymised", "evidence": "x"}]})
    assert silent("DC-022", {**low, "sensitivePi": ["health"]})


def test_id_number_and_photo() -> None:
    items = [{"name": "身份证号", "dataType": "C"}, {"name": "身份证照片", "dataType": "G"}]
    levels = [{"field": "身份证号", "level": "G2"}, {"field": "身份证照片", "level": "G4"}]
    assert holds("DC-026", entry(items=items, fieldLevels=levels))
    assert len(findings("DC-026", entry(items=items, fieldLevels=levels[:1]))) == 1


def test_open_data_and_important_data() -> None:
    assert holds("DC-028", grade("general", 1, openness="unconditional"))
    assert findings("DC-028", grade("general", 2, openness="unconditional"))
    opened = grade("core", openness="unconditional")
    assert silent("DC-028", opened)
    assert findings("DC-029", opened)


@pytest.mark.parametrize(
    ("kind", "condition", "good"),
    [
        ("1", "无条件", True),
        ("1", " 无条件共享 ", True),
        ("1", "", False),
        ("2", "经审核", True),
        ("2", "无条件", False),
        ("2", " ", False),
        ("3", "", True),
        ("3", "无条件", False),
        ("4", "x", False),
    ],
)
def test_sharing(kind: str, condition: str, good: bool) -> None:
    assert holds("DC-054", entry(sharing={"type": kind, "condition": condition})) == good


@pytest.mark.parametrize(("condition", "good"), [("依据《土地管理法》不予共享", True), ("《》", False), ("", False)])
def test_law(condition: str, good: bool) -> None:
    assert holds("DC-055", entry(sharing={"type": "3", "condition": condition})) == good


@pytest.mark.parametrize("label", ["机密", "秘密级", "绝密★30年", " 涉密 "])
def test_secret_label(label: str) -> None:
    assert findings("DC-058", entry(label=label))


@pytest.mark.parametrize("title", ["商业秘密保护制度", "退役军人优抚对象名录", "保密工作培训记录"])
def test_ordinary_words_are_no_secrets(title: str) -> None:
    assert holds("DC-058", entry(title=title, label="非涉密"))


@pytest.mark.parametrize("title", ["【机密】储备粮布局", "军事设施分布", "防汛物资(秘密)"])
def test_secret_titles(title: str) -> None:
    assert findings("DC-058", entry(title=title))


def test_quantities() -> None:
    assert holds("DC-031", entry(drop=["precision", "coverage"], scale={"bytes": 0}))
    assert findings("DC-031", entry(scale={"records": 5, "bytes": "large"}))
    assert findings("DC-031", entry(drop=["scale"]))
    assert findings("DC-031", entry(precision="1:10000"))


def test_times_of_grading() -> None:
    assert holds("DC-032", entry(gradedAt="2026-06-01T13:00:00+08:00"))
    assert findings("DC-032", entry(gradedAt="2026-06-01T13:00:01+08:00"))
    assert findings("DC-032", entry(gradedBy="\u3000"))
    assert holds("DC-033", entry(approvedAt="2026-06-01T12:59:00+08:00"))
    assert findings("DC-033", entry(approvedAt="2026-06-01T13:01:00+08:00"))
    assert holds("DC-033", entry(gradedAt="2026-07-01T00:00:00+08:00", approvedAt="2026-07-02T00:00:00+08:00"))
    assert holds("DC-033", entry(gradedAt="2026-05-06T02:00:00Z", approvedAt="2026-05-06T10:00:00+08:00"))
    assert findings("DC-033", entry(gradedAt="2026-05-06T03:00:00Z", approvedAt="2026-05-06T10:00:00+08:00"))


@pytest.mark.parametrize(("day", "good"), [("2026-06-01", True), ("2026-05-31", False), ("2099-01-01", True)])
def test_review(day: str, good: bool) -> None:
    assert holds("DC-034", entry(nextReviewDate=day)) == good


def test_a_review_date_of_another_form_is_the_schema_s() -> None:
    assert silent("DC-034", entry(nextReviewDate="31/05/2026"))
    assert findings("DC-034", entry(drop=["nextReviewDate"]))


def test_history() -> None:
    first = {"to": "G2", "at": "2026-01-01T00:00:00Z"}
    second = {"from": "G2", "to": "G3", "reason": "contentChanged", "at": "2026-01-01T08:00:00+08:00"}
    assert holds("DC-035", entry(history=[first, second]))
    assert findings("DC-035", entry(history=[second, first]))
    assert findings("DC-035", entry(history=[{**first, "to": "G1"}, second]))
    assert findings("DC-035", entry(history=[first, {**second, "at": None}]))
    assert silent("DC-035", entry(history=[]))
    assert silent("DC-036", entry(history=[first]))
    assert silent("DC-037", entry(history=[first, second]))


def test_a_reason_that_only_lowers_needs_evidence() -> None:
    row = {"from": "G3", "to": "G3", "reason": "masked", "at": "2026-01-01T00:00:00Z"}
    assert findings("DC-037", entry(history=[row]))
    assert holds("DC-037", entry(history=[{**row, "evidence": {"no": "1"}}]))


def test_fusion() -> None:
    sources = [entry(resourceCode="3070011", level="important"), entry(resourceCode="3070012", subLevel=1)]
    codes = ["3070011", "3070012", "3079999"]
    fused = entry(history=[], derivedFrom=codes, derivedAt="2026-05-01T00:00:00Z")
    assert findings("DC-039", fused, *sources)
    assert holds("DC-039", entry(level="core", derivedFrom=codes, history=[]), *sources)
    assert holds("DC-039", {**fused, "history": [{"to": "G3", "evidence": "报告"}]}, *sources)
    assert silent("DC-039", {**fused, "processing": "statistical"}, *sources)
    assert silent("DC-039", {**fused, "derivedFrom": ["3079998", "3079999"]}, *sources)
    assert holds("DC-038", fused)
    assert findings("DC-038", {**fused, "derivedAt": "2026-05-07T00:00:00Z"})
    assert silent("DC-038", {**fused, "derivedFrom": ["3070011", "3070011"]})


def test_mass_statistics() -> None:
    slight = impact("personalRights", "general")
    assert findings("DC-041", grade("general", 2, massStatistics=True, impacts=[slight]))
    assert holds("DC-041", grade("general", 3, massStatistics=True, impacts=[slight]))
    assert holds(
        "DC-041", grade("general", 4, massStatistics=True, impacts=[slight, impact("publicInterest", "general")])
    )
    assert silent("DC-041", grade("general", 2, massStatistics=False, impacts=[slight]))


def filing(now: int, flag: Any, *, before: int = 100, **changes: Any) -> dict[str, Any]:
    sizes = {"previous": {"records": before}, "current": {"records": now}}
    return {**vector("filing", "filed"), **sizes, "reReportRequired": flag, **changes}


def test_re_report_flag_needs_both_cases() -> None:
    assert holds("DC-042", filing(131, flag=True), filing(130, flag=False), filing(69, flag=True))
    assert silent("DC-042", filing(131, flag=True))
    assert silent("DC-042", filing(130, flag=False))
    assert findings("DC-042", filing(130, flag=True))
    assert holds("DC-042", filing(131, flag=True), filing(101, flag=True, otherReason="类别变更"))
    assert silent("DC-042", filing(131, flag=False, before=0))
    assert findings("DC-042", filing(131, flag=None))
    assert holds("DC-042", filing(131, flag=True), filing(130, flag=None))
    assert findings("DC-042", filing(131, flag="true"))


def test_filing_in_time() -> None:
    assert holds(
        "DC-043", filing(140, flag=True, changedAt="2026-01-31T00:00:00+08:00", reportedAt="2026-04-30T23:59:59+08:00")
    )
    assert findings(
        "DC-043", filing(140, flag=True, changedAt="2026-01-31T00:00:00+08:00", reportedAt="2026-05-01T00:00:00+08:00")
    )
    assert findings("DC-043", filing(140, flag=True, changedAt="2026-02-28T00:00:00+08:00", reportedAt=None))
    assert findings("DC-043", filing(140, True, changedAt="2026-02-28T00:00:00Z", reportedAt="2026-02-26T00:00:00Z"))
    assert holds("DC-043", filing(140, True, changedAt="2026-01-31", reportedAt="2026-04-30"))
    assert silent("DC-043", filing(140, True, changedAt="2026-03-01T00:00:00Z", reportedAt="2026-02-26T00:00:00Z"))
    assert silent("DC-043", filing(140, flag=True, changedAt="2026-03-01T00:00:00+08:00", reportedAt=None))
    assert silent("DC-043", filing(110, flag=True, changedAt="2020-03-01T00:00:00+08:00", reportedAt=None))


def test_freshness() -> None:
    assert holds("DC-053", entry(updateCycle="irregular", lastUpdated="2001-01-01T00:00:00Z"))
    assert findings("DC-053", entry(lastUpdated="2026-04-01T00:00:00Z"))
    assert holds("DC-053", entry(drop=["lastUpdated"], updateCycle="annual"))
    assert findings("DC-053", entry(updateCycle="hourly"))
    assert silent("DC-053", entry(drop=["updateCycle"]))


def test_mapping() -> None:
    assert findings("DC-059", entry(drop=["mapping"]))
    assert holds("DC-059", entry(mapping={"db33t2351": "L3", "own": "x"}))
    assert findings("DC-059", entry(mapping={"db33t2351": "L3", "cac2026": "核心"}))
    assert silent("DC-059", grade("core", mapping={}))
    assert findings("DC-059", grade("core", mapping={"db33t2351": "L4"}))


def test_identifiers_are_optional() -> None:
    assert silent("DC-061", entry(drop=["objectId"]))
    assert findings("DC-061", entry(objectId="1.2.156.3260.1"))
    assert silent("DC-062", entry(items=[{"name": "x", "dataType": "C"}]))
    for element in (
        "GB/T 21063.3-2007:MD_001",
        "NY/T 3500—2019:A01",
        "DB37/T 4223.3-2022:05001",
        "T/CAMA 132-2025:1.1",
    ):
        assert holds("DC-062", entry(items=[{"name": "x", "dataType": "C", "elementId": element}]))


@pytest.mark.parametrize(
    "changes",
    [{"nextReviewDate": "2027-02-30"}, {"approvedAt": "2026-04-31T00:00:00Z"}, {"title": " "}, {"title": "\u3000"}],
)
def test_a_day_that_does_not_exist_and_a_blank_are_no_core_metadata(changes: dict[str, Any]) -> None:
    assert findings("DC-002", entry(**changes))


@pytest.mark.parametrize(
    ("label", "secret"),
    [
        ("秘密级（10年）", True),
        ("机密★5年", True),
        ("国家秘密", True),
        ("绝密 30年", True),
        ("涉密：否", False),
        ("非涉密", False),
        ("商业秘密", False),
        ("工作秘密", False),
    ],
)
def test_secrecy_labels(label: str, secret: bool) -> None:
    assert bool(findings("DC-058", entry(label=label))) == secret


@pytest.mark.parametrize("condition", ["", "无", "/", "无条件", " — ", "N/A"])
def test_conditions_that_are_none(condition: str) -> None:
    assert findings("DC-054", entry(sharing={"type": "2", "condition": condition}))


def test_a_sharing_type_that_is_a_number_is_unconditional_all_the_same() -> None:
    assert len(findings("DC-029", grade("core", sharing={"type": 1}))) == 1


def test_evidence_that_says_no_is_none() -> None:
    change = {"from": "G4", "to": "G3", "reason": "masked", "at": "2026-01-01T00:00:00Z"}
    assert findings("DC-037", entry(history=[{**change, "evidence": False}]))
    assert holds("DC-037", entry(history=[{**change, "evidence": True}]))


def test_factors_listed_without_an_answer_apply() -> None:
    factor = {"factor": "farmlandWater"}
    assert holds("DC-027", grade("important", importantDataFactors=[factor]))
    assert findings("DC-027", grade("important", importantDataFactors=[{**factor, "present": False}]))


def test_a_list_of_one_class_is_one_class() -> None:
    assert holds("DC-010", entry(agriClass=["A01"]))
    assert findings("DC-010", entry(agriClass=["A01", "A02"]))
    assert findings("DC-010", entry(agriClass=[1]))


def test_data_are_not_updated_in_the_future() -> None:
    assert holds("DC-053", entry(lastUpdated="2026-06-01T13:00:00+08:00"))
    assert findings("DC-053", entry(lastUpdated="2026-06-02T00:00:00+08:00"))


def test_personal_classes_make_personal_data() -> None:
    assert findings("DC-022", {**grade("general", 1), "piClass": ["basic"]})
    assert holds("DC-022", {**grade("general", 2), "piClass": ["basic"]})

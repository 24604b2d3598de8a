"""Mutants of grading: levels, impacts, fields, references, factors, openness of grave data, mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_victims import PLAIN, calm, graded, one, regrade
from .reference import ENTRIES, SUITE
from .reference_grading import as_members, grade_in

if TYPE_CHECKING:
    from pytest_szxc.reference import Platform

Entry = dict[str, Any]
MUTANTS = demo.Mutants()
IMPORTANT, CORE = (lambda entry: entry["level"] == "important"), (lambda entry: entry["level"] == "core")


def _weighed(*impacts: tuple[str, str]) -> list[dict[str, str]]:
    return [{"object": obj, "harm": harm, "reason": "评估"} for obj, harm in impacts]


one(
    MUTANTS,
    "level-unknown",
    ("级别不在表中", "a level outside the list"),
    PLAIN,
    lambda entry: _level(entry, "sensitive"),
)
one(MUTANTS, "level-missing", ("缺级别", "no level"), PLAIN, lambda entry: _level(entry, ""))
one(
    MUTANTS,
    "sub-level-missing",
    ("一般数据缺子级", "general data without sub-level"),
    PLAIN,
    lambda entry: (calm(entry), entry.pop("subLevel")),
)
one(
    MUTANTS,
    "sub-level-out-of-range",
    ("子级为 5", "sub-level 5"),
    PLAIN,
    lambda entry: (calm(entry), entry.update(subLevel=5)),
)
one(
    MUTANTS,
    "sub-level-on-important",
    ("重要数据带子级", "important data with a sub-level"),
    IMPORTANT,
    lambda entry: entry.update(subLevel=4),
)
one(MUTANTS, "impacts-missing", ("缺影响", "no impacts"), PLAIN, lambda entry: entry.pop("impacts"))
one(
    MUTANTS,
    "impact-harm-unknown",
    ("影响程度不在表中", "a harm outside the list"),
    PLAIN,
    lambda entry: entry["impacts"][0].update(harm="severe"),
)
one(
    MUTANTS,
    "level-below-table",
    ("级别低于决策表", "a level below the decision table"),
    graded("G2"),
    lambda entry: (calm(entry), entry.update(impacts=_weighed(("personalRights", "serious")))),
)
one(
    MUTANTS,
    "raise-without-reason",
    ("高于决策表而无理由", "above the decision table without a reason"),
    graded("G2"),
    lambda entry: (regrade(entry, "G4"), entry.update(impacts=_weighed(("orgRights", "general")))),
)
one(
    MUTANTS,
    "highest-impact-ignored",
    ("多影响未取最高", "the highest impact is ignored"),
    graded("G2"),
    lambda entry: (calm(entry), entry["impacts"].extend(_weighed(("economy", "extreme")))),
)
one(
    MUTANTS,
    "dataset-below-field",
    ("数据集低于字段级别", "a data set below one of its fields"),
    graded("G2"),
    lambda entry: (calm(entry), entry["fieldLevels"][-1].update(level="G3")),
)
one(
    MUTANTS,
    "level-below-reference",
    ("低于最低参考级别", "a level below its reference"),
    graded("G2"),
    lambda entry: (calm(entry), entry.update(minReferenceLevel="G3")),
)
one(
    MUTANTS,
    "reference-level-unknown",
    ("最低参考级别不在表中", "a reference level outside the list"),
    PLAIN,
    lambda entry: entry.update(minReferenceLevel="L9"),
)
one(
    MUTANTS,
    "important-factors-missing",
    ("重要数据无识别因素", "important data without factors"),
    IMPORTANT,
    lambda entry: entry.update(importantDataFactors=[]),
)
one(
    MUTANTS,
    "important-factors-all-no",
    ("重要数据的识别因素全为否", "all factors of important data are no"),
    IMPORTANT,
    lambda entry: [row.update(present=False) for row in entry["importantDataFactors"]],
)
one(
    MUTANTS,
    "open-data-above-g1",
    ("无条件开放的二级数据", "G2 data opened unconditionally"),
    graded("G2"),
    lambda entry: entry.update(openness="unconditional"),
)
one(
    MUTANTS,
    "important-shared-unconditionally",
    ("重要数据无条件共享", "important data shared unconditionally"),
    IMPORTANT,
    lambda entry: entry["sharing"].update(type="1", condition="无条件"),
)
one(
    MUTANTS,
    "core-opened",
    ("核心数据无条件开放", "core data opened unconditionally"),
    CORE,
    lambda entry: entry.update(openness="unconditional"),
)
one(
    MUTANTS,
    "factor-missing",
    ("缺一项分级要素", "a factor is missing"),
    PLAIN,
    lambda entry: entry["factors"].pop("depth"),
)
one(
    MUTANTS,
    "scale-in-words",
    ("规模为文字", "a scale in words"),
    PLAIN,
    lambda entry: entry.update(scale={"records": "large"}),
)
one(
    MUTANTS,
    "precision-without-unit",
    ("精度无单位", "a precision without unit"),
    PLAIN,
    lambda entry: entry.update(precision={"value": 5}),
)
one(MUTANTS, "mapping-missing", ("缺方案映射", "no mapping"), PLAIN, lambda entry: entry.pop("mapping"))
one(
    MUTANTS,
    "mapping-inconsistent",
    ("方案映射不符", "a mapping that does not fit"),
    lambda entry: grade_in(entry) == "G4",
    lambda entry: entry["mapping"].update(db33t2351="L1"),
)


@MUTANTS.add("field-levels-missing", "四分之一的低级字段未定级", "one low field in four is not graded")
def _field_levels_missing(platform: Platform) -> None:
    seen = 0

    def thin(entry: Entry) -> None:
        nonlocal seen
        kept = []
        for row in entry["fieldLevels"]:
            low = row["level"] in {"G1", "G2"}
            seen += low
            if not low or seen % 4:
                kept.append(row)
        entry["fieldLevels"] = kept

    platform.store.edit(ENTRIES, thin)


@MUTANTS.add("grading-cell-wrong", "定级服务一格有误", "one cell of the grading service is wrong")
def _grading_cell_wrong(platform: Platform) -> None:
    rules = platform.parts[SUITE]
    right = rules.evaluate
    wrong = {"object": "personalRights", "harm": "extreme"}
    rules.evaluate = lambda impacts: as_members("G3") if wrong in impacts else right(impacts)


@MUTANTS.add("grading-without-sub-level", "定级服务不给子级", "the grading service gives no sub-level")
def _grading_without_sub_level(platform: Platform) -> None:
    rules = platform.parts[SUITE]
    right = rules.evaluate
    rules.evaluate = lambda impacts: {"level": right(impacts)["level"]}


def _level(entry: Entry, level: str) -> None:
    calm(entry)
    entry.update(level=level)
    if not level:
        del entry["level"]

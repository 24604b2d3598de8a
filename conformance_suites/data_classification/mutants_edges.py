"""Mutants at the edges: breaches that look almost right, where a check that is not strict enough would be silent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_grading import IMPORTANT
from .mutants_victims import PLAIN, altered, both, calm, falls, graded, one, regrade
from .reference import FILINGS, SUITE
from .reference_grading import grade_in
from .reference_trail import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Platform

Entry = dict[str, Any]
MUTANTS = demo.Mutants()


def _impacts(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"object": obj, "harm": harm, "reason": "评估"} for obj, harm in pairs]


def _change(entry: Entry, before: str, **members: object) -> dict[str, object]:
    """A change of an entry's level up or down to the present one, at the time of its grading."""
    return {"from": before, "to": grade_in(entry), "at": entry["gradedAt"], "by": entry["gradedBy"], **members}


def _raised(entry: Entry, change: Callable[[Entry], dict[str, object]]) -> None:
    """G4 where the table has G2, and a history whose last change is given as the reason."""
    regrade(entry, "G4")
    entry["impacts"] = _impacts(("orgRights", "general"))
    entry["history"] = [change(entry)]


one(
    MUTANTS,
    "review-date-nonexistent",
    ("复核日期并不存在", "a review on the 30th of February"),
    PLAIN,
    lambda entry: entry.update(nextReviewDate="2027-02-30"),
)
one(
    MUTANTS,
    "grading-time-nonexistent",
    ("定级时间并不存在", "graded on the 31st of April"),
    PLAIN,
    lambda entry: entry.update(gradedAt="2026-04-31T09:00:00+08:00"),
)
one(
    MUTANTS,
    "grader-blank",
    ("定级人为空格", "a grader whose name is blank"),
    PLAIN,
    lambda entry: entry.update(gradedBy="  "),
)
one(
    MUTANTS,
    "core-member-blank",
    ("提供方为全角空格", "a provider whose name is blank"),
    PLAIN,
    lambda entry: entry.update(provider="\u3000"),
)
one(
    MUTANTS,
    "raise-explained-by-lowering",
    ("以降级原因说明高定", "a level above the table, and the reason is one for lowering"),
    PLAIN,
    lambda entry: _raised(entry, _lowered),
)
one(
    MUTANTS,
    "raise-explained-by-first-grading",
    ("以首次定级原因说明高定", "a level above the table, and the reason is that it was graded"),
    PLAIN,
    lambda entry: _raised(entry, _first),
)
one(
    MUTANTS,
    "fusion-above-its-sources",
    ("融合结果高于来源与决策表而无理由", "a fused product above its sources and the table without a reason"),
    lambda entry: len(entry.get("derivedFrom", ())) > 1 and not entry.get("massStatistics"),
    lambda entry: (
        regrade(entry, "core"),
        entry.update(impacts=_impacts(("orgRights", "none")), openness="closed"),
        entry["sharing"].update(type="3", condition="依据《中华人民共和国数据安全法》不予共享"),
    ),
)
one(
    MUTANTS,
    "dataset-below-repeated-field",
    ("同一字段两个级别，数据集低于其高者", "a field graded twice, the data set below the higher"),
    graded("G2"),
    lambda entry: (calm(entry), entry["fieldLevels"].insert(0, {**entry["fieldLevels"][-1], "level": "G4"})),
)
one(
    MUTANTS,
    "pi-class-below-g2",
    ("列有个人信息类别的数据为 1 级", "data with classes of personal information at G1"),
    both(graded("G1"), lambda entry: entry["openness"] == "unconditional"),
    lambda entry: entry.update(piClass=["basic"]),
)
one(
    MUTANTS,
    "important-shared-by-number",
    ("重要数据无条件共享，类型写作数字", "important data shared unconditionally, the type a number"),
    IMPORTANT,
    lambda entry: entry["sharing"].update(type=1, condition="无条件"),
)
one(
    MUTANTS,
    "conditional-sharing-condition-none",
    ("有条件共享的条件写“无”", "conditional sharing on no condition"),
    both(PLAIN, lambda entry: entry["sharing"]["type"] == "2"),
    lambda entry: entry["sharing"].update(condition="无"),
)
one(
    MUTANTS,
    "secrecy-label-with-term",
    ("标识为密级并附期限", "a secrecy label with its term"),
    PLAIN,
    lambda entry: entry.update(label="秘密级（10年）"),
)
one(
    MUTANTS,
    "history-time-missing",
    ("变更历史无时间", "a change without its time"),
    lambda entry: len(entry.get("history", ())) > 1,
    lambda entry: entry["history"][-1].pop("at"),
)
one(
    MUTANTS,
    "downgrade-evidence-no",
    ("降级证据为“否”", "evidence of a lower level is: no"),
    lambda entry: "derivedFrom" not in entry and any(map(falls, entry.get("history", ()))),
    lambda entry: next(filter(falls, entry["history"])).update(evidence=False),
)


def _lowered(entry: Entry) -> dict[str, object]:
    return _change(entry, "important", reason="keyFieldsRemoved", evidence="云禾农数评〔2026〕9号")


def _first(entry: Entry) -> dict[str, object]:
    return {name: value for name, value in _change(entry, "", reason="contentChanged").items() if name != "from"}


@MUTANTS.add(
    "grading-sub-level-on-core", "定级服务给核心、重要数据子级", "the grading service divides core and important data"
)
def _grading_sub_level_on_core(platform: Platform) -> None:
    rules = platform.parts[SUITE]
    right = rules.evaluate
    rules.evaluate = lambda impacts: {"subLevel": 4} | right(impacts)


@MUTANTS.add("personal-sample-in-list", "样例列表第二个是身份证号", "an identity number second in a list of samples")
def _personal_sample_in_list(platform: Platform) -> None:
    _with_sample(platform, ["无", "999999190001010015"])


@MUTANTS.add("personal-sample-in-text", "样例文字中有手机号", "a mobile number within a sample text")
def _personal_sample_in_text(platform: Platform) -> None:
    _with_sample(platform, "值班室，14000000001")


@MUTANTS.add("personal-sample-as-number", "样例是数字形式的身份证号", "an identity number as a JSON number")
def _personal_sample_as_number(platform: Platform) -> None:
    _with_sample(platform, 999999190001010015)


def _with_sample(platform: Platform, sample: object) -> None:
    with altered(platform, PLAIN) as entry:
        entry["items"][-1]["sample"] = sample


@MUTANTS.add("approved-in-the-future", "批准时间在将来", "approved in the future")
def _approved_in_the_future(platform: Platform) -> None:
    with altered(platform, PLAIN) as entry:
        entry["approvedAt"] = stamp(platform.now + timedelta(days=9))


@MUTANTS.add("updated-in-the-future", "更新时间在将来", "updated in the future")
def _updated_in_the_future(platform: Platform) -> None:
    with altered(platform, PLAIN) as entry:
        entry["lastUpdated"] = stamp(platform.now + timedelta(days=900))


def _over(platform: Platform) -> Entry:
    """A filing over the limit, changed 200 days ago."""
    rules = platform.parts[SUITE]
    found: Entry = next(
        row for row in platform.store.all(FILINGS) if rules.report_due(row) and "otherReason" not in row
    )
    return found | {"changedAt": stamp(platform.now - timedelta(days=200))}


@MUTANTS.add("filing-of-an-earlier-change", "备案早于变化，变化后未再备案", "filed before the change, never after it")
def _filing_of_an_earlier_change(platform: Platform) -> None:
    late = _over(platform) | {"reportedAt": stamp(platform.now - timedelta(days=500))}
    platform.store.replace(FILINGS, late["resourceCode"], late)


@MUTANTS.add("re-report-flag-absent", "变化超限而无重报标志", "a change over the limit without any flag")
def _re_report_flag_absent(platform: Platform) -> None:
    def bare(answer: Answer) -> Answer:
        for row in answer.payload["list"]:
            if row["reReportRequired"]:
                del row["reReportRequired"]
        return answer

    platform.alter("list_filings", bare)


def _listing(platform: Platform, **members: object) -> None:
    rules = platform.parts[SUITE]
    right = rules.important_item
    rules.important_item = lambda entry: right(entry) | members


@MUTANTS.add(
    "important-list-with-preview", "重要数据目录带数据预览", "the important-data list has a preview of the data"
)
def _important_list_with_preview(platform: Platform) -> None:
    _listing(platform, dataPreview=[{"地块编号": "NO-00001", "面积公顷": 1.5}])


@MUTANTS.add("important-list-with-chinese-samples", "重要数据目录带样例数据", "the important-data list has 样例数据")
def _important_list_with_chinese_samples(platform: Platform) -> None:
    _listing(platform, 样例数据="NO-00001，水稻，1.5")


@MUTANTS.add("important-item-blank", "重要数据目录的用途为空格", "the important-data list has blanks for a purpose")
def _important_item_blank(platform: Platform) -> None:
    _listing(platform, purpose=" ")


@MUTANTS.add("masks-appended", "脱敏只在末尾加星号", "masking only appends a star")
def _masks_appended(platform: Platform) -> None:
    platform.parts[SUITE].masks.update(
        {kind: (lambda raw: f"{raw}*") for kind in ("phone", "citizen")},
    )


@MUTANTS.add("quality-repeats-hidden", "数据重复而质量报告称无重复", "rows come twice, and the report knows of none")
def _quality_repeats_hidden(platform: Platform) -> None:
    rules = platform.parts[SUITE]
    shown, measured = rules.shown, rules.indicators
    rules.shown = lambda entry: [row for row in shown(entry) for _ in range(2)]
    rules.indicators = lambda entry, rows: (
        measured(entry, rows)
        | {
            "0303": (0, len(rows)),
            "0304": (len(rows), len(rows)),
        }
    )


@MUTANTS.add("audit-time-of-another-age", "日志时间为 1970 年", "the log's times are of 1970")
def _audit_time_of_another_age(platform: Platform) -> None:
    def aged(answer: Answer) -> Answer:
        for event in answer.payload["list"]:
            event["at"] = "1970-01-01T08:00:00+08:00"
        return answer

    platform.alter("audit_log", aged)

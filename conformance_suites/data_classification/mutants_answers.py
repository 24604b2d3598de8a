"""Mutants of answers: important-data list, labels, masking, clearance, export, quality, audit."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_grading import IMPORTANT
from .mutants_victims import victim
from .reference import ENTRIES, GRAVE, SUITE
from .reference_grading import GRADES, grade_in, rank
from .reference_service import weight

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Platform

    from .reference_service import Catalogue
    from .reference_values import Value

Entry = dict[str, Any]
MUTANTS = demo.Mutants()
_IMPORTANT = 5


def _rules(platform: Platform) -> Catalogue:
    return platform.parts[SUITE]


def _listed_as(platform: Platform, change: Callable[[Entry, Entry], Entry]) -> None:
    """Let every row of the important-data list pass through ``change(entry, row)``."""
    rules = _rules(platform)
    right = rules.important_item
    rules.important_item = lambda entry: change(entry, right(entry))


@MUTANTS.add("important-list-with-samples", "重要数据目录带样例", "the important-data list shows samples")
def _important_list_with_samples(platform: Platform) -> None:
    names = ("name", "sample")
    _listed_as(platform, lambda entry, row: row | {"items": [{n: item[n] for n in names} for item in entry["items"]]})


@MUTANTS.add("important-entry-not-listed", "重要数据目录缺一条", "the important-data list leaves one out")
def _important_entry_not_listed(platform: Platform) -> None:
    code = victim(platform, IMPORTANT)["resourceCode"]
    rest = demo.Where(f"{GRAVE} AND key <> ?", (code,))
    item = _rules(platform).important_item
    platform.rewire("list_important", lambda _: lambda call: platform.listed(call, ENTRIES, rest, item))


@MUTANTS.add("important-item-incomplete", "重要数据目录缺出境情况", "the important-data list says nothing of borders")
def _important_item_incomplete(platform: Platform) -> None:
    _listed_as(platform, lambda _, row: {name: value for name, value in row.items() if name != "crossBorder"})


@MUTANTS.add("important-item-without-measures", "一条重要数据无保护措施", "one important item without measures")
def _important_item_without_measures(platform: Platform) -> None:
    code = victim(platform, IMPORTANT)["resourceCode"]
    _listed_as(platform, lambda _, row: row | {"protection": []} if row["resourceCode"] == code else row)


@MUTANTS.add("label-absent", "数据应答无级别标识", "data come without label")
def _label_absent(platform: Platform) -> None:
    def bare(answer: Answer) -> Answer:
        payload = {name: value for name, value in answer.payload.items() if name != "label"}
        return answer.with_payload(payload).with_headers(X_Data_Level=None)

    platform.alter("read_data", bare)


@MUTANTS.add("label-differs", "数据标识总是 1 级", "every label says G1")
def _label_differs(platform: Platform) -> None:
    _rules(platform).label = lambda _: {"level": "general", "subLevel": 1}
    _rules(platform).header = lambda _: "G1"


@MUTANTS.add("header-label-differs", "标识头低一级", "the header says one grade less")
def _header_label_differs(platform: Platform) -> None:
    _rules(platform).header = lambda entry: GRADES[max(rank(grade_in(entry)) - 2, 0)]


@MUTANTS.add("export-unlabelled", "导出文件无级别标识", "the exported file has no label")
def _export_unlabelled(platform: Platform) -> None:
    kept = ("resourceCode", "title", "agriClass", "provider")

    def strip(answer: Answer) -> Answer:
        rows = csv.DictReader(io.StringIO((answer.document or b"").decode()))
        text = io.StringIO()
        writer = csv.DictWriter(text, kept, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        name = 'attachment; filename="catalogue.csv"'
        return demo.Answer(
            headers={"Content-Disposition": name}, document=text.getvalue().encode(), content_type=answer.content_type
        )

    platform.alter("export_catalogue", strip)


@MUTANTS.add("clearance-ignored", "低权限账号可读一切", "every account reads everything")
def _clearance_ignored(platform: Platform) -> None:
    _rules(platform).may_read = lambda clearance, entry: clearance >= 0 and bool(entry)


@MUTANTS.add("clearance-stops-at-important", "低权限账号可读 3、4 级", "a low account reads G3 and G4")
def _clearance_stops_at_important(platform: Platform) -> None:
    _rules(platform).may_read = lambda clearance, entry: weight(entry) < _IMPORTANT or clearance >= weight(entry)


@MUTANTS.add("sensitive-fields-unmasked", "敏感字段明文", "sensitive fields are shown")
def _sensitive_fields_unmasked(platform: Platform) -> None:
    _rules(platform).mask = lambda _, value: value


@MUTANTS.add("phone-mask-other", "手机号掩码位置不同", "mobile numbers masked elsewhere")
def _phone_mask_other(platform: Platform) -> None:
    _rules(platform).masks["phone"] = lambda raw: raw[:7] + "**" + raw[-2:]


@MUTANTS.add("id-mask-reveals-birth-date", "身份证号掩码露出生日期", "a mask shows the date of birth")
def _id_mask_reveals_birth_date(platform: Platform) -> None:
    _rules(platform).masks["citizen"] = lambda raw: raw[:14] + "****"


@MUTANTS.add("account-mask-reveals-head", "账号掩码露出前六位", "a mask shows an account's head")
def _account_mask_reveals_head(platform: Platform) -> None:
    _rules(platform).masks["bank"] = lambda raw: raw[:6] + "****" + raw[-4:]


def _measured_as(
    platform: Platform, change: Callable[[dict[str, tuple[int, int]]], dict[str, tuple[int, int]]]
) -> None:
    """Let the indicators of every quality report pass through ``change``."""
    rules = _rules(platform)
    right = rules.indicators
    rules.indicators = lambda entry, shown: change(right(entry, shown))


@MUTANTS.add("quality-characteristic-missing", "质量报告缺时效性", "the quality report has no timeliness")
def _quality_characteristic_missing(platform: Platform) -> None:
    _measured_as(platform, lambda found: {code: pair for code, pair in found.items() if not code.startswith("05")})


@MUTANTS.add("quality-value-wrong", "质量指标值与分子分母不符", "an indicator's value is not its ratio")
def _quality_value_wrong(platform: Platform) -> None:
    def wrong(answer: Answer) -> Answer:
        for row in answer.payload["indicators"]:
            row["value"] = 0.5 if row["code"] == "0601" else row["value"]
        return answer

    platform.alter("quality_report", wrong)


@MUTANTS.add("quality-not-recomputable", "元素完整率与数据不符", "completeness does not fit the data")
def _quality_not_recomputable(platform: Platform) -> None:
    _measured_as(platform, lambda found: found | {"0201": (found["0201"][0] // 2, found["0201"][1])})


def _shown_as(platform: Platform, change: Callable[[list[dict[str, Value]]], list[dict[str, Value]]]) -> None:
    """Let the rows of every data answer pass through ``change``."""
    rules = _rules(platform)
    right = rules.shown
    rules.shown = lambda entry: change(right(entry))


@MUTANTS.add("rows-incomplete", "数据缺值过多", "too many values are missing")
def _rows_incomplete(platform: Platform) -> None:
    def thin(rows: list[dict[str, Value]]) -> list[dict[str, Value]]:
        for row in rows[::2]:
            row[list(row)[1]] = None
        return rows

    _shown_as(platform, thin)


@MUTANTS.add("rows-duplicated", "数据行重复", "every row comes twice")
def _rows_duplicated(platform: Platform) -> None:
    _shown_as(platform, lambda rows: [row for row in rows for _ in range(2)])


def _silence(platform: Platform, action: str) -> None:
    """Let the audit log pass over one kind of act."""
    note = platform.audit.note

    def selective(by: str, act: str, obj: str) -> None:
        if act != action:
            note(by, act, obj)

    platform.audit.note = selective  # type: ignore[method-assign]


@MUTANTS.add("grading-not-logged", "定级不入日志", "grading leaves no trace")
def _grading_not_logged(platform: Platform) -> None:
    _silence(platform, "grade")


@MUTANTS.add("deletion-not-logged", "删除不入日志", "deletion leaves no trace")
def _deletion_not_logged(platform: Platform) -> None:
    _silence(platform, "delete")


@MUTANTS.add("audit-without-person", "日志无操作人", "the log names nobody")
def _audit_without_person(platform: Platform) -> None:
    def nameless(answer: Answer) -> Answer:
        for event in answer.payload["list"]:
            event["by"] = ""
        return answer

    platform.alter("audit_log", nameless)

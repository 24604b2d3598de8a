"""Legal variants at the edges: values at their limits, fuller or sparser members, other ways to say the same."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_victims import entries, graded, regrade
from .reference import ENTRIES, FILINGS, SUITE
from .reference_grading import grade_in
from .reference_trail import BEIJING, stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Entry = dict[str, Any]
VARIANTS = demo.Variants()
QUARTER = 92


def _stored(name: str, titles: tuple[str, str], change: Callable[[Entry], object]) -> None:
    VARIANTS.add(name, *titles)(lambda platform: platform.store.edit(ENTRIES, change))


_stored(
    "factors-that-apply-only",
    ("识别因素只列适用者", "only the factors that apply are listed"),
    lambda entry: entry.update(
        importantDataFactors=[
            {"factor": row["factor"], "note": row["note"]}
            for row in entry.get("importantDataFactors", ())
            if row["present"]
        ]
    ),
)
_stored(
    "class-as-list-of-one",
    ("类别为只有一项的列表", "the class is a list of one"),
    lambda entry: entry.update(agriClass=[entry["agriClass"]]),
)
_stored(
    "empty-mapping-outside-scope",
    ("方案范围外的映射为空文字", "an empty text where a scheme has no grade"),
    lambda entry: entry["mapping"].setdefault("db33t2351", ""),
)


@VARIANTS.add(
    "shared-data-at-their-floor", "有条件共享的公共数据按下限定级", "shared public data at the floor for sharing"
)
def _shared_data_at_their_floor(platform: Platform) -> None:
    plain = graded("G2")

    def settle(entry: Entry) -> None:
        if plain(entry) and entry["dataSubject"] == "public" and entry["sharing"]["type"] == "2":
            regrade(entry, "G2")
            entry["impacts"] = [{"object": "publicInterest", "harm": "none", "reason": "无"}]
            for row in entry["fieldLevels"]:
                row["level"] = "G1"

    platform.store.edit(ENTRIES, settle)


@VARIANTS.add("times-at-their-limits", "时间恰在界限", "times exactly at their limits")
def _times_at_their_limits(platform: Platform) -> None:
    today = platform.now.astimezone(BEIJING).date().isoformat()

    def settle(entry: Entry) -> None:
        entry["nextReviewDate"] = today
        entry["approvedAt"] = entry["gradedAt"]
        if "derivedAt" in entry:
            entry["derivedAt"] = entry["gradedAt"]

    def file(row: Entry) -> None:
        row["changedAt"] = "2026-02-28T12:00:00+08:00"
        row["reportedAt"] = "2026-05-28T23:59:59+08:00"

    platform.store.edit(ENTRIES, settle)
    platform.store.edit(FILINGS, file)


@VARIANTS.add("entries-changed-during-the-run", "运行期间条目有变更", "entries are graded and updated during the run")
def _entries_changed_during_the_run(platform: Platform) -> None:
    later = stamp(platform.now + timedelta(minutes=25))
    plain = graded("G2")

    def settle(entry: Entry) -> None:
        if plain(entry):
            entry.update(gradedAt=later, approvedAt=later, lastUpdated=later)

    platform.store.edit(ENTRIES, settle)


@VARIANTS.add("deltas-strictly-later", "增量查询不含该时刻", "a delta query leaves the instant itself out")
def _deltas_strictly_later(platform: Platform) -> None:
    later = "julianday(json_extract(body, '$.lastUpdated')) > julianday(?)"

    def strict(call: Call) -> Answer:
        since = call.args.get("updatedSince")
        return platform.listed(call, ENTRIES, demo.Where(later, (since,)) if since else demo.Where())

    platform.rewire("list_entries", lambda _: strict)


@VARIANTS.add(
    "history-newest-first",
    "变更历史新者在前，在绑定中倒转",
    "histories newest first, turned round in the binding",
    demo.rebind.fields("list_entries", {"history": "history && reverse(history)"}),
)
def _history_newest_first(platform: Platform) -> None:
    platform.store.edit(
        ENTRIES, lambda entry: entry.update(history=entry["history"][::-1]) if "history" in entry else None
    )


@VARIANTS.add("no-core-data", "目录中没有核心数据", "a catalogue without core data")
def _no_core_data(platform: Platform) -> None:
    for entry in entries(platform):
        if entry["level"] == "core":
            platform.store.remove(ENTRIES, entry["resourceCode"])
            platform.store.remove(FILINGS, entry["resourceCode"])


def _headed(platform: Platform, header: Callable[[Entry], str]) -> None:
    platform.parts[SUITE].header = header


@VARIANTS.add("labels-of-another-scheme", "标识头用另一方案的级别", "the header names the grade of another scheme")
def _labels_of_another_scheme(platform: Platform) -> None:
    _headed(platform, lambda entry: entry["mapping"].get("db33t2351") or grade_in(entry))


@VARIANTS.add("labels-as-grades", "应答体标识写级别代码", "labels in the body are grade codes")
def _labels_as_grades(platform: Platform) -> None:
    platform.parts[SUITE].label = lambda entry: {"level": grade_in(entry)}


@VARIANTS.add(
    "export-with-semicolons",
    "导出文件以分号分隔，级别列另名",
    "an export with semicolons and another name of the column",
)
def _export_with_semicolons(platform: Platform) -> None:
    def turned(answer: Answer) -> Answer:
        rows = list(csv.DictReader(io.StringIO((answer.document or b"").decode())))
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";")
        writer.writerow(("资源代码", "名称", "数据等级"))
        writer.writerows((row["resourceCode"], row["title"], row["level"]) for row in rows)
        name = {"Content-Disposition": 'attachment; filename="catalogue.csv"'}
        return demo.Answer(headers=name, document=text.getvalue().encode(), content_type=answer.content_type)

    platform.alter("export_catalogue", turned)


@VARIANTS.add("sensitive-values-encrypted", "敏感字段给出密文", "sensitive fields are answered as ciphertext")
def _sensitive_values_encrypted(platform: Platform) -> None:
    def cipher(raw: str) -> str:
        return base64.b64encode(hashlib.sha256(raw.encode()).digest()).decode()

    rules = platform.parts[SUITE]
    rules.mask = lambda kind, value: (
        rules.masks[kind](value) if kind in {"phone", "citizen", "bank"} and value else value and cipher(str(value))
    )


@VARIANTS.add(
    "important-list-in-words",
    "重要数据目录规模为文字并有内容说明",
    "an important-data list with a scale in words and a description",
)
def _important_list_in_words(platform: Platform) -> None:
    rules = platform.parts[SUITE]
    right = rules.important_item
    rules.important_item = lambda entry: (
        right(entry)
        | {
            "scale": f"约{entry['scale']['records']}条",
            "content": f"{entry['title']}的数据",
            "samples": False,
        }
    )


@VARIANTS.add(
    "quality-report-sparse", "质量报告每类只有一项", "a quality report with one indicator of each characteristic"
)
def _quality_report_sparse(platform: Platform) -> None:
    kept = ("0101", "0202", "0302", "0401", "0502", "0601")
    rules = platform.parts[SUITE]
    right = rules.indicators
    rules.indicators = lambda entry, shown: {code: right(entry, shown)[code] for code in kept}


@VARIANTS.add("quality-rules-stricter", "质量规则比数据类型更严", "formats and keys judged by stricter rules")
def _quality_rules_stricter(platform: Platform) -> None:
    rules = platform.parts[SUITE]
    right = rules.indicators

    def strict(entry: Entry, shown: list[Entry]) -> dict[str, tuple[int, int]]:
        found = right(entry, shown)
        (good, filled), count = found["0302"], len(shown)
        return found | {"0302": (good - good // 10, filled), "0303": (2, count), "0304": (count - 2, count)}

    rules.indicators = strict


@VARIANTS.add("numbers-with-exponents", "数值以指数书写", "numbers written with exponents")
def _numbers_with_exponents(platform: Platform) -> None:
    rules = platform.parts[SUITE]
    right = rules.shown

    def tiny(entry: Entry) -> list[Entry]:
        return [
            {name: value / 1e9 if isinstance(value, float) else value for name, value in row.items()}
            for row in right(entry)
        ]

    rules.shown = tiny

"""Legal variants of labels: other words, fewer members, a narrower domain, other names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc.reference import rebind

from .reference import part
from .reference_label import TITLES, TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
NUMERALS = "零一二三四五"


def labelled(platform: Platform, change: Callable[[Row], Row]) -> None:
    """Let every label be worded otherwise."""
    labels = part(platform, TOPIC)
    right = labels.label
    labels.label = lambda row: change(right(row))


@VARIANTS.add("label-in-chinese-words", "标签文字用汉字写等级", "the grade stands in Chinese words")
def _in_chinese_words(platform: Platform) -> None:
    labelled(
        platform,
        lambda row: {**row, "text": f"自动化等级：{NUMERALS[row['grade']]}级（版本：{row['system_version']}）"},
    )


@VARIANTS.add("label-names-the-grade", "标签文字只写等级名称", "the grade is named, not numbered")
def _names_the_grade(platform: Platform) -> None:
    labelled(platform, lambda row: {**row, "text": f"{TITLES[row['grade']]}驾驶功能 V{row['system_version']}"})


@VARIANTS.add("label-least-members", "标签只有必要成员", "labels have no more than they need")
def _least_members(platform: Platform) -> None:
    needed = ("feature_id", "grade", "odd_summary", "system_version")
    labelled(platform, lambda row: {name: row[name] for name in needed})


@VARIANTS.add("label-narrower-domain", "标签只列主要作业", "a label shows the main operation only")
def _narrower_domain(platform: Platform) -> None:
    def narrower(row: Row) -> Row:
        summary = row["odd_summary"]
        return {**row, "odd_summary": {**summary, "operations": summary["operations"][:1], "zone": "示例一号田"}}

    labelled(platform, narrower)


@VARIANTS.add(
    "label-other-names",
    "标签成员另有名称",
    "members of labels have other names",
    rebind.fields("list_labels", {"grade": "level", "odd_summary.speed_mps_max": "odd_summary.vmax"}),
)
def _other_names(platform: Platform) -> None:
    def renamed(row: Row) -> Row:
        summary = dict(row["odd_summary"])
        summary["vmax"] = summary.pop("speed_mps_max")
        told = {name: value for name, value in row.items() if name != "grade"}
        return {**told, "level": row["grade"], "odd_summary": summary}

    labelled(platform, renamed)


@VARIANTS.add("label-of-the-machine", "标签文字以 L 加数字写等级", "the words say L and a digit")
def _of_the_machine(platform: Platform) -> None:
    labelled(platform, lambda row: {**row, "text": f"SZ-240 / L{row['grade']} / SW {row['system_version']}"})


@VARIANTS.add("label-own-words", "标签名称与道路用自己的话", "title and roads are told in words of its own")
def _own_words(platform: Platform) -> None:
    labelled(platform, lambda row: {**row, "title_zh": f"农机智驾 {row['grade']} 级", "public_roads": "禁止上公共道路"})


@VARIANTS.add("label-earlier-declaration", "旧版本的声明仍在列", "a declaration of an earlier version is still listed")
def _earlier_declaration(platform: Platform) -> None:
    def listed(answer: demo.Answer) -> demo.Answer:
        rows = answer.payload["list"]
        first = rows[0]
        grade = max(first["claimed_grade"] - 1, 0)
        more = [*rows, {**first, "status": "void", "system_version": "1.0.0", "claimed_grade": grade}]
        return answer.with_payload({**answer.payload, "list": more, "total": answer.payload["total"] + 1})

    platform.alter("list_declarations", listed)

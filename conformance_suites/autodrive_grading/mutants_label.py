"""Mutants of labels: grade, version, operating domain, words, and which features have one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_label import TITLES, TOPIC
from .reference_sessions import COMBO, SUPERVISED

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()


def labels(platform: Platform) -> Any:  # noqa: ANN401 -- Labels whose methods are replaced
    """What makes labels on the platform."""
    return part(platform, TOPIC)


def labelled(name: str, zh: str, en: str, change: Callable[[Row], Row]) -> None:
    """A mutant that words every label otherwise."""

    def apply(platform: Platform) -> None:
        right = labels(platform).label
        labels(platform).label = lambda row: change(right(row))

    MUTANTS.add(name, zh, en)(apply)


def _higher(row: Row) -> Row:
    grade = min(row["grade"] + 1, 5)
    return {**row, "grade": grade, "title_zh": TITLES[grade], "text": f"{grade} 级，版本 {row['system_version']}"}


def _of(feature: str, row: Row, **members: Any) -> Row:  # noqa: ANN401 -- a label's members
    return {**row, **members} if row["feature_id"] == feature else row


labelled("label-one-grade-higher", "标签等级高一级", "labels show one grade more", _higher)
labelled(
    "label-of-the-last-version",
    "标签仍是旧版本",
    "a label shows the version before",
    lambda row: _of(SUPERVISED, row, system_version="2.4.0", text=row["text"].replace("2.4.1", "2.4.0")),
)
labelled(
    "label-without-domain",
    "标签没有运行域",
    "a label lacks its operating domain",
    lambda row: _of(SUPERVISED, row, odd_summary={}),
)
labelled(
    "label-domain-too-wide",
    "标签写了未声明的作业",
    "a label shows an operation that is not declared",
    lambda row: {
        **row,
        "odd_summary": {**row["odd_summary"], "operations": [*row["odd_summary"]["operations"], "harvesting"]},
    },
)
labelled(
    "label-speed-in-kilometres",
    "标签的最高速度是公里每小时",
    "a label's speed is in kilometres per hour",
    lambda row: {
        **row,
        "odd_summary": {**row["odd_summary"], "speed_mps_max": round(row["odd_summary"]["speed_mps_max"] * 3.6, 2)},
    },
)
labelled(
    "label-words-of-another-grade",
    "标签文字写成别的等级",
    "a label's words name another grade",
    lambda row: _of(COMBO, row, text=f"有条件自动驾驶 · 三级 · 版本 {row['system_version']}"),
)
labelled(
    "label-words-without-version",
    "标签文字没有版本",
    "a label's words lack the version",
    lambda row: {**row, "text": row["text"].replace(row["system_version"], "2.4.0")},
)


labelled(
    "label-title-of-another-grade",
    "标签名称是别的等级",
    "a label has the name of another grade",
    lambda row: _of(COMBO, row, title_zh=TITLES[4]),
)
labelled(
    "label-roads-included",
    "标签写可上公共道路",
    "a label allows public roads that are excluded",
    lambda row: {**row, "public_roads": "included"},
)


@MUTANTS.add(
    "label-beside-earlier-declaration",
    "旧声明仍在列，标签有误",
    "an earlier declaration is listed last, labels are wrong",
)
def _beside_earlier_declaration(platform: Platform) -> None:
    right = labels(platform).label
    labels(platform).label = lambda row: _higher(right(row))

    def listed(answer: demo.Answer) -> demo.Answer:
        rows = answer.payload["list"]
        earlier = [{**row, "status": "void", "system_version": "1.0.0"} for row in rows]
        return answer.with_payload({**answer.payload, "list": [*rows, *earlier], "total": 2 * len(rows)})

    platform.alter("list_declarations", listed)


@MUTANTS.add("label-of-one-feature-lacking", "一项功能没有标签", "one feature has no label")
def _of_one_feature_lacking(platform: Platform) -> None:
    demo_list = platform.routes["list_labels"].handler

    def listed(call: Any) -> Any:  # noqa: ANN401 -- a call and its answer
        answer = demo_list(call)
        kept = [row for row in answer.payload["list"] if row["feature_id"] != COMBO]
        return answer.with_payload({**answer.payload, "list": kept, "total": len(kept)})

    platform.rewire("list_labels", lambda _: listed)


@MUTANTS.add("label-of-no-feature", "标签对应的功能不存在", "a label is of no feature")
def _of_no_feature(platform: Platform) -> None:
    def listed(answer: demo.Answer) -> demo.Answer:
        rows = answer.payload["list"]
        more = [*rows, {**rows[-1], "feature_id": "sz240-nobody"}] if rows else rows
        return answer.with_payload({**answer.payload, "list": more, "total": answer.payload["total"] + 1})

    platform.alter("list_labels", listed)

"""Why a declaration has its grade: the rule, the smallest change to the next grade, the evidence that is missing."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

from pytest_szxc import Text, exhibits

from .decision import MAY_BE_ABSENT, NOT_APPLICABLE, absent, next_grade
from .declarations import grade_of
from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_szxc import Exhibit, Record

    from .decision import Change, Decision

    Limit = Mapping[str, str]

WAYS = 3
"""Ways to the next grade that are told, at most."""
NAMED = 8
"""Metrics without evidence that are named in a sentence, at most; the rows name all."""
STEERING = ("track_", "row_", "stop_start", "on_line", "endurance")
"""What the metrics begin with that show how the system steers."""
ON_REQUEST = ("take_over_lead", "no_response_stop")
"""Metrics of a fallback-ready user's taking over."""
WITHOUT_HEADLAND = 2
"""Up to this grade, evidence of headland turns is needed only where the system does them."""
SAYS_NONE = {"headland": "headland_width_m = 0", "implement": "implements = []"}
"""How an operating domain says that the task has none."""
SIGNS = {"max": "≤", "min": "≥"}


def explained(row: Record, inputs: Mapping[str, str], decision: Decision, limits: Sequence[Limit]) -> Exhibit:
    """The explanation of one feature's grade, as a manufacturer would want it told.

    Args:
        row: the declaration.
        inputs: its seven inputs, all known.
        decision: what the table says of them.
        limits: the performance limits in effect.
    """
    name, claimed = row.text("feature_id") or "?", grade_of(row)
    told = "-" if claimed is None else claimed
    title = Text(f"{name}：等级说明（声明 {told} 级）", f"{name}: its grade explained (grade {told} is claimed)")
    needed = list(needed_for(row, limits))
    paragraphs = [
        _rule(decision, claimed),
        *_unbacked(row, inputs),
        *_ways(row, inputs, decision),
        *_missing(row, needed),
    ]
    return exhibits.explanation(title, paragraphs, [_shown(row, limit) for limit in needed])


def needed_for(row: Record, limits: Sequence[Limit]) -> Iterator[Limit]:
    """The limits for which a declaration of its grade and accuracy class has to give evidence."""
    grade, accuracy = grade_of(row), row.text("accuracy_class")
    for limit in limits:
        if limit["accuracy_class"] == accuracy and grade is not None and _applies(limit, row, grade):
            yield limit


def _applies(limit: Limit, row: Record, grade: int) -> bool:
    if grade < Decimal(limit["from_grade"]):
        return False
    if limit["metric"].startswith(STEERING):
        return row.text("lateral") == "system"
    if limit["metric"] in ON_REQUEST:
        return row.text("fallback") == "user"
    if limit["condition"].startswith("headland"):
        return grade > WITHOUT_HEADLAND or row.text("headland") == "system"
    return True


def _rule(decision: Decision, claimed: int | None) -> Text:
    zh, en = _words("rule_words", "rule")[decision.rule]
    told = Text(f"命中规则 {decision.rule}。{zh}。", f"Rule {decision.rule} applies: {en}.")
    if claimed is None or claimed == decision.grade:
        return told
    return Text(
        f"{told.zh}声明的却是 {claimed} 级，与判定结果不符；以下按声明的等级列出证据。",
        f"{told.en} Grade {claimed} is claimed, which is not that; the evidence below is what the claim needs.",
    )


def _unbacked(row: Record, inputs: Mapping[str, str]) -> Iterator[Text]:
    """What is said not to apply, although the domain does not say that the task has none."""
    for name in MAY_BE_ABSENT:
        if inputs[name] == NOT_APPLICABLE and name not in absent(row.get("odd")):
            (zh, en), said = _words("input_words", "input")[name], SAYS_NONE[name]
            yield Text(
                f"{zh}声明为“不适用”，但运行域未写明没有（{said}），按非系统完成计。",
                f"The {en} is declared not applicable, but the domain does not say that there is none ({said}): "
                "it does not count as the system's.",
            )


def _ways(row: Record, inputs: Mapping[str, str], decision: Decision) -> Iterator[Text]:
    """The smallest sets of changes that lead to the next grade, a sentence each."""
    without = absent(row.get("odd"))
    sets = next_grade(inputs, without)
    if not sets:
        yield Text("已是最高等级。", "There is no higher grade.")
    nxt = "" if decision.grade is None else str(decision.grade + 1)
    for changes in sets[:WAYS]:
        zh, en = "；".join(_changed(one, "zh") for one in changes), "; ".join(_changed(one, "en") for one in changes)
        goal = Text(f"达到 {nxt} 级", f"For grade {nxt}") if nxt else Text("组合要有效", "To go together")
        yield Text(f"{goal.zh}，最少须改：{zh}。", f"{goal.en}, the least to change: {en}.")
    if len(sets) > WAYS:
        more = len(sets) - WAYS
        yield Text(f"另有 {more} 种同样小的改法。", f"There are {more} other ways as small.")


def _changed(change: Change, lang: str) -> str:
    column = 0 if lang == "zh" else 1
    names, values = _words("input_words", "input"), _words("input_words", "value")
    name, now, then = names[change.name][column], values[change.now][column], values[change.then][column]
    return f"{name}由“{now}”改为“{then}”" if lang == "zh" else f"{name} from '{now}' to '{then}'"


def _missing(row: Record, needed: Sequence[Limit]) -> Iterator[Text]:
    grade = grade_of(row)
    if not grade:
        return
    if not row.text("accuracy_class"):
        yield Text(
            "未声明定位精度级别（A、B、C），无法列出所需证据。",
            "No accuracy class (A, B, C) is declared, so the evidence that is needed cannot be listed.",
        )
        return
    have = {one.text("metric") for one in row.children("evidence")}
    lacking = [limit for limit in needed if limit["metric"] not in have]
    if not lacking:
        yield Text(
            f"{grade} 级所需的证据指标均已给出。", f"All metrics that grade {grade} needs are given as evidence."
        )
        return
    zh, en = _named(lacking)
    yield Text(
        f"{grade} 级还缺 {len(lacking)} 项证据：{zh}。", f"Evidence missing for grade {grade}, {len(lacking)}: {en}."
    )


def _named(limits: Sequence[Limit]) -> tuple[str, str]:
    first, more = limits[:NAMED], len(limits) - NAMED
    zh, en = "、".join(one["title_zh"] for one in first), ", ".join(one["title_en"] for one in first)
    return (f"{zh}等，见下表", f"{en} and {more} more, see below") if more > 0 else (zh, en)


def _shown(row: Record, limit: Limit) -> tuple[Text, str]:
    """A metric's name, and the declared values beside the limit."""
    mine = [one for one in row.children("evidence") if one.text("metric") == limit["metric"]]
    told = ", ".join(f"{_plain(one.number('value'))} {one.text('unit') or ''}".strip() for one in mine)
    unit = "" if limit["unit"] == "1" else f" {limit['unit']}"
    return Text(limit["title_zh"], limit["title_en"]), f"{told or '-'} ({SIGNS[limit['bound']]} {limit['limit']}{unit})"


def _plain(value: Decimal | None) -> str:
    try:
        return "?" if value is None else f"{value.normalize():f}" if abs(value.adjusted()) < 12 else f"{value:.3e}"  # noqa: PLR2004 -- digits that one reads
    except InvalidOperation:
        return "?"


@cache
def _words(table: str, key: str) -> dict[str, tuple[str, str]]:
    return {row[key]: (row["zh"], row["en"]) for row in rows(table) if row[key]}

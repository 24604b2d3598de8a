"""Mutants of declarations and issued grades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference_declaration import AUTO, COMBO, DECLARATIONS, GRADES, GUIDE, SUPERVISED, changed

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()


# --- form -------------------------------------------------------------------------------------------------------------


@MUTANTS.add("declaration-grade-as-text", "一项声明的等级写成文字", "one declaration writes its grade as a text")
def _grade_as_text(platform: Platform) -> None:
    changed(platform, GUIDE, lambda row: row.update(claimed_grade="1"))


@MUTANTS.add("declaration-in-own-words", "一项输入用自有词汇", "one input is told in a word of the platform's own")
def _own_words(platform: Platform) -> None:
    changed(platform, COMBO, lambda row: row.update(oedr="mixed"))


@MUTANTS.add("declaration-time-without-offset", "声明时间没有时区", "the time of declaration has no offset")
def _without_offset(platform: Platform) -> None:
    changed(platform, AUTO, lambda row: row.update(declared_at=row["declared_at"][:19]))


@MUTANTS.add("declaration-slope-with-its-unit", "坡度写成带单位的文字", "a slope is a text with its unit, not a number")
def _slope_with_unit(platform: Platform) -> None:
    changed(platform, SUPERVISED, lambda row: row["odd"].update(slope_deg_max="8°"))


# --- the claimed grade ------------------------------------------------------------------------------------------------


@MUTANTS.add(
    "declaration-claims-less", "2 级功能声明并签发为 1 级", "a feature of grade 2 claims and is issued grade 1"
)
def _claims_less(platform: Platform) -> None:
    changed(platform, COMBO, lambda row: row.update(claimed_grade=1))
    platform.store.edit(GRADES, lambda row: row.update(grade=1), demo.Where("key = ?", (COMBO,)))


@MUTANTS.add(
    "declaration-headland-not-looked-at",
    "地头由操作者触发，仍声明 3 级",
    "grade 3 is claimed although the operator triggers the turns",
)
def _headland_ignored(platform: Platform) -> None:
    changed(platform, SUPERVISED, lambda row: row.update(headland="assisted"))


@MUTANTS.add(
    "declaration-na-with-an-implement",
    "运行域列有机具，机具仍作“不适用”计为系统",
    "implement is `na` and counts as the system's, although the domain lists one",
)
def _na_with_implement(platform: Platform) -> None:
    changed(platform, SUPERVISED, lambda row: row.update(implement="na"))


@MUTANTS.add(
    "declaration-that-does-not-go-together",
    "感知与响应未全由系统承担，却声明后援用户",
    "a fallback-ready user is declared without full detection and response",
)
def _not_together(platform: Platform) -> None:
    changed(platform, COMBO, lambda row: row.update(fallback="user"))


# --- a grade is a feature's -------------------------------------------------------------------------------------------


@MUTANTS.add(
    "declaration-grade-of-the-machine", "每项功能都得整机的最高等级", "each feature has its machine's highest grade"
)
def _grade_of_machine(platform: Platform) -> None:
    def highest(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            found = handler(call)
            return found.with_payload(found.payload | {"grade": max(_grades(platform))})

        return answer

    platform.rewire("read_grade", highest)


@MUTANTS.add("declaration-machine-is-graded", "以机器名称也能查到等级", "a machine as a whole has a grade, too")
def _machine_is_graded(platform: Platform) -> None:
    def graded(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            name = call.params["feature"]
            machines = {row["machine"] for row in platform.store.all(DECLARATIONS)}
            if name not in machines:
                return handler(call)
            top = max(platform.store.all(GRADES), key=lambda row: row["grade"])
            return demo.Answer(top | {"feature_id": name})

        return answer

    platform.rewire("read_grade", graded)


@MUTANTS.add(
    "declaration-grade-of-the-first",
    "查询等级总是返回第一项功能的",
    "the grade that is read is always the first feature's",
)
def _grade_of_first(platform: Platform) -> None:
    def first(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            handler(call)
            return demo.Answer(platform.store.all(GRADES)[0])

        return answer

    platform.rewire("read_grade", first)


@MUTANTS.add("declaration-twice-in-force", "旧版本的声明仍然有效", "a feature's older declaration is still in force")
def _twice(platform: Platform) -> None:
    row = platform.store.get(DECLARATIONS, GUIDE)
    platform.store.add(DECLARATIONS, GUIDE, {**row, "declared_at": "2025-03-02T09:00:00+08:00"})


def _grades(platform: Platform) -> list[int]:
    return [row["grade"] for row in platform.store.all(GRADES)]


# --- what goes with a grade -------------------------------------------------------------------------------------------


def _sets(feature: str, **members: Any) -> Callable[[Platform], None]:  # noqa: ANN401 -- values of members
    return lambda platform: changed(platform, feature, lambda row: row.update(members))


MUTANTS.add(
    "declaration-guide-out-of-sight",
    "1 级功能的操作者不在驾驶室",
    "the operator of a feature of grade 1 is not in the cab",
)(_sets(GUIDE, operator_location="line_of_sight"))
MUTANTS.add(
    "declaration-supervised-by-nobody", "3 级功能声明无操作者", "a feature of grade 3 is declared to need no operator"
)(_sets(SUPERVISED, operator_location="none"))
MUTANTS.add(
    "declaration-guide-while-dozing",
    "1 级功能只要求可接管的注意力",
    "a feature of grade 1 asks for receptive attention only",
)(_sets(GUIDE, attention="receptive"))
MUTANTS.add(
    "declaration-supervised-by-exception",
    "3 级功能只在异常时才要求注意",
    "a feature of grade 3 asks for attention in exceptions only",
)(_sets(SUPERVISED, attention="exception_only"))
MUTANTS.add(
    "declaration-public-roads-not-said", "一项声明未写明公共道路", "one declaration does not speak of public roads"
)(_sets(COMBO, public_roads=None))
MUTANTS.add("declaration-public-roads-included", "一项声明允许公共道路", "one declaration includes public roads")(
    _sets(AUTO, public_roads="included")
)


@MUTANTS.add(
    "declaration-public-roads-in-its-domain",
    "声明排除公共道路，运行域却列有",
    "public roads are excluded, and stand in the domain",
)
def _roads_in_domain(platform: Platform) -> None:
    changed(platform, SUPERVISED, lambda row: row["odd"]["ground"].append("public_road"))


@MUTANTS.add(
    "declaration-public-roads-in-other-words",
    "声明排除公共道路，作业中却有公路转运",
    "public roads are excluded, and transport on them is an operation",
)
def _roads_as_operation(platform: Platform) -> None:
    changed(platform, AUTO, lambda row: row["odd"]["operations"].append("公路转运"))


@MUTANTS.add(
    "declaration-without-take-over", "3 级声明没有接管条款", "a declaration of grade 3 does not speak of taking over"
)
def _without_take_over(platform: Platform) -> None:
    changed(platform, SUPERVISED, lambda row: row.pop("take_over"))


@MUTANTS.add("declaration-lead-time-of-nothing", "接管提前时间为 0", "the lead time of a take-over request is 0")
def _lead_of_nothing(platform: Platform) -> None:
    changed(platform, SUPERVISED, lambda row: row["take_over"].update(lead_s=0))


@MUTANTS.add("declaration-lead-time-in-words", "接管提前时间写在文字里", "the lead time is told in words only")
def _lead_in_words(platform: Platform) -> None:
    changed(platform, SUPERVISED, lambda row: row["take_over"].update(lead_s=None, note="约 10 秒"))

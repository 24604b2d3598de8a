"""Mutants of the grading service: what it grades, refuses, names, repeats and leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_declaration import DECLARATIONS, GRADES
from .reference_grading_service import TOPIC, InvalidError
from .reference_issuing import VALUES, Issue, issued

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
ONE, MANY = "evaluate_grade", "evaluate_batch"
ALL = list(product(*(tuple(value for value in values if value != "na") for values in VALUES.values())))
"""The combinations in the table's own order."""


def grading(platform: Platform) -> Any:  # noqa: ANN401 -- a Grading whose parts are replaced
    """What grades on the platform."""
    return part(platform, TOPIC)


def grader(name: str, zh: str, en: str, change: Callable[[Row, Issue], Issue]) -> None:
    """A mutant that grades otherwise, one by one and in batches: inputs and the right issue → its own."""

    def apply(platform: Platform) -> None:
        grading(platform).issued = lambda inputs, odd: change(inputs, issued(inputs, odd))

    MUTANTS.add(name, zh, en)(apply)


def single(name: str, zh: str, en: str, change: Callable[[Handler, Call], Answer]) -> None:
    """A mutant of single questions."""
    MUTANTS.add(name, zh, en)(lambda platform: platform.rewire(ONE, lambda handler: lambda call: change(handler, call)))


def result(name: str, zh: str, en: str, change: Callable[[Row], Row]) -> None:
    """A mutant of the words of single results."""
    MUTANTS.add(name, zh, en)(
        lambda platform: platform.alter(ONE, lambda answer: answer.with_payload(change(answer.payload)))
    )


def batch(name: str, zh: str, en: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """A mutant of the results of batches."""

    def changed(answer: Answer) -> Answer:
        return answer.with_payload({"items": change(answer.payload["items"])})

    MUTANTS.add(name, zh, en)(lambda platform: platform.alter(MANY, changed))


def _as_if(inputs: Row, **others: str) -> Issue:
    return issued({**inputs, **others})


# --- what does not go together ----------------------------------------------------------------------------------------

grader(
    "grading-fallback-without-oedr-accepted",
    "无完整感知与响应的系统后援也给等级",
    "a fallback by the system is graded without full OEDR",
    lambda inputs, right: _as_if(inputs, fallback="operator") if right.rule == "X1" else right,
)
grader(
    "grading-one-motion-is-enough-for-oedr",
    "只有一项运动由系统控制也接受完整感知与响应",
    "full OEDR is accepted with one motion",
    lambda inputs, right: (
        Issue("G1", 1) if right.rule == "X3" and "system" in (inputs["lateral"], inputs["longitudinal"]) else right
    ),
)
grader(
    "grading-unlimited-accepted",
    "任何输入都接受不受限的运行域",
    "an unlimited domain is accepted with any inputs",
    lambda inputs, right: _as_if(inputs, odd_limit="limited") if right.rule == "X4" else right,
)
grader(
    "grading-user-taken-for-system",
    "后援用户当作系统后援",
    "a fallback-ready user is taken for the system",
    lambda inputs, right: _as_if(inputs, fallback="system") if inputs["fallback"] == "user" else right,
)


@MUTANTS.add("grading-refusals-in-another-order", "先判运行域再判后援", "the domain is looked at before the fallback")
def _refusals_in_another_order(platform: Platform) -> None:
    def changed(inputs: Row, odd: Row | None) -> Issue:
        right = issued(inputs, odd)
        return Issue("X4", None) if right.grade is None and inputs["odd_limit"] == "unlimited" else right

    grading(platform).issued = changed


@MUTANTS.add("grading-refusal-as-good-answer", "无效组合应答 200", "invalid inputs are answered with 200")
def _refusal_as_good_answer(platform: Platform) -> None:
    def told(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            try:
                return handler(call)
            except InvalidError as error:
                return demo.Answer({**error.data, "grade": None, "notes": []})

        return answer

    platform.rewire(ONE, told)


def _refused_as(status: int, code: int, message: str) -> Callable[[Handler, Call], Answer]:
    def answer(handler: Handler, call: Call) -> Answer:
        try:
            return handler(call)
        except InvalidError as error:
            raise demo.ApiError(status, code, message) from error

    return answer


single(
    "grading-refusal-without-rule",
    "拒绝时不写规则号",
    "a refusal does not name its rule",
    _refused_as(422, 42201, "inputs do not go together"),
)
single("grading-refusal-crashes", "无效组合应答 500", "invalid inputs crash", _refused_as(500, 50001, "X1 X2 X3 X4"))
single(
    "grading-refusal-names-all-rules",
    "拒绝时列出全部规则",
    "a refusal names all rules",
    _refused_as(422, 42201, "one of X1, X2, X3, X4"),
)

# --- the same again ---------------------------------------------------------------------------------------------------


@MUTANTS.add("grading-alternates", "同样的输入第二次另给等级", "the same inputs at once again have another grade")
def _alternates(platform: Platform) -> None:
    last: list[Row] = [{}]

    def told(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            again, last[0] = call.body == last[0], call.body
            given = handler(call)
            grade = given.payload["grade"]
            return given.with_payload({**given.payload, "grade": max(grade - 1, 0) if again else grade})

        return answer

    platform.rewire(ONE, told)


def _ordered(handler: Handler, call: Call) -> Answer:
    body = call.body
    if isinstance(body, dict) and next(iter(body), "lateral") == "odd_limit":
        body = {**body, "lateral": "operator"}
    return handler(replace(call, body=body))


def _believing(handler: Handler, call: Call) -> Answer:
    given = handler(call)
    return given.with_payload({**given.payload, "grade": call.body.get("claimed_grade", given.payload["grade"])})


def _other_beside(handler: Handler, call: Call) -> Answer:
    given = handler(call)
    extra = isinstance(call.body, dict) and "szxc_note" in call.body
    return given.with_payload({**given.payload, "notes": [{"code": "N1"}]} if extra else given.payload)


single("grading-by-order-of-members", "结果取决于成员次序", "the result depends on the order of members", _ordered)
single("grading-claim-believed", "采信输入中的声明等级", "a claimed grade among the inputs is believed", _believing)
single("grading-unknown-member-noted", "多余成员改变备注", "an unknown member changes the notes", _other_beside)


def _leaving(name: str, zh: str, en: str, collection: str, member: str) -> None:
    """A mutant that moves a time in all documents of a collection whenever somebody asks."""

    def later(row: Row) -> None:
        row[member] = (datetime.fromisoformat(row[member]) + timedelta(seconds=1)).isoformat()

    def apply(platform: Platform) -> None:
        def told(handler: Handler) -> Handler:
            def answer(call: Call) -> Answer:
                platform.store.edit(collection, later)
                return handler(call)

            return answer

        platform.rewire(ONE, told)

    MUTANTS.add(name, zh, en)(apply)


_leaving("grading-renews-declarations", "评定改动声明时间", "grading renews declarations", DECLARATIONS, "declared_at")
_leaving("grading-renews-issued-grades", "评定改动签发时间", "grading renews issued grades", GRADES, "issued_at")

# --- rule and notes ---------------------------------------------------------------------------------------------------

result(
    "grading-without-rule",
    "结果不写规则号",
    "results do not name their rule",
    lambda row: {name: value for name, value in row.items() if name != "rule"},
)
result(
    "grading-rule-without-letter",
    "规则号不分 2 与 2a",
    "rules 2a and 2b are named 2",
    lambda row: {**row, "rule": row["rule"][:2]},
)
result("grading-notes-lost", "备注缺失", "notes are lost", lambda row: {**row, "notes": []})
result(
    "grading-notes-swapped",
    "备注 N1 与 N2 颠倒",
    "notes N1 and N2 are exchanged",
    lambda row: {**row, "notes": [{"code": {"N1": "N2"}.get(one["code"], "N1")} for one in row["notes"]]},
)
result("grading-grade-as-text", "等级写成文字", "grades are texts", lambda row: {**row, "grade": str(row["grade"])})

# --- the whole table --------------------------------------------------------------------------------------------------

grader(
    "grading-speed-alone-is-nothing",
    "仅速度由系统控制时给 0 级",
    "speed by the system alone has grade 0",
    lambda inputs, right: Issue("G0", 0) if right.rule == "G1" and inputs["lateral"] == "operator" else right,
)
grader(
    "grading-shared-oedr-lowers",
    "共担感知与响应时降一级",
    "shared OEDR lowers grade 2",
    lambda inputs, right: Issue("G1", 1) if right.rule == "G2" and inputs["oedr"] == "operator" else right,
)
batch("grading-batch-reversed", "批量结果次序颠倒", "results of a batch are in reverse order", lambda rows: rows[::-1])
batch(
    "grading-batch-drops-invalid",
    "批量结果漏掉无效组合",
    "a batch leaves out what is invalid",
    lambda rows: [row for row in rows if "error" not in row],
)
batch(
    "grading-batch-repeats-after-500",
    "批量 500 条以后重复同一结果",
    "a batch repeats one result after 500",
    lambda rows: [row if index < 500 else rows[499] for index, row in enumerate(rows)],  # noqa: PLR2004 -- as named
)
batch(
    "grading-batch-grades-invalid",
    "批量中无效组合给 0 级",
    "a batch gives grade 0 to what is invalid",
    lambda rows: [{"grade": 0, "rule": "G0", "notes": []} if "error" in row else row for row in rows],
)


def _by_position(rows: list[Row]) -> list[Row]:
    """Results as they were once written down for the table's own order."""
    if len(rows) != len(ALL):
        return rows
    known = (issued(dict(zip(VALUES, values, strict=True))) for values in ALL)
    return [{"error": {"rule": one.rule}} if one.grade is None else {"grade": one.grade} for one in known]


batch(
    "grading-batch-by-position", "批量结果按已知次序写死", "a batch is answered from a list by position", _by_position
)


def _single_of_its_own(handler: Handler, call: Call) -> Answer:
    """Another program answers single questions: it takes a fallback-ready user for the system."""
    given = handler(call)
    own = given.payload["rule"] == "G3" and call.body["odd_limit"] == "limited"
    return given.with_payload({**given.payload, "grade": 4, "rule": "G4"} if own else given.payload)


single(
    "grading-single-of-its-own", "单次评定与批量评定不同", "single questions are graded otherwise", _single_of_its_own
)

# --- caps -------------------------------------------------------------------------------------------------------------

grader(
    "grading-implement-promotes",
    "机具自动提升等级",
    "an automatic implement raises the grade",
    lambda inputs, right: Issue("G1", 1) if right.rule == "G0" and inputs["implement"] == "system" else right,
)
grader(
    "grading-headland-and-implement-promote",
    "地头与机具都自动时提升等级",
    "headland and implement together raise the grade",
    lambda inputs, right: (
        Issue("G1", 1) if right.rule == "G0" and inputs["implement"] == inputs["headland"] == "system" else right
    ),
)
grader(
    "grading-headland-ignored",
    "不看地头",
    "the headland is ignored",
    lambda inputs, right: _as_if(inputs, headland="system") if right.rule == "G2a" else right,
)
grader(
    "grading-implement-ignored",
    "不看机具",
    "the implement is ignored",
    lambda inputs, right: _as_if(inputs, implement="system") if right.rule == "G2a" else right,
)
grader(
    "grading-assistance-counts-as-system",
    "触发式地头与顺序机具当作系统",
    "an assisted headland and a sequenced implement count as the system's",
    lambda inputs, right: (
        _as_if(inputs, **{name: "system" for name in ("headland", "implement") if inputs[name] != "operator"})
        if right.rule == "G2a"
        else right
    ),
)
grader(
    "grading-operator-is-a-fallback-user",
    "操作者当作后援用户",
    "the operator counts as a fallback-ready user",
    lambda _, right: Issue("G3", 3) if right.rule == "G2b" else right,
)


def _defaulting(handler: Handler, call: Call) -> Answer:
    body = {"fallback": "user", **call.body} if isinstance(call.body, dict) else call.body
    return handler(replace(call, body=body))


single("grading-missing-fallback-is-a-user", "未写后援时当作有后援用户", "no fallback counts as a user", _defaulting)
grader(
    "grading-limited-domain-has-five",
    "运行域受限也给 5 级",
    "a limited domain has grade 5",
    lambda _, right: Issue("G5", 5) if right.rule == "G4" else right,
)
grader(
    "grading-unlimited-domain-has-four",
    "运行域不受限只给 4 级",
    "an unlimited domain has grade 4",
    lambda _, right: Issue("G4", 4) if right.rule == "G5" else right,
)
grader(
    "grading-unlimited-user-has-five",
    "有后援用户且运行域不受限给 5 级",
    "a fallback-ready user and an unlimited domain have grade 5",
    lambda inputs, right: (
        Issue("G5", 5) if right.rule == "X4" and _as_if(inputs, odd_limit="limited").rule == "G3" else right
    ),
)

# --- remote control ---------------------------------------------------------------------------------------------------


def _promoting(place: str, grade: int) -> Callable[[Handler, Call], Answer]:
    def answer(handler: Handler, call: Call) -> Answer:
        given = handler(call)
        remote = call.body.get("operator_location") == place and given.payload["grade"] == 0
        told = {**given.payload, "grade": grade, "rule": f"G{grade}"}
        return given.with_payload(told) if remote else given

    return answer


single("grading-remote-is-automatic", "遥控当作自动", "remote control counts as automation", _promoting("remote", 3))
single(
    "grading-line-of-sight-is-assistance",
    "视距操作当作辅助",
    "an operator in sight counts as assistance",
    _promoting("line_of_sight", 1),
)

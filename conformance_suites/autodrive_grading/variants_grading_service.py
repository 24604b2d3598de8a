"""Legal variants of the grading service: other words for refusals, batches that are small or not there, own notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc.reference import rebind

from .reference import SUITE, part
from .reference_grading_service import TOPIC, InvalidError, TooManyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
ONE, MANY = "evaluate_grade", "evaluate_batch"
RULES = {f"R-{name}": name for name in ("G0", "G1", "G2", "G2a", "G2b", "G3", "G4", "G5")}


def grading(platform: Platform) -> Any:  # noqa: ANN401 -- a Grading whose parts are replaced
    """What grades on the platform."""
    return part(platform, TOPIC)


def refusing(platform: Platform, operation: str, change: Callable[[demo.ApiError], demo.ApiError]) -> None:
    """Let an operation word its refusals otherwise."""

    def told(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            try:
                return handler(call)
            except (InvalidError, TooManyError) as error:
                raise change(error) from error

        return answer

    platform.rewire(operation, told)


@VARIANTS.add("grading-refusal-in-words", "规则号只写在说明里，应答 400", "a refusal names its rule in words, with 400")
def _refusal_in_words(platform: Platform) -> None:
    refusing(platform, ONE, lambda error: demo.ApiError(400, 40002, f"组合无效（规则 {error.message[:2]}）"))


@VARIANTS.add("grading-refusal-in-the-envelope", "拒绝写在信封里", "an envelope alone says that inputs are refused")
def _refusal_in_the_envelope(platform: Platform) -> None:
    refusing(platform, ONE, lambda error: demo.ApiError(200, error.code, error.message))


@VARIANTS.add("grading-refuses-what-it-does-not-know", "多余成员应答 400", "an unknown member is refused")
def _refuses_what_it_does_not_know(platform: Platform) -> None:
    grading(platform).strict = True


@VARIANTS.add("grading-does-not-ask-where", "不接受操作者位置", "where the operator is, is refused")
def _does_not_ask_where(platform: Platform) -> None:
    def told(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            if "operator_location" in call.body:
                raise demo.bad_parameter("operator_location")
            return handler(call)

        return answer

    platform.rewire(ONE, told)


@VARIANTS.add("grading-own-notes", "结果另有平台自己的备注", "results have further notes of the platform's own")
def _own_notes(platform: Platform) -> None:
    def noted(answer: Answer) -> Answer:
        notes = [*answer.payload["notes"], {"code": "own-1", "text": "仅供参考"}]
        return answer.with_payload({**answer.payload, "notes": notes, "evaluated_by": "grader-7"})

    platform.alter(ONE, noted)


@VARIANTS.add("grading-small-batches", "批量至多 60 条", "a batch holds 60 at most")
def _small_batches(platform: Platform) -> None:
    grading(platform).largest = 60


@VARIANTS.add("grading-batch-limit-untold", "批量过大只应答 413", "that a batch is too large is said without its limit")
def _batch_limit_untold(platform: Platform) -> None:
    grading(platform).largest = 150
    refusing(platform, MANY, lambda error: demo.ApiError(error.status, error.code, error.message))


@VARIANTS.add("grading-tiny-batches", "批量至多 10 条", "a batch holds 10 at most")
def _tiny_batches(platform: Platform) -> None:
    grading(platform).largest = 10


@VARIANTS.add(
    "grading-without-batches", "没有批量评定", "no batch evaluation", rebind.without(SUITE, "batch-evaluation")
)
def _without_batches(platform: Platform) -> None:
    platform.refuse(MANY, demo.ApiError(404, 40401, "not here"))


@VARIANTS.add(
    "grading-own-names",
    "规则号与备注用平台自己的代码",
    "rules and notes have codes of the platform's own",
    rebind.fields(ONE, {}, {"rule": RULES, "notes[].code": {"task": "N1", "fallback": "N2"}}),
)
def _own_names(platform: Platform) -> None:
    own = {"N1": "task", "N2": "fallback"}

    def renamed(answer: Answer) -> Answer:
        notes = [{**note, "code": own[note["code"]]} for note in answer.payload["notes"]]
        return answer.with_payload({**answer.payload, "rule": f"R-{answer.payload['rule']}", "notes": notes})

    platform.alter(ONE, renamed)


@VARIANTS.add("grading-says-more", "批量结果带序号与有效标志", "results of a batch have an index and say whether valid")
def _says_more(platform: Platform) -> None:
    def told(answer: Answer) -> Answer:
        rows = answer.payload["items"]
        more = [{"index": index, "valid": "error" not in row, "grade": None, **row} for index, row in enumerate(rows)]
        return replace(answer, payload={"items": more, "count": len(more)})

    platform.alter(MANY, told)


@VARIANTS.add(
    "grading-refusals-have-own-names",
    "拒绝的规则号用平台自己的代码",
    "refusals name their rules by codes of the platform's own",
    rebind.fields(ONE, {"rule": "cause"}, {"rule": {f"E10{number}": f"X{number}" for number in range(1, 5)}}),
)
def _refusals_have_own_names(platform: Platform) -> None:
    def told(error: Any) -> demo.ApiError:  # noqa: ANN401 -- an InvalidError
        own = InvalidError(f"E10{error.data['rule'][1:]}", "see the manual")
        own.data = {"cause": own.data["rule"]}
        return own

    refusing(platform, ONE, told)
    platform.alter(ONE, lambda answer: answer.with_payload({**answer.payload, "cause": answer.payload["rule"]}))


@VARIANTS.add("grading-batch-later", "批量评定稍后才有结果", "results of a batch come later")
def _batch_later(platform: Platform) -> None:
    platform.alter(MANY, lambda answer: replace(answer, payload={"task": "t-1"}, status=202))


@VARIANTS.add("grading-batch-refused-in-the-envelope", "批量过大只写在信封里", "the envelope alone refuses a batch")
def _batch_refused_in_the_envelope(platform: Platform) -> None:
    grading(platform).largest = 100
    refusing(platform, MANY, lambda error: demo.ApiError(200, error.code, error.message))

"""Mutants of supply and demand: requests, their states and times, corrections."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_cascade_data import CORRECTIONS, REQUESTS
from .reference_data import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
TOPIC = "cascade"
QUICK, ORDINARY, RETURNED, WAITING = "req-0001", "req-0002", "req-0004", "req-0005"


def _day_before(at: str) -> str:
    return stamp(datetime.fromisoformat(at) - timedelta(days=1))


def _request(name: str, words: tuple[str, str], id_: str, change: Callable[[Row], object]) -> None:
    """A mutant that changes one stored request."""

    def apply(platform: Platform) -> None:
        platform.store.edit(REQUESTS, change, demo.Where("json_extract(body, '$.id') = ?", (id_,)))

    MUTANTS.add(name, *words)(apply)


# --- states -----------------------------------------------------------------------------------------------------------

_request(
    "request-state-unknown",
    ("申请状态不在表中", "a state outside the table"),
    WAITING,
    lambda request: request.update(state="pending-2", history=[]),
)
_request(
    "request-state-jumps",
    ("未经同意即提供", "provided without having been approved"),
    QUICK,
    lambda request: request.update(history=[request["history"][0], request["history"][2] | {"from": "submitted"}]),
)
_request(
    "request-history-backwards",
    ("状态变化时间倒退", "a change of state before the one before it"),
    ORDINARY,
    lambda request: request["history"][0].update(at=request["history"][2]["at"]),
)
_request(
    "request-history-behind",
    ("历史未记最后状态", "a history that lacks the last state"),
    ORDINARY,
    lambda request: request["history"].pop(),
)


@MUTANTS.add("request-without-id", "受理后不给编号", "a request is taken and given no id")
def _request_without_id(platform: Platform) -> None:
    platform.alter(
        "request_resource",
        lambda answer: answer.with_payload({name: value for name, value in answer.payload.items() if name != "id"}),
    )


@MUTANTS.add("request-not-kept", "受理后查不到", "a request is taken and not found again")
def _request_not_kept(platform: Platform) -> None:
    def forget(answer: Answer) -> Answer:
        platform.store.remove(REQUESTS, answer.payload["id"])
        return answer

    platform.alter("request_resource", forget)


@MUTANTS.add("request-not-listed", "新申请不在清单中", "a new request is not in the list")
def _request_not_listed(platform: Platform) -> None:
    old = demo.Where("length(json_extract(body, '$.id')) = 8")
    platform.rewire("list_requests", lambda _: lambda call: platform.listed(call, REQUESTS, old))


@MUTANTS.add("request-answer-ignored", "答复后状态不变", "an answer changes nothing")
def _request_answer_ignored(platform: Platform) -> None:
    part(platform, TOPIC).answered = lambda *_: None


@MUTANTS.add("request-answered-twice", "已同意者可再改为不同意", "what was approved can be rejected")
def _request_answered_twice(platform: Platform) -> None:
    part(platform, TOPIC).may_follow = lambda *_: True


@MUTANTS.add("request-second-answer-slips-in", "再次答复虽报错却已改状态", "a second answer is refused and yet stored")
def _request_second_answer_slips_in(platform: Platform) -> None:
    def slip(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            try:
                return handler(call)
            except demo.ApiError:
                request = platform.store.get(REQUESTS, call.params["request"])
                if request:
                    platform.store.replace(REQUESTS, request["id"], request | {"state": call.body["decision"]})
                raise

        return answer

    platform.rewire("answer_request", slip)


# --- time limits ------------------------------------------------------------------------------------------------------


@MUTANTS.add("reply-limits-absent", "未声明答复时限", "no reply limits declared")
def _reply_limits_absent(platform: Platform) -> None:
    platform.parts[SUITE].capability.pop("replyWorkingDays")


@MUTANTS.add("reply-limits-too-long", "答复时限过长", "reply limits longer than any known ones")
def _reply_limits_too_long(platform: Platform) -> None:
    platform.parts[SUITE].capability["replyWorkingDays"].update(ordinary=30, complex=60)


@MUTANTS.add("reply-limit-of-one-kind-missing", "缺一类答复时限", "the limit of one kind is not declared")
def _reply_limit_of_one_kind_missing(platform: Platform) -> None:
    platform.parts[SUITE].capability["replyWorkingDays"].pop("complex")


_request(
    "reply-without-time",
    ("已答复而无答复时间", "answered, and no time of it"),
    ORDINARY,
    lambda request: request.pop("answeredAt"),
)
_request(
    "reply-before-request",
    ("答复时间早于申请", "answered before it was submitted"),
    ORDINARY,
    lambda request: request.update(answeredAt=_day_before(request["submittedAt"])),
)


@MUTANTS.add("reply-late", "即时类申请七天后才答复", "a request to be answered at once is answered after a week")
def _reply_late(platform: Platform) -> None:
    submitted = platform.now - timedelta(days=50)

    def late(request: Row) -> None:
        request.update(submittedAt=stamp(submitted), answeredAt=stamp(submitted + timedelta(days=7)))

    platform.store.edit(REQUESTS, late, demo.Where("json_extract(body, '$.id') = ?", (QUICK,)))


@MUTANTS.add("reply-overdue", "申请两个月未答复", "a request waits for two months")
def _reply_overdue(platform: Platform) -> None:
    long_ago = stamp(platform.now - timedelta(days=60))
    waiting = demo.Where("json_extract(body, '$.id') = ?", (WAITING,))
    platform.store.edit(REQUESTS, lambda request: request.update(submittedAt=long_ago, history=[]), waiting)


# --- corrections ------------------------------------------------------------------------------------------------------


@MUTANTS.add("correction-lost", "纠错受理后查不到", "a correction is taken and lost")
def _correction_lost(platform: Platform) -> None:
    def forget(answer: Answer) -> Answer:
        platform.store.remove(CORRECTIONS, answer.payload["id"])
        return answer

    platform.alter("submit_correction", forget)


@MUTANTS.add("correction-without-state", "纠错无状态", "a correction without state")
def _correction_without_state(platform: Platform) -> None:
    platform.alter(
        "read_correction",
        lambda answer: answer.with_payload({name: value for name, value in answer.payload.items() if name != "state"}),
    )


@MUTANTS.add("correction-done-at-once", "纠错未核实即为已更正", "a correction is done before anybody looked at it")
def _correction_done_at_once(platform: Platform) -> None:
    platform.alter("read_correction", lambda answer: answer.with_payload(answer.payload | {"state": "corrected"}))


@MUTANTS.add("corrections-share-an-id", "各次纠错编号相同", "all corrections have one id")
def _corrections_share_an_id(platform: Platform) -> None:
    part(platform, TOPIC).id_for = lambda *_: "cor-1"


@MUTANTS.add("correction-text-cut", "纠错说明被截断", "what a correction says is cut")
def _correction_text_cut(platform: Platform) -> None:
    platform.alter(
        "read_correction",
        lambda answer: answer.with_payload(answer.payload | {"problem": answer.payload["problem"][:12]}),
    )

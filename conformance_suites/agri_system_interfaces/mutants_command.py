"""Mutants of commands: sending again, states and steps, final states, times of execution."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .command_states import is_final
from .reference import part
from .reference_command import COMMANDS, STATUSES, TOPIC
from .reference_data import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()


def commands(platform: Platform) -> Any:  # noqa: ANN401 -- a Commands whose methods are replaced
    """The platform's commands."""
    return part(platform, TOPIC)


def noted(name: str, zh: str, en: str, change: Callable[[Any, Row], Row | None]) -> None:
    """A mutant that writes statuses down otherwise: commands, status → what is kept, ``None`` for nothing."""

    def apply(platform: Platform) -> None:
        desk = commands(platform)
        store, right = desk.store, desk.store.add

        def add(table: str, key: str, document: Row) -> None:
            kept = change(desk, document) if table == STATUSES else document
            if kept is not None:
                right(table, key, kept)

        store.add = add

    MUTANTS.add(name, zh, en)(apply)


def shown(name: str, zh: str, en: str, change: Callable[[Row], Row]) -> None:
    """A mutant whose history shows statuses otherwise than they are."""

    def apply(platform: Platform) -> None:
        commands(platform).shown_status = change

    MUTANTS.add(name, zh, en)(apply)


# --- sent again -------------------------------------------------------------------------------------------------------


def _again(desk: Any, take: Callable[[Row, Row, Call], Answer], *, when: Callable[[Row, Row], bool]) -> None:  # noqa: ANN401 -- see commands
    right = desk.again

    def again(earlier: Row, body: Row, call: Call) -> Answer:
        found: Answer = take(earlier, body, call) if when(earlier, body) else right(earlier, body, call)
        return found

    desk.again = again


def _is_equal(earlier: Row, body: Row) -> bool:
    return bool(earlier["body"] == body)


def _is_other(earlier: Row, body: Row) -> bool:
    return not _is_equal(earlier, body)


@MUTANTS.add(
    "repeated-command-executed-twice", "重发的指令执行两次", "a command that is sent again is handed over twice"
)
def _executed_twice(platform: Platform) -> None:
    desk = commands(platform)
    right, more = desk.waiting, []

    def take(_: Row, body: Row, __: Call) -> Answer:
        more.append(body["commandId"])
        return demo.Answer(desk.status(body["commandId"]))

    def waiting(device: str) -> list[Row]:
        found: list[Row] = right(device)
        return [copy for row in found for copy in [row] * (1 + more.count(row["body"]["commandId"]))]

    desk.waiting = waiting
    _again(desk, take, when=_is_equal)


@MUTANTS.add(
    "done-command-executed-again",
    "完成后重发又执行一次",
    "a command that is sent again when it is done is executed again",
)
def _done_executed_again(platform: Platform) -> None:
    desk = commands(platform)

    def take(earlier: Row, body: Row, _: Call) -> Answer:
        name = body["commandId"]
        if is_final(desk.state(name)):
            platform.store.replace(COMMANDS, name, earlier | {"handed": False})
            desk.note(name, "PENDING")
        return demo.Answer(desk.status(name))

    _again(desk, take, when=_is_equal)


@MUTANTS.add("repeated-command-refused", "相同指令重发被拒", "the same command sent again is refused")
def _repeated_refused(platform: Platform) -> None:
    def take(_: Row, __: Row, ___: Call) -> Answer:
        raise demo.ApiError(409, 40903, "commandId used")

    _again(commands(platform), take, when=_is_equal)


@MUTANTS.add(
    "other-command-of-an-id-dropped",
    "同标识的另一指令被悄悄丢弃",
    "another command of the same id is dropped without a word",
)
def _other_dropped(platform: Platform) -> None:
    desk = commands(platform)
    _again(desk, lambda _, body, __: demo.Answer(desk.status(body["commandId"])), when=_is_other)


@MUTANTS.add(
    "other-command-of-an-id-replaces",
    "报冲突却已替换内容",
    "another command of the same id is refused, yet takes the first one's place",
)
def _other_replaces(platform: Platform) -> None:
    def take(earlier: Row, body: Row, _: Call) -> Answer:
        platform.store.replace(COMMANDS, body["commandId"], earlier | {"body": body})
        raise demo.ApiError(409, 40903, "commandId used for another command")

    _again(commands(platform), take, when=_is_other)


@MUTANTS.add(
    "command-never-handed-over", "指令受理却从不交给设备", "a command is accepted and never handed to its device"
)
def _never_handed(platform: Platform) -> None:
    commands(platform).waiting = lambda _: []


# --- states and steps -------------------------------------------------------------------------------------------------


@MUTANTS.add("any-report-taken", "任何状态报告照收", "any state that a device reports is taken")
def _any_report(platform: Platform) -> None:
    commands(platform).legal = lambda *_: True


def _also(name: str, zh: str, en: str, *pairs: tuple[str, str]) -> None:
    """A mutant that takes some illegal steps too."""

    def apply(platform: Platform) -> None:
        desk = commands(platform)
        right = desk.legal
        desk.legal = lambda before, after: (before, after) in pairs or right(before, after)

    MUTANTS.add(name, zh, en)(apply)


_also(
    "done-before-it-was-taken",
    "尚未交付即可报完成",
    "what was not handed over yet can be reported as going on, or done",
    *(("PENDING", state) for state in ("SCHEDULED", "UPDATED", "EXECUTING", "COMPLETED")),
)
_also(
    "execution-begins-again",
    "执行中可退回已接受或排程",
    "what is being executed can be reported as pending, accepted, rejected or planned again",
    *(("EXECUTING", state) for state in ("PENDING", "ACCEPTED", "REJECTED", "SCHEDULED")),
)


@MUTANTS.add("progress-report-refused", "拒收进度报告", "a second report that a command is being executed is refused")
def _progress_refused(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.legal
    desk.legal = lambda before, after: (before, after) != ("EXECUTING", "EXECUTING") and right(before, after)


@MUTANTS.add(
    "illegal-report-answered-well", "非法报告应答成功却不记录", "an illegal report is answered with success and dropped"
)
def _illegal_answered_well(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.move

    def move(name: str, state: str, **members: Any) -> Answer:  # noqa: ANN401 -- of a report
        before = desk.state(name)
        illegal = not desk.legal(before, state) and not is_final(before)
        found: Answer = demo.Answer(desk.status(name)) if illegal else right(name, state, **members)
        return found

    desk.move = move


shown(
    "tenth-state",
    "状态码表外取值",
    "a tenth state is shown",
    lambda status: status | {"statusCode": "RUNNING"} if status.get("percentCompletion") == 10 else status,  # noqa: PLR2004 -- the first report of progress
)
noted(
    "accepted-step-left-out",
    "漏记已接受状态",
    "that a command was accepted is not written down",
    lambda desk, status: (
        None
        if status["statusCode"] == "ACCEPTED" and not desk.found(status["commandId"])["body"].get("notBefore")
        else status
    ),
)
shown(
    "percentage-as-share",
    "百分比超出一百",
    "what is done is told in tenths of a per cent",
    lambda status: (
        status | {"percentCompletion": status["percentCompletion"] * 10} if status.get("percentCompletion") else status
    ),
)


def _earlier(desk: Any, status: Row) -> Row:  # noqa: ANN401 -- see commands
    early = status["statusCode"] in ("EXECUTING", "REJECTED")
    return status | {"reportTime": stamp(desk.clock() - timedelta(hours=8))} if early else status


noted(
    "report-times-go-back",
    "报告时间倒退（时区混用）",
    "reports of a device are written down eight hours early",
    _earlier,
)
noted(
    "status-of-another-command",
    "状态记在别的指令名下",
    "statuses name another command",
    lambda _, status: (
        status | {"commandId": "-"} if status["statusCode"] == "FAILED" and "message" in status else status
    ),
)

# --- final states -----------------------------------------------------------------------------------------------------

_also(
    "done-and-not-done",
    "完成后又可报执行中",
    "what is done can be reported as being executed again",
    ("COMPLETED", "EXECUTING"),
)
_also(
    "failure-turned-into-success", "失败可改报完成", "what has failed can be reported as done", ("FAILED", "COMPLETED")
)
_also("canceled-yet-done", "取消后又报完成", "what was cancelled can be reported as done", ("CANCELED", "COMPLETED"))
_also(
    "done-twice",
    "完成重复记录",
    "that a command is done is written down as often as it is said",
    ("COMPLETED", "COMPLETED"),
)


@MUTANTS.add("done-command-expires", "完成的指令到期又记失败", "a command that is done fails when it expires")
def _done_expires(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.give_up

    def give_up(name: str, why: str) -> None:
        if why == "expired" and desk.state(name) == "COMPLETED":
            desk.note(name, "FAILED", message=why)
        right(name, why)

    desk.give_up = give_up


@MUTANTS.add(
    "done-command-times-out", "完成的指令超时又记失败", "a command that is done fails when its time limit has passed"
)
def _done_times_out(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.give_up

    def give_up(name: str, why: str) -> None:
        if why != "expired" and desk.state(name) == "COMPLETED":
            desk.note(name, "FAILED", message=why)
        right(name, why)

    desk.give_up = give_up


# --- times of execution -----------------------------------------------------------------------------------------------


def _without(status: Row, state: str) -> Row:
    kept = status["statusCode"] != state
    return status if kept else {name: value for name, value in status.items() if name != "executionTime"}


shown(
    "done-without-time",
    "完成无执行时间",
    "what is done does not say when",
    lambda status: _without(status, "COMPLETED"),
)
shown(
    "planned-without-time",
    "排程无执行时间",
    "what is planned does not say when",
    lambda status: _without(status, "SCHEDULED"),
)


@MUTANTS.add(
    "time-only-if-device-says",
    "设备未报则无执行时间",
    "when a command was executed is shown only if its device said it",
)
def _time_only_if_told(platform: Platform) -> None:
    commands(platform).executed = lambda _: {}


def _ends_turned(status: Row) -> Row:
    time = status.get("executionTime") or {}
    if status["statusCode"] != "COMPLETED" or not time.get("end"):
        return status
    return status | {"executionTime": {"start": time["end"], "end": "2020-01-01T00:00:00+08:00"}}


shown("done-before-it-began", "结束早于开始", "a command ends before it begins", _ends_turned)

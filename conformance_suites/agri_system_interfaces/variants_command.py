"""Legal variants of commands: other ways in which a conforming platform hands them over and follows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .command_states import is_final
from .reference import SUITE, part, unknown
from .reference_command import COMMANDS, STATUSES, TOPIC, callback_of
from .reference_data import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()


def _commands(platform: Platform) -> Any:  # noqa: ANN401 -- a Commands whose methods are replaced
    return part(platform, TOPIC)


def _capability(platform: Platform) -> Row:
    found: Row = platform.parts[SUITE].capability
    return found


# --- how commands come to the device ----------------------------------------------------------------------------------


@VARIANTS.add("command-by-callback", "设备只以回调方式接收指令", "devices are called back, and cannot ask")
def _by_callback(platform: Platform) -> None:
    _capability(platform)["commandDelivery"] = ["callback"]
    platform.refuse("take_commands", unknown("interface"))


@VARIANTS.add("command-accepted-by-device", "由设备自己报告已接受", "that a command was accepted, only its device says")
def _accepted_by_device(platform: Platform) -> None:
    desk = _commands(platform)

    def hand_over(name: str) -> None:
        platform.store.replace(COMMANDS, name, desk.found(name) | {"handed": True})

    desk.hand_over = hand_over
    right = desk.shown
    desk.shown = lambda name: {member: value for member, value in right(name).items() if member != "statusCode"}


@VARIANTS.add(
    "command-polled-until-acknowledged",
    "确认前每次轮询都给出指令",
    "a command is given at each asking until its device accepts it",
)
def _polled_until_acknowledged(platform: Platform) -> None:
    _accepted_by_device(platform)
    desk = _commands(platform)
    hand_over, right = desk.hand_over, desk.move
    desk.hand_over = lambda _: None

    def move(name: str, state: str, **members: Any) -> Answer:  # noqa: ANN401 -- of a report
        found: Answer = right(name, state, **members)
        hand_over(name)
        return found

    desk.move = move


@VARIANTS.add("command-queue-lags", "指令两秒后才可取", "a command can be taken two seconds after it was issued")
def _queue_lags(platform: Platform) -> None:
    desk = _commands(platform)
    right = desk.is_due
    issued: dict[str, float] = {}
    keep = desk.keep

    def kept(call: Call, body: Row) -> None:
        keep(call, body)
        issued[body["commandId"]] = platform.clock().timestamp()

    desk.keep = kept
    desk.is_due = lambda row: platform.clock().timestamp() >= issued.get(row["body"]["commandId"], 0) + 2 and right(row)


@VARIANTS.add(
    "command-synchronous",
    "同步执行：应答即为最终状态",
    "commands are executed while one waits: the answer is the final state",
)
def _synchronous(platform: Platform) -> None:
    _by_callback(platform)
    _capability(platform)["policies"]["offlineCommand"] = "refuse"
    desk = _commands(platform)
    desk.begin = lambda name, device: _executed(platform, name, device)
    check = desk.check

    def checked(body: Row) -> None:
        if body.get("notBefore"):
            raise demo.ApiError(422, 42201, "commands for later are not taken")
        check(body)

    desk.check = checked

    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            try:
                return replace(handler(call), status=200)
            except demo.ApiError as error:
                if error.code != 40002:  # noqa: PLR2004 -- a parameter
                    raise
                status = {"commandId": call.body["commandId"], "statusCode": "REJECTED", "message": error.message}
                return demo.Answer(status | {"reportTime": stamp(platform.clock())})

        return answer

    platform.rewire("issue_command", change)


def _executed(platform: Platform, name: str, device: Row) -> None:
    """The device is called, and its answer is the outcome; of what went before, nothing is kept."""
    desk = _commands(platform)
    began = stamp(platform.clock())
    reached = 0 < platform.deliver(callback_of(device), desk.shown(name)) < 300  # noqa: PLR2004 -- HTTP
    platform.store.remove(STATUSES, name)
    platform.store.replace(COMMANDS, name, desk.found(name) | {"handed": True})
    times = {"executionTime": {"start": began, "end": stamp(platform.clock())}}
    desk.note(name, "COMPLETED" if reached else "FAILED", **(times if reached else {"message": "no answer"}))


# --- commands for later -----------------------------------------------------------------------------------------------


@VARIANTS.add(
    "command-without-scheduled-state", "定时指令到时前一直待接收", "a command for later is pending until it is due"
)
def _without_scheduled(platform: Platform) -> None:
    _noting(platform, lambda status, _: status if status["statusCode"] != "SCHEDULED" else None)
    desk = _commands(platform)
    right = desk.note

    def note(name: str, state: str, **members: Any) -> None:  # noqa: ANN401 -- of a status
        body = desk.found(name)["body"]
        early = body.get("notBefore") and not desk.found(name)["handed"]
        if not (early and state in ("ACCEPTED", "SCHEDULED")):
            right(name, state, **members)

    desk.note = note


@VARIANTS.add("command-only-at-once", "不支持定时指令", "commands for later are refused: 501")
def _only_at_once(platform: Platform) -> None:
    desk = _commands(platform)
    right = desk.check

    def check(body: Row) -> None:
        if body.get("notBefore"):
            raise demo.ApiError(501, 50101, "option unsupported")
        right(body)

    desk.check = check


# --- histories --------------------------------------------------------------------------------------------------------


@VARIANTS.add(
    "command-history-newest-first", "状态列表先新后旧", "the history of a command begins with its newest status"
)
def _newest_first(platform: Platform) -> None:
    desk = _commands(platform)

    def change(_: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            where = demo.Where("key = ?", (desk.own(call),))
            return platform.listed(call, STATUSES, where, order="position DESC")

        return answer

    platform.rewire("command_history", change)


def _noting(platform: Platform, change: Callable[[Row, Any], Row | None]) -> None:
    """Statuses are written down otherwise, or not."""
    store: Any = platform.store
    right = store.add

    def add(table: str, key: str, document: Row) -> None:
        kept = change(document, right) if table == STATUSES else document
        if kept is not None:
            right(table, key, kept)

    store.add = add


@VARIANTS.add(
    "command-updated-states", "进度变化另记 UPDATED", "progress is written down as an update, then as execution"
)
def _updated_states(platform: Platform) -> None:
    def change(status: Row, add: Any) -> Row:  # noqa: ANN401 -- the store's
        if status.get("percentCompletion") == 60:  # noqa: PLR2004 -- the second report of progress
            add(STATUSES, status["commandId"], status | {"statusCode": "UPDATED"})
        if status["statusCode"] == "SCHEDULED":
            add(STATUSES, status["commandId"], status)
            return status | {"statusCode": "UPDATED"}
        return status

    _noting(platform, change)


@VARIANTS.add(
    "command-progress-not-kept",
    "不记进度，只记状态变化",
    "repeated reports of a state are answered, and not written down",
)
def _progress_not_kept(platform: Platform) -> None:
    desk = _commands(platform)
    right = desk.note

    def note(name: str, state: str, **members: Any) -> None:  # noqa: ANN401 -- of a status
        if state != "EXECUTING" or desk.state(name) != "EXECUTING":
            right(name, state, **members)

    desk.note = note


@VARIANTS.add("command-device-time-kept", "状态沿用设备所报时间", "a status has the time that the device reports")
def _device_time(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            found = handler(call)
            told = call.body.get("reportTime") if isinstance(call.body, dict) else None
            name = call.params["command"]
            rows = _commands(platform).statuses(name)
            platform.store.remove(STATUSES, name)
            for row in [*rows[:-1], rows[-1] | {"reportTime": told or rows[-1]["reportTime"]}]:
                platform.store.add(STATUSES, name, row)
            return found

        return answer

    platform.rewire("report_command", change)


@VARIANTS.add(
    "command-late-reports-ignored",
    "终态后的报告应答成功但不记录",
    "what a device reports after the end is answered well, and not written down",
)
def _late_reports_ignored(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            desk, name = _commands(platform), call.params["command"]
            late = platform.store.get(COMMANDS, name) is not None and is_final(desk.state(name))
            return demo.Answer(desk.status(name)) if late else handler(call)

        return answer

    platform.rewire("report_command", change)


@VARIANTS.add(
    "command-completed-needs-time",
    "设备未报执行时间的完成报告被拒",
    "a report of completion that does not say when is refused",
)
def _completed_needs_time(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            body = call.body if isinstance(call.body, dict) else {}
            if body.get("statusCode") == "COMPLETED" and not body.get("executionTime"):
                raise demo.ApiError(400, 40002, "invalid field: executionTime")
            return handler(call)

        return answer

    platform.rewire("report_command", change)

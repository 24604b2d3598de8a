"""Mutants of commands that must not be executed: parameters, expiry, devices that are off-line, cancelling."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_command import commands
from .reference_command import COMMANDS, WAITING
from .reference_data import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
TARGET, ALL = "percent", 100


# --- parameters -------------------------------------------------------------------------------------------------------


def _unchecked(name: str, zh: str, en: str, unseen: Callable[[Row], bool]) -> None:
    """A mutant that does not check parameters of some kind."""

    def apply(platform: Platform) -> None:
        desk = commands(platform)
        right = desk.check
        desk.check = lambda body: None if unseen(body["parameters"]) else right(body)

    MUTANTS.add(name, zh, en)(apply)


_unchecked(
    "opening-beyond-all", "开度超出 100 照收", "an opening above 100 is taken", lambda given: given.get(TARGET, 0) > ALL
)
_unchecked(
    "negative-duration", "负时长照收", "a negative duration is taken", lambda given: given.get("durationS", 0) < 0
)
_unchecked(
    "duration-and-volume",
    "时长与水量并存照收",
    "a duration and a volume at once are taken",
    lambda given: {"durationS", "volumeM3"} <= set(given),
)


@MUTANTS.add("opening-cut-to-range", "超限开度悄悄截为 100", "an opening above 100 is cut to 100 without a word")
def _opening_cut(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            body = call.body if isinstance(call.body, dict) else {}
            given = body.get("parameters") or {}
            cut = given | {TARGET: min(given[TARGET], ALL)} if TARGET in given else given
            return handler(replace(call, body=body | {"parameters": cut}))

        return answer

    platform.rewire("issue_command", change)


def _checking(platform: Platform, change: Callable[[Any, Row, demo.ApiError], None]) -> None:
    """What is done with wrong parameters instead of refusing them: they are taken as a command first."""
    desk = commands(platform)
    right = desk.check
    wrong: dict[str, demo.ApiError] = {}

    def check(body: Row) -> None:
        try:
            right(body)
        except demo.ApiError as error:
            wrong[body["commandId"]] = error

    keep = desk.keep

    def kept(call: Call, body: Row) -> None:
        keep(call, body)
        if body["commandId"] in wrong:
            change(desk, body, wrong[body["commandId"]])

    desk.check, desk.keep = check, kept


@MUTANTS.add("rejected-without-reason", "拒绝不说明原因", "wrong parameters are rejected without a reason")
def _rejected_without_reason(platform: Platform) -> None:
    _checking(platform, lambda desk, body, _: desk.note(body["commandId"], "REJECTED"))


@MUTANTS.add(
    "rejected-yet-handed-over",
    "已拒绝仍交给设备",
    "a command with wrong parameters is rejected and handed over all the same",
)
def _rejected_yet_handed(platform: Platform) -> None:
    desk = commands(platform)
    rejected: list[Row] = []
    right = desk.waiting

    def change(_: Any, body: Row, error: demo.ApiError) -> None:  # noqa: ANN401 -- see commands
        desk.note(body["commandId"], "REJECTED", message=error.message)
        rejected.append(body)

    def waiting(device: str) -> list[Row]:
        mine = [desk.found(body["commandId"]) for body in rejected if body["deviceId"] == device]
        return [*right(device), *mine]

    desk.waiting = waiting
    _checking(platform, change)


@MUTANTS.add("wrong-parameters-crash", "参数错误致服务崩溃", "wrong parameters end in a crash")
def _crash(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.check

    def check(body: Row) -> None:
        try:
            right(body)
        except demo.ApiError as error:
            raise demo.ApiError(500, 50001, "internal error") from error

    desk.check = check


# --- expired, off-line ------------------------------------------------------------------------------------------------


@MUTANTS.add("expired-command-executed", "过期指令仍下发执行", "expiry is not looked at: the command is executed later")
def _expired_executed(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.give_up
    desk.is_over = lambda _: False
    desk.give_up = lambda name, why: None if why == "expired" else right(name, why)


@MUTANTS.add(
    "expired-command-handed-over-late",
    "记失败后仍交给设备",
    "an expired command has failed and is handed to the device all the same",
)
def _expired_handed(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.waiting

    def waiting(device: str) -> list[Row]:
        where = demo.Where("json_extract(body, '$.body.deviceId') = ?", (device,))
        unseen = [row for row in platform.store.all(COMMANDS, where) if not row["handed"] and desk.is_over(row)]
        return [*right(device), *unseen]

    desk.waiting = waiting


@MUTANTS.add("expired-command-stays-pending", "过期指令一直待接收", "an expired command stays pending for ever")
def _expired_pending(platform: Platform) -> None:
    desk = commands(platform)
    over = desk.is_over
    right = desk.give_up

    def give_up(name: str, why: str) -> None:
        if not over(desk.found(name)):
            right(name, why)

    desk.give_up = give_up


@MUTANTS.add("expired-command-called-done", "过期指令记为完成", "an expired command is written down as done")
def _expired_done(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.give_up

    def give_up(name: str, why: str) -> None:
        if why != "expired":
            right(name, why)
        elif not desk.found(name)["handed"] and desk.state(name) in WAITING:
            now = stamp(desk.clock())
            for state in ("ACCEPTED", "COMPLETED"):
                desk.note(name, state, executionTime={"start": now, "end": now})

    desk.give_up = give_up


@MUTANTS.add(
    "off-line-command-never-ends",
    "离线设备的指令永无结果",
    "a command to a device that is off-line never comes to an end",
)
def _never_ends(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.give_up
    desk.give_up = lambda name, why: right(name, why) if why == "expired" else None


@MUTANTS.add(
    "off-line-command-ends-late",
    "离线设备的指令超时后一分钟才报失败",
    "a command to a device that is off-line fails a minute later than declared",
)
def _ends_late(platform: Platform) -> None:
    commands(platform).timeout += 60.0


@MUTANTS.add(
    "off-line-command-called-done",
    "离线设备的指令报完成",
    "a command to a device that is off-line is written down as done",
)
def _called_done(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.give_up

    def give_up(name: str, why: str) -> None:
        if why == "expired" or desk.found(name)["handed"] or desk.state(name) not in WAITING:
            right(name, why)
            return
        now = stamp(desk.clock())
        for state in ("ACCEPTED", "COMPLETED"):
            desk.note(name, state, executionTime={"start": now, "end": now})

    desk.give_up = give_up


@MUTANTS.add(
    "timed-out-command-handed-over",
    "超时记失败后仍交给设备",
    "a command that has failed for want of an answer is handed to the device all the same",
)
def _timed_out_handed(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.waiting

    def waiting(device: str) -> list[Row]:
        where = demo.Where("json_extract(body, '$.body.deviceId') = ?", (device,))
        rows = [row for row in platform.store.all(COMMANDS, where) if not row["handed"] and not desk.is_over(row)]
        return [*right(device), *(row for row in rows if desk.state(row["body"]["commandId"]) == "FAILED")]

    desk.waiting = waiting


@MUTANTS.add(
    "off-line-refused-as-unknown",
    "离线设备的指令应答 404",
    "a command to a device that is off-line is refused as if the device were unknown",
)
def _refused_as_unknown(platform: Platform) -> None:
    _if_offline(platform, demo.ApiError(404, 40401, "unknown device"))


@MUTANTS.add("off-line-policy-broken", "声明排队却当场拒绝", "commands are said to be queued, and are refused")
def _policy_broken(platform: Platform) -> None:
    _if_offline(platform, demo.ApiError(503, 50301, "device off-line"))


def _if_offline(platform: Platform, error: demo.ApiError) -> None:
    desk = commands(platform)
    right = desk.device

    def device(call: Call, name: str) -> Row:
        found: Row = right(call, name)
        if found["status"] == "offline" and "device" not in call.params:
            raise error
        return found

    desk.device = device


# --- cancelling -------------------------------------------------------------------------------------------------------


@MUTANTS.add("cancel-without-effect", "取消应答成功却无效", "cancelling is answered with success and does nothing")
def _cancel_without_effect(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.move

    def move(name: str, state: str, **members: Any) -> Answer:  # noqa: ANN401 -- of a report
        ignored = state == "CANCELED" and desk.legal(desk.state(name), state)
        found: Answer = demo.Answer(desk.status(name)) if ignored else right(name, state, **members)
        return found

    desk.move = move


@MUTANTS.add("canceled-command-handed-over", "已取消的指令仍交给设备", "a cancelled command is handed to the device")
def _canceled_handed(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.waiting

    def waiting(device: str) -> list[Row]:
        where = demo.Where("json_extract(body, '$.body.deviceId') = ?", (device,))
        rows = platform.store.all(COMMANDS, where)
        unseen = [row for row in rows if not row["handed"] and desk.state(row["body"]["commandId"]) == "CANCELED"]
        return [*right(device), *unseen]

    desk.waiting = waiting


@MUTANTS.add("running-command-not-canceled", "执行中的指令不能取消", "what is being executed cannot be cancelled")
def _running_not_canceled(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.legal
    desk.legal = lambda before, after: (before, after) != ("EXECUTING", "CANCELED") and right(before, after)


@MUTANTS.add("failed-command-canceled", "失败的指令仍可取消", "what has failed can be cancelled")
def _failed_canceled(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.legal
    desk.legal = lambda before, after: (before, after) == ("FAILED", "CANCELED") or right(before, after)


@MUTANTS.add(
    "final-cancel-answered-well", "取消已完成的指令应答成功", "cancelling what is done is answered with success"
)
def _final_cancel_well(platform: Platform) -> None:
    desk = commands(platform)
    right = desk.move

    def move(name: str, state: str, **members: Any) -> Answer:  # noqa: ANN401 -- of a report
        before = desk.state(name)
        ignored = state == "CANCELED" and before == "COMPLETED"
        found: Answer = demo.Answer(desk.status(name)) if ignored else right(name, state, **members)
        return found

    desk.move = move

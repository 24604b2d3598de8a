"""Legal variants of commands that are not executed: refused or rejected later, off-line devices, cancelling, audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import AUDIT, SUITE, part
from .reference_command import TOPIC
from .reference_data import DEVICES

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
ONLINE = ("online", "offline")


def _commands(platform: Platform) -> Any:  # noqa: ANN401 -- a Commands whose methods are replaced
    return part(platform, TOPIC)


def _capability(platform: Platform) -> Row:
    found: Row = platform.parts[SUITE].capability
    return found


# --- what is not executed ---------------------------------------------------------------------------------------------


@VARIANTS.add("command-rejected-later", "参数错误两秒后才拒绝", "wrong parameters are rejected two seconds later")
def _rejected_later(platform: Platform) -> None:
    desk = _commands(platform)
    right, keep, due = desk.check, desk.keep, desk.is_due
    wrong: dict[str, str] = {}

    def check(body: Row) -> None:
        try:
            right(body)
        except demo.ApiError as error:
            wrong[body["commandId"]] = error.message

    def kept(call: Call, body: Row) -> None:
        name = body["commandId"]
        keep(call, body)
        if name in wrong:
            platform.later(2.0, lambda: desk.note(name, "REJECTED", message=wrong[name]))

    desk.check, desk.keep = check, kept
    desk.is_due = lambda row: row["body"]["commandId"] not in wrong and due(row)


def _offline(platform: Platform, status: int, code: int) -> None:
    _capability(platform)["policies"]["offlineCommand"] = "refuse"
    desk = _commands(platform)
    right = desk.check

    def check(body: Row) -> None:
        right(body)
        device = platform.store.get(DEVICES, body["deviceId"])
        if device and device["status"] == "offline":
            raise demo.ApiError(status, code, "device off-line")

    desk.check = check


@VARIANTS.add("command-offline-unavailable", "设备离线当场应答 503", "a command to a device that is off-line gets 503")
def _offline_unavailable(platform: Platform) -> None:
    _offline(platform, 503, 50301)


@VARIANTS.add(
    "command-offline-found-out",
    "平台自行判断设备离线",
    "whether a device is off-line the farm finds out itself, and refuses to be told",
)
def _offline_found_out(platform: Platform) -> None:
    _capability(platform)["policies"]["offlineCommand"] = "refuse"

    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            told = isinstance(call.body, dict) and list(call.body) == ["status"] and call.body["status"] in ONLINE
            if told and platform.store.get(DEVICES, call.params["device"])["status"] in ONLINE:
                raise demo.ApiError(400, 40002, "invalid field: status")
            return handler(call)

        return answer

    platform.rewire("update_device", change)


@VARIANTS.add("command-offline-timeout", "设备离线应答 504", "a command to a device that is off-line gets 504")
def _offline_timeout(platform: Platform) -> None:
    _offline(platform, 504, 50401)


@VARIANTS.add(
    "command-time-limit-undeclared", "未声明指令时限与离线策略", "neither time limit nor policy of commands is declared"
)
def _undeclared(platform: Platform) -> None:
    capability = _capability(platform)
    for name in ("commandTimeoutS", "commandDelivery"):
        del capability[name]
    del capability["policies"]["offlineCommand"]


@VARIANTS.add(
    "command-expiry-seen-late",
    "过期在时限到时才记失败",
    "expiry is written down when the time limit passes, not before",
)
def _expiry_seen_late(platform: Platform) -> None:
    desk = _commands(platform)
    right = desk.give_up
    desk.give_up = lambda name, why: None if why == "expired" else right(name, why)


@VARIANTS.add("command-canceled-later", "取消异步生效", "a command is cancelled two seconds after it was asked for")
def _canceled_later(platform: Platform) -> None:
    desk = _commands(platform)
    right, due = desk.move, desk.is_due
    asked: set[str] = set()

    def move(name: str, state: str, **members: Any) -> Answer:  # noqa: ANN401 -- of a report
        if state != "CANCELED" or not desk.legal(desk.state(name), state):
            found: Answer = right(name, state, **members)
            return found
        asked.add(name)
        platform.later(2.0, lambda: right(name, state) if desk.legal(desk.state(name), state) else None)
        return demo.Answer(desk.status(name), {}, 202)

    desk.move = move
    desk.is_due = lambda row: row["body"]["commandId"] not in asked and due(row)


@VARIANTS.add(
    "command-audit-by-device", "审计对象记为设备", "the audit log names the device of a command, not the command"
)
def _audit_by_device(platform: Platform) -> None:
    store: Any = platform.store
    right = store.add

    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            device = str(call.body.get("deviceId")) if isinstance(call.body, dict) else "-"

            def add(table: str, key: str, document: Row) -> None:
                named = table == AUDIT and document["action"] == "issue_command"
                right(table, device if named else key, document | {"object": device} if named else document)

            store.add = add
            try:
                return handler(call)
            finally:
                store.add = right

        return answer

    platform.rewire("issue_command", change)

"""Mutants of the registry: states of devices, changes of members, removal and history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_registry import around, registry
from .reference import SUITE
from .reference_data import DEVICES, REMOVED
from .reference_observations import where

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
POST = "post_observation"

# --- status -----------------------------------------------------------------------------------------------------------


@MUTANTS.add("status-of-a-sixth-kind", "设备列表状态为表外值", "a listed device sleeps")
def _sixth_status(platform: Platform) -> None:
    def asleep(row: Row) -> Row:
        return row | {"status": "sleeping"} if row["deviceId"] == "cl-0003" else row

    platform.alter(
        "list_devices",
        lambda answer: answer.with_payload(answer.payload | {"list": [asleep(row) for row in answer.payload["list"]]}),
    )


@MUTANTS.add("unknown-status-taken", "表外状态照收", "a state that is none is taken")
def _unknown_status(platform: Platform) -> None:
    registry(platform).rules["status"] = lambda value: isinstance(value, str)


@MUTANTS.add("status-refused-and-kept", "表外状态报错却已保存", "a state that is none is refused and kept")
def _status_refused_and_kept(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        try:
            return handler(call)
        except demo.ApiError as error:
            if error.message.endswith("status"):
                row = platform.store.get(DEVICES, call.params["device"])
                platform.store.replace(DEVICES, row["deviceId"], row | call.body)
            raise

    around(platform, "update_device", change)


def _is_disabled(platform: Platform, call: Call) -> bool:
    name = call.body.get("deviceId") if isinstance(call.body, dict) else None
    row = platform.store.get(DEVICES, name) if isinstance(name, str) else None
    return row is not None and row["status"] == "disabled"


def posting(name: str, zh: str, en: str, change: Callable[[Platform, Call, Handler], Answer]) -> None:
    """A mutant that treats the observations of disabled devices otherwise."""

    def apply(platform: Platform) -> None:
        around(
            platform,
            POST,
            lambda call, handler: change(platform, call, handler) if _is_disabled(platform, call) else handler(call),
        )

    MUTANTS.add(name, zh, en)(apply)


def _enabled(platform: Platform, call: Call, handler: Handler) -> Answer:
    """The answer that the device would get if it were not disabled."""
    row = platform.store.get(DEVICES, call.body["deviceId"])
    platform.store.replace(DEVICES, row["deviceId"], row | {"status": "online"})
    try:
        return handler(call)
    finally:
        platform.store.replace(DEVICES, row["deviceId"], row)


def _stored_in_secret(platform: Platform, call: Call, handler: Handler) -> Answer:
    _enabled(platform, call, handler)
    return handler(call)


posting("disabled-device-heard", "停用设备的数据照收", "a disabled device's observations are taken", _enabled)
posting(
    "disabled-device-heard-in-secret",
    "停用设备的数据报错却已入库",
    "a disabled device's observations are refused and stored",
    _stored_in_secret,
)
posting(
    "disabled-device-dropped-silently",
    "停用设备的数据悄悄丢弃",
    "a disabled device's observations are dropped without a word",
    lambda *_: demo.Answer({"index": 0, "status": "accepted", "code": 0, "message": "ok", "flag": "N"}, status=201),
)


@MUTANTS.add("disabled-for-ever", "停用后不能再启用", "a disabled device cannot be enabled again")
def _disabled_for_ever(platform: Platform) -> None:
    part = registry(platform)
    right = part.merged

    def merged(row: Row, changes: Row) -> Row:
        kept = {"status": "disabled"} if row["status"] == "disabled" else {}
        return right(row, changes | kept)  # type: ignore[no-any-return]

    part.merged = merged


@MUTANTS.add(
    "status-change-unheard", "停用请求应答成功却不生效", "switching a device off is answered well and not done"
)
def _status_unheard(platform: Platform) -> None:
    part = registry(platform)
    right = part.merged
    part.merged = lambda row, changes: right(row, {name: one for name, one in changes.items() if name != "status"})


# --- changes ----------------------------------------------------------------------------------------------------------


def merging(name: str, zh: str, en: str, change: Callable[[Row, Row], Row]) -> None:
    """A mutant that changes devices otherwise: the device, the changes → what is kept."""

    def apply(platform: Platform) -> None:
        registry(platform).merged = lambda row, changes: {
            member: value for member, value in change(row, changes).items() if value is not None
        }

    MUTANTS.add(name, zh, en)(apply)


def _unmarked(row: Row, changes: Row) -> Row:
    return row | {"testDevice": False} | changes


def _without_optional(row: Row, changes: Row) -> Row:
    return {name: one for name, one in row.items() if name not in ("serialNumber", "installedAt")} | changes


merging("change-resets-flags", "修改后未给出的标志复位", "a change resets flags that it does not name", _unmarked)
merging(
    "change-drops-the-rest",
    "修改后可选成员丢失",
    "a change loses optional members that it does not name",
    _without_optional,
)
merging(
    "change-of-some-members-alone",
    "固件版本改不了",
    "a change of the firmware's version is answered well and not done",
    lambda row, changes: row | {name: one for name, one in changes.items() if name != "firmwareVersion"},
)
merging(
    "change-appends",
    "重复修改名称累加",
    "the same change twice makes another name",
    lambda row, changes: (
        row | changes | ({"name": f"{changes['name']}（2）"} if changes.get("name") == row["name"] else {})
    ),
)


@MUTANTS.add("change-needs-the-whole-device", "修改须给出全部成员", "a change must name all members")
def _whole(platform: Platform) -> None:
    part = registry(platform)
    right = part.update_device

    def update(call: Call, _: Handler) -> Answer:
        if not {"name", "channels"} <= call.body.keys() and "status" not in call.body:
            raise demo.ApiError(400, 40002, "invalid field: channels")
        return right(call)  # type: ignore[no-any-return]

    around(platform, "update_device", update)


@MUTANTS.add("change-of-all-devices", "修改波及同型号设备", "a change reaches all devices of the same model and object")
def _of_all(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        answer = handler(call)
        row = answer.payload
        given = {name: one for name, one in call.body.items() if name in ("name", "firmwareVersion")}
        alike = where(modelId=row["modelId"], objectId=row["objectId"])
        platform.store.edit(DEVICES, lambda other: other.update(given), alike)
        return answer

    around(platform, "update_device", change)


# --- removal ----------------------------------------------------------------------------------------------------------


@MUTANTS.add("removed-and-still-there", "注销后仍可读取", "a removed device can still be read")
def _still_there(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        try:
            return handler(call)
        except demo.ApiError:
            row = platform.store.get(REMOVED, call.params["device"])
            if row is None:
                raise
            return demo.Answer(row)

    around(platform, "read_device", change)


@MUTANTS.add("removed-and-empty", "注销后读取应答空内容", "a removed device is answered 200 with nothing")
def _empty(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        try:
            return handler(call)
        except demo.ApiError:
            if platform.store.get(REMOVED, call.params["device"]) is None:
                raise
            return demo.Answer({})

    around(platform, "read_device", change)


@MUTANTS.add("removed-and-still-listed", "注销后仍在列表", "a removed device is still listed")
def _still_listed(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        answer = handler(call)
        gone = [row for row in platform.store.all(REMOVED) if row["deviceId"].endswith("032")]
        listed = answer.payload["list"]
        return answer.with_payload(answer.payload | {"list": listed + gone, "total": len(listed + gone)})

    around(platform, "list_devices", change)


@MUTANTS.add("removed-with-all-of-its-name", "注销连带同前缀设备", "a removal takes all devices whose ids begin alike")
def _with_neighbours(platform: Platform) -> None:
    part = registry(platform)
    right = part.forget

    def forget(row: Row) -> None:
        for other in platform.store.all(DEVICES):
            if other["deviceId"].startswith(f"{row['deviceId']}-"):
                right(other)
        right(row)

    part.forget = forget


@MUTANTS.add("history-lost-silently", "声明保留却清除历史", "history is declared as kept, and lost")
def _history_lost(platform: Platform) -> None:
    part = registry(platform)
    right = part.forget

    def forget(row: Row) -> None:
        right(row)
        platform.parts[SUITE].observations.remove(row["deviceId"])

    part.forget = forget


@MUTANTS.add("history-kept-silently", "声明清除却保留历史", "history is declared as removed, and kept")
def _history_kept(platform: Platform) -> None:
    part = registry(platform)
    right = part.forget

    def forget(row: Row) -> None:
        policies = platform.parts[SUITE].capability["policies"]
        policies["deletedHistory"] = "kept"
        right(row)
        policies["deletedHistory"] = "removed"

    part.forget = forget
    platform.parts[SUITE].capability["policies"]["deletedHistory"] = "removed"


@MUTANTS.add("history-undeclared", "未声明历史如何保留", "it is not declared what becomes of history")
def _history_undeclared(platform: Platform) -> None:
    part = registry(platform)
    policies = platform.parts[SUITE].capability["policies"]
    right = part.forget

    def forget(row: Row) -> None:
        policies["deletedHistory"] = "kept"
        right(row)
        del policies["deletedHistory"]

    part.forget = forget
    del policies["deletedHistory"]

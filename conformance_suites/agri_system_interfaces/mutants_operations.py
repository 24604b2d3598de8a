"""Mutants of operation: what is missing or wrong in the audit log, in the counts of devices, in the control of rate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import AUDIT, SUITE, part
from .reference_data import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()


# --- audit ------------------------------------------------------------------------------------------------------------


def _audited(platform: Platform, kept: Callable[[str, str], bool]) -> None:
    """Only some events go into the log, by action and result."""
    farm = platform.parts[SUITE]
    usual = farm.audit

    def audit(call: Call, action: str, target: str, result: str) -> None:
        if kept(action, result):
            usual(call, action, target, result)

    farm.audit = audit


@MUTANTS.add("audit-without-removals", "审计不记注销", "removals are not in the log")
def _audit_without_removals(platform: Platform) -> None:
    _audited(platform, lambda action, _: action != "remove_device")


@MUTANTS.add("audit-without-commands", "审计不记下发的指令", "commands that were issued are not in the log")
def _audit_without_commands(platform: Platform) -> None:
    _audited(platform, lambda action, result: action != "issue_command" or result != "ok")


@MUTANTS.add("audit-goes-with-device", "注销设备连同审计一并删除", "the events of a device go with it")
def _audit_goes_with_device(platform: Platform) -> None:
    def removed(call: Call, handler: Handler) -> Answer:
        answer = handler(call)
        platform.store.remove(AUDIT, call.params["device"])
        return answer

    platform.rewire("remove_device", lambda handler: lambda call: removed(call, handler))


def _told(name: str, zh: str, en: str, change: Callable[[Row], Row]) -> None:
    """A mutant that shows events otherwise."""

    def altered(answer: Answer) -> Answer:
        return answer.with_payload(answer.payload | {"list": [change(row) for row in answer.payload["list"]]})

    MUTANTS.add(name, zh, en)(lambda platform: platform.alter("operation_log", altered))


def _shifted(row: Row) -> Row:
    """Local time under the name of UTC."""
    return row | {"at": stamp(datetime.fromisoformat(row["at"]) + timedelta(hours=8))}


_told("audit-by-nobody", "审计不知操作者", "the log does not know who", lambda row: row | {"by": "anonymous"})
_told("audit-without-result", "审计无结果", "events without a result", lambda row: row | {"result": None})
_told("audit-time-shifted", "审计时间差八小时", "the times of the log are eight hours off", _shifted)
_told("audit-one-action", "审计不分操作", "the log calls every action the same", lambda row: row | {"action": "write"})


# --- health -----------------------------------------------------------------------------------------------------------


def _counts(platform: Platform, change: Callable[[Row], Row]) -> None:
    operations = part(platform, "operations")
    usual = operations.counts
    operations.counts = lambda call: change(usual(call))


@MUTANTS.add("health-without-version", "健康检查无版本", "health tells no version")
def _health_without_version(platform: Platform) -> None:
    def bare(answer: Answer) -> Answer:
        return answer.with_payload({name: value for name, value in answer.payload.items() if name != "version"})

    platform.alter("health", bare)


@MUTANTS.add("health-without-counts", "健康检查无在线统计", "health does not count the devices")
def _health_without_counts(platform: Platform) -> None:
    def bare(answer: Answer) -> Answer:
        return answer.with_payload({name: value for name, value in answer.payload.items() if name != "devices"})

    platform.alter("health", bare)


@MUTANTS.add("health-total-without-disabled", "合计不含停用设备", "the total leaves out disabled devices")
def _health_total_without_disabled(platform: Platform) -> None:
    _counts(platform, lambda told: told | {"total": told["total"] - told["disabled"]})


@MUTANTS.add("health-offline-as-online", "离线设备计为在线", "devices that are off-line are counted as on-line")
def _health_offline_as_online(platform: Platform) -> None:
    _counts(platform, lambda told: told | {"online": told["online"] + told["offline"], "offline": 0})


@MUTANTS.add("health-counts-of-yesterday", "在线统计不更新", "the counts are those of some time ago")
def _health_counts_of_yesterday(platform: Platform) -> None:
    _counts(platform, lambda told: told | {"online": told["online"] - 1, "total": told["total"] - 1})


@MUTANTS.add("device-status-always-online", "设备状态总是在线", "every device's status is on-line")
def _device_status_always_online(platform: Platform) -> None:
    platform.alter("device_status", lambda answer: answer.with_payload(answer.payload | {"status": "online"}))


# --- rate -------------------------------------------------------------------------------------------------------------


@MUTANTS.add("rate-without-retry-after", "429 不带 Retry-After", "429 comes without Retry-After")
def _rate_without_retry_after(platform: Platform) -> None:
    demo.wire_faults.too_often(platform, lambda error: demo.ApiError(error.status, error.code, error.message))


@MUTANTS.add("rate-as-unavailable", "超频返回 503", "who asks too often is answered with 503")
def _rate_as_unavailable(platform: Platform) -> None:
    demo.wire_faults.too_often(platform, lambda error: demo.ApiError(503, 50301, error.message, error.headers))


@MUTANTS.add("rate-not-kept", "声明频次而不控制", "a rate is declared, and nobody controls it")
def _rate_not_kept(platform: Platform) -> None:
    platform.verifier.meter = lambda _: None  # type: ignore[assignment, method-assign]


@MUTANTS.add(
    "rate-refused-yet-stored", "超频的观测先入库后拒绝", "an observation over the rate is stored, then refused"
)
def _rate_refused_yet_stored(platform: Platform) -> None:
    right = platform.verifier.meter
    platform.verifier.meter = lambda _: None  # type: ignore[assignment, method-assign]

    def late(call: Call, handler: Handler) -> Answer:
        answer = handler(call)
        right(call.account)
        return answer

    platform.rewire("post_observation", lambda handler: lambda call: late(call, handler))


@MUTANTS.add(
    "rate-drops-silently", "超频的观测答成功却丢弃", "an observation over the rate is answered 201 and dropped"
)
def _rate_drops_silently(platform: Platform) -> None:
    right = platform.verifier.meter
    platform.verifier.meter = lambda _: None  # type: ignore[assignment, method-assign]

    def dropping(call: Call, handler: Handler) -> Answer:
        try:
            right(call.account)
        except demo.ApiError:
            return demo.Answer({"index": 0, "status": "accepted", "code": 0, "message": "ok"}, status=201)
        return handler(call)

    platform.rewire("post_observation", lambda handler: lambda call: dropping(call, handler))

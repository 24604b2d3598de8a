"""Legal variants of operation: other ways of logging, counting and limiting."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_data import DEVICES
from .tables import codes

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
LAG = timedelta(seconds=3)


# --- audit ------------------------------------------------------------------------------------------------------------


def _told(platform: Platform, change: Callable[[list[Row]], list[Row]]) -> None:
    """Every page of the log passes through ``change``."""
    platform.alter(
        "operation_log",
        lambda answer: answer.with_payload(answer.payload | {"list": change(answer.payload["list"])}),
    )


@VARIANTS.add("audit-newest-first", "审计按时间倒序", "the newest event comes first")
def _audit_newest_first(platform: Platform) -> None:
    _told(platform, lambda rows: rows[::-1])


@VARIANTS.add(
    "audit-with-more", "审计另有成员且时间为 UTC", "events with further members, times in UTC with milliseconds"
)
def _audit_with_more(platform: Platform) -> None:
    def richer(row: Row) -> Row:
        at = datetime.fromisoformat(row["at"]).astimezone(UTC).isoformat(timespec="milliseconds")
        result = "成功" if row["result"] == "ok" else row["result"]
        return row | {"at": at.replace("+00:00", "Z"), "address": "192.0.2.1", "result": result}

    _told(platform, lambda rows: [richer(row) for row in rows])


@VARIANTS.add("audit-objects-as-paths", "审计对象写作路径", "the log writes objects as paths")
def _audit_objects_as_paths(platform: Platform) -> None:
    _told(platform, lambda rows: [row | {"object": f"/szxc/v1/devices/{row['object']}"} for row in rows])


@VARIANTS.add("audit-written-later", "审计三秒后可见", "the log shows events three seconds later")
def _audit_written_later(platform: Platform) -> None:
    operations = part(platform, "operations")
    usual = operations.is_shown
    operations.is_shown = lambda row, call: (
        usual(row, call) and platform.clock() - datetime.fromisoformat(row["at"]) >= LAG
    )


@VARIANTS.add("audit-of-commands-by-device", "指令的审计记在设备名下", "commands are logged under their device")
def _audit_of_commands_by_device(platform: Platform) -> None:
    farm = platform.parts[SUITE]
    usual = farm.audit

    def audit(call: Call, action: str, target: str, result: str) -> None:
        about = call.body.get("deviceId") if action == "issue_command" else None
        usual(call, action, about or target, result)

    farm.audit = audit


@VARIANTS.add("audit-shows-everything", "审计不按对象筛选", "the log does not mind the object that is asked for")
def _audit_shows_everything(platform: Platform) -> None:
    platform.rewire("operation_log", lambda handler: lambda call: handler(replace(call, args=_unfiltered(call.args))))


def _unfiltered(args: Any) -> Row:  # noqa: ANN401 -- as it came
    return {name: value for name, value in args.items() if name != "object"}


# --- health -----------------------------------------------------------------------------------------------------------


@VARIANTS.add("health-of-all-organisations", "在线统计为全平台", "health counts the devices of all organisations")
def _health_of_all_organisations(platform: Platform) -> None:
    def counts(_: Call) -> Row:
        found = Counter(row["status"] for row in platform.store.all(DEVICES))
        return {status: found[status] for status in codes("device_statuses")} | {"total": found.total()}

    part(platform, "operations").counts = counts


@VARIANTS.add("health-with-more", "健康检查另有成员", "health tells of components, and no time")
def _health_with_more(platform: Platform) -> None:
    def richer(answer: Answer) -> Answer:
        told = {name: value for name, value in answer.payload.items() if name != "time"}
        return answer.with_payload(told | {"components": {"database": "UP"}, "uptimeS": 86400})

    platform.alter("health", richer)


# --- rate -------------------------------------------------------------------------------------------------------------


VARIANTS.add("rate-in-whole-minutes", "按整分钟计数", "requests are counted by the minute of the clock")(
    demo.wire_faults.rate_in_whole_minutes
)


VARIANTS.add("rate-until-a-date", "Retry-After 为日期", "Retry-After is a date")(demo.wire_faults.retry_after_as_date)


@VARIANTS.add("rate-of-a-reader", "限流账号只读", "the account whose rate is tried may only read")
def _rate_of_a_reader(platform: Platform) -> None:
    accounts = platform.accounts.by_name
    accounts["metered"] = replace(accounts["metered"], permissions=frozenset({"read"}))


@VARIANTS.add(
    "rate-not-told",
    "不声明频次，也不控制",
    "no rate is declared, nor controlled",
    demo.rebind.without(SUITE, "rate-control"),
)
def _rate_not_told(platform: Platform) -> None:
    platform.verifier.meter = lambda _: None  # type: ignore[assignment, method-assign]
    del platform.parts[SUITE].capability["limits"]["ratePerMinute"]

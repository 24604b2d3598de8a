"""Mutants of queries: latest values, aggregates, bad parameters, empty results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_query import AS_TEXT, query, without
from .reference_observations import NEWEST, OLDEST, TABLE, where
from .reference_query import ORDERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()


def setting(name: str, zh: str, en: str, **members: object) -> None:
    """A mutant with other settings."""

    def apply(platform: Platform) -> None:
        for member, value in members.items():
            setattr(query(platform), member, value)

    MUTANTS.add(name, zh, en)(apply)


# --- latest -----------------------------------------------------------------------------------------------------------


def latest(name: str, zh: str, en: str, order: str) -> None:
    """A mutant whose latest observation of a channel is the last in some order."""

    def apply(platform: Platform) -> None:
        def newest(device: str) -> list[Row]:
            rows = platform.store.page(TABLE, 0, -1, where(deviceId=device), order)
            return list({row["channelId"]: row for row in rows}.values())

        query(platform).newest = newest

    MUTANTS.add(name, zh, en)(apply)


latest("latest-is-last-received", "最新值取最后收到的", "latest is what came last", "position")
latest("latest-is-oldest", "最新值取最早的", "latest is the oldest", NEWEST)
latest("latest-as-text", "最新值按时间文本取最大", "latest is the greatest as a text", AS_TEXT["asc"])


@MUTANTS.add("latest-lacks-a-channel", "最新值缺一个通道", "latest lacks a channel")
def _latest_lacks_a_channel(platform: Platform) -> None:
    def shown(answer: Answer) -> Answer:
        rows = answer.payload["list"]
        return answer.with_payload({"list": rows[1:] if len(rows) > 2 else rows})  # noqa: PLR2004 -- sensors have more

    platform.alter("latest_observations", shown)


@MUTANTS.add("latest-value-rounded", "最新值取整", "latest values are rounded")
def _latest_value_rounded(platform: Platform) -> None:
    def rounded(answer: Answer) -> Answer:
        rows = [row | {"value": round(row["value"], -1) + 1} for row in answer.payload["list"]]
        return answer.with_payload({"list": rows})

    platform.alter("latest_observations", rounded)


@MUTANTS.add("latest-slow", "最新值查询需 3 秒", "latest takes 3 seconds")
def _latest_slow(platform: Platform) -> None:
    def slow(answer: Answer) -> Answer:
        platform.sleep(3)
        return answer

    platform.alter("latest_observations", slow)


# --- aggregates -------------------------------------------------------------------------------------------------------

setting(
    "aggregate-counts-all-flags",
    "统计计入异常数据",
    "an aggregate counts what is flagged",
    counted=("N", "S", "T", "D", "L", "F", "M", "C", "B", "I"),
)
setting("aggregate-leaves-out-manual", "统计漏计手工数据", "an aggregate leaves out what is flagged S", counted=("N",))


def figures(name: str, zh: str, en: str, change: Callable[[Row], Row]) -> None:
    """A mutant with other figures where values count."""
    MUTANTS.add(name, zh, en)(
        lambda platform: platform.alter(
            "aggregate_observations",
            lambda answer: answer.with_payload(
                answer.payload | (change(answer.payload) if answer.payload["count"] else {})
            ),
        )
    )


figures(
    "aggregate-mean-of-extremes",
    "平均取最大最小之中",
    "the mean is that of the extremes",
    lambda one: {"mean": (one["min"] + one["max"]) / 2},
)
figures(
    "aggregate-rounded",
    "统计值取整",
    "figures are rounded",
    lambda one: {"mean": round(one["mean"]) + 0.5, "sum": round(one["sum"]) + 1},
)
figures("aggregate-count-as-text", "个数为文本", "the count is a text", lambda one: {"count": str(one["count"])})


@MUTANTS.add("aggregate-ignores-time", "统计忽略时间段", "an aggregate ignores its time")
def _aggregate_ignores_time(platform: Platform) -> None:
    platform.rewire("aggregate_observations", lambda handler: lambda call: handler(without(call, "from", "to")))


# --- bad parameters ---------------------------------------------------------------------------------------------------


@MUTANTS.add("query-bad-time-breaks", "无效时间导致 500", "a bad time ends in a 500")
def _query_bad_time_breaks(platform: Platform) -> None:
    asked = query(platform)
    right = asked.bound

    def bound(call: Call, name: str) -> int | None:
        try:
            found: int | None = right(call, name)
        except demo.ApiError as error:
            raise demo.ApiError(500, 50001, "internal error") from error
        return found

    asked.bound = bound


@MUTANTS.add("query-bad-time-ignored", "无效时间被忽略", "a bad time is ignored")
def _query_bad_time_ignored(platform: Platform) -> None:
    asked = query(platform)
    right = asked.bound

    def bound(call: Call, name: str) -> int | None:
        try:
            found: int | None = right(call, name)
        except demo.ApiError:
            return None
        return found

    asked.bound = bound


@MUTANTS.add("query-unknown-filter-ignored", "未知条件被忽略", "a filter that nobody knows is ignored")
def _query_unknown_filter_ignored(platform: Platform) -> None:
    query(platform).need_known = lambda _: None


@MUTANTS.add("query-bad-order-ignored", "无效排序被忽略", "an order that is none is ignored")
def _query_bad_order_ignored(platform: Platform) -> None:
    query(platform).order = lambda name: ORDERS.get(name or "asc", OLDEST)


# --- nothing ----------------------------------------------------------------------------------------------------------


def empty(name: str, zh: str, en: str, change: Callable[[Answer], Answer]) -> None:
    """A mutant that answers otherwise where a list is empty."""
    MUTANTS.add(name, zh, en)(
        lambda platform: platform.alter(
            "list_observations", lambda answer: answer if answer.payload["list"] else change(answer)
        )
    )


def _refuse(_: Answer) -> Answer:
    raise demo.no_resource()


empty("nothing-is-404", "无数据时 404", "nothing found is a 404", _refuse)
empty(
    "nothing-is-null",
    "无数据时 list 为空值",
    "nothing found is null",
    lambda answer: answer.with_payload(answer.payload | {"list": None}),
)
empty(
    "nothing-has-a-total",
    "无数据时 total 不为 0",
    "nothing found has a total",
    lambda answer: answer.with_payload(answer.payload | {"total": 1}),
)

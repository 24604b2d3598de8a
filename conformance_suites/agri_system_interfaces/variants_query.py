"""Legal variants of queries: closed bounds, clamped sizes, other offsets, other paging, rounded means."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc.reference import pages, rebind

from .reference import SUITE, part
from .reference_observations import NEWEST, OLDEST, where
from .reference_query import TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
BEIJING = timezone(timedelta(hours=8))


def query(platform: Platform) -> Any:  # noqa: ANN401 -- a Query whose methods are replaced
    """What answers questions on the platform."""
    return part(platform, TOPIC)


def policies(platform: Platform) -> Row:
    """The declared policies."""
    declared: Row = platform.parts[SUITE].capability["policies"]
    return declared


def listing(platform: Platform, change: Callable[[Row], Row]) -> None:
    """Let each observation that is shown, listed or latest, pass through ``change``."""

    def changed(answer: Answer) -> Answer:
        return answer.with_payload(answer.payload | {"list": [change(row) for row in answer.payload["list"]]})

    for operation in ("list_observations", "latest_observations"):
        platform.alter(operation, changed)


@VARIANTS.add("query-times-closed", "时间段含终点且已声明", "times include their end, and this is declared")
def _query_times_closed(platform: Platform) -> None:
    policies(platform)["timeBounds"] = "closed"
    asked = query(platform)
    right = asked.bounds

    def bounds(call: Call) -> tuple[int | None, int | None]:
        since, until = right(call)
        return since, None if until is None else until + 1

    asked.bounds = bounds


@VARIANTS.add("query-page-sizes-clamped", "每页条数限到上限且已声明", "page sizes are put right, and this is declared")
def _query_page_sizes_clamped(platform: Platform) -> None:
    policies(platform)["pageSize"] = "clamp"
    query(platform).clamps = True


@VARIANTS.add(
    "query-page-sizes-undeclared", "每页条数限到上限，未声明", "page sizes are put right, nothing is declared"
)
def _query_page_sizes_undeclared(platform: Platform) -> None:
    del policies(platform)["pageSize"]
    query(platform).clamps = True


@VARIANTS.add("query-newest-first", "默认新的在前", "the newest come first unless asked otherwise")
def _query_newest_first(platform: Platform) -> None:
    query(platform).orders = {"desc": NEWEST, "asc": OLDEST}


@VARIANTS.add("query-times-in-beijing-offset", "时间以东八区写出", "times are shown in Beijing's offset")
def _query_times_in_beijing_offset(platform: Platform) -> None:
    def shown(row: Row) -> Row:
        return row | {"phenomenonTime": datetime.fromisoformat(row["phenomenonTime"]).astimezone(BEIJING).isoformat()}

    listing(platform, shown)


@VARIANTS.add("query-objects-not-shown", "观测中不写对象", "observations do not name their object")
def _query_objects_not_shown(platform: Platform) -> None:
    listing(platform, lambda row: {name: value for name, value in row.items() if name != "objectId"})


@VARIANTS.add("query-means-rounded", "平均值保留三位小数", "means have three digits")
def _query_means_rounded(platform: Platform) -> None:
    def rounded(answer: Answer) -> Answer:
        mean = answer.payload["mean"]
        return answer.with_payload(answer.payload | {"mean": None if mean is None else round(mean, 3)})

    platform.alter("aggregate_observations", rounded)


@VARIANTS.add("query-of-nothing-sums-to-zero", "无数值时合计为 0", "the sum of nothing is 0")
def _query_of_nothing_sums_to_zero(platform: Platform) -> None:
    platform.alter(
        "aggregate_observations",
        lambda answer: answer.with_payload(answer.payload | {"sum": answer.payload["sum"] or 0}),
    )


@VARIANTS.add("query-bad-parameters-unsupported", "无效参数应答 501", "bad parameters are answered with 501")
def _query_bad_parameters_unsupported(platform: Platform) -> None:
    def refused(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        def answer(call: Call) -> Answer:
            try:
                return handler(call)
            except demo.ApiError as error:
                raise demo.ApiError(501, 50101, error.message) from error

        return answer

    platform.rewire("list_observations", refused)


@VARIANTS.add("query-unknown-ids-refused", "查询未知标识应答 404", "a query by an id that nobody knows is a 404")
def _query_unknown_ids_refused(platform: Platform) -> None:
    asked = query(platform)

    def refused(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        def answer(call: Call) -> Answer:
            name = call.args.get("deviceId")
            if (
                name is not None
                and name not in asked.devices(call)
                and not asked.farm.observations.all(where(deviceId=name))
            ):
                raise demo.no_resource()  # what is kept of a removed device is shown
            return handler(call)

        return answer

    platform.rewire("list_observations", refused)


@VARIANTS.add(
    "query-by-offset",
    "列表以偏移量分页",
    "lists are paged by offset",
    rebind.paging(demo.Paging(style="offset", offset="offset", size="limit", limit=200)),
)
def _query_by_offset(platform: Platform) -> None:
    platform.pager = pages.Offsets()


@VARIANTS.add(
    "query-by-cursor",
    "列表以游标分页，不写总数",
    "lists are paged by cursor, without totals",
    rebind.paging(demo.Paging(style="cursor", cursor="cursor", size="limit", limit=200, next="next"), total=None),
)
def _query_by_cursor(platform: Platform) -> None:
    platform.pager = pages.Cursors()


@VARIANTS.add("query-refused-under-200", "参数错误写在信封里", "an envelope alone says that a parameter is bad")
def _query_refused_under_200(platform: Platform) -> None:
    def refused(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        def answer(call: Call) -> Answer:
            try:
                return handler(call)
            except demo.ApiError as error:
                raise demo.ApiError(200, error.code, error.message) from error

        return answer

    platform.rewire("list_observations", refused)


@VARIANTS.add(
    "query-unused-flags-refused", "不用的质量标记应答 400", "flags that the platform does not use are refused"
)
def _query_unused_flags_refused(platform: Platform) -> None:
    def refused(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        def answer(call: Call) -> Answer:
            if call.args.get("flag", "N") not in ("N", "S", "T", "L", "D"):
                raise demo.bad_parameter("flag")
            return handler(call)

        return answer

    platform.rewire("list_observations", refused)

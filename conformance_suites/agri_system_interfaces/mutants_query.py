"""Mutants of queries: filters, bounds, pages, page sizes, order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_observations import NEWEST, OLDEST, instant
from .reference_query import TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform, Where

Row = dict[str, Any]
MUTANTS = demo.Mutants()
HOUR = 3_600_000
AS_TEXT = {"asc": "json_extract(body, '$.phenomenonTime')", "desc": "json_extract(body, '$.phenomenonTime') DESC"}
BY_ARRIVAL = {"asc": "position", "desc": "position DESC"}


def query(platform: Platform) -> Any:  # noqa: ANN401 -- a Query whose methods are replaced
    """What answers questions on the platform."""
    return part(platform, TOPIC)


def setting(name: str, zh: str, en: str, **members: object) -> None:
    """A mutant with other settings."""

    def apply(platform: Platform) -> None:
        for member, value in members.items():
            setattr(query(platform), member, value)

    MUTANTS.add(name, zh, en)(apply)


def asking(name: str, zh: str, en: str, change: Callable[[Call], Call]) -> None:
    """A mutant that reads the question of a list otherwise."""
    MUTANTS.add(name, zh, en)(
        lambda platform: platform.rewire("list_observations", lambda handler: lambda call: handler(change(call)))
    )


def without(call: Call, *names: str) -> Call:
    """The call without some parameters."""
    return replace(call, args={name: value for name, value in call.args.items() if name not in names})


# --- filters ----------------------------------------------------------------------------------------------------------


def _filters_but(name: str) -> tuple[str, ...]:
    return tuple(one for one in ("deviceId", "channelId", "kind", "objectId", "flag") if one != name)


setting("query-ignores-kind", "查询忽略种类条件", "a query ignores the kind", filters=_filters_but("kind"))
setting("query-ignores-object", "查询忽略对象条件", "a query ignores the object", filters=_filters_but("objectId"))
setting("query-ignores-flag", "查询忽略质量标记条件", "a query ignores the flag", filters=_filters_but("flag"))
asking(
    "query-time-ignored-with-kind",
    "同时给出种类时忽略时间段",
    "a query ignores its time where it has a kind",
    lambda call: without(call, "from", "to") if "kind" in call.args else call,
)
asking(
    "query-channel-ignored-with-time",
    "同时给出时间段时忽略通道条件",
    "a query ignores its channel where it has a time",
    lambda call: without(call, "channelId") if "from" in call.args and "channelId" in call.args else call,
)


@MUTANTS.add("query-of-a-device-hides-flagged", "按设备查询时漏掉有标记的", "a query by device hides what is flagged")
def _query_of_a_device_hides_flagged(platform: Platform) -> None:
    asked = query(platform)
    right = asked.condition

    def condition(call: Call) -> Where:
        found: Where = right(call)
        if {"deviceId"} != set(call.args) - {"page", "pageSize"}:
            return found
        return demo.Where(f"{found.sql} AND json_extract(body, '$.flag') NOT IN ('S', 'D')", found.values)

    asked.condition = condition


asking(
    "query-quotes-widen",
    "条件含引号时查出全部",
    "a quotation mark in a filter finds everything",
    lambda call: without(call, *(name for name, value in call.args.items() if "OR '" in value)),
)


# --- bounds -----------------------------------------------------------------------------------------------------------


def bounding(name: str, zh: str, en: str, change: Callable[[Call, Any, Any], tuple[Any, Any]]) -> None:
    """A mutant with other bounds of a list: the call, `from` and `to` in milliseconds → what is used."""

    def apply(platform: Platform) -> None:
        asked = query(platform)
        right = asked.bounds

        def bounds(call: Call) -> tuple[Any, Any]:
            since, until = right(call)
            return (since, until) if call.url.partition("?")[0].endswith("aggregate") else change(call, since, until)

        asked.bounds = bounds

    MUTANTS.add(name, zh, en)(apply)


def _moved(value: int | None, gap: int) -> int | None:
    return None if value is None else value + gap


bounding(
    "query-from-alone-ignored",
    "只有起始时间时忽略它",
    "a query ignores `from` where there is no `to`",
    lambda _, since, until: (None if until is None else since, until),
)
bounding(
    "query-to-included",
    "结束时间点被包含",
    "the end of a time is part of it",
    lambda _, since, until: (since, _moved(until, 1)),
)
bounding(
    "query-from-excluded",
    "起始时间点被排除",
    "the beginning of a time is not part of it",
    lambda _, since, until: (_moved(since, 1), until),
)
bounding(
    "query-bounds-cut-to-minutes",
    "时间条件截断到分",
    "bounds are cut to minutes",
    lambda _, *times: tuple(None if time is None else time - time % 60_000 for time in times),
)
bounding(
    "query-zone-shifted",
    "时间条件偏移八小时",
    "bounds are taken eight hours off",
    lambda _, *times: tuple(_moved(time, -8 * HOUR) for time in times),
)


def _offset_dropped(text: str) -> int:
    instant(text)
    return instant(datetime.fromisoformat(text).replace(tzinfo=UTC).isoformat())


setting("query-offset-dropped", "忽略时间条件的时区", "the offset of bounds is dropped", instant=_offset_dropped)


@MUTANTS.add("query-times-as-text", "时间按文本比较", "times are compared as texts")
def _query_times_as_text(platform: Platform) -> None:
    asked = query(platform)
    right = asked.condition

    def condition(call: Call) -> Where:
        found = right(without(call, "from", "to"))
        sql, values = found.sql, list(found.values)
        for name, sign in (("from", ">="), ("to", "<")):
            if name in call.args:
                asked.bound(call, name)
                sql += f" AND json_extract(body, '$.phenomenonTime') {sign} ?"
                values.append(call.args[name])
        return demo.Where(sql, tuple(values))

    asked.condition = condition


# --- pages ------------------------------------------------------------------------------------------------------------


def windowed(name: str, zh: str, en: str, change: Callable[[Any], Any]) -> None:
    """A mutant whose lists of observations cut their pages otherwise."""

    def apply(platform: Platform) -> None:
        right = platform.pager.window

        class Pager:
            """The pager with other windows."""

            answer = staticmethod(platform.pager.answer)

            @staticmethod
            def window(args: Any) -> Any:  # noqa: ANN401 -- a Window
                return change(right(args))

        def listed(handler: Any) -> Any:  # noqa: ANN401 -- a Handler
            def answer(call: Call) -> Answer:
                before, platform.pager = platform.pager, Pager()
                try:
                    found: Answer = handler(call)
                finally:
                    platform.pager = before
                return found

            return answer

        platform.rewire("list_observations", listed)

    MUTANTS.add(name, zh, en)(apply)


windowed(
    "query-pages-overlap",
    "相邻页重复一条",
    "each page begins with the last of the page before",
    lambda window: replace(window, offset=max(window.offset - 1, 0)),
)
windowed(
    "query-pages-skip-one",
    "相邻页之间漏一条",
    "one observation is lost between pages",
    lambda window: replace(window, offset=window.offset + (window.offset > 0)),
)


@MUTANTS.add("query-last-page-lost", "末页不完整时丢弃", "a last page that is not full is lost")
def _query_last_page_lost(platform: Platform) -> None:
    def cut(answer: Answer) -> Answer:
        page = answer.payload
        short = page["page"] > 1 and len(page["list"]) < page["pageSize"]
        return answer.with_payload(page | {"list": []}) if short else answer

    platform.alter("list_observations", cut)


@MUTANTS.add("query-total-of-the-page", "total 为本页条数", "the total is that of the page")
def _query_total_of_the_page(platform: Platform) -> None:
    def told(answer: Answer) -> Answer:
        page = answer.payload
        return answer.with_payload(page | {"total": min(page["total"], page["page"] * page["pageSize"] + 1)})

    platform.alter("list_observations", told)


@MUTANTS.add("query-order-drifts", "每次查询的次序不同", "the order is another one each time")
def _query_order_drifts(platform: Platform) -> None:
    asked, seen = query(platform), [0]
    right = asked.order

    def order(name: str | None) -> str:
        seen[0] += 1
        return right(name) if name else (OLDEST, NEWEST)[seen[0] // 4 % 2]

    asked.order = order


# --- page size --------------------------------------------------------------------------------------------------------


def sizing(name: str, zh: str, en: str, change: Callable[[Call, Any], Call]) -> None:
    """A mutant that reads page sizes otherwise: the call, what is right → the call as it is answered."""

    def apply(platform: Platform) -> None:
        asked = query(platform)
        right = asked.sized
        asked.sized = lambda call: change(call, right)

    MUTANTS.add(name, zh, en)(apply)


def _sized(call: Call, size: str) -> Call:
    return replace(call, args={**call.args, "pageSize": size})


sizing(
    "query-page-size-zero-is-default",
    "pageSize=0 当作默认值",
    "a page size of 0 means the default",
    lambda call, right: _sized(call, "50") if call.args.get("pageSize") == "0" else right(call),
)
sizing(
    "query-page-size-unbounded",
    "pageSize 过大不拒绝",
    "a page size beyond the limit is answered",
    lambda call, right: _sized(call, "200") if len(call.args.get("pageSize", "")) > 2 else right(call),  # noqa: PLR2004 -- digits
)


def _broken(call: Call, right: Callable[[Call], Call]) -> Call:
    if call.args.get("pageSize", "").startswith("-"):
        raise demo.ApiError(500, 50001, "internal error")
    return right(call)


sizing("query-negative-size-breaks", "pageSize 为负时出错 500", "a negative page size ends in a 500", _broken)


# --- order ------------------------------------------------------------------------------------------------------------

setting("query-order-ignored", "忽略排序条件", "the order is ignored", orders={"asc": OLDEST, "desc": OLDEST})
setting("query-order-reversed", "升序降序颠倒", "ascending is descending", orders={"asc": NEWEST, "desc": OLDEST})
setting("query-order-by-arrival", "按到达次序排序", "the order is that of arrival", orders=BY_ARRIVAL)
setting("query-order-as-text", "时间按文本排序", "times are ordered as texts", orders=AS_TEXT)


@MUTANTS.add("query-order-within-pages", "只在页内排序", "observations are ordered within each page only")
def _query_order_within_pages(platform: Platform) -> None:
    query(platform).orders = BY_ARRIVAL

    def sort(handler: Any) -> Any:  # noqa: ANN401 -- a Handler
        def answer(call: Call) -> Answer:
            found: Answer = handler(call)
            rows = found.payload["list"]
            if "order" in call.args:
                down = call.args["order"] == "desc"
                rows = sorted(rows, key=lambda row: instant(row["phenomenonTime"]), reverse=down)
            return found.with_payload(found.payload | {"list": rows})

        return answer

    platform.rewire("list_observations", sort)


# --- what nobody knows ------------------------------------------------------------------------------------------------


def widened(name: str, zh: str, en: str, member: str) -> None:
    """A mutant that drops a filter whose id it does not know, and shows what is left."""

    def apply(platform: Platform) -> None:
        known = {row[member] for row in platform.store.all("agri:devices")}
        asked = query(platform)

        def change(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
            def answer(call: Call) -> Answer:
                there = known.union(asked.devices(call)) if member == "deviceId" else known
                return handler(call if call.args.get(member, "") in there else without(call, member))

            return answer

        platform.rewire("list_observations", change)

    MUTANTS.add(name, zh, en)(apply)


widened("query-of-unknown-device-shows-all", "未知设备查出全部", "a query by an unknown device shows all", "deviceId")
widened("query-of-unknown-object-shows-all", "未知对象查出全部", "a query by an unknown object shows all", "objectId")


@MUTANTS.add("query-order-loses-flagged", "降序查询漏掉异常值", "a descending list lacks what is flagged T")
def _query_order_loses_flagged(platform: Platform) -> None:
    asked = query(platform)
    right = asked.condition

    def condition(call: Call) -> Where:
        found: Where = right(call)
        if call.args.get("order") != "desc":
            return found
        return demo.Where(f"{found.sql} AND json_extract(body, '$.flag') <> 'T'", found.values)

    asked.condition = condition

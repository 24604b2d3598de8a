"""Mutants of paging and query: totals, page sizes, sequence, bounds, count, conditions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_data import resources
from .reference_exchange import TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

    from .reference_exchange import Exchange

Row = dict[str, Any]
MUTANTS = demo.Mutants()
LIST, COUNT, SEARCH = "list_records", "count_records", "search_records"


def _exchange(platform: Platform) -> Exchange:
    found: Exchange = part(platform, TOPIC)
    return found


def _answered(platform: Platform, operation: str, change: Callable[[Call, Row], Row]) -> None:
    """Let every payload of an operation pass through ``change(call, payload)``."""

    def altered(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            right = handler(call)
            return right.with_payload(change(call, dict(right.payload)))

        return answer

    platform.rewire(operation, altered)


def _asked(platform: Platform, operation: str, change: Callable[[Call], dict[str, str]]) -> None:
    """Answer every call of an operation as if it had other query parameters."""
    platform.rewire(operation, lambda handler: lambda call: handler(replace(call, args={**call.args, **change(call)})))


def _windowed(platform: Platform, offset: Callable[[int, int], int]) -> None:
    """Begin page ``number`` of a size at ``offset(number, size)``."""
    exchange = _exchange(platform)

    def shifted(call: Call, payload: Row) -> Row:
        table = exchange.resource(call).records
        begin = offset(payload["page"], payload["pageSize"])
        rows = platform.store.page(table, begin, payload["pageSize"], exchange.since(call), exchange.order)
        return payload | {"list": rows}

    _answered(platform, LIST, shifted)


def _number(call: Call, name: str, default: int = 1) -> int:
    """A number of the query; the default for what is none."""
    text = call.args.get(name, "")
    return int(text) if text.removeprefix("-").isdigit() else default


def _totalled(platform: Platform, total: Callable[[Call, Row], int]) -> None:
    _answered(platform, LIST, lambda call, payload: payload | {"total": total(call, payload)})


def _gone(platform: Platform, call: Call) -> int:
    """How many records of a resource were deleted."""
    where = demo.Where("json_extract(body, '$.op') = 'D'")
    return platform.store.count(_exchange(platform).resource(call).changes, where)


# --- totals and page sizes --------------------------------------------------------------------------------------------


@MUTANTS.add("page-size-ignored", "每页条数不起作用", "the page size is ignored")
def _page_size_ignored(platform: Platform) -> None:
    _asked(platform, LIST, lambda _: {"pageSize": "10"})


@MUTANTS.add("records-total-off-by-one", "总数多一", "the total is one too many")
def _records_total_off_by_one(platform: Platform) -> None:
    _totalled(platform, lambda _, payload: payload["total"] + 1)


@MUTANTS.add("total-counts-deleted", "总数含已删除的数据", "the total counts what was deleted")
def _total_counts_deleted(platform: Platform) -> None:
    _totalled(platform, lambda call, payload: payload["total"] + _gone(platform, call))


@MUTANTS.add("total-of-the-page", "总数只是本页条数", "the total is that of the page")
def _total_of_the_page(platform: Platform) -> None:
    _totalled(platform, lambda _, payload: len(payload["list"]))


@MUTANTS.add("records-total-missing", "分页无总数", "pages say no total")
def _records_total_missing(platform: Platform) -> None:
    _answered(platform, LIST, lambda _, payload: {name: payload[name] for name in payload if name != "total"})


@MUTANTS.add("total-grows-with-pages", "总数随页码增长", "the total grows with the page number")
def _total_grows_with_pages(platform: Platform) -> None:
    _totalled(platform, lambda _, payload: payload["total"] + payload["page"] - 1)


@MUTANTS.add("pages-shrink", "页越翻越短", "pages become shorter and shorter")
def _pages_shrink(platform: Platform) -> None:
    _answered(platform, LIST, lambda _, payload: payload | {"list": payload["list"][payload["page"] - 1 :]})


@MUTANTS.add("pages-never-end", "翻页没有尽头", "pages never end")
def _pages_never_end(platform: Platform) -> None:
    exchange = _exchange(platform)

    def round_again(call: Call, payload: Row) -> Row:
        rows = platform.store.all(exchange.resource(call).records, exchange.since(call))
        begin = (payload["page"] - 1) * payload["pageSize"]
        turned = [rows[(begin + step) % len(rows)] for step in range(payload["pageSize"] if rows else 0)]
        return payload | {"list": turned}

    _answered(platform, LIST, round_again)


@MUTANTS.add("always-one-page-more", "总数总说还有下一页", "there is always one page more")
def _always_one_page_more(platform: Platform) -> None:
    exchange = _exchange(platform)

    def more(call: Call, payload: Row) -> Row:
        rows = platform.store.all(exchange.resource(call).records, exchange.since(call))
        taken = [rows[step % len(rows)] for step in range(payload["pageSize"] if rows else 0)]
        return payload | {"total": (payload["page"] + 1) * payload["pageSize"], "list": taken}

    _answered(platform, LIST, more)


# --- sequence ---------------------------------------------------------------------------------------------------------


@MUTANTS.add(
    "page-begins-with-the-last-record", "每页首条是上页末条", "a page begins with the last record of the one before"
)
def _page_begins_with_the_last_record(platform: Platform) -> None:
    exchange = _exchange(platform)

    def repeated(call: Call, payload: Row) -> Row:
        begin = (payload["page"] - 1) * payload["pageSize"]
        if not begin or not payload["list"]:
            return payload
        before = platform.store.page(exchange.resource(call).records, begin - 1, 1, exchange.since(call))
        return payload | {"list": [*before, *payload["list"][1:]]}

    _answered(platform, LIST, repeated)


@MUTANTS.add("pages-overlap", "相邻两页重叠", "pages overlap")
def _pages_overlap(platform: Platform) -> None:
    _windowed(platform, lambda number, size: max((number - 1) * (size - 1), 0))


@MUTANTS.add("record-missing-between-pages", "两页之间漏一条", "a record is missing between two pages")
def _record_missing_between_pages(platform: Platform) -> None:
    _windowed(platform, lambda number, size: (number - 1) * (size + 1))


def _ordered(platform: Platform, order: Callable[[Call], str]) -> None:
    """Give the records of each call in an order of its own; other operations keep theirs."""
    exchange = _exchange(platform)

    def turned(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            exchange.order = order(call)
            try:
                return handler(call)
            finally:
                exchange.order = "position"

        return answer

    platform.rewire(LIST, turned)


@MUTANTS.add("order-changes-between-walks", "两次翻页顺序不同", "the order is another in each walk")
def _order_changes_between_walks(platform: Platform) -> None:
    orders = {True: "position", False: "position DESC"}
    walk = {"even": False}
    limit = _exchange(platform).limit

    def order(call: Call) -> str:
        small = _number(call, "pageSize", limit) < limit // 2
        walk["even"] ^= small and _number(call, "page") == 1
        return orders[walk["even"] or not small]

    _ordered(platform, order)


@MUTANTS.add("order-depends-on-page-size", "顺序随每页条数而变", "the order depends on the page size")
def _order_depends_on_page_size(platform: Platform) -> None:
    _ordered(platform, lambda call: "position" if _number(call, "pageSize", 2) % 2 else "key DESC")


# --- bounds -----------------------------------------------------------------------------------------------------------


@MUTANTS.add("far-page-is-the-last", "越界页返回末页", "a page beyond the end is the last one")
def _far_page_is_the_last(platform: Platform) -> None:
    exchange = _exchange(platform)

    def clamped(call: Call) -> dict[str, str]:
        size = min(_number(call, "pageSize", exchange.limit), exchange.limit)
        last = -(-exchange.count(exchange.resource(call)) // max(size, 1))
        return {"page": str(min(_number(call, "page"), max(last, 1)))}

    _asked(platform, LIST, clamped)


def _broken_where(platform: Platform, name: str, broken: Callable[[int], bool]) -> None:
    """Break down where a number in the query is out of bounds."""

    def careless(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            if broken(_number(call, name)):
                raise demo.ApiError(500, 50001, "internal")
            return handler(call)

        return answer

    platform.rewire(LIST, careless)


@MUTANTS.add("far-page-breaks", "越界页报内部错误", "a page beyond the end breaks the server")
def _far_page_breaks(platform: Platform) -> None:
    _broken_where(platform, "page", lambda number: number > 100_000)  # noqa: PLR2004 -- far


@MUTANTS.add("page-zero-breaks", "第零页报内部错误", "page zero breaks the server")
def _page_zero_breaks(platform: Platform) -> None:
    _broken_where(platform, "page", lambda number: number == 0)


@MUTANTS.add("page-size-unlimited", "每页条数不设上限", "the page size has no limit")
def _page_size_unlimited(platform: Platform) -> None:
    _exchange(platform).limit = 10_000_000
    platform.pager = demo.pages.PageNumbers(limit=10_000_000)


@MUTANTS.add("negative-page-size-is-everything", "负的每页条数返回全部", "a negative page size gives everything")
def _negative_page_size_is_everything(platform: Platform) -> None:
    exchange = _exchange(platform)

    def careless(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            if not call.args.get("pageSize", "1").startswith("-"):
                return handler(call)
            rows = platform.store.all(exchange.resource(call).records)
            return demo.Answer({"page": 1, "pageSize": -1, "total": len(rows), "list": rows})

        return answer

    platform.rewire(LIST, careless)


# --- count ------------------------------------------------------------------------------------------------------------


@MUTANTS.add("count-of-all-resources", "总数接口数全部资源", "the count is that of all resources")
def _count_of_all_resources(platform: Platform) -> None:
    count = platform.store.count
    _answered(platform, COUNT, lambda _, payload: payload | {"total": sum(count(one.records) for one in resources())})


@MUTANTS.add("count-includes-deleted", "总数接口含已删除的数据", "the count includes what was deleted")
def _count_includes_deleted(platform: Platform) -> None:
    _answered(platform, COUNT, lambda call, payload: payload | {"total": payload["total"] + _gone(platform, call)})


@MUTANTS.add("count-as-text", "总数接口返回文字", "the count is a text")
def _count_as_text(platform: Platform) -> None:
    _answered(platform, COUNT, lambda _, payload: payload | {"total": f"{payload['total']}条"})


# --- conditions -------------------------------------------------------------------------------------------------------


def _compared(platform: Platform, sql: str, change: Callable[[str], str] = str) -> None:
    """Compare a member with a value in another way; ``{}`` stands for the member."""
    right = _exchange(platform).compare

    def compare(condition: object) -> demo.Where:
        checked = right(condition)
        member = checked.sql.removesuffix(" = ?")
        return demo.Where(sql.format(member), tuple(change(str(value)) for value in checked.values))

    _exchange(platform).compare = compare  # type: ignore[method-assign]


@MUTANTS.add("filter-ignored", "查询条件不起作用", "the condition is ignored")
def _filter_ignored(platform: Platform) -> None:
    _compared(platform, "({0} = ? OR 1)")


@MUTANTS.add("filter-partial", "相等条件按前缀匹配", "equality matches beginnings")
def _filter_partial(platform: Platform) -> None:
    _compared(platform, "{0} LIKE ?", lambda value: f"{value}%")


@MUTANTS.add("filter-case-folded", "相等条件不分大小写", "equality does not tell cases apart")
def _filter_case_folded(platform: Platform) -> None:
    _compared(platform, "lower({0}) = lower(?)")


@MUTANTS.add("filter-reads-patterns", "条件值中的通配符起作用", "wildcards in a value are taken as a pattern")
def _filter_reads_patterns(platform: Platform) -> None:
    _compared(platform, "{0} GLOB ?", lambda value: value.replace("_", "?").replace("%", "*"))


@MUTANTS.add("search-has-one-page", "条件查询的页码不起作用", "the page number of a search is ignored")
def _search_has_one_page(platform: Platform) -> None:
    platform.rewire(SEARCH, lambda handler: lambda call: handler(replace(call, body=dict(call.body) | {"page": 1})))


@MUTANTS.add("filter-leaves-one-out", "条件查询漏一条", "a search leaves one out")
def _filter_leaves_one_out(platform: Platform) -> None:
    _compared(platform, "{0} = ? AND position % 29")


@MUTANTS.add("filter-after-paging", "先分页后过滤", "the condition is applied to a page of all")
def _filter_after_paging(platform: Platform) -> None:
    exchange = _exchange(platform)

    def filtered(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            right = handler(call)
            condition = call.body["whereList"][0][0]
            page = exchange.list_records(
                replace(call, args={name: str(call.body.get(name, 1)) for name in ("page", "pageSize")})
            )
            kept = [row for row in page.payload["list"] if row.get(condition["queryField"]) == condition["queryValue"]]
            return right.with_payload(page.payload | {"list": kept})

        return answer

    platform.rewire(SEARCH, filtered)

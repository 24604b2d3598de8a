"""Legal variants of query and incremental exchange: other ways of paging, of limits, of telling changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_data import changes_of, records_of, resources
from .reference_exchange import TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc.reference import Answer, Call, Platform

    from .reference_exchange import Exchange

Row = dict[str, Any]
VARIANTS = demo.Variants()
pages = demo.pages
LIST, CHANGES, SEARCH = "list_records", "list_changes", "search_records"


def _exchange(platform: Platform) -> Exchange:
    found: Exchange = part(platform, TOPIC)
    return found


def _limited(platform: Platform, limit: int, declared: int | None) -> None:
    """Cut pages at a limit, and declare it or not."""
    _exchange(platform).limit = limit
    limits = platform.parts[SUITE].capability["limits"]
    limits.pop("pageSize", None)
    if declared is not None:
        limits["pageSize"] = declared


def _altered(platform: Platform, operation: str, change: Callable[[Call, Row], Row]) -> None:
    """Let every payload of an operation pass through ``change(call, payload)``."""

    def altered(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            right = handler(call)
            return right.with_payload(change(call, dict(right.payload)))

        return answer

    platform.rewire(operation, altered)


def _paged(platform: Platform, pager: pages.Pager) -> None:
    """Page the lists of this topic in another style; other lists keep theirs."""
    exchange = _exchange(platform)

    def turned(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            exchange.pager = pager
            try:
                return handler(call)
            finally:
                exchange.pager = None

        return answer

    for operation in (LIST, SEARCH, CHANGES):
        platform.rewire(operation, turned)


def _rebound(paging: demo.Paging) -> demo.rebind.StatementChange:
    """The binding of the same lists, in that style."""
    change = demo.rebind.paging(paging)

    def changed(statement: demo.Statement) -> demo.Statement:
        other = change(statement).operations
        own = {key: other[key] for key in other if key[1] in (LIST, SEARCH, CHANGES)}
        return replace(statement, operations={**statement.operations, **own})

    return changed


# --- paging -----------------------------------------------------------------------------------------------------------


def _offsets(start: int) -> demo.Paging:
    return demo.Paging(style="offset", offset="offset", size="limit", limit=50, start=start)


@VARIANTS.add("exchange-offset-paging", "按偏移分页", "paging by offset", _rebound(_offsets(0)))
def _exchange_offset_paging(platform: Platform) -> None:
    _paged(platform, pages.Offsets())


@dataclass(frozen=True, slots=True)
class OffsetsFromOne(pages.Offsets):
    """Offsets that count the first record as one, as OGC catalogues do."""

    def window(self, args: Mapping[str, str]) -> pages.Window:
        """See ``Pager``."""
        limit = min(pages.number(args, "limit", self.size, 1), self.limit)
        return pages.Window(pages.number(args, "offset", 1, 1) - 1, limit)


@VARIANTS.add("exchange-offsets-from-one", "偏移自一起", "offsets that begin at one", _rebound(_offsets(1)))
def _exchange_offsets_from_one(platform: Platform) -> None:
    _paged(platform, OffsetsFromOne())


@dataclass(frozen=True, slots=True)
class PagesFromZero(pages.PageNumbers):
    """Pages that are counted from zero."""

    def window(self, args: Mapping[str, str]) -> pages.Window:
        """See ``Pager``."""
        size = min(pages.number(args, "pageSize", self.size, 1), self.limit)
        return pages.Window(pages.number(args, "page", 0, 0) * size, size)


@VARIANTS.add(
    "exchange-pages-from-zero",
    "页码自零起",
    "pages are counted from zero",
    _rebound(demo.Paging(style="page", page="page", size="pageSize", limit=50, first=0)),
)
def _exchange_pages_from_zero(platform: Platform) -> None:
    _paged(platform, PagesFromZero())


@dataclass(frozen=True, slots=True)
class CountedCursors(pages.Cursors):
    """Cursors with a total."""

    def answer(self, call: Call, window: pages.Window, items: list[Any], total: int) -> Answer:
        """See ``Pager``."""
        right = pages.Cursors.answer(self, call, window, items, total)
        return right.with_payload(right.payload | {"total": total})


@VARIANTS.add(
    "exchange-cursors",
    "带总数的游标分页",
    "cursors with a total",
    _rebound(demo.Paging(style="cursor", cursor="cursor", next="next", size="limit", limit=50)),
)
def _exchange_cursors(platform: Platform) -> None:
    _paged(platform, CountedCursors())


@VARIANTS.add(
    "search-paged-in-the-query",
    "条件查询的分页参数在查询串中",
    "a search is paged in its query",
    demo.rebind.operations(
        lambda bound: (
            replace(bound, paging=replace(bound.paging, place="query")) if bound.operation == SEARCH else bound
        )
    ),
)
def _search_paged_in_the_query(platform: Platform) -> None:
    platform.rewire(
        SEARCH,
        lambda handler: (
            lambda call: handler(
                replace(call, body={name: call.body[name] for name in call.body if name not in ("page", "pageSize")})
            )
        ),
    )


@VARIANTS.add("total-on-the-first-page", "总数只在首页给出", "only the first page says the total")
def _total_on_the_first_page(platform: Platform) -> None:
    def once(_: Call, payload: Row) -> Row:
        return payload if payload["page"] == 1 else {name: payload[name] for name in payload if name != "total"}

    for operation in (LIST, CHANGES):
        _altered(platform, operation, once)


@VARIANTS.add("small-pages", "每页至多七条", "at most seven records on a page")
def _small_pages(platform: Platform) -> None:
    _limited(platform, 7, 7)


@VARIANTS.add("records-on-one-page", "每页可容纳全部数据", "one page may hold everything")
def _records_on_one_page(platform: Platform) -> None:
    platform.pager = pages.PageNumbers(limit=1000)
    _limited(platform, 1000, 1000)


@VARIANTS.add("page-limit-not-declared", "未声明每页上限", "the limit of a page is not declared")
def _page_limit_not_declared(platform: Platform) -> None:
    _limited(platform, 20, None)


def _strict(platform: Platform, name: str, refused: Callable[[int], bool]) -> None:
    """Refuse numbers that others correct."""

    def careful(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            text = call.args.get(name, "1")
            if text.isdigit() and refused(int(text)):
                raise demo.bad_parameter(name)
            return handler(call)

        return answer

    platform.rewire(LIST, careful)


@VARIANTS.add("oversize-refused", "超大 pageSize 以 400 拒绝", "a page size without measure is refused")
def _oversize_refused(platform: Platform) -> None:
    _strict(platform, "pageSize", lambda size: size > 50)  # noqa: PLR2004 -- the declared limit


@VARIANTS.add("zero-means-default", "零与负数按缺省处理", "zero and negative numbers mean the default")
def _zero_means_default(platform: Platform) -> None:
    def kind(call: Call) -> Call:
        kept = {name: text for name, text in call.args.items() if not (text == "0" or text.startswith("-"))}
        return replace(call, args=kept)

    platform.rewire(LIST, lambda handler: lambda call: handler(kind(call)))


@VARIANTS.add("newest-records-first", "数据新者在前", "the newest records come first")
def _newest_records_first(platform: Platform) -> None:
    _exchange(platform).order = "position DESC"


@VARIANTS.add("a-resource-without-records", "有一个资源没有数据", "one resource has no records")
def _a_resource_without_records(platform: Platform) -> None:
    code = resources()[1].code
    for table in (records_of(code), changes_of(code)):
        for row in platform.store.all(table):
            platform.store.remove(table, row["id"])


@VARIANTS.add("nothing-found-is-404", "无匹配数据以 404 应答", "a search that finds nothing answers 404")
def _nothing_found_is_404(platform: Platform) -> None:
    def found(_: Call, payload: Row) -> Row:
        if not payload["total"]:
            raise demo.no_resource()
        return payload

    _altered(platform, SEARCH, found)


# --- changes ----------------------------------------------------------------------------------------------------------


def _logs(platform: Platform, change: Callable[[Row], object]) -> None:
    for resource in resources():
        platform.store.edit(resource.changes, change)


@VARIANTS.add("log-compacted", "变更只留各数据最后一条", "the log keeps the last change of each record")
def _log_compacted(platform: Platform) -> None:
    for resource in resources():
        last = {change["id"]: change for change in platform.store.all(resource.changes)}
        for name in last:
            platform.store.remove(resource.changes, name)
        for change in sorted(last.values(), key=lambda change: change["watermark"]):
            platform.store.add(resource.changes, change["id"], change)


@VARIANTS.add("since-inclusive", "增量查询含该水位", "changes at the watermark itself come again")
def _since_inclusive(platform: Platform) -> None:
    _exchange(platform).after = "json_extract(body, '$.watermark') >= ?"


@VARIANTS.add("changes-without-content", "变更不带内容", "changes carry no content")
def _changes_without_content(platform: Platform) -> None:
    _logs(platform, lambda change: change.pop("record", None))


@VARIANTS.add("watermark-as-text", "水位为数字文本", "watermarks are texts of digits")
def _watermark_as_text(platform: Platform) -> None:
    _logs(platform, lambda change: change.update(watermark=str(change["watermark"])))
    _exchange(platform).after = "CAST(json_extract(body, '$.watermark') AS INTEGER) > ?"


def _marked(platform: Platform, mark: Callable[[int], str]) -> None:
    """Watermarks of another form, made of the numbers; asked for one, the log goes on after it."""
    known = {mark(number): str(number) for resource in resources() for number in range(1, 2 * resource.count + 1)}
    _logs(platform, lambda change: change.update(watermark=mark(change["watermark"])))
    _exchange(platform).after = "position > ?"

    def numbered(call: Call) -> Call:
        since = call.args.get("since", "")
        return replace(call, args={**call.args, "since": known[since]}) if since in known else call

    platform.rewire(CHANGES, lambda handler: lambda call: handler(numbered(call)))


@VARIANTS.add(
    "watermarks-of-a-log", "水位为日志位置", "watermarks are places in a database's log, with no order as texts"
)
def _watermarks_of_a_log(platform: Platform) -> None:
    _marked(platform, lambda number: f"0/{number * 7:X}")


@VARIANTS.add(
    "watermarks-as-times", "水位为时间，小数秒有则写", "watermarks are times, with fractions where there are any"
)
def _watermarks_as_times(platform: Platform) -> None:
    begin = datetime(2026, 5, 1, tzinfo=UTC)
    _marked(platform, lambda number: (begin + timedelta(seconds=number / 2)).isoformat().replace("+00:00", "Z"))


@VARIANTS.add(
    "short-pages-of-changes", "变更每页至多二十条", "at most twenty changes on a page, though fifty records are"
)
def _short_pages_of_changes(platform: Platform) -> None:
    def fewer(call: Call) -> Call:
        size = call.args.get("pageSize", "")
        return replace(call, args={**call.args, "pageSize": str(min(int(size), 20))}) if size.isdigit() else call

    platform.rewire(CHANGES, lambda handler: lambda call: handler(fewer(call)))


@VARIANTS.add("watermarks-with-gaps", "水位不连续", "watermarks leave gaps")
def _watermarks_with_gaps(platform: Platform) -> None:
    _logs(platform, lambda change: change.update(watermark=change["watermark"] * 1000 + 7))


@VARIANTS.add("deleted-and-made-again", "删除后又新增", "a record is deleted and made again")
def _deleted_and_made_again(platform: Platform) -> None:
    for resource in resources():
        store = platform.store
        first = store.page(resource.records, 0, 1)[0]
        last = store.all(resource.changes)[-1]
        told = {"id": first["id"], "updatedAt": last["updatedAt"]}
        gone = told | {"op": "D", "watermark": last["watermark"] + 1}
        again = told | {"op": "I", "watermark": last["watermark"] + 2, "record": first}
        for change in (gone, again):
            store.add(resource.changes, change["id"], change)


@VARIANTS.add("watermarks-only", "只支持水位增量", "incremental by watermark only")
def _watermarks_only(platform: Platform) -> None:
    _exchange(platform).since = lambda _: demo.Where()  # type: ignore[method-assign]
    platform.parts[SUITE].capability["incremental"] = ["watermark"]

"""Mutants of incremental exchange: changes lost or mixed, deletions, watermarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_data import changes_of, records_of, resources
from .reference_exchange import TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

    from .reference_exchange import Exchange

Row = dict[str, Any]
MUTANTS = demo.Mutants()
CHANGES = "list_changes"


def _exchange(platform: Platform) -> Exchange:
    found: Exchange = part(platform, TOPIC)
    return found


def _logs(platform: Platform, change: Callable[[Row], object], sql: str = "1") -> None:
    """Alter, in place, the changes of all resources that meet a condition."""
    for resource in resources():
        platform.store.edit(resource.changes, change, demo.Where(sql))


def _without(platform: Platform, sql: str) -> None:
    """Take out of all logs the changes that meet a condition; records stay as they are."""
    for resource in resources():
        kept = platform.store.all(resource.changes, demo.Where(f"NOT ({sql})"))
        for change in platform.store.all(resource.changes):
            platform.store.remove(resource.changes, change["id"])
        for change in kept:
            platform.store.add(resource.changes, change["id"], change)


def _answered(platform: Platform, change: Callable[[Call, list[Row]], list[Row]]) -> None:
    """Let every page of changes pass through ``change(call, rows)``."""

    def altered(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            right = handler(call)
            return right.with_payload(right.payload | {"list": change(call, right.payload["list"])})

        return answer

    platform.rewire(CHANGES, altered)


# --- what is told -----------------------------------------------------------------------------------------------------


@MUTANTS.add("insertion-not-in-the-log", "一条新增未入变更", "an insertion is not in the log")
def _insertion_not_in_the_log(platform: Platform) -> None:
    for resource in resources():
        # the first record was neither changed nor deleted
        platform.store.remove(resource.changes, f"{resource.code[:9]}-000001")


@MUTANTS.add("update-not-in-the-log", "一次修改未入变更", "an update is not in the log")
def _update_not_in_the_log(platform: Platform) -> None:
    _without(platform, "json_extract(body, '$.op') = 'U' AND key LIKE '%-000004'")


@MUTANTS.add("change-with-old-content", "变更带旧内容", "changes carry content that is out of date")
def _change_with_old_content(platform: Platform) -> None:
    def older(change: Row) -> None:
        change["record"]["data"]["area"] = 0.01

    _logs(platform, older, "json_extract(body, '$.op') = 'U'")


@MUTANTS.add("changes-of-another-resource", "变更中混入其他资源", "changes of another resource are mixed in")
def _changes_of_another_resource(platform: Platform) -> None:
    first, second, _ = resources()
    foreign = platform.store.page(changes_of(second.code), 0, 1)[0]
    platform.store.add(changes_of(first.code), foreign["id"], foreign | {"watermark": 10_000})


@MUTANTS.add("since-ignored", "水位参数不起作用", "the watermark asked for is ignored")
def _since_ignored(platform: Platform) -> None:
    _exchange(platform).after = "? IS NOT NULL"


@MUTANTS.add("since-skips-one", "增量查询漏掉水位后的第一条", "the first change after the watermark is left out")
def _since_skips_one(platform: Platform) -> None:
    _exchange(platform).after = "json_extract(body, '$.watermark') - 1 > max(?, 0)"


@MUTANTS.add("since-has-one-page", "增量查询只有第一页", "after a watermark only the first page holds changes")
def _since_has_one_page(platform: Platform) -> None:
    _answered(platform, lambda call, rows: [] if "since" in call.args and call.args.get("page", "1") != "1" else rows)


@MUTANTS.add("changes-lost-at-one-watermark", "同一水位的变更丢失", "changes with the same watermark are lost")
def _changes_lost_at_one_watermark(platform: Platform) -> None:
    def shared(change: Row) -> None:
        change["watermark"] -= change["watermark"] % 5

    _logs(platform, shared)


@MUTANTS.add("updated-since-exclusive", "更新时间查询不含该时刻", "a query by time leaves the instant itself out")
def _updated_since_exclusive(platform: Platform) -> None:
    exchange = _exchange(platform)
    right = exchange.since

    def later(call: Call) -> demo.Where:
        where = right(call)
        return demo.Where(where.sql.replace(">=", ">"), where.values)

    exchange.since = later  # type: ignore[method-assign]


@MUTANTS.add("updated-since-ignored", "更新时间参数不起作用", "the time asked for is ignored")
def _updated_since_ignored(platform: Platform) -> None:
    _exchange(platform).since = lambda _: demo.Where()  # type: ignore[method-assign]


# --- deletions --------------------------------------------------------------------------------------------------------


@MUTANTS.add("deletions-not-told", "变更中没有删除", "deletions are not told")
def _deletions_not_told(platform: Platform) -> None:
    _without(platform, "json_extract(body, '$.op') = 'D'")


@MUTANTS.add("deletions-told-as-updates", "删除写作修改", "deletions are told as updates")
def _deletions_told_as_updates(platform: Platform) -> None:
    _logs(platform, lambda change: change.update(op="U"), "json_extract(body, '$.op') = 'D'")


@MUTANTS.add("deleted-still-listed", "已删除的数据仍可查到", "what was deleted is still listed")
def _deleted_still_listed(platform: Platform) -> None:
    for resource in resources():
        gone = platform.store.page(changes_of(resource.code), 0, 1, demo.Where("json_extract(body, '$.op') = 'D'"))
        for change in gone:
            made = demo.Where("key = ? AND json_extract(body, '$.op') <> 'D'", (change["id"],))
            last = platform.store.all(changes_of(resource.code), made)[-1]
            platform.store.add(records_of(resource.code), change["id"], last["record"])


# --- watermarks -------------------------------------------------------------------------------------------------------


@MUTANTS.add("watermark-goes-back", "水位倒退", "a watermark goes back")
def _watermark_goes_back(platform: Platform) -> None:
    _logs(platform, lambda change: change.update(watermark=change["watermark"] - 2), "position % 40 = 0")


@MUTANTS.add("newest-changes-first", "变更新者在前", "the newest changes come first")
def _newest_changes_first(platform: Platform) -> None:
    for resource in resources():
        platform.store.reverse(resource.changes)


@MUTANTS.add(
    "watermark-with-other-content", "同一水位两次内容不同", "a watermark stands for something else when asked again"
)
def _watermark_with_other_content(platform: Platform) -> None:
    asked = {"times": 0}

    def other(_: Call, rows: list[Row]) -> list[Row]:
        asked["times"] += 1
        return [
            row | {"record": row["record"] | {"data": {"revision": asked["times"]}}} if row["op"] == "I" else row
            for row in rows
        ]

    _answered(platform, other)


@MUTANTS.add("watermark-of-the-poll", "水位随每次查询重编", "watermarks are numbered anew in each poll")
def _watermark_of_the_poll(platform: Platform) -> None:
    asked = {"times": 0}

    def anew(_: Call, rows: list[Row]) -> list[Row]:
        asked["times"] += 1
        return [row | {"watermark": max(row["watermark"] - asked["times"], 0)} for row in rows]

    _answered(platform, anew)

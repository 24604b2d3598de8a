"""Mutants of reconciliation and heartbeat."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_push import inbox
from .reference_data import stamp
from .reference_push import REFUSED, day_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .reference_push import Inbox

Row = dict[str, Any]
COUNTS = ("sentCount", "receivedCount", "storedCount")
MUTANTS = demo.Mutants()


def _counting(name: str, zh: str, en: str, change: Callable[[Inbox, Row], Row]) -> None:
    """A mutant that alters what a reconciliation says."""

    def apply(platform: Platform) -> None:
        box = inbox(platform)
        right = box.counts
        box.counts = lambda code, date: change(box, right(code, date))

    MUTANTS.add(name, zh, en)(apply)


@MUTANTS.add("reconciliation-constant", "对账结果恒定", "the reconciliation is always the same")
def _reconciliation_constant(platform: Platform) -> None:
    box = inbox(platform)
    right = box.counts
    seen: dict[tuple[str, str], Row] = {}

    def first(code: str, date: str) -> Row:
        return seen.setdefault((code, date), right(code, date))

    box.counts = first


@MUTANTS.add("reconciliation-of-today", "对账不看日期", "the reconciliation of every day is today's")
def _reconciliation_of_today(platform: Platform) -> None:
    box = inbox(platform)
    right = box.counts
    box.counts = lambda code, date: right(code, day_of(box.clock())) | {"date": date}


@MUTANTS.add("reconciliation-of-all", "对账不分资源", "the counts are those of all resources together")
def _reconciliation_of_all(platform: Platform) -> None:
    box = inbox(platform)
    right = box.counts

    def counts(code: str, date: str) -> Row:
        each = [right(other, date) for other in box.known]
        return right(code, date) | {name: sum(one[name] for one in each) for name in COUNTS}

    box.counts = counts


@MUTANTS.add("reconciliation-of-yesterday", "对账给出前一日", "the reconciliation is that of the day before")
def _reconciliation_of_yesterday(platform: Platform) -> None:
    box = inbox(platform)
    right = box.of_day

    def of_day(collection: str, code: str, date: str) -> list[Row]:
        now = box.clock()
        earlier = day_of(now - timedelta(days=1)) if date == day_of(now) else date
        return right(collection, code, earlier)  # type: ignore[no-any-return]

    box.of_day = of_day


_counting(
    "stored-count-is-sent-count",
    "入库数少记一条",
    "one stored row too few is counted",
    lambda _, counts: counts | {"storedCount": max(counts["storedCount"] - counts["storedCount"] // 3, 0)},
)
_counting(
    "received-count-doubled",
    "接收数翻倍",
    "received rows are counted twice",
    lambda _, counts: counts | {"receivedCount": 2 * counts["receivedCount"]},
)
_counting(
    "reconciliation-digest-empty",
    "对账摘要不随数据变化",
    "the digest of a day does not depend on its rows",
    lambda _, counts: counts | {"digest": {"alg": "SHA-256", "value": "0" * 64}},
)
_counting("differences-hidden", "差异不列出", "differences are not listed", lambda _, counts: counts | {"diff": []})
_counting(
    "differences-of-all",
    "已入库的也列为差异",
    "stored rows are listed as differences",
    lambda box, counts: (
        counts
        | {
            "diff": counts["diff"]
            + [
                {"batchNo": "-", "id": kept["row"]["id"]}
                for kept in box.of_day("push:inbox", counts["resourceCode"], counts["date"])
                if counts["diff"]
            ]
        }
    ),
)


@MUTANTS.add("differences-never-made-up", "补数后差异仍在", "a difference stays though the row has come")
def _differences_never_made_up(platform: Platform) -> None:
    box = inbox(platform)
    right = box.counts

    def counts(code: str, date: str) -> Row:
        refused = [kept["seen"] for kept in box.of_day(REFUSED, code, date)]
        return right(code, date) | {"diff": refused}  # type: ignore[no-any-return]

    box.counts = counts


# --- heartbeat --------------------------------------------------------------------------------------------------------


def _beating(name: str, zh: str, en: str, change: Callable[[Platform, Row], Row]) -> None:
    """A mutant whose heartbeats are changed."""
    MUTANTS.add(name, zh, en)(
        lambda platform: platform.alter(
            "heartbeat", lambda answer: answer.with_payload(answer.payload | change(platform, answer.payload))
        )
    )


_beating("heartbeat-status-unknown", "心跳状态取值不合", "the state is none of the three", lambda *_: {"status": "OK"})
_beating(
    "heartbeat-frozen",
    "心跳时间停住",
    "the heartbeat's time stands still",
    lambda platform, _: {"time": stamp(platform.now - timedelta(hours=2))},
)
_beating(
    "heartbeat-without-node", "心跳无节点标识", "the heartbeat does not say of which node", lambda *_: {"nodeId": " "}
)


@MUTANTS.add("heartbeat-slow", "心跳应答慢", "heartbeats take three seconds")
def _heartbeat_slow(platform: Platform) -> None:
    def slow(answer: demo.Answer) -> demo.Answer:
        platform.sleep(3)
        return answer

    platform.alter("heartbeat", slow)


_beating("backlog-negative", "积压为负数", "a backlog below zero", lambda *_: {"backlog": -1})
_beating("backlog-in-words", "积压写作文字", "a backlog in words", lambda *_: {"backlog": "无"})
_beating("watermark-missing", "心跳无水位", "no watermark", lambda *_: {"lastWatermark": None})


@MUTANTS.add("heartbeat-watermark-back", "心跳水位倒退", "the watermark goes back")
def _watermark_back(platform: Platform) -> None:
    began = platform.clock()

    def back(answer: demo.Answer) -> demo.Answer:
        passed = int((platform.clock() - began).total_seconds())
        return answer.with_payload(answer.payload | {"lastWatermark": answer.payload["lastWatermark"] - passed})

    platform.alter("heartbeat", back)

"""Mutants of push: receipts, refused rows, sending again, late data, digests, size, receipt query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_data import stamp
from .reference_push import BATCHES, INBOX, TOPIC, Inbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()


def inbox(platform: Platform) -> Any:  # noqa: ANN401 -- an Inbox whose methods are replaced
    """The platform's inbox."""
    return part(platform, TOPIC)


def receipts(name: str, zh: str, en: str, change: Callable[[Row], Row]) -> None:
    """A mutant whose receipts, once they tell an outcome, are changed as they go out at once."""
    MUTANTS.add(name, zh, en)(
        lambda platform: platform.alter("push_batch", lambda answer: answer.with_payload(change(answer.payload)))
    )


def judging(name: str, zh: str, en: str, change: Callable[[Inbox, Row, Row], Row]) -> None:
    """A mutant that judges a batch otherwise: inbox, what would have been kept, message → what is kept."""

    def apply(platform: Platform) -> None:
        box = inbox(platform)
        right = box.judged
        box.judged = lambda message, resource: change(box, right(message, resource), message)

    MUTANTS.add(name, zh, en)(apply)


def _outcome(kept: Row, **members: object) -> Row:
    return kept | {"receipt": kept["receipt"] | members}


# --- receipts ---------------------------------------------------------------------------------------------------------

receipts("no-receipt", "推送后无回执", "a push is answered without a receipt", lambda _: {})
receipts(
    "receipt-without-message",
    "回执不含报文标识",
    "a receipt does not name its message",
    lambda receipt: {name: value for name, value in receipt.items() if name != "messageId"},
)


@MUTANTS.add("receipt-of-the-first-batch", "回执总是首批的", "every receipt is that of the first batch")
def _receipt_of_the_first_batch(platform: Platform) -> None:
    seen: list[Row] = []

    def first(answer: Answer) -> Answer:
        seen.append(answer.payload)
        return answer.with_payload(seen[0])

    platform.alter("push_batch", first)


receipts(
    "receipt-without-counts",
    "回执缺接受数与拒绝数",
    "a receipt without counts",
    lambda receipt: {name: value for name, value in receipt.items() if not name.endswith("Count")},
)


def _partly(change: Callable[[Row], Row]) -> Callable[[Row], Row]:
    return lambda receipt: receipt | change(receipt) if receipt.get("status") == "partial" else receipt


receipts(
    "receipt-counts-swapped",
    "接受数与拒绝数颠倒",
    "accepted and rejected rows are swapped",
    _partly(lambda one: {"acceptedCount": one["rejectedCount"], "rejectedCount": one["acceptedCount"]}),
)
receipts(
    "error-index-from-one",
    "错误行号自 1 起",
    "the rows of errors are counted from 1",
    _partly(lambda one: {"errors": [error | {"index": error["index"] + 1} for error in one["errors"]]}),
)
receipts(
    "error-without-field",
    "错误不指明成员",
    "an error does not name the member",
    _partly(lambda one: {"errors": [error | {"field": "record"} for error in one["errors"]]}),
)


receipts(
    "receipt-without-status",
    "部分接受的回执缺结果",
    "a receipt of a batch taken in part does not say so",
    _partly(lambda _: {"status": None}),
)


@MUTANTS.add("bad-rows-accepted", "错误行照收", "bad rows are accepted")
def _bad_rows_accepted(platform: Platform) -> None:
    inbox(platform).fault = lambda *_: None


def _times_unread(platform: Platform) -> None:
    box = inbox(platform)
    right = box.fault

    def fault(row: Row, resource: Any) -> Row | None:  # noqa: ANN401 -- see Inbox
        found = right(row, resource)
        return None if found and found["field"] == "collectedAt" else found

    box.fault = fault


MUTANTS.add("bad-times-accepted", "无效时间照收", "a time that is none is accepted")(_times_unread)


@MUTANTS.add("bad-row-spoils-the-batch", "一行有误整批拒收", "one bad row has the whole batch rejected")
def _bad_row_spoils_the_batch(platform: Platform) -> None:
    box = inbox(platform)
    right = box.errors
    box.errors = lambda message, resource: [
        {"index": index} | error for error in right(message, resource)[:1] for index in range(len(message["records"]))
    ]


judging(
    "bad-row-dropped-silently",
    "错误行悄悄丢弃",
    "a bad row is dropped without a word",
    lambda _, kept, message: (
        _outcome(kept, status="accepted", acceptedCount=len(message["records"]), rejectedCount=0)
        if kept["receipt"]["status"] == "partial"
        else kept
    ),
)


@MUTANTS.add("bad-row-stored-all-the-same", "拒收的行仍入库", "a row that was refused is stored all the same")
def _bad_row_stored_all_the_same(platform: Platform) -> None:
    box = inbox(platform)
    right = box.keep

    def keep(kept: Row, message: Row) -> None:
        right(kept, message)
        if kept["receipt"]["status"] == "partial":
            common = {name: kept[name] for name in ("resource", "day", "at", "part")}
            for error in kept["receipt"]["errors"]:
                row = message["records"][error["index"]] | {"id": "-"}
                box.store.add(INBOX, message["batchNo"], common | {"row": row})

    box.keep = keep


# --- sending again ----------------------------------------------------------------------------------------------------


@MUTANTS.add("stored-rows-not-shown", "查不到入库结果", "what was stored of a batch cannot be read")
def _stored_rows_not_shown(platform: Platform) -> None:
    platform.refuse("stored_records", demo.no_resource())


@MUTANTS.add("batch-stored-twice", "重发重复入库", "a batch that is sent again is stored again")
def _batch_stored_twice(platform: Platform) -> None:
    inbox(platform).earlier = lambda _: None


@MUTANTS.add("batch-stored-twice-later", "隔时重发重复入库", "a batch that is sent again a while later is stored again")
def _batch_stored_twice_later(platform: Platform) -> None:
    box = inbox(platform)
    right = box.earlier

    def recent(message: Row) -> Row | None:
        found = right(message)
        return found if found and box.clock().timestamp() - found["at"] < 1 else None

    box.earlier = recent


@MUTANTS.add(
    "resend-counts-nothing", "重发的回执称接受 0 条", "the receipt of a second sending says that nothing was accepted"
)
def _resend_counts_nothing(platform: Platform) -> None:
    box = inbox(platform)
    right = box.again
    box.again = lambda earlier, message, call: right(earlier, message, call) | {"acceptedCount": 0}


def _on_conflict(platform: Platform, take: Callable[[Inbox, Row, Row, Call], Row]) -> None:
    """What is done with other rows under a number that is taken."""
    box = inbox(platform)
    right = box.again

    def again(earlier: Row, message: Row, call: Call) -> Row:
        if earlier["content"] == message["content"]:
            return right(earlier, message, call)  # type: ignore[no-any-return]
        return take(box, earlier, message, call)

    box.again = again


def _replaced(box: Inbox, message: Row, call: Call) -> Row:
    box.store.remove(INBOX, message["batchNo"])
    box.store.remove(BATCHES, message["batchNo"])
    kept = box.judged(message, box.resource(call, message["resourceCode"]))
    box.keep(kept, message)
    return box.shown(kept, call)


@MUTANTS.add("batch-overwritten", "同批号新内容覆盖旧内容", "other rows under the same number replace the first ones")
def _batch_overwritten(platform: Platform) -> None:
    _on_conflict(platform, lambda box, _, message, call: _replaced(box, message, call))


@MUTANTS.add(
    "batch-number-alone-decides", "同批号新内容被悄悄丢弃", "other rows under the same number are dropped silently"
)
def _batch_number_alone_decides(platform: Platform) -> None:
    def take(box: Inbox, earlier: Row, message: Row, call: Call) -> Row:
        receipt = earlier["receipt"] | {"messageId": message["messageId"]}
        return box.shown(earlier | {"receipt": receipt}, call)

    _on_conflict(platform, take)


@MUTANTS.add("batch-refused-and-overwritten", "报重复却已覆盖", "a conflict is refused, yet the rows are replaced")
def _batch_refused_and_overwritten(platform: Platform) -> None:
    def take(box: Inbox, _: Row, message: Row, call: Call) -> Row:
        _replaced(box, message, call)
        raise demo.ApiError(409, 40901, "duplicate batch")

    _on_conflict(platform, take)


@MUTANTS.add("stored-rows-mixed-up", "入库时各行内容错位", "rows are stored with the content of other rows")
def _stored_rows_mixed_up(platform: Platform) -> None:
    def turned(answer: demo.Answer) -> demo.Answer:
        rows = answer.payload["list"]
        mixed = [row | {"data": other["data"]} for row, other in zip(rows, [*rows[1:], *rows[:1]], strict=True)]
        return answer.with_payload(answer.payload | {"list": mixed})

    platform.alter("stored_records", turned)


# --- late data --------------------------------------------------------------------------------------------------------


def _redated(platform: Platform, change: Callable[[Inbox, Row, Row], Row]) -> None:
    """Rows are stored with another time of collection."""
    box = inbox(platform)
    right = box.keep

    def keep(kept: Row, message: Row) -> None:
        rows = [row if "collectedAt" not in row else change(box, row, message) for row in message["records"]]
        right(kept, message | {"records": rows})

    box.keep = keep


@MUTANTS.add("collected-when-received", "采集时间改为接收时间", "the time of collection becomes that of receipt")
def _collected_when_received(platform: Platform) -> None:
    _redated(platform, lambda box, row, _: row | {"collectedAt": stamp(box.clock())} if _is_late(box, row) else row)


@MUTANTS.add("collected-at-midnight", "采集时间只留日期", "of the time of collection only the day is kept")
def _collected_at_midnight(platform: Platform) -> None:
    _redated(
        platform,
        lambda box, row, _: (
            row | {"collectedAt": f"{row['collectedAt'][:10]}T00:00:00+08:00"} if _is_late(box, row) else row
        ),
    )


def _is_late(box: Inbox, row: Row) -> bool:
    return str(row["collectedAt"]) < stamp(box.clock())[:10]


@MUTANTS.add("late-rows-refused", "拒收迟到数据", "late rows are refused")
def _late_rows_refused(platform: Platform) -> None:
    box = inbox(platform)
    right = box.fault
    too_late = {"field": "collectedAt", "code": 40003, "message": "too late"}
    box.fault = lambda row, resource: right(row, resource) or (too_late if _is_late(box, row) else None)


@MUTANTS.add("late-rows-lost", "迟到数据收而不存", "late rows are accepted and not stored")
def _late_rows_lost(platform: Platform) -> None:
    box = inbox(platform)
    right = box.keep

    def keep(kept: Row, message: Row) -> None:
        rows = [row for row in message["records"] if "collectedAt" not in row or not _is_late(box, row)]
        right(kept, message | {"records": rows} if not kept["receipt"]["errors"] else message)

    box.keep = keep

"""Mutants of push: digests, size, receipt query."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_push import inbox
from .reference_push import INBOX

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

    from .reference_push import Inbox

Row = dict[str, Any]
MUTANTS = demo.Mutants()


# --- digests ----------------------------------------------------------------------------------------------------------


def _unread_digest(name: str, zh: str, en: str, ignored: Callable[[Row], bool]) -> None:
    """A mutant that does not look at some digests."""

    def apply(platform: Platform) -> None:
        box = inbox(platform)
        right = box.is_whole
        box.is_whole = lambda message: ignored(message) or right(message)

    MUTANTS.add(name, zh, en)(apply)


_unread_digest("digest-ignored", "不核对摘要", "digests are not checked", lambda _: True)
_unread_digest(
    "sm3-digest-ignored",
    "只核对 SHA-256 摘要",
    "only SHA-256 is checked",
    lambda message: message["digest"]["alg"] == "SM3",
)


@MUTANTS.add("digest-of-first-row", "摘要只核首行", "the digest is taken as right if its first half is")
def _digest_of_first_row(platform: Platform) -> None:
    box = inbox(platform)
    box.is_whole = lambda message: (
        message["digest"]["value"][:8] == box.digest(message["digest"]["alg"], message["records"])[:8]
    )


@MUTANTS.add("digest-without-order", "摘要不分行序", "the digest does not depend on the order of rows")
def _digest_without_order(platform: Platform) -> None:
    box = inbox(platform)
    right = box.is_whole
    box.is_whole = lambda message: right(message) or right(message | {"records": message["records"][::-1]})


@MUTANTS.add(
    "digest-of-sorted-text", "规范形式不合 RFC 8785", "digests are taken of sorted JSON with numbers as they came"
)
def _digest_of_sorted_text(platform: Platform) -> None:
    def sorted_text(alg: str, records: list[Row]) -> str:
        text = json.dumps(records, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.new(alg.lower().replace("-", ""), text.encode()).hexdigest()

    inbox(platform).digest = sorted_text


@MUTANTS.add(
    "broken-batch-stored-in-part", "摘要不符仍存部分", "a batch with a wrong digest is rejected and stored in part"
)
def _broken_batch_stored_in_part(platform: Platform) -> None:
    box = inbox(platform)
    right = box.keep

    def keep(kept: Row, message: Row) -> None:
        right(kept, message)
        errors = kept["receipt"]["errors"]
        if errors and "index" not in errors[0]:
            common = {name: kept[name] for name in ("resource", "day", "at", "part")}
            box.store.add(INBOX, message["batchNo"], common | {"row": message["records"][0]})

    box.keep = keep


# --- size -------------------------------------------------------------------------------------------------------------


def _sized(platform: Platform, take: Callable[[Inbox, Handler, Call], Answer]) -> None:
    """What is done with batches beyond the limit."""
    box = inbox(platform)

    def change(handler: Handler) -> Handler:
        return lambda call: take(box, handler, call) if _is_large(box, call) else handler(call)

    platform.rewire("push_batch", change)


def _is_large(box: Inbox, call: Call) -> bool:
    return isinstance(call.body, dict) and len(call.body.get("records", ())) > box.limit


def _failing(code: demo.ApiError) -> Callable[[Inbox, Handler, Call], Answer]:
    def fail(*_: object) -> Answer:
        raise code

    return fail


@MUTANTS.add("large-batch-crashes", "超限批次报 500", "too large a batch is answered with 500")
def _large_batch_crashes(platform: Platform) -> None:
    _sized(platform, _failing(demo.ApiError(500, 50001, "internal")))


@MUTANTS.add("large-batch-taken", "超限批次照收", "the limit does not hold")
def _large_batch_taken(platform: Platform) -> None:
    inbox(platform).limit *= 2


@MUTANTS.add("large-batch-cut", "超限批次被截断", "too large a batch is cut without a word")
def _large_batch_cut(platform: Platform) -> None:
    def cut(box: Inbox, handler: Handler, call: Call) -> Answer:
        rows = call.body["records"][: box.limit]
        value = box.digest(call.body["digest"]["alg"], rows)
        whole = call.body["digest"] | {"value": value}
        return handler(replace(call, body=call.body | {"records": rows, "count": len(rows), "digest": whole}))

    _sized(platform, cut)


@MUTANTS.add("large-batch-stored", "报超限却已入库", "too large a batch is refused, and stored all the same")
def _large_batch_stored(platform: Platform) -> None:
    def stored(box: Inbox, handler: Handler, call: Call) -> Answer:
        box.limit *= 2
        try:
            handler(call)
        finally:
            box.limit //= 2
        return handler(call)

    _sized(platform, stored)


@MUTANTS.add("full-batch-refused", "恰为限额的批次被拒", "a batch of exactly the limit is refused")
def _full_batch_refused(platform: Platform) -> None:
    inbox(platform).limit -= 1


# --- receipt query ----------------------------------------------------------------------------------------------------


@MUTANTS.add("receipt-query-absent", "无回执查询", "receipts cannot be queried")
def _receipt_query_absent(platform: Platform) -> None:
    platform.refuse("receipt_status", demo.no_resource())


@MUTANTS.add("receipt-never-final", "查询所得回执始终处理中", "a queried receipt is for ever being processed")
def _receipt_never_final(platform: Platform) -> None:
    platform.alter(
        "receipt_status",
        lambda answer: answer.with_payload(
            {name: answer.payload[name] for name in ("messageId", "batchNo", "receivedAt")} | {"state": "received"}
        ),
    )


@MUTANTS.add("push-never-settled", "推送始终处理中", "whatever is pushed is for ever being processed")
def _push_never_settled(platform: Platform) -> None:
    inbox(platform).delay = 1e8


@MUTANTS.add("receipt-of-anything", "未知报文也有回执", "a message that never came has a receipt")
def _receipt_of_anything(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            try:
                return handler(call)
            except demo.ApiError:
                receipt = {"messageId": call.params["message"], "batchNo": "-", "status": "accepted", "state": "stored"}
                return demo.Answer(receipt)

        return answer

    platform.rewire("receipt_status", change)


@MUTANTS.add("receipt-query-contradicts", "查询所得与当时回执不符", "a queried receipt differs from the first one")
def _receipt_query_contradicts(platform: Platform) -> None:
    platform.alter("receipt_status", lambda answer: answer.with_payload(answer.payload | {"rejectedCount": 1}))

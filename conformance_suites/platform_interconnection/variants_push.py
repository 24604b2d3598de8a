"""Legal variants of push, reconciliation and heartbeat: other ways in which a conforming platform takes batches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_data import stamp
from .reference_push import BATCHES, REFUSED, TOPIC, whose

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
RECEIPTS = ("push_batch", "receipt_status")


def _inbox(platform: Platform) -> Any:  # noqa: ANN401 -- an Inbox whose methods are replaced
    return part(platform, TOPIC)


def _receipts(platform: Platform, change: Callable[[Row], Row]) -> None:
    """Every receipt, given at once or queried, passes through ``change``."""
    for operation in RECEIPTS:
        platform.alter(operation, lambda answer: answer.with_payload(change(answer.payload)))


def _rejected_as(platform: Platform, error: demo.ApiError) -> None:
    """What would get a receipt that rejects it as a whole is refused."""

    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            found = handler(call)
            if found.payload.get("status") == "rejected":
                raise error
            return found

        return answer

    platform.rewire("push_batch", change)


@VARIANTS.add("receipts-later", "异步处理：数秒后才有结果", "batches are processed a few seconds after their receipt")
def _receipts_later(platform: Platform) -> None:
    _inbox(platform).delay = 8.0


@VARIANTS.add("receipts-much-later", "异步处理：限额内声明一分钟", "processing takes up to a minute, as is declared")
def _receipts_much_later(platform: Platform) -> None:
    _inbox(platform).delay = 55.0
    platform.parts[SUITE].capability["limits"]["settleSeconds"] = 60


@VARIANTS.add("wrong-digest-refused", "摘要不符应答 400", "a wrong digest is refused with 400")
def _wrong_digest_refused(platform: Platform) -> None:
    _rejected_as(platform, demo.ApiError(400, 40003, "digest mismatch"))


@VARIANTS.add("wrong-digest-unknown-batch", "拒收的批次查无此批", "of a rejected batch nothing is known")
def _wrong_digest_unknown_batch(platform: Platform) -> None:
    box = _inbox(platform)
    right = box.keep

    def keep(kept: Row, message: Row) -> None:
        if kept["receipt"]["status"] != "rejected":
            right(kept, message)

    box.keep = keep


@VARIANTS.add("unknown-batch-empty", "未知批次应答空列表", "an unknown batch is an empty list")
def _unknown_batch_empty(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            known = platform.store.count(BATCHES, whose(call.params["batchNo"]))
            return handler(call) if known else platform.listed(call, BATCHES, demo.Where("0"))

        return answer

    platform.rewire("stored_records", change)


@VARIANTS.add("stored-rows-lag", "入库结果三秒后可见", "what was stored can be read three seconds later")
def _stored_rows_lag(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            kept = platform.store.all(BATCHES, whose(call.params["batchNo"]))
            fresh = kept and platform.clock().timestamp() - kept[-1]["at"] < 3  # noqa: PLR2004 -- see its name
            return platform.listed(call, BATCHES, demo.Where("0")) if fresh else handler(call)

        return answer

    platform.rewire("stored_records", change)


@VARIANTS.add(
    "foreign-columns-refused", "资源以外的列整批拒收", "columns that the resource does not have are refused with 400"
)
def _foreign_columns_refused(platform: Platform) -> None:
    def strict(call: Call, handler: Handler) -> Answer:
        rows = call.body.get("records") or () if isinstance(call.body, dict) else ()
        if any(set(row.get("data", ())) - {"name", "area"} for row in rows):
            raise demo.ApiError(400, 40003, "schema violation: data")
        return handler(call)

    platform.rewire("push_batch", lambda handler: lambda call: strict(call, handler))


@VARIANTS.add("unknown-receipt-empty", "未知报文应答空内容", "of an unknown message the answer has no content")
def _unknown_receipt_empty(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            try:
                return handler(call)
            except demo.ApiError:
                return demo.Answer(None)

        return answer

    platform.rewire("receipt_status", change)


@VARIANTS.add("resend-is-duplicate", "重发应答 40901", "a batch that is sent again is refused as a duplicate")
def _resend_is_duplicate(platform: Platform) -> None:
    def again(*_: object) -> Row:
        raise demo.ApiError(409, 40901, "duplicate batch")

    _inbox(platform).again = again


@VARIANTS.add("errors-as-paths", "错误成员写作路径", "errors name members by path, and codes are texts")
def _errors_as_paths(platform: Platform) -> None:
    def change(receipt: Row) -> Row:
        if "errors" not in receipt:
            return receipt
        found = [
            error | {"code": str(error["code"]), "field": f"/records/{error.get('index', 0)}/{error['field']}"}
            for error in receipt["errors"]
        ]
        return receipt | {"errors": found}

    _receipts(platform, change)


@VARIANTS.add("receipts-bare", "回执无签名、无进度", "receipts without signature and state")
def _receipts_bare(platform: Platform) -> None:
    _receipts(platform, lambda one: {name: value for name, value in one.items() if name not in {"sign", "state"}})


@VARIANTS.add(
    "receipts-with-more", "回执另有成员", "receipts with further members, and no list of errors where there are none"
)
def _receipts_with_more(platform: Platform) -> None:
    def change(receipt: Row) -> Row:
        left = {name: value for name, value in receipt.items() if name != "errors" or value}
        return left | {"receiptId": "R-1", "operator": "入库服务", "warnings": []}

    _receipts(platform, change)


@VARIANTS.add("times-in-utc", "入库时间转为 UTC 毫秒", "stored times are written in UTC with milliseconds")
def _times_in_utc(platform: Platform) -> None:
    def moved(row: Row) -> Row:
        at = datetime.fromisoformat(row["collectedAt"]).astimezone(UTC)
        return row | {
            "collectedAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "storedBy": "入库服务",
        }

    platform.alter(
        "stored_records",
        lambda answer: answer.with_payload(answer.payload | {"list": [moved(row) for row in answer.payload["list"]]}),
    )


def _one_algorithm(platform: Platform, alg: str) -> None:
    _inbox(platform).algorithms = (alg,)
    platform.parts[SUITE].capability["digestAlgorithms"] = [alg]


VARIANTS.add("sha256-alone", "只用 SHA-256 摘要", "digests in SHA-256 alone")(partial(_one_algorithm, alg="SHA-256"))
VARIANTS.add("sm3-alone", "只用 SM3 摘要", "digests in SM3 alone")(partial(_one_algorithm, alg="SM3"))


@VARIANTS.add("algorithms-undeclared", "未声明摘要算法", "algorithms are not declared, and one of them is not taken")
def _algorithms_undeclared(platform: Platform) -> None:
    _inbox(platform).algorithms = ("SHA-256",)
    del platform.parts[SUITE].capability["digestAlgorithms"]


@VARIANTS.add("batches-of-a-thousand", "批次限额一千条", "batches of up to a thousand rows")
def _batches_of_a_thousand(platform: Platform) -> None:
    _inbox(platform).limit = platform.parts[SUITE].capability["limits"]["batchRecords"] = 1000


@VARIANTS.add("batches-of-five", "批次限额仅数条", "batches of five rows at most")
def _batches_of_five(platform: Platform) -> None:
    _inbox(platform).limit = platform.parts[SUITE].capability["limits"]["batchRecords"] = 5


@VARIANTS.add("others-push-too", "当日另有他方推送", "others push to the same resource on the same day")
def _others_push_too(platform: Platform) -> None:
    box = _inbox(platform)
    common = {
        "resource": next(iter(box.known)),
        "day": stamp(platform.now)[:10],
        "at": platform.now.timestamp() - 60,
        "part": 1,
    }
    for number in range(4):
        platform.store.add("push:inbox", "other", common | {"row": {"id": f"other-{number}"}})
    seen = {"batchNo": "other", "index": 1, "id": "other-9", "code": 40003, "message": "-"}
    platform.store.add(REFUSED, "other", common | {"seen": seen})


@VARIANTS.add("every-row-counts", "对账按行计数", "every row that comes is counted, also one that comes again")
def _every_row_counts(platform: Platform) -> None:
    box = _inbox(platform)
    right = box.counts

    def counts(code: str, date: str) -> Row:
        stored = len(box.of_day("push:inbox", code, date))
        sent = stored + len(box.of_day(REFUSED, code, date))
        return right(code, date) | {"sentCount": sent, "receivedCount": sent, "storedCount": stored}  # type: ignore[no-any-return]

    box.counts = counts


@VARIANTS.add("differences-resolved", "补数后差异标为已解决", "a difference that was made up stays, marked as resolved")
def _differences_resolved(platform: Platform) -> None:
    box = _inbox(platform)
    right = box.counts

    def counts(code: str, date: str) -> Row:
        found = right(code, date)
        left = [row.get("id") for row in found["diff"]]
        seen = [kept["seen"] for kept in box.of_day(REFUSED, code, date)]
        return found | {"diff": [row | {"resolved": row.get("id") not in left} for row in seen]}  # type: ignore[no-any-return]

    box.counts = counts


@VARIANTS.add("reconciliation-lags", "对账滞后十秒", "the reconciliation is made anew every ten seconds")
def _reconciliation_lags(platform: Platform) -> None:
    box = _inbox(platform)
    right = box.counts
    made: dict[tuple[str, str], tuple[float, Row]] = {}

    def counts(code: str, date: str) -> Row:
        now = box.clock().timestamp()
        at, found = made.get((code, date), (0.0, {}))
        if now - at >= 10:  # noqa: PLR2004 -- see its name
            at, found = now, right(code, date)
        made[code, date] = (at, found)
        return found

    box.counts = counts


@VARIANTS.add("reconciliation-in-sm3", "对账摘要用 SM3 大写", "the digest of a day is in SM3, with capital letters")
def _reconciliation_in_sm3(platform: Platform) -> None:
    box = _inbox(platform)
    right = box.counts

    def counts(code: str, date: str) -> Row:
        rows = {kept["row"]["id"]: kept["row"] for kept in box.of_day("push:inbox", code, date)}
        value = box.digest("SM3", [rows[key] for key in sorted(rows)]).upper()
        return right(code, date) | {"digest": {"alg": "SM3", "value": value}}  # type: ignore[no-any-return]

    box.counts = counts


def _beating(name: str, zh: str, en: str, change: Callable[[Platform], Row]) -> None:
    VARIANTS.add(name, zh, en)(
        lambda platform: platform.alter(
            "heartbeat", lambda answer: answer.with_payload(answer.payload | change(platform))
        )
    )


_beating(
    "heartbeat-degraded",
    "心跳降级、水位为时间",
    "a degraded node with a backlog, its watermark a time",
    lambda platform: {"status": "DEGRADED", "backlog": 17, "lastWatermark": stamp(platform.clock())},
)
_beating(
    "heartbeat-every-half-minute",
    "心跳每半分钟生成一次",
    "heartbeats are made every thirty seconds",
    lambda platform: {"time": stamp(platform.clock() - timedelta(seconds=30))},
)
_beating(
    "watermark-opaque",
    "水位为不透明标记",
    "the watermark is a mark without order",
    lambda platform: {"lastWatermark": f"mark/{stamp(platform.clock())[::-1]}"},
)

"""Legal variants of ingest: other ways in which a conforming platform takes observations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_data import stamp
from .reference_ingest import DUPLICATE, REJECTED, TOPIC

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
SOON = 4


def _inlet(platform: Platform) -> Any:  # noqa: ANN401 -- an Ingest whose methods are replaced
    return part(platform, TOPIC)


def _policies(platform: Platform, **declared: object) -> None:
    _inlet(platform).farm.capability["policies"] |= declared


def _limits(platform: Platform, **declared: object) -> None:
    _inlet(platform).farm.capability["limits"] |= declared


@VARIANTS.add("out-of-range-refused", "超量程一律拒收（40004）", "values beyond the range are refused (40004)")
def _out_of_range_refused(platform: Platform) -> None:
    _inlet(platform).flags_range = False
    _policies(platform, outOfRange="reject")


@VARIANTS.add("batches-rolled-back", "声明整批回滚", "one bad item has the whole batch refused, as is declared")
def _batches_rolled_back(platform: Platform) -> None:
    _inlet(platform).whole = True
    _policies(platform, partialFailure="rollback")


@VARIANTS.add(
    "bad-batches-get-422", "声明整批回滚，应答 422", "a batch with a bad item gets 422 as a whole, as is declared"
)
def _bad_batches_get_422(platform: Platform) -> None:
    _inlet(platform).whole = True
    _policies(platform, partialFailure="rollback")

    def checked(answer: Answer) -> Answer:
        if answer.payload["rejected"]:
            raise demo.ApiError(422, 42201, "batch rolled back")
        return answer

    platform.alter("post_batch", checked)


@VARIANTS.add("times-in-beijing-by-default", "声明缺省东八区", "times without offset are Beijing time, as is declared")
def _times_in_beijing_by_default(platform: Platform) -> None:
    _inlet(platform).local = True
    _policies(platform, defaultOffset="+08:00")


@VARIANTS.add("future-of-one-hour", "只许提前一小时", "an observation may lie an hour ahead, as is declared")
def _future_of_one_hour(platform: Platform) -> None:
    _inlet(platform).future_hours = 1
    _limits(platform, futureHours=1)


@VARIANTS.add("retention-of-two-days", "只收两天内的数据", "data of the last two days are taken, as is declared")
def _retention_of_two_days(platform: Platform) -> None:
    _inlet(platform).retention_days = 2
    _policies(platform, retentionDays=2)


@VARIANTS.add("batches-of-seven", "每批至多七条", "a batch has at most seven items, as is declared")
def _batches_of_seven(platform: Platform) -> None:
    _inlet(platform).most = 7
    _limits(platform, batchItems=7)


@VARIANTS.add("ingest-undeclared", "不声明限额与策略", "neither limits nor policies of ingest are declared")
def _ingest_undeclared(platform: Platform) -> None:
    capability = _inlet(platform).farm.capability
    for name in ("partialFailure", "outOfRange", "retentionDays"):
        capability["policies"].pop(name, None)
    for name in ("batchItems", "futureHours"):
        capability["limits"].pop(name, None)


@VARIANTS.add("duplicates-get-409", "重复上报答 409", "an observation that comes again gets 409")
def _duplicates_get_409(platform: Platform) -> None:
    def checked(answer: Answer) -> Answer:
        if answer.payload["status"] == DUPLICATE:
            raise demo.ApiError(409, 40901, "duplicate observation")
        return answer

    platform.alter("post_observation", checked)


@VARIANTS.add("refusals-in-200", "拒收写在 200 的结果里", "a refused observation is told in the result of a 200")
def _refusals_in_200(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            try:
                return handler(call)
            except demo.ApiError as reason:
                if reason.code not in (40002, 40003, 40004, 42201):
                    raise
                told = {"index": 0, "status": REJECTED, "code": reason.code, "message": reason.message}
                return demo.Answer(told)

        return answer

    platform.rewire("post_observation", change)


@VARIANTS.add("observations-shown-later", "入库后四秒可查", "an observation can be read four seconds later")
def _observations_shown_later(platform: Platform) -> None:
    def settled(answer: Answer) -> Answer:
        if len(answer.payload["list"]) < answer.payload["total"]:
            return answer  # what is spread over pages is read from elsewhere
        since = stamp(platform.clock() - timedelta(seconds=SOON))
        rows = [row for row in answer.payload["list"] if row.get("receivedTime", since) <= since]
        return answer.with_payload(answer.payload | {"list": rows, "total": len(rows)})

    platform.alter("list_observations", settled)


@VARIANTS.add("times-kept-in-utc", "时间一律存为零时区整秒", "times are kept in UTC, in whole seconds")
def _times_kept_in_utc(platform: Platform) -> None:
    box = _inlet(platform)
    right = box.checked

    def checked(row: Row, device: Row) -> Row:
        made: Row = right(row, device)
        at = datetime.fromisoformat(made["phenomenonTime"]).astimezone(UTC)
        return made | {"phenomenonTime": f"{at:%Y-%m-%dT%H:%M:%S}Z"}

    box.checked = checked


@VARIANTS.add("values-in-single-precision", "值以单精度保存", "values are kept in single precision")
def _values_in_single_precision(platform: Platform) -> None:
    box = _inlet(platform)
    right = box.store
    box.store = lambda row: right(row if row["value"] is None else row | {"value": _single(row["value"])})


def _single(value: float) -> float:
    """A number to the seven digits that single precision has, and a digit of noise."""
    return float(f"{value:.7g}") * (1 + 2**-26)


@VARIANTS.add("results-without-words", "结果不带说明与计数", "results have neither words nor counts")
def _results_without_words(platform: Platform) -> None:
    def bare(answer: Answer) -> Answer:
        items = [{name: one[name] for name in ("index", "status", "code")} for one in answer.payload["items"]]
        return answer.with_payload({"requestId": answer.payload["requestId"], "items": items})

    platform.alter("post_batch", bare)


@VARIANTS.add("flags-for-historical-data", "迟到数据自动标为历史", "what comes late is marked as historical of itself")
def _flags_for_historical_data(platform: Platform) -> None:
    box = _inlet(platform)
    right = box.checked

    def checked(row: Row, device: Row) -> Row:
        made: Row = right(row, device)
        late = datetime.fromisoformat(made["phenomenonTime"]) < platform.clock() - timedelta(hours=1)
        return made | {"isHistorical": made["isHistorical"] or late}

    box.checked = checked


@VARIANTS.add("values-beside-no-link-refused", "无连接标记带值拒收", "a value under flag D or B is refused")
def _values_beside_no_link_refused(platform: Platform) -> None:
    box = _inlet(platform)
    right = box.checked

    def checked(row: Row, device: Row) -> Row:
        if row.get("flag") in ("D", "B") and row.get("value") is not None:
            raise demo.ApiError(400, 40002, "invalid field: value")
        made: Row = right(row, device)
        return made

    box.checked = checked


@VARIANTS.add(
    "disabled-devices-told-in-200",
    "停用设备的数据在 200 结果里拒收",
    "data of a disabled device are refused in the result of a 200",
)
def _disabled_devices_told_in_200(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            try:
                return handler(call)
            except demo.ApiError as reason:
                if reason.code != 40301 or "disabled" not in reason.message:  # noqa: PLR2004 -- forbidden
                    raise
                return demo.Answer({"index": 0, "status": REJECTED, "code": reason.code, "message": reason.message})

        return answer

    platform.rewire("post_observation", change)

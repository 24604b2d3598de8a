"""Mutants of values: ranges, precision, times that are shifted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_ingest import alone, inlet, stored_as
from .reference_ingest_rows import beyond

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

    from .reference_ingest import Ingest

Row = dict[str, Any]
MUTANTS = demo.Mutants()
BEYOND = ("T", "L")
TINY = 0.06


def storing(name: str, zh: str, en: str, change: Callable[[Ingest, Row], Row | None]) -> None:
    """A mutant that stores something else than it should; see ``stored_as``."""
    MUTANTS.add(name, zh, en)(lambda platform: stored_as(platform, change))


def flagging(name: str, zh: str, en: str, change: Callable[[str], str]) -> None:
    """A mutant that flags values beyond the range otherwise: the right flag → the one that is stored."""

    def apply(platform: Platform) -> None:
        box = inlet(platform)
        right = box.flag

        def flag(row: Row, channel: Row) -> str:
            found: str = right(row, channel)
            return change(found) if found in BEYOND and row["flag"] not in BEYOND else found

        box.flag = flag

    MUTANTS.add(name, zh, en)(apply)


# --- ranges -----------------------------------------------------------------------------------------------------------

flagging("range-not-checked", "超量程照记正常", "values beyond the range are stored as normal", lambda _: "N")
flagging(
    "range-low-end-not-checked",
    "低于量程照记正常",
    "values below the range are stored as normal",
    lambda flag: "N" if flag == "L" else flag,
)
flagging(
    "range-called-by-hand", "超量程记为手工", "values beyond the range are stored as entered by hand", lambda _: "S"
)
flagging(
    "range-flags-swapped",
    "上下限标记颠倒",
    "the flags for above and below the range are swapped",
    lambda flag: "L" if flag == "T" else "T",
)


@MUTANTS.add("range-not-checked-in-batches", "批量不查量程", "in a batch values beyond the range are stored as normal")
def _range_not_checked_in_batches(platform: Platform) -> None:
    box = inlet(platform)
    right = box.attempted

    def attempted(item: Any, device: Row) -> Row | demo.ApiError:  # noqa: ANN401 -- as it came
        made: Row | demo.ApiError = right(item, device)
        if isinstance(made, dict) and made["flag"] in BEYOND and item["flag"] not in BEYOND:
            return made | {"flag": "N"}
        return made

    box.attempted = attempted


def _clipped(box: Ingest, row: Row) -> Row:
    device = box.farm.platform.store.get("agri:devices", row["deviceId"])
    channel = next(one for one in device["channels"] if one["channelId"] == row["channelId"])
    side = beyond(row["value"], channel)
    return row | {"value": channel["rangeMax" if side == "T" else "rangeMin"]} if side else row


storing("range-clipped", "超量程截到量程端", "values beyond the range are clipped to it", _clipped)
storing(
    "out-of-range-lost",
    "超量程收而不存",
    "values beyond the range are accepted and not stored",
    lambda _, row: None if row["flag"] in BEYOND else row,
)


@MUTANTS.add("range-ends-refused", "量程端点拒收", "the ends of the range are refused")
def _range_ends_refused(platform: Platform) -> None:
    box = inlet(platform)
    right = box.flag

    def flag(row: Row, channel: Row) -> str:
        if row["value"] in (channel["rangeMin"], channel["rangeMax"]):
            raise demo.ApiError(400, 40004, "value out of range")
        return right(row, channel)  # type: ignore[no-any-return]

    box.flag = flag


@MUTANTS.add(
    "out-of-range-refused-yet-stored", "称超量程拒绝却已入库", "values beyond the range are refused, and stored"
)
def _out_of_range_refused_yet_stored(platform: Platform) -> None:
    box = inlet(platform)
    right = box.checked

    def checked(row: Row, device: Row) -> Row:
        made: Row = right(row, device)
        if made["flag"] in BEYOND and row["flag"] not in BEYOND:
            box.store(made)
            raise demo.ApiError(400, 40004, "value out of range")
        return made

    box.checked = checked


# --- precision --------------------------------------------------------------------------------------------------------


def numbers(name: str, zh: str, en: str, change: Callable[[float], Any]) -> None:
    """A mutant that stores another number."""
    storing(name, zh, en, lambda _, row: row if row["value"] is None else row | {"value": change(row["value"])})


numbers(
    "values-rounded-to-one-decimal",
    "值只留一位小数",
    "values are rounded to one decimal",
    lambda value: round(value, 1),
)
numbers("values-cut-off-to-integers", "值截成整数", "values are cut off to integers", int)
numbers(
    "small-values-lost",
    "小值记为零",
    "values close to zero are stored as 0",
    lambda value: 0 if abs(value) < TINY else value,
)
numbers("values-as-texts", "值存成文本", "values are stored as texts", str)


@MUTANTS.add("values-rounded-when-single", "单条上报时四舍五入", "values that come singly are rounded to integers")
def _values_rounded_when_single(platform: Platform) -> None:
    alone(platform, lambda row: row if row["value"] is None else row | {"value": round(row["value"])})


# --- times ------------------------------------------------------------------------------------------------------------


def _zoneless(row: Row) -> Row:
    at = datetime.fromisoformat(row["phenomenonTime"])
    return row | {"phenomenonTime": at.replace(tzinfo=UTC).isoformat()}


def _twice(row: Row) -> Row:
    at = datetime.fromisoformat(row["phenomenonTime"])
    return row | {"phenomenonTime": (at - (at.utcoffset() or timedelta())).isoformat()}


storing("offset-dropped", "丢弃时区偏移", "the offset of times is dropped", lambda _, row: _zoneless(row))
storing("offset-applied-twice", "时区偏移算两次", "the offset of times is applied twice", lambda _, row: _twice(row))


@MUTANTS.add(
    "offset-dropped-when-single", "单条上报时丢弃时区偏移", "the offset of a time that comes singly is dropped"
)
def _offset_dropped_when_single(platform: Platform) -> None:
    alone(platform, _zoneless)


storing(
    "zero-not-stored",
    "数值 0 收而不存",
    "the value 0 is accepted and not stored",
    lambda _, row: row if row["value"] != 0 else None,
)
storing(
    "zero-stored-as-nothing",
    "数值 0 存为空值",
    "the value 0 is stored as no value",
    lambda _, row: row | {"value": row["value"] or None},
)

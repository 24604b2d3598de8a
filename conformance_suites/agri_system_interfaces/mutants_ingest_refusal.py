"""Mutants of what must be refused: members missing, wrong types, times without offset, the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_ingest import inlet
from .reference_data import stamp
from .reference_ingest import DISABLED

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

    from .reference_ingest import Ingest

Row = dict[str, Any]
MUTANTS = demo.Mutants()
SCHEMA, TIME = 40002, 42201


def mending(platform: Platform, mend: Callable[[Ingest, Row, Row], Row], *, batches_only: bool = False) -> None:
    """What should be refused is mended and taken: inlet, row, device → the row that is read instead."""
    box = inlet(platform)
    name = "attempted" if batches_only else "checked"
    right = getattr(box, name)

    def read(row: Any, device: Row) -> Any:  # noqa: ANN401 -- as it came
        return right(mend(box, row, device) if isinstance(row, dict) else row, device)

    setattr(box, name, read)


def mended(name: str, zh: str, en: str, mend: Callable[[Ingest, Row, Row], Row], *, batches_only: bool = False) -> None:
    """A mutant that mends what it should refuse."""
    MUTANTS.add(name, zh, en)(lambda platform: mending(platform, mend, batches_only=batches_only))


def refused_yet_stored(name: str, zh: str, en: str, mend: Callable[[Ingest, Row, Row], Row]) -> None:
    """A mutant that refuses a row and stores it all the same, mended."""

    def apply(platform: Platform) -> None:
        box = inlet(platform)
        right = box.checked

        def checked(row: Row, device: Row) -> Row:
            try:
                return right(row, device)  # type: ignore[no-any-return]
            except demo.ApiError:
                other = mend(box, row, device)
                if other != row:
                    box.store(right(other, device))
                raise

        box.checked = checked

    MUTANTS.add(name, zh, en)(apply)


def _channel(row: Row, device: Row) -> Row:
    found: Row = next((one for one in device["channels"] if one["channelId"] == row.get("channelId")), {})
    return found


# --- members ----------------------------------------------------------------------------------------------------------

mended(
    "kind-not-needed",
    "缺种类照收",
    "an observation without kind is taken",
    lambda _, row, device: {"kind": _channel(row, device).get("kind")} | row,
)
mended(
    "unit-not-needed",
    "缺单位照收",
    "an observation without unit is taken",
    lambda _, row, device: {"unit": _channel(row, device).get("unit")} | row,
)
mended(
    "value-not-needed",
    "缺值按零收",
    "an observation without value is taken as 0",
    lambda *given: {"value": 0} | given[1],
)
mended(
    "time-not-needed",
    "缺时间按接收时间收",
    "an observation without time gets that of its receipt",
    lambda box, row, _: {"phenomenonTime": stamp(box.farm.platform.clock())} | row,
)
mended(
    "members-not-needed-in-batches",
    "批量不查必填项",
    "in a batch observations without unit are taken",
    lambda _, row, device: {"unit": _channel(row, device).get("unit")} | row,
    batches_only=True,
)
refused_yet_stored(
    "missing-value-refused-yet-stored",
    "缺值称拒绝却已入库",
    "an observation without value is refused, and stored as 0",
    lambda *given: {"value": 0} | given[1],
)


@MUTANTS.add("missing-member-crashes", "缺成员时 500", "an observation without kind is a server error")
def _missing_member_crashes(platform: Platform) -> None:
    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            if isinstance(call.body, dict) and "kind" not in call.body:
                raise demo.ApiError(500, 50001, "KeyError")
            return handler(call)

        return answer

    platform.rewire("post_observation", change)


# --- types ------------------------------------------------------------------------------------------------------------


def _as(kinds: tuple[type, ...], change: Callable[[Any], Any]) -> Callable[[Ingest, Row, Row], Row]:
    """Values of some types are read as something else."""

    def mend(_: Ingest, row: Row, __: Row) -> Row:
        value = row.get("value")
        return row | {"value": change(value)} if type(value) in kinds else row

    return mend


def _number_in(text: str) -> Any:  # noqa: ANN401 -- as it came where it is none
    try:
        found = float(text)
    except ValueError:
        return text
    return found if abs(found) < float("inf") else 0


mended("texts-read-as-zero", "文本值按零收", "a text for a number is taken as 0", _as((str,), lambda _: 0))
mended("nan-read-as-number", "文本 NaN 照收", "the text NaN is taken", _as((str,), _number_in))
mended("true-read-as-one", "布尔值按一收", "true for a number is taken as 1", _as((bool,), int))
mended(
    "lists-read-as-their-first", "列表取首项", "of a list the first item is taken", _as((list,), lambda value: value[0])
)
mended(
    "types-not-checked-in-batches",
    "批量不查类型",
    "in a batch a text for a number is taken as 0",
    _as((str,), lambda _: 0),
    batches_only=True,
)


def _explained(row: Row) -> bool:
    return "value" in row and row["value"] is None and row.get("flag") in ("D", "B", "F", "M")


@MUTANTS.add("null-taken-as-normal", "正常标记下空值照收", "null is taken under the flag N")
def _null_taken_as_normal(platform: Platform) -> None:
    def mend(_: Ingest, row: Row, __: Row) -> Row:
        return row | {"value": 0} if "value" in row and row["value"] is None and row.get("flag") == "N" else row

    mending(platform, mend)


@MUTANTS.add("null-taken-above-range", "超限标记下空值照收", "null is taken under the flag T")
def _null_taken_above_range(platform: Platform) -> None:
    def mend(_: Ingest, row: Row, __: Row) -> Row:
        return row | {"value": 0} if "value" in row and row["value"] is None and row.get("flag") == "T" else row

    mending(platform, mend)


@MUTANTS.add("null-never-taken", "故障空值一律拒收", "null is refused even where the flag explains it")
def _null_never_taken(platform: Platform) -> None:
    box = inlet(platform)
    right = box.need_value

    def need_value(row: Row) -> None:
        if row["value"] is None:
            raise demo.ApiError(400, SCHEMA, "invalid field: value")
        right(row)

    box.need_value = need_value


mended(
    "null-stored-as-zero",
    "空值存为零",
    "null is stored as 0",
    lambda _, row, __: row | {"value": 0} if _explained(row) else row,
)


# --- times ------------------------------------------------------------------------------------------------------------


def _written(row: Row, form: str, *, zone: str = "+00:00") -> Row:
    """A row whose time is read in a form without offset, where it has that form."""
    try:
        at = datetime.strptime(str(row.get("phenomenonTime")), form)  # noqa: DTZ007 -- that is the point
    except ValueError:
        return row
    return row | {"phenomenonTime": f"{at.isoformat()}{zone}"}


def _forms(*forms: str) -> Callable[[Ingest, Row, Row], Row]:
    def mend(_: Ingest, row: Row, __: Row) -> Row:
        for form in forms:
            row = _written(row, form)
        return row

    return mend


T_FORM, BLANK_FORM, DAY_FORM = "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"
mended("offset-not-needed", "缺时区按零时区收", "a time without offset is taken for UTC", _forms(T_FORM))
mended(
    "offset-not-needed-with-a-blank",
    "空格分隔的时间照收",
    "a time with a blank for T and without offset is taken",
    _forms(BLANK_FORM),
)
mended("day-taken-for-a-time", "只有日期照收", "a day is taken for its midnight", _forms(DAY_FORM))
mended(
    "offset-not-needed-in-batches",
    "批量不查时区",
    "in a batch a time without offset is taken for UTC",
    _forms(T_FORM, BLANK_FORM),
    batches_only=True,
)


@MUTANTS.add(
    "default-offset-not-applied", "声明东八区却按零时区", "a default offset is declared, and times are taken for UTC"
)
def _default_offset_not_applied(platform: Platform) -> None:
    inlet(platform).farm.capability["policies"]["defaultOffset"] = "+08:00"
    mending(platform, _forms(T_FORM))


# --- the future -------------------------------------------------------------------------------------------------------


@MUTANTS.add("future-not-limited", "未来时间不限", "observations of any future are taken")
def _future_not_limited(platform: Platform) -> None:
    inlet(platform).future_hours = 24 * 365 * 200


@MUTANTS.add("future-limited-in-days", "未来限额错用天", "the limit of the future is in days instead of hours")
def _future_limited_in_days(platform: Platform) -> None:
    inlet(platform).future_hours = 24 * 24


@MUTANTS.add("future-always-refused", "限额以内的未来也拒收", "observations within the limit of the future are refused")
def _future_always_refused(platform: Platform) -> None:
    inlet(platform).future_hours = 0.1


def _brought_back(box: Ingest, row: Row, _: Row) -> Row:
    """A row of the future, read as one of now."""
    now = box.farm.platform.clock()
    try:
        at = datetime.fromisoformat(str(row.get("phenomenonTime")))
    except ValueError:
        return row
    far = at.tzinfo is not None and at > now + timedelta(hours=box.future_hours)
    return row | {"phenomenonTime": now.astimezone(UTC).isoformat()} if far else row


mended("future-brought-back", "未来时间改为当前", "an observation of the future is taken as one of now", _brought_back)
mended(
    "future-not-limited-in-batches",
    "批量不查未来时间",
    "in a batch an observation of the future is taken as one of now",
    _brought_back,
    batches_only=True,
)


@MUTANTS.add("future-refused-yet-stored", "称未来拒绝却已入库", "an observation of the future is refused, and stored")
def _future_refused_yet_stored(platform: Platform) -> None:
    box = inlet(platform)
    right = box.checked

    def checked(row: Row, device: Row) -> Row:
        try:
            return right(row, device)  # type: ignore[no-any-return]
        except demo.ApiError as reason:
            if reason.code == TIME and device["status"] != DISABLED:
                held, box.future_hours = box.future_hours, 24 * 365 * 200
                box.store(right(row, device))
                box.future_hours = held
            raise

    box.checked = checked

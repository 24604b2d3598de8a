"""Mutants of ingest: single observations, duplicates, late data, unknown devices."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_data import DEVICES, stamp
from .reference_ingest import DUPLICATE, TOPIC, Ingest
from .reference_observations import instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
A_DAY, AN_HOUR = 86400, 3600


def inlet(platform: Platform) -> Any:  # noqa: ANN401 -- an Ingest whose methods are replaced
    """What takes the platform's observations."""
    return part(platform, TOPIC)


def stored_as(platform: Platform, change: Callable[[Ingest, Row], Row | None]) -> None:
    """Something else is stored than should be: inlet, row → row, or ``None`` to store nothing."""
    box = inlet(platform)
    right = box.store

    def store(row: Row) -> bool:
        changed = change(box, row)
        return True if changed is None else right(changed)

    box.store = store


def storing(name: str, zh: str, en: str, change: Callable[[Ingest, Row], Row | None]) -> None:
    """A mutant that stores something else than it should; see ``stored_as``."""
    MUTANTS.add(name, zh, en)(lambda platform: stored_as(platform, change))


def alone(platform: Platform, change: Callable[[Row], Row | None]) -> None:
    """What is posted singly is stored otherwise."""
    box = inlet(platform)
    right = box.store
    single: list[bool] = []

    def marked(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            single.append(True)
            try:
                return handler(call)
            finally:
                single.pop()

        return answer

    def store(row: Row) -> bool:
        changed = change(row) if single else row
        return True if changed is None else right(changed)

    platform.rewire("post_observation", marked)
    box.store = store


def age(box: Ingest, row: Row) -> float:
    """How many seconds ago a row was observed."""
    return box.farm.platform.clock().timestamp() - instant(row["phenomenonTime"]) / 1000


# --- single observations ----------------------------------------------------------------------------------------------


@MUTANTS.add("observation-not-stored", "单条观测应答接受而不入库", "a single observation is accepted and not stored")
def _observation_not_stored(platform: Platform) -> None:
    alone(platform, lambda _: None)


@MUTANTS.add(
    "observation-on-another-channel", "单条观测存到别的通道", "a single observation is stored under another channel"
)
def _observation_on_another_channel(platform: Platform) -> None:
    def moved(row: Row) -> Row:
        device = platform.store.get(DEVICES, row["deviceId"])
        names = [one["channelId"] for one in device["channels"]]
        place = names.index(row["channelId"])
        return row | {"channelId": f"{names[place]}-raw"}

    alone(platform, moved)


@MUTANTS.add("observation-in-another-unit", "单条观测换了单位名", "a single observation is stored under another unit")
def _observation_in_another_unit(platform: Platform) -> None:
    alone(platform, lambda row: row | {"unit": "1"})


@MUTANTS.add(
    "observation-result-empty", "单条上报的应答没有结果", "the answer to a single observation says nothing of it"
)
def _observation_result_empty(platform: Platform) -> None:
    def emptied(answer: Answer) -> Answer:
        return answer if answer.payload["status"] == DUPLICATE else answer.with_payload({"ok": True})

    platform.alter("post_observation", emptied)


@MUTANTS.add("observation-shown-late", "入库后十二秒才可查", "an observation can be read only twelve seconds later")
def _observation_shown_late(platform: Platform) -> None:
    def settled(answer: Answer) -> Answer:
        if len(answer.payload["list"]) < answer.payload["total"]:
            return answer  # what is spread over pages is read from elsewhere
        since = stamp(platform.clock() - timedelta(seconds=12))
        rows = [row for row in answer.payload["list"] if row.get("receivedTime", since) <= since]
        return answer.with_payload(answer.payload | {"list": rows, "total": len(rows)})

    platform.alter("list_observations", settled)


# --- duplicates -------------------------------------------------------------------------------------------------------


@MUTANTS.add("duplicates-stored", "重复上报重复入库", "an observation that comes again is stored again")
def _duplicates_stored(platform: Platform) -> None:
    box, numbers = inlet(platform), count()
    store = box.farm.observations

    def keep(row: Row) -> bool:
        if store.add(row):
            return True
        key = f"{row['deviceId']}|{next(numbers)}"
        store.store.add("agri:observations", key, row | {"_at": instant(row["phenomenonTime"])})
        return False

    box.store = keep


@MUTANTS.add("duplicates-told-accepted", "重复上报称为接受", "an observation that comes again is called accepted")
def _duplicates_told_accepted(platform: Platform) -> None:
    box = inlet(platform)
    right = box.store
    box.store = lambda row: right(row) or True


@MUTANTS.add("duplicates-by-the-text-of-time", "按时间文本判重", "duplicates are told by the text of their time")
def _duplicates_by_the_text_of_time(platform: Platform) -> None:
    box, seen = inlet(platform), set()
    store = box.farm.observations

    def keep(row: Row) -> bool:
        key = f"{row['deviceId']}|{row['channelId']}|{row['phenomenonTime']}"
        if key in seen or (store.store.get("agri:observations", key) is not None):
            return False
        seen.add(key)
        store.store.add("agri:observations", key, row | {"_at": instant(row["phenomenonTime"])})
        return True

    box.store = keep


@MUTANTS.add("duplicates-within-a-batch", "同批之内不判重", "within a batch duplicates are not seen")
def _duplicates_within_a_batch(platform: Platform) -> None:
    box, numbers = inlet(platform), count()
    store, right = box.farm.observations, box.results

    def results(items: list[Any], device: Row) -> list[Row]:
        fresh: set[str] = set()

        def keep(row: Row) -> bool:
            key = f"{row['channelId']}|{row['phenomenonTime']}"
            new = store.add(row)
            if new or key not in fresh:
                fresh.update({key} if new else ())
                return bool(new)
            store.store.add("agri:observations", f"+{next(numbers)}", row | {"_at": instant(row["phenomenonTime"])})
            return True

        held, box.store = box.store, keep
        try:
            return right(items, device)  # type: ignore[no-any-return]
        finally:
            box.store = held

    box.results = results


@MUTANTS.add(
    "duplicates-across-channels", "判重不看通道", "another channel's observation of the same instant is a duplicate"
)
def _duplicates_across_channels(platform: Platform) -> None:
    box = inlet(platform)
    right = box.store
    seen: dict[tuple[str, int], str] = {}

    def store(row: Row) -> bool:
        first = seen.setdefault((row["deviceId"], instant(row["phenomenonTime"])), row["channelId"])
        return bool(first == row["channelId"] and right(row))

    box.store = store


# --- late data --------------------------------------------------------------------------------------------------------


def _late(box: Ingest, row: Row, seconds: float = AN_HOUR) -> bool:
    """Whether a row is late; the devices' own clocks are not asked."""
    return age(box, row) > seconds


@MUTANTS.add("late-data-refused", "拒收一小时前的数据", "data older than an hour are refused")
def _late_data_refused(platform: Platform) -> None:
    box = inlet(platform)
    right = box.checked

    def checked(row: Row, device: Row) -> Row:
        made: Row = right(row, device)
        if _late(box, made):
            raise demo.ApiError(422, 42201, "too late")
        return made

    box.checked = checked


@MUTANTS.add("late-data-refused-after-a-day", "拒收一天前的数据", "data older than a day are refused in batches")
def _late_data_refused_after_a_day(platform: Platform) -> None:
    box = inlet(platform)
    right = box.attempted

    def attempted(item: Any, device: Row) -> Row | demo.ApiError:  # noqa: ANN401 -- as it came
        made: Row | demo.ApiError = right(item, device)
        if isinstance(made, dict) and _late(box, made, A_DAY):
            return demo.ApiError(422, 42201, "too late")
        return made

    box.attempted = attempted


storing(
    "late-data-lost",
    "迟到数据收而不存",
    "late data are accepted and not stored",
    lambda box, row: None if _late(box, row) else row,
)


def _of_today(box: Ingest, row: Row) -> Row:
    """A row of an earlier day, as if it were of the day of its receipt."""
    if not _late(box, row, A_DAY):
        return row
    days = timedelta(days=age(box, row) // A_DAY)
    at = datetime.fromisoformat(row["phenomenonTime"]) + days
    return row | {"phenomenonTime": at.isoformat()}


storing(
    "late-data-redated",
    "隔日数据改为当日",
    "data of earlier days get the day of their receipt",
    _of_today,
)
storing(
    "historical-mark-lost",
    "历史标记丢失",
    "the mark of historical data is lost",
    lambda _, row: row | {"isHistorical": False},
)
storing(
    "historical-mark-on-all",
    "一律标为历史数据",
    "all data are marked as historical",
    lambda _, row: row | {"isHistorical": True},
)


# --- unknown devices --------------------------------------------------------------------------------------------------


def _made_up(box: Ingest, name: str) -> Row:
    """A device made of nothing but its name, with the channels of the one that was registered last."""
    like: Row = box.farm.platform.store.all(DEVICES)[-1]
    return like | {"deviceId": name, "status": "online"}


def _unknown_taken(platform: Platform, operation: str, *, told: bool = False) -> None:
    """Observations of unknown devices are stored, by one of the operations; ``told``: and refused."""

    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            box = inlet(platform)
            right = box.device
            strange: list[str] = []

            def device(asked: Call, name: str) -> Row:
                if platform.store.get(DEVICES, name) is not None:
                    return right(asked, name)  # type: ignore[no-any-return]
                strange.append(name)
                return _made_up(box, name)

            box.device = device
            try:
                found = handler(call)
            finally:
                box.device = right
            if strange and told:
                raise demo.ApiError(404, 40401, "unknown device")
            return found

        return answer

    platform.rewire(operation, change)


@MUTANTS.add("unknown-device-taken", "未注册设备照收", "observations of an unknown device are taken")
def _unknown_device_taken(platform: Platform) -> None:
    _unknown_taken(platform, "post_observation")


@MUTANTS.add("unknown-device-taken-in-batches", "批量不查设备", "batches of an unknown device are taken")
def _unknown_device_taken_in_batches(platform: Platform) -> None:
    _unknown_taken(platform, "post_batch")


@MUTANTS.add(
    "unknown-device-refused-yet-stored", "称未注册却已入库", "an unknown device is refused, and its data stored"
)
def _unknown_device_refused_yet_stored(platform: Platform) -> None:
    _unknown_taken(platform, "post_observation", told=True)


@MUTANTS.add("device-of-an-item-unread", "批内别的设备照收", "an item of another device is taken as the batch's own")
def _device_of_an_item_unread(platform: Platform) -> None:
    box = inlet(platform)
    right = box.attempted
    box.attempted = lambda item, device: right(item | {"deviceId": device["deviceId"]}, device)

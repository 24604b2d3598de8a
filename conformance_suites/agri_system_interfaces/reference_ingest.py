"""The reference farm takes observations: one, or a batch with a result for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import invalid, need_write, org_of, unknown
from .reference_data import DEVICES, stamp
from .reference_ingest_rows import (
    MORE,
    PLAIN,
    beyond,
    channel_of,
    impossible_time,
    moment,
    need_texts,
    need_value,
    out_of_range,
)

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

Row = dict[str, Any]
TOPIC = "ingest"
DISABLED = "disabled"
MOST = 500
FUTURE_HOURS = 24
RETENTION_DAYS = 3650
ACCEPTED, DUPLICATE, REJECTED = "accepted", "duplicate", "rejected"


def mount(farm: Farm) -> None:
    """Serve the operations, and declare limits and policies."""
    part = farm.parts[TOPIC] = Ingest(farm)
    farm.serve("IF06", "POST", "/szxc/v1/observations", part.post_observation)
    farm.serve("IF06", "POST", "/szxc/v1/observations/batch", part.post_batch)
    farm.capability["limits"] |= {"batchItems": part.most, "futureHours": part.future_hours}
    policies = farm.capability.setdefault("policies", {})
    policies |= {"partialFailure": "keep", "outOfRange": "flag", "retentionDays": part.retention_days}


@dataclass
class Ingest:
    """How the farm takes observations; a mutant or variant replaces parts of it.

    Attributes:
        farm: whose it is.
        most: items of a batch, at most.
        future_hours: how far ahead of the farm's clock an observation may lie.
        retention_days: how old it may be.
        flags_range: whether a value beyond its channel's range is stored with a flag; it is refused otherwise.
        local: whether a time without an offset is taken for Beijing time.
        whole: whether one bad item has the whole batch refused.
    """

    farm: Farm
    most: int = MOST
    future_hours: float = FUTURE_HOURS
    retention_days: int = RETENTION_DAYS
    flags_range: bool = True
    local: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        self.lock = RLock()

    def post_observation(self, call: Call) -> Answer:
        """Take one observation: 201, or 200 where it was there already."""
        need_write(call)
        row = _object(call.body)
        device = self.device(call, _name(row))
        result = self.taken(self.checked(row, device)) | {"index": 0}
        self.farm.audit(call, "post_observation", device["deviceId"], result["status"])
        return demo.Answer(result, status=200 if result["status"] == DUPLICATE else 201)

    def post_batch(self, call: Call) -> Answer:
        """Take a batch: one result for each item, in their order."""
        need_write(call)
        batch = _object(call.body)
        items = self.items(batch)
        device = self.device(call, _name(batch))
        results = self.results(items, device)
        count = sum(result["status"] == REJECTED for result in results)
        self.farm.audit(call, "post_batch", device["deviceId"], f"{len(results) - count} of {len(results)}")
        told = {"requestId": batch["requestId"], "accepted": len(results) - count, "rejected": count, "items": results}
        return demo.Answer(told)

    def items(self, batch: Row) -> list[Any]:
        """The items, if there are as many as a batch may have (40002, 41301)."""
        if not isinstance(batch.get("requestId"), str) or not batch["requestId"]:
            raise invalid("requestId")
        items = batch.get("items")
        if not isinstance(items, list) or not items:
            raise invalid("items")
        if len(items) > self.most:
            raise demo.ApiError(413, 41301, "batch too large")
        return items

    def device(self, call: Call, name: str) -> Row:
        """The device, if it is the caller's (40401) and in service (40301)."""
        found = self.farm.platform.store.get(DEVICES, name)
        if found is None or found["orgId"] != org_of(call):
            raise unknown("device")
        if found["status"] == DISABLED:
            raise demo.ApiError(403, 40301, "device disabled")
        return dict(found)

    def results(self, items: list[Any], device: Row) -> list[Row]:
        """What becomes of each item, in their order."""
        checked = [self.attempted(item, device) for item in items]
        if self.whole and any(isinstance(one, demo.ApiError) for one in checked):
            checked = [one if isinstance(one, demo.ApiError) else rolled_back() for one in checked]
        return [
            {"index": index} | (refused(one) if isinstance(one, demo.ApiError) else self.taken(one))
            for index, one in enumerate(checked)
        ]

    def attempted(self, item: Any, device: Row) -> Row | demo.ApiError:  # noqa: ANN401 -- as it came
        """The row that an item makes, or why it makes none."""
        try:
            return self.checked(_object(item), device)
        except demo.ApiError as reason:
            return reason

    def checked(self, row: Row, device: Row) -> Row:
        """The row that is stored for an observation.

        Raises:
            ApiError: why none is.
        """
        need_texts(row)
        if row["deviceId"] != device["deviceId"]:
            raise invalid("deviceId")
        channel = channel_of(row, device)
        self.need_value(row)
        at = self.instant(row)
        return {
            "deviceId": device["deviceId"],
            "channelId": channel["channelId"],
            "objectId": device["objectId"],
            "kind": channel["kind"],
            "value": row["value"],
            "unit": channel["unit"],
            "phenomenonTime": row["phenomenonTime"] if not self.local else at.isoformat(),
            "receivedTime": stamp(self.farm.platform.clock()),
            "flag": self.flag(row, channel),
            "isHistorical": row.get("isHistorical", False),
            **{name: row[name] for name in MORE if name in row},
        }

    def need_value(self, row: Row) -> None:
        """Refuse what is no value (40002)."""
        need_value(row["value"], row["flag"])

    def instant(self, row: Row) -> datetime:
        """When it was observed, if that can be (40002, 42201)."""
        at, now = moment(row["phenomenonTime"], local=self.local), self.farm.platform.clock()
        if not now - timedelta(days=self.retention_days) <= at <= now + timedelta(hours=self.future_hours):
            raise impossible_time()
        return at

    def flag(self, row: Row, channel: Row) -> str:
        """The flag under which a value is stored; one beyond the range does not count as normal (40004)."""
        side = beyond(row["value"], channel)
        if side and not self.flags_range:
            raise out_of_range()
        return side if side and row["flag"] in PLAIN else str(row["flag"])

    def taken(self, row: Row) -> Row:
        """Store a row, and tell everybody who listens; one of its channel and instant is there only once."""
        with self.lock:
            new = self.store(row)
        for listener in self.farm.heard if new else ():
            listener(row)
        return {"status": ACCEPTED if new else DUPLICATE, "code": 0, "message": "ok", "flag": row["flag"]}

    def store(self, row: Row) -> bool:
        """Store a row; false where it is there already."""
        return self.farm.observations.add(row)


def refused(reason: demo.ApiError) -> Row:
    """The result of an item that is not taken."""
    return {"status": REJECTED, "code": reason.code, "message": reason.message}


def rolled_back() -> demo.ApiError:
    """A good item of a batch that is refused as a whole."""
    return demo.ApiError(422, 42201, "rolled back with its batch")


def _object(body: Any) -> Row:  # noqa: ANN401 -- as it came
    if not isinstance(body, dict):
        raise invalid("body")
    return body


def _name(row: Row) -> str:
    name = row.get("deviceId")
    if not isinstance(name, str) or not name:
        raise invalid("deviceId")
    return name

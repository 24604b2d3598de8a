"""The reference farm answers questions: observations by condition, the latest of each channel, aggregates."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import org_of, unknown
from .reference_data import DEVICES, REMOVED
from .reference_observations import NEWEST, OLDEST, TABLE, instant, shown, where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_szxc.reference import Answer, Call, Where

    from .reference import Farm

Row = dict[str, Any]
TOPIC = "query"
PAGE_LIMIT = 200
LATEST_SECONDS = 2
COUNTED = ("N", "S")
"""Flags of values that count in an aggregate."""
FILTERS = ("deviceId", "channelId", "kind", "objectId", "flag")
ORDERS = {"asc": OLDEST, "desc": NEWEST}
PAGING = ("page", "pageSize", "offset", "limit", "cursor", "start")
KNOWN = frozenset({*FILTERS, *PAGING, "from", "to", "order"})


def mount(farm: Farm) -> None:
    """Serve the operations, and declare bounds and policies."""
    part = farm.parts[TOPIC] = Query(farm)
    place = "/szxc/v1/observations"
    farm.serve("IF07", "GET", place, part.list_observations)
    farm.serve("IF07", "GET", f"{place}/latest", part.latest_observations)
    farm.serve("IF07", "GET", f"{place}/aggregate", part.aggregate_observations)
    farm.capability["limits"]["pageSize"] = PAGE_LIMIT
    policies = farm.capability.setdefault("policies", {})
    policies |= {"timeBounds": "half-open", "pageSize": "reject"}
    farm.capability["latestSeconds"] = LATEST_SECONDS


@dataclass
class Query:
    """How the farm answers questions; a mutant or variant replaces parts of it.

    Attributes:
        farm: whose observations they are.
        known: the parameters of a list.
        filters: those that name a member's value.
        counted: flags of values that count in an aggregate.
        orders: what each order means in SQL; the first is the one without being asked.
        clamps: whether a page size beyond the bounds is put right; it is refused otherwise.
        instant: a time of a question in milliseconds; ``ValueError`` if it is none.
    """

    farm: Farm
    known: frozenset[str] = KNOWN
    filters: tuple[str, ...] = FILTERS
    counted: tuple[str, ...] = COUNTED
    orders: dict[str, str] = field(default_factory=lambda: dict(ORDERS))
    clamps: bool = False
    instant: Callable[[str], int] = instant

    def __post_init__(self) -> None:
        self.newest = self.farm.observations.newest

    # -- list ---------------------------------------------------------------------------------------------------------

    def list_observations(self, call: Call) -> Answer:
        """One page of the observations that meet all conditions of a question."""
        self.need_known(call.args)
        condition = self.condition(call)
        order = self.order(call.args.get("order"))
        return self.farm.platform.listed(self.sized(call), TABLE, condition, shown, order=order)

    def need_known(self, names: Iterable[str]) -> None:
        """Refuse a parameter that nobody knows (40001): it must not look as if it had been heeded."""
        for name in names:
            if name not in self.known:
                raise demo.bad_parameter(name)

    def condition(self, call: Call) -> Where:
        """What a question asks for, among the devices of the caller's organisation."""
        wanted: dict[str, Any] = {name: call.args[name] for name in self.filters if name in call.args}
        since, until = self.bounds(call)
        mine = [*self.devices(call), *self.removed(call)]
        asked = wanted.get("deviceId")
        wanted["deviceId"] = tuple(one for one in mine if asked in (None, one)) or ("",)
        return where(since=since, until=until, **wanted)

    def devices(self, call: Call) -> list[str]:
        """The devices of the caller's organisation."""
        org = demo.Where("json_extract(body, '$.orgId') = ?", (org_of(call),))
        return [row["deviceId"] for row in self.farm.platform.store.all(DEVICES, org)]

    def removed(self, call: Call) -> list[str]:
        """The devices that the caller's organisation has removed and whose history is kept."""
        org = demo.Where("json_extract(body, '$.orgId') = ?", (org_of(call),))
        return [row["deviceId"] for row in self.farm.platform.store.all(REMOVED, org)]

    def bounds(self, call: Call) -> tuple[int | None, int | None]:
        """The instants from which on and before which observations are asked for (40001 where one is none)."""
        return self.bound(call, "from"), self.bound(call, "to")

    def bound(self, call: Call, name: str) -> int | None:
        """One of them."""
        text = call.args.get(name)
        if text is None:
            return None
        try:
            return self.instant(text)
        except (ValueError, OverflowError) as error:
            raise demo.bad_parameter(name) from error

    def order(self, name: str | None) -> str:
        """The order that is asked for."""
        if name is None:
            return next(iter(self.orders.values()))
        if name not in self.orders:
            raise demo.bad_parameter("order")
        return self.orders[name]

    def sized(self, call: Call) -> Call:
        """The call with a page size within the bounds (40001 where it is refused)."""
        for name in ("pageSize", "limit"):
            text = call.args.get(name, "1")
            if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()):
                raise demo.bad_parameter(name)
            within = min(max(int(text[:9]), 1), PAGE_LIMIT)
            if within != int(text[:9]):
                if not self.clamps:
                    raise demo.bad_parameter(name)
                call = demo.Call(**{**_members(call), "args": {**call.args, name: str(within)}})
        return call

    # -- latest and aggregate -----------------------------------------------------------------------------------------

    def device(self, call: Call) -> str:
        """The device that a question names, if it is one of the caller's organisation (40401)."""
        name = call.args.get("deviceId")
        if not name:
            raise demo.bad_parameter("deviceId")
        if name not in self.devices(call):
            raise unknown("device")
        return name

    def latest_observations(self, call: Call) -> Answer:
        """The newest observation of each channel of a device."""
        rows = [shown(row) for row in self.newest(self.device(call))]
        return demo.Answer({"list": rows, "total": len(rows)})

    def aggregate_observations(self, call: Call) -> Answer:
        """Count, sum, mean, least and greatest of a channel's values within a time."""
        device, channel = self.device(call), call.args.get("channelId")
        if not channel:
            raise demo.bad_parameter("channelId")
        since, until = self.bounds(call)
        rows = self.farm.observations.all(where(since=since, until=until, deviceId=device, channelId=channel))
        described = self.channel(device, channel)
        values = [Decimal(str(row["value"])) for row in rows if self.counts(row)]
        told = {"deviceId": device, "channelId": channel, "kind": described["kind"], "unit": described["unit"]}
        asked = {name: call.args[name] for name in ("from", "to") if name in call.args}
        return demo.Answer(told | asked | self.totals(values))

    def channel(self, device: str, channel: str) -> Row:
        """A channel of a device, as it was registered (40401)."""
        document = self.farm.platform.store.get(DEVICES, device)
        found = next((one for one in document["channels"] if one["channelId"] == channel), None)
        if found is None:
            raise unknown("channel")
        return dict(found)

    def counts(self, row: Row) -> bool:
        """Whether a value counts."""
        number = isinstance(row["value"], int | float) and not isinstance(row["value"], bool)
        return number and row["flag"] in self.counted

    def totals(self, values: list[Decimal]) -> Row:
        """What is told of the values that count; nothing but their count where there are none."""
        if not values:
            return {"count": 0, "sum": None, "mean": None, "min": None, "max": None}
        whole = sum(values)
        return {
            "count": len(values),
            "sum": float(whole),
            "mean": float(whole / len(values)),
            "min": float(min(values)),
            "max": float(max(values)),
        }


def _members(call: Call) -> Row:
    return {name: getattr(call, name) for name in call.__dataclass_fields__}

"""The device that the suite plays: registered under the run's prefix, marked as a test device, with its own channels.

It is modelled on a device that the platform has already, so that its thing model, object and organisation exist there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .tables import kinds

if TYPE_CHECKING:
    from pytest_szxc import Record, Reply, Sut

Row = dict[str, Any]
TAKEN_OVER = ("category", "modelId", "manufacturer", "objectId", "orgId", "adminCode", "location", "crs", "protocols")
"""Members of a listed device that ours shares; its channels come with it."""
CHANNEL = (
    "channelId",
    "kind",
    "unit",
    "rangeMin",
    "rangeMax",
    "resolution",
    "intervalS",
    "settable",
    "referenceTemperature",
)
SENSING = ("sensor", "multi", "meter")
ACTING = ("actuator", "multi")
MIDDLE = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of our device: its id, kind, unit and range; ``step`` is its resolution."""

    id: str
    kind: str
    unit: str
    low: Decimal
    high: Decimal
    step: Decimal

    def value(self, share: Decimal = MIDDLE) -> int | Decimal:
        """A value within the range, a share of it above its low end, as the resolution allows."""
        steps = ((self.high - self.low) * share / self.step).to_integral_value()
        found = self.low + steps * self.step
        return int(found) if found == found.to_integral_value() else found.normalize()


@dataclass(frozen=True, slots=True)
class Bench:
    """A device of ours on the platform.

    Attributes:
        sut: the platform.
        id: device id.
        document: what was registered.
        channels: those with a range and a unit, numbers all.
    """

    sut: Sut
    id: str
    document: Row
    channels: tuple[Channel, ...]

    @property
    def channel(self) -> Channel:
        """The first channel."""
        return self.channels[0]

    def row(self, value: Any = None, age: float = 60.0, channel: Channel | None = None, **changes: Any) -> Row:  # noqa: ANN401 -- bad values too
        """An observation made ``age`` seconds ago; a change of ``None`` leaves the member out."""
        told = channel or self.channel
        made = {
            "deviceId": self.id,
            "channelId": told.id,
            "kind": told.kind,
            "value": told.value() if value is None else value,
            "unit": told.unit,
            "phenomenonTime": self.at(age),
            "flag": "N",
        }
        return {name: member for name, member in (made | changes).items() if member is not None}

    def at(self, age: float) -> str:
        """The instant so many seconds before the run's present."""
        return written(self.sut.now - timedelta(seconds=age))

    def post(self, row: Row, *, accept: tuple[int, ...] = (0,)) -> Reply:
        """Post one observation."""
        return self.sut.ask("post_observation", body=row, accept=accept)

    def post_all(self, rows: list[Row], *, accept: tuple[int, ...] = (0,)) -> Reply:
        """Post observations as one batch."""
        batch = f"{self.id}-{self.sut.random(f'{self.id}/{len(rows)}').randrange(10**9):09d}"
        return self.sut.ask("post_batch", body={"requestId": batch, "deviceId": self.id, "items": rows}, accept=accept)

    def stored(self, **params: Any) -> list[Record]:  # noqa: ANN401 -- values for the query
        """What the platform shows of this device's observations."""
        return list(self.sut.records("list_observations", deviceId=self.id, **params))


def written(at: datetime) -> str:
    """An instant as requests have it."""
    return at.isoformat(timespec="milliseconds")


def pattern(sut: Sut, categories: tuple[str, ...]) -> Record | None:
    """A listed device that ours can be modelled on; ``None`` where the platform has none."""
    return next((one for one in sut.records("list_devices") if _is_usable(one, categories)), None)


def _is_usable(device: Record, categories: tuple[str, ...]) -> bool:
    known = device.text("category") in categories and device.text("status") in ("online", "offline")
    return known and device.text("modelId") is not None and bool(channels_of(device.value.get("channels")))


def document(sut: Sut, name: str, like: Record, /, **changes: Any) -> Row:  # noqa: ANN401 -- bad values too
    """What is registered as a device of ours; a change of ``None`` leaves the member out."""
    made = {
        "deviceId": f"{sut.prefix}{name}",
        "name": f"接口测试设备 {name}",
        "status": "online",
        "testDevice": True,
        **{member: like.value[member] for member in TAKEN_OVER if member in like.value},
        "channels": [{member: one[member] for member in CHANNEL if member in one} for one in _named(like)],
    }
    return {member: value for member, value in (made | changes).items() if value is not None}


def _named(device: Record) -> list[Row]:
    """A listed device's channels that are told apart; what else may stand among them is not taken over."""
    return [one for one in device.value["channels"] if isinstance(one, dict) and isinstance(one.get("channelId"), str)]


def bench(sut: Sut, name: str, /, categories: tuple[str, ...] = SENSING, **changes: Any) -> Bench | None:  # noqa: ANN401 -- values of members
    """Register a device; ``None`` where the platform has nothing to model it on.

    Args:
        sut: the platform.
        name: tells it apart from all others of the run: the requirement's number, say.
        categories: what it may be.
        changes: members that differ from its model's.

    Raises:
        Unjudgeable: it is not taken, which is the matter of AIF-021.
    """
    like = pattern(sut, categories)
    if like is None:
        return None
    made = document(sut, name, like, **changes)
    sut.ask("register_device", body=made)
    return Bench(sut, made["deviceId"], made, channels_of(made["channels"]))


def channels_of(rows: Any) -> tuple[Channel, ...]:  # noqa: ANN401 -- as it came
    """The channels that have id, kind, unit and a range of numbers."""
    found = (_channel(row) for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return tuple(channel for channel in found if channel is not None)


def _channel(row: Row) -> Channel | None:
    low, high, step = (_number(row.get(name)) for name in ("rangeMin", "rangeMax", "resolution"))
    texts = [row.get(name) for name in ("channelId", "kind", "unit")]
    if low is None or high is None or low >= high or not all(isinstance(text, str) and text for text in texts):
        return None
    return Channel(*map(str, texts), low, high, step if step and step > 0 else _step(str(row["kind"]), high - low))


def _step(kind: str, span: Decimal) -> Decimal:
    """What a channel resolves that does not say: a hundredth of its range or less, at most 1; whole numbers stay whole.

    A step as wide as the range (0 to 0.6 m3/m3) would make one value of all, and hide what becomes of it.
    """
    known = kinds().get(kind)
    if known is None or known.whole:
        return Decimal(1)
    return min(Decimal(1), Decimal(1).scaleb(span.adjusted() - 2))


def _number(value: Any) -> Decimal | None:  # noqa: ANN401 -- as it came
    usable = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return Decimal(value) if usable else None

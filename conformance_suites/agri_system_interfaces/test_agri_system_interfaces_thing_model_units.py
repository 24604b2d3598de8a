"""Units go with kinds: as declared, and as the observed values betray them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, requirement, units

from .declared_channels import GASES, PER_VOLUME, REFERENCE, channels, devices, kind_of, scale_of, wanted
from .tables import least

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from pytest_szxc import Observation, Record, Sut

    from .declared_channels import Scale
    from .tables import Kind

MOST_DEVICES = 6
"""Devices whose observations are read, of as many models as there are."""
ENOUGH = 3
"""Values from which on it tells something that all of them are small."""
COUNTED = (None, "N", "S")
"""Flags of values that are said to be right."""
HALF = 2


@requirement("AIF-027")
def test_units_go_with_kinds(sut: Sut) -> Iterator[Observation]:
    """Each channel's unit is good for its kind; its range and its recent values make sense in that unit."""
    seen = list(devices(sut))
    for device in seen:
        for channel in channels(device):
            yield from _declared(channel)
    for device in islice(_of_all_models(seen), MOST_DEVICES):
        yield from _observed(sut, device)


# --- what is declared -------------------------------------------------------------------------------------------------


def _declared(channel: Record) -> Iterator[Observation]:
    kind, unit = kind_of(channel), channel.text("unit")
    if kind is None or not unit:
        return
    scale = scale_of(channel)
    yield expect(
        scale is not None, channel.at("unit"), expected=f"{kind.code}: {wanted(kind)}", observed=_why(kind, unit)
    )
    if scale is not None:
        yield from _range(channel, kind, scale)


def _why(kind: Kind, unit: str) -> str:
    """A unit that is not good for a kind, and whether it is one at all."""
    if units.code_of(unit) is None:
        return f"{unit}: unknown unit"
    if kind.code in GASES and units.compatible(unit, PER_VOLUME):
        return f"{unit} without {REFERENCE}"
    return f"{unit}: no unit of {kind.code}"


def _range(channel: Record, kind: Kind, scale: Scale) -> Iterator[Observation]:
    """A declared range that only makes sense in another unit than the declared one."""
    ends = [end for end in (channel.number("rangeMin"), channel.number("rangeMax")) if end is not None]
    if ends:
        name = scale.mistake(ends, scale.low, scale.high) or _small(kind, scale, ends[-1:])
        yield _finding(channel, name, scale, ends)


# --- what is observed -------------------------------------------------------------------------------------------------


def _of_all_models(seen: list[Record]) -> Iterator[Record]:
    """The devices, one of each model first."""
    usable = [device for device in seen if device.text("deviceId")]
    models = {device.text("modelId"): device for device in reversed(usable)}
    first = [device for device in usable if models[device.text("modelId")] is device]
    yield from first
    yield from (device for device in usable if device not in first)


@dataclass(frozen=True, slots=True)
class Recent:
    """Recent values of a channel that are said to be right, in the unit that the channel declares."""

    rows: tuple[Record, ...]
    values: tuple[Decimal, ...]


def _observed(sut: Sut, device: Record) -> Iterator[Observation]:
    """The newest observations of a device, channel by channel."""
    rows = _rows(sut, device)
    for channel in channels(device):
        kind, scale = kind_of(channel), scale_of(channel)
        if kind is not None and scale is not None:
            own = [row for row in rows if row.get("channelId") == channel.get("channelId")]
            yield from _units_of(own, scale)
            yield from _values(channel, kind, scale, _recent(own, scale))


def _rows(sut: Sut, device: Record) -> tuple[Record, ...]:
    """The newest page of a device's observations; none where they cannot be had, which others say."""
    try:
        pages = sut.walk("list_observations", pages=1, deviceId=device.text("deviceId"), order="desc")
        return tuple(row for page in pages for row in page.records)
    except SzxcError:
        return ()


def _units_of(rows: list[Record], scale: Scale) -> Iterator[Observation]:
    """The first observation whose unit is not, and does not convert to, its channel's."""
    odd = [row for row in rows if (unit := row.text("unit")) is not None and not _is_like(unit, scale.unit)]
    for row in odd[:1] or rows[:1]:
        yield expect(not odd, row.at("unit"), expected=f"{scale.unit}, as the channel", observed=row.get("unit"))


def _is_like(one: str, other: str) -> bool:
    return one == other or units.compatible(one, other)


def _recent(rows: list[Record], scale: Scale) -> Recent:
    found = [
        (row, _in_unit(value, row.text("unit"), scale.unit))
        for row in rows
        if row.get("flag") in COUNTED and (value := row.number("value")) is not None
    ]
    usable = [(row, value) for row, value in found if value is not None]
    return Recent(tuple(row for row, _ in usable), tuple(value for _, value in usable))


def _in_unit(value: Decimal, unit: str | None, wanted: str) -> Decimal | None:
    """A value in the channel's unit; ``None`` where that cannot be told."""
    if unit is None or unit == wanted:
        return value
    return units.convert(value, unit, wanted) if units.compatible(unit, wanted) else None


def _values(channel: Record, kind: Kind, scale: Scale, recent: Recent) -> Iterator[Observation]:
    """Values of which half or more cannot be: with the mistake that explains all of them, if one does."""
    low, high = _bounds(channel, scale)
    beyond = [number for number, value in enumerate(recent.values) if not low <= value <= high]
    impossible = [value for value in recent.values if not scale.low <= value <= scale.high]
    if not recent.values:
        return
    name, values = None, list(recent.values)
    if len(beyond) * HALF >= len(values):
        name = scale.mistake(values, low, high) or scale.mistake(values, scale.low, scale.high)
    name = name or _small(kind, scale, values)
    here = recent.rows[beyond[0] if beyond else 0]
    if name is None and len(impossible) * HALF > len(values):
        yield expect(holds=False, at=here.at("value"), expected=_span(scale), observed=_told(impossible))
    else:
        yield _finding(here, name, scale, values, "value")


def _bounds(channel: Record, scale: Scale) -> tuple[Decimal, Decimal]:
    """What values of a channel can be: its own range within the hard range of its kind, or the latter alone."""
    own_low, own_high = channel.number("rangeMin"), channel.number("rangeMax")
    low = scale.low if own_low is None else max(own_low, scale.low)
    high = scale.high if own_high is None else min(own_high, scale.high)
    return (low, high) if low < high else (scale.low, scale.high)


def _small(kind: Kind, scale: Scale, values: list[Decimal]) -> str | None:
    """The mistake that explains why all values, or the range, are smaller than what a working channel shows."""
    if kind.code not in least() or not any(values) or min(values) < scale.low:
        return None
    floor = units.convert(least()[kind.code], kind.unit, scale.unit) if not scale.gas else least()[kind.code]
    is_range = len(values) == 1
    if max(values) > floor or not (is_range or len(values) >= ENOUGH):
        return None
    return scale.mistake([value for value in values if value], floor.next_plus(), scale.high)


# --- findings ---------------------------------------------------------------------------------------------------------


def _finding(
    record: Record, name: str | None, scale: Scale, values: list[Decimal], member: str = "rangeMax"
) -> Observation:
    return expect(name is None, record.at(member), expected=_span(scale), observed=f"{_told(values)}: {name}")


def _span(scale: Scale) -> str:
    return f"{scale.low:f}..{scale.high:f} {scale.unit}"


def _told(values: list[Decimal]) -> str:
    shown = ", ".join(f"{value:f}" for value in values[:3])
    return shown + (f" (of {len(values)})" if len(values) > 3 else "")  # noqa: PLR2004 -- as many as are shown

"""The channels that the platform's own devices declare, and which units are good for what they observe."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pytest_szxc import units

from .tables import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Record, Sut

    from .tables import Kind

PARTS, PER_VOLUME = "ppm", "mg/m3"
REFERENCE = "referenceTemperature"
"""Member of a channel that tells a gas in mass per volume: the temperature (Cel) to which the volume refers."""
COLDEST = Decimal("-273.15")
"""Where no gas is: a reference temperature down there is none."""
GASES = ("nh3", "h2s", "co2")
"""Kinds that are gases, named as the units library knows them."""


def devices(sut: Sut) -> Iterator[Record]:
    """The listed devices that no check of this run has registered."""
    for device in sut.records("list_devices"):
        if not (device.text("deviceId") or "").startswith(sut.prefix):
            yield device


def channels(device: Record) -> tuple[Record, ...]:
    """The channels of a device."""
    return device.children("channels")


@dataclass(frozen=True, slots=True)
class Scale:
    """The hard range of a kind in the unit that a channel declares.

    Attributes:
        unit: as declared.
        low: the least that the kind can be.
        high: the most.
        gas: formula of what is observed, where that is a gas.
    """

    unit: str
    low: Decimal
    high: Decimal
    gas: str = ""

    def mistake(self, values: list[Decimal], low: Decimal, high: Decimal) -> str | None:
        """Which likely mistake explains values beyond a range in this unit."""
        return units.mistake(values, low, high, self.unit, self.gas)


def kind_of(channel: Record) -> Kind | None:
    """The kind that a channel declares, if the table has it."""
    return kinds().get(channel.text("kind") or "")


def scale(kind: Kind, unit: str, celsius: Decimal | None) -> Scale | None:
    """The hard range of a kind in a unit; ``None`` where the unit is not good for the kind.

    Args:
        kind: what is observed.
        unit: that is declared.
        celsius: the temperature to which a gas volume refers, where it is declared.
    """
    gas = kind.code if kind.code in GASES else ""
    if gas and celsius is not None and celsius > COLDEST and units.compatible(unit, PER_VOLUME):
        low, high = (units.concentration(end, kind.unit, unit, gas, celsius) for end in (kind.low, kind.high))
    elif kind.whole and units.code_of(unit) != kind.unit:
        return None
    elif units.compatible(unit, kind.unit):
        low, high = (units.convert(end, kind.unit, unit) for end in (kind.low, kind.high))
    else:
        return None
    return Scale(unit, low, high, gas)


def scale_of(channel: Record) -> Scale | None:
    """The hard range of a channel's kind in its unit; ``None`` where kind or unit are not known, or do not agree."""
    kind, unit = kind_of(channel), channel.text("unit")
    return scale(kind, unit, channel.number(REFERENCE)) if kind is not None and unit else None


def wanted(kind: Kind) -> str:
    """The units that are good for a kind, as a finding shows what was expected."""
    if kind.whole:
        return kind.unit
    gas = f", or {PER_VOLUME} with {REFERENCE}" if kind.code in GASES else ""
    return f"{kind.unit} or convertible to it{gas}"

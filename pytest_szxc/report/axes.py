"""Axes of pictures: round steps, their labels, and where a value lies."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

_NICE = (1, 2, 5, 10)
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400)
_MINUTE, _HOUR = 60, 3600
_HUNDRED = 100
_HAIR = 1e-9
"""What the division of two decimals may be off."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where a value between ``low`` and ``high`` lies between ``start`` and ``end`` of a picture."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def widened(low: float, high: float, share: float = 0.0) -> tuple[float, float]:
    """The stretch, wider by a share on both sides; one without any extent gets some."""
    if high - low <= max(abs(low), abs(high)) * _HAIR:
        more = max(abs(low) * 0.1, 1.0)
        return low - more, high + more
    more = (high - low) * share
    return low - more, high + more


def nice_step(span: float, wanted: int) -> float:
    """The round step (1, 2 or 5 by a power of ten) that cuts a span into about as many parts as wanted."""
    raw = span / wanted
    power = 10.0 ** floor(log10(raw))
    return float(next(factor for factor in _NICE if factor * power >= raw * (1 - _HAIR)) * power)


def time_step(span: float, wanted: int) -> float:
    """The step of a clock that cuts so many seconds into about as many parts as wanted."""
    if span <= wanted:
        return nice_step(span, wanted)
    return float(next((step for step in _SECONDS if step * wanted >= span), nice_step(span, wanted)))


def ticks(low: float, high: float, step: float) -> list[float]:
    """The multiples of a step from low to high."""
    first, last = ceil(low / step - _HAIR), floor(high / step + _HAIR)
    return [number * step for number in range(first, last + 1)]


def number(value: float, step: float) -> str:
    """A value with the decimals that its step has."""
    decimals = max(0, -floor(log10(step) + _HAIR))
    return f"{value + 0.0:.{decimals}f}" if round(value, decimals) else "0"


def measured(value: float) -> str:
    """A value as a person reads it: three digits, and no decimals from a hundred on."""
    return f"{value:.3g}" if abs(value) < _HUNDRED else f"{value:.0f}"


def clock_unit(length_s: float) -> str:
    """In what a time of this length is told: ``s``, ``min`` or ``h``."""
    if length_s <= 2 * _MINUTE:
        return "s"
    return "min" if length_s <= 2 * _HOUR else "h"


def clock(seconds: float, unit: str, step: float) -> str:
    """A time as its unit tells it: ``90``, ``1:30`` or ``2:05``."""
    if unit == "s":
        return number(seconds, step)
    whole = abs(round(seconds))
    large, small = divmod(whole, _MINUTE) if unit == "min" else divmod(whole // _MINUTE, _MINUTE)
    return f"{'-' if seconds < 0 else ''}{large}:{small:02d}"

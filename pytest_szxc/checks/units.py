"""Units of measurement for checks: converted, compared, and the likely mistake named where values do not fit.

A unit is told by its code (``Cel``, ``%RH``, ``uS/cm``) or by one of its usual spellings. What is known of units stands
in ``units.toml``; the library that calculates with them is loaded when something is first converted.
"""

from __future__ import annotations

import tomllib
import unicodedata
from decimal import Context, Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pint import UnitRegistry

    Number = int | float | Decimal

PER_VOLUME, PARTS = "mg/m3", "ppm"
ROOM, FREEZING = Decimal(25), Decimal(0)
"""Reference temperatures (Cel) that are usual for a gas told in mass per volume."""
_ZERO = Decimal("273.15")
_LITRES = 1000
_SHOWN = Context(prec=15)
"""Results have so many digits: the library's own rounding does not show."""


def code_of(text: str) -> str | None:
    """The code of a unit, whatever its spelling: ``Cel`` of ``℃``; ``None`` for an unknown one."""
    return _spellings().get(_plain(text))


def compatible(source: str, target: str) -> bool:
    """Whether values in one unit can be told in another; false if either is unknown."""
    one, other = code_of(source), code_of(target)
    return one is not None and other is not None and _is_same(one, other)


def convert(value: Number, source: str, target: str) -> Decimal:
    """A value in another unit, to 15 digits.

    Raises:
        ValueError: a unit is unknown, or they do not measure the same.
    """
    one, other = _known(source), _known(target)
    if not _is_same(one, other):
        raise ValueError(source, target)
    return _converted(_decimal(value), one, other)


def concentration(value: Number, source: str, target: str, gas: str, celsius: Number) -> Decimal:
    """How much of a gas there is, from parts (``ppm``) to mass per volume (``mg/m3``) or back, to 15 digits.

    Args:
        value: in ``source``.
        source: a unit of either sort.
        target: a unit of either sort.
        gas: its formula in lower case: nh3, h2s, co2, o2, ch4.
        celsius: the reference temperature of the volume, at 101.325 kPa.

    Raises:
        ValueError: a unit is of neither sort, or the gas is unknown.
    """
    ratio = _milligrams_per_part(gas, _decimal(celsius))
    if compatible(source, target):
        return convert(value, source, target)
    if compatible(source, PARTS):
        return _SHOWN.plus(convert(convert(value, source, PARTS) * ratio, PER_VOLUME, target))
    return _SHOWN.plus(convert(convert(value, source, PER_VOLUME) / ratio, PARTS, target))


def mistake(values: Iterable[Number], low: Number, high: Number, unit: str, gas: str = "") -> str | None:
    """Which likely mistake explains values that leave a range: ``Pa taken for hPa``.

    Args:
        values: as they came, in what is said to be ``unit``.
        low: the least that there can be, in ``unit``.
        high: the most.
        unit: that is declared.
        gas: formula of what is measured, where that is a gas: parts and mass per volume are told apart then.

    Returns:
        The mistake; ``None`` where the values fit, or nothing known explains all of them.
    """
    seen, (least, most), code = tuple(map(_decimal, values)), (_decimal(low), _decimal(high)), code_of(unit)
    if code is None or not seen or (least <= min(seen) and max(seen) <= most):
        return None
    for other in _table()["mistaken"].get(code, ()):
        ends = _taken(min(seen), other, code, gas), _taken(max(seen), other, code, gas)
        if all(end is not None and least <= end <= most for end in ends):
            return f"{_shown(other)} taken for {unit}"
    return None


def _taken(value: Decimal, other: str, code: str, gas: str) -> Decimal | None:
    """A value of another unit in the one that is due; conversions keep the order, so that the ends stand for all."""
    if _is_same(other, code):
        return _converted(value, other, code)
    return concentration(value, other, code, gas, ROOM) if gas in _table()["gases"] else None


@cache
def _milligrams_per_part(gas: str, celsius: Decimal) -> Decimal:
    """Milligrams in a cubic metre that are one part in a million."""
    table = _table()
    if gas not in table["gases"]:
        raise ValueError(gas)
    constant, pressure = (Decimal(table["conditions"][name]) for name in ("gas_constant", "pressure_pa"))
    return Decimal(table["gases"][gas]) / (constant * (celsius + _ZERO) / pressure * _LITRES)


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _known(text: str) -> str:
    code = code_of(text)
    if code is None:
        raise ValueError(text)
    return code


def _is_same(one: str, other: str) -> bool:
    """Whether two codes measure the same: dimension, and quantity where both name one."""
    named = {_row(one).get("quantity"), _row(other).get("quantity")} - {None}
    return len(named) <= 1 and _dimension(one) == _dimension(other)


@cache
def _dimension(code: str) -> str:
    return str(_registry().Quantity(Decimal(1), _unit(code)[1]).dimensionality)


def _converted(value: Decimal, one: str, other: str) -> Decimal:
    (scale, source), (rescale, target) = _unit(one), _unit(other)
    found = _registry().Quantity(value * scale, source).to(target).magnitude / rescale
    return _SHOWN.plus(Decimal(found))


@cache
def _unit(code: str) -> tuple[Decimal, Any]:
    """What a code means: a number, and a unit of the library."""
    found: Any = _registry().parse_expression(_row(code)["means"])  # a plain number where the unit is none
    if isinstance(found, int | float | Decimal):
        return _decimal(found), _registry().Unit("")
    return Decimal(found.magnitude), found.units


@cache
def _registry() -> UnitRegistry[Any]:
    from pint import UnitRegistry  # noqa: PLC0415 -- a quarter of a second, for those who convert

    registry: UnitRegistry[Any] = UnitRegistry(None, non_int_type=Decimal)
    for line in _table()["definitions"]:
        registry.define(line)
    return registry


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _row(code: str) -> dict[str, Any]:
    found: dict[str, Any] = _table()["units"][code]
    return found


def _shown(code: str) -> str:
    return str(_row(code).get("shown", code))


@cache
def _spellings() -> dict[str, str]:
    rows = _table()["units"]
    return {_plain(text): code for code, row in rows.items() for text in (code, *row.get("spellings", ()))}


def _plain(text: str) -> str:
    """A spelling with plain letters and digits: ``μmol/(m²·s)`` is ``umol/(m2.s)``."""
    told = unicodedata.normalize("NFKC", text.strip())
    return told.replace("\u03bc", "u").replace("\u00b7", ".").replace("\u22c5", ".")

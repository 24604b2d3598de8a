"""Data quality: the report is computed as said, and the data are whole and free of repeats."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement

from .grading import G3, entry_rank
from .indicators import FILLED, REPEATED, Counted, counted, shows_masks
from .quantities import at_least, count, share
from .sampling import read_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

CHARACTERISTICS = {"01": "规范性", "02": "完整性", "03": "准确性", "04": "一致性", "05": "时效性", "06": "可访问性"}
FALLING = frozenset({"0303", "0305"})
"""Rates of which less is better; practice also reports 1 − A/B."""
ROUNDING = Decimal("0.005")
COMPLETE, REPEATS = 95, 1
"""Per cent."""


@requirement("DC-056")
def test_quality_report_is_computed(sut: Sut) -> Iterator[Observation]:
    """Six characteristics, each value its own fraction, four of them recomputed from the rows."""
    for entry, data in _clear(sut):
        report = sut.ask("quality_report", resourceCode=entry.text("resourceCode")).record
        indicators = {indicator.text("code") or "": indicator for indicator in report.children("indicators")}
        present = {code[:2] for code in indicators}
        for characteristic, title in CHARACTERISTICS.items():
            where, wanted = report.at("indicators"), f"{characteristic}xx {title}"
            yield expect(characteristic in present, where, expected=wanted, observed="absent")
        for indicator in indicators.values():
            yield from _is_its_fraction(indicator)
        yield from _recomputed(report, indicators, counted(entry, data))


def _clear(sut: Sut) -> Iterator[tuple[Record, tuple[Record, ...]]]:
    """Entries below G3 with their rows as stored: nothing in them is masked."""
    for entry, reply in read_sample(sut):
        rows = reply.record.children("rows")
        if (entry_rank(entry) or G3) < G3 and rows and not shows_masks(rows):
            yield entry, rows


def _is_its_fraction(indicator: Record) -> Iterator[Observation]:
    value, part, whole = indicator.number("value"), count(indicator, "numerator"), count(indicator, "denominator")
    if value is None or part is None or not whole:
        return
    fraction = part / whole
    holds = _agrees(indicator.text("code") or "", value, fraction)
    yield expect(holds, indicator.at("value"), expected=f"{fraction:.4f}", observed=value)


def _agrees(code: str, value: Decimal, fraction: Decimal) -> bool:
    accepted = (fraction, 1 - fraction) if code in FALLING else (fraction,)
    return any(abs(value - one) <= ROUNDING for one in accepted)


def _recomputed(report: Record, indicators: dict[str, Record], found: Counted) -> Iterator[Observation]:
    """Each indicator that rows can show; nothing where the report covers another number of records."""
    records = count(indicators[REPEATED], "denominator") if REPEATED in indicators else None
    if records is not None and records != found.fractions[REPEATED][1]:
        return
    for code, (part, whole) in found.fractions.items():
        indicator = indicators.get(code)
        value = indicator.number("value") if indicator else None
        if whole:
            where = indicator.at("value") if indicator else report.at("indicators")
            holds = value is not None and _agrees(code, value, Decimal(part) / whole)
            yield expect(holds, where, expected=f"{code} = {part}/{whole}", observed=value)


@requirement("DC-057")
def test_data_are_whole_and_not_repeated(sut: Sut) -> Iterator[Observation]:
    """Over all sampled rows together, nearly every element is filled and hardly a record comes twice."""
    total: Counted | None = None
    where = None
    for entry, rows in _clear(sut):
        found = counted(entry, rows)
        total, where = (found if total is None else total + found), where or rows[0].at()
    if total is None or where is None:
        return
    filled, elements = total.fractions[FILLED]
    repeats, records = total.fractions[REPEATED]
    if elements:
        holds = at_least(filled, elements, COMPLETE)
        yield expect(holds, where, expected=f"{FILLED} >= {COMPLETE} %", observed=share(filled, elements))
    few = at_least(records - repeats, records, 100 - REPEATS)
    yield expect(few, where, expected=f"{REPEATED} <= {REPEATS} %", observed=share(repeats, records))

"""Data quality: the report is computed as said, and the data are whole and free of repeats."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement

from .grading import G3, entry_rank
from .indicators import FILLED, FORMAT, REPEATED, UNIQUE, Counted, counted, shows_masks
from .quantities import at_least, count, share
from .sampling import are_named, read_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

CHARACTERISTICS = {"01": "规范性", "02": "完整性", "03": "准确性", "04": "一致性", "05": "时效性", "06": "可访问性"}
FALLING = frozenset({"0303", "0305"})
"""Rates of which less is better; practice also reports 1 − A/B."""
HALF = Decimal("0.5")
ROUNDING = Decimal("0.005")
COMPLETE, REPEATS = 95, 1
"""Per cent."""


@requirement("DC-056")
def test_quality_report_is_computed(sut: Sut) -> Iterator[Observation]:
    """Six characteristics, each value its own fraction, four of them recomputed from the rows."""
    clear = list(_clear(sut))
    questions = [{"resourceCode": entry.text("resourceCode")} for entry, _ in clear]
    for (entry, data), reply in zip(clear, sut.ask_each("quality_report", questions), strict=True):
        report = reply.record
        indicators = {indicator.text("code") or "": indicator for indicator in report.children("indicators")}
        present = {code[:2] for code in indicators}
        for characteristic, title in CHARACTERISTICS.items():
            where, wanted = report.at("indicators"), f"{characteristic}xx {title}"
            yield expect(characteristic in present, where, expected=wanted, observed="absent")
        for indicator in report.children("indicators"):
            yield from _is_its_fraction(indicator)
        yield from _recomputed(indicators, counted(entry, data))


def _clear(sut: Sut) -> Iterator[tuple[Record, tuple[Record, ...]]]:
    """Entries below G3 with their rows as stored: nothing in them is masked."""
    for entry, reply in read_sample(sut):
        rows = reply.record.children("rows")
        if (entry_rank(entry) or G3) < G3 and are_named(entry, rows) and not shows_masks(rows):
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


def _recomputed(indicators: dict[str, Record], found: Counted) -> Iterator[Observation]:
    """Each indicator that rows can show; nothing where no denominator shows that the report covers these rows.

    A platform may have stricter formats and keys than rows alone show: of these only better values are wrong.
    """
    given = {code: indicators[code] for code in found.fractions if code in indicators}
    if not _covers(given, found):
        return
    for code, indicator in given.items():
        part, whole = found.fractions[code]
        value = indicator.number("value")
        if whole and value is not None:
            fraction = Decimal(part) / whole
            holds = _agrees(code, value, fraction) or _is_stricter(code, value, fraction)
            yield expect(holds, indicator.at("value"), expected=f"{code} = {part}/{whole}", observed=value)


def _covers(given: dict[str, Record], found: Counted) -> bool:
    """Whether denominators say that these rows were measured: counts of records, or else the count of elements."""
    for codes in ((REPEATED, UNIQUE), (FILLED,)):
        counts = [count(given[code], "denominator") == found.fractions[code][1] for code in codes if code in given]
        if counts:
            return any(counts)
    return False


def _is_stricter(code: str, value: Decimal, fraction: Decimal) -> bool:
    if code == REPEATED:  # as a rate of repeats or as its complement
        return fraction < value <= HALF or HALF <= value < 1 - fraction
    return code in {FORMAT, UNIQUE} and value < fraction


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

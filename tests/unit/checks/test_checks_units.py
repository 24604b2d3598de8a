"""Units: golden values, laws of conversion, and which mistake explains what."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import units
from pytest_szxc.checks import units as module

TABLE: dict[str, Any] = tomllib.loads(Path(module.__file__).with_suffix(".toml").read_text(encoding="utf-8"))
CODES = tuple(TABLE["units"])
PAIRS = tuple((one, other) for one in CODES for other in CODES if one != other and units.compatible(one, other))
GASES = tuple(TABLE["gases"])
VALUES = st.decimals(-100_000, 100_000, places=3)


@pytest.mark.parametrize(
    ("value", "source", "target", "wanted"),
    [
        (1, "dS/m", "mS/cm", "1"),
        (1, "mS/cm", "uS/cm", "1000"),
        (1, "mS/cm", "S/m", "0.1"),
        ("1013.25", "hPa", "Pa", "101325"),
        (25, "Cel", "[degF]", "77"),
        (25, "Cel", "K", "298.15"),
        (-40, "[degF]", "Cel", "-40"),
        ("0.45", "1", "%RH", "45"),
        (760, "mmHg", "kPa", "101.3250144354"),
        (36, "km/h", "m/s", "10"),
        (1, "m3/h", "L/min", "16.6666666666667"),
        (1, "g/kg", "mg/kg", "1000"),
        (1, "%vol", "ppm", "10000"),
        (35, "ug/m3", "mg/m3", "0.035"),
        (60, "1/min", "1/h", "3600"),
    ],
)
def test_golden_values(value: Any, source: str, target: str, wanted: str) -> None:
    assert units.convert(Decimal(value), source, target) == Decimal(wanted)


@pytest.mark.parametrize(
    ("gas", "celsius", "wanted"),
    [
        ("nh3", 0, "0.760"),
        ("nh3", 25, "0.696"),
        ("h2s", 0, "1.521"),
        ("h2s", 25, "1.393"),
        ("co2", 0, "1.964"),
        ("co2", 25, "1.799"),
    ],
)
def test_one_part_of_a_gas(gas: str, celsius: int, wanted: str) -> None:
    assert round(units.concentration(1, "ppm", "mg/m3", gas, celsius), 3) == Decimal(wanted)


def test_fifteen_parts_of_ammonia_at_freezing_point() -> None:
    assert round(units.concentration(15, "ppm", "mg/m3", "nh3", units.FREEZING), 1) == Decimal("11.4")
    assert units.concentration(2, "ppm", "%vol", "nh3", units.ROOM) == Decimal("0.0002")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("℃", "Cel"),
        ("°C", "Cel"),
        ("℉", "[degF]"),
        ("μS/cm", "uS/cm"),
        ("\u00b5S/cm", "uS/cm"),
        ("m³/h", "m3/h"),
        ("W/m²", "W/m2"),
        ("μmol/(m²·s)", "umol/(m2.s)"),
        ("％", "%"),
        (" %RH ", "%RH"),
        ("个", "1"),
        ("‰", "g/kg"),
        ("", None),
        ("ms/cm", None),
        ("度", None),
    ],
)
def test_spellings(text: str, code: str | None) -> None:
    assert units.code_of(text) == code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("%RH", "%vol"),
        ("mg/kg", "ppm"),
        ("ppm", "mg/m3"),
        ("%LEL", "%vol"),
        ("dB", "dBm"),
        ("lx", "umol/(m2.s)"),
        ("pH", "1"),
        ("no such unit", "1"),
        ("1", "no such unit"),
    ],
)
def test_what_is_not_the_same(one: str, other: str) -> None:
    assert not units.compatible(one, other)
    with pytest.raises(ValueError, match=r".+"):
        units.convert(1, one, other)


@pytest.mark.parametrize("pair", [("ppm", "Cel", "nh3"), ("Cel", "ppm", "nh3"), ("ppm", "mg/m3", "no gas")])
def test_what_is_no_concentration(pair: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        units.concentration(1, *pair, 25)


def test_no_spelling_means_two_units() -> None:
    spelt = [module._plain(text) for code in CODES for text in (code, *TABLE["units"][code].get("spellings", ()))]
    assert len(spelt) == len(set(spelt))


def test_what_is_often_mistaken_can_be_told_apart() -> None:
    for unit, others in TABLE["mistaken"].items():
        for other in others:
            gas = {unit, other} <= {"ppm", "mg/m3", "g/m3", "mg/L", "ug/m3"}
            assert units.compatible(unit, other) or gas, (unit, other)


@given(VALUES, st.sampled_from(PAIRS))
def test_there_and_back(value: Decimal, pair: tuple[str, str]) -> None:
    there = units.convert(value, *pair)
    back = units.convert(there, *reversed(pair))
    assert abs(back - value) <= max(abs(value), Decimal(1000)) * Decimal("1e-11")


@given(VALUES, VALUES, st.sampled_from(PAIRS))
def test_order_is_kept(one: Decimal, other: Decimal, pair: tuple[str, str]) -> None:
    low, high = sorted((one, other))
    assert units.convert(low, *pair) <= units.convert(high, *pair)


@given(st.sampled_from(CODES), VALUES)
def test_a_unit_is_itself(code: str, value: Decimal) -> None:
    assert units.compatible(code, code)
    assert abs(units.convert(value, code, code) - value) <= abs(value) * Decimal("1e-12")


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_to_be_the_same_has_no_direction(one: str, other: str) -> None:
    assert units.compatible(one, other) == units.compatible(other, one)


@given(st.decimals(0, 10_000, places=2), st.sampled_from(GASES), st.integers(-20, 60))
def test_a_gas_there_and_back(value: Decimal, gas: str, celsius: int) -> None:
    there = units.concentration(value, "ppm", "mg/m3", gas, celsius)
    assert abs(units.concentration(there, "mg/m3", "ppm", gas, celsius) - value) <= Decimal("1e-9")


@given(st.sampled_from(GASES), st.integers(-20, 59))
def test_warm_gas_is_thinner(gas: str, celsius: int) -> None:
    cold, warm = (units.concentration(1, "ppm", "mg/m3", gas, at) for at in (celsius, celsius + 1))
    assert warm < cold


@pytest.mark.parametrize(
    ("values", "low", "high", "unit", "gas", "name"),
    [
        (["0.45", "0.7"], 2, 100, "%RH", "", "0..1 taken for %RH"),
        ([293, 301], -60, 80, "Cel", "", "K taken for Cel"),
        ([72, 88], -60, 80, "Cel", "", "[degF] taken for Cel"),
        ([101325], 300, 1100, "hPa", "", "Pa taken for hPa"),
        (["101.3"], 300, 1100, "hPa", "", "kPa taken for hPa"),
        ([1200, 900], 0, 23, "mS/cm", "", "uS/cm taken for mS/cm"),
        ([450], 0, 2, "dS/m", "", "uS/cm taken for dS/m"),
        ([3000, 2500], 0, 2000, "ppm", "co2", "mg/m3 taken for ppm"),
        (["0.04"], 100, 10000, "ppm", "co2", "%vol taken for ppm"),
        (["1.2"], 100, 10000, "ppm", "co2", "g/m3 taken for ppm"),
        ([20], 0, 15, "mg/m3", "nh3", "ppm taken for mg/m3"),
        ([21], 0, 20, "℃", "", None),
        ([500], -60, 80, "Cel", "", None),
        ([20, 30], -60, 80, "Cel", "", None),
        ([], 0, 1, "Cel", "", None),
        ([5], 0, 1, "no unit", "", None),
        ([5], 0, 1, "pH", "", None),
    ],
)
def test_mistakes(values: list[Any], low: int, high: int, unit: str, gas: str, name: str | None) -> None:
    assert units.mistake(map(Decimal, values), low, high, unit, gas) == name


@given(st.lists(st.decimals(0, 100, places=1), max_size=5))
def test_what_fits_is_no_mistake(values: list[Decimal]) -> None:
    assert units.mistake(values, 0, 100, "%RH") is None


def test_the_library_is_loaded_late() -> None:
    code = "import sys; from pytest_szxc import units; units.code_of('Cel'); print('pint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

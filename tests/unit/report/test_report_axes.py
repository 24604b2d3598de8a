from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.report.axes import (
    Scale,
    clock,
    clock_unit,
    measured,
    nice_step,
    number,
    ticks,
    time_step,
    widened,
)

measures = st.floats(-1e9, 1e9).map(lambda value: round(value, 4))


@given(one=measures, other=measures, wanted=st.integers(2, 10))
def test_any_stretch_has_a_few_round_ticks_within_it(one, other, wanted):
    low, high = widened(min(one, other), max(one, other))
    assert low < high
    step = nice_step(high - low, wanted)
    found = ticks(low, high, step)
    assert len(found) <= wanted + 1
    assert len({number(tick, step) for tick in found}) == len(found)
    assert all(low - step / 100 <= tick <= high + step / 100 for tick in found)


@pytest.mark.parametrize(
    ("span", "wanted", "step"),
    [(10, 5, 2.0), (840, 8, 200.0), (0.05, 6, 0.01), (6, 6, 1.0), (0.3, 3, 0.1), (7, 6, 2.0)],
)
def test_steps_are_round(span, wanted, step):
    assert nice_step(span, wanted) == pytest.approx(step)


@pytest.mark.parametrize(
    ("span", "step"), [(5, 1.0), (60, 10.0), (100, 15.0), (1500, 300.0), (36_000, 7200.0), (10**7, 2e6), (0.4, 0.05)]
)
def test_time_has_steps_of_its_own(span, step):
    assert time_step(span, 8) == pytest.approx(step)


@pytest.mark.parametrize(
    ("value", "step", "said"),
    [(0.30000000000000004, 0.1, "0.3"), (-0.0, 1, "0"), (-1e-17, 0.5, "0"), (-2, 2, "-2"), (2.5, 0.5, "2.5")],
)
def test_a_tick_has_the_decimals_of_its_step(value, step, said):
    assert number(value, step) == said


@pytest.mark.parametrize(
    ("seconds", "unit", "said"),
    [(90, "s", "90"), (90, "min", "1:30"), (5_400, "h", "1:30"), (-90, "min", "-1:30"), (0, "min", "0:00")],
)
def test_a_clock(seconds, unit, said):
    assert clock(seconds, unit, 30) == said


def test_units_of_time():
    assert [clock_unit(length) for length in (1, 120, 121, 7200, 7201)] == ["s", "s", "min", "min", "h"]


@pytest.mark.parametrize(
    ("value", "said"), [(5.344, "5.34"), (604.3, "604"), (99.96, "100"), (-0.02512, "-0.0251"), (1e9, "1000000000")]
)
def test_a_measure_as_a_person_reads_it(value, said):
    assert measured(value) == said


def test_a_scale_may_run_downwards():
    scale = Scale(0, 10, 200, 100)
    assert [scale(0), scale(5), scale(10)] == [200, 150, 100]


@pytest.mark.parametrize("value", [0, 5, -1e9, 0.0001])
def test_a_single_value_gets_room_around_it(value):
    low, high = widened(value, value)
    assert low < value < high

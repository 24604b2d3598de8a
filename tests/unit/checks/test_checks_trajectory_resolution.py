"""The resolution gate: what was written, what the values show, and what both prove."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import trajectory
from pytest_szxc.checks.trajectory.resolution import DECIMAL_DEG, OTHER_DEG, used_step_deg
from pytest_szxc.errors import Unjudgeable

RNG = np.random.default_rng(11)
LATS = 31.1 + RNG.uniform(0, 0.005, 2_000)


@pytest.mark.parametrize(
    ("step_deg", "written", "wanted_m"),
    [
        pytest.param(1e-6, 6, 0.111, id="JT/T 808"),
        pytest.param(1e-6, 10, 0.111, id="the same with noughts after it"),
        pytest.param(1e-7, 10, 0.0111, id="seven decimals, padded"),
        pytest.param(1e-8, 9, 0.00111, id="eight decimals, padded by one"),
        pytest.param(1e-9, 9, 0.000111, id="nine decimals"),
        pytest.param(1e-4 / 60, 8, 0.185, id="NMEA, four decimals of minutes"),
        pytest.param(1e-5 / 60, 10, 0.0185, id="five decimals of minutes"),
        pytest.param(1e-7 / 60, 12, 0.000185, id="seven decimals of minutes"),
        pytest.param(2.0**-19, 15, 0.2115, id="float32"),
        pytest.param(180 / 2.0**31, 12, 0.0093, id="semicircles"),
    ],
)
def test_steps(step_deg: float, written: int, wanted_m: float) -> None:
    values = np.round(np.round(LATS / step_deg) * step_deg, written)
    assert trajectory.quantisation_m(values, written, 31.1) == pytest.approx(wanted_m, rel=0.02)


def test_what_was_no_text_shows_by_its_values() -> None:
    assert trajectory.quantisation_m(np.round(LATS, 7), None, 31.1) == pytest.approx(0.0111, rel=0.01)
    assert trajectory.quantisation_m(LATS.astype(np.float32), None, 31.1) == pytest.approx(0.2115, rel=0.01)
    assert trajectory.quantisation_m(LATS, None, 31.1) < 1e-6


def test_a_few_finer_values_do_not_hide_the_step() -> None:
    values = np.round(LATS, 6)
    values[::50] += 1.23e-9
    assert trajectory.quantisation_m(values, 10, 31.1) == pytest.approx(0.111, rel=0.01)


def test_few_values_show_no_step() -> None:
    assert trajectory.quantisation_m([31.1, 31.2, np.nan] * 50, 9, 31.1) == pytest.approx(0.000111, rel=0.01)
    with pytest.raises(Unjudgeable, match=r"trajectory\.no-samples"):
        trajectory.quantisation_m([31.1, np.nan], None, 31.1)
    assert trajectory.quantisation_m([], 6, 31.1) == pytest.approx(0.111, rel=0.01)


def test_a_degree_of_longitude_is_shorter() -> None:
    lat, lon = (trajectory.quantisation_m(np.round(LATS, 6), 6, 60.0, axis) for axis in ("lat", "lon"))
    assert lon == pytest.approx(lat / 2, rel=0.01)


@pytest.mark.parametrize(
    ("quantisation_m", "limit_m", "wanted"),
    [
        (0.111, 0.025, False),
        (0.0111, 0.025, False),
        (0.00111, 0.025, True),
        (0.005, 0.025, True),
        (0.0051, 0.025, False),
    ],
)
def test_the_gate(quantisation_m: float, limit_m: float, wanted: bool) -> None:
    assert trajectory.gate(quantisation_m, limit_m) is wanted


@given(st.integers(2, 4_000), st.sampled_from([8, 9, 10]), st.integers(0, 1_000), st.sampled_from([0, 1, 3]))
def test_any_number_of_decimals_is_found(units: int, decimals: int, seed: int, more: int) -> None:
    step = units * 10.0**-decimals
    numbers = np.random.default_rng(seed).integers(31.1 / step, 31.1 / step + 50_000, 400)
    values = np.round(numbers * step, decimals)
    found = trajectory.quantisation_m(values, decimals + more, 31.1) / trajectory.metres_per_degree(31.1, "lat")
    assert found == pytest.approx(step, rel=1e-6) or found == pytest.approx(_known(step), rel=1e-6)


def _known(step_deg: float) -> float:
    """The coarser one where a known step is a whole number of it: 30 is a multiple of 3."""
    known = (*DECIMAL_DEG, *OTHER_DEG)
    return max((one for one in known if abs(round(one / step_deg) * step_deg - one) < 1e-13), default=step_deg)


@given(st.sampled_from([8, 9, 10]), st.integers(0, 1_000), st.integers(20, 3_000))
def test_fine_values_have_no_other_step(decimals: int, seed: int, n: int) -> None:
    values = np.round(31.1 + np.random.default_rng(seed).uniform(0, 0.005, n), decimals)
    assert used_step_deg(values, 10.0**-decimals) == pytest.approx(10.0**-decimals)


def test_a_few_finer_values_do_not_hide_a_step_of_its_own() -> None:
    values = np.round(np.round(LATS / 2.5e-7) * 2.5e-7, 9)
    values[::50] = np.round(values[::50] + 1.3e-8, 9)
    assert used_step_deg(values, 1e-9) == pytest.approx(2.5e-7)


@pytest.mark.parametrize("step_deg", [180 / 2.0**23, 1 / 1_800_000, 180 / np.pi * 1e-8, 2e-7, 5e-8])
@pytest.mark.parametrize("written", [10, None])
def test_steps_of_other_machines(step_deg: float, written: int | None) -> None:
    values = np.round(LATS / step_deg) * step_deg
    given = values if written is None else np.round(values, written)
    assert used_step_deg(given, 10.0**-written if written else 0.0) == pytest.approx(step_deg, rel=1e-6)


def test_what_is_no_angle_has_no_step() -> None:
    values = np.concatenate([np.round(LATS, 7), [1e300, -np.inf, np.nan, 720.0]])
    assert used_step_deg(values, 1e-9) == pytest.approx(1e-7)

"""Figures of errors: the golden vector, both percentile methods, laws, and what has no figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import trajectory
from pytest_szxc.errors import Unjudgeable

GOLDEN_CM = (1.0, 2.0, -1.5, 0.5, -3.0, 2.5, 0, -1.0, 1.5, -0.5, 1.0)
ERRORS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=60)


def test_golden_vector_1() -> None:
    points = [(error / 100, 10 * row) for row, error in enumerate(GOLDEN_CM)]
    errors_cm = trajectory.cross_track_m(points, (0, 0), (0, 100)) * 100
    found = trajectory.statistics_of(errors_cm)
    told = [round(value, 4) for value in (found.mean, found.mean_abs, found.rms, found.std or 0, found.p95, found.max)]
    assert told == [0.2273, 1.3182, 1.5739, 1.6335, 2.75, 3.0]
    assert trajectory.statistics_of(errors_cm, "nearest-rank").p95 == pytest.approx(3.0)
    assert found.n == 11


@given(ERRORS)
def test_percentiles(errors: list[float]) -> None:
    size = sorted(map(abs, errors))
    linear, nearest = (trajectory.statistics_of(errors, method).p95 for method in ("linear", "nearest-rank"))
    place = 0.95 * (len(size) - 1)
    low, high = size[math.floor(place)], size[math.ceil(place)]
    assert linear == pytest.approx(low + (high - low) * (place - math.floor(place)), abs=1e-9)
    assert nearest == next(value for rank, value in enumerate(size, 1) if 100 * rank >= 95 * len(size))


@given(ERRORS)
def test_laws(errors: list[float]) -> None:
    found, mirrored = trajectory.statistics_of(errors), trajectory.statistics_of([-error for error in errors])
    assert (mirrored.mean, mirrored.rms, mirrored.p95, mirrored.max) == pytest.approx(
        (-found.mean, found.rms, found.p95, found.max)
    )
    assert abs(found.mean) <= found.mean_abs + 1e-9
    assert found.mean_abs <= found.rms + 1e-6
    assert found.rms <= found.max + 1e-9
    scaled = trajectory.statistics_of([error * 100 for error in errors])
    assert (scaled.rms, scaled.p95) == pytest.approx((found.rms * 100, found.p95 * 100))


def test_the_nearest_rank_is_exact_for_each_n() -> None:
    found = [trajectory.statistics_of(range(1, n + 1), "nearest-rank").p95 for n in range(1, 301)]
    assert found == [-(-95 * n // 100) for n in range(1, 301)]


def test_what_is_no_number_is_counted_and_left_out() -> None:
    found = trajectory.statistics_of([1.0, np.nan, -1.0, np.inf])
    assert (found.n, found.missing, found.mean, found.rms) == (2, 2, 0.0, 1.0)


def test_a_single_error_has_no_deviation() -> None:
    assert trajectory.statistics_of([0.5]).std is None


@pytest.mark.parametrize("errors", [[], [np.nan]])
def test_nothing_has_no_figures(errors: Any) -> None:
    with pytest.raises(Unjudgeable) as caught:
        trajectory.statistics_of(errors)
    assert caught.value.code == "trajectory.no-samples"

"""Passes against each other: the golden vector, directions, gaps, standing machines, and what cannot be compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import trajectory
from pytest_szxc.errors import Unjudgeable

GOLDEN_M = (2.995, 3.015, 2.975, 3.020, 3.010)


def straight(east: Any, north: Any) -> Any:
    return np.column_stack(np.broadcast_arrays(np.asarray(east, float), np.asarray(north, float)))


FIRST = straight(0.0, np.arange(0, 101, 0.5))


def test_golden_vector_2() -> None:
    first, second = straight(0.0, range(5)), straight(GOLDEN_M, range(5))
    found = trajectory.row_errors_m(first, second, 3.0)
    assert found.stations_m.tolist() == pytest.approx([0, 1, 2, 3, 4])
    figures = trajectory.statistics_of(found.errors_m * 100)
    assert (round(figures.mean, 4), round(figures.rms, 4), round(figures.std or 0, 4)) == (0.3, 1.6583, 1.8235)
    assert (found.skipped, found.apart_s) == (0, None)


@given(st.floats(0, 6.28), st.booleans(), st.booleans(), st.sampled_from((-1, 1)))
def test_neither_direction_nor_side_nor_frame_matters(angle: float, back: bool, other: bool, side: int) -> None:
    second = straight(side * 3.02, np.arange(0, 101, 0.3))
    turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    passes = [rows[:: -1 if turned else 1] @ turn.T for rows, turned in ((FIRST, back), (second, other))]
    found = trajectory.row_errors_m(*passes, 3.0)
    assert len(found.errors_m) == 101
    assert np.abs(found.errors_m - 0.02).max() < 1e-9


def test_only_the_common_part_is_compared() -> None:
    found = trajectory.row_errors_m(FIRST, straight(3.0, np.arange(40, 200, 0.5)), 3.0)
    assert (found.stations_m[0], found.stations_m[-1]) == pytest.approx((40.0, 100.0))
    apart = trajectory.row_errors_m(FIRST, straight(3.0, np.arange(140, 200, 0.5)), 3.0)
    assert (len(apart.errors_m), apart.skipped) == (0, 0)


def test_nothing_is_made_up_across_a_gap() -> None:
    holed = straight(3.0, [*np.arange(0, 30.5, 0.5), *np.arange(50, 101, 0.5)])
    found = trajectory.row_errors_m(FIRST, holed, 3.0)
    assert found.skipped == 19
    assert not ((found.stations_m > 30) & (found.stations_m < 50)).any()


def test_a_machine_that_stood_or_backed_is_compared_once() -> None:
    north = np.concatenate(
        (np.arange(0, 50, 0.5), np.full(30, 49.5), np.arange(49.5, 45, -0.5), np.arange(45, 101, 0.5))
    )
    found = trajectory.row_errors_m(FIRST, straight(3.01, north), 3.0)
    assert len(found.errors_m) == 101
    assert np.abs(found.errors_m - 0.01).max() < 1e-9


def test_the_time_between_the_passes_is_told() -> None:
    times = np.arange(len(FIRST)) / 10
    second = straight(3.0, FIRST[::-1, 1])
    found = trajectory.row_errors_m(FIRST, second, 3.0, times_s=(times, times + 60))
    assert found.apart_s == pytest.approx(60, abs=1)


def test_rows_along_a_curve() -> None:
    angle = np.linspace(0, np.pi / 2, 400)
    inner, outer = (np.column_stack((r * np.cos(angle), r * np.sin(angle))) for r in (50.0, 53.05))
    found = trajectory.row_errors_m(inner, outer, 3.0, line=trajectory.Path(inner, prolonged=True))
    assert np.abs(found.errors_m - 0.05).max() < 0.001


def test_a_pass_without_positions_gives_no_station() -> None:
    assert len(trajectory.row_errors_m(FIRST, straight(np.nan, [1.0, 2.0]), 3.0).errors_m) == 0
    assert len(trajectory.row_errors_m(FIRST, [], 3.0).errors_m) == 0
    with pytest.raises(Unjudgeable, match="line-without-length"):
        trajectory.row_errors_m([], FIRST, 3.0)


def test_relative_error_is_measured_between_the_samples_of_the_reference() -> None:
    reference = straight(0.0, np.arange(0, 101, 2.0))
    driven = straight(0.02, np.arange(0.5, 100, 0.7))
    assert np.abs(trajectory.relative_cross_track_m(driven, reference) - 0.02).max() < 1e-9
    assert np.abs(trajectory.relative_cross_track_m(driven, reference[::-1]) + 0.02).max() < 1e-9


def test_beyond_the_reference_there_is_no_relative_error() -> None:
    errors = trajectory.relative_cross_track_m([(1, -5), (1, 50), (1, 105), (np.nan, 50)], FIRST)
    assert np.isnan(errors).tolist() == [True, False, True, True]


def test_a_reference_that_stood_has_no_corners_there() -> None:
    noise = np.random.default_rng(4).normal(0, 0.01, (200, 2))
    stood = np.vstack((FIRST[:100], FIRST[99] + noise, FIRST[100:]))
    errors = trajectory.relative_cross_track_m(straight(3.0, np.arange(1, 99, 0.25)), stood)
    assert np.abs(errors - 3.0).max() < 0.03

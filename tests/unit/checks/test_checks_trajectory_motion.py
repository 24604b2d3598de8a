"""Coming to the line, stopping and starting, headings and speeds; what a log does not show is None."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import trajectory

WAY = np.arange(0, 60, 0.5)
POINTS = np.column_stack((0 * WAY, WAY))
ALWAYS = np.ones(len(WAY), dtype=bool)


def on_line(errors: Any, engaged: Any = ALWAYS, **options: float) -> float | None:
    return trajectory.on_line_distance_m(POINTS, errors, engaged, 0.05, **options)


def test_the_way_to_the_line_counts_from_engaging() -> None:
    errors = np.where(WAY < 12, 0.2, 0.01)
    assert on_line(errors) == 12.0
    assert on_line(errors, WAY >= 4) == 8.0
    assert on_line(errors, WAY >= 20) == 0.0
    assert trajectory.on_line_row(POINTS, errors, WAY >= 4, 0.05) == (8, 24)


def test_a_short_touch_of_the_line_is_not_on_it() -> None:
    errors = np.where((WAY < 12) | (WAY == 20), 0.2, 0.01)
    assert on_line(errors) == 20.5
    assert on_line(np.where(WAY == 20, np.nan, np.where(WAY < 12, 0.2, 0.01))) == 20.5


def test_noise_of_a_standing_machine_is_no_way() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.005, (12_000, 2))
    assert trajectory.travelled_m(noise)[-1] < 0.2
    standing = np.vstack((noise[:600], POINTS))
    errors = np.concatenate((np.full(600, 0.2), np.where(WAY < 3, 0.2, 0.01)))
    ever = np.ones(len(errors), dtype=bool)
    assert trajectory.on_line_distance_m(standing, errors, ever, 0.05) == pytest.approx(3.0, abs=0.2)
    held = trajectory.on_line_distance_m(noise, np.zeros(12_000), np.ones(12_000, dtype=bool), 0.05)
    assert held is None, "a machine that stands beside its line holds none"


def test_a_machine_that_goes_to_and_fro_travels() -> None:
    steps = np.arange(0.0, 40.0, 0.02)
    to_and_fro = np.column_stack((0 * steps, np.abs((steps + 0.5) % 1.0 - 0.5)))
    assert trajectory.travelled_m(to_and_fro)[-1] == pytest.approx(40.0, rel=0.02)
    slow = np.column_stack((0 * steps, steps))
    assert trajectory.travelled_m(slow) == pytest.approx(steps)


def test_never_on_the_line() -> None:
    assert on_line(np.full(len(WAY), 0.2)) == math.inf
    assert on_line(np.full(len(WAY), 0.2), never_after_m=100) is None


def test_a_log_that_ends_before_the_line_is_held_shows_nothing() -> None:
    assert on_line(np.where(WAY < 55, 0.2, 0.01), never_after_m=100) is None
    assert on_line(np.where(WAY < 12, 0.2, 0.01), WAY < 15) is None


def test_who_does_not_engage_or_has_no_rows_shows_nothing() -> None:
    assert on_line(np.zeros(len(WAY)), ~ALWAYS) is None
    assert trajectory.on_line_row(POINTS, np.zeros(len(WAY)), ~ALWAYS, 0.05) is None
    assert trajectory.on_line_distance_m([], [], [], 0.05) is None
    assert trajectory.on_line_distance_m([(0, 0)], [0.0], [True], 0.05) is None


def test_the_way_passes_over_points_without_numbers() -> None:
    points = [(np.nan, 0), (0, 0), (0, 3), (np.nan, np.nan), (4, 6), (4, 7)]
    assert trajectory.travelled_m(points).tolist() == [0, 0, 3, 3, 8, 9]
    assert len(trajectory.travelled_m([])) == 0


STOPPED = np.concatenate((np.arange(0, 20, 0.5), np.full(10, 20.0), np.arange(20.5, 40, 0.5)))
STOP_POINTS = np.column_stack((0 * STOPPED, STOPPED))
STOP_SPEED = np.where(STOPPED == 20, 0.0, 2.5)


def test_a_stop_is_measured_before_and_after() -> None:
    errors = np.where(STOPPED > 20, 0.04, -0.01)
    errors[STOPPED > 25.2] = 0.5
    (found,) = trajectory.stop_start_errors_m(STOP_POINTS, errors, STOP_SPEED)
    assert (found.stop_row, found.start_row) == (40, 50)
    assert (found.relative_m, found.largest_m) == pytest.approx((0.03, 0.04))


def test_a_speed_without_a_number_makes_no_second_stop() -> None:
    speed = STOP_SPEED.copy()
    speed[45] = np.nan
    assert len(trajectory.stop_start_errors_m(STOP_POINTS, 0 * STOPPED, speed)) == 1


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(slice(0, 50), id="the log ends with the stop"),
        pytest.param(slice(0, 55), id="it ends too early after it"),
        pytest.param(slice(40, None), id="it begins with it"),
        pytest.param(slice(30, None), id="it begins too late before it"),
        pytest.param(slice(0, 40), id="no stop"),
        pytest.param(slice(0, 0), id="no row"),
    ],
)
def test_what_is_no_whole_stop(rows: slice) -> None:
    assert trajectory.stop_start_errors_m(STOP_POINTS[rows], 0 * STOPPED[rows], STOP_SPEED[rows]) == ()


def test_a_stop_without_errors_is_none() -> None:
    assert trajectory.stop_start_errors_m(STOP_POINTS, np.full(len(STOPPED), np.nan), STOP_SPEED) == ()


@pytest.mark.parametrize(
    ("a", "b", "wanted"), [(350, 10, -20), (10, 350, 20), (180, 0, -180), (0, 180, -180), (90, 90, 0), (720, 1, -1)]
)
def test_headings_wrap(a: float, b: float, wanted: float) -> None:
    assert trajectory.wrapped_deg(float(a - b)) == wanted


@given(st.floats(-1e4, 1e4), st.integers(-5, 5))
def test_whole_turns_do_not_matter(difference: float, turns: int) -> None:
    found = trajectory.wrapped_deg(difference)
    assert -180 <= found < 180
    again = trajectory.wrapped_deg(difference + 360 * turns)
    assert math.cos(math.radians(again - found)) == pytest.approx(1)
    assert trajectory.wrapped_deg(np.array([difference]))[0] == found


def test_speed_error_is_a_share_of_the_set_speed() -> None:
    found = trajectory.speed_error_pct([1.9, 2.2, 2.0, np.nan, 1.0], [2.0, 2.0, 2.0, 2.0, 0.0])
    assert found is not None
    assert found.tolist() == pytest.approx([5.0, 10.0, 0.0, np.nan, np.nan], nan_ok=True)
    assert trajectory.speed_error_pct([1.0, 2.0], 0.0) is None
    assert trajectory.speed_error_pct([], 2.0) is None

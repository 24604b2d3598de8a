"""From the antenna to the machine: where the lever stands, which way it leans, and what has no value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import trajectory

ANGLES = st.floats(-720, 720)


@pytest.mark.parametrize(
    ("heading", "roll", "lever", "wanted"),
    [
        pytest.param(0, 0, (3, 2, 1), (-1, -2), id="north"),
        pytest.param(90, 0, (3, 2, 1), (-2, 1), id="east"),
        pytest.param(180, 0, (3, 2, 1), (1, 2), id="south"),
        pytest.param(0, 90, (3, 0, 0), (-3, 0), id="lying on its right side, the antenna is all right of the point"),
        pytest.param(0, -90, (3, 0, 0), (3, 0), id="on its left side"),
    ],
)
def test_where_the_vehicle_point_is(heading: float, roll: float, lever: tuple[float, ...], wanted: object) -> None:
    found = trajectory.at_vehicle([(0.0, 0.0)], heading, roll, trajectory.Lever(*lever))
    assert found[0].tolist() == pytest.approx(wanted)


@given(ANGLES, st.floats(-30, 30), st.floats(0, 5))
def test_the_error_changes_by_height_times_sine_of_roll(heading: float, roll: float, height: float) -> None:
    ahead = np.array((np.sin(np.radians(heading)), np.cos(np.radians(heading)))) * 100
    point = trajectory.at_vehicle([ahead / 2], heading, roll, trajectory.Lever(height))
    error = trajectory.cross_track_m(point, (0, 0), ahead)[0]
    assert error == pytest.approx(-height * np.sin(np.radians(roll)), abs=1e-9)


def test_one_value_stands_for_all_rows_and_nan_for_itself() -> None:
    points = np.zeros((3, 2))
    found = trajectory.at_vehicle(points, 0.0, [0.0, np.nan, 0.0], trajectory.Lever(3.0, right_m=1.0))
    assert found[:, 0].tolist() == pytest.approx([-1.0, np.nan, -1.0], nan_ok=True)
    assert trajectory.at_vehicle([], [], [], trajectory.Lever(3.0)).shape == (0, 2)

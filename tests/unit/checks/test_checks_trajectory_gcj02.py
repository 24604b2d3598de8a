"""The shifted coordinates of Chinese maps: published pairs, there and back, and how they are found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import trajectory

LATS, LONS = st.floats(19, 53), st.floats(74, 134)


@pytest.mark.parametrize(
    ("lat", "lon", "to_lat", "to_lon"),
    [
        (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
        (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
        (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
    ],
)
def test_published_pairs(lat: float, lon: float, to_lat: float, to_lon: float) -> None:
    (found_lat,), (found_lon,) = trajectory.shifted(lat, lon)
    assert (found_lat, found_lon) == pytest.approx((to_lat, to_lon), abs=1e-9)


def test_abroad_and_nowhere() -> None:
    lat, lon = trajectory.shifted([52.0, np.nan], [5.0, 116.0])
    assert (lat[0], lon[0]) == (52.0, 5.0)
    assert np.isnan(lat[1])


@given(LATS, LONS)
def test_there_and_back(lat: float, lon: float) -> None:
    (again_lat,), (again_lon,) = trajectory.unshifted(*trajectory.shifted(lat, lon))
    assert (again_lat, again_lon) == pytest.approx((lat, lon), abs=1e-9)


@given(LATS, LONS)
def test_a_shifted_log_is_found_and_a_true_one_is_not(lat: float, lon: float) -> None:
    corners = lat + np.array([0, 0, 0.002, 0.002]), lon + np.array([0, 0.003, 0.003, 0])
    driven = lat + np.linspace(0.0001, 0.0019, 30), lon + np.linspace(0.0002, 0.0028, 30)
    assert not trajectory.looks_shifted(*driven, *corners)
    assert trajectory.looks_shifted(*trajectory.shifted(*driven), *corners)
    assert not trajectory.looks_shifted(*trajectory.unshifted(*driven), *corners)


def test_without_positions_nothing_looks_shifted() -> None:
    assert not trajectory.looks_shifted([], [], [40.0], [116.0])
    assert not trajectory.looks_shifted([40.0], [116.0], [np.nan], [116.0])
    assert not trajectory.looks_shifted([52.0], [5.0], [52.0], [5.0])

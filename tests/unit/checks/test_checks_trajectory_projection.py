"""Positions in metres: agreement with pyproj and shapely, lines that stay straight, there and back, no value."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import trajectory
from pytest_szxc.errors import Unjudgeable

if TYPE_CHECKING:
    from types import ModuleType

CASES, MOST_MM = 10_000, 0.001
LATS, LONS = st.floats(18, 54), st.floats(73, 135)
METRES = st.floats(-5_000, 5_000)


@pytest.fixture
def agreement(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    monkeypatch.syspath_prepend(str(request.config.rootpath / "benchmarks"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return import_module("trajectory_agreement")


def test_agrees_with_pyproj(agreement: ModuleType) -> None:
    most = agreement.projection_mm(CASES, np.random.default_rng(7))
    assert {name: value for name, value in most.items() if value > MOST_MM} == {}


def test_agrees_with_shapely(agreement: ModuleType) -> None:
    most = agreement.distance_mm(CASES, np.random.default_rng(8))
    assert {name: value for name, value in most.items() if value > MOST_MM} == {}


def test_sides_agree_with_exact_arithmetic(agreement: ModuleType) -> None:
    sides = agreement.wrong_sides(CASES, np.random.default_rng(9))
    assert sides["sides_judged"] >= CASES
    assert sides["wrong_sides"] == 0


@pytest.mark.parametrize(
    ("lat_deg", "length_m", "shortcut_cm"),
    [
        *((30, length, bend) for length, bend in ((200, 0.05), (500, 0.31), (1000, 1.23), (2000, 4.91))),
        *((40, length, bend) for length, bend in ((200, 0.07), (500, 0.45), (1000, 1.78), (2000, 7.13))),
        *((47, length, bend) for length, bend in ((200, 0.09), (500, 0.57), (1000, 2.28), (2000, 9.10))),
    ],
)
def test_the_shortcut_bends_a_line_and_ours_does_not(
    agreement: ModuleType, lat_deg: float, length_m: float, shortcut_cm: float
) -> None:
    shortcut, ours = agreement.bends_mm(length_m, lat_deg)
    assert round(shortcut / 10, 2) == shortcut_cm
    assert ours < 1e-4


def test_a_line_far_from_the_origin_stays_straight_too() -> None:
    near = trajectory.Origin(40.0, 116.0)
    lat, lon, _ = trajectory.geodetic([(-1_000.0, 0.0), (0.0, 0.0), (1_000.0, 0.0)], near)
    rows = trajectory.level_m(lat, lon, trajectory.Origin(40.02, 116.0))
    assert abs(trajectory.cross_track_m(rows[1:2], rows[0], rows[2])[0]) < 1e-4


@given(LATS, LONS, st.lists(st.tuples(METRES, METRES, st.floats(-200, 200)), min_size=1, max_size=5))
def test_there_and_back(lat: float, lon: float, points: list[Any]) -> None:
    origin = trajectory.Origin(lat, lon, 100.0)
    again = trajectory.enu_m(*trajectory.geodetic(points, origin), origin)
    assert np.abs(again - np.array(points)).max() < 1e-6


@given(LATS, LONS, METRES, METRES)
def test_distances_do_not_depend_on_the_origin(lat: float, lon: float, east: float, north: float) -> None:
    origin = trajectory.Origin(lat, lon)
    place = trajectory.geodetic([(0, 0, 0), (100, 0, 0), (0, 100, 0)], origin)
    elsewhere = trajectory.Origin(lat + north / 111_000, lon + east / 111_000)
    moved = trajectory.enu_m(*place, elsewhere)
    assert np.linalg.norm(moved[1] - moved[2]) == pytest.approx(100 * 2**0.5, abs=1e-6)


def test_heights_move_no_level_position() -> None:
    origin = trajectory.Origin(40.0, 116.0, 50.0)
    lat, lon, _ = trajectory.geodetic([(1_000.0, 0.0, 0.0)], origin)
    on_a_hill = trajectory.enu_m(lat, lon, 60.0, origin)
    assert on_a_hill[0, 0] - trajectory.level_m(lat, lon, origin)[0, 0] == pytest.approx(0.00157, abs=2e-5)


def test_a_position_without_a_number_has_none_in_metres() -> None:
    rows = trajectory.enu_m([40.0, np.nan], 116.0, 0.0, trajectory.Origin(40.0, 116.0))
    assert rows[0].tolist() == [0.0, 0.0, 0.0]
    assert np.isnan(rows[1]).all()


def test_no_positions_are_no_rows() -> None:
    origin = trajectory.Origin(40.0, 116.0)
    assert trajectory.enu_m([], [], [], origin).shape == (0, 3)
    assert trajectory.level_m([], [], origin).shape == (0, 2)
    assert [len(part) for part in trajectory.geodetic([], origin)] == [0, 0, 0]


def test_the_centroid_leaves_out_what_is_not_whole() -> None:
    found = trajectory.centroid([40.0, 41.0, np.nan], [116.0, 117.0, 118.0], 5.0)
    assert found == trajectory.Origin(40.5, 116.5, 5.0)
    with pytest.raises(Unjudgeable) as caught:
        trajectory.centroid([np.nan], [116.0], [0.0])
    assert caught.value.code == "trajectory.no-samples"


def test_a_degree_is_as_long_as_it_is() -> None:
    assert trajectory.metres_per_degree(45.0, "lat") == pytest.approx(111_131.8, abs=0.1)
    assert trajectory.metres_per_degree(0.0, "lon") == pytest.approx(111_319.5, abs=0.1)

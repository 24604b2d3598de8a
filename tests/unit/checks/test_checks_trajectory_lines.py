"""Distances to lines: laws that hold for each path, corners, ends, and what is no line."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_szxc import trajectory
from pytest_szxc.errors import Unjudgeable

GRID = st.integers(-200, 200)
PLACE = st.tuples(GRID, GRID)
PATHS = st.lists(PLACE, min_size=2, max_size=8)
POINTS = st.lists(PLACE, min_size=1, max_size=20)
NEAR = 1e-9


def path_of(corners: list[Any], **options: bool) -> trajectory.Path:
    assume(all(one != other for one, other in pairwise(corners)))
    return trajectory.Path(corners, **options)


def turned(points: Any, angle: float, shift: tuple[float, float]) -> Any:
    turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    return np.asarray(points, dtype=float) @ turn.T + shift


def unambiguous(path: trajectory.Path, points: list[Any]) -> Any:
    """The errors of points that have one nearest place: a hair away from them, hardly anything changes."""
    rows = np.asarray(points, dtype=float)
    moved = [path.cross_track_m(rows + hair) for hair in ((1e-6, 0), (-1e-6, 0), (0, 1e-6), (0, -1e-6))]
    errors = path.cross_track_m(rows)
    return np.all([np.abs(other - errors) < 1e-5 for other in moved], axis=0), errors


def test_right_of_travel_is_positive() -> None:
    assert trajectory.cross_track_m([(1, 50), (-2, 500)], (0, 0), (0, 100)).tolist() == [1.0, -2.0]
    assert trajectory.Path([(0, 0), (0, 100)]).cross_track_m([(1, 50), (-2, 50)]).tolist() == [1.0, -2.0]


@given(PATHS, POINTS, st.floats(0, 6), st.tuples(GRID, GRID))
def test_turning_and_moving_all_changes_nothing(corners: Any, points: Any, angle: float, shift: Any) -> None:
    path = path_of(corners)
    clear, errors = unambiguous(path, points)
    moved = trajectory.Path(turned(corners, angle, shift)).cross_track_m(turned(points, angle, shift))
    assert np.abs(moved - errors)[clear].max(initial=0) < 1e-8


@given(PATHS, POINTS)
def test_going_the_other_way_changes_the_sign(corners: Any, points: Any) -> None:
    path = path_of(corners)
    steps = np.diff(corners, axis=0).tolist()
    # A line that is driven back again has the point on both sides.
    assume(all(one[0] * other[1] != one[1] * other[0] for one, other in combinations(steps, 2)))
    clear, errors = unambiguous(path, points)
    back = trajectory.Path(corners[::-1]).cross_track_m(points)
    assert np.abs(back + errors)[clear].max(initial=0) < NEAR


@given(PATHS, POINTS, st.integers(2, 9))
def test_more_points_on_a_line_change_nothing(corners: Any, points: Any, parts: int) -> None:
    path = path_of(corners)
    rows = np.asarray(corners, dtype=float)
    shares = np.arange(parts)[:, None] / parts
    finer = [a + shares * (b - a) for a, b in pairwise(rows)]
    other = trajectory.Path(np.vstack([*finer, rows[-1:]]))
    clear, errors = unambiguous(path, points)
    assert other.length_m == pytest.approx(path.length_m)
    assert np.abs(other.cross_track_m(points) - errors)[clear].max(initial=0) < NEAR
    assert np.abs(other.station_m(points) - path.station_m(points))[clear].max(initial=0) < 1e-6


@given(PLACE, PLACE, POINTS)
def test_a_prolonged_segment_is_the_straight_line(a: Any, b: Any, points: Any) -> None:
    path = path_of([a, b], prolonged=True)
    straight = trajectory.cross_track_m(points, a, b)
    assert np.abs(path.cross_track_m(points) - straight).max() < NEAR


@given(PATHS, POINTS, st.booleans())
def test_many_points_at_once_are_as_one_by_one(corners: Any, points: Any, prolonged: bool) -> None:
    path = path_of(corners, prolonged=prolonged)
    one_by_one = np.concatenate([path.cross_track_m([point]) for point in points])
    assert path.cross_track_m(points * 40).tolist() == np.tile(one_by_one, 40).tolist()
    station, error = path.station_and_cross_track_m(points)
    assert station.tolist() == path.station_m(points).tolist()
    assert error.tolist() == one_by_one.tolist()


@pytest.mark.parametrize(
    ("corners", "point", "wanted"),
    [
        pytest.param([(0, 0), (0, 10), (10, 10)], (-3, 14), -5.0, id="outside a right turn is left"),
        pytest.param([(0, 0), (0, 10), (-10, 10)], (3, 14), 5.0, id="outside a left turn is right"),
        pytest.param([(0, 0), (0, 10), (1, 0)], (-1, 11), -(2**0.5), id="ahead of a sharp turn, left"),
        pytest.param([(0, 0), (0, 10), (1, 0)], (1, 11), -(2**0.5), id="ahead of a sharp turn, beyond its right side"),
        pytest.param([(0, 0), (0, 10), (0, 0)], (1, 13), 10**0.5, id="turning right back: by the way in"),
        pytest.param([(0, 0), (0, 10)], (3, 14), 5.0, id="beyond the end"),
        pytest.param([(0, 0), (0, 10)], (-3, -4), -5.0, id="before the beginning"),
        pytest.param([(0, 0), (0, 10), (10, 10), (10, 0), (0, 0)], (-3, -4), -5.0, id="outside a closed headland"),
        pytest.param([(0, 0), (0, 10), (10, 10), (10, 0), (0, 0)], (1, 2), 1.0, id="inside it"),
        pytest.param([(0, 0), (10, 10), (10, 0), (0, 10)], (4, 3), 2**-0.5, id="a crossing, by the first branch"),
    ],
)
def test_sides(corners: Any, point: Any, wanted: float) -> None:
    assert trajectory.Path(corners).cross_track_m([point])[0] == pytest.approx(wanted)


def test_stations_of_a_prolonged_path_go_on() -> None:
    path = trajectory.Path([(0, 0), (0, 10), (10, 10)], prolonged=True)
    assert path.station_m([(1, -5), (0, 5), (30, 9)]).tolist() == [-5.0, 5.0, 40.0]
    assert path.cross_track_m([(1, -5), (30, 9)]).tolist() == [1.0, 1.0]


def test_a_point_without_a_number_has_no_distance_and_hides_no_other() -> None:
    path = trajectory.Path([(0, 0), (0, 10), (5, 20)])
    errors = path.cross_track_m([(1, 1), (np.nan, 1), (2, 2)])
    assert np.isnan(errors).tolist() == [False, True, False]
    assert np.isnan(path.station_m([(np.nan, 0)])).all()
    assert len(path.cross_track_m([])) == 0
    assert len(trajectory.cross_track_m([], (0, 0), (0, 1))) == 0


def test_repeated_points_and_points_without_a_number_make_no_corner() -> None:
    path = trajectory.Path([(0, 0), (0, 0), (np.nan, 5), (0, 10), (0, 10)])
    assert path.length_m == 10
    assert path.cross_track_m([(1, 12)])[0] == pytest.approx(5**0.5)


@pytest.mark.parametrize("points", [[], [(1, 1)], [(1, 1), (1, 1)], [(np.nan, 0), (1, 1)]])
def test_what_has_no_length_is_no_line(points: Any) -> None:
    for made in (trajectory.Path, trajectory.fitted):
        with pytest.raises(Unjudgeable) as caught:
            made(points)
        assert caught.value.code == "trajectory.line-without-length"


@pytest.mark.parametrize("b", [(1, 1), (np.nan, 1)])
def test_a_straight_line_wants_two_points(b: Any) -> None:
    with pytest.raises(Unjudgeable, match=r"trajectory\.line-without-length"):
        trajectory.cross_track_m([(0, 0)], (1, 1), b)


@given(st.floats(0, 6.28), st.tuples(GRID, GRID), st.booleans())
def test_the_fitted_line_is_the_one_driven(angle: float, shift: Any, back: bool) -> None:
    north = np.linspace(0, 100, 50)
    driven = turned(np.column_stack((0.02 * (-1) ** np.arange(50), north)), angle, shift)[:: -1 if back else 1]
    errors = trajectory.cross_track_m(driven, *trajectory.fitted(driven))
    assert abs(errors.mean()) < NEAR
    assert np.abs(errors).max() == pytest.approx(0.02, abs=2e-3)
    a, b = trajectory.fitted(driven)
    assert (b - a) @ (driven[-1] - driven[0]) > 0


def test_sampling_more_densely_changes_no_fitted_line() -> None:
    sparse = np.column_stack((np.zeros(11), np.linspace(0, 100, 11)))
    dense = np.column_stack((np.zeros(101), np.linspace(0, 100, 101)))
    assert np.abs(np.array(trajectory.fitted(sparse)) - trajectory.fitted(dense)).max() < NEAR


def test_a_dense_path_is_searched_exactly() -> None:
    rng = np.random.default_rng(3)
    corners = np.cumsum(rng.normal(0, 1, (700, 2)), axis=0)
    points = corners[rng.integers(0, 700, 3_000)] + rng.normal(0, 5, (3_000, 2))
    fast = np.abs(trajectory.Path(corners).cross_track_m(points))
    each = [np.abs(trajectory.Path(corners[row : row + 2]).cross_track_m(points)) for row in range(699)]
    assert np.abs(fast - np.min(each, axis=0)).max() < NEAR

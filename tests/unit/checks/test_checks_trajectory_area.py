"""Zones: rings that are none, machines that leave theirs, areas within areas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import trajectory
from pytest_szxc.errors import Unjudgeable

ZONE = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
ANGLED = [(0, 0), (100, 0), (100, 100), (50, 100), (50, 50), (0, 50), (0, 0)]
HOLE = [(40, 10), (45, 10), (45, 15), (40, 15), (40, 10)]


def box(west: float, south: float, east: float, north: float) -> Any:
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


@pytest.mark.parametrize(
    ("ring", "problem"),
    [
        (ZONE, None),
        (ZONE[::-1], None),
        ([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)], "Self-intersection[1 1]"),
        (ZONE[:-1], "Not closed"),
        ([(0, 0), (1, 1), (0, 0)], "Too few points[3]"),
        ([], "Too few points[0]"),
        ([(0, 0), (1, np.nan), (1, 1), (0, 0)], "Invalid Coordinate"),
    ],
)
def test_what_is_no_polygon(ring: Any, problem: str | None) -> None:
    assert trajectory.polygon_problem(ring) == problem


def test_a_ring_without_area_is_no_polygon() -> None:
    assert trajectory.polygon_problem([(0, 0), (1, 1), (2, 2), (0, 0)]) is not None
    for judged in (trajectory.outside_m, trajectory.swept_outside_m2):
        with pytest.raises(Unjudgeable) as caught:
            judged([(1, 1)], 1.0, ZONE[:-1])
        assert caught.value.params == {"problem": "Not closed"}


@pytest.mark.parametrize(
    ("point", "wanted"),
    [((50, 50), 0), ((50, 98), 0), ((50, 99), 0.5), ((50, 100), 1.5), ((50, 102), 3.5), ((103, 104), 6.5)],
)
def test_how_far_outside(point: Any, wanted: float) -> None:
    assert trajectory.outside_m([point], 1.5, ZONE)[0] == pytest.approx(wanted)


@pytest.mark.parametrize(("point", "wanted"), [((47, 12), 0), ((46, 12), 0.5), ((45, 12), 1.5), ((42, 12), 3.5)])
def test_how_far_inside_what_is_excluded(point: Any, wanted: float) -> None:
    assert trajectory.outside_m([point], 1.5, ZONE, [HOLE])[0] == pytest.approx(wanted)


@given(st.lists(st.tuples(st.floats(-20, 120), st.floats(-20, 120)), max_size=30), st.floats(0, 10))
def test_outside_as_the_definition_has_it(points: Any, half_width: float) -> None:
    zone = shapely.Polygon(ANGLED)
    found = trajectory.outside_m(points, half_width, ANGLED)
    for point, outside in zip(points, found.tolist(), strict=True):
        place = shapely.Point(point)
        depth = zone.exterior.distance(place) * (1 if zone.contains(place) else -1)
        assert outside == pytest.approx(max(0.0, half_width - depth), abs=1e-9)


def test_a_place_without_a_number_is_neither_inside_nor_outside() -> None:
    found = trajectory.outside_m([(np.nan, 1), (50, 50)], 1.0, ZONE, [HOLE])
    assert np.isnan(found).tolist() == [True, False]
    assert len(trajectory.outside_m([], 1.0, ZONE)) == 0


def test_the_area_beyond_the_zone_counts_once() -> None:
    out = np.column_stack((np.arange(5, 95.25, 0.25), np.full(361, 99.5)))
    assert trajectory.swept_outside_m2(out, 3.0, ZONE) == pytest.approx(90.0, abs=0.01)
    round_again = np.vstack((out, [(95.0, 90.0), (5.0, 90.0)], out))
    assert 90.0 <= trajectory.swept_outside_m2(round_again, 3.0, ZONE) < 93.0


@pytest.mark.parametrize("ways", [1, 40, 400])
def test_the_area_does_not_depend_on_the_sampling(ways: int) -> None:
    north = np.linspace(50, 110, ways + 1)
    driven = np.column_stack((np.full(ways + 1, 50.0), north))
    assert trajectory.swept_outside_m2(driven, 2.0, ZONE) == pytest.approx(20.0, abs=0.01)


def test_no_area_beyond_the_zone() -> None:
    assert trajectory.swept_outside_m2([(10, 10), (90, 10), (90, 90)], 3.0, ZONE) == 0.0
    assert trajectory.swept_outside_m2([(np.nan, 10)], 3.0, ZONE) == 0.0
    assert trajectory.swept_outside_m2([(50, 200)], 2.0, ZONE) == pytest.approx(np.pi, rel=0.02)


@pytest.mark.parametrize(
    ("inner", "wanted"),
    [
        (HOLE, True),
        (box(0, 0, 10, 10), True),
        (box(-0.005, 0, 10, 10), True),
        (box(-1, 0, 10, 10), False),
        (box(200, 0, 210, 10), False),
    ],
)
def test_within(inner: Any, wanted: bool) -> None:
    assert trajectory.within(inner, ZONE) is wanted

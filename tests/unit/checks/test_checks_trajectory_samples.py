"""Which samples count, what is dropped and why, and when they are enough."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import trajectory

ROWS = st.lists(st.tuples(st.booleans(), st.floats(0, 5) | st.just(np.nan), st.booleans()), max_size=30)


def test_each_sample_is_dropped_for_its_first_reason() -> None:
    engaged, speed = [False, True, True, True, True], [0.0, 0.29, np.nan, 1.0, 0.3]
    after = [False, False, True, False, True]
    assert trajectory.valid(engaged, speed, after).tolist() == [False, False, False, False, True]
    assert trajectory.drops(engaged, speed, after) == trajectory.Drops(5, 1, 2, 1, 1)


@given(ROWS)
def test_nothing_is_lost_in_counting(rows: list[tuple[bool, float, bool]]) -> None:
    engaged, speed, after = np.array(rows, dtype=float).reshape(-1, 3).T
    found = trajectory.drops(engaged, speed, after)
    assert found.not_engaged + found.slow + found.before_line + found.kept == found.n == len(rows)
    assert found.kept == trajectory.valid(engaged, speed, after).sum()


@pytest.mark.parametrize("ids", [[1.0, 1, 1, 2, 2, 1, 1], np.array(["甲", "甲", "甲", None, None, "甲", "甲"], object)])
def test_samples_and_length_of_each_pass(ids: object) -> None:
    points = [(0, 0), (0, 1), (0, 2), (3, 2), (3, 1), (0, 2), (0, 3)]
    first, second = trajectory.pass_samples(points, np.ones(7), ids)
    assert (first.samples, first.length_m, second.samples, second.length_m) == (5, 3.0, 2, 1.0)


def test_no_way_is_counted_across_what_does_not_count() -> None:
    points = [(0, 0), (0, 1), (0, 2), (0, np.nan), (0, 4), (0, 5)]
    (found,) = trajectory.pass_samples(points, [1, 1, 0, 1, 1, 1], [7] * 6)
    assert (found.samples, found.length_m) == (4, 2.0)
    assert trajectory.pass_samples([], [], []) == ()


def test_enough() -> None:
    good, short = trajectory.PassSample("a", 200, 100.0), trajectory.PassSample("b", 2_000, 99.9)
    assert trajectory.enough([good] * 3 + [short])
    assert not trajectory.enough([good] * 2 + [short])
    assert trajectory.enough([good] * 2 + [short], least_length_m=99)
    assert trajectory.enough([good], least_passes=1)
    assert not trajectory.enough([])
    assert not trajectory.PassSample("c", 199, 500.0).enough()


def test_runs() -> None:
    assert trajectory.runs([1, 1, 2, 1]) == [(1, 0, 2), (2, 2, 3), (1, 3, 4)]
    assert trajectory.runs([]) == []

"""Steering without corrections, and the time to the first fix; what a log does not show is None."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pytest_szxc import trajectory

T = np.arange(0, 60, 0.1)
ALWAYS = np.ones(len(T), dtype=bool)
LOST = np.where((T > 19.95) & (T < 44.95), 5.0, 4.0)
NONE = np.zeros(len(T))


def outage(fix: Any = LOST, errors: Any = NONE, engaged: Any = ALWAYS) -> tuple[str, float] | None:
    found = trajectory.outages(T, fix, errors, engaged)
    return (found[0].ended_by, round(found[0].lasted_s, 6)) if found else None


@pytest.mark.parametrize(
    ("changed", "wanted", "seconds"),
    [
        pytest.param({"errors": np.where(T > 31.95, 0.11, 0.0)}, ("limit", 12.0), 12.0, id="the error grows"),
        pytest.param({"errors": np.where(T > 31.95, -0.11, 0.0)}, ("limit", 12.0), 12.0, id="to the left"),
        pytest.param({"errors": np.full(len(T), 0.2)}, ("limit", 0.0), 0.0, id="it is too great already"),
        pytest.param({"engaged": T < 26.95}, ("disengaged", 7.0), 7.0, id="it disengages"),
        pytest.param({}, ("regained", 25.0), 25.0, id="the fix comes back"),
        pytest.param({"fix": np.where(np.abs(T - 22) < 2, 5.0, 4.0)}, ("regained", 3.9), None, id="too early"),
        pytest.param({"fix": np.where(T > 39.95, 0.0, 4.0)}, ("log-end", 19.9), 19.9, id="the log ends"),
        pytest.param({"fix": np.where(T > 54.95, 0.0, 4.0)}, ("log-end", 4.9), None, id="the log ends too early"),
        pytest.param({"errors": np.where(T > 24.95, np.nan, 0.0)}, ("unknown", 5.0), None, id="the error is unknown"),
        pytest.param({"fix": np.where(LOST == 5, np.nan, 4.0)}, None, None, id="a fix without a number is no loss"),
        pytest.param({"engaged": T > 25}, None, None, id="it was not steering"),
        pytest.param({"fix": np.full(len(T), 5.0)}, None, None, id="it never had the fix"),
        pytest.param({"fix": np.full(len(T), 4.0)}, None, None, id="it never lost it"),
    ],
)
def test_endurance(changed: Any, wanted: object, seconds: float | None) -> None:
    assert outage(**changed) == wanted
    columns = {"fix": LOST, "errors_m": NONE, "engaged": ALWAYS}
    columns |= {"errors_m" if name == "errors" else name: value for name, value in changed.items()}
    found = trajectory.endurance_s(T, **columns)
    assert found == (None if seconds is None else pytest.approx(seconds))


def test_the_shortest_endurance_counts() -> None:
    fix = np.where(((T > 5) & (T < 25)) | ((T > 30) & (T < 50)), 5.0, 4.0)
    assert trajectory.endurance_s(T, fix, np.where(T > 33, 0.2, 0.0), ALWAYS) == pytest.approx(3.0, abs=0.11)


def initialised(fix: Any, power_on: float = 0.0, **options: float) -> float | None:
    return trajectory.initialisation_s(T, power_on, fix, **options)


def test_the_first_fix_that_holds() -> None:
    assert initialised(np.where(T > 29.95, 4, 5)) == pytest.approx(30.0)
    flicker = np.where((T > 29.95) | ((T > 9.95) & (T < 15)), 4, 5)
    assert initialised(flicker) == pytest.approx(30.0)
    assert initialised(flicker, hold_s=3.0) == pytest.approx(10.0)
    assert initialised(np.where(T > 29.95, 5, 1), wanted=5) == pytest.approx(30.0)


def test_rows_before_power_on_are_of_an_earlier_run() -> None:
    fix = np.where((T < 15) | (T > 34.95), 4, 1)
    assert initialised(fix, 20.0) == pytest.approx(15.0)


def test_a_log_that_begins_with_the_fix_shows_it_only_soon_after_power_on() -> None:
    fixed = np.full(len(T), 4)
    assert initialised(fixed, -5.0) == pytest.approx(5.0)
    assert initialised(fixed, -300.0) is None


def test_a_gap_breaks_the_hold() -> None:
    kept = (T < 5) | (T > 30)
    found = trajectory.initialisation_s(T[kept], 0.0, np.full(kept.sum(), 4), late_s=0.0)
    assert found == pytest.approx(30.1)


def test_no_fix_at_all() -> None:
    never = np.full(len(T), 5)
    assert initialised(never) is None
    assert initialised(never, never_after_s=50.0) == math.inf
    assert initialised(np.where(T > 55, 4, 5)) is None
    assert initialised(np.full(len(T), np.nan)) is None


def test_no_rows() -> None:
    assert trajectory.initialisation_s([], 0.0, []) is None
    assert initialised(np.full(len(T), 4), 1_000.0) is None
    assert trajectory.outages([], [], [], []) == ()
    assert trajectory.endurance_s([], [], [], []) is None

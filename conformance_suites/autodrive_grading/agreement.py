"""Whether what is stated of a test agrees with what its log shows (ADG-040): units, tolerances, ways to state it."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING

from pytest_szxc import trajectory

from .limits import minimum

if TYPE_CHECKING:
    from pytest_szxc import Sut

    from .trials import Trial

UNITS = {
    "cm": {"mm": 0.1, "cm": 1.0, "m": 100.0, "厘米": 1.0, "毫米": 0.1, "米": 100.0},
    "m": {"mm": 0.001, "cm": 0.01, "m": 1.0, "厘米": 0.01, "毫米": 0.001, "米": 1.0},
    "m2": {"m2": 1.0, "m²": 1.0, "m^2": 1.0, "平方米": 1.0},
    "s": {"ms": 0.001, "s": 1.0, "min": 60.0, "秒": 1.0, "分": 60.0, "分钟": 60.0},
    "%": {"%": 1.0, "percent": 1.0},
    "1": {"1": 1.0},
}
"""Unit of a limit → units in which it may be stated, each in that of the limit."""
OF_CENTIMETRE = {"cm": 1.0, "m": 0.01}
"""How much of a unit a centimetre is."""
OTHERWISE = {"%": 0.05, "m2": 0.01, "s": 0.1, "1": 0.0}
"""Absolute differences of what is no length: what is lost where one reports one decimal, or two of an area."""
METHODS = {
    "nearest-rank": re.compile(r"nearest[\s_-]*rank|最近秩|最近邻秩", re.IGNORECASE),
    "linear": re.compile(r"linear|线性", re.IGNORECASE),
}
"""Method of a percentile → how a statement of it reads."""


def in_unit(value: float, stated: str, unit: str) -> float | None:
    """A stated value in the unit of its limit; ``None`` of a unit that is not of its kind."""
    factor = UNITS.get(unit, {}).get(stated.strip())
    return None if factor is None else value * factor


def methods(stated: str) -> tuple[str, ...]:
    """The methods that a statement of a percentile's method may mean: both where it names none or both."""
    named = tuple(name for name, pattern in METHODS.items() if pattern.search(stated))
    return named if len(named) == 1 else tuple(METHODS)


def slack(sut: Sut, trial: Trial, value: float, unit: str) -> float:
    """By how much a stated value may differ from what the log shows.

    A share of the value, or 0.1 cm where that is more; of a time one step of the log, since it begins and ends at
    samples.
    """
    share = abs(value) * minimum(sut, "recompute_share") / 100
    if unit in OF_CENTIMETRE:
        least = minimum(sut, "recompute_absolute") * OF_CENTIMETRE[unit]
    else:
        least = max(OTHERWISE[unit], step_s(trial) if unit == "s" else 0.0)
    return max(share, least) * (1 + 1e-9) if isfinite(value) else 0.0


def step_s(trial: Trial) -> float:
    """The usual time from sample to sample; 0 of a log without two in order, and without a log."""
    if trial.log is None:
        return 0.0
    np = trajectory.numpy
    steps = np.diff(trial.log.t_s)
    forward = steps[steps > 0]
    return float(np.median(forward)) if len(forward) else 0.0


def apart(stated: float, value: float, *, signed: bool) -> float:
    """How far a stated value is from a computed one; where the sign says nothing, or is left off, by their sizes."""
    if signed and stated < 0:
        return abs(stated - value)
    return abs(abs(stated) - abs(value))

"""How far a logged position may be off, by its fix and the accuracy class: what lies closer to a border proves nothing.

``tables/position_noise.csv`` has the values; a fix without one is no position that proves anything.
"""

from __future__ import annotations

from functools import cache
from math import inf
from typing import TYPE_CHECKING

from pytest_szxc import trajectory

from .tables import rows

if TYPE_CHECKING:
    from .trials import Array, Trial

ASSUMED = "A"
"""The accuracy class of a session that names none: the strictest."""
LEAP_SHARE, LEAP_M = 1.5, 0.3
"""A sample further from both its neighbours than the machine comes in that time, by half as much and 0.3 m, leaps."""


def tolerated_m(trial: Trial) -> float:
    """How far beyond a border a position of the session's accuracy class may lie that is on it."""
    return _noises("class")[trial.accuracy or ASSUMED]


def noise_m(trial: Trial) -> Array:
    """How far each sample's position may be off (n,): by its fix, of the class where the log has none; ∞ is unknown."""
    np = trajectory.numpy
    n = len(trial.log.points_m)
    if trial.log.fix is None:
        return np.full(n, tolerated_m(trial))
    found = np.full(n, inf)
    for fix, noise in _noises("fix").items():
        found[trial.log.fix == float(fix)] = noise
    found[leaps(trial)] = inf
    return found


def leaps(trial: Trial) -> Array:
    """Which samples lie where the machine cannot have been, seen from those before and after (n,)."""
    np = trajectory.numpy
    log = trial.log
    found = np.zeros(len(log.points_m), dtype=bool)
    if log.speed_mps is None or len(found) <= 2:  # noqa: PLR2004 -- a neighbour on either side
        return found
    way = np.hypot(*np.diff(log.points_m, axis=0).T)
    fastest = np.maximum(np.abs(log.speed_mps[1:]), np.abs(log.speed_mps[:-1]))
    far = way > LEAP_SHARE * fastest * np.abs(np.diff(log.t_s)) + LEAP_M
    found[1:-1] = far[1:] & far[:-1]
    return found


@cache
def _noises(given: str) -> dict[str, float]:
    chosen = (row for row in rows("position_noise") if row["given"] == given)
    return {row["value"]: float(row["noise_m"] or inf) for row in chosen}

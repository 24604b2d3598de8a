"""The figures of tracking by time and by way instead of by samples.

F6 counts samples. A log that is sampled more often where the machine is good would dilute what is bad: whatever makes a
logger write a sample, the time or the way, the figures by that come out as those by samples.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from pytest_szxc import trajectory

from .guided_passes import passes

if TYPE_CHECKING:
    from pytest_szxc import Sut

    from .guided_passes import PassErrors
    from .trials import Trial

Array = Any
CM = 100.0
SHARE = 0.95
MORE = 1.05
"""What the ends of passes and an uneven clock may do to figures by time or way."""


def weighed_track(sut: Sut, trial: Trial) -> dict[str, float]:
    """Mean, RMS and 95th percentile of the cross-track errors in cm: by time or by way, whichever is less."""
    found = passes(sut, trial)
    by_time = _figures([(one, _shares(one, trial.log.t_s[one.rows])) for one in found])
    by_way = _figures([(one, _shares(one, one.station_m)) for one in found])
    return {metric: min(value, by_way[metric]) / MORE for metric, value in by_time.items() if metric in by_way}


def _shares(one: PassErrors, places: Array) -> Array:
    """Half of the way, or time, between each valid sample and its valid neighbours (n,)."""
    np = trajectory.numpy
    both = one.counts[1:] & one.counts[:-1] & (np.diff(one.rows) == 1)
    half = np.where(both, np.abs(np.diff(places)), 0.0) / 2
    return np.concatenate((half, [0.0])) + np.concatenate(([0.0], half))


def _figures(weighed: list[tuple[PassErrors, Array]]) -> dict[str, float]:
    np = trajectory.numpy
    told = [(one.errors_m[one.counts] * CM, shares[one.counts]) for one, shares in weighed]
    errors, shares = (
        np.concatenate([np.zeros(0), *columns]) for columns in (zip(*told, strict=True) if told else ((), ()))
    )
    known = np.isfinite(errors) & np.isfinite(shares) & (shares > 0)
    errors, shares = errors[known], shares[known]
    total = float(shares.sum())
    if total <= 0:
        return {}
    order = np.argsort(np.abs(errors))
    reached = np.cumsum(shares[order]) / total
    at = min(int(np.searchsorted(reached, SHARE)), len(order) - 1)
    return {
        "track_mean": abs(float(errors @ shares)) / total,
        "track_rms": sqrt(float(errors**2 @ shares) / total),
        "track_p95": float(np.abs(errors[order[at]])),
    }

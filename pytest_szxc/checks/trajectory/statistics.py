"""What a row of errors amounts to (F6), with the percentile's method stated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pytest_szxc.errors import Unjudgeable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

PercentileMethod = Literal["linear", "nearest-rank"]
SHARE_PCT = 95


@dataclass(frozen=True, slots=True)
class ErrorStatistics:
    """Figures of n errors, in the unit of the errors.

    Attributes:
        n: errors that are numbers.
        mean: Σe/n, with its sign.
        mean_abs: Σ|e|/n.
        rms: √(Σe²/n).
        std: √(Σ(e−mean)²/(n−1)); None of a single error.
        p95: 95th percentile of |e| by ``percentile_method``.
        max: largest |e|.
        missing: rows that hold no number and were left out.
        percentile_method: ``linear`` interpolates between the two nearest ranks, ``nearest-rank`` takes the higher one.
    """

    n: int
    mean: float
    mean_abs: float
    rms: float
    std: float | None
    p95: float
    max: float
    missing: int = 0
    percentile_method: PercentileMethod = "linear"


def statistics_of(errors: ArrayLike, percentile_method: PercentileMethod = "linear") -> ErrorStatistics:
    """The figures of errors; NaN among them is counted and left out.

    Args:
        errors: n, in any unit.
        percentile_method: of the 95th percentile.

    Raises:
        Unjudgeable: ``trajectory.no-samples``; there is no number among them.
    """
    given = np.asarray(errors, dtype=np.float64).ravel()
    found = given[np.isfinite(given)]
    n = len(found)
    if not n:
        raise Unjudgeable("trajectory.no-samples", what=f"0/{len(given)}")
    size = np.abs(found)
    return ErrorStatistics(
        n=n,
        mean=float(found.mean()),
        mean_abs=float(size.mean()),
        rms=float(np.sqrt(np.mean(found**2))),
        std=float(found.std(ddof=1)) if n > 1 else None,
        p95=percentile(size, percentile_method),
        max=float(size.max()),
        missing=len(given) - n,
        percentile_method=percentile_method,
    )


def percentile(values: NDArray[np.float64], method: PercentileMethod) -> float:
    """The 95th percentile of at least one number."""
    if method == "linear":
        return float(np.percentile(values, SHARE_PCT))
    rank = -(-SHARE_PCT * len(values) // 100)  # in whole numbers: 0.95·n may come out a hair above its rank
    return float(np.partition(values, rank - 1)[rank - 1])

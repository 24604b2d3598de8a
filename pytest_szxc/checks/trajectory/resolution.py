"""The resolution gate (F15): positions written too coarsely prove nothing, however good the figures look."""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING, Literal

import numpy as np

from pytest_szxc.checks.trajectory.projection import metres_per_degree
from pytest_szxc.errors import Unjudgeable

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

SHARE = 5
"""The quantisation may be at most a fifth of the limit."""
TURN_DEG = 360.0
LEAST_DISTINCT, SAMPLED = 10, 4096
MOST = 0.9
"""So many of the values have to be multiples of a step. Of values ten times as fine a tenth are, by chance."""
FLOAT_NOISE_DEG = 1e-13
"""What a float64 near 180 may be off its decimal digits, several times over."""
DECIMAL_DEG = tuple(10.0**-decimals for decimals in range(1, 13))
"""From the coarsest to the finest."""
OTHER_DEG = (
    *(10.0**-decimals / 60 for decimals in range(10)),  # decimals of minutes, as in NMEA 0183
    *(10.0**-decimals / 3600 for decimals in range(8)),  # of seconds
    *(2.0**-bits for bits in range(10, 34)),  # float32
    *(180 / 2.0**bits for bits in range(22, 33)),  # parts of a half circle, in four bytes semicircles
    *(10.0**-decimals / 1_800_000 for decimals in range(3)),  # of 1/30000 of a minute
    *(180 / pi * 10.0**-decimals for decimals in range(4, 12)),  # of radians
)
"""Steps in which positions are stored. Decimals of degrees stay exact when written, the others are rounded."""
TOGETHER, TRIED = 4, 8
"""So many values are looked at together for a common divisor, and so many divisors tried."""


def quantisation_m(
    values_deg: ArrayLike,
    written_decimals: int | None,
    lat_deg: float,
    axis: Literal["lat", "lon"] = "lat",
) -> float:
    """How coarse latitudes or longitudes are: as written, or as their values show, whichever is coarser.

    1e-6° written as ``31.1234560000`` is still 1e-6°, that is 0.111 m.

    Args:
        values_deg: n; NaN is left out.
        written_decimals: the most digits after the point that the text has; None where it is no text.
        lat_deg: where on the ellipsoid.
        axis: which of the two the values are.

    Returns:
        The step in metres.

    Raises:
        Unjudgeable: ``trajectory.no-samples``; no decimals are given and there are fewer than ten different values.
    """
    written_deg = 10.0**-written_decimals if written_decimals is not None else 0.0
    used_deg = used_step_deg(values_deg, written_deg)
    if used_deg is None and written_decimals is None:
        raise Unjudgeable("trajectory.no-samples", what=axis)
    return max(written_deg, used_deg or 0.0) * metres_per_degree(lat_deg, axis)


def used_step_deg(values_deg: ArrayLike, written_deg: float = 0.0) -> float | None:
    """The coarsest step of which nearly all values are multiples: a known one, or any whole number of decimals.

    Positions in multiples of 2.5e-7° are that coarse with however many decimals they are written.

    Args:
        values_deg: n; what is no angle is left out.
        written_deg: the step of the text, to whose half the values are rounded.

    Returns:
        The spacing of the numbers themselves where no known step fits; None of fewer than ten different values.
    """
    given = np.asarray(values_deg, dtype=np.float64).ravel()
    given = given[np.abs(given) <= TURN_DEG]
    distinct = np.unique(given[:: max(1, len(given) // SAMPLED)])
    if len(distinct) < LEAST_DISTINCT:
        distinct = np.unique(given)
    if len(distinct) < LEAST_DISTINCT:
        return None
    rounding = written_deg / 2 + FLOAT_NOISE_DEG
    decimals = next((step for step in DECIMAL_DEG if multiples(distinct, step, FLOAT_NOISE_DEG)), None)
    # A step near its tolerance fits anything.
    fitting = [step for step in OTHER_DEG if step > 20 * rounding and multiples(distinct, step, rounding)]
    if decimals:
        fitting.append(decimals * common_divisor(np.round(distinct / decimals)))
    return max(fitting, default=max(written_deg, float(np.spacing(np.abs(distinct).max()))))


def common_divisor(values: Floats) -> int:
    """The largest whole number of which nearly all values, whole numbers too, are multiples."""
    whole = np.abs(values).astype(np.int64)
    rolled = np.stack([np.roll(whole, number * max(1, len(whole) // TOGETHER)) for number in range(TOGETHER)])
    told, often = np.unique(np.gcd.reduce(rolled), return_counts=True)
    likely = told[np.argsort(-often)][:TRIED].tolist()
    tried = {one // part for one in likely for part in range(1, TOGETHER) if one >= part}
    return max((one for one in tried if (whole % one == 0).mean() >= MOST), default=1)


def multiples(values: Floats, step: float, tolerance: float) -> bool:
    """Whether nearly all values are multiples of a step."""
    off = np.abs(values - np.round(values / step) * step)
    return float((off <= tolerance).mean()) >= MOST


def gate(quantisation_m: float, limit_m: float) -> bool:
    """Whether positions so coarse can prove a limit: they are at most a fifth of it."""
    return quantisation_m * SHARE <= limit_m * (1 + 1e-9)

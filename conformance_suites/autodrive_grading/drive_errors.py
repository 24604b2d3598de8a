"""Errors that are planted in a made-up drive, and their figures by plain arithmetic, apart from the engine's metrics.

Cross-track errors in metres, right of travel positive. Everything is deterministic by its seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil, fsum, pi, sin, sqrt
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW = 5
"""Draws over which noise is smoothed: a machine does not jump from sample to sample."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of planted errors (formula F6): number, and the rest in the unit of the errors."""

    n: int
    mean: float
    mean_abs: float
    rms: float
    std: float
    p95: float
    p95_nearest_rank: float
    max: float


def noise(n: int, seed: str, mean: float, rms: float) -> tuple[float, ...]:
    """``n`` bounded, smoothed random errors whose mean and root mean square are exactly these.

    Raises:
        ValueError: an RMS below the mean does not exist.
    """
    if rms <= abs(mean) or n <= 1:
        raise ValueError(rms)
    random = Random(seed)  # noqa: S311 -- made-up data, the same each time
    sums = list(accumulate((random.random() - 0.5 for _ in range(n + WINDOW)), initial=0.0))
    drawn = [sums[index + WINDOW] - sums[index] for index in range(n)]
    middle = fsum(drawn) / n
    spread = sqrt(fsum((value - middle) ** 2 for value in drawn) / n)
    scale = sqrt(rms * rms - mean * mean) / spread
    return tuple(mean + (value - middle) * scale for value in drawn)


def offset(n: int, value: float) -> tuple[float, ...]:
    """The same error ``n`` times."""
    return (value,) * n


def drift(n: int, start: float, per_sample: float) -> tuple[float, ...]:
    """An error that grows evenly, as after the loss of corrections."""
    return tuple(start + per_sample * index for index in range(n))


def sine(n: int, amplitude: float, periods: float, mean: float = 0.0) -> tuple[float, ...]:
    """An error that swings, as of a controller that is tuned too hard; whole periods have exactly the mean."""
    return tuple(mean + amplitude * sin(2 * pi * periods * index / n) for index in range(n))


def blend(n: int, start: float, end: float) -> tuple[float, ...]:
    """From one error smoothly towards another; the sample after the last would have ``end``."""
    parts = (index / n for index in range(n))
    return tuple(start + (end - start) * part * part * (3 - 2 * part) for part in parts)


def bump(n: int, peak: float, at: int) -> tuple[float, ...]:
    """An error that rises straight to ``peak`` at one sample and falls away to nothing at the last: a restart's."""
    return tuple(peak * (index / at if index <= at else (n - 1 - index) / (n - 1 - at)) for index in range(n))


def figures(errors: Sequence[float]) -> Figures:
    """The figures of formula F6, both methods of the 95th percentile of absolute errors.

    Raises:
        ValueError: fewer than two errors.
    """
    n = len(errors)
    if n <= 1:
        raise ValueError(n)
    mean = fsum(errors) / n
    sizes = sorted(map(abs, errors))
    return Figures(
        n=n,
        mean=mean,
        mean_abs=fsum(sizes) / n,
        rms=sqrt(fsum(error * error for error in errors) / n),
        std=sqrt(fsum((error - mean) ** 2 for error in errors) / (n - 1)),
        p95=_linear(sizes, 0.95),
        p95_nearest_rank=sizes[ceil(0.95 * n) - 1],
        max=sizes[-1],
    )


def _linear(ordered: Sequence[float], part: float) -> float:
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def at(stations: Sequence[float], errors: Sequence[float], wanted: Sequence[float]) -> list[float]:
    """The errors at wanted stations by linear interpolation; stations ascend, wanted ones lie between them."""
    found, index, pairs = [], 0, list(pairwise(zip(stations, errors, strict=True)))
    for station in wanted:
        while index < len(pairs) - 1 and pairs[index][1][0] < station:
            index += 1
        (before, low), (after, high) = pairs[index]
        found.append(low + (high - low) * (station - before) / (after - before))
    return found

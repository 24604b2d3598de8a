"""Which samples count, and whether they are enough (F14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.lines import rows_of, whole_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

LEAST_MPS, LEAST_LENGTH_M, LEAST_SAMPLES, LEAST_PASSES = 0.3, 100.0, 200, 3


@dataclass(frozen=True, slots=True)
class Drops:
    """How many of n samples do not count, each by the first reason that applies.

    Attributes:
        n: all samples.
        not_engaged: the system did not steer.
        slow: below the least speed, or the speed is no number.
        before_line: before the machine was on its line.
        kept: the others; they count.
    """

    n: int
    not_engaged: int
    slow: int
    before_line: int
    kept: int


@dataclass(frozen=True, slots=True)
class PassSample:
    """What one pass gives to judge.

    Attributes:
        pass_id: its id, as the log has it.
        samples: valid samples.
        length_m: way travelled between valid samples that follow each other.
    """

    pass_id: object
    samples: int
    length_m: float

    def enough(self, least_samples: int = LEAST_SAMPLES, least_length_m: float = LEAST_LENGTH_M) -> bool:
        """Whether the pass alone is long enough."""
        return self.samples >= least_samples and self.length_m >= least_length_m


def valid(engaged: ArrayLike, speed_mps: ArrayLike, after_on_line: ArrayLike, least_mps: float = LEAST_MPS) -> Mask:
    """The samples that count: the system steers, the machine moves, and it has come to its line.

    Args:
        engaged: n, true or false.
        speed_mps: n; NaN does not count.
        after_on_line: n, or one for all.
        least_mps: the speed from which a sample counts.
    """
    moving = np.asarray(speed_mps, dtype=np.float64) >= least_mps
    found: Mask = np.asarray(engaged, dtype=bool) & moving & np.asarray(after_on_line, dtype=bool)
    return found


def drops(engaged: ArrayLike, speed_mps: ArrayLike, after_on_line: ArrayLike, least_mps: float = LEAST_MPS) -> Drops:
    """How many samples ``valid`` leaves out, and why."""
    steered = np.asarray(engaged, dtype=bool)
    moving = steered & valid(steered, speed_mps, after_on_line=True, least_mps=least_mps)
    kept = moving & np.asarray(after_on_line, dtype=bool)
    n, engaged_n, moving_n, kept_n = len(steered), int(steered.sum()), int(moving.sum()), int(kept.sum())
    return Drops(n, n - engaged_n, engaged_n - moving_n, moving_n - kept_n, kept_n)


def pass_samples(points: ArrayLike, counts: ArrayLike, pass_id: ArrayLike) -> tuple[PassSample, ...]:
    """Samples and length of each pass, in the order of the log.

    Args:
        points: (n, 2) east, north.
        counts: n, the mask that ``valid`` gives; a position with a NaN does not count.
        pass_id: n ids of any kind; rows of one id need not follow each other.
    """
    rows = rows_of(points)
    mask = np.asarray(counts, dtype=bool) & whole_rows(rows)
    steps = np.zeros(len(rows))
    steps[1:] = np.where(mask[1:] & mask[:-1], np.hypot(*np.diff(rows, axis=0).T), 0.0)
    totals: dict[object, tuple[int, float]] = {}
    for name, start, end in runs(pass_id):
        samples, length = totals.get(name, (0, 0.0))
        # The step into a run comes from another pass.
        totals[name] = (samples + int(mask[start:end].sum()), length + float(steps[start + 1 : end].sum()))
    return tuple(PassSample(name, samples, length) for name, (samples, length) in totals.items())


def runs(values: ArrayLike) -> list[tuple[object, int, int]]:
    """Stretches of equal values: the value, the first row, the row after the last."""
    given = np.asarray(values)
    if not len(given):
        return []
    starts = np.concatenate(([0], np.nonzero(given[1:] != given[:-1])[0] + 1))
    ends = np.append(starts[1:], len(given))
    return [(given[start], int(start), int(end)) for start, end in zip(starts, ends, strict=True)]


def enough(
    passes: Iterable[PassSample],
    least_passes: int = LEAST_PASSES,
    least_samples: int = LEAST_SAMPLES,
    least_length_m: float = LEAST_LENGTH_M,
) -> bool:
    """Whether so many passes are long enough."""
    return sum(found.enough(least_samples, least_length_m) for found in passes) >= least_passes

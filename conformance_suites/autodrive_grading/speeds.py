"""The speed of a machine against the speed that was set, pass by pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc import trajectory

from .guided_passes import passes
from .limits import minimum
from .trials import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Sut

    from .trials import Array, Trial

VARIED = 3
"""A speed that takes more different values than this is measured, and no machine keeps one that is set exactly."""


@dataclass(frozen=True, eq=False, slots=True)
class PassSpeed:
    """The valid samples of one pass, where a speed was set.

    Attributes:
        name: id of the pass.
        speed_mps: as measured (n,).
        set_mps: as set (n,).
        unset: valid samples without a set speed.
    """

    name: str
    speed_mps: Array
    set_mps: Array
    unset: int

    @property
    def deviations_pct(self) -> Array:
        """|v − v_set| / v_set in percent (n,)."""
        found = trajectory.speed_error_pct(self.speed_mps, self.set_mps)
        return trajectory.numpy.zeros(0) if found is None else found

    @property
    def copied(self) -> bool:
        """Whether the set speed only repeats the measured one."""
        np = trajectory.numpy
        return len(np.unique(self.speed_mps)) > VARIED and bool((self.speed_mps == self.set_mps).all())


def passes_at_speed(sut: Sut, trial: Trial) -> Iterator[PassSpeed]:
    """The passes of a session that have valid samples: with the set speed of the sample, or else of the session."""
    log = trial.log
    if log.speed_mps is None:
        return
    wanted = set_speed(trial)
    for name, rows in _counted(sut, trial):
        used = rows[wanted[rows] > 0]
        if len(rows):
            yield PassSpeed(name, log.speed_mps[used], wanted[used], len(rows) - len(used))


def set_speed(trial: Trial) -> Array:
    """The set speed of each sample (n,): its own, else the session's; NaN where nobody says."""
    np, log = trajectory.numpy, trial.log
    told = number(trial.session.get("speed_set_mps"))
    whole = np.full(len(log.t_s), np.nan if told is None else told)
    return whole if log.speed_set_mps is None else np.where(log.speed_set_mps > 0, log.speed_set_mps, whole)


def _counted(sut: Sut, trial: Trial) -> Iterator[tuple[str, Array]]:
    """Each pass with the indices of its valid samples (F14): those after it is on its line, where it has one."""
    np, log = trajectory.numpy, trial.log
    on_lines: dict[str, list[Array]] = {}
    for one in passes(sut, trial):
        on_lines.setdefault(one.name, []).append(one.rows[one.counts])
    engaged = np.ones(len(log.t_s), dtype=bool) if log.engaged is None else log.engaged
    for name in trial.passes:
        rows = trial.rows(name)
        counts = trajectory.valid(engaged[rows], log.speed_mps[rows], True, minimum(sut, "speed_floor"))  # noqa: FBT003 -- of all samples
        yield name, np.concatenate(on_lines.get(name, [rows[counts]]))

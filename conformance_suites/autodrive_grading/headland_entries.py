"""Where a machine enters the pass after a headland turn, against where it was to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_szxc import trajectory

from .trials import level, listed, position
from .zone_keeping import driven

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .trials import Array, Trial

STANDING_MPS = 0.1
"""Below this the machine stands."""


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """Where something was done, known to the way between two samples.

    Attributes:
        row: the first sample that shows it.
        error_m: from the planned place to that sample: what is reported.
        proved_m: from the planned place to the way from the sample before to it; the true error is no less.
        step_m: the length of that way.
    """

    row: int
    error_m: float
    proved_m: float
    step_m: float


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One planned entry.

    Attributes:
        pass_id: of the pass that follows the turn.
        place: where the machine entered; ``None`` where the log has no such pass.
        by_hand: whether a hand steered in the turn before it.
    """

    pass_id: str
    place: Place | None
    by_hand: bool = False


def entries(trial: Trial) -> Iterator[Entry]:
    """The planned entries of a session, but those of passes that cannot be judged."""
    for headland in listed(trial.session, "headlands"):
        name, planned = headland.get("pass_id"), position(headland.get("entry"))
        if not isinstance(name, str) or not name or planned is None or name in trial.bad:
            continue
        if name not in trial.passes:
            yield Entry(name, None)
            continue
        first = int(trial.rows(name)[0])
        yield Entry(name, place_of(trial, first, planned), _by_hand(trial, first))


def place_of(trial: Trial, row: int, planned: tuple[float, float]) -> Place:
    """How far a sample is from a planned place (longitude, latitude)."""
    np = trajectory.numpy
    wanted = level([planned], trial.log.origin)[0]
    here = trial.log.points_m[row]
    before = trial.log.points_m[row - 1] if row and np.isfinite(trial.log.points_m[row - 1]).all() else here
    error = float(np.hypot(*(wanted - here)))
    return Place(row, error, _to_way(wanted, before, here), float(np.hypot(*(here - before))))


def _to_way(wanted: Array, before: Array, here: Array) -> float:
    """Distance of a place from the straight way between two samples."""
    np = trajectory.numpy
    way: Any = here - before
    length = float(way @ way)
    share = min(max(float((wanted - before) @ way) / length, 0.0), 1.0) if length else 0.0
    return float(np.hypot(*(before + share * way - wanted)))


def _by_hand(trial: Trial, row: int) -> bool:
    """Whether a hand steered between the last sample of the pass before and this one; without a pass before, no.

    A system that turns by itself does so all the time that the machine moves; one that waits for the operator to say so
    may stand by until then.
    """
    np, log = trajectory.numpy, trial.log
    before = np.nonzero(log.pass_id[:row] != "")[0]
    turn = slice(int(before[-1]) + 1, row + 1) if len(before) else slice(0, 0)
    if trial.feature is not None and trial.feature.text("headland") == "assisted" and log.mode is not None:
        return bool((log.mode[turn] == "manual").any())
    moves = np.ones(len(log.t_s), dtype=bool) if log.speed_mps is None else log.speed_mps >= STANDING_MPS
    return bool((moves & ~driven(trial))[turn].any())

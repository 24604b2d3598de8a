"""Whether a machine keeps to its declared zone: its width about the vehicle point, while the system moves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc import Unjudgeable, trajectory

from .declarations import grade_of
from .event_sequence import DRIVING
from .position_noise import noise_m, tolerated_m
from .trials import number
from .zones import area_of, metres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Record, SzxcError

    from .trials import Array, Trial

ROWS_NAMED = 5


@dataclass(frozen=True, eq=False)
class Zone:
    """A declared zone in the frame of a log.

    Attributes:
        outline: its outer ring (k, 2).
        closed_off: rings of exclusions and of the zone's holes.
    """

    outline: Array
    closed_off: tuple[Array, ...]


@dataclass(frozen=True, eq=False)
class Keeping:
    """How a machine kept to its zone, sample by sample.

    Attributes:
        driven: which samples count: the system moved the machine.
        beyond_m: how far the machine reached out of the zone or into an exclusion.
        proved: where this is more than the position may be off.
        unproved: where it may be out of the zone, or in it: the position is not good enough to tell.
        step_s: how long each sample stands for.
    """

    driven: Array
    beyond_m: Array
    proved: Array
    unproved: Array
    step_s: Array

    @property
    def largest_m(self) -> float:
        """The largest proved excursion; 0 without one."""
        return float(self.beyond_m[self.proved].max(initial=0.0))

    @property
    def worst_row(self) -> int:
        """The sample farthest out of the zone; without an excursion the first one that counts."""
        return int((self.proved * self.beyond_m + 1e-9 * self.driven).argmax())

    @property
    def lasting_s(self) -> float:
        """How long the machine was out of its zone, all in all."""
        return float(self.step_s[self.proved].sum())

    def way_m(self, trial: Trial) -> float:
        """How far the system moved the machine."""
        np = trajectory.numpy
        both = self.driven[1:] & self.driven[:-1]
        return float(np.hypot(*np.diff(trial.log.points_m, axis=0).T)[both].sum())


def zone_of(trial: Trial) -> Zone | None:
    """The zone that the session's feature declares; ``None`` without one.

    Raises:
        SzxcError: it, or an exclusion, is no polygon: nobody can say what lies in it.
    """
    declared = trial.feature.child("odd.zone") if trial.feature else None
    if declared is None or trial.feature is None:
        return None
    outer, *holes = _rings(declared, trial)
    exclusions = trial.feature.children("odd.exclusions")
    return Zone(outer, (*holes, *(_rings(one, trial)[0] for one in exclusions)))


def zone_needed(trial: Trial) -> Zone | None:
    """The declared zone; ``None`` only of a feature that is limited to none.

    Raises:
        SzxcError: a feature whose domain is limited declares no zone, or none that is a polygon.
    """
    found, feature = zone_of(trial), trial.feature
    if found is None and feature is not None and feature.text("odd_limit") != "unlimited":
        params = {"feature": feature.text("feature_id") or "-", "grade": str(grade_of(feature))}
        raise Unjudgeable("zone.undeclared", feature.origin.exchange, **params)
    return found


def _rings(polygon: Record, trial: Trial) -> list[Array]:
    area, faults = area_of(polygon)
    if area is None:
        raise Unjudgeable("trajectory.polygon", polygon.origin.exchange, problem=str(faults[0].observed))
    return [metres(ring, trial.log.origin) for ring in (area.outline, *area.holes)]


def driven(trial: Trial) -> Array:
    """Which samples the system moves the machine in (n,): by its mode, or because it is engaged.

    Rows that are driven by hand, standing by, stopped or failed count for none; who says ``manual`` while engaged does.

    Raises:
        SzxcError: the log has neither modes nor engagement.
    """
    np, log = trajectory.numpy, trial.log
    engaged = log.engaged if log.engaged is not None else np.zeros(len(log.t_s), dtype=bool)
    if log.mode is None:
        return engaged if log.engaged is not None else log.table.column("mode")
    return np.isin(log.mode.astype(str), tuple(DRIVING)) | engaged


def half_width_m(trial: Trial) -> float:
    """Half of the machine's width.

    Raises:
        Unjudgeable: ``evidence.untold``; the session does not say how wide it is.
    """
    width = number(trial.session.get("vehicle_width_m"))
    if width is None or width <= 0:
        exchange = trial.session.origin.exchange
        raise Unjudgeable("evidence.untold", exchange, session=trial.name, member="vehicle_width_m")
    return width / 2


def unproved(trial: Trial, kept: Keeping) -> SzxcError | None:
    """Why a session does not prove that the machine kept to its zone: positions are too poor, or turns not logged."""
    rows = trial.log.row_numbers[kept.unproved]
    if len(rows):
        told = ", ".join(map(str, rows[:ROWS_NAMED].tolist())) + (" …" if len(rows) > ROWS_NAMED else "")
        exchange = trial.log.table.origin.exchange
        return Unjudgeable("zone.unproved", exchange, session=trial.name, count=str(len(rows)), rows=told)
    gap = trajectory.turn_gap(trial.log)
    return gap.unjudgeable() if gap else trajectory.too_coarse(trial.log, tolerated_m(trial), 1.0)


def keeping(trial: Trial, zone: Zone) -> Keeping:
    """How the machine of a session kept to its zone."""
    np = trajectory.numpy
    half, counts = half_width_m(trial), driven(trial) & np.isfinite(trial.log.points_m).all(axis=1)
    noise, slack = noise_m(trial), max(tolerated_m(trial), trajectory.coarseness_m(trial.log))
    beyond = np.zeros(len(counts))
    beyond[counts] = _outside(trial.log.points_m[counts], half, zone)
    proved = counts & np.isfinite(noise) & (beyond > np.maximum(noise, slack))
    unproved = counts & ~proved & _doubtful(trial, zone, np.where(counts & (noise > slack), noise, 0.0))
    return Keeping(counts, beyond, proved, unproved, _step_s(trial))


def _doubtful(trial: Trial, zone: Zone, noise: Array) -> Array:
    """Samples that may be beyond the zone's border, with what their positions may be off; 0 of those good enough."""
    np = trajectory.numpy
    found, half = np.isinf(noise), half_width_m(trial)
    for value in np.unique(noise[np.isfinite(noise) & (noise > 0)]).tolist():
        rows = np.nonzero(noise == value)[0]
        found[rows] = _outside(trial.log.points_m[rows], half + value, zone) > 0
    return found


def _outside(points: Array, half: float, zone: Zone) -> Array:
    return trajectory.outside_m(points, half, zone.outline, zone.closed_off)


def _step_s(trial: Trial) -> Array:
    """The time to the next sample, of a gap as of the usual step (n,)."""
    np = trajectory.numpy
    steps = np.diff(trial.log.t_s, append=np.nan)
    whole = steps[steps > 0]
    usual = float(np.median(whole)) if len(whole) else 0.0
    return np.where((steps > 0) & (steps <= 3 * usual), steps, usual)


def swept_beyond_m2(trial: Trial, zone: Zone) -> float:
    """Area outside of the zone's outline that the machine passes over, narrower by what positions may be off."""
    width = 2 * half_width_m(trial)
    slack = max(tolerated_m(trial), trajectory.coarseness_m(trial.log))
    kept = keeping(trial, zone)
    ways = _ways(trial, kept.driven & (kept.proved | (noise_m(trial) <= slack)))
    return sum(trajectory.swept_outside_m2(way, max(width - 2 * slack, 0.01), zone.outline) for way in ways)


def _ways(trial: Trial, counts: Array) -> Iterator[Array]:
    """The stretches of samples that count, one after another."""
    for counted, first, end in trajectory.runs(counts):
        if counted:
            yield trial.log.points_m[first:end]

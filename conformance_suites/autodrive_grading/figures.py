"""The figures of guidance that a log shows: tracking, row spacing, coming to the line, stops, fixes (F3 to F12).

A figure is None where the log does not show it. Lengths of errors are centimetres, as the limits are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_szxc import trajectory

from .limits import CENTIMETRES, limits, minimum
from .trials import number

if TYPE_CHECKING:
    from pytest_szxc import Sut

    from .trials import Trial

Array = Any
CM = 100.0
ENDS = 2
PARALLEL = 0.985
"""Cosine of 10 degrees: lines that differ by more are no neighbours."""
FIXES = {"A": (4,), "B": (4, 5), "C": (2, 4, 5)}
"""Accuracy class → qualities of a fix (as in NMEA GGA) that it waits for: RTK fixed; a solution of carrier phases; any
that is corrected. The source names 4 for class A and nothing for the others."""


@dataclass(frozen=True, eq=False, slots=True)
class PassErrors:
    """Cross-track errors of one pass on its guidance line.

    Attributes:
        name: id of the pass.
        line_id: id of its guidance line.
        rows: indices of its samples in the log (n,).
        errors_m: of those samples, positive right of travel.
        counts: which of them are valid (F14).
        station_m: where along the line they lie.
    """

    name: str
    line_id: str
    rows: Array
    errors_m: Array
    counts: Array
    station_m: Array

    @property
    def length_m(self) -> float:
        """Way along the line between the first and the last valid sample, without the gaps between them."""
        np = trajectory.numpy
        both = self.counts[1:] & self.counts[:-1]
        return float(np.abs(np.diff(self.station_m))[both].sum())


def passes(sut: Sut, trial: Trial) -> tuple[PassErrors, ...]:
    """The passes that lie on a declared guidance line.

    A machine that never comes to its line is judged from where it engaged: it must not pass for want of samples.
    """
    terms = (tolerance_m(sut, trial), minimum(sut, "on_line_hold"), minimum(sut, "speed_floor"))
    return trial.kept((passes.__name__, *terms), partial(_passes, trial, *terms))


def _passes(trial: Trial, tolerance: float, hold: float, floor: float) -> tuple[PassErrors, ...]:
    found = (_pass(trial, name, tolerance, hold, floor) for name in trial.passes)
    return tuple(one for one in found if one is not None)


def _pass(trial: Trial, name: str, tolerance: float, hold: float, floor: float) -> PassErrors | None:
    log, rows = trial.log, trial.rows(name)
    line_id = line_id_of(trial, rows)
    line = trial.lines.get(line_id)
    if line is None or log.engaged is None or log.speed_mps is None:
        return None
    np = trajectory.numpy
    points, engaged, speed = log.points_m[rows], log.engaged[rows], log.speed_mps[rows]
    station, errors = line.station_and_cross_track_m(points)
    on_line = trajectory.on_line_row(points, errors, engaged, tolerance, hold)
    after = np.arange(len(points)) >= (on_line[1] if on_line else 0)
    counts = trajectory.valid(engaged, speed, after, floor)
    return PassErrors(name, line_id, rows, errors, counts, station)


def line_id_of(trial: Trial, rows: Array) -> str:
    """The line that a pass says it follows; the only one where the log has no such column."""
    if trial.log.line_id is None:
        return next(iter(trial.lines), "") if len(trial.lines) == 1 else ""
    names = Counter[str]()
    for name, start, end in trajectory.runs(trial.log.line_id[rows]):
        names[str(name)] += end - start
    del names[""]
    return names.most_common(1)[0][0] if names else ""


def tolerance_m(sut: Sut, trial: Trial) -> float:
    """Within what |e| a machine is on its line: the limit of the 95th percentile of its class (F9)."""
    limit = limits(sut, trial.accuracy or "A")["track_p95"]
    return limit.value * CENTIMETRES[limit.unit]


def track(sut: Sut, trial: Trial, method: str = "linear") -> dict[str, tuple[float, int]]:
    """Mean, RMS and 95th percentile of the cross-track errors of all passes, in cm, and their number (F6)."""
    np = trajectory.numpy
    found = [one.errors_m[one.counts] for one in passes(sut, trial)]
    errors = np.concatenate(found) if found else np.zeros(0)
    if not np.isfinite(errors).any():
        return {}
    told = trajectory.statistics_of(errors * CM, method)
    values = {"track_mean": told.mean, "track_rms": told.rms, "track_p95": told.p95}
    return {metric: (value, told.n) for metric, value in values.items()}


def row_spacing(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """Mean and RMS of what adjacent rows are further apart than planned, in cm, and the number of stations (F7)."""
    spacing = number(trial.session.get("row_spacing_m"))
    if spacing is None or spacing <= 0:
        return {}
    step = minimum(sut, "station_step")
    make = partial(_row_errors_m, trial, passes(sut, trial), spacing, step)
    errors = trial.kept((row_spacing.__name__, spacing, step, tolerance_m(sut, trial)), make)
    if not len(errors):
        return {}
    told = trajectory.statistics_of(errors * CM)
    return {"row_mean": (told.mean, told.n), "row_rms": (told.rms, told.n)}


def _row_errors_m(trial: Trial, found: tuple[PassErrors, ...], spacing: float, step: float) -> Array:
    np = trajectory.numpy
    points = {one.name: trial.log.points_m[one.rows][one.counts] for one in found}
    pairs = adjacent([one for one in found if len(points[one.name]) > 1], trial, spacing)
    errors = [
        trajectory.row_errors_m(points[one.name], points[two.name], spacing, step, line=trial.lines[one.line_id])
        for one, two in pairs
    ]
    return np.concatenate([one.errors_m for one in errors]) if errors else np.zeros(0)


def adjacent(found: list[PassErrors], trial: Trial, spacing: float) -> list[tuple[PassErrors, PassErrors]]:
    """The pairs of passes whose guidance lines lie side by side, whenever and in whichever direction they were driven.

    Lines are neighbours by the plan, not by what was driven: a row that went astray keeps its neighbour.
    """
    by_line: dict[str, list[PassErrors]] = {}
    for one in found:
        by_line.setdefault(one.line_id, []).append(one)
    lines = list(by_line)
    if not lines:
        return []
    beside = _beside(trial, lines, spacing)
    sides = [(lines[a], lines[b]) for a in range(len(lines)) for b in range(a) if beside[a][b]]
    return [(one, two) for a, b in sorted(sides) for one in by_line[a] for two in by_line[b]]


def _beside(trial: Trial, lines: list[str], spacing: float) -> Array:
    """Which lines (k, k) are parallel, and half to one and a half times the spacing apart at their middles."""
    np = trajectory.numpy
    points = [trial.line_points[name] for name in lines]
    middles = np.array([rows.mean(axis=0) if len(rows) == ENDS else rows[len(rows) // 2] for rows in points])
    along = np.array([rows[-1] - rows[0] for rows in points]).reshape(-1, 2)
    sizes = np.hypot(*along.T)
    sizes[sizes == 0] = np.inf  # round a field: parallel to nothing
    along = along / sizes[:, None]
    apart = np.array([np.abs(trial.lines[name].cross_track_m(middles)) for name in lines]).reshape(len(lines), -1)
    near = (apart > 0.5 * spacing) & (apart < 1.5 * spacing)
    return near & (np.abs(along @ along.T) > PARALLEL)


def on_line(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """The longest way from engaging to holding the line, in m; ∞ where a machine never came to it (F9)."""
    log, found = trial.log, []
    for one in passes(sut, trial):
        points, engaged = log.points_m[one.rows], log.engaged[one.rows]
        hold = minimum(sut, "on_line_hold")
        found.append(trajectory.on_line_distance_m(points, one.errors_m, engaged, tolerance_m(sut, trial), hold))
    known = [value for value in found if value is not None]
    return {"on_line": (max(known), len(known))} if known else {}


def stop_start(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """The largest error after a restart less the mean error before the stop, in cm (F10)."""
    before, after = minimum(sut, "stop_before"), minimum(sut, "restart_after")
    log = trial.log
    found = [
        stop.relative_m * CM
        for one in passes(sut, trial)
        for stop in trajectory.stop_start_errors_m(
            log.points_m[one.rows], one.errors_m, log.speed_mps[one.rows], before_m=before, after_m=after
        )
    ]
    return {"stop_start": (max(found), len(found))} if found else {}


def endurance(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """The shortest time that the line is held after corrections are lost, in s (F11)."""
    log, limit, fix = trial.log, minimum(sut, "endurance_limit") / CM, _fixed(trial)
    if fix is None:
        return {}
    found = [
        trajectory.endurance_s(log.t_s[one.rows], fix[one.rows], one.errors_m, log.engaged[one.rows], limit)
        for one in passes(sut, trial)
    ]
    known = [value for value in found if value is not None]
    return {"endurance": (min(known), len(known))} if known else {}


def initialisation(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """Time from power-on to a fix that lasts, in s (F12)."""
    begun, fix = trial.session.time("power_on_at"), _fixed(trial)
    if begun is None or fix is None:
        return {}
    power_on = (begun - trial.log.start).total_seconds()
    found = trajectory.initialisation_s(trial.log.t_s, power_on, fix, hold_s=minimum(sut, "fix_hold"))
    return {} if found is None else {"initialisation": (found, 1)}


def _fixed(trial: Trial) -> Array | None:
    """The fix of each sample, where all that the accuracy class waits for count as RTK fixed."""
    if trial.log.fix is None:
        return None
    np = trajectory.numpy
    return np.where(np.isin(trial.log.fix, FIXES[trial.accuracy or "A"]), FIXES["A"][0], trial.log.fix * 0.0)


FIGURES = {
    "track": track,
    "row_spacing": row_spacing,
    "on_line": on_line,
    "stop_start": stop_start,
    "endurance": endurance,
    "initialisation": initialisation,
}
"""Kind of session → what its log shows: metric → value in the unit of its limit, and number of values behind it."""
METRICS = {
    "track": ("track_mean", "track_rms", "track_p95"),
    "row_spacing": ("row_mean", "row_rms"),
    "on_line": ("on_line",),
    "stop_start": ("stop_start",),
    "endurance": ("endurance",),
    "initialisation": ("initialisation",),
}
"""Kind of session → the metrics of which it is evidence."""
COLUMNS = {"endurance": frozenset({"fix"}), "initialisation": frozenset({"fix"})}
"""Kind of session → columns that its figures read beside the usual ones."""

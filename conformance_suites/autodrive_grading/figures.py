"""The figures of guidance that a log shows: tracking, row spacing, coming to the line, stops, fixes (F3 to F12).

A figure is None where the log does not show it. Lengths of errors are centimetres, as the limits are.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_szxc import trajectory

from .guided_passes import PassErrors, passes, tolerance_m
from .limits import limits, minimum
from .trials import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Sut

    from .trials import Trial

Array = Any
CM = 100.0
ENDS = 2
BROKEN = ("limit", "disengaged")
"""How an outage ends that shows how long the line was held."""
PARALLEL = 0.985
"""Cosine of 10 degrees: lines that differ by more are no neighbours."""
FIXES = {"A": (4,), "B": (4, 5), "C": (2, 4, 5)}
"""Accuracy class → qualities of a fix (as in NMEA GGA) that it waits for: RTK fixed; a solution of carrier phases; any
that is corrected. The source names 4 for class A and nothing for the others."""


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
    points = {id(one): trial.log.points_m[one.rows][one.counts] for one in found}
    pairs = adjacent([one for one in found if len(points[id(one)]) > 1], trial, spacing)
    errors = [
        trajectory.row_errors_m(points[id(one)], points[id(two)], spacing, step, line=trial.lines[one.line_id])
        for one, two in pairs
    ]
    return np.concatenate([one.errors_m for one in errors]) if errors else np.zeros(0)


def adjacent(found: list[PassErrors], trial: Trial, spacing: float) -> list[tuple[PassErrors, PassErrors]]:
    """The pairs of passes whose guidance lines lie side by side, whenever and in whichever direction they were driven.

    Lines are neighbours by the plan, not by what was driven: a row that went astray keeps its neighbour.
    """
    by_row: dict[tuple[str, int], list[PassErrors]] = {}
    for one in found:
        by_row.setdefault((one.line_id, one.beside), []).append(one)
    rows = list(by_row)
    if not rows:
        return []
    lines = list(dict.fromkeys(line for line, _ in rows))
    near = _beside(trial, lines, spacing)
    sides = [
        (rows[a], rows[b])
        for a in range(len(rows))
        for b in range(a)
        if _neighbours(rows[a], rows[b], bool(near[lines.index(rows[a][0])][lines.index(rows[b][0])]))
    ]
    return [(one, two) for a, b in sorted(sides) for one in by_row[a] for two in by_row[b]]


def _neighbours(one: tuple[str, int], two: tuple[str, int], near: bool) -> bool:  # noqa: FBT001 -- of their lines
    """Whether two rows, each so many spacings beside its declared line, lie side by side."""
    if one[0] == two[0]:
        return abs(one[1] - two[1]) == 1
    return near and one[1] == two[1] == 0


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
    log, found = trial.log, list[Any]()
    for one in passes(sut, trial):
        points, engaged = log.points_m[one.rows], log.engaged[one.rows]
        hold = minimum(sut, "on_line_hold")
        found.append(trajectory.on_line_distance_m(points, one.errors_m, engaged, tolerance_m(sut, trial), hold))
    known = [value for value in found if value is not None]
    return {"on_line": (max(known), len(known))} if known else {}


def stop_start(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """The largest error after a restart less the mean error before the stop, in cm (F10)."""
    found = [stop.relative_m * CM for stop in stops(sut, trial)]
    return {"stop_start": (max(found), len(found))} if found else {}


def stops(sut: Sut, trial: Trial) -> list[Any]:
    """The stops of all passes, from where the machine had come to its line on (``trajectory.StopStart``)."""
    before, after = minimum(sut, "stop_before"), minimum(sut, "restart_after")
    log, found = trial.log, list[Any]()
    for one in passes(sut, trial):
        rows, errors = one.rows[one.on_line :], one.errors_m[one.on_line :]
        speed = log.speed_mps[rows]
        found += trajectory.stop_start_errors_m(log.points_m[rows], errors, speed, before_m=before, after_m=after)
    return found


def off_after_restart(sut: Sut, trial: Trial) -> tuple[float, float]:
    """The largest error after any restart, and what it may be, in cm: the two limits of tracking and restarts together.

    The difference alone says nothing of a machine that was as far off before it stopped.
    """
    known = limits(sut, trial.accuracy or "A")
    largest = max((stop.largest_m * CM for stop in stops(sut, trial)), default=0.0)
    return largest, known["stop_start"].value + known["track_p95"].value


def endurance(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """The shortest time that the line is held after corrections are lost, in s (F11).

    It takes a moving machine to show that it was held; how soon it was lost, any machine shows.
    """
    fix = _fixed(trial)
    if fix is None:
        return {}
    asked = limits(sut, trial.accuracy or "A").get("endurance") or limits(sut, "A")["endurance"]
    found = [
        lasted
        for one in passes(sut, trial)
        for lasted, moved, broken in _outages(sut, trial, one, fix)
        if moved >= asked.value or (broken and lasted < asked.value)
    ]
    return {"endurance": (min(found), len(found))} if found else {}


def _outages(sut: Sut, trial: Trial, one: PassErrors, fix: Array) -> Iterator[tuple[float, float, bool]]:
    """Of each loss of corrections how long it lasted, how long the machine moved in it, whether the line was lost."""
    np, log, limit = trajectory.numpy, trial.log, minimum(sut, "endurance_limit") / CM
    times, engaged = log.t_s[one.rows], log.engaged[one.rows]
    moves = log.speed_mps[one.rows] >= minimum(sut, "speed_floor")
    steps = np.diff(times, append=times[-1:])
    for outage in trajectory.outages(times, fix[one.rows], one.errors_m, engaged, limit):
        within = (times >= outage.from_s) & (times < outage.from_s + outage.lasted_s)
        yield outage.lasted_s, float(steps[within & moves].sum()), outage.ended_by in BROKEN


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

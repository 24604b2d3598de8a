"""Passes on guidance lines: where each was driven, how far off its line, which of its samples count (F3, F4, F14).

A pass is what its id says, but for two things. An id that is used again for another drive (it begins anew, or on
another line) stands for two passes. And where all passes name one line and lie side by side, each is measured to that
line moved by whole row spacings, as systems with a single AB line steer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_szxc import Unjudgeable, trajectory

from .limits import CENTIMETRES, limits, minimum
from .trials import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Sut

    from .trials import Trial

Array = Any
AROUND_S, SURELY = 1.0, 3.0
"""A machine whose positions move three times as fast as the least speed, for a second before and after, moves."""
MOST_PASSES = 2_000
"""More than a session of many days has."""
MANY = 50
"""Nobody pauses so often in a pass: its id comes and goes."""
WIDE = 10.0
"""Rows so many tolerances apart are not taken for each other; nearer ones would hide how far off a pass is."""
BACK_M = 5.0
"""Who goes on with a pass may begin so far behind where it was left."""


@dataclass(frozen=True, eq=False, slots=True)
class PassErrors:
    """Cross-track errors of one pass on its guidance line.

    Attributes:
        name: id of the pass.
        line_id: id of its guidance line.
        rows: indices of its samples in the log (n,).
        errors_m: of those samples, positive right of travel along the line.
        counts: which of them are valid (F14).
        station_m: where along the line they lie.
        on_line: the first of them that is on the line; 0 where none is.
        beside: how many row spacings right of the declared line the pass's own lies.
    """

    name: str
    line_id: str
    rows: Array
    errors_m: Array
    counts: Array
    station_m: Array
    on_line: int = 0
    beside: int = 0

    @property
    def length_m(self) -> float:
        """Way along the line between valid samples that follow each other."""
        np = trajectory.numpy
        both = self.counts[1:] & self.counts[:-1] & (np.diff(self.rows) == 1)
        return float(np.abs(np.diff(self.station_m))[both].sum())

    def goes_on_as(self, other: PassErrors) -> bool:
        """Whether another pass goes on along the same line where this one ends, in the same direction."""
        if (self.line_id, self.beside) != (other.line_id, other.beside):
            return False
        return goes_on(self.station_m, other.station_m)


@dataclass(frozen=True, eq=False, slots=True)
class Driven:
    """One drive along a line, before anything is said of its errors; as ``PassErrors``, to the declared line."""

    name: str
    line_id: str
    rows: Array
    station_m: Array
    errors_m: Array


def passes(sut: Sut, trial: Trial) -> tuple[PassErrors, ...]:
    """The passes that lie on a declared guidance line.

    A machine that never comes to its line is judged from where it engaged: it must not pass for want of samples.

    Raises:
        Unjudgeable: ``evidence.too-many-passes``; ids that change from row to row name no passes.
    """
    approach = limits(sut, trial.accuracy or "A")["on_line"]
    terms = (
        tolerance_m(sut, trial),
        minimum(sut, "on_line_hold"),
        minimum(sut, "speed_floor"),
        approach.value * CENTIMETRES[approach.unit],
    )
    key = (passes.__name__, repr(trial.session.get("row_spacing_m")), *terms)
    return trial.kept(key, partial(_passes, trial, *terms))


def tolerance_m(sut: Sut, trial: Trial) -> float:
    """Within what |e| a machine is on its line: the limit of the 95th percentile of its class (F9)."""
    limit = limits(sut, trial.accuracy or "A")["track_p95"]
    return limit.value * CENTIMETRES[limit.unit]


def line_id_of(trial: Trial, rows: Array) -> str:
    """The line that a pass says it follows; the only one where the log has no such column."""
    if trial.log.line_id is None:
        return next(iter(trial.lines), "") if len(trial.lines) == 1 else ""
    names = Counter[str]()
    for name, start, end in trajectory.runs(trial.log.line_id[rows]):
        names[str(name)] += end - start
    del names[""]
    return names.most_common(1)[0][0] if names else ""


def _passes(trial: Trial, tolerance: float, hold: float, floor: float, approach: float) -> tuple[PassErrors, ...]:
    log = trial.log
    if log.engaged is None or log.speed_mps is None:
        return ()
    if len(trial.passes) > MOST_PASSES:
        params = {"session": trial.name, "count": str(len(trial.passes)), "most": str(MOST_PASSES)}
        raise Unjudgeable("evidence.too-many-passes", log.table.origin.exchange, **params)
    drives = [one for name in trial.passes for one in _drives(trial, name)]
    moved = _moved(trial, drives, WIDE * tolerance)
    spacing = number(trial.session.get("row_spacing_m")) or 0.0
    found = []
    for one, beside in zip(drives, moved, strict=True):
        errors = one.errors_m - beside * spacing
        begun, after = _after_line(trial, one.rows, errors, tolerance, hold, approach)
        counts = trajectory.valid(log.engaged[one.rows], _speed_mps(trial, one.rows, floor), after, floor)
        found.append(PassErrors(one.name, one.line_id, one.rows, errors, counts, one.station_m, begun, beside))
    return tuple(found)


def _speed_mps(trial: Trial, rows: Array, floor: float) -> Array:
    """The speed of samples (k,) as told; that of the positions where these surely move and it says that they do not."""
    np, log = trajectory.numpy, trial.log
    times, told = log.t_s[rows], log.speed_mps[rows]
    if not (told < floor).any() or not np.isfinite(times).all() or (np.diff(times) < 0).any():
        return told
    before = np.maximum(np.searchsorted(times, times - AROUND_S), 0)
    after = np.minimum(np.searchsorted(times, times + AROUND_S, side="right") - 1, len(rows) - 1)
    way = np.hypot(*(log.points_m[rows][after] - log.points_m[rows][before]).T)
    lasting = times[after] - times[before]
    by_place = np.divide(way, lasting, out=np.zeros(len(rows)), where=lasting > 0)
    return np.where((told < floor) & (by_place >= SURELY * floor), by_place, told)


def _drives(trial: Trial, name: str) -> Iterator[Driven]:
    """The drives of one pass id: one, unless it was used again."""
    np, rows = trajectory.numpy, trial.rows(name)
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    parts = np.split(rows, breaks if len(breaks) < MANY else [])
    open_: Driven | None = None
    for part in parts:
        line_id = line_id_of(trial, part) or line_id_of(trial, rows)
        line = trial.lines.get(line_id)
        if line is None:
            continue
        made = Driven(name, line_id, part, *line.station_and_cross_track_m(trial.log.points_m[part]))
        if open_ is None:
            open_ = made
        elif open_.line_id == line_id and goes_on(open_.station_m, made.station_m):
            columns = ((getattr(open_, key), getattr(made, key)) for key in ("rows", "station_m", "errors_m"))
            open_ = Driven(name, line_id, *(np.concatenate(pair) for pair in columns))
        else:
            yield open_
            open_ = made
    if open_ is not None:
        yield open_


def goes_on(before: Array, after: Array) -> bool:
    """Whether stations go on where others end, in the same direction; a single one goes either way."""
    np = trajectory.numpy
    before, after = before[np.isfinite(before)], after[np.isfinite(after)]
    if not len(before) or not len(after):
        return True
    way, on = float(before[-1] - before[0]), float(after[-1] - after[0])
    ahead = 1.0 if (way if abs(way) > abs(on) else on) >= 0 else -1.0
    same = way * on >= 0 or min(abs(way), abs(on)) < BACK_M
    return same and ahead * float(after[0] - before[-1]) > -BACK_M


def _moved(trial: Trial, drives: list[Driven], least_m: float) -> list[int]:
    """By how many row spacings each drive's own line lies right of the declared one (k,).

    Not 0 only where drives on different rows, ``least_m`` apart or more, name the same line, and no declared line is
    where they were.
    """
    np = trajectory.numpy
    spacing = number(trial.session.get("row_spacing_m"))
    if spacing is None or spacing < least_m:
        return [0] * len(drives)
    told = [_rows_beside(trial, one, spacing) for one in drives]
    by_line: dict[str, set[int]] = {}
    for one, row in zip(drives, told, strict=True):
        by_line.setdefault(one.line_id, set()).add(row)
    shared = {name for name, rows in by_line.items() if len(rows) > 1}
    own = {one.line_id for one in drives if one.line_id in shared and _near_other(trial, one, spacing, np)}
    return [row if one.line_id in shared - own else 0 for one, row in zip(drives, told, strict=True)]


def _rows_beside(trial: Trial, one: Driven, spacing: float) -> int:
    np = trajectory.numpy
    steered = one.errors_m[trial.log.engaged[one.rows] & np.isfinite(one.errors_m)]
    return round(float(np.median(steered)) / spacing) if len(steered) else 0


def _near_other(trial: Trial, one: Driven, spacing: float, np: Any) -> bool:  # noqa: ANN401 -- numpy
    """Whether a drive was nearer to another declared line than half a row: that one is what it should have named."""
    points = trial.log.points_m[one.rows]
    return any(
        float(np.nanmedian(np.abs(line.cross_track_m(points)))) < spacing / 2
        for name, line in trial.lines.items()
        if name != one.line_id and np.isfinite(points).all(axis=1).any()
    )


def _after_line(  # noqa: PLR0913, PLR0917 -- the terms of F9
    trial: Trial, rows: Array, errors: Array, tolerance: float, hold: float, approach: float
) -> tuple[int, Array]:
    """The first row on the line (0 without one), and which rows are after it (n,).

    Who goes on after a pause has to come to the line again, on no longer a way than the limit allows.
    """
    np, log = trajectory.numpy, trial.log
    points, engaged, after, begun = log.points_m[rows], log.engaged[rows], np.zeros(len(rows), dtype=bool), 0
    breaks = (np.flatnonzero(np.diff(rows) > 1) + 1).tolist()
    starts = [0, *(breaks if len(breaks) < MANY else [])]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        part = slice(start, end)
        found = trajectory.on_line_row(points[part], errors[part], engaged[part], tolerance, hold)
        first = found[1] if found else 0
        if start and found:
            way = trajectory.travelled_m(points[part])
            first = min(first, int(np.searchsorted(way, way[found[0]] + approach)))
        after[start + first : end] = True
        begun = begun if start else first
    return begun, after

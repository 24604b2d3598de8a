"""Plans of drives: legs one after another, each a way, a number of samples, a pace and planted errors.

Ways are polylines in metres (right, forward) of the field's first row. Samples lie between a leg's beginning, included,
and its end, where the next leg begins: one leg's length and number of samples give its speed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import acos, cos, hypot, pi, sin
from typing import TYPE_CHECKING, Any

from pytest_szxc import trajectory

from .drive import CENTRE, HEADING_DEG, ORIGIN, Array, Drive, Pair, Way
from .drive_errors import noise, sine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEP_S = 0.2
"""Time between samples of a field session: 5 Hz."""
TEXTS = ("line_id", "pass_id", "mode", "implement_state", "event")
USUAL: dict[str, Any] = {
    "fix": 4,
    "hdop": 0.7,
    "corr_age_s": 0.9,
    "line_id": "",
    "pass_id": "",
    "mode": "auto",
    "engaged": True,
    "implement_state": "raised",
    "event": "",
}
"""What a leg says of itself unless it says otherwise."""
SLOPE_DEG, ROUGHNESS_DEG = 1.1, 0.6
"""Roll: the field's slope, and how far the ground sways the machine about it."""
SELF_REPORT_M = 0.002
"""How far (RMS) the machine's own report of its error is from the truth."""


@dataclass(frozen=True)
class Leg:
    """A part of a drive.

    Attributes:
        way: its polyline, at least two points apart; the first two give the direction of a leg that stands still.
        samples: how many.
        pace: relative speed of each sample, or one for all; all 0 is a standstill.
        errors_m: cross-track error of each sample, right of travel.
        set_mps: the speed that was set: of each sample, or ``None`` where none was (driven by hand).
        facts: other columns, one value or one per sample; what is missing is as in ``USUAL``.
    """

    way: Way
    samples: int
    pace: Sequence[float] = (1.0,)
    errors_m: Sequence[float] = (0.0,)
    set_mps: float | Sequence[float] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def drive(legs: Sequence[Leg], seed: str, step_s: float = STEP_S) -> Drive:
    """The drive of a plan; its first sample is at 0 s."""
    np = trajectory.numpy
    parts = [_travelled(leg, step_s) for leg in legs]
    right, forward, heading, curvature, speed = (np.concatenate(column) for column in zip(*parts, strict=True))
    columns: dict[str, Array] = {name: _told(legs, name) for name in USUAL}
    errors = np.concatenate([_each(leg.errors_m, leg.samples) for leg in legs])
    n = len(errors)
    columns["t_s"] = np.round(np.arange(n) * step_s, 3)
    columns["heading_deg"] = np.round((heading + HEADING_DEG) % 360.0, 2)
    columns["speed_mps"] = np.round(speed, 3)
    columns["curvature_1_km"] = np.round(curvature * 1000.0, 1)
    columns["speed_set_mps"] = np.concatenate([_set_speed(leg) for leg in legs])
    columns["roll_deg"] = np.round(sine(n, ROUGHNESS_DEG, max(1, n // 40), SLOPE_DEG), 2)
    columns["xte_m"] = np.round(errors + noise(n, f"{seed}/self-report", 0.0, SELF_REPORT_M), 3)
    columns["xte_m"][columns["line_id"] == ""] = np.nan
    vehicle_m = _in_field(right, forward)
    columns["h"] = np.round(ORIGIN[2] + 2.9 + 0.004 * vehicle_m[:, 0], 3)
    return Drive(columns, vehicle_m).located()


def _travelled(leg: Leg, step_s: float) -> tuple[Array, ...]:
    """Right, forward, heading from the rows' direction, curvature and speed of a leg's samples."""
    np = trajectory.numpy
    vertices = np.asarray(leg.way, dtype=float)
    sides = np.diff(vertices, axis=0)
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    pace = _each(leg.pace, leg.samples)
    total = pace.sum()
    steps = pace * (ends[-1] / total) if total else pace
    stations = np.concatenate([[0.0], np.cumsum(steps)[:-1]])
    index = np.clip(np.searchsorted(ends, stations + 1e-9, side="right") - 1, 0, len(sides) - 1)
    ahead = sides[index] / lengths[index, None]
    errors = _each(leg.errors_m, leg.samples)
    right = vertices[index, 0] + ahead[:, 0] * (stations - ends[index]) + ahead[:, 1] * errors
    forward = vertices[index, 1] + ahead[:, 1] * (stations - ends[index]) - ahead[:, 0] * errors
    heading = np.degrees(np.arctan2(ahead[:, 0], ahead[:, 1]))
    return right, forward, heading, _bends(sides, lengths)[index], steps / step_s


def _bends(sides: Array, lengths: Array) -> Array:
    """Curvature of each side in 1/m, right positive: how far the way turns at the side's end."""
    np = trajectory.numpy
    headings = np.unwrap(np.arctan2(sides[:, 0], sides[:, 1]))
    turns = np.diff(headings, append=headings[-1:])
    return turns / lengths


def _each(values: Any, samples: int) -> Array:  # noqa: ANN401 -- a number or many
    """A value for each sample."""
    np = trajectory.numpy
    return np.array(np.broadcast_to(np.asarray(values, dtype=float), (samples,)))


def _told(legs: Sequence[Leg], name: str) -> Array:
    """A column of facts over all legs."""
    np = trajectory.numpy
    kind = object if name in TEXTS else bool if name == "engaged" else float
    values: list[Any] = []
    for leg in legs:
        told = leg.facts.get(name, USUAL[name])
        values.extend(told if isinstance(told, list | tuple) else [told] * leg.samples)
    return np.array(values, dtype=kind)


def _set_speed(leg: Leg) -> Array:
    return _each(float("nan") if leg.set_mps is None else leg.set_mps, leg.samples)


def _in_field(right: Array, forward: Array) -> Array:
    """(n, 2) metres east and north of the field's centre."""
    np = trajectory.numpy
    heading = np.radians(HEADING_DEG)
    aside, ahead = right - CENTRE[0], forward - CENTRE[1]
    east, north = aside * np.cos(heading) + ahead * np.sin(heading), ahead * np.cos(heading) - aside * np.sin(heading)
    return np.column_stack([east, north])


def turn(start: Pair, end: Pair, *, forward: bool, radius_m: float = 4.0) -> Way:
    """A headland turn between rows that lie closer than twice the radius: away, round by more than half, and in again.

    Args:
        start: where one row is left.
        end: where the next is entered, level with the start.
        forward: whether the row is left forward; else backward.
        radius_m: of the three arcs.
    """
    along = 1.0 if forward else -1.0
    aside = (end[0] - start[0]) * along  # right of travel
    hand, width = (1.0 if aside > 0 else -1.0), abs(aside)
    tilt = acos((width / 2 + radius_m) / (2 * radius_m))
    rise = 2 * radius_m * sin(tilt)
    bulge = [*_arc((-radius_m, 0.0), 0.0, tilt, radius_m)[:-1]]
    bulge += _arc((width / 2, rise), pi + tilt, -tilt, radius_m)[:-1]
    bulge += _arc((width + radius_m, 0.0), pi - tilt, pi, radius_m)
    return tuple((start[0] + hand * along * x, start[1] + along * y) for x, y in bulge)


def _arc(centre: Pair, first: float, last: float, radius: float) -> list[Pair]:
    pieces = max(4, round(abs(last - first) * radius / 0.25))
    angles = (first + (last - first) * index / pieces for index in range(pieces + 1))
    return [(centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)) for angle in angles]


def s_curve(right: float, length_m: float, sway_m: float, pieces: int = 120) -> Way:
    """A line that sways once to the right and back on its way forward, as along a wood's edge."""
    parts = [index / pieces for index in range(pieces + 1)]
    return tuple((right + sway_m * sin(pi * part) ** 4, length_m * part) for part in parts)


def beside(way: Way, right_m: float) -> Way:
    """A way so far right of another, each vertex square to the way there."""
    ends = [way[0], *way, way[-1]]
    moved = []
    for (before, after), here in zip(zip(ends, ends[2:], strict=False), way, strict=True):
        x, y = after[0] - before[0], after[1] - before[1]
        moved.append((here[0] + right_m * y / hypot(x, y), here[1] - right_m * x / hypot(x, y)))
    return tuple(moved)


def length_m(way: Way) -> float:
    """How long a way is."""
    return sum(hypot(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(way))


def paced_mps(way: Way, pace: Sequence[float], step_s: float = STEP_S) -> list[float]:
    """The speed of each sample of a way by its pace."""
    scale = length_m(way) / sum(pace) / step_s
    return [one * scale for one in pace]


def ramped(samples: int, over: int, start: float = 1.0, end: float = 1.0, middle: float = 1.0) -> list[float]:
    """A pace that goes evenly from ``start`` to ``middle`` over some samples, and to ``end`` over the last ones."""
    up = [start + (middle - start) * (index + 0.5) / over for index in range(over)]
    down = [end + (middle - end) * (index + 0.5) / over for index in range(over)]
    return [*up, *[middle] * (samples - 2 * over), *reversed(down)]

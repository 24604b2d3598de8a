"""The field session and the session on curves: approach, three passes, headland turns, taken back by hand.

What is planted is told beside each drive, by plain arithmetic on the planted errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise
from math import fsum, hypot
from typing import TYPE_CHECKING, Any

from .drive import ROW_SPACING_M
from .drive_errors import Figures, at, blend, figures, noise, offset, sine
from .drive_plan import STEP_S, Leg, beside, drive, length_m, paced_mps, ramped, s_curve, turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .drive import Drive, Pair, Way

TOLERANCE_M = 0.05
"""Within it the machine is on its line (P95 of accuracy class A)."""
SAMPLES, LENGTH_M, SPEED_MPS = 240, 115.2, 2.4
"""Of each straight pass."""
ENGAGED_M = -6.0
"""Where the system is engaged, metres forward of the first row's beginning."""
MISSED_M = 0.8
"""How far from its line the machine is when it is engaged."""
NOISE_M = {"P1": (0.004, 0.015), "P2": (-0.003, 0.016), "P3": (0.005, 0.014)}
"""Mean and RMS of the errors of each straight pass."""
CURVED_NOISE_M = {"C1": (0.002, 0.013), "C2": (0.006, 0.016), "C3": (-0.004, 0.015)}
PACE = sine(SAMPLES, 0.02, 6, 1.0)
"""Relative speed of the samples of each pass: it swings by 2 % about the set speed."""
LOWERED_M, RAISED_M = 0.12, 0.10
"""How much further than planned the implement is down at a pass's beginning, and begins to rise at its end."""


@dataclass(frozen=True, eq=False)
class FieldDrive:
    """A drive over rows, and what was planted in it.

    Attributes:
        drive: the drive.
        lines: line id → its points, directed as travelled, in metres right and forward of the first row.
        passes: pass id → its line id; in the order as driven.
        planted: metric → its value in the unit of the name's end, as the evidence should have it.
        track: figures of all valid samples, metres.
        marks: name → seconds since the first sample (``engaged``, ``overridden`` …).
    """

    drive: Drive
    lines: Mapping[str, Way]
    passes: Mapping[str, str]
    track: Figures
    planted: Mapping[str, float]
    marks: Mapping[str, float] = field(default_factory=dict)


@cache
def straight() -> FieldDrive:
    """Three straight rows: 115.2 m each at 2.4 m/s and 5 Hz, 240 samples each, with the approach to the first."""
    rows = {f"L{1 + k}": _row(ROW_SPACING_M * k, forward=k % 2 == 0) for k in range(3)}
    errors = {name: noise(SAMPLES, f"straight/{name}", *told) for name, told in NOISE_M.items()}
    passes = dict(zip(errors, rows, strict=True))
    standing, driven, approach = _lead_in(errors["P1"][0])
    legs = [standing, driven, approach, *_over(rows, errors), _lead_out(rows["L3"], errors["P3"][-1])]
    settled = [error for error in approach.errors_m if abs(error) <= TOLERANCE_M]
    track = figures([*settled, *(error for one in errors.values() for error in one)])
    before = standing.samples + driven.samples
    end = before + sum(leg.samples for leg in legs[2:-1])
    return FieldDrive(
        drive(legs, "straight"),
        rows,
        passes,
        track,
        {
            **_spacing(errors),
            "on_line_m": _on_line(approach),
            "entry_m": max(abs(errors[name][0]) for name in ("P2", "P3")),
            **_speed(),
        },
        {"standby": _at(before - 5), "engaged": _at(before), "overridden": _at(end), "last": _at(end + 15)},
    )


@cache
def curved() -> FieldDrive:
    """Three rows along a sway of 8 m: declared curves, engaged on the line."""
    first = s_curve(16.0, 112.0, 8.0)
    ways = [first, tuple(reversed(beside(first, ROW_SPACING_M))), beside(first, 2 * ROW_SPACING_M)]
    lines = {f"K{k + 1}": way for k, way in enumerate(ways)}
    errors = {name: noise(SAMPLES, f"curved/{name}", *told) for name, told in CURVED_NOISE_M.items()}
    standing = Leg(first[:2], 8, (0.0,), offset(8, errors["C1"][0]), facts=_by_hand(3, 5))
    legs = [standing, *_over(lines, errors), _lead_out(ways[2], errors["C3"][-1])]
    track = figures([error for one in errors.values() for error in one])
    end = sum(leg.samples for leg in legs[:-1])
    marks = {"standby": _at(3), "engaged": _at(8), "overridden": _at(end), "last": _at(end + 15)}
    return FieldDrive(drive(legs, "curved"), lines, dict(zip(errors, lines, strict=True)), track, {}, marks)


def _at(samples: int) -> float:
    return round(samples * STEP_S, 3)


def _row(right: float, *, forward: bool) -> Way:
    ends = ((right, 0.0), (right, LENGTH_M))
    return ends if forward else ends[::-1]


def _by_hand(manual: int, standby: int) -> dict[str, Any]:
    begun = ["start_authorised"] if standby else []
    events = [""] * (manual + standby - len(begun)) + begun
    return {"mode": ["manual"] * manual + ["standby"] * standby, "engaged": False, "event": events}


def _lead_in(settles_at: float) -> tuple[Leg, Leg, Leg]:
    """Standing, driven by hand beside the line, engaged and settling on it."""
    start, engaged = (0.0, -11.0), (0.0, ENGAGED_M)
    standing = Leg((start, engaged), 6, (0.0,), offset(6, MISSED_M), facts=_by_hand(6, 0))
    driven = Leg((start, engaged), 15, ramped(15, 3, 0.2, 1.4), offset(15, MISSED_M), facts=_by_hand(10, 5))
    errors = (*blend(11, MISSED_M, 0.02), *blend(4, 0.02, settles_at))
    facts = {"line_id": "L1", "pass_id": "P1"}
    way = (engaged, (0.0, 0.0))
    return standing, driven, Leg(way, 15, (1.0,), errors, offset(15, length_m(way) / 15 / STEP_S), facts)


def _over(lines: Mapping[str, Way], errors: Mapping[str, Sequence[float]]) -> list[Leg]:
    """Passes over lines with turns between them."""
    legs = []
    told = list(zip(lines.items(), errors.items(), strict=True))
    for number, ((line, way), (name, planted)) in enumerate(told):
        facts = {"line_id": line, "pass_id": name, "implement_state": "working"}
        legs.append(Leg(way, len(planted), PACE, planted, _set(way, len(planted)), facts))
        if number + 1 < len(told):
            (_, after), (_, following) = told[number + 1]
            legs.append(_turn(way[-1], after[0], planted[-1], following[0], forward=number % 2 == 0))
    return legs


def _set(way: Way, samples: int) -> float:
    return round(length_m(way) / samples / STEP_S, 3)


def _turn(left: Pair, entered: Pair, before: float, after: float, *, forward: bool) -> Leg:
    """A headland turn by the system; the implement is up but for the first and the last sample."""
    way, samples = turn(left, entered, forward=forward), 84
    pace = ramped(samples, 6, 1.5, 1.5)
    facts = {"implement_state": ["transition", *["raised"] * (samples - 2), "transition"]}
    return Leg(way, samples, pace, blend(samples, before, after), paced_mps(way, pace), facts)


def _lead_out(way: Way, error: float) -> Leg:
    """Taken back by hand at the row's end, and brought to a stop."""
    (x0, y0), (x1, y1) = way[-2], way[-1]
    size = hypot(x1 - x0, y1 - y0)
    end = (x1 + 4.0 * (x1 - x0) / size, y1 + 4.0 * (y1 - y0) / size)
    facts = {"mode": "manual", "engaged": False, "event": ["manual_override", *[""] * 14]}
    return Leg((way[-1], end), 15, [*ramped(13, 6, 1.4, 0.1), 0.0, 0.0], offset(15, error), facts=facts)


def _on_line(approach: Leg) -> float:
    """Metres travelled from engaging to the first sample within the tolerance (F9)."""
    way = length_m(approach.way) / approach.samples
    until = next(index for index, error in enumerate(approach.errors_m) if abs(error) <= TOLERANCE_M)
    return fsum(hypot(way, after - before) for before, after in pairwise(approach.errors_m[: until + 1]))


def _speed() -> dict[str, float]:
    """Mean and greatest deviation from the set speed on the passes, in percent."""
    deviations = [abs(one - 1.0) * 100.0 for one in PACE]
    return {"speed_mean_pct": fsum(deviations) / SAMPLES, "speed_max_pct": max(deviations)}


def _spacing(errors: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Mean and RMS of what adjacent rows are further apart than planned (F7), on stations of 1 m."""
    stations = list(accumulate((one * LENGTH_M / SAMPLES for one in PACE[:-1]), initial=0.0))
    across = []
    for number, told in enumerate(errors.values()):
        # as seen in the first row's direction: a row driven backward begins at the other end, right is left
        places = stations if number % 2 == 0 else [LENGTH_M - station for station in reversed(stations)]
        seen = list(told) if number % 2 == 0 else [-error for error in reversed(told)]
        across.append(at(places, seen, [float(metre) for metre in range(1, int(LENGTH_M))]))
    found = [after - before for first, second in pairwise(across) for before, after in zip(first, second, strict=True)]
    told_of = figures(found)
    return {"row_spacing_mean_m": told_of.mean, "row_spacing_rms_m": told_of.rms, "stations": float(told_of.n)}


def implement_plan(rows: Mapping[str, Way]) -> tuple[tuple[str, str, Pair], ...]:
    """Where the implement was to be lowered and raised on each pass: a known way before where it was.

    Args:
        rows: pass id → its line, directed as travelled.
    """
    plan = []
    for name, ((right, start), (_, end)) in rows.items():
        back = -1.0 if end > start else 1.0
        plan += [("lower", name, (right, start + back * LOWERED_M)), ("raise", name, (right, end + back * RAISED_M))]
    return tuple(plan)

"""Drives of single trials: stop and restart, initialisation, endurance, and stopping without the operator.

What is planted is told beside each drive, by plain arithmetic on the planted errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from math import fsum
from typing import TYPE_CHECKING

from .drive_errors import bump, drift, noise, offset
from .drive_plan import STEP_S, Leg, drive, ramped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .drive import Drive, Way

STRETCH, STRETCH_M, STANDING = 64, 18.0, 15
"""Samples and metres driven between two stops, and samples of standing."""
PEAKS_M = (0.031, 0.036, 0.027)
"""Greatest error after each restart."""
AFTER_POWER_ON_S = 3.0
"""When the log of the initialisation begins."""
FIXES = ((8, 0), (10, 1), (20, 5), (4, 4), (7, 5), (26, 4))
"""Seconds and kind of fix after the log's beginning: a fixed solution that is lost after 4 s, and one that stays."""
LOST_AT, LIMIT_AT = 100, 100
"""Endurance: samples until the corrections are lost, and from there until the error is more than 10 cm."""


@dataclass(frozen=True, eq=False)
class Trial:
    """A drive of one trial.

    Attributes:
        drive: the drive.
        lines: line id → its points in metres right and forward of the first row.
        planted: what the metrics have to find, by name.
        marks: name → seconds since the first sample.
    """

    drive: Drive
    lines: Mapping[str, Way]
    planted: Mapping[str, float]
    marks: Mapping[str, float] = field(default_factory=dict)


@cache
def stop_start() -> Trial:
    """Three stops on one line, each with a known error after the restart (F10)."""
    way: Way = ((30.0, 0.0), (30.0, STRETCH_M * (len(PEAKS_M) + 1)))
    stretches = [noise(STRETCH, f"stop-start/{number}", 0.002, 0.007) for number in range(len(PEAKS_M) + 1)]
    for number, peak in enumerate(PEAKS_M):
        stretches[number + 1] = _restarted(stretches[number][-1], stretches[number + 1], peak)
    legs = []
    for number, errors in enumerate(stretches):
        part = ((30.0, STRETCH_M * number), (30.0, STRETCH_M * (number + 1)))
        facts = {"line_id": "L7", "pass_id": "S1", "implement_state": "working"}
        legs.append(Leg(part, STRETCH, ramped(STRETCH, 6, 0.15, 0.15), errors, 1.5, facts))
        if number < len(PEAKS_M):
            stop = (part[1], (30.0, part[1][1] + 1.0))
            legs.append(Leg(stop, STANDING, (0.0,), offset(STANDING, stretches[number + 1][0]), 0.0, facts))
    stops = [_stop_error(before, after) for before, after in pairwise(stretches)]
    planted = {"stop_start_m": max(stops), "stop_start_max_m": max(PEAKS_M), "stops": float(len(stops))}
    return Trial(drive(legs, "stop-start"), {"L7": way}, planted)


def _restarted(before: float, errors: Sequence[float], peak: float) -> tuple[float, ...]:
    """The errors of a stretch with a bump in its first 3 m that begins where the machine stood."""
    rise = bump(15, peak - before, 8)
    return (*(before + part for part in rise[:-1]), *errors[14:])


def _stop_error(before: Sequence[float], after: Sequence[float]) -> float:
    """Greatest error of the first 5 m after a stop less the mean size of the last 10 m before it."""
    pace = ramped(STRETCH, 6, 0.15, 0.15)
    places, here = [], 0.0
    for one in pace:
        places.append(here)
        here += one * STRETCH_M / sum(pace)
    last = [abs(error) for place, error in zip(places, before, strict=True) if place >= STRETCH_M - 10.0]
    first = [abs(error) for place, error in zip(places, after, strict=True) if place <= 5.0]  # noqa: PLR2004 -- F10
    return max(first) - fsum(last) / len(last)


@cache
def initialisation() -> Trial:
    """Standing from power-on until the fixed solution stays (F12), at 1 Hz."""
    here: Way = ((30.0, -10.0), (30.0, -9.0))
    legs = [
        Leg(here, samples, (0.0,), facts={"mode": "manual", "engaged": False, "fix": fix, **_signal(fix)})
        for samples, fix in FIXES
    ]
    until = AFTER_POWER_ON_S + sum(samples for samples, _ in FIXES[:-1])
    return Trial(drive(legs, "initialisation", step_s=1.0), {}, {"initialisation_s": until})


def _signal(fix: int) -> dict[str, float]:
    """How good the signal is and how old the corrections are with a kind of fix."""
    return {"hdop": {0: 9.9, 1: 1.6}.get(fix, 0.8), "corr_age_s": 1.0 if fix in {4, 5} else 60.0}


@cache
def endurance() -> Trial:
    """Corrections are lost at 20 s; 20 s later the error has grown to more than 10 cm (F11), and a hand takes over."""
    end = LOST_AT + LIMIT_AT + 10
    way: Way = ((34.0, 0.0), (34.0, end * 0.4))
    lost = drift(LIMIT_AT + 10, 0.0104, 0.0009)
    errors = (*noise(LOST_AT, "endurance", 0.002, 0.008), *lost)
    facts = {
        "line_id": "L8",
        "pass_id": "S2",
        "fix": [4] * LOST_AT + [5] * len(lost),
        "corr_age_s": [0.9] * LOST_AT + [round(1.1 + STEP_S * index, 1) for index in range(len(lost))],
        "implement_state": "working",
    }
    legs = [Leg(way, end, (1.0,), errors, 2.0, facts), by_hand(way[-1], errors[-1])]
    planted = {"endurance_s": LIMIT_AT * STEP_S}
    marks = {"lost": LOST_AT * STEP_S, "overridden": end * STEP_S}
    return Trial(drive(legs, "endurance"), {"L8": way}, planted, marks)


def by_hand(here: tuple[float, float], error: float) -> Leg:
    """Taken over by the operator and brought to a stop within 4 m."""
    facts = {"mode": "manual", "engaged": False, "fix": 5, "event": ["manual_override", *[""] * 14]}
    way = (here, (here[0], here[1] + 4.0))
    return Leg(way, 15, [*ramped(13, 6, 1.4, 0.1), 0.0, 0.0], offset(15, error), facts=facts)


@cache
def unanswered() -> Trial:
    """A take-over request at 12 s that nobody answers: fallback 10 s later, standstill after 3 s more."""
    return _stopping((("auto", 60, 24.0, 1.0), ("takeover_request", 50, 20.0, 1.0), ("fallback", 15, 3.6, 0.1)))


@cache
def minimum_risk() -> Trial:
    """A fault at 12 s from which the machine reaches its minimum risk condition by itself: standstill after 4 s."""
    return _stopping((("auto", 60, 24.0, 1.0), ("fallback", 20, 4.6, 0.1)))


def _stopping(parts: Sequence[tuple[str, int, float, float]]) -> Trial:
    """A drive at 2 m/s through modes (mode, samples, metres, pace at the end) that ends in ``stopped``."""
    total = sum(metres for _, _, metres, _ in parts)
    line: Way = ((27.5, 20.0), (27.5, 20.0 + total))
    errors = noise(sum(samples for _, samples, *_ in parts), f"stopping/{len(parts)}", 0.001, 0.012)
    legs, done, here, marks = [], 0, 20.0, {}
    for mode, samples, metres, ends in parts:
        facts = {"mode": mode, "line_id": "L6", "pass_id": "S3", "implement_state": "working"}
        pace = ramped(samples, 6, 1.0, ends) if ends == 1.0 else [1 - (1 - ends) * k / samples for k in range(samples)]
        marks[mode] = round(done * STEP_S, 3)
        legs.append(
            Leg(((27.5, here), (27.5, here + metres)), samples, pace, errors[done : done + samples], 2.0, facts)
        )
        done, here = done + samples, here + metres
    stopped = {"mode": "stopped", "engaged": False, "line_id": "L6"}
    legs.append(Leg(((27.5, here), (27.5, here + 1.0)), 20, (0.0,), offset(20, errors[-1]), 0.0, stopped))
    marks["stopped"] = round(done * STEP_S, 3)
    planted = {"standstill_s": round(marks["stopped"] - marks["fallback"], 3)}
    return Trial(drive(legs, f"stopping/{len(parts)}"), {"L6": line}, planted, marks)

"""All trajectory metrics on a ten-hour log at 10 Hz (360,000 rows, as arrays): processor seconds and memory."""

from __future__ import annotations

import resource
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from figures import tell

from pytest_szxc import trajectory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROWS, ROUNDS, GOAL_S, GOAL_MIB = 360_000, 5, 1.5, 500
PASSES, HZ, SPEED_MPS, SPACING_M, LEVER_M = 100, 10, 2.5, 3.0, 3.2
HALF_M = ROWS / PASSES / HZ * SPEED_MPS / 2
CURVE_CORNERS = 1_000
ORIGIN = trajectory.Origin(40.0, 116.0, 50.0)


def field_log(rng: np.random.Generator) -> dict[str, Floats]:
    """A field of straight passes to and fro: a centimetre of noise, a roll, a stop and an outage each."""
    row = np.arange(ROWS)
    number, share = row // (ROWS // PASSES), row % (ROWS // PASSES) / (ROWS // PASSES)
    way = np.where(number % 2, -1, 1)
    standing = (share > 0.5) & (share < 0.51)  # noqa: PLR2004 -- half-way
    share[standing] = 0.5
    roll = rng.normal(0, 1, ROWS)
    leaning = LEVER_M * np.sin(np.radians(roll)) * way
    east = number * SPACING_M + rng.normal(0, 0.01, ROWS) + 0.3 * np.exp(-share * 200) + leaning
    lat, lon, height = trajectory.geodetic(np.column_stack((east, way * (2 * share - 1) * HALF_M, 0 * east)), ORIGIN)
    return {
        "t_s": row / HZ,
        "lat": np.round(lat, 9),
        "lon": np.round(lon, 9),
        "h": height,
        "heading": np.where(way > 0, 0.0, 180.0),
        "roll": roll,
        "speed": np.where(standing, 0.0, SPEED_MPS),
        "fix": np.where((share > 0.7) & (share < 0.74), 5.0, 4.0),  # noqa: PLR2004 -- 14 s of it
        "engaged": share > 0.01,  # noqa: PLR2004 -- 4 s of driving by hand
        "pass_id": number.astype(np.float64),
        "line_m": number * SPACING_M,
    }


def metrics(log: Mapping[str, Floats]) -> Mapping[str, Callable[[], object]]:
    """Each metric over the whole log, by name; those of a pass, or of two neighbours, over all passes."""
    spans = [slice(start, end) for _, start, end in trajectory.runs(log["pass_id"])]
    antenna = trajectory.level_m(log["lat"], log["lon"], ORIGIN)
    points = trajectory.at_vehicle(antenna, log["heading"], log["roll"], trajectory.Lever(LEVER_M))
    errors = np.concatenate(
        [straight(points[span], log["line_m"][span.start], log["heading"][span][0]) for span in spans]
    )
    zone = box(-5.0, PASSES * SPACING_M + 5, HALF_M + 5)
    curve = wave()
    on_curve = np.column_stack((curve_at(points[:, 1]) + points[:, 0] - log["line_m"], points[:, 1]))
    pairs = list(pairwise(spans))
    engaged, speed, fix = log["engaged"], log["speed"], log["fix"]
    counts = trajectory.valid(engaged, speed, after_on_line=True)

    def each(metric: Callable[[slice], object]) -> Callable[[], object]:
        return lambda: [metric(span) for span in spans]

    return {
        "projection": lambda: trajectory.level_m(log["lat"], log["lon"], ORIGIN),
        "reduction": lambda: trajectory.at_vehicle(antenna, log["heading"], log["roll"], trajectory.Lever(LEVER_M)),
        "straight lines": each(lambda s: straight(points[s], log["line_m"][s.start], log["heading"][s.start])),
        "curve of 1,000": lambda: curve.cross_track_m(on_curve),
        "fitted": each(lambda s: trajectory.fitted(points[s])),
        "statistics": each(lambda s: trajectory.statistics_of(errors[s])),
        "statistics of all": lambda: trajectory.statistics_of(errors),
        "row spacing": lambda: [trajectory.row_errors_m(points[a], points[b], SPACING_M) for a, b in pairs],
        "relative": lambda: [trajectory.relative_cross_track_m(points[b], points[a]) for a, b in pairs],
        "on-line": each(lambda s: trajectory.on_line_distance_m(points[s], errors[s], engaged[s], 0.05)),
        "stop-start": each(lambda s: trajectory.stop_start_errors_m(points[s], errors[s], speed[s])),
        "endurance": lambda: trajectory.endurance_s(log["t_s"], fix, errors, engaged),
        "initialisation": lambda: trajectory.initialisation_s(log["t_s"], -5.0, fix),
        "speed": lambda: trajectory.speed_error_pct(speed, SPEED_MPS),
        "samples": lambda: trajectory.pass_samples(points, counts, log["pass_id"]),
        "resolution": lambda: [trajectory.quantisation_m(log[axis], 9, 40.0, axis) for axis in ("lat", "lon")],
        "zone": lambda: trajectory.outside_m(points, 1.2, zone),
        "area beyond it": lambda: trajectory.swept_outside_m2(points, 2.4, zone),
    }


def straight(points: Floats, east_m: float, heading_deg: float) -> Floats:
    """Errors to the line of a pass."""
    ends = (-HALF_M, HALF_M) if heading_deg < 90 else (HALF_M, -HALF_M)  # noqa: PLR2004 -- north or south
    return trajectory.cross_track_m(points, (east_m, ends[0]), (east_m, ends[1]))


def box(west: float, east: float, half: float) -> Floats:
    """A ring."""
    return np.array(((west, -half), (east, -half), (east, half), (west, half), (west, -half)))


def curve_at(north: Floats) -> Floats:
    """How far east the curved line lies."""
    return 30 * np.sin(north / 80)


def wave() -> trajectory.Path:
    """A curved line of 1,000 corners."""
    north = np.linspace(-HALF_M, HALF_M, CURVE_CORNERS)
    return trajectory.Path(np.column_stack((curve_at(north), north)), prolonged=True)


def best_of(rounds: int, metric: Callable[[], object]) -> float:
    """The shortest of so many tries, in seconds of the processor: what else runs on the machine does not count."""
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        metric()
        seconds.append(time.process_time() - start)
    return min(seconds)


def peak_mib() -> float:
    """The most memory that this process has had."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    """Measure and tell."""
    log = field_log(np.random.default_rng(20_260_101))
    before = peak_mib()
    seconds = {name: best_of(ROUNDS, metric) for name, metric in metrics(log).items()}
    total, peak = sum(seconds.values()), peak_mib()
    for name, value in sorted(seconds.items(), key=lambda row: -row[1]):
        print(f"{value * 1000:8.1f} ms  {name}")
    tell(
        "trajectory_speed",
        {
            "rows": ROWS,
            "seconds": total,
            "goal": GOAL_S,
            "holds": total <= GOAL_S and peak <= GOAL_MIB,
            "peak_mib": peak,
            "log_mib": before,
            **{f"{name} s": value for name, value in seconds.items()},
        },
        f"{ROWS} rows, all metrics {total:.2f} s (goal {GOAL_S} s); {peak:.0f} MiB, of which {before:.0f} before",
    )


if __name__ == "__main__":
    main()

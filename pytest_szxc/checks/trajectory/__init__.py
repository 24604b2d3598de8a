"""Trajectory metrics of machines: positions, lines, errors, passes, motion, samples, resolution, areas, logs.

Lengths are in metres, times in seconds, angles in degrees, as the names say; arrays are numpy's float64, one row for
each sample of a log. Cross-track errors are positive right of travel. Where a row cannot be computed (a NaN in it), its
result is NaN; where nothing can be computed, ``Unjudgeable`` says why, or the result is None.

Importing this module costs nothing: each name is loaded when first used, and with it numpy, which is ``numpy`` here.
Where the extra ``machinery`` is not installed, that first use raises ``Unjudgeable`` (``extra.missing``).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from pytest_szxc.target.extras import extra_package

if TYPE_CHECKING:
    import numpy  # noqa: ICN001 -- the name by which suites use it

    from pytest_szxc.checks.trajectory.area import outside_m, polygon_problem, swept_outside_m2, within
    from pytest_szxc.checks.trajectory.coarseness import coarseness_m, too_coarse
    from pytest_szxc.checks.trajectory.fixes import Outage, endurance_s, initialisation_s, outages
    from pytest_szxc.checks.trajectory.gcj02 import looks_shifted, shifted, unshifted
    from pytest_szxc.checks.trajectory.lines import Path, cross_track_m, fitted
    from pytest_szxc.checks.trajectory.log import Log
    from pytest_szxc.checks.trajectory.motion import (
        StopStart,
        on_line_distance_m,
        on_line_row,
        speed_error_pct,
        stop_start_errors_m,
        travelled_m,
        wrapped_deg,
    )
    from pytest_szxc.checks.trajectory.passes import RowErrors, relative_cross_track_m, row_errors_m
    from pytest_szxc.checks.trajectory.projection import (
        Origin,
        centroid,
        ecef_m,
        enu_m,
        geodetic,
        level_m,
        metres_per_degree,
    )
    from pytest_szxc.checks.trajectory.reduction import Lever, at_vehicle
    from pytest_szxc.checks.trajectory.resolution import gate, quantisation_m
    from pytest_szxc.checks.trajectory.samples import Drops, PassSample, drops, enough, pass_samples, runs, valid
    from pytest_szxc.checks.trajectory.soundness import Problem, bad_passes, problems, turn_gap
    from pytest_szxc.checks.trajectory.statistics import ErrorStatistics, statistics_of

_HOMES = {
    "Drops": "samples",
    "ErrorStatistics": "statistics",
    "Lever": "reduction",
    "Log": "log",
    "Origin": "projection",
    "Outage": "fixes",
    "PassSample": "samples",
    "Path": "lines",
    "Problem": "soundness",
    "RowErrors": "passes",
    "StopStart": "motion",
    "at_vehicle": "reduction",
    "bad_passes": "soundness",
    "centroid": "projection",
    "coarseness_m": "coarseness",
    "cross_track_m": "lines",
    "drops": "samples",
    "ecef_m": "projection",
    "endurance_s": "fixes",
    "enough": "samples",
    "enu_m": "projection",
    "fitted": "lines",
    "gate": "resolution",
    "geodetic": "projection",
    "initialisation_s": "fixes",
    "level_m": "projection",
    "looks_shifted": "gcj02",
    "metres_per_degree": "projection",
    "on_line_distance_m": "motion",
    "on_line_row": "motion",
    "outages": "fixes",
    "outside_m": "area",
    "pass_samples": "samples",
    "polygon_problem": "area",
    "problems": "soundness",
    "quantisation_m": "resolution",
    "relative_cross_track_m": "passes",
    "row_errors_m": "passes",
    "runs": "samples",
    "shifted": "gcj02",
    "speed_error_pct": "motion",
    "statistics_of": "statistics",
    "stop_start_errors_m": "motion",
    "swept_outside_m2": "area",
    "too_coarse": "coarseness",
    "travelled_m": "motion",
    "turn_gap": "soundness",
    "unshifted": "gcj02",
    "valid": "samples",
    "within": "area",
    "wrapped_deg": "motion",
}

__all__ = [
    "Drops",
    "ErrorStatistics",
    "Lever",
    "Log",
    "Origin",
    "Outage",
    "PassSample",
    "Path",
    "Problem",
    "RowErrors",
    "StopStart",
    "at_vehicle",
    "bad_passes",
    "centroid",
    "coarseness_m",
    "cross_track_m",
    "drops",
    "ecef_m",
    "endurance_s",
    "enough",
    "enu_m",
    "fitted",
    "gate",
    "geodetic",
    "initialisation_s",
    "level_m",
    "looks_shifted",
    "metres_per_degree",
    "numpy",
    "on_line_distance_m",
    "on_line_row",
    "outages",
    "outside_m",
    "pass_samples",
    "polygon_problem",
    "problems",
    "quantisation_m",
    "relative_cross_track_m",
    "row_errors_m",
    "runs",
    "shifted",
    "speed_error_pct",
    "statistics_of",
    "stop_start_errors_m",
    "swept_outside_m2",
    "too_coarse",
    "travelled_m",
    "turn_gap",
    "unshifted",
    "valid",
    "within",
    "wrapped_deg",
]


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562), so that who judges no logs imports no numpy."""
    if name == "numpy":
        return extra_package("numpy")
    if name in _HOMES:
        extra_package("numpy")
        return getattr(import_module(f"pytest_szxc.checks.trajectory.{_HOMES[name]}"), name)
    message = f"module 'pytest_szxc.checks.trajectory' has no attribute {name!r}"
    raise AttributeError(message)

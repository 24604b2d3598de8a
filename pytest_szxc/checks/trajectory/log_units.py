"""The units of a log's columns, held against what its positions show: km/h for m/s, centimetres for metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.log_problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from pytest_szxc.checks.trajectory.log import Log
    from pytest_szxc.checks.trajectory.log_problems import Problem

    Floats = NDArray[np.float64]

SPEEDS = {"km/h": 3.6, "kn": 1.943_844, "cm/s": 100.0}
LENGTHS = {"cm": 100.0, "mm": 1000.0}
_LEAST_MPS, _LEAST_SAMPLES, _NEAR = 0.3, 20, 0.12
_FARTHEST_M = 1e6
_WIDE = 3.0
"""A cross-track error is measured by another filter than the positions: its unit shows only within a factor."""


def unit_problems(log: Log) -> Iterator[Problem]:
    """Columns written in another unit than their name says; the others can be judged."""
    for name, ratio, units, near in (
        ("speed_mps", _speed_ratio(log), SPEEDS, 1 + _NEAR),
        ("xte_m", _error_ratio(log), LENGTHS, _WIDE),
    ):
        unit = unit_of(ratio, units, near)
        if unit:
            header = log.table.names.get(name, name)
            rows, first = log.table.rows, log.row_numbers[:5]
            yield problem(log, "log.units", rows, first, column=header, unit=unit, ratio=f"{ratio:.1f}")


def unit_of(ratio: float, units: Mapping[str, float], near: float) -> str | None:
    """The unit by which values are too large; ``None`` where none is.

    Args:
        ratio: how many times too large they are; NaN where nobody knows.
        units: how many of each unit make one of the right one.
        near: how far the ratio may be off, as a factor.
    """
    return next((unit for unit, size in units.items() if size / near <= ratio <= size * near), None)


def _speed_ratio(log: Log) -> float:
    """How many times faster a machine says it goes than its positions do."""
    if log.speed_mps is None:
        return float("nan")
    way, time = np.hypot(*np.diff(log.points_m, axis=0).T), np.diff(log.t_s)
    shown = np.divide(way, time, out=np.full(len(way), np.nan), where=time > 0)
    said = log.speed_mps[1:]
    moving = np.isfinite(said) & np.isfinite(shown) & (shown > _LEAST_MPS)
    if moving.sum() < _LEAST_SAMPLES:
        return float("nan")
    return float(np.median(said[moving]) / np.median(shown[moving]))


def _error_ratio(log: Log) -> float:
    """How many times more a machine says it swerves within its passes than its positions do.

    Only swerving is compared, not the distance from a line, which a log alone does not show; the median over passes.
    """
    if log.xte_m is None or log.pass_id is None:
        return float("nan")
    ratios = [_swerve_ratio(log, rows) for name, rows in pass_rows(log).items() if name]
    known = [ratio for ratio in ratios if np.isfinite(ratio)]
    return float(np.median(known)) if known else float("nan")


def pass_rows(log: Log) -> dict[str, NDArray[np.int64]]:
    """The samples of each pass, as indices in the order of the log; those without a pass under ""."""
    names = [] if log.pass_id is None else log.pass_id.tolist()
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    codes = np.fromiter(map(numbers.__getitem__, names), dtype=np.int64, count=len(names))
    order = np.argsort(codes, kind="stable")
    groups = np.split(order, np.searchsorted(codes[order], np.arange(1, len(numbers))))
    return dict(zip(numbers, groups, strict=False))


def _swerve_ratio(log: Log, rows: NDArray[np.int64]) -> float:
    if log.xte_m is None:
        return float("nan")
    whole = (np.abs(log.xte_m[rows]) < _FARTHEST_M) & np.isfinite(log.points_m[rows]).all(axis=1)
    if log.engaged is not None:
        whole &= log.engaged[rows]
    rows = rows[whole]
    if len(rows) < _LEAST_SAMPLES:
        return float("nan")
    points = log.points_m[rows] - log.points_m[rows].mean(axis=0)
    _, _, directions = np.linalg.svd(points, full_matrices=False)
    along, across = points @ directions[0], points @ directions[1]
    shown, said = _swerving(along, across), _swerving(along, log.xte_m[rows])
    return said / shown if shown > 0 else float("nan")


def _swerving(along: Floats, across: Floats) -> float:
    """Standard deviation across the way, a slope taken off."""
    slope = float(along @ across / (along @ along)) if along.any() else 0.0
    return float(np.std(across - slope * along))

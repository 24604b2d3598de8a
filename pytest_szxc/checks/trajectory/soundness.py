"""Whether a log can be believed: what is wrong with its rows, times, places and units, by file and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.log_places import place_problems
from pytest_szxc.checks.trajectory.log_positions import before_fix, leaping, position_problems, stuck
from pytest_szxc.checks.trajectory.log_problems import Problem, problem
from pytest_szxc.checks.trajectory.log_times import backward, duplicated, gapped, hours_off, time_problems, turn_gap
from pytest_szxc.checks.trajectory.log_units import unit_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from pytest_szxc.checks.trajectory.log import Log
    from pytest_szxc.checks.trajectory.projection import Origin

__all__ = ["Problem", "bad_passes", "problems", "turn_gap"]
_PLACE = ("lat", "lon")
_NEEDED = ("t", *_PLACE)
_UNREAD = frozenset({"cells", "cut-off", "quote", "not-an-object", "blank", "not-a-number", "decimal-comma", "nan"})


def problems(
    log: Log,
    now: datetime,
    near: Origin | None = None,
    *,
    lines: Sequence[NDArray[np.float64]] = (),
    began: datetime | None = None,
) -> tuple[Problem, ...]:
    """All that is wrong with a log, those first that leave nothing of it to judge.

    Args:
        log: the log.
        now: the instant at which the run judges.
        near: a place in the field, as it is declared; ``None`` where nobody declared one.
        lines: the guidance lines (k, 2) of the field, in the frame of the log.
        began: when the session began, as it is declared.
    """
    key = (problems, log, now, near, tuple(line.tobytes() for line in lines), began)
    found = log.table.kept.get(key)
    if not isinstance(found, tuple):  # every requirement that reads the log asks
        found = [*_cells(log), *time_problems(log, now), *hours_off(log, began), *place_problems(log, near, lines)]
        found += [*position_problems(log), *unit_problems(log), *_one_pass(log)]
        found = log.table.kept.setdefault(key, tuple(sorted(found, key=lambda one: one.usable)))
    return tuple(found) if isinstance(found, tuple) else ()


def bad_passes(log: Log) -> frozenset[str]:
    """The passes with samples that cannot be used: no time or position, out of order, twice, after a gap, not true.

    The others can be judged. Rows without a pass count for none.
    """
    if log.pass_id is None:
        return frozenset()
    lost = ~np.isfinite(log.t_s) | ~np.isfinite(log.points_m).all(axis=1)
    bad = lost | backward(log) | duplicated(log) | gapped(log) | leaping(log) | stuck(log)
    return frozenset(log.pass_id[bad].tolist()) - {""}


def _cells(log: Log) -> Iterator[Problem]:
    for fault in log.table.faults:
        if fault.kind == "blank" and fault.column in _PLACE and _before_fix(log, fault.column):
            continue
        lost = fault.column in _NEEDED and fault.kind in _UNREAD and fault.count == log.table.rows
        yield problem(
            log,
            f"log.{fault.kind}",
            fault.count,
            fault.rows,
            usable=not lost,
            column=log.table.names.get(fault.column, fault.column),
            sample=fault.sample or "-",
        )


def _before_fix(log: Log, column: str) -> bool:
    """Whether all that is blank of a position is so because the receiver has no fix yet, before any work."""
    return bool((np.isfinite(log.table.column(column)) | before_fix(log)).all())


def _one_pass(log: Log) -> Iterator[Problem]:
    if log.pass_id is None:
        return
    names = set(log.pass_id.tolist()) - {""}
    if len(names) == 1:
        yield problem(log, "log.one-pass", 1, (int(log.row_numbers[0]),), name=str(next(iter(names))))

"""Whether a log can be believed: what is wrong with its rows, times, places and units, by file and rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.log_places import place_problems
from pytest_szxc.checks.trajectory.log_problems import Problem, problem
from pytest_szxc.checks.trajectory.log_times import backward, duplicated, gapped, time_problems
from pytest_szxc.checks.trajectory.log_units import unit_problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_szxc.checks.trajectory.log import Log
    from pytest_szxc.checks.trajectory.projection import Origin

__all__ = ["Problem", "bad_passes", "problems"]
_NEEDED = ("t", "lat", "lon")
_UNREAD = frozenset({"cells", "cut-off", "quote", "not-an-object", "blank", "not-a-number", "decimal-comma", "nan"})


def problems(log: Log, now: datetime, near: Origin | None = None) -> tuple[Problem, ...]:
    """All that is wrong with a log, those first that leave nothing of it to judge.

    Args:
        log: the log.
        now: the instant at which the run judges.
        near: a place in the field, as it is declared; ``None`` where nobody declared one.
    """
    key = (problems, log, now, near)
    found = log.table.kept.get(key)
    if not isinstance(found, tuple):  # every requirement that reads the log asks
        found = log.table.kept.setdefault(key, _problems(log, now, near))
    return tuple(found) if isinstance(found, tuple) else ()


def _problems(log: Log, now: datetime, near: Origin | None) -> tuple[Problem, ...]:
    found = [*_cells(log), *time_problems(log, now), *place_problems(log, near), *unit_problems(log), *_one_pass(log)]
    return tuple(sorted(found, key=lambda one: one.usable))


def bad_passes(log: Log) -> frozenset[str]:
    """The passes with samples that cannot be used: without time or position, out of order, twice, or after a gap.

    The others can be judged. Rows without a pass count for none.
    """
    if log.pass_id is None:
        return frozenset()
    lost = ~np.isfinite(log.t_s) | ~np.isfinite(log.points_m).all(axis=1)
    bad = lost | backward(log) | duplicated(log) | gapped(log)
    return frozenset(log.pass_id[bad].tolist()) - {""}


def _cells(log: Log) -> Iterator[Problem]:
    for fault in log.table.faults:
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


def _one_pass(log: Log) -> Iterator[Problem]:
    if log.pass_id is None:
        return
    names = set(log.pass_id.tolist()) - {""}
    if len(names) == 1:
        yield problem(log, "log.one-pass", 1, (int(log.row_numbers[0]),), name=str(next(iter(names))))

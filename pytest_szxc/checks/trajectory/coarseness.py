"""How coarse the positions of a log are, and what they cannot prove (F15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.checks.trajectory.resolution import quantisation_m
from pytest_szxc.errors import Unjudgeable

if TYPE_CHECKING:
    from typing import Literal

    from pytest_szxc.checks.trajectory.log import Log

_AXES: tuple[Literal["lat", "lon"], ...] = ("lat", "lon")


def coarseness_m(log: Log) -> float:
    """The step in which positions are written or stored, in metres; that of the coarser of latitude and longitude.

    Raises:
        Unjudgeable: ``trajectory.no-samples``; the table holds too few different positions to tell.
    """
    key = coarseness_m.__name__
    found = log.table.kept.get(key)
    if not isinstance(found, float):
        steps = (
            quantisation_m(log.table.column(axis), log.table.decimals(axis), log.origin.lat_deg, axis) for axis in _AXES
        )
        found = log.table.kept[key] = max(steps)
    return float(found)


def too_coarse(log: Log, limit_m: float, share: float = 0.2) -> Unjudgeable | None:
    """Why a log cannot prove a limit, if it cannot: its positions are coarser than a share of the limit.

    Args:
        log: the log.
        limit_m: what is to be proved.
        share: the largest share of it that one step of the positions may be.
    """
    step = coarseness_m(log)
    if step <= limit_m * share * (1 + 1e-9):
        return None
    shown = {"step": f"{step:.4g}", "limit": f"{limit_m:.4g}", "most": f"{limit_m * share:.4g}"}
    return Unjudgeable("log.coarse", log.table.origin.exchange, file=log.table.origin.file or "-", **shown)

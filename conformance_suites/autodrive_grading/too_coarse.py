"""The resolution gate (F15): positions that are coarser than a share of a limit prove nothing about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import Unjudgeable, trajectory

from .limits import CENTIMETRES, limits, minimum
from .trials import file_of

if TYPE_CHECKING:
    from pytest_szxc import Sut, SzxcError

    from .limits import Limit
    from .trials import Trial


def rests_on_m(sut: Sut, trial: Trial, limit: Limit) -> float:
    """The length that positions must be able to show; 0 of a limit that rests on none.

    The way to the line and the endurance are told by an error's passing a bound, which is far smaller than the way.
    """
    if limit.metric == "on_line":
        bound = limits(sut, trial.accuracy or "A")["track_p95"]
        return bound.value * CENTIMETRES[bound.unit]
    if limit.metric == "endurance":
        return minimum(sut, "endurance_limit") * CENTIMETRES["cm"]
    return limit.value * CENTIMETRES.get(limit.unit, 0.0)


def refusal(sut: Sut, trial: Trial, limit: Limit) -> SzxcError | None:
    """Why a log cannot prove a limit; ``None`` where it can, and of limits that rest on no length."""
    metres = rests_on_m(sut, trial, limit)
    found = trajectory.too_coarse(trial.log, metres, minimum(sut, "resolution_share")) if metres else None
    if found is None:
        return None
    named = {**found.params, "file": file_of(str(found.params.get("file")), trial.session)}
    return Unjudgeable(found.code, found.exchange, **named)


def surely_broken(trial: Trial, limit: Limit, value: float) -> bool:
    """Whether a length breaks its limit by more than one step of the positions: coarse ones show that too."""
    step = trajectory.coarseness_m(trial.log) / CENTIMETRES[limit.unit] if limit.unit in CENTIMETRES else 0.0
    beyond = limit.metric != "on_line" and step > 0 and value > limit.value + step
    return beyond and not limit.least

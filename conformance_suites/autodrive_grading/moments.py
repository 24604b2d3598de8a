"""Places where something was done, against where it was to be done, as far as the samples of a log can tell."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from pytest_szxc import Unjudgeable, expect

from .limits import CENTIMETRES
from .too_coarse import refusal, surely_broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Sut

    from .headland_entries import Place
    from .limits import Limit
    from .trials import Trial


def placed(sut: Sut, trial: Trial, place: Place, limit: Limit, what: str) -> Iterator[Observation]:
    """Whether a place is within its limit: of the first sample that shows it, or of all the way from the one before.

    Raises:
        SzxcError: positions are too coarse, or samples too far apart, to tell.
    """
    unit = CENTIMETRES[limit.unit]
    if not isfinite(place.error_m):  # a sample without a position: the log's problems tell of it
        return
    error, proved = place.error_m / unit, place.proved_m / unit
    met = limit.met(error)
    if not met and limit.met(proved):
        shown = {"step": f"{place.step_m:.2f}", "limit": f"{limit.value * unit:g}"}
        exchange = trial.log.table.origin.exchange
        raise Unjudgeable("log.moment", exchange, session=trial.name, what=f"{limit.metric} ({what})", **shown)
    reason = None if surely_broken(trial, limit, proved) else refusal(sut, trial, limit)
    if reason:
        raise reason
    where = trial.log.table.at(place.row, "lat")._replace(record=trial.name)
    yield expect(met, where, expected=f"{what}: {limit.words}", observed=f"{error:.3f} {limit.unit}")

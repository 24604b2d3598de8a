"""The figures of work in the field: speed, headland turns, implement, zone, taking over, minimum risk, obstacles.

In the form of ``figures.FIGURES``: what a session's log (or its events) shows; what it does not show is left out.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from pytest_szxc import trajectory

from .event_figures import minimum_risk, take_over
from .headland_entries import entries
from .implement_actions import compared
from .speeds import passes_at_speed
from .trials import number
from .zone_keeping import driven, keeping, swept_beyond_m2, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_szxc import Record, Sut

    from .trials import Trial

    Figures = Callable[[Sut, Trial], dict[str, tuple[float, int]]]


def speed(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """Mean deviation from the set speed over the valid samples of all passes, in percent of it."""
    np = trajectory.numpy
    found = [one.deviations_pct for one in passes_at_speed(sut, trial)]
    values = np.concatenate(found) if found else np.zeros(0)
    return {"speed_error": (float(values.mean()), len(values))} if len(values) else {}


def headland(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:  # noqa: ARG001 -- as the others
    """The largest entry error in m, and the area outside of the zone in m² that the machine passed over."""
    errors = [one.place.error_m for one in entries(trial) if one.place]
    found = {"headland_entry": (max(errors), len(errors))} if errors else {}
    zone = zone_of(trial)
    area = {"off_zone_area": (swept_beyond_m2(trial, zone), int(driven(trial).sum()))} if zone else {}
    return found | area


def implement(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:
    """The largest distance along the lines between where the implement was to move and where it did, in m."""
    errors = [one.place.error_m for one in compared(sut, trial).planned if one.place and isfinite(one.place.error_m)]
    return {"implement_position": (max(errors), len(errors))} if errors else {}


def zone(sut: Sut, trial: Trial) -> dict[str, tuple[float, int]]:  # noqa: ARG001 -- as the others
    """The largest proved excursion in m, and how long there was one, in s."""
    declared = zone_of(trial)
    if declared is None or not driven(trial).any():
        return {}
    kept = keeping(trial, declared)
    n = int(kept.driven.sum())
    return {"zone_excursion": (kept.largest_m, n), "zone_excursion_time": (kept.lasting_s, n)}


FIELD_FIGURES: dict[str, Figures] = {
    "speed": speed,
    "headland": headland,
    "implement": implement,
    "zone": zone,
    "take_over": take_over,
    "minimum_risk": minimum_risk,
}
"""Kind of session → what it shows: metric → value in the unit of its limit, and number of values behind it."""
FIELD_METRICS = {
    "speed": ("speed_error",),
    "headland": ("headland_entry", "off_zone_area"),
    "implement": ("implement_position",),
    "zone": ("zone_excursion", "zone_excursion_time"),
    "take_over": ("take_over_lead", "no_response_stop"),
    "minimum_risk": ("mrc_standstill",),
}
"""Kind of session → the metrics of which it is evidence."""
FIELD_COLUMNS = {
    "speed": frozenset({"speed_set_mps"}),
    "headland": frozenset({"mode", "fix"}),
    "implement": frozenset({"implement_state", "mode"}),
    "zone": frozenset({"mode", "fix"}),
}
"""Kind of session → columns that its figures read beside the usual ones."""


def obstacle_figures(scenarios: Iterable[Record]) -> dict[str, tuple[float, int]]:
    """Contacts and least clearance (m) of scenarios, as ``list_scenarios`` has them; of one feature, if they are."""
    told = list(scenarios)
    contacts = [one.flag("contact") for one in told if one.flag("contact") is not None]
    clear = [value for one in told if (value := number(one.get("clearance_m"))) is not None]
    found = {"contacts": (float(sum(map(bool, contacts))), len(contacts))} if contacts else {}
    return found | ({"clearance": (min(clear), len(clear))} if clear else {})

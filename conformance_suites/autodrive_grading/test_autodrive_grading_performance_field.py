"""What the logs prove of work in the field: the zone, the speed, headland turns, the implement."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, Unjudgeable, expect, requirement

from .declarations import grade_of
from .excursion_pictures import excursion_picture
from .field_figures import FIELD_COLUMNS
from .headland_entries import entries
from .implement_actions import RAISED, WORKING, compared
from .limits import limits
from .moments import placed
from .performance_pictures import PICTURED
from .speeds import passes_at_speed
from .trials import each_trial, features_of, unreduced
from .zone_keeping import keeping, swept_beyond_m2, unproved, zone_needed, zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

    from .headland_entries import Entry
    from .implement_actions import Planned
    from .limits import Limit
    from .trials import Trial
    from .zone_keeping import Keeping, Zone

AUTONOMOUS = 3
"""The grade from which a machine keeps to its zone, and off obstacles, by itself."""
LEAST_WAY_M = 10.0
"""A session whose machine moves less by itself shows nothing of keeping to a zone."""
TURNED = ("system", "assisted")


def asked(sut: Sut, trial: Trial, metric: str) -> Limit | None:
    """The limit of a metric for the session's accuracy class (A where none is told), if its grade asks for it."""
    limit, grade = limits(sut, trial.accuracy or "A").get(metric), grade_of(trial.feature) if trial.feature else None
    return limit if limit and grade is not None and grade >= limit.from_grade else None


# --- zone -------------------------------------------------------------------------------------------------------------


@requirement("ADG-028")
def test_the_machine_keeps_to_its_zone(sut: Sut) -> Iterator[Observation]:
    """Machine's width about the vehicle point, in the zone and out of exclusions, while the system moves it."""
    shown: list[tuple[Trial, Zone, Keeping]] = []
    lost: SzxcError | None = None
    try:
        yield from each_trial(sut, "zone", partial(_kept, sut, shown), FIELD_COLUMNS["zone"])
    except SzxcError as reason:
        lost = reason
    for trial, zone, kept in sorted(shown, key=lambda one: -one[2].largest_m)[:PICTURED]:
        yield excursion_picture(trial, zone, kept)
    lost = lost or unseen(sut, {one.feature.text("feature_id") for one, *_ in shown if one.feature})
    if lost:
        raise lost


def _kept(sut: Sut, shown: list[tuple[Trial, Zone, Keeping]], trial: Trial) -> Iterator[Observation]:
    wanted = [limit for name in ("zone_excursion", "zone_excursion_time") if (limit := asked(sut, trial, name))]
    zone = zone_needed(trial) if wanted else None
    if zone is None:
        return
    kept = keeping(trial, zone)
    if kept.way_m(trial) < LEAST_WAY_M:
        return
    shown.append((trial, zone, kept))
    reason = unproved(trial, kept) or unreduced(trial)
    values = {"zone_excursion": kept.largest_m, "zone_excursion_time": kept.lasting_s}
    broken = [limit for limit in wanted if not limit.met(values[limit.metric])]
    for limit in broken or ([] if reason else wanted):
        where = trial.log.table.at(kept.worst_row, "lat")._replace(record=trial.name)
        seen = f"{values[limit.metric]:.3f} {limit.unit} (n={int(kept.driven.sum())})"
        yield expect(limit not in broken, where, expected=limit.words, observed=seen)
    if reason:
        raise reason


def unseen(sut: Sut, seen: set[str | None]) -> SzxcError | None:
    """The first feature of grade 3 or more, of a limited domain, that no session shows in its zone."""
    for name, feature in features_of(sut).items():
        grade = grade_of(feature)
        if name not in seen and grade is not None and grade >= AUTONOMOUS and feature.text("odd_limit") != "unlimited":
            return lacking(feature, "evidence.zone-session")
    return None


def lacking(feature: Record, code: str) -> SzxcError:
    """Why a feature cannot pass: nothing is evidence of it."""
    params = {"feature": feature.text("feature_id") or "-", "grade": str(grade_of(feature))}
    return Unjudgeable(code, feature.origin.exchange, **params)


def untold(trial: Trial, member: str) -> SzxcError:
    """Why a session cannot be judged: it does not say something."""
    return Unjudgeable("evidence.untold", trial.session.origin.exchange, session=trial.name, member=member)


# --- speed ------------------------------------------------------------------------------------------------------------


@requirement("ADG-037")
def test_the_speed_is_kept(sut: Sut) -> Iterator[Observation]:
    """Mean deviation from the set speed, of each pass."""
    yield from each_trial(sut, "speed", partial(_speeds, sut), FIELD_COLUMNS["speed"])


def _speeds(sut: Sut, trial: Trial) -> Iterator[Observation]:
    limit = asked(sut, trial, "speed_error")
    if limit is None or (trial.feature and trial.feature.text("longitudinal") != "system"):
        return
    unset = 0
    for one in passes_at_speed(sut, trial):
        unset += one.unset
        where = trial.at(f"/speed_mps/{one.name}")
        if one.copied:
            seen = f"equal to speed_mps in all {len(one.set_mps)} samples"
            yield expect(False, where, expected="speed_set_mps as it was set", observed=seen)  # noqa: FBT003 -- a finding
        elif len(one.set_mps):
            value = float(one.deviations_pct.mean())
            seen = f"{value:.3f} {limit.unit} (n={len(one.set_mps)})"
            yield expect(limit.met(value), where, expected=f"{one.name}: {limit.words}", observed=seen)
    if unset:
        raise untold(trial, "speed_set_mps")


# --- headland turns ---------------------------------------------------------------------------------------------------


@requirement("ADG-038")
def test_turns_end_where_they_should(sut: Sut) -> Iterator[Observation]:
    """Entry into the pass after each turn, and area outside of the zone."""
    yield from each_trial(sut, "headland", partial(_turns, sut), FIELD_COLUMNS["headland"])


def _turns(sut: Sut, trial: Trial) -> Iterator[Observation]:
    if trial.feature is None or trial.feature.text("headland") not in TURNED:
        return
    entry, area = asked(sut, trial, "headland_entry"), asked(sut, trial, "off_zone_area")
    reasons: list[SzxcError] = []
    for look in ([] if entry is None else [partial(_entries, sut, trial, entry)]) + (
        [] if area is None else [partial(_area, trial, area)]
    ):
        try:
            yield from look()
        except SzxcError as reason:
            reasons.append(reason)
    reasons += [reason for reason in (unreduced(trial),) if reason]
    if reasons:
        raise reasons[0]


def _entries(sut: Sut, trial: Trial, limit: Limit) -> Iterator[Observation]:
    found = list(entries(trial))
    reasons: list[SzxcError] = []
    if not found and not trial.bad:
        raise untold(trial, "headlands")
    for one in found:
        try:
            yield from _entry(sut, trial, one, limit)
        except SzxcError as reason:
            reasons.append(reason)
    if reasons:
        raise reasons[0]


def _entry(sut: Sut, trial: Trial, entry: Entry, limit: Limit) -> Iterator[Observation]:
    if entry.place is None:
        yield expect(False, trial.at("/pass_id"), expected=f"pass {entry.pass_id} in the log", observed="-")  # noqa: FBT003 -- a finding
    elif entry.by_hand:
        wants = f"turn before pass {entry.pass_id} by the system"
        yield expect(False, trial.at("/mode"), expected=wants, observed="by hand")  # noqa: FBT003 -- a finding
    else:
        yield from placed(sut, trial, entry.place, limit, entry.pass_id)


def _area(trial: Trial, limit: Limit) -> Iterator[Observation]:
    grade = grade_of(trial.feature) if trial.feature else None
    zone = zone_of(trial) if grade is not None and grade < AUTONOMOUS else zone_needed(trial)
    if zone is None:  # of grade 2, or unlimited: there is nothing that it could leave
        return
    kept = keeping(trial, zone)
    value, reason = swept_beyond_m2(trial, zone), unproved(trial, kept)
    met = limit.met(value)
    if met and reason:
        raise reason
    where = trial.log.table.at(kept.worst_row, "lat")._replace(record=trial.name)
    yield expect(met, where, expected=limit.words, observed=f"{value:.3f} {limit.unit}")


# --- implement --------------------------------------------------------------------------------------------------------


@requirement("ADG-039")
def test_the_implement_moves_where_it_should(sut: Sut) -> Iterator[Observation]:
    """Each planned action is in the log, at its place; no other is."""
    yield from each_trial(sut, "implement", partial(_actions, sut), FIELD_COLUMNS["implement"])


def _actions(sut: Sut, trial: Trial) -> Iterator[Observation]:
    limit = asked(sut, trial, "implement_position")
    if limit is None or (trial.feature and trial.feature.text("implement") != "system"):
        return
    found = compared(sut, trial)
    reasons: list[SzxcError] = []
    if not found.planned and not trial.bad:
        raise untold(trial, "implement_plan")
    if not {WORKING, RAISED} & set(trial.log.table.column("implement_state").tolist()):
        raise untold(trial, "implement_state")
    for one in found.planned:
        try:
            yield from _action(sut, trial, one, limit)
        except SzxcError as reason:
            reasons.append(reason)
    for extra in found.extra:
        where = trial.log.table.at(extra.row, "implement_state")._replace(record=trial.name)
        yield expect(False, where, expected="planned actions only", observed=f"{extra.action} ({extra.pass_id or '-'})")  # noqa: FBT003 -- a finding
    reasons += [reason for reason in (unreduced(trial),) if reason]
    if reasons:
        raise reasons[0]


def _action(sut: Sut, trial: Trial, planned: Planned, limit: Limit) -> Iterator[Observation]:
    if planned.place is None:
        wants = f"{planned.action} on pass {planned.pass_id}"
        yield expect(False, trial.at("/implement_state"), expected=wants, observed="-")  # noqa: FBT003 -- a finding
        return
    yield from placed(sut, trial, planned.place, limit, f"{planned.pass_id} {planned.action}")

"""What the obstacle scenarios show: no contact, clearance kept, all kinds of obstacles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, Unjudgeable, expect, requirement

from .declarations import grade_of
from .limits import limits, minimum
from .tables import rows
from .test_autodrive_grading_performance_field import AUTONOMOUS, lacking
from .trials import CLASSES, features_of, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

    from .limits import Limit


@requirement("ADG-029")
def test_obstacles_are_not_touched(sut: Sut) -> Iterator[Observation]:
    """Contact, clearance, and whether the machine reacted, in each scenario of features of grade 3 on."""
    reasons: list[SzxcError] = []
    for feature, tried in tried_of(sut):
        if not tried:
            reasons.append(lacking(feature, "evidence.scenario"))
        asked = _limits(sut, feature)
        for scenario in tried:
            try:
                yield from _untouched(scenario, asked)
            except SzxcError as reason:
                reasons.append(reason)
    if reasons:
        raise reasons[0]


def _untouched(scenario: Record, asked: dict[str, Limit]) -> Iterator[Observation]:
    """One scenario.

    Raises:
        Unjudgeable: ``scenario.untold``; it does not say what is to be judged.
    """
    contact, clearance, stopped = (
        scenario.flag("contact"),
        number(scenario.get("clearance_m")),
        scenario.flag("stopped"),
    )
    if contact is not None:
        words = asked["contacts"].words
        met = asked["contacts"].met(float(contact))
        yield expect(met, scenario.at("contact"), expected=words, observed=str(contact).lower())
    if clearance is not None:
        limit = asked["clearance"]
        met = limit.met(clearance)
        yield expect(met, scenario.at("clearance_m"), expected=limit.words, observed=f"{clearance:g} {limit.unit}")
    if stopped is False:
        seen = number(scenario.get("detected_at_m"))
        wants = "stopped, or detected and driven round"
        told = f"stopped false, detected_at_m {'-' if seen is None else f'{seen:g}'}"
        yield expect(bool(seen), scenario.at("stopped"), expected=wants, observed=told)
    for member, value in (("contact", contact), ("clearance_m", clearance), ("stopped", stopped)):
        if value is None:
            name = scenario.text("scenario_id") or "-"
            raise Unjudgeable("scenario.untold", scenario.origin.exchange, scenario=name, member=member)


@requirement("ADG-030")
def test_all_kinds_of_obstacles_are_tried(sut: Sut) -> Iterator[Observation]:
    """Each kind of obstacle, for each feature of grade 3 on."""
    lost: SzxcError | None = None
    for feature, tried in tried_of(sut):
        if not tried:
            lost = lost or lacking(feature, "evidence.scenario")
            continue
        met = {scenario.text("obstacle") for scenario in tried}
        for kind in rows("obstacles"):
            wants = f"{feature.text('feature_id')}: {kind['code']}"
            seen = ", ".join(sorted(one for one in met if one)) or "-"
            yield expect(kind["code"] in met, feature.at("feature_id"), expected=wants, observed=seen)
    if lost:
        raise lost


def tried_of(sut: Sut) -> Iterator[tuple[Record, list[Record]]]:
    """The features that have to meet obstacles by themselves, each with its scenarios.

    A scenario whose machine stands tries nothing, and is left out.
    """
    told, floor = list(sut.records("list_scenarios")), minimum(sut, "speed_floor")
    for name, feature in features_of(sut).items():
        grade = grade_of(feature)
        if grade is not None and grade >= AUTONOMOUS:
            yield feature, [one for one in told if one.text("feature_id") == name and _approached(one, floor)]


def _approached(scenario: Record, floor: float) -> bool:
    speed = number(scenario.get("approach_mps"))
    return speed is None or speed >= floor


def _limits(sut: Sut, feature: Record) -> dict[str, Limit]:
    accuracy = feature.text("accuracy_class")
    return limits(sut, accuracy if accuracy in CLASSES else CLASSES[0])

"""No check of event logs raises, whatever a platform answers; and many events take little time."""

from __future__ import annotations

from random import Random
from time import process_time
from typing import Any

import pytest
from adg_judging import HERE, part
from adg_told import START, Told, outcome, rows
from hypothesis import given, settings
from hypothesis import strategies as st

log = part("event_log")
IDS = [row.id for row in HERE.suite.requirements if row.conformance_class == "event-log"]
JUNK: list[Any] = [
    *(None, True, 0, -1, 1e300, "", "模式", "\x00", "auto", "system", "mode_changed", [], [[]], [{}], {}, ["x", 1]),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-05-11T09:00:00", "1970-01-01T00:00:00Z"),
]
TOLD = (
    *log.started(),
    *log.unanswered(20.0),
    log.changed_mode(40.0, "stopped", "standby"),
    *log.authorised(41.0),
    *log.failed(50.0),
    *log.restarted(60.0),
    *log.cut_off(80.0),
    log.changed_mode(150.0, "stopped", "standby"),
    *log.authorised(151.0),
    *log.absent(160.0, "auto"),
    *log.authorised(190.0),
    *log.overridden(200.0),
)


def spoiled(value: Any, random: Random) -> Any:
    if isinstance(value, dict):
        return {name: _spoiled(member, random) for name, member in value.items()}
    return [_spoiled(item, random) for item in value] if isinstance(value, list) else value


def _spoiled(value: Any, random: Random) -> Any:
    return random.choice(JUNK) if random.random() < 0.05 else spoiled(value, random)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000_000), st.integers(1, 5))
def test_checks_on_junk(seed: int, grade: int) -> None:
    random = Random(seed)  # noqa: S311 -- junk, the same each time
    told = Told(rows(TOLD), random.choice(["take_over", "minimum_risk", "link"]), 400.0, grade)
    told.told = {operation: [spoiled(row, random) for row in some] for operation, some in told.told.items()}
    for requirement in IDS:
        outcome(requirement, told)


@pytest.mark.parametrize("requirement", IDS)
def test_nothing_at_all_is_no_evidence(requirement: str) -> None:
    told = Told([], grade=4)
    assert outcome(requirement, told) == "events.not-provoked"
    told.told["list_sessions"] = []
    assert outcome(requirement, told) == ""


def test_a_whole_day_takes_little_time() -> None:
    one = (*log.answered(10.0), log.changed_mode(20.0, "manual", "standby"), *log.authorised(21.0))
    day = list(log.started())
    for number in range(500):
        day += [log.replace(step, at_s=step.at_s + 30.0 * number) for step in one]
    noise = [log.Happening(float(number), "obstacle_detected") for number in range(5_000)]
    told = Told(rows((*day, *noise), START), "take_over", 20_000.0)
    begun = process_time()
    found = {requirement: outcome(requirement, told) for requirement in IDS}
    assert process_time() - begun < 10
    assert found["ADG-022"] == found["ADG-019"] == "pass"


@pytest.mark.parametrize("requirement", [one for one in IDS if one not in ("ADG-022", "ADG-023")])
@pytest.mark.parametrize("mode", ["assist", "auto"])
def test_a_log_of_start_and_stop_alone_is_no_evidence(requirement: str, mode: str) -> None:
    """Whatever the session is said to show."""
    told = [*log.started(mode=mode), log.changed_mode(100.0, mode, "standby"), log.Happening(101.0, "standstill")]
    for kind in ("take_over", "minimum_risk", "presence", "override", "link", "fault"):
        for grade in range(1, 6):
            assert outcome(requirement, Told(rows(told), kind, 120.0, grade)) == "events.not-provoked"


LONG: dict[str, tuple[str, int, Any]] = {
    "ADG-020": ("take_over", 3, lambda at: (*log.unanswered(at), log.changed_mode(at + 20.0, "stopped", "standby"))),
    "ADG-021": ("minimum_risk", 4, lambda at: (*log.stopping(at), log.changed_mode(at + 20.0, "stopped", "standby"))),
    "ADG-024": ("fault", 3, lambda at: (*log.failed(at), *log.restarted(at + 5.0)[:2])),
    "ADG-025": ("presence", 2, lambda at: log.absent(at, "auto")),
    "ADG-026": ("override", 3, lambda at: (*log.overridden(at), log.changed_mode(at + 20.0, "manual", "standby"))),
    "ADG-027": ("link", 3, lambda at: (*log.cut_off(at), log.changed_mode(at + 20.0, "stopped", "standby"))),
}


@pytest.mark.parametrize("requirement", LONG)
def test_thousands_of_happenings_take_little_time(requirement: str) -> None:
    """A check that looked at all of them for each would take minutes."""
    kind, grade, cycle = LONG[requirement]
    many = [
        step for number in range(1_500) for step in (*cycle(30.0 + 80 * number), *log.authorised(60.0 + 80 * number))
    ]
    told = Told(rows(sorted((*log.started(), *many), key=lambda one: one.at_s)), kind, 130_000.0, grade)
    begun = process_time()
    assert outcome(requirement, told) == "pass"
    assert process_time() - begun < 3

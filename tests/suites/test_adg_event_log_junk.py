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

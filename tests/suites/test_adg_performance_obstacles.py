"""Obstacle scenarios: what passes, what does not, what cannot be told; and no check of the field raises on junk."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from adg_judging import HERE, judged, part, view

from pytest_szxc import reference as demo
from pytest_szxc.model import Status
from pytest_szxc.verdict.judge import Context, judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Platform

    Row = dict[str, Any]
    Change = Callable[[Row], object]

performance, declaration, sessions = (
    part("reference_performance"),
    part("reference_declaration"),
    part("reference_sessions"),
)
figures = part("field_figures")
KINDS = [row["code"] for row in part("tables").rows("obstacles")]
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    "模式",
    "\x00",
    "auto",
    [],
    [[]],
    [{}],
    {},
    ["x", 1],
    [[1, 2], [3]],
    "A",
]
IDS = ("ADG-028", "ADG-029", "ADG-030", "ADG-037", "ADG-038", "ADG-039")
OPERATIONS = ("list_declarations", "list_sessions", "list_scenarios", "session_events")


def told(change: Change, which: str = "o2-child") -> Callable[[Platform], None]:
    """One scenario told otherwise."""
    return lambda platform: platform.store.edit(performance.SCENARIOS, change, demo.Where("key = ?", (which,)))


def members(**changed: Any) -> Callable[[Platform], None]:
    """The scenario of a child with other members; ``...`` takes one away."""

    def change(row: Row) -> None:
        row.update(changed)
        for name in [name for name, value in changed.items() if value is ...]:
            del row[name]

    return told(change)


def test_the_reference_has_tried_all_kinds_with_both_features() -> None:
    assert judged("ADG-029").status is judged("ADG-030").status is Status.PASS
    assert judged("ADG-030").observed == 2 * len(KINDS)
    with view("ADG-029") as sut:
        assert figures.obstacle_figures(sut.records("list_scenarios")) == {
            "contacts": (0.0, 14),
            "clearance": (1.2, 14),
        }


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"clearance_m": 0.5}, Status.PASS),
        ({"clearance_m": 0.49}, Status.FAIL),
        ({"contact": True}, Status.FAIL),
        ({"stopped": False}, Status.PASS),
        ({"stopped": False, "detected_at_m": ...}, Status.FAIL),
        ({"stopped": False, "clearance_m": 0.3}, Status.FAIL),
        ({"clearance_m": ...}, Status.INCONCLUSIVE),
        ({"clearance_m": "0.8"}, Status.INCONCLUSIVE),
        ({"clearance_m": ..., "contact": True}, Status.FAIL),
        ({"contact": ...}, Status.INCONCLUSIVE),
        ({"contact": "no"}, Status.INCONCLUSIVE),
        ({"stopped": None}, Status.INCONCLUSIVE),
        ({"approach_mps": ..., "detected_at_m": ..., "repetitions": ...}, Status.PASS),
        ({"obstacle": "kid"}, Status.PASS),
    ],
)
def test_one_scenario(changed: Row, status: Status) -> None:
    verdict = judged("ADG-029", members(**changed))
    assert verdict.status is status
    if status is Status.INCONCLUSIVE:
        assert verdict.cause
        assert verdict.cause.code == "scenario.untold"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_needed_of_each_feature(kind: str) -> None:
    def change(row: Row) -> None:
        row["obstacle"] = next(other for other in KINDS if other != kind)

    verdict = judged("ADG-030", told(change, f"o1-{kind.replace('_', '-')}"))
    assert verdict.status is Status.WARN
    (finding,) = verdict.findings
    assert finding.expected.endswith(f"{sessions.SUPERVISED}: {kind}")


def test_a_machine_that_stands_tries_nothing() -> None:
    still = members(approach_mps=0.1, contact=True)
    assert judged("ADG-029", still).status is Status.PASS
    assert judged("ADG-030", still).status is Status.WARN


def test_a_feature_without_scenarios_does_not_pass() -> None:
    def change(platform: Platform) -> None:
        for kind in KINDS:
            platform.store.remove(performance.SCENARIOS, f"o2-{kind.replace('_', '-')}")

    for requirement in ("ADG-029", "ADG-030"):
        verdict = judged(requirement, change)
        assert verdict.status is Status.INCONCLUSIVE
        assert verdict.cause
        assert verdict.cause.code == "evidence.scenario"


def test_grades_below_three_need_no_scenarios() -> None:
    def change(platform: Platform) -> None:
        for feature in (sessions.SUPERVISED, sessions.AUTO):
            declaration.changed(platform, feature, lambda row: row.update(claimed_grade=2))

    for requirement in ("ADG-029", "ADG-030"):
        assert judged(requirement, change).status is Status.INCONCLUSIVE


def spoiled(value: Any, random: Random) -> Any:
    if random.random() < 0.04:
        return random.choice(JUNK)
    if isinstance(value, dict):
        return {name: spoiled(member, random) for name, member in value.items()}
    return [spoiled(item, random) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(8))
def test_no_check_of_the_field_raises_on_junk(seed: int) -> None:
    random = Random(seed)  # noqa: S311 -- the same junk each time

    def junk(answer: Answer) -> Answer:
        payload = json.loads(json.dumps(answer.payload))
        if isinstance(payload, dict) and isinstance(payload.get("list"), list):
            kept = ("session_id", "feature_id", "kinds", "log", "claimed_grade", "system_version")
            payload["list"] = [_with(spoiled(row, random), row, kept, random) for row in payload["list"]]
        return answer.with_payload(payload)

    def change(made: Platform) -> None:
        for operation in OPERATIONS:
            made.alter(operation, junk)

    with HERE.asked(change) as sut:
        for row in HERE.suite.requirements:
            if row.id in IDS:
                seen = sut.for_requirement(row.id)
                with seen.tidied():
                    verdict = judge(row, HERE.checks[row.id], seen, seen, Context(owners={}))
                assert verdict.status is not Status.TESTER_ERROR, (row.id, verdict.cause)


def _with(spoilt: Any, row: Row, kept: tuple[str, ...], random: Random) -> Any:
    """Junk that mostly still names its session and feature, so that what follows is looked at."""
    if not isinstance(spoilt, dict) or random.random() < 0.1:
        return spoilt
    return spoilt | {name: row[name] for name in kept if name in row}


@pytest.mark.parametrize("seed", range(4))
def test_no_check_of_the_field_raises_on_junk_in_logs(seed: int) -> None:
    random = Random(f"log/{seed}")  # noqa: S311 -- the same junk each time
    cells = ["", "-", "NaN", "1e9", "-1", "人工", "auto", "0", "999", '"']

    def junk(columns: dict[str, list[str]]) -> dict[str, list[str]]:
        share = 0.0005 if seed % 2 else 0.02
        return {
            name: [random.choice(cells) if random.random() < share else one for one in told]
            for name, told in columns.items()
        }

    def change(made: Platform) -> None:
        works = made.parts[HERE.suite.id]
        for name, one in works.sessions.items():
            works.sessions[name] = replace(one, on_columns=junk)

    for requirement in IDS:
        verdict = judged(requirement, change)
        assert verdict.status is not Status.TESTER_ERROR, (requirement, verdict.cause)

"""Whatever a platform answers or pushes, no check of commands, alarms or subscriptions raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import SUITE, judged

from pytest_szxc.model import Status

if TYPE_CHECKING:
    from pytest_szxc.reference import Platform

Row = dict[str, Any]
IDS = tuple(f"AIF-{number:03d}" for number in range(57, 73))
OPERATIONS = (
    "capabilities",
    "issue_command",
    "take_commands",
    "command_history",
    "operation_log",
    "latest_observations",
    "read_model",
    "list_alarms",
    "acknowledge_alarm",
    "subscribe_observations",
    "post_observation",
    "list_observations",
    "list_devices",
)
JUNK: tuple[Any, ...] = (None, [], "x", 7, {}, {"list": 5, "commands": 5}, {"list": [1, None, {}], "commands": [1, {}]})
VALUES: tuple[Any, ...] = (None, [], {}, True, -1, 1e300, "", "9999-99-99", "x" * 300)


def fine(requirement: str, change: Any) -> None:
    verdict = judged(requirement, change)
    assert verdict.status is not Status.TESTER_ERROR, (verdict.status, verdict.cause)


def turns(requirement: str, begin: int, junk: tuple[Any, ...]) -> list[tuple[str, Any]]:
    """Every second operation of a requirement, each with another piece of junk."""
    (row,) = (row for row in SUITE.requirements if row.id == requirement)
    known = [operation for operation in OPERATIONS if operation in row.operations]
    number = IDS.index(requirement)
    return [(one, junk[(number + index) % len(junk)]) for index, one in enumerate(known[(begin + number) % 2 :: 2])]


@pytest.mark.parametrize("requirement", IDS)
def test_no_check_raises_whatever_a_platform_answers(requirement: str) -> None:
    """Every second operation is spoilt, each by another piece of junk, in turn."""
    for operation, junk in turns(requirement, 0, JUNK):

        def change(made: Platform, operation: str = operation, junk: Any = junk) -> None:
            made.alter(operation, lambda answer: answer.with_payload(junk))

        fine(requirement, change)


def spoilt(value: Any, junk: Any) -> Any:
    """A payload in which the members of each record are junk, but for the names by which it is found."""
    if isinstance(value, list):
        return [spoilt(one, junk) for one in value]
    if isinstance(value, dict):
        kept = ("list", "commands", "total", "page", "pageSize", "commandId", "alarmId", "deviceId", "subId", "push")
        return {name: spoilt(one, junk) if name in kept else junk for name, one in value.items()}
    return value


@pytest.mark.parametrize("requirement", IDS)
def test_no_check_raises_whatever_members_are(requirement: str) -> None:
    for operation, junk in turns(requirement, 1, VALUES):

        def change(made: Platform, operation: str = operation, junk: Any = junk) -> None:
            made.alter(operation, lambda answer: answer.with_payload(spoilt(answer.payload, junk)))

        fine(requirement, change)


@pytest.mark.parametrize("requirement", ["AIF-057", "AIF-070", "AIF-071", "AIF-072"])
@pytest.mark.parametrize("junk", [None, {"observations": [7, {"phenomenonTime": 7}]}])
def test_no_check_raises_whatever_is_pushed(requirement: str, junk: Any) -> None:
    def change(made: Platform) -> None:
        made.parts[SUITE.id].capability["commandDelivery"] = ["callback"]
        deliver = made.deliver
        made.deliver = lambda url, _, headers=None: deliver(url, junk, headers or {})  # type: ignore[method-assign,misc]

    fine(requirement, change)

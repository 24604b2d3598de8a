"""Alarms: the reference's rules at their edges, and the checks on platforms that are odd or broken."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import NOW, SUITE, judged, part, platform
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc.model import Status
from pytest_szxc.reference import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

    from pytest_szxc.reference import Platform
    from pytest_szxc.target.clock import VirtualClock

Row = dict[str, Any]
scene, tables = part("alarm_scene"), part("tables")
RULE = {
    "deviceId": "cl-0001",
    "channelId": "temperature",
    "kind": "airTemperature",
    "operator": "gt",
    "threshold": 30,
    "hysteresis": 2,
    "level": "critical",
}
IDS = ("AIF-067", "AIF-068", "AIF-069")


@pytest.fixture
def farm() -> Iterator[Platform]:
    with platform() as made:
        yield made


def ask(on: Platform, method: str, path: str, body: Any = None, account: str = "primary") -> TestResponse:
    headers = {"Authorization": f"Bearer {on.accounts.by_name[account].token}"}
    return Client(on).open(f"/szxc/v1{path}", method=method, headers=headers, json=body)


def alarms(on: Platform, query: str = "") -> list[Row]:
    found: list[Row] = ask(on, "GET", f"/alarms?deviceId=cl-0001{query}").get_json()["data"]["list"]
    return found


def post(on: Platform, value: Any, number: int, /, **changes: Any) -> None:
    at = (NOW - timedelta(minutes=12) + timedelta(seconds=10 * number)).isoformat()
    row = {"deviceId": "cl-0001", "channelId": "temperature", "kind": "airTemperature", "unit": "Cel"}
    told = row | {"value": value, "phenomenonTime": at, "flag": "N"} | changes
    assert ask(on, "POST", "/observations", told).status_code in {200, 201}


def rule(on: Platform, **changes: Any) -> None:
    assert ask(on, "PUT", "/alarm-rules/r1", RULE | changes).status_code == 200


# --- the reference ----------------------------------------------------------------------------------------------------


def states(values: list[float], operator: str) -> list[str]:
    """The states of the alarms that a run of values shall have, one after another: the rule in its plainest words."""
    sign = 1 if operator == "gt" else -1
    found: list[str] = []
    for value in values:
        beyond = sign * (value - 30)
        if beyond > 0 and (not found or found[-1] == "cleared"):
            found.append("raised")
        elif found and beyond < -2:
            found[-1] = "cleared"
    return found


@settings(max_examples=20)  # each builds a platform
@given(
    st.lists(st.sampled_from([20, 27.9, 28, 28.1, 30, 30.1, 31.9, 32, 32.1, 40]), max_size=9),
    st.sampled_from(["gt", "lt"]),
)
def test_alarms_follow_the_rule(values: list[float], operator: str) -> None:
    with platform() as farm:
        rule(farm, operator=operator)
        for minute, value in enumerate(values):
            post(farm, value, minute)
        assert [alarm["state"] for alarm in alarms(farm)] == states(values, operator)


@pytest.mark.parametrize(
    "changes",
    [
        {"isHistorical": True},
        {"phenomenonTime": (NOW - timedelta(hours=1, minutes=1)).isoformat()},
        {"flag": "D"},
        {"flag": "B", "value": None},
        {"channelId": "humidity", "kind": "airHumidity", "unit": "%RH"},
    ],
)
def test_what_says_nothing_of_the_present_raises_nothing(farm: Platform, changes: Row) -> None:
    rule(farm)
    post(farm, 40, 1, **changes)
    assert alarms(farm) == []
    post(farm, 40, 2)
    assert len(alarms(farm)) == 1
    assert len(alarms(farm, "&state=raised")) == 1
    assert alarms(farm, "&state=cleared") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": "30"},
        {"threshold": True},
        {"threshold": None},
        {"hysteresis": -1},
        {"operator": ">"},
        {"level": "red"},
        {"deviceId": ""},
        {"kind": 7},
    ],
)
def test_rules_that_are_refused(farm: Platform, changes: Row) -> None:
    answer = ask(farm, "PUT", "/alarm-rules/r1", RULE | changes)
    assert (answer.status_code, answer.get_json()["code"]) == (400, 40002)


def test_acknowledgement(farm: Platform) -> None:
    rule(farm)
    post(farm, 40, 1)
    (alarm,) = alarms(farm)
    path = f"/alarms/{alarm['alarmId']}/ack"
    assert ask(farm, "POST", path, account="second").status_code == 404
    assert ask(farm, "POST", path, account="low_right").status_code == 403
    first = ask(farm, "POST", path).get_json()["data"]
    assert (first["state"], first["ackBy"], first["ackAt"]) == ("acknowledged", "primary", NOW.isoformat())
    assert ask(farm, "POST", path).get_json()["code"] == 40902
    post(farm, 20, 2)
    (gone,) = alarms(farm)
    assert (gone["state"], gone["ackBy"]) == ("cleared", "primary")
    assert ask(farm, "POST", path).get_json()["code"] == 40902
    assert ask(farm, "POST", "/alarms/none/ack").status_code == 404


def test_whose_rules_and_alarms_they_are(farm: Platform) -> None:
    rule(farm)
    post(farm, 40, 1)
    assert ask(farm, "GET", "/alarms", account="second").get_json()["data"]["list"] == []
    assert ask(farm, "PUT", "/alarm-rules/r2", RULE, "second").status_code == 404
    assert ask(farm, "DELETE", "/alarm-rules/r1", account="second").status_code == 404
    assert ask(farm, "DELETE", "/alarm-rules/r1").status_code == 200
    assert ask(farm, "DELETE", "/alarm-rules/r1").status_code == 404
    post(farm, 20, 2)
    assert [alarm["state"] for alarm in alarms(farm)] == ["raised"]  # nobody judges it any longer


# --- the table and the checks -----------------------------------------------------------------------------------------


def test_the_table_of_states() -> None:
    pairs = {(row["from"], row["to"]) for row in tables.rows("alarm_transitions")}
    known = set(tables.codes("alarm_states"))
    assert {state for pair in pairs for state in pair} == known
    assert not [pair for pair in pairs if pair[0] == "cleared"]
    assert all(before != after for before, after in pairs)


@given(st.integers(1, 400))
def test_pauses_grow_and_end_in_time(within: int) -> None:
    found = list(scene.pauses(within))
    assert found[0] == 0
    assert sum(found) == within
    assert found[:-1] == sorted(found[:-1])


@pytest.mark.parametrize("requirement", IDS)
def test_the_reference_passes(requirement: str) -> None:
    verdict = judged(requirement)
    assert (verdict.status, verdict.found) == (Status.PASS, 0)
    assert len(verdict.exchanges) <= 22


@pytest.mark.parametrize("requirement", IDS)
def test_without_a_device_to_model_ours_on_nothing_is_judged(requirement: str) -> None:
    def without(made: Platform) -> None:
        made.alter("list_devices", lambda answer: answer.with_payload(answer.payload | {"list": [], "total": 0}))

    verdict = judged(requirement, without)
    assert (verdict.status, verdict.observed) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("requirement", IDS)
@pytest.mark.parametrize("operation", ["put_alarm_rule", "post_observation", "list_alarms"])
def test_a_platform_that_refuses_is_not_judged(requirement: str, operation: str) -> None:
    verdict = judged(requirement, lambda made: made.refuse(operation, ApiError(400, 40002, "no")))
    assert (verdict.status, verdict.found) == (Status.INCONCLUSIVE, 0)


def losing(made: Platform) -> None:
    """A platform that takes observations and loses them."""
    made.parts[SUITE.id].parts["ingest"].store = lambda _: False


@pytest.mark.parametrize("requirement", IDS)
def test_that_observations_are_lost_is_another_matter(requirement: str) -> None:
    verdict = judged(requirement, losing)
    assert (verdict.status, verdict.found) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("declared", [None, 0, -5, "60", 10**9])
def test_waits_are_bounded_whatever_is_declared(declared: Any) -> None:
    clocks: list[VirtualClock] = []

    def silent(made: Platform) -> None:
        made.parts[SUITE.id].capability["alarmDelayS"] = declared
        made.parts[SUITE.id].parts["alarm"].raise_alarm = lambda *_: None
        clocks.append(made.clock.__self__)  # type: ignore[attr-defined] # the clock whose method it is

    verdict = judged("AIF-068", silent)
    assert (verdict.status, verdict.found) == (Status.WARN, 1)
    assert clocks[0].monotonic() <= 121

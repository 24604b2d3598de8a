"""The reference farm's commands: the 81 pairs of states, parameters, hand-over, time limits."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import NOW, part, platform
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc.model import Location
from pytest_szxc.record import Record
from pytest_szxc.reference import ApiError
from pytest_szxc.target.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
command_states, rules, tables = part("command_states"), part("reference_command_rules"), part("tables")
reference = part("reference")
TIMEOUT = part("reference_command").TIMEOUT
DEVICE, OTHER = "ct-0001", "cl-1001"
STATES = tables.codes("command_states")
PATH = "/szxc/v1/commands"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def farm(clock: VirtualClock) -> Iterator[Platform]:
    with platform(clock) as made:
        yield made


def after(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat()


def command(name: str = "c-1", **changes: Any) -> Row:
    made = {
        "commandId": name,
        "deviceId": DEVICE,
        "action": "setOpening",
        "parameters": {"percent": 60},
        "issueTime": after(0),
        "expiresAt": after(600),
        "issuer": "operator",
    }
    return {member: value for member, value in (made | changes).items() if value is not None}


def ask(on: Platform, path: str, method: str = "GET", account: str = "primary", **more: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {on.accounts.by_name[account].token}"}
    return Client(on).open(path, method=method, headers=headers, **more)


def issued(on: Platform, body: Any = None, account: str = "primary") -> TestResponse:
    return ask(on, PATH, "POST", account, json=body or command())


def reported(on: Platform, state: Any, name: str = "c-1", **members: Any) -> TestResponse:
    return ask(on, f"{PATH}/{name}/status", "POST", json={"statusCode": state, **members})


def taken(on: Platform, device: str = DEVICE) -> list[str]:
    answer = ask(on, f"/szxc/v1/devices/{device}/commands/take", "POST")
    return [one["commandId"] for one in answer.get_json()["data"]["commands"]]


def history(on: Platform, name: str = "c-1") -> list[str]:
    return [one["statusCode"] for one in ask(on, f"{PATH}/{name}/status").get_json()["data"]["list"]]


def outcome(answer: TestResponse) -> tuple[int, int]:
    return answer.status_code, answer.get_json()["code"]


# --- states -----------------------------------------------------------------------------------------------------------


def test_the_table_has_24_of_81_steps() -> None:
    legal = [pair for pair in product(STATES, repeat=2) if tables.is_legal(*pair)]
    assert (len(STATES), len(legal)) == (9, 24)
    assert {state for state in STATES if not tables.followers()[state]} == {
        "COMPLETED",
        "REJECTED",
        "CANCELED",
        "FAILED",
    }


@pytest.mark.parametrize("before", STATES)
def test_each_pair_of_states(farm: Platform, before: str) -> None:
    desk = reference.part(farm, "command")
    for number, state in enumerate(STATES):
        name = f"c-{number}"
        assert issued(farm, command(name)).status_code == 202
        farm.store.remove("agri:command-statuses", name)
        desk.note(name, before)
        answer = reported(farm, state, name)
        if tables.is_legal(before, state):
            assert answer.status_code == 200, (before, state)
            assert history(farm, name) == [before, state]
        else:
            assert outcome(answer) == (409, 40902), (before, state)
            assert history(farm, name) == [before]


@pytest.mark.parametrize("state", ["DONE", "completed", "", None, 7, ["FAILED"]])
def test_a_tenth_state_is_refused(farm: Platform, state: Any) -> None:
    issued(farm)
    assert outcome(reported(farm, state)) == (400, 40002)
    assert history(farm) == ["PENDING"]


@given(st.lists(st.sampled_from(STATES), max_size=12))
def test_what_follows_the_table_has_no_illegal_pair(wishes: list[str]) -> None:
    walk = ["PENDING"]
    for wish in wishes:
        if tables.is_legal(walk[-1], wish):
            walk.append(wish)
    rows = records(walk)
    assert command_states.illegal_pairs(rows) == []
    assert command_states.states(command_states.ordered(rows)) == walk
    assert command_states.states(command_states.ordered(tuple(reversed(rows)))) == walk


def records(states: list[Any], step: int = 10) -> tuple[Record, ...]:
    rows = ({"statusCode": state, "reportTime": after(step * n)} for n, state in enumerate(states))
    return tuple(Record(row, Location(), NOW) for row in rows)


def test_a_broken_history_is_not_turned_round_to_look_better() -> None:
    wrong = records(["PENDING", "EXECUTING", "COMPLETED"])
    assert command_states.ordered(wrong) == wrong
    assert [pair[1:] for pair in command_states.illegal_pairs(wrong)] == [("PENDING", "EXECUTING")]
    back = records(["PENDING", "ACCEPTED", "EXECUTING"], step=-10)
    assert command_states.ordered(back) == back
    assert command_states.goes_back(*back[:2])
    assert not command_states.goes_back(*records(["PENDING", "ACCEPTED"], step=-1))
    assert command_states.ordered(()) == ()


@given(st.sampled_from(STATES), st.randoms())
def test_an_illegal_report_is_illegal_and_no_repetition(state: str, random: Any) -> None:
    wrong = command_states.illegal_next(state, random)
    assert wrong in STATES
    assert wrong != state
    assert not tables.is_legal(state, wrong)


# --- what a command must be -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", rules.NEEDED)
def test_a_missing_member_is_named(farm: Platform, name: str) -> None:
    answer = issued(farm, {member: value for member, value in command().items() if member != name})
    assert outcome(answer) == (400, 40002)
    assert name in answer.get_json()["message"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"parameters": [60]}, 400, 40002),
        ({"priority": 10}, 400, 40002),
        ({"priority": True}, 400, 40002),
        ({"mode": "auto"}, 400, 40002),
        ({"action": "explode"}, 400, 40002),
        ({"issueTime": "2026-06-01T12:00:00"}, 400, 40002),
        ({"expiresAt": "soon"}, 400, 40002),
        ({"expiresAt": after(0)}, 422, 42201),
        ({"notBefore": after(700)}, 422, 42201),
        ({"deviceId": "no-such"}, 404, 40401),
        ({"deviceId": OTHER}, 404, 40401),
    ],
)
def test_what_is_refused(farm: Platform, changes: Row, status: int, code: int) -> None:
    assert outcome(issued(farm, command(**changes))) == (status, code)
    assert ask(farm, f"{PATH}/c-1").status_code == 404


@pytest.mark.parametrize(
    ("action", "given_", "right"),
    [
        ("setOpening", {"percent": 0}, True),
        ("setOpening", {"percent": 100}, True),
        ("setOpening", {"percent": 101}, False),
        ("setOpening", {"percent": -1}, False),
        ("setOpening", {"percent": 50.5}, False),
        ("setOpening", {"percent": True}, False),
        ("setOpening", {}, False),
        ("stop", {}, True),
        ("setOnOff", {"on": True}, True),
        ("setOnOff", {"on": 1}, False),
        ("setOnOff", {"on": True, "durationS": 0}, False),
        ("setOnOff", {"on": True, "durationS": 86400}, True),
        ("setLevel", {"level": 99.5}, True),
        ("irrigate", {"durationS": 60}, True),
        ("irrigate", {"volumeM3": 0.5}, True),
        ("irrigate", {"volumeM3": 0}, False),
        ("irrigate", {"durationS": 60, "volumeM3": 1}, False),
        ("irrigate", {"zoneId": "east"}, False),
        ("feed", {"amountKg": 0}, False),
        ("feed", {"amountKg": 0.1}, True),
        ("setSetpoint", {"target": 25, "hysteresis": -1}, False),
    ],
)
def test_parameters(action: str, given_: Row, right: bool) -> None:
    body = command(action=action, parameters=given_)
    if right:
        rules.check_parameters(body)
        return
    with pytest.raises(ApiError) as refused:
        rules.check_parameters(body)
    assert (refused.value.status, refused.value.code) == (400, 40002)


@given(st.integers())
def test_an_opening_is_a_whole_percentage(percent: int) -> None:
    (row,) = tables.parameters("setOpening")
    assert rules.is_allowed(row, percent) == (0 <= percent <= 100)


# --- hand-over --------------------------------------------------------------------------------------------------------


def test_the_life_of_a_command(farm: Platform) -> None:
    answer = issued(farm)
    assert (answer.status_code, answer.get_json()["data"]["statusCode"]) == (202, "PENDING")
    assert taken(farm) == ["c-1"]
    assert taken(farm) == []
    assert reported(farm, "EXECUTING", percentCompletion=30).status_code == 200
    done = reported(farm, "COMPLETED").get_json()["data"]
    assert done["executionTime"]["start"] <= done["executionTime"]["end"]
    assert history(farm) == ["PENDING", "ACCEPTED", "EXECUTING", "COMPLETED"]
    assert ask(farm, f"{PATH}/c-1").get_json()["data"]["statusCode"] == "COMPLETED"


def test_the_same_command_again(farm: Platform) -> None:
    issued(farm)
    assert issued(farm).get_json()["data"]["statusCode"] == "PENDING"
    assert outcome(issued(farm, command(parameters={"percent": 61}))) == (409, 40903)
    assert taken(farm) == ["c-1"]
    assert issued(farm).get_json()["data"]["statusCode"] == "ACCEPTED"
    assert taken(farm) == []


def test_commands_of_another_organisation(farm: Platform) -> None:
    issued(farm)
    for path, method in ((f"{PATH}/c-1", "GET"), (f"{PATH}/c-1/status", "GET"), (f"{PATH}/c-1/cancel", "POST")):
        assert ask(farm, path, method, "second").status_code == 404
    assert outcome(issued(farm, account="second")) == (409, 40903)


def test_who_may_not_command(farm: Platform) -> None:
    assert outcome(issued(farm, account="low_right")) == (403, 40301)
    assert ask(farm, f"{PATH}/c-1").status_code == 404
    issued(farm)
    assert ask(farm, f"{PATH}/c-1/cancel", "POST", "low_right").status_code == 403
    events = [(one["action"], one["by"], one["result"]) for one in farm.store.all("agri:audit")]
    assert events == [
        ("issue_command", "low_right", "denied"),
        ("issue_command", "primary", "ok"),
        ("cancel_command", "low_right", "denied"),
    ]


def test_what_is_not_taken_in_time_has_failed(farm: Platform, clock: VirtualClock) -> None:
    issued(farm)
    clock.sleep(TIMEOUT - 1)
    assert history(farm) == ["PENDING"]
    clock.sleep(1)
    assert history(farm) == ["PENDING", "FAILED"]
    assert taken(farm) == []


def test_what_has_expired_is_not_handed_over(farm: Platform, clock: VirtualClock) -> None:
    issued(farm, command(expiresAt=after(5)))
    clock.sleep(5)
    assert taken(farm) == []
    assert history(farm) == ["PENDING", "FAILED"]


def test_what_was_taken_does_not_expire(farm: Platform, clock: VirtualClock) -> None:
    issued(farm, command(expiresAt=after(10)))
    taken(farm)
    clock.sleep(120)
    assert history(farm) == ["PENDING", "ACCEPTED"]


def test_a_command_for_later(farm: Platform, clock: VirtualClock) -> None:
    issued(farm, command(notBefore=after(100)))
    rows = ask(farm, f"{PATH}/c-1/status").get_json()["data"]["list"]
    assert [row["statusCode"] for row in rows] == ["PENDING", "ACCEPTED", "SCHEDULED"]
    assert rows[-1]["executionTime"] == {"start": after(100)}
    assert taken(farm) == []
    clock.sleep(100)
    assert taken(farm) == ["c-1"]
    assert reported(farm, "EXECUTING").status_code == 200


def test_a_cancelled_command_is_not_handed_over(farm: Platform) -> None:
    issued(farm)
    assert ask(farm, f"{PATH}/c-1/cancel", "POST").status_code == 200
    assert taken(farm) == []
    assert outcome(ask(farm, f"{PATH}/c-1/cancel", "POST")) == (409, 40902)


def test_a_device_is_called_back_until_it_answers(farm: Platform, clock: VirtualClock) -> None:
    answers, calls = [0, 503, 200], list[Row]()

    def deliver(_: str, body: Row, __: Any = None) -> int:
        calls.append(body)
        return answers.pop(0)

    farm.deliver = deliver  # type: ignore[method-assign, assignment]
    device = farm.store.get("agri:devices", DEVICE)
    links = [{"profile": "callback", "url": "http://127.0.0.1:9/x"}]
    farm.store.replace("agri:devices", DEVICE, device | {"links": links})
    issued(farm)
    assert history(farm) == ["PENDING"]
    clock.sleep(30)
    assert history(farm) == ["PENDING", "ACCEPTED"]
    assert [json.dumps(call["parameters"]) for call in calls] == ['{"percent": 60}'] * 3
    assert taken(farm) == []

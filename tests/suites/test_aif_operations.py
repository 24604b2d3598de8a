"""Operation of agri_system_interfaces: health, status, audit and rate of the reference, and checks on odd platforms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import NOW, SUITE, judged, part, platform
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc import Finding, Reply
from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.model import Location, Response, Status
from pytest_szxc.record import Record
from pytest_szxc.reference import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.reference import Answer, Platform

audit_trail, tables = map(part, ("audit_trail", "tables"))
checks = part("test_agri_system_interfaces_operations")
rate = part("test_agri_system_interfaces_operations_rate")
STATUSES = tables.codes("device_statuses")
EVENT = {
    "at": NOW.isoformat(),
    "by": "operator-1",
    "action": "register_device",
    "object": "d-1",
    "result": "ok",
}


@pytest.fixture(scope="module")
def farm() -> Iterator[Platform]:
    with platform() as made:
        yield made


def told(on: Platform, path: str, account: str = "primary") -> Any:
    header = {"Authorization": f"Bearer {on.accounts.by_name[account].token}"} if account else {}
    return Client(on).get(f"/szxc/v1/{path}", headers=header).get_json()["data"]


# -- the reference -----------------------------------------------------------------------------------------------------


def test_health_tells_nobody_how_many_devices_there_are(farm: Platform) -> None:
    assert set(told(farm, "health", "")) == {"status", "version", "time"}


@pytest.mark.parametrize("account", ["primary", "second"])
def test_the_devices_of_an_organisation_are_counted(farm: Platform, account: str) -> None:
    health = told(farm, "health", account)
    assert validator("urn:szxc:agri_system_interfaces:health").holds(health)
    assert sum(health["devices"][status] for status in STATUSES) == health["devices"]["total"]
    assert health["devices"]["total"] == told(farm, "devices", account)["total"]


def test_a_device_of_others_has_no_status(farm: Platform) -> None:
    name = told(farm, "devices", "second")["list"][0]["deviceId"]
    assert told(farm, f"devices/{name}/status", "second")["deviceId"] == name
    assert told(farm, f"devices/{name}/status") is None


def test_the_log_shows_what_the_own_organisation_did(farm: Platform) -> None:
    usual = farm.parts[SUITE.id].audit
    call = type("Call", (), {"account": farm.accounts.by_name["second"]})
    usual(call, "register_device", "d-of-second", "ok")
    (event,) = told(farm, "audit?object=d-of-second", "second")["list"]
    assert validator("urn:szxc:agri_system_interfaces:audit-event").holds(event)
    assert told(farm, "audit?object=d-of-second")["list"] == []


# -- what checks read --------------------------------------------------------------------------------------------------


def faults(after: float = 0.0, **changes: Any) -> set[str]:
    event = Record({**EVENT, **changes}, Location("x1"), NOW)
    reply = Reply("x1", Response(200, (), b""), event, sent=NOW + timedelta(seconds=after), elapsed=2.0)
    return {one.at.pointer for one in audit_trail.told([event], [reply]) if isinstance(one, Finding)}


@pytest.mark.parametrize("member", ["at", "by", "action", "object", "result"])
def test_an_event_lacks_nothing(member: str) -> None:
    assert faults() == set()
    without: dict[str, Any] = {member: None}
    assert faults(**without) == {f"/{member}"}


@pytest.mark.parametrize(
    ("member", "value"), [("by", "Anonymous"), ("by", "-"), ("result", "FAILED"), ("result", "拒绝")]
)
def test_an_event_names_somebody_and_a_success(member: str, value: str) -> None:
    changed: dict[str, Any] = {member: value}
    assert faults(**changed) == {f"/{member}"}


@given(st.integers(-86400, 86400))
def test_an_event_lies_within_a_minute_of_its_request(after: int) -> None:
    assert faults(float(after)) == ({"/at"} if not -62 <= after <= 60 else set())


def test_an_event_is_about_an_object_by_name_or_path() -> None:
    about = audit_trail._is_about
    assert about(Record({"object": "d-1"}, Location(), NOW), "d-1")
    assert about(Record({"object": "/szxc/v1/devices/d-1"}, Location(), NOW), "d-1")
    assert not about(Record({"object": "d-2"}, Location(), NOW), "d-1")
    assert not about(Record({"object": 1}, Location(), NOW), "1")


@given(st.dictionaries(st.sampled_from([*STATUSES, "total"]), st.integers(0, 9) | st.text(max_size=2) | st.booleans()))
def test_counts_are_whole_numbers_all_or_nothing(devices: dict[str, Any]) -> None:
    reply = Reply("x1", Response(200, (), b""), Record({"devices": devices}, Location("x1"), NOW))
    whole = {*STATUSES, "total"} == set(devices) and all(type(value) is int for value in devices.values())
    assert checks._counts(reply) == (devices if whole else None)


# -- platforms that others have ----------------------------------------------------------------------------------------


def test_devices_that_come_while_they_are_counted_show_nothing_wrong() -> None:
    def growing(made: Platform) -> None:
        operations = made.parts[SUITE.id].parts["operations"]
        usual, asked = operations.counts, iter(range(99))

        def counts(call: Any) -> dict[str, int]:
            more = next(asked)
            found: dict[str, int] = usual(call)
            return found | {"online": found["online"] - 1 + more, "total": found["total"] - 1 + more}

        operations.counts = counts

    assert judged("AIF-076", growing).status is Status.PASS


def test_more_devices_listed_than_counted_is_a_finding() -> None:
    def fewer(made: Platform) -> None:
        operations = made.parts[SUITE.id].parts["operations"]
        operations.counts = lambda _: dict.fromkeys(STATUSES, 0) | {"total": 0}

    verdict = judged("AIF-076", fewer)
    assert verdict.status is Status.WARN
    assert {one.at.pointer for one in verdict.findings} >= {"devices.total", "devices.online"}


def declared(per_minute: object) -> Callable[[Platform], object]:
    return lambda made: made.parts[SUITE.id].capability["limits"].update(ratePerMinute=per_minute)


@pytest.mark.parametrize("per_minute", [98, 0, "30"])
def test_a_rate_that_is_not_declared_or_too_high_is_not_tried(per_minute: object) -> None:
    assert judged("AIF-077", declared(per_minute)).status is Status.INCONCLUSIVE


def test_an_account_of_another_organisation_reads() -> None:
    def other(made: Platform) -> None:
        def elsewhere(call: Any, handler: Callable[[Any], Answer]) -> Answer:
            if call.account.name == rate.METERED:
                raise ApiError(404, 40401, "unknown device")
            return handler(call)

        made.rewire("post_observation", lambda handler: lambda call: elsewhere(call, handler))

    assert judged("AIF-077", other).status is Status.PASS


def test_the_event_of_these_tests_is_one() -> None:
    assert datetime.fromisoformat(EVENT["at"]) == NOW
    assert validator("urn:szxc:agri_system_interfaces:audit-event").holds(EVENT)

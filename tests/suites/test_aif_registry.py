"""The registry: what the reference farm takes and refuses, and the checks on odd platforms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import judged, part, platform
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc.checks import schema
from pytest_szxc.model import Status
from pytest_szxc.reference import Answer, ApiError, Call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.test import TestResponse

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
PATH = "/szxc/v1/devices"
data = part("reference_data")
DEVICES, OBJECTS = data.DEVICES, data.OBJECTS
WRITING = ("AIF-021", "AIF-022", "AIF-023", "AIF-024", "AIF-029", "AIF-030", "AIF-031", "AIF-032", "AIF-033", "AIF-034")


@pytest.fixture(scope="module")
def farm() -> Iterator[Platform]:
    with platform() as made:
        yield made


def ask(on: Platform, path: str, method: str = "GET", account: str = "primary", **more: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {on.accounts.by_name[account].token}"}
    return Client(on).open(path, method=method, headers=headers, **more)


def document(on: Platform, name: str, /, **changes: Any) -> Row:
    row = on.store.get(DEVICES, "cl-0001") | {"deviceId": name, "testDevice": True} | changes
    return {member: value for member, value in row.items() if value is not None}


def registered(on: Platform, name: str, /, **changes: Any) -> Row:
    answer = ask(on, PATH, "POST", json=document(on, name, **changes))
    assert answer.status_code == 201, answer.text
    found: Row = answer.get_json()["data"]
    return found


# --- the reference ----------------------------------------------------------------------------------------------------


def test_what_is_registered_is_listed_read_and_removed(farm: Platform) -> None:
    made = registered(farm, "new-0001")
    answer = ask(farm, f"{PATH}/new-0001")
    assert answer.get_json()["data"] == made
    assert "new-0001" in [row["deviceId"] for row in ask(farm, PATH).get_json()["data"]["list"]]
    assert ask(farm, f"{PATH}/new-0001", "DELETE").status_code == 200
    assert ask(farm, f"{PATH}/new-0001").status_code == 404
    assert ask(farm, f"{PATH}/new-0001", "DELETE").status_code == 404


def test_location_leads_to_the_device_whatever_its_id(farm: Platform) -> None:
    answer = ask(farm, PATH, "POST", json=document(farm, "new:0002._-x"))
    assert answer.status_code == 201
    assert ask(farm, answer.headers["Location"]).get_json()["data"]["deviceId"] == "new:0002._-x"


@pytest.mark.parametrize("name", ["device", "object"])
def test_the_farm_shows_what_the_schemas_describe(farm: Platform, name: str) -> None:
    for row in ask(farm, f"/szxc/v1/{name}s").get_json()["data"]["list"]:
        assert schema.holds(row, f"urn:szxc:agri_system_interfaces:{name}"), row


def test_another_organisation_neither_sees_nor_changes_a_device(farm: Platform) -> None:
    listed = [row["deviceId"] for row in ask(farm, PATH, account="second").get_json()["data"]["list"]]
    assert listed == ["cl-1001"]
    for method, more in (("GET", {}), ("PATCH", {"json": {"name": "x"}}), ("DELETE", {})):
        assert ask(farm, f"{PATH}/cl-0001", method, "second", **more).status_code in (403, 404)
    foreign = ask(farm, PATH, "POST", "second", json=document(farm, "new-0003"))
    assert foreign.status_code == 403
    theirs = ask(farm, PATH, "POST", "second", json=document(farm, "new-0003", orgId="org-b"))
    assert "objectId" in theirs.get_json()["message"]


def test_no_organisation_takes_an_id_that_another_has(farm: Platform) -> None:
    answer = ask(farm, PATH, "POST", json=document(farm, "cl-1001"))
    assert (answer.status_code, answer.get_json()["code"]) == (409, 40901)


@pytest.mark.parametrize(
    ("changes", "status", "code", "words"),
    [
        ({"deviceId": "abc"}, 400, 40002, "deviceId"),
        ({"deviceId": "abcd\n"}, 400, 40002, "deviceId"),
        ({"name": " "}, 400, 40002, "name"),
        ({"name": "\ud800"}, 400, 40002, "name"),
        ({"category": "sensors"}, 400, 40002, "category"),
        ({"modelId": "climate-9"}, 400, 40002, "modelId"),
        ({"objectId": "greenhouse-2"}, 400, 40002, "objectId"),
        ({"gatewayId": "cl-0002"}, 400, 40002, "gatewayId"),
        ({"gatewayId": "nobody-1"}, 400, 40002, "gatewayId"),
        ({"adminCode": "99999"}, 400, 40002, "adminCode"),
        ({"location": {"type": "Point", "coordinates": [39.9, 116.3]}}, 400, 40002, "location"),
        ({"location": {"type": "Point", "coordinates": [True, 1]}}, 400, 40002, "location"),
        ({"location": {"type": "LineString", "coordinates": [[1, 1]]}}, 400, 40002, "location"),
        ({"crs": None}, 400, 40002, "crs"),
        ({"status": "Online"}, 400, 40002, "status"),
        ({"testDevice": "yes"}, 400, 40002, "testDevice"),
        ({"channels": []}, 400, 40002, "channels"),
        ({"channels": [{"channelId": "a"}]}, 400, 40002, "channels"),
        ({"channels": ["a"]}, 400, 40002, "channels"),
    ],
)
def test_a_device_that_breaks_a_rule_is_refused(
    farm: Platform, changes: Row, status: int, code: int, words: str
) -> None:
    answer = ask(farm, PATH, "POST", json=document(farm, "new-0004", **changes) | changes)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert words in answer.get_json()["message"]
    assert ask(farm, f"{PATH}/new-0004").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"kind": "xxx"}, 400, 40003),
        ({"kind": "x-own", "unit": "1"}, 201, 0),
        ({"unit": "F"}, 400, 40003),
        ({"rangeMin": 80}, 422, 42201),
        ({"rangeMax": float("nan")}, 400, 40002),
        ({"rangeMax": 10**400}, 400, 40002),
    ],
)
def test_a_channel_that_breaks_a_rule_is_refused(farm: Platform, changes: Row, status: int, code: int) -> None:
    channel = farm.store.get(DEVICES, "cl-0001")["channels"][0] | changes
    answer = ask(farm, PATH, "POST", json=document(farm, "new-0005", channels=[channel]))
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_a_channel_twice_is_refused(farm: Platform) -> None:
    channels = farm.store.get(DEVICES, "cl-0001")["channels"][:1] * 2
    assert ask(farm, PATH, "POST", json=document(farm, "new-0006", channels=channels)).status_code == 400


@pytest.mark.parametrize("body", ["[]", "1", '"text"', "{}", '{"deviceId": {}}', "{", "", "null"])
def test_a_body_that_is_no_device_is_refused(farm: Platform, body: str) -> None:
    for method, path in (("POST", PATH), ("PATCH", f"{PATH}/cl-0001")):
        answer = ask(farm, path, method, data=body, content_type="application/json")
        assert answer.status_code == (200 if (method, body) == ("PATCH", "{}") else 400), answer.text


def test_a_change_keeps_what_it_does_not_name_and_null_takes_away(farm: Platform) -> None:
    made = registered(farm, "new-0007")
    changed = ask(farm, f"{PATH}/new-0007", "PATCH", json={"name": "另一名称", "serialNumber": None}).get_json()["data"]
    assert changed == {name: one for name, one in made.items() if name != "serialNumber"} | {"name": "另一名称"}
    for bad in ({"name": None}, {"deviceId": "new-0008"}, {"orgId": "org-b"}, {"status": "asleep"}):
        assert ask(farm, f"{PATH}/new-0007", "PATCH", json=bad).status_code == 400
    assert ask(farm, f"{PATH}/new-0007").get_json()["data"] == changed


def test_what_a_device_does_not_have_is_not_kept(farm: Platform) -> None:
    made = registered(farm, "new-0009", lastSeenAt="2020-01-01T00:00:00Z", children=["x"], surprise=1)
    assert {"lastSeenAt", "children", "surprise"}.isdisjoint(made)


def test_gateways_list_their_children_and_make_no_circle() -> None:
    with platform() as made:
        channels = made.store.get(DEVICES, "gw-0001")["channels"]
        kind = {"category": "gateway", "modelId": "gateway-1", "channels": channels, "gatewayId": None}
        assert registered(made, "gw-0002", **kind)["children"] == []
        registered(made, "gw-0003", **kind | {"gatewayId": "gw-0002"})
        assert ask(made, f"{PATH}/gw-0002").get_json()["data"]["children"] == ["gw-0003"]
        for below in ("gw-0002", "gw-0003"):
            assert ask(made, f"{PATH}/gw-0002", "PATCH", json={"gatewayId": below}).status_code == 400
        ask(made, f"{PATH}/gw-0002", "DELETE")
        assert "gatewayId" not in ask(made, f"{PATH}/gw-0003").get_json()["data"]


def test_an_account_that_may_only_read_changes_nothing(farm: Platform) -> None:
    reader = replace(farm.accounts.by_name["primary"], permissions=frozenset())
    registry = part("reference").part(farm, "registry")
    call = Call(reader, params={"device": "cl-0001"}, body={})
    for handler in (registry.register_device, registry.update_device, registry.remove_device):
        with pytest.raises(ApiError) as refusal:
            handler(call)
        assert refusal.value.status == 403


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda more: st.lists(more, max_size=3) | st.dictionaries(st.text(max_size=6), more, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*part("reference_device_rules").RULES, "children"]), JSON)
def test_any_value_of_any_member_is_taken_or_refused_and_never_a_crash(member: str, value: Any) -> None:
    registry = part("reference").part(FARM, "registry")
    row = document(FARM, "new-any1") | {member: value}
    call = Call(FARM.accounts.by_name["primary"], body=row)
    said = _said(lambda: registry.register_device(call))
    assert 200 <= said.status < 500
    if isinstance(said, Answer):
        registry.remove_device(replace(call, params={"device": said.payload["deviceId"]}))


def _said(ask_for: Callable[[], Answer]) -> Answer | ApiError:
    try:
        return ask_for()
    except ApiError as refusal:
        return refusal


@pytest.fixture(scope="module", autouse=True)
def _farm_of_laws() -> Iterator[None]:
    global FARM  # noqa: PLW0603 -- hypothesis takes no fixtures of a function
    with platform() as made:
        FARM = made
        yield


FARM: Platform


# --- the checks on odd platforms --------------------------------------------------------------------------------------


def _without_devices(made: Platform) -> None:
    for row in made.store.all(DEVICES):
        made.store.remove(DEVICES, row["deviceId"])


@pytest.mark.parametrize("requirement", WRITING)
def test_a_platform_without_devices_is_not_judged(requirement: str) -> None:
    verdict = judged(requirement, _without_devices)
    assert verdict.status is Status.INCONCLUSIVE
    assert not verdict.findings


@pytest.mark.parametrize("requirement", [name for name in WRITING if name not in ("AIF-021", "AIF-030")])
def test_a_platform_that_registers_nothing_is_not_judged(requirement: str) -> None:
    verdict = judged(requirement, lambda made: made.refuse("register_device", ApiError(400, 40002, "not here")))
    assert verdict.status is Status.INCONCLUSIVE
    assert not verdict.findings


def test_whoever_registers_nothing_fails_where_that_is_the_matter() -> None:
    verdict = judged("AIF-021", lambda made: made.refuse("register_device", ApiError(400, 40002, "not here")))
    assert verdict.status is Status.FAIL


def test_without_a_list_of_regions_only_forms_are_judged() -> None:
    bare = judged("AIF-035", statement=lambda said: replace(said, regions=()))
    assert bare.status is Status.INCONCLUSIVE
    wrong = judged(
        "AIF-035",
        lambda made: made.store.edit(DEVICES, lambda row: row.update(adminCode="1234567")),
        lambda said: replace(said, regions=()),
    )
    assert wrong.status is Status.WARN
    assert {finding.at.pointer for finding in wrong.findings} == {"/adminCode"}


def test_a_list_of_villages_is_asked_for_villages() -> None:
    listed = ("999999001000", "999999001001", "999999002000")
    verdict = judged("AIF-035", statement=lambda said: replace(said, regions=listed))
    assert {finding.observed for finding in verdict.findings} == {"999999001002"}


def test_a_swapped_position_is_called_by_its_name() -> None:
    def swap(made: Platform) -> None:
        place = {"type": "Point", "coordinates": [31.2, 87.5]}
        made.store.edit(DEVICES, lambda row: row.update(location=place) if row["deviceId"] == "cl-0002" else None)

    (finding,) = judged("AIF-034", swap).findings
    assert "latitude first" in finding.observed


def test_what_cannot_be_disabled_is_not_judged() -> None:
    def change(made: Platform) -> None:
        made.refuse("update_device", ApiError(405, 40501, "not here"))

    assert judged("AIF-029", change).status is Status.INCONCLUSIVE


def test_nothing_is_left_behind() -> None:
    for requirement in WRITING:
        kept: list[list[str]] = []

        def note(made: Platform, kept: list[list[str]] = kept) -> None:
            kept.append([row["deviceId"] for row in made.store.all(DEVICES)])

        judged(requirement, lambda made, note=note: _noted(made, note))  # type: ignore[misc]
        assert kept[0] == kept[1], requirement


def _noted(made: Platform, note: Callable[[Platform], None]) -> None:
    """Note what is there now, and what is there when the platform is closed."""
    note(made)
    close = made.close

    def closing() -> None:
        note(made)
        close()

    made.close = closing  # type: ignore[method-assign]

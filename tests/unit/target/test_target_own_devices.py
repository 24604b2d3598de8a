"""What a run may move without being allowed to move anything: tried with calls that mean another device."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.model import Request
from pytest_szxc.target.own_devices import OwnDevices, names
from pytest_szxc.target.statement import Account
from pytest_szxc.target.streams import Call

if TYPE_CHECKING:
    from pytest_szxc.model import Json

SUITE = load_suites()["agri_system_interfaces"]
OURS, OTHER = "szxc-one-057", "PUMP-1"
COMMAND = SUITE.operations["issue_command"]


def registering(name: Json, operation: str = "register_device") -> Call:
    return Call(SUITE, SUITE.operations[operation], {}, Account("primary"), {"deviceId": name})


def own(prefix: str = "szxc-one-", *registered: Json) -> OwnDevices:
    made = OwnDevices(prefix)
    for name in registered or (OURS,):
        made.learn(registering(name))
    return made


def moved(made: OwnDevices, body: Json, **params: Json) -> str:
    return made.moved(COMMAND, params, body)


def test_a_registered_device_of_the_prefix_is_ours() -> None:
    assert moved(own(), {"deviceId": OURS}) == OURS


@pytest.mark.parametrize(
    "body",
    [
        {"deviceId": OTHER},
        {"deviceId": OURS + "x"},
        {"deviceId": "szxc-one-never-registered"},
        {"deviceId": [OURS]},
        {"deviceId": {"id": OURS}},
        {"deviceId": 57},
        {"deviceId": None},
        {"device": OURS},
        {},
        [],
        OURS,
        None,
    ],
)
def test_no_other_is(body: Json) -> None:
    assert moved(own(), body) == ""


@pytest.mark.parametrize("name", ["deviceId", "+deviceId", "?deviceId", ":deviceId"])
def test_a_parameter_that_names_another_device_beside_the_body(name: str) -> None:
    assert moved(own(), {"deviceId": OURS}, **{name: OTHER}) == ""
    assert moved(own(), {"deviceId": OURS}, **{name: OURS}) == OURS
    assert moved(own(), {"deviceId": OURS}, **{name: None}) == OURS


def test_without_a_prefix_nothing_is_ours() -> None:
    assert moved(own("", OURS, ""), {"deviceId": OURS}) == ""
    assert moved(own("", OURS, ""), {"deviceId": ""}) == ""


def test_a_shared_prefix_makes_nothing_ours() -> None:
    """A device that another run has left, or a vendor's that happens to be named so."""
    made = own("szxc-", OURS)
    assert moved(made, {"deviceId": OURS}) == OURS
    assert moved(made, {"deviceId": "szxc-pump"}) == ""


def test_a_device_that_is_registered_under_a_foreign_name_is_not_ours() -> None:
    assert moved(own("szxc-one-", OTHER), {"deviceId": OTHER}) == ""


def test_an_operation_that_does_not_say_what_it_moves() -> None:
    assert own().moved(SUITE.operations["take_commands"], {"device": OURS}, {"deviceId": OURS}) == ""


# --- what leaves ------------------------------------------------------------------------------------------------------


def request(body: Any = None, path: str = "/commands") -> Request:
    return Request("POST", f"http://farm.example{path}", body=json.dumps(body).encode() if body is not None else b"")


@pytest.mark.parametrize(
    "made",
    [
        request({"deviceId": OURS}),
        request({"to": [{"id": OURS}], "cmd": "open"}),
        request({"topic": f"/sys/a1/{OURS}/thing/service"}),
        request(path=f"/devices/{OURS}/commands"),
        request(path=f"/commands?device={OURS}"),
        Request("POST", "http://farm.example/", body=f"open {OURS}".encode()),
    ],
)
def test_a_request_that_names_the_device(made: Request) -> None:
    assert names(made, OURS)


@pytest.mark.parametrize(
    "made",
    [
        request({"deviceId": OTHER}),
        request({"deviceId": f"{OURS}-other"}),
        request({"deviceId": f"x{OURS}"}),
        request({OURS: OTHER}),
        request(path=f"/devices/{OTHER}/commands"),
        request(path=f"/commands?{OURS}={OTHER}"),
        Request("POST", f"http://{OURS}/commands", body=b""),
        Request("POST", "http://farm.example/", (("x-device", OURS),), b""),
        Request("POST", "http://farm.example/", body=b"\xff{"),
    ],
)
def test_a_request_that_does_not(made: Request) -> None:
    assert not names(made, OURS)


@given(st.text(st.characters(categories=["L", "N"], include_characters="-_."), min_size=1, max_size=20))
def test_any_name_is_found_wherever_it_is_written(name: str) -> None:
    assert names(request({"deviceId": name}), name)
    assert names(request(path=f"/devices/{quote(name, safe='')}"), name)

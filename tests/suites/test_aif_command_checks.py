"""The checks of commands at their bounds: odd platforms, callbacks, sinks, safety, waits; and once in real time."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import HERE, NOW, PREFIX, SUITE, judged, part, platform, verdict_on, view

from pytest_szxc.errors import PermissionMissing
from pytest_szxc.model import Effect, Status
from pytest_szxc.reference import ApiError, build_platform
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_reference
from pytest_szxc.reference.server import serve
from pytest_szxc.selftest.trial import BASE_URL
from pytest_szxc.target.clock import RealClock, VirtualClock
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import HttpTransport, ReplayTransport, WsgiTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.model import Verdict
    from pytest_szxc.reference import Answer, Call, Handler, Platform
    from pytest_szxc.target.statement import Statement

Row = dict[str, Any]
ALL = tuple(f"AIF-{number:03d}" for number in range(57, 67))
SOME = ("AIF-057", "AIF-062", "AIF-066")
WAITING = ("AIF-059", "AIF-061", "AIF-062", "AIF-063", "AIF-064")
variants = part("variants_command").VARIANTS
mutants = {
    **part("mutants_command").MUTANTS,
    **part("mutants_command_limits").MUTANTS,
    **part("mutants_command_rights").MUTANTS,
}


def capability(made: Platform) -> Row:
    found: Row = made.parts[SUITE.id].capability
    return found


def commands(made: Platform) -> Any:
    return made.parts[SUITE.id].parts["command"]


# --- platforms that show nothing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("requirement", ALL)
def test_a_platform_that_takes_no_command_is_not_judged(requirement: str) -> None:
    verdict = judged(requirement, lambda made: made.refuse("issue_command", ApiError(422, 42201, "no")))
    assert (verdict.status, verdict.found) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("requirement", SOME)
def test_a_delivery_that_cannot_be_played_is_not_judged(requirement: str) -> None:
    verdict = judged(requirement, lambda made: capability(made).update(commandDelivery=["mqtt"]))
    assert (verdict.status, verdict.observed) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("requirement", SOME)
def test_a_farm_without_actuators_is_not_judged(requirement: str) -> None:
    def sensing(made: Platform) -> None:
        made.store.edit("agri:devices", lambda device: device.update(category="sensor"))

    verdict = judged(requirement, sensing)
    assert (verdict.status, verdict.observed) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("requirement", ["AIF-062", "AIF-063"])
def test_a_device_that_never_gets_a_command_shows_nothing_of_expiry(requirement: str) -> None:
    verdict = judged(requirement, mutants["command-never-handed-over"].apply)
    assert (verdict.status, verdict.observed) == (Status.INCONCLUSIVE, 0)


def test_feedback_needs_a_channel_in_per_cent() -> None:
    def metres(made: Platform) -> None:
        def change(device: Row) -> None:
            for channel in device["channels"]:
                channel["unit"] = "m" if channel["unit"] == "%" else channel["unit"]

        made.store.edit("agri:devices", change)

    assert judged("AIF-066", metres).observed == 0


def test_without_a_thing_model_openings_are_judged() -> None:
    verdict = judged("AIF-061", lambda made: made.refuse("read_model", ApiError(404, 40401, "no")))
    assert (verdict.status, verdict.observed) == (Status.PASS, 3)


# --- waits are bounded ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requirement", "declared"),
    [*((one, 10**6) for one in WAITING), *(("AIF-063", declared) for declared in (None, 90, 0, "60"))],
)
def test_a_platform_that_never_answers_is_waited_for_in_bounded_time(requirement: str, declared: Any) -> None:
    clocks: list[Any] = []
    store = ExchangeStore(None)

    def never(made: Platform) -> None:
        commands(made).give_up = lambda *_: None
        capability(made)["commandTimeoutS"] = declared
        clocks.extend((made.clock, made.clock()))

    verdict = judged(requirement, never, store=store)
    clock, began = clocks
    assert clock() - began <= timedelta(seconds=180)
    assert len(list(store.all())) < 60
    fails = {"AIF-062": True, "AIF-063": declared != 10**6}
    assert verdict.status is (Status.FAIL if fails.get(requirement) else Status.PASS)


@pytest.mark.parametrize("declared", [1, 8, 30, 100])
@pytest.mark.parametrize("requirement", WAITING)
def test_what_is_waited_for_is_what_is_declared(requirement: str, declared: int) -> None:
    clocks: list[Any] = []

    def never(made: Platform) -> None:
        commands(made).give_up = lambda *_: None
        capability(made)["commandTimeoutS"] = declared
        clocks.extend((made.clock, made.clock()))

    judged(requirement, never)
    clock, began = clocks
    beside = 12  # until what must not come would have come, and until a short command has expired
    assert clock() - began <= timedelta(seconds=declared + min(5, max(2, declared / 4)) + beside)


# --- callbacks and sinks ----------------------------------------------------------------------------------------------


def by_callback(mutant: str) -> Callable[[Platform], None]:
    def change(made: Platform) -> None:
        variants["command-by-callback"].apply(made)
        mutants[mutant].apply(made)

    return change


@pytest.mark.parametrize(
    ("requirement", "mutant"),
    [
        ("AIF-058", "any-report-taken"),
        ("AIF-059", "done-command-expires"),
        ("AIF-061", "opening-beyond-all"),
        ("AIF-062", "expired-command-executed"),
        ("AIF-063", "off-line-command-never-ends"),
        ("AIF-066", "target-turned-round"),
    ],
)
def test_faults_are_found_by_callback_too(requirement: str, mutant: str) -> None:
    assert judged(requirement, by_callback(mutant)).status in {Status.FAIL, Status.WARN}


@pytest.mark.parametrize("name", [None, "command-by-callback", "command-synchronous"])
@pytest.mark.parametrize("requirement", ["AIF-057", "AIF-062"])
def test_a_recording_gives_the_same_verdict(requirement: str, name: str | None) -> None:
    store, statements = ExchangeStore(None), list[Any]()

    def kept(said: Statement) -> Statement:
        statements.append(said)
        return said

    live = judged(requirement, variants[name].apply if name else lambda _: None, kept, store)
    recorded = ExchangeStore.of(store.all())
    again = verdict_on(requirement, statements[0], ReplayTransport(recorded), recorded, VirtualClock(NOW))
    assert again == live


def elsewhere(requirement: str, sink: str = "") -> Verdict:
    """The verdict on a platform that calls back, and is on another machine."""
    clock = VirtualClock(NOW)
    with platform(clock) as made:
        variants["command-by-callback"].apply(made)
        said = demo_statement(made, BASE_URL, {SUITE.id: SUITE})
        try:
            changed = replace(said, base_url="https://farm.example.org", sink=sink)
            transport = WsgiTransport(made, changed.accounts, changed.limits, clock=clock)
            transport.kind = "network"
            return verdict_on(requirement, changed, transport, ExchangeStore(None), clock)
        finally:
            withdraw(said)


@pytest.mark.parametrize("requirement", SOME)
def test_a_sink_that_the_platform_cannot_reach(requirement: str) -> None:
    verdict = elsewhere(requirement)
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.cause
    assert verdict.cause.code == "sink.unreachable"


def test_a_sink_whose_port_is_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))  # noqa: S104 -- the address on which the receiver would listen
        taken.listen()
        verdict = elsewhere("AIF-057", sink=f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.cause
    assert verdict.cause.code == "sink.port"


# --- safety -----------------------------------------------------------------------------------------------------------


def told(made: Platform, tell: Callable[[str], object]) -> None:
    """Each device that is commanded is told."""

    def change(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            tell(call.body["deviceId"])
            return handler(call)

        return answer

    made.rewire("issue_command", change)


def order(
    device: str, permissions: frozenset[str], registered: str = "", bound: Row | None = None, **params: Any
) -> list[str]:
    """What was commanded when a command to one device was tried, with changes of how commanding is bound."""
    clock, came = VirtualClock(NOW), list[str]()
    with platform(clock) as made:
        said = demo_statement(made, BASE_URL, {SUITE.id: SUITE})
        told(made, came.append)
        key = (SUITE.id, "issue_command")
        changed = replace(said.operations[key], **(bound or {}))
        sut = LiveSut(
            suites={SUITE.id: SUITE},
            statement=replace(said, operations=said.operations | {key: changed}),
            transport=WsgiTransport(made, said.accounts, said.limits, clock=clock),
            store=ExchangeStore(None),
            clock=clock,
            now=NOW,
            seed="one",
            permissions=permissions,
            prefix=PREFIX,
        ).for_requirement("AIF-057")
        try:
            with sut.tidied():
                if registered:
                    part("bench").bench(sut, registered, ("actuator",))
                sut.ask("issue_command", body={"deviceId": device, "action": "open"}, accept=(0,), **params)
        except PermissionMissing as missing:
            came.append(missing.code)
        finally:
            withdraw(said)
    return came


WRITE, MISSING = frozenset({"write"}), ["permission-not-given.actuate"]
OURS, FOREIGN = f"{PREFIX}057", "ct-0001"


@pytest.mark.parametrize("device", [FOREIGN, "", PREFIX.upper() + "1", f"x{PREFIX}1", f"{PREFIX}not-registered"])
def test_a_foreign_device_is_not_commanded_without_being_allowed(device: str) -> None:
    assert order(device, WRITE, "057") == MISSING
    assert order(device, WRITE | {"actuate"}) == [device]


def test_a_device_of_ours_may_be_commanded_by_who_may_write() -> None:
    assert order(OURS, WRITE, "057") == [OURS]
    assert order(OURS, WRITE) == MISSING
    assert order(OURS, frozenset()) == MISSING


@pytest.mark.parametrize(
    "bound",
    [
        {"body": {"deviceId": FOREIGN, "action": "{action}"}},
        {"body": {"deviceId": f"{OURS}-other", "action": "{action}"}},
        {"body": {"deviceId": FOREIGN, "extra": {OURS: "{action}"}}},
        {"body": {"deviceId": FOREIGN}, "headers": {"X-Device": "{deviceId}"}},
        {"effect": Effect.ACTUATE, "body": {"action": "{action}"}},
    ],
)
def test_a_binding_that_commands_another_device_is_not_followed(bound: Row) -> None:
    assert order(OURS, WRITE, "057", bound) == MISSING


@pytest.mark.parametrize("name", ["deviceId", "+deviceId", "?deviceId"])
def test_a_parameter_that_names_another_device_is_not_followed(name: str) -> None:
    assert order(OURS, WRITE, "057", **{name: FOREIGN}) == MISSING


def test_a_binding_of_another_shape_is_followed() -> None:
    body = {"deviceId": "{deviceId}", "command": {"topic": "/sys/{deviceId}/cmd", "name": "{action}"}}
    assert order(OURS, WRITE, "057", {"body": body}) == [OURS]


def test_every_command_of_a_run_goes_to_a_device_of_ours() -> None:
    devices: set[str] = set()
    left: list[int] = []

    def watched(made: Platform) -> None:
        told(made, devices.add)
        store, close, known = made.store, made.store.close, made.store.count("agri:devices")

        def closing() -> None:
            left.append(store.count("agri:devices") - known)
            close()

        store.close = closing  # type: ignore[method-assign]

    for requirement in ALL:
        judged(requirement, watched)
    assert all(device.startswith(PREFIX) for device in devices)
    assert left == [0] * len(ALL)


# --- ids and times ----------------------------------------------------------------------------------------------------


def test_commands_are_named_anew_in_each_run_and_the_same_in_a_repetition() -> None:
    desks = part("command_desk")
    names = []
    for _ in range(2):
        with view("AIF-057") as sut:
            desk = desks.open_desk(sut, "057")
            names.append([desk.command()["commandId"] for _ in range(3)])
    assert names[0] == names[1]
    assert len(set(names[0])) == 3


def test_the_platforms_clock_counts() -> None:
    stopwatch = part("stopwatch")
    with view("AIF-057") as sut:
        watch = stopwatch.Stopwatch(sut)
        reply = watch.ask("capabilities")
        began = watch.now
        watch.wait(7)
        assert watch.now - began == timedelta(seconds=7)
        for text, ahead in (
            ("Mon, 01 Jun 2026 05:00:00 GMT", 3600),
            ("Mon, 01 Jun 2026 04:00:01 GMT", 0),
            ("yesterday", 0),
        ):
            response = replace(reply.response, headers=(("date", text),))
            found = stopwatch.ahead(replace(reply, response=response, sent=NOW))
            assert found == timedelta(seconds=ahead)


# --- real time --------------------------------------------------------------------------------------------------------


def test_the_life_of_commands_over_http_in_real_seconds() -> None:
    """The device asks, and one that is off-line has its command fail by a timer of the platform's own."""
    clock = RealClock()
    made = build_platform({SUITE.id: load_reference(SUITE)}, size=60)
    commands(made).timeout = capability(made)["commandTimeoutS"] = 2
    with serve(made) as url:
        said = demo_statement(made, url, {SUITE.id: SUITE})
        transport = HttpTransport(url, said.limits, said.accounts, clock=clock)
        try:
            for requirement in ("AIF-057", "AIF-063"):
                verdict = verdict_on(requirement, said, transport, ExchangeStore(None), clock)
                assert (verdict.status, verdict.found) == (Status.PASS, 0), requirement
        finally:
            transport.close()
            withdraw(said)
            made.close()


def test_the_suite_judges_commands() -> None:
    assert set(ALL) <= set(HERE.checks)

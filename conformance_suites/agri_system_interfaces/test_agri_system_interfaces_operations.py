"""Operation: the audit log has what was done, and health counts the devices."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pytest_szxc import SzxcError, expect, requirement, schema

from .audit_trail import told, trail
from .bench import document, pattern
from .capability import interfaces
from .command_desk import open_desk
from .registering import CATEGORIES
from .tables import codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_szxc import Observation, Record, Reply, Sut

HEALTH = "urn:szxc:agri_system_interfaces:health"
CONTROL = "IF08"
ACTS = 2
"""Events that a device has that was registered, and removed or commanded."""
MOST_PAGES = 10
SOME = 3
NOT_TAKEN = ("http.", "envelope.", "permission-not-given", "binding.")


# -- audit -------------------------------------------------------------------------------------------------------------


@requirement("AIF-020")
def test_what_was_done_is_in_the_log(sut: Sut) -> Iterator[Observation]:
    """A device is registered and removed, another is sent a command: the log has each, with who, when and result."""
    like = pattern(sut, CATEGORIES)
    if like is None:
        return
    body = document(sut, "020", like)
    made = sut.ask("register_device", body=body)
    gone = sut.ask("remove_device", device=body["deviceId"])
    events = trail(sut, body["deviceId"], lambda seen: len(seen) >= ACTS)
    seen = f"{len(events)}: {', '.join(str(event.get('action')) for event in events)}"
    wanted = "its registration and its removal"
    yield expect(len(events) >= ACTS, gone.at("operation_log"), expected=wanted, observed=seen)
    if len(events) >= ACTS:
        actions = {event.text("action") for event in events}
        wanted = "another action for the removal than for the registration"
        yield expect(len(actions) >= ACTS, events[-1].at("action"), expected=wanted, observed=seen)
    yield from told(events, (made, gone))
    if CONTROL in interfaces(sut):
        yield from _command_is_told(sut)


def _command_is_told(sut: Sut) -> Iterator[Observation]:
    """The log has the command, by its own id or as a further event of its device."""
    try:
        desk = open_desk(sut, "020-c")
        if desk is None:
            return
        earlier = len(trail(sut, desk.device.id, lambda _: True))
        command = desk.command()
        reply = desk.issue(command)
    except SzxcError as reason:
        if not reason.code.startswith(NOT_TAKEN):
            raise
        return
    events = trail(sut, command["commandId"], bool)
    of_device = [] if events else trail(sut, desk.device.id, lambda seen: len(seen) > earlier)
    holds, seen = bool(events) or len(of_device) > earlier, f"{earlier} events of the device as before"
    yield expect(holds, reply.at("operation_log"), expected="the command", observed=seen)
    yield from told(events, (reply,))


# -- health ------------------------------------------------------------------------------------------------------------


@requirement("AIF-076")
def test_health_counts_the_devices(sut: Sut) -> Iterator[Observation]:
    """Health tells version and devices by status; they sum up, and agree with the list and each device's own status.

    Who counts the devices of all organisations has more of them than are listed, and never fewer.
    """
    health = sut.ask("health")
    yield from schema.conforms(health.record, HEALTH)
    before = _counts(health)
    seen = "counted" if before else "not counted"
    yield expect(before is not None, health.at("devices"), expected="devices by status and total", observed=seen)
    pages = list(sut.walk("list_devices", pages=MOST_PAGES))
    devices = [record for page in pages for record in page.records]
    if before is not None:
        yield from _summed(health, before)
        after = _counts(_again(sut, "health"))
        if before == after:  # else devices come and go while they are counted
            whole = pages[-1].total in (None, len(devices)) and len(pages) < MOST_PAGES
            yield from _agreeing(health, before, devices, whole=whole)
    yield from _single(sut, devices)


def _counts(health: Reply) -> dict[str, int] | None:
    """The devices by status, and all of them under ``total``; ``None`` where one is no whole number."""
    told = health.record.child("devices")
    found = {name: told.get(name) for name in (*codes("device_statuses"), "total")} if told else {}
    whole = {name: value for name, value in found.items() if isinstance(value, int) and not isinstance(value, bool)}
    return whole if found and len(whole) == len(found) else None


def _again(sut: Sut, operation: str) -> Reply:
    """The same question once more, asked anew."""
    named: dict[str, Any] = {":X-Request-Id": f"{sut.prefix}{operation}-again"}
    return sut.ask(operation, **named)


def _summed(health: Reply, counts: dict[str, int]) -> Iterator[Observation]:
    total = sum(number for name, number in counts.items() if name != "total")
    here = health.at("devices.total")
    yield expect(total == counts["total"], here, expected=f"{total}, the sum of all statuses", observed=counts["total"])


def _agreeing(
    health: Reply, counts: dict[str, int], devices: Sequence[Record], *, whole: bool
) -> Iterator[Observation]:
    listed = Counter(device.text("status") for device in devices)
    exact = whole and counts["total"] == len(devices)
    for name, least in (*((status, listed[status]) for status in codes("device_statuses")), ("total", len(devices))):
        holds = counts[name] == least if exact else counts[name] >= least
        wanted = f"{'' if exact else 'at least '}{least}, as listed"
        yield expect(holds, health.at(f"devices.{name}"), expected=wanted, observed=counts[name])


def _single(sut: Sut, devices: Sequence[Record]) -> Iterator[Observation]:
    """The status of one device of each status: as listed, unless it has changed meanwhile."""
    some = {device.text("status"): device for device in reversed(devices) if device.text("deviceId")}
    for status, device in list(some.items())[:SOME]:
        reply = sut.ask("device_status", device=device.get("deviceId"))
        seen = reply.record.text("status")
        if seen != status and status is not None:
            now = sut.ask("read_device", device=device.get("deviceId")).record.text("status")
            status = now or status  # noqa: PLW2901 -- the newer one
        yield expect(seen == status, reply.at("status"), expected=f"{status}, as the device has it", observed=seen)

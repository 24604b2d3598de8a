"""Registered devices change: their status, single members, and in the end they are removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import SzxcError, expect, requirement

from . import ingesting
from .bench import Bench, channels_of
from .capability import capability, policy
from .registering import Desk, is_absent, is_invalid, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

Row = dict[str, Any]
STATUSES = ("unactivated", "online", "offline", "fault", "disabled")
LIVE = ("online", "offline")
DISABLED, NO_STATUS = "disabled", "sleeping"
FORBIDDEN = 403
MEMBERS = (
    "deviceId",
    "name",
    "category",
    "modelId",
    "manufacturer",
    "serialNumber",
    "gatewayId",
    "objectId",
    "orgId",
    "adminCode",
    "location",
    "crs",
    "status",
    "links",
    "protocols",
    "firmwareVersion",
    "installedAt",
    "testDevice",
    "channels",
)
"""Members of a device that change when they are told to; ``lastSeenAt`` and what a platform adds may change alone."""
INSTALLED = "2026-01-02T03:04:05+08:00"
HISTORY = "policies.deletedHistory"
KEPT, REMOVED = "kept", "removed"
NOT_SHOWN = ("http.absent", "http.client-error", "http.forbidden", "envelope.refused", "envelope.denied")
"""Refusals to list what a removed device has observed."""


@requirement("AIF-029")
def test_status_is_one_of_five_and_disabled_means_disabled(sut: Sut) -> Iterator[Observation]:
    """Listed devices have one of the five states; another is refused.

    Once data are taken: a disabled device's are refused with 403 and not stored; enabled again, its data are taken.
    """
    desk = Desk(sut, "029")
    yield from desk.with_findings(map(_status, desk.listed()))
    bench = _bench(desk)
    if bench is None or desk.shown(bench.id) is None:
        return
    first = bench.row(age=300)
    bench.post(first)
    yield from _disabled(desk, bench, first)
    yield from _no_status(desk, bench.id)


def _status(device: Record) -> Observation:
    seen = device.get("status")
    return expect(seen in STATUSES, device.at("status"), expected=" | ".join(STATUSES), observed=seen)


def _bench(desk: Desk, **changes: Any) -> Bench | None:  # noqa: ANN401 -- values of members
    body = desk.registered(**changes)
    return Bench(desk.sut, body["deviceId"], body, channels_of(body["channels"])) if body else None


def _disabled(desk: Desk, bench: Bench, first: Row) -> Iterator[Observation]:
    before = desk.shown(bench.id)
    changed = desk.sut.ask("update_device", body={"status": DISABLED}, device=bench.id)
    yield from _has_status(desk, bench.id, changed, DISABLED)
    refused = bench.post(bench.row(age=200), accept=ingesting.ANY)
    forbidden = _is_forbidden(refused)
    yield expect(forbidden, refused.at(), expected="403: device disabled", observed=ingesting.said(refused))
    back = before.text("status") if before else None
    restored = desk.change(bench.id, status=back or "online")
    yield expect(restored.fine, restored.at(), expected="enabled again", observed=said(restored))
    last = bench.row(age=100)
    reply = bench.post(last, accept=ingesting.ANY)
    yield expect(ingesting.is_taken(reply), reply.at(), expected="taken: enabled again", observed=ingesting.said(reply))
    if forbidden and ingesting.is_taken(reply):
        yield from ingesting.none_of(bench, [first, last], refused, "device disabled")


def _is_forbidden(reply: Reply) -> bool:
    """Whether data are refused as forbidden: by status, by code, or by the code of the result that a 200 holds."""
    if reply.fine:
        return ingesting.is_refused(reply) and str(reply.record.get("code")).startswith(str(FORBIDDEN))
    return reply.response.status == FORBIDDEN or (reply.code or "").startswith(str(FORBIDDEN))


def _has_status(desk: Desk, name: str, where: Reply, status: str) -> Iterator[Observation]:
    seen = desk.shown(name)
    here = seen.at("status") if seen else where.at()
    yield expect(
        bool(seen and seen.text("status") == status), here, expected=status, observed=seen and seen.get("status")
    )


def _no_status(desk: Desk, name: str) -> Iterator[Observation]:
    """A sixth state is refused, and the device keeps one of the five."""
    reply = desk.change(name, status=NO_STATUS)
    yield expect(is_invalid(reply), reply.at(), expected=f"400: status {NO_STATUS}", observed=said(reply))
    after = desk.shown(name)
    if after is not None:
        yield _status(after)


@requirement("AIF-031")
def test_a_change_touches_what_it_names(sut: Sut) -> Iterator[Observation]:
    """A change of one member is taken and shown, also the second time; nothing else changes, in no device."""
    desk = Desk(sut, "031")
    rich = {"serialNumber": "SZXC-031", "firmwareVersion": "1.0.0", "installedAt": INSTALLED}
    body, other = desk.registered(**rich), desk.registered("-other", **rich)
    if body is None or other is None:
        return
    before, beside = desk.shown(body["deviceId"]), desk.shown(other["deviceId"])
    if before is None or beside is None:
        return
    for changes in ({"name": "改名后的设备"}, {"firmwareVersion": "1.0.1"}):
        for turn in ("first", "second"):
            reply = desk.change(body["deviceId"], **changes)
            yield expect(reply.fine, reply.at(), expected=f"changed, {turn} time: {changes}", observed=said(reply))
            after = desk.shown(body["deviceId"])
            yield expect(after is not None, reply.at("read_device"), expected="the device", observed="not there")
            if after is None:
                return
            if reply.fine:
                yield from _changed(before, after, changes)
                before = after
    untouched = desk.shown(other["deviceId"])
    if untouched is not None:
        yield from _changed(beside, untouched, {})


def _changed(before: Record, after: Record, changes: Row) -> Iterator[Observation]:
    """A device is as it was but for the changes."""
    for name in MEMBERS:
        wanted = changes.get(name, before.get(name))
        if wanted is not None or after.get(name) is not None:
            same = after.get(name) == wanted or _same_time(before, after, name) or _by_itself(wanted, after.get(name))
            yield expect(same, after.at(name), expected=wanted, observed=after.get(name))


def _same_time(before: Record, after: Record, name: str) -> bool:
    return before.time(name) is not None and before.time(name) == after.time(name)


def _by_itself(before: Any, after: Any) -> bool:  # noqa: ANN401 -- as they came
    """Whether a state may have become another without being told."""
    return before in LIVE and after in LIVE


@requirement("AIF-032")
def test_a_removed_device_is_gone(sut: Sut) -> Iterator[Observation]:
    """It is declared what becomes of a removed device's history, and that is what happens.

    A removed device is not found and not listed any longer; another one stays.
    """
    declared = policy(sut, "deletedHistory")
    here = capability(sut).at(HISTORY)
    desk = Desk(sut, "032")
    said_so = expect(declared in (KEPT, REMOVED), here, expected=f"{KEPT} | {REMOVED}", observed=declared or None)
    yield from desk.with_findings([said_so])
    bench, other = _bench(desk), desk.registered("-other")
    if bench is None or other is None or desk.shown(bench.id) is None or desk.shown(other["deviceId"]) is None:
        return
    row = _seen_row(bench)
    reply = sut.ask("remove_device", accept=(0, 500), device=bench.id)
    yield expect(reply.fine, reply.at(), expected="removed", observed=said(reply))
    if not reply.fine:
        return
    read = desk.read(bench.id)
    yield expect(is_absent(read), read.at(), expected="404 | 410", observed=said(read))
    listed = [device.text("deviceId") for device in desk.listed()]
    yield expect(bench.id not in listed, read.at("list_devices"), expected=f"without {bench.id}", observed=bench.id)
    beside = desk.read(other["deviceId"])
    yield expect(beside.fine, beside.at(), expected=f"{other['deviceId']} stays", observed=said(beside))
    if row is not None and declared in (KEPT, REMOVED):
        yield from _history(bench, row, reply, declared)


def _seen_row(bench: Bench) -> Row | None:
    """An observation of our device that the platform shows; ``None`` where it does not."""
    row = bench.row(age=300)
    try:
        taken = ingesting.is_taken(bench.post(row, accept=ingesting.ANY))
        return row if taken and ingesting.found(ingesting.shown(bench, [row]), row) else None
    except SzxcError:  # that it cannot be asked is not this requirement's matter
        return None


def _history(bench: Bench, row: Row, where: Reply, declared: str) -> Iterator[Observation]:
    """What the platform shows of a removed device's observations is what it has declared, be it a little later."""
    try:
        rows = ingesting.until(bench, lambda seen: bool(ingesting.found(seen, row)) == (declared == KEPT))
        kept = bool(ingesting.found(rows, row))
    except SzxcError as refusal:
        if refusal.code not in NOT_SHOWN:
            raise
        kept = False
    seen = KEPT if kept else REMOVED
    yield expect(seen == declared, where.at("list_observations"), expected=declared, observed=seen)

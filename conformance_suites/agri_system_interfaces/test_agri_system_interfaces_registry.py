"""Devices are registered: place, uniqueness, form of ids, required members."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from pytest_szxc import expect, requirement

from .registering import (
    BAD_FORM,
    CONFLICT,
    CREATED,
    DUPLICATE,
    Desk,
    coded,
    is_invalid,
    is_named,
    is_refused,
    is_worded,
    said,
    wire_names,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

Row = dict[str, Any]
KEPT = ("deviceId", "name", "category", "modelId", "manufacturer", "objectId", "orgId", "testDevice")
LEAST = KEPT[:-1]
"""Members that a device that is read must show; a test mark need not be shown."""
CHANNEL = ("channelId", "kind", "unit", "rangeMin", "rangeMax", "intervalS")
DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{3,63}")
LONGEST = 64
OWN_HOSTS = ("localhost", "127.0.0.1", "0.0.0.0", "::1")  # noqa: S104 -- looked for, not listened on
REQUIRED = ("name", "category", "modelId", "objectId", "orgId", "location", "channels")


@requirement("AIF-021")
def test_a_registered_device_has_its_place(sut: Sut) -> Iterator[Observation]:
    """A registration is answered 201, with the device and where it is; there it can be read as it was registered."""
    desk = Desk(sut, "021")
    if desk.like is None:
        return
    body = desk.document(serialNumber="SZXC-021")
    reply = desk.register(body)
    created = reply.fine and reply.response.status == CREATED
    yield expect(created, reply.at(), expected="201", observed=said(reply))
    if not reply.fine:
        return
    yield from _same(reply.record, body, least=("deviceId",))
    read = desk.read(body["deviceId"])
    yield from _placed(reply, read, body["deviceId"])
    yield expect(read.fine, read.at(), expected="the device", observed=said(read))
    if read.fine:
        yield from _same(read.record, body, least=LEAST)


def _same(seen: Record, sent: Row, least: tuple[str, ...]) -> Iterator[Observation]:
    """What is shown of a device is what was sent; of all but ``least`` only what is shown at all."""
    for name in KEPT:
        if name in sent and (name in least or seen.get(name) is not None):
            yield expect(seen.get(name) == sent[name], seen.at(name), expected=sent[name], observed=seen.get(name))
    if seen.get("channels") is not None or "name" in least:
        shown = {one.text("channelId"): one for one in seen.children("channels")}
        for channel in sent["channels"]:
            yield from _same_channel(seen, shown.get(channel["channelId"]), channel)


def _same_channel(device: Record, seen: Record | None, sent: Row) -> Iterator[Observation]:
    if seen is None:
        yield expect(holds=False, at=device.at("channels"), expected=sent["channelId"], observed="missing")
        return
    for name in CHANNEL:
        if name in sent:
            yield expect(seen.get(name) == sent[name], seen.at(name), expected=sent[name], observed=seen.get(name))


def _placed(reply: Reply, read: Reply, name: str) -> Iterator[Observation]:
    """``Location`` leads to where the device is read."""
    location = reply.response.header("location")
    here = reply.at("header Location")
    if not location or reply.request is None or read.request is None:
        yield expect(bool(location), here, expected="Location", observed="missing")
        return
    asked, wanted = urlsplit(reply.request.url), urlsplit(read.request.url)
    found = urlsplit(urljoin(reply.request.url, location))
    right = _path(found.path) == _path(wanted.path) or _path(found.path).rpartition("/")[2] == name
    yield expect(right, here, expected=wanted.path, observed=location)
    lost = found.hostname in OWN_HOSTS and asked.hostname not in OWN_HOSTS
    yield expect(not lost, here, expected=f"host {asked.hostname}", observed=location)


def _path(path: str) -> str:
    return unquote(path).rstrip("/")


@requirement("AIF-022")
def test_a_device_id_is_taken_once(sut: Sut) -> Iterator[Observation]:
    """The same id again is refused with 409, be the device the same or another, and changes nothing."""
    desk = Desk(sut, "022")
    body = desk.registered()
    if body is None or desk.shown(body["deviceId"]) is None:
        return
    for changes in ({}, {"name": "冒用标识的设备"}):
        reply = desk.register(body | changes)
        taken = is_refused(reply) and (reply.response.status == CONFLICT or reply.code == DUPLICATE)
        yield expect(taken, reply.at(), expected=f"409, {DUPLICATE}", observed=said(reply))
        if taken:
            yield from coded(sut, reply, DUPLICATE)
    read = desk.read(body["deviceId"])
    if read.fine:
        seen = read.record.get("name")
        yield expect(seen == body["name"], read.record.at("name"), expected=body["name"], observed=seen)
    times = Counter(name for device in desk.listed() if (name := device.text("deviceId")) is not None)
    for name, count in times.items():
        yield expect(count == 1, read.at("list_devices"), expected=f"{name} once", observed=f"{count} times")


@requirement("AIF-023")
def test_device_ids_have_their_form(sut: Sut) -> Iterator[Observation]:
    """Once a right id is taken: ids of all characters and the greatest length are too, all others are refused.

    No device with such an id is listed.
    """
    desk = Desk(sut, "023")
    body = desk.registered()
    if body is None:
        return
    stem = str(body["deviceId"])
    for name in (f"{stem}A.b_c:d-9", stem.ljust(LONGEST, "x")):
        reply = desk.register(body | {"deviceId": name})
        yield expect(reply.fine, reply.at(), expected=f"201: {name}", observed=said(reply))
    for why, name in _bad_ids(stem).items():
        reply = desk.register(body | {"deviceId": name})
        refused = is_invalid(reply)
        yield expect(refused, reply.at(), expected=f"400, {BAD_FORM}: {why}", observed=said(reply))
        if refused:
            yield from coded(sut, reply, BAD_FORM)
    for device in desk.listed():
        name = device.text("deviceId") or ""
        right = DEVICE_ID.fullmatch(name) is not None
        yield expect(right, device.at("deviceId"), expected=DEVICE_ID.pattern, observed=device.get("deviceId"))


def _bad_ids(stem: str) -> dict[str, str]:
    return {
        "empty": "",
        "blank": f"{stem} a",
        "blank at the end": f"{stem}b ",
        "line break at the end": f"{stem}c\n",
        f"{LONGEST + 1} characters": stem.ljust(LONGEST + 1, "y"),
        "Chinese": f"{stem}测点",
        "slash": f"{stem}d/e",
        "begins with a hyphen": f"-{stem}f",
    }


@requirement("AIF-024")
def test_required_members_are_required(sut: Sut) -> Iterator[Observation]:
    """Once a right document is taken: one that lacks a required member is refused, and the refusal names the member.

    Listed devices have them all, and none that was refused is listed.
    """
    desk = Desk(sut, "024")
    yield from desk.with_findings(
        expect(device.has(name), device.at(name), expected=name, observed=None)
        for device in desk.listed()
        for name in REQUIRED
    )
    if desk.like is None:
        return
    whole = sut.ask("register_device", body=desk.document("-0"))
    refusals: dict[str, Reply] = {}
    for number, name in enumerate(REQUIRED, start=1):
        reply = desk.register(desk.document(f"-{number}", **{name: None}))
        yield expect(is_invalid(reply), reply.at(), expected=f"400: {name} missing", observed=said(reply))
        if is_invalid(reply):
            refusals[name] = reply
    yield from _named(whole, refusals)
    empty = desk.register(desk.document("-8", channels=[]))
    yield expect(is_invalid(empty), empty.at(), expected="400: channels empty", observed=said(empty))
    yield from _unlisted(desk, refusals)


def _named(whole: Reply, refusals: dict[str, Reply]) -> Iterator[Observation]:
    """Each refusal names the member that was missing, and says something of its own."""
    told = {name: words(reply) for name, reply in refusals.items()}
    often = Counter(told.values())
    for name, reply in refusals.items():
        named = any(is_named(one, told[name]) for one in wire_names(name, whole, reply)) or is_worded(name, told[name])
        told_apart = often[told[name]] == 1
        yield expect(named and told_apart, reply.at("message"), expected=f"names {name}", observed=told[name])


def _unlisted(desk: Desk, refusals: dict[str, Reply]) -> Iterator[Observation]:
    listed = {device.text("deviceId"): device for device in desk.listed()}
    for number, name in enumerate(REQUIRED, start=1):
        id_ = f"{desk.sut.prefix}{desk.name}-{number}"
        if name in refusals:
            here = listed[id_].at() if id_ in listed else refusals[name].at()
            yield expect(id_ not in listed, here, expected=f"not stored: {name} missing", observed=id_)

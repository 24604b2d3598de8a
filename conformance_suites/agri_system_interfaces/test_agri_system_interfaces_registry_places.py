"""Where devices belong: below gateways, at objects, at a position, in a region."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_szxc import codes, expect, regions, requirement

from .forest import above, is_in_circle
from .positions import CRS, distance, mistake, point
from .registering import Desk, is_invalid, is_refused, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

Row = dict[str, Any]
GATEWAY, BASE = "gateway", "base"
TYPES = ("base", "plot", "greenhouse", "barn", "pond", "animalGroup", "machine")
NEAR, MOVED = 0.000001, 0.0005
"""Degrees: what may be lost of a position (a decimetre), and by how much GCJ-02 lies beside other systems at least."""
FINE = Decimal("0.0012345")
"""What makes a position of ours one that loses something when it is rounded."""
REGION = "6 | 9 | 12 digits, in the list"


@requirement("AIF-030")
def test_gateways_and_the_devices_below_them(sut: Sut) -> Iterator[Observation]:
    """Children name a gateway, and it lists them; no device stands below itself, and none can be put there."""
    desk = Desk(sut, "030")
    listed = desk.listed()
    devices = {name: device for device in listed if (name := device.text("deviceId"))}
    parents = {name: device.text("gatewayId") for name, device in devices.items()}
    for name, device in devices.items():
        if parents[name] is not None:
            yield from _child(device, name, devices, parents)
        if device.text("category") == GATEWAY or device.get("children") is not None:
            yield from _children(device, name, parents)
    model = next((device for device in listed if device.text("category") == GATEWAY), None)
    if model is not None and desk.like is not None:
        yield from _our_gateways(desk, model)


def _child(
    device: Record, name: str, devices: dict[str, Record], parents: dict[str, str | None]
) -> Iterator[Observation]:
    """The gateway that a device names is there, is a gateway, and does not stand below it."""
    gateway = devices.get(parents[name] or "")
    here, seen = device.at("gatewayId"), device.get("gatewayId")
    known = gateway is not None and gateway.text("category") == GATEWAY
    yield expect(known, here, expected="a listed gateway", observed=seen)
    yield expect(not is_in_circle(name, parents), here, expected=f"{name} not above itself", observed=seen)


def _children(device: Record, name: str, parents: dict[str, str | None]) -> Iterator[Observation]:
    """A gateway lists those that name it, and no others."""
    wanted = sorted(child for child, gateway in parents.items() if gateway == name)
    seen = sorted(device.texts("children"))
    yield expect(seen == wanted, device.at("children"), expected=wanted, observed=seen)


def _our_gateways(desk: Desk, model: Record) -> Iterator[Observation]:
    """A device that we register below our own gateway is listed there; a gateway cannot be put below itself."""
    kind = {"category": GATEWAY, "modelId": model.get("modelId"), "channels": model.get("channels")}
    top = desk.tried("-top", **kind)
    if top is None:
        return
    child = desk.tried("-child", gatewayId=top["deviceId"])
    seen = desk.shown(top["deviceId"])
    if child is not None and seen is not None:
        children = list(seen.texts("children"))
        here = seen.at("children")
        yield expect(children == [child["deviceId"]], here, expected=[child["deviceId"]], observed=children)
    yield from _no_circle(desk, top["deviceId"], top["deviceId"])
    below = desk.tried("-below", **kind, gatewayId=top["deviceId"])
    if below is not None:  # a platform may have one level of gateways only
        yield from _no_circle(desk, top["deviceId"], below["deviceId"])


def _no_circle(desk: Desk, name: str, gateway: str) -> Iterator[Observation]:
    """A change that would make a circle is refused, or not done."""
    reply = desk.change(name, gatewayId=gateway)
    seen = None if is_refused(reply) else desk.shown(name)
    holds = is_refused(reply) or (seen is not None and seen.text("gatewayId") != gateway)
    yield expect(holds, reply.at(), expected=f"4xx: {name} below {gateway}", observed=said(reply))


@requirement("AIF-033")
def test_objects_form_a_tree_and_devices_stand_in_it(sut: Sut) -> Iterator[Observation]:
    """Each object has a known type and stands below a base, a base below bases only; each device's object is listed.

    Once a right device is taken: one at an object that is not there is refused.
    """
    desk = Desk(sut, "033")
    objects = {name: one for one in sut.records("list_objects") if (name := one.text("objectId"))}
    parents = {name: one.text("parentId") for name, one in objects.items()}
    yield from desk.with_findings(seen for name in objects for seen in _object(name, objects, parents))
    yield from (_stands(device, objects) for device in desk.listed())
    if desk.registered() is not None:
        reply = desk.register(desk.document("-lost", objectId=f"{sut.prefix}no-object"))
        refused = is_refused(reply)
        yield expect(refused, reply.at(), expected="4xx: an object that is not there", observed=said(reply))


def _stands(device: Record, objects: dict[str, Record]) -> Observation:
    seen = device.text("objectId")
    return expect(seen in objects, device.at("objectId"), expected="a listed object", observed=device.get("objectId"))


def _object(name: str, objects: dict[str, Record], parents: dict[str, str | None]) -> Iterator[Observation]:
    one = objects[name]
    type_, here = one.text("type"), one.at("parentId")
    yield expect(type_ in TYPES, one.at("type"), expected=" | ".join(TYPES), observed=one.get("type"))
    chain = above(name, parents)
    unknown = [parent for parent in chain if parent not in objects]
    yield expect(not unknown, here, expected="a listed object", observed=", ".join(unknown) or None)
    yield expect(not is_in_circle(name, parents), here, expected=f"{name} not above itself", observed=parents[name])
    if unknown or is_in_circle(name, parents):
        return
    types = [objects[parent].text("type") for parent in chain]
    if type_ == BASE:
        yield expect(set(types) <= {BASE}, here, expected="a base below bases only", observed=parents[name])
    elif type_ in TYPES:
        yield expect(BASE in types, here, expected=f"{type_} below a base", observed=parents[name])


@requirement("AIF-034")
def test_positions_are_positions(sut: Sut) -> Iterator[Observation]:
    """Listed devices lie on Earth, longitude first, in a declared reference system.

    Once a right device is taken: its position and system are shown as they were sent, and impossible ones are refused.
    """
    desk = Desk(sut, "034")
    yield from desk.with_findings(one for device in desk.listed() for one in _position(device))
    place = point(desk.like.get("location")) if desk.like else None
    fine: Row | None = None if place is None else {"type": "Point", "coordinates": [one + FINE for one in place]}
    body = desk.registered(**_given(location=fine))
    read = desk.shown(body["deviceId"]) if body else None
    if body is None or read is None:
        return
    yield from _position(read)
    if fine is not None:
        yield from _kept(read, body)
        yield from _other_system(desk, body)
    yield from _impossible(desk)


def _given(**members: Any) -> Row:  # noqa: ANN401 -- values of members
    return {name: value for name, value in members.items() if value is not None}


def _position(device: Record) -> Iterator[Observation]:
    place, here, seen = point(device.get("location")), device.at("location"), device.get("location")
    wanted = "Point, [longitude, latitude] in degrees"
    wrong = "no point" if place is None else mistake(*place)
    yield expect(wrong is None, here, expected=wanted, observed=f"{_shown(seen)}: {wrong}")
    yield expect(device.get("crs") in CRS, device.at("crs"), expected=" | ".join(CRS), observed=device.get("crs"))


def _shown(location: Any) -> str:  # noqa: ANN401 -- as it came
    found = location.get("coordinates") if isinstance(location, dict) else location
    return f"[{', '.join(map(str, found))}]" if isinstance(found, list) else str(found)


def _kept(read: Record, body: Row) -> Iterator[Observation]:
    """Position and system are shown as they were sent; where another system is told, only roughly."""
    wanted, seen = point(body["location"]), point(read.get("location"))
    same = read.get("crs") == body.get("crs")
    near = wanted is not None and seen is not None and distance(wanted, seen) <= (NEAR if same else 20 * MOVED)
    told = f"{_shown(body['location'])} {body.get('crs')}"
    yield expect(near, read.at("location"), expected=told, observed=f"{_shown(read.get('location'))} {read.get('crs')}")


def _other_system(desk: Desk, like: Row) -> Iterator[Observation]:
    """A device told in GCJ-02 is shown in it, or moved by its offset into another system; nobody must take it."""
    if like.get("crs") == "GCJ02":
        return
    body = desk.tried("-gcj", crs="GCJ02")
    read = desk.shown(body["deviceId"]) if body else None
    if body is None or read is None:
        return
    wanted, seen = point(body["location"]), point(read.get("location"))
    if wanted is not None and seen is not None and mistake(*wanted) is None:
        moved = distance(wanted, seen) >= MOVED
        right = read.get("crs") == "GCJ02" or moved
        told = f"{_shown(read.get('location'))} {read.get('crs')}"
        yield expect(right, read.at("crs"), expected=f"{_shown(body['location'])} GCJ02, or converted", observed=told)


def _impossible(desk: Desk) -> Iterator[Observation]:
    cases = {
        "latitude first": [39.9, 116.3],
        "longitude beyond 180": [180.5, 39.9],
        "latitude beyond 90": [116.3, -90.5],
    }
    for number, (why, coordinates) in enumerate(cases.items(), start=1):
        reply = desk.register(desk.document(f"-{number}", location={"type": "Point", "coordinates": coordinates}))
        yield expect(
            is_invalid(reply),
            reply.at(),
            expected=f"400: {why} {_shown({'coordinates': coordinates})}",
            observed=said(reply),
        )
    body = desk.tried("-none", crs=None)
    read = desk.shown(body["deviceId"]) if body else None
    if read is not None:  # what a platform takes without a system, it must know itself
        yield expect(read.get("crs") in CRS, read.at("crs"), expected=" | ".join(CRS), observed=read.get("crs"))


@requirement("AIF-035")
def test_region_codes_exist(sut: Sut) -> Iterator[Observation]:
    """Region codes of devices and objects have 6, 9 or 12 digits and are in the list that the statement supplies.

    Without a list only wrong forms are told: that a code exists cannot be seen.
    """
    for operation in ("list_devices", "list_objects"):
        for record in sut.records(operation):
            if record.has("adminCode"):
                yield from _region(record, record.get("adminCode"), sut.regions)


def _region(record: Record, code: Any, known: tuple[str, ...]) -> Iterator[Observation]:  # noqa: ANN401 -- as it came
    formed = isinstance(code, str) and code.isascii() and codes.is_region_code(code)
    if not formed or known:
        holds = formed and regions.is_listed(code, known)
        yield expect(holds, record.at("adminCode"), expected=REGION, observed=code)

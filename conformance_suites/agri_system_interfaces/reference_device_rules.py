"""What the reference farm demands of a device that is registered: members, their forms, and the codes in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .declared_channels import REFERENCE, scale
from .reference import invalid
from .tables import kinds

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]
DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{3,63}")
REGION = re.compile(r"[0-9]{6,12}")
OWN_KIND = re.compile(r"x-[A-Za-z0-9._-]+")
CATEGORIES = ("sensor", "actuator", "gateway", "camera", "meter", "multi")
STATUSES = ("unactivated", "online", "offline", "fault", "disabled")
CRS = ("CGCS2000", "WGS84", "GCJ02")
REQUIRED = (
    "deviceId",
    "name",
    "category",
    "modelId",
    "manufacturer",
    "objectId",
    "orgId",
    "location",
    "crs",
    "status",
    "channels",
)
REQUIRED_OF_CHANNEL = ("channelId", "kind", "unit", "rangeMin", "rangeMax", "intervalS")
GREATEST = 1e15
LONGITUDE, LATITUDE = 180, 90


def is_text(value: Any) -> bool:  # noqa: ANN401 -- as it came
    """Whether a value is a text that says something, on one line."""
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def is_number(value: Any) -> bool:  # noqa: ANN401 -- as it came
    """Whether a value is a number that can be told exactly; not a number is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= GREATEST


def is_texts(value: Any) -> bool:  # noqa: ANN401 -- as it came
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(is_text(one) for one in value)


def is_links(value: Any) -> bool:  # noqa: ANN401 -- as it came
    """Whether a value is a list of links: names, or objects with a ``profile`` and, say, a ``url``."""
    profiles = (
        (one.get("profile") if isinstance(one, dict) else one for one in value) if isinstance(value, list) else ()
    )
    return isinstance(value, list) and all(map(is_text, profiles))


def is_flag(value: Any) -> bool:  # noqa: ANN401 -- as it came
    """Whether a value is true or false."""
    return isinstance(value, bool)


def is_one_of(*values: str) -> Callable[[Any], bool]:
    """Whether a value is one of a list."""
    return lambda value: isinstance(value, str) and value in values


def matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    """Whether a text has a form, all of it."""
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def is_point(value: Any) -> bool:  # noqa: ANN401 -- as it came
    """Whether a value is a GeoJSON point on Earth: longitude first (RFC 7946, 3.1.1)."""
    place = value.get("coordinates") if isinstance(value, dict) and value.get("type") == "Point" else None
    if not isinstance(place, list) or len(place) not in (2, 3) or not all(is_number(one) for one in place):
        return False
    return bool(abs(place[0]) <= LONGITUDE and abs(place[1]) <= LATITUDE)


def is_channels(value: Any) -> bool:  # noqa: ANN401 -- as it came
    """Whether a value is a list of channels, each with its members, none twice."""
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        return False
    if any(name not in one for one in value for name in REQUIRED_OF_CHANNEL):
        return False
    names = [one["channelId"] for one in value]
    texts = all(is_text(one[name]) for one in value for name in ("channelId", "kind", "unit"))
    numbers = all(is_number(one[name]) for one in value for name in ("rangeMin", "rangeMax", "intervalS"))
    return texts and numbers and len(set(names)) == len(names)


RULES: dict[str, Callable[[Any], bool]] = {
    "deviceId": matches(DEVICE_ID),
    "name": is_text,
    "category": is_one_of(*CATEGORIES),
    "modelId": is_text,
    "manufacturer": is_text,
    "serialNumber": is_text,
    "gatewayId": matches(DEVICE_ID),
    "objectId": is_text,
    "orgId": is_text,
    "adminCode": matches(REGION),
    "location": is_point,
    "crs": is_one_of(*CRS),
    "status": is_one_of(*STATUSES),
    "links": is_links,
    "protocols": is_texts,
    "firmwareVersion": is_text,
    "installedAt": is_text,
    "testDevice": is_flag,
    "channels": is_channels,
}
"""Member of a device → whether a value may stand there; ``lastSeenAt`` and ``children`` are the farm's own."""


def check_channel(channel: Row) -> None:
    """Refuse a channel of unknown kind or unit (40003), or with an empty range (42201)."""
    kind = kinds().get(channel["kind"])
    if kind is None and not OWN_KIND.fullmatch(channel["kind"]):
        raise demo.ApiError(400, 40003, f"unknown kind: {channel['kind']}")
    if kind is not None and scale(kind, channel["unit"], channel.get(REFERENCE)) is None:
        raise demo.ApiError(400, 40003, f"unit of {channel['kind']}: {channel['unit']}")
    if channel["rangeMin"] >= channel["rangeMax"]:
        raise demo.ApiError(422, 42201, "rangeMin not below rangeMax")


def check_form(row: Row, required: tuple[str, ...], rules: dict[str, Callable[[Any], bool]]) -> None:
    """Refuse a row that lacks a member, or has one that breaks its rule (40002, naming the member)."""
    for name in required:
        if row.get(name) is None:
            raise invalid(name)
    for name, rule in rules.items():
        if row.get(name) is not None and not rule(row[name]):
            raise invalid(name)

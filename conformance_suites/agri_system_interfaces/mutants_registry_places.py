"""Mutants of the registry: gateways, objects, positions, regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_registry import registry
from .reference_data import DEVICES, OBJECTS
from .reference_observations import where

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()


def edited(name: str, zh: str, en: str, collection: str, condition: Row, **members: Any) -> None:  # noqa: ANN401 -- a table's row
    """A mutant with one row that is wrong."""
    MUTANTS.add(name, zh, en)(
        lambda platform: platform.store.edit(collection, lambda row: row.update(members), where(**condition))
    )


def showing(name: str, zh: str, en: str, change: Callable[[Row], Row]) -> None:
    """A mutant that shows a single device otherwise when it is read."""
    MUTANTS.add(name, zh, en)(
        lambda platform: platform.alter("read_device", lambda answer: answer.with_payload(change(answer.payload)))
    )


# --- gateways ---------------------------------------------------------------------------------------------------------


@MUTANTS.add("gateway-lists-nobody", "网关不列子设备", "gateways list no children")
def _lists_nobody(platform: Platform) -> None:
    registry(platform).children = lambda _: []


@MUTANTS.add("gateway-lists-old-children", "网关只列最初的子设备", "gateways list the children they had at first")
def _lists_old(platform: Platform) -> None:
    part = registry(platform)
    right = part.children
    part.children = lambda name: [child for child in right(name) if not child.startswith("szxc-")]


@MUTANTS.add("gateway-lists-one-more", "网关多列一个设备", "a gateway lists a device that is not below it")
def _lists_more(platform: Platform) -> None:
    part = registry(platform)
    right = part.children
    part.children = lambda name: [*right(name), "cl-0002"] if name == "gw-0001" else right(name)


edited(
    "gateway-that-is-not-there",
    "子设备指向不存在的网关",
    "a child names a gateway that is not there",
    DEVICES,
    {"deviceId": "so-0002"},
    gatewayId="gw-0404",
)
edited(
    "gateway-below-itself",
    "网关是自己的子设备",
    "a gateway stands below itself",
    DEVICES,
    {"deviceId": "gw-0001"},
    gatewayId="gw-0001",
)


@MUTANTS.add("gateways-in-a-circle", "网关可成环", "gateways can be put below each other")
def _in_a_circle(platform: Platform) -> None:
    registry(platform).check_gateway = lambda *_: None


# --- objects ----------------------------------------------------------------------------------------------------------

edited(
    "object-without-base",
    "温室无上级",
    "a greenhouse stands below nothing",
    OBJECTS,
    {"objectId": "greenhouse-1"},
    parentId=None,
)
edited(
    "object-below-nothing-known",
    "畜舍的上级不存在",
    "a barn names a base that is not there",
    OBJECTS,
    {"objectId": "barn-1"},
    parentId="base-9",
)
edited(
    "object-of-no-type",
    "对象类型为表外值",
    "an object has an unknown type",
    OBJECTS,
    {"objectId": "pond-1"},
    type="lake",
)
edited(
    "base-below-a-plot",
    "基地挂在地块下",
    "a base stands below a plot and in a circle",
    OBJECTS,
    {"objectId": "base-1"},
    parentId="plot-1",
)
edited(
    "device-at-no-object",
    "设备的对象不存在",
    "a device stands at an object that is not there",
    DEVICES,
    {"deviceId": "cl-0003"},
    objectId="pond-9",
)


@MUTANTS.add("base-below-a-greenhouse", "下级基地挂在温室下", "a base stands below a greenhouse")
def _base_below(platform: Platform) -> None:
    row = {"objectId": "base-3", "name": "倒挂基地", "type": "base", "parentId": "greenhouse-1", "orgId": "org-a"}
    platform.store.add(OBJECTS, "base-3", row)


@MUTANTS.add("unknown-object-taken", "注册时不查对象", "a device at an object that is not there is taken")
def _unknown_object(platform: Platform) -> None:
    registry(platform).check_object = lambda _: None


# --- positions --------------------------------------------------------------------------------------------------------


def _turned(row: Row) -> Row:
    first, second = row["location"]["coordinates"]
    return row | {"location": {"type": "Point", "coordinates": [second, first]}}


def _rounded(row: Row) -> Row:
    return row | {
        "location": {"type": "Point", "coordinates": [round(one, 2) for one in row["location"]["coordinates"]]}
    }


showing("positions-turned-round", "坐标纬度在前", "positions are shown latitude first", _turned)
showing("positions-rounded", "坐标取两位小数", "positions are shown with two decimals", _rounded)
showing(
    "crs-not-told",
    "不声明坐标系",
    "reference systems are not shown",
    lambda row: {name: one for name, one in row.items() if name != "crs"},
)
showing(
    "crs-always-the-same",
    "坐标系一律写 CGCS2000",
    "all positions are said to be CGCS2000",
    lambda row: row | {"crs": "CGCS2000"},
)
edited(
    "position-turned-within-range",
    "一台设备经纬度颠倒且仍在范围内",
    "one device lies latitude first, within all ranges",
    DEVICES,
    {"deviceId": "cl-0003"},
    location={"type": "Point", "coordinates": [30.5, 86.2]},
)
edited(
    "position-of-zero",
    "设备位于 0,0",
    "a device lies at 0, 0",
    DEVICES,
    {"deviceId": "cl-0003"},
    location={"type": "Point", "coordinates": [0, 0]},
)


@MUTANTS.add("positions-unread", "坐标不校验", "positions are not looked at")
def _positions_unread(platform: Platform) -> None:
    registry(platform).rules["location"] = lambda value: isinstance(value, dict)


@MUTANTS.add("latitudes-unread", "只查经度范围", "longitudes are looked at, latitudes are not")
def _latitudes_unread(platform: Platform) -> None:
    registry(platform).rules["location"] = lambda value: abs(value["coordinates"][0]) <= 180  # noqa: PLR2004 -- degrees


# --- regions ----------------------------------------------------------------------------------------------------------

edited(
    "region-that-is-not-there",
    "区划代码不存在",
    "a region that is not in the list",
    DEVICES,
    {"deviceId": "cl-0003"},
    adminCode="999998001001",
)
edited(
    "region-of-seven-digits",
    "区划代码七位",
    "a region code of seven digits",
    DEVICES,
    {"deviceId": "cl-0003"},
    adminCode="9999990",
)
edited(
    "region-as-a-number",
    "区划代码为数字类型",
    "a region code is a number",
    OBJECTS,
    {"objectId": "pond-1"},
    adminCode=999999001002,
)

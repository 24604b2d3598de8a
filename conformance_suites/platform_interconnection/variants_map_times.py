"""Legal variants of the map services: some features have no time, and belong to every interval, or to none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part

if TYPE_CHECKING:
    from pytest_szxc.reference import Call, Platform

    from .reference_map_data import Feature, MapLayer

VARIANTS = demo.Variants()
TOPIC = "map"
UNTIMED = ("parcel-003", "well-005")


def _some_without_time(platform: Platform, *, always: bool) -> None:
    maps: Any = part(platform, TOPIC)  # whose methods a change may replace
    turned, selected = maps.turned, maps.selected

    def shown(feature: Feature, crs: str) -> Feature:
        other: Feature = turned(feature, crs)
        untimed = feature["id"] in UNTIMED
        return other | {"properties": dict.fromkeys(other["properties"])} if untimed else other

    def found(layer: MapLayer, call: Call) -> list[Feature]:
        timed = selected(layer, call)
        if "datetime" not in call.args:
            return list(timed)
        box = maps.box(call)
        here = [one for one in layer.features if box is None or maps.in_box(one, box)]
        return [one for one in here if (always if one["id"] in UNTIMED else one in timed)]

    maps.turned, maps.selected = shown, found


@VARIANTS.add("map-untimed-in-every-interval", "无时间的要素总在结果中", "features without a time are always found")
def _in_every_interval(platform: Platform) -> None:
    _some_without_time(platform, always=True)


@VARIANTS.add("map-untimed-in-no-interval", "无时间的要素不在结果中", "features without a time are never found")
def _in_no_interval(platform: Platform) -> None:
    _some_without_time(platform, always=False)

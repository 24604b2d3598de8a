"""Mutants of operating domains: what is missing, in the wrong unit, or in the wrong place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc import trajectory

from .reference_declaration import AUTO, COMBO, GUIDE, SUPERVISED, changed, field_exclusions, field_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()


def _domain(feature: str, change: Callable[[Row], object]) -> Callable[[Platform], None]:
    return lambda platform: changed(platform, feature, lambda row: change(row["odd"]))


def _renamed(odd: Row, name: str, other: str, factor: float) -> None:
    odd[other] = odd.pop(name) * factor


# --- what is missing --------------------------------------------------------------------------------------------------

MUTANTS.add(
    "declaration-domain-without-corrections",
    "一项运行域未写改正数龄期",
    "one domain does not say how old corrections may be",
)(_domain(GUIDE, lambda odd: odd["gnss"].pop("corr_age_s_max")))
MUTANTS.add(
    "declaration-domain-in-centimetres",
    "作物高度以厘米写在自有成员里",
    "the crop's height stands in a member of its own, in cm",
)(_domain(COMBO, lambda odd: _renamed(odd, "crop_height_m_max", "crop_height_cm_max", 100)))
MUTANTS.add(
    "declaration-domain-without-link",
    "遥控功能未写通信条件",
    "the domain of a feature with a remote operator says nothing of the link",
)(_domain(SUPERVISED, lambda odd: odd.pop("comm")))
MUTANTS.add("declaration-domain-without-ground", "地面种类为空表", "the kinds of ground are an empty list")(
    _domain(AUTO, lambda odd: odd.update(ground=[]))
)

# --- numbers ----------------------------------------------------------------------------------------------------------

MUTANTS.add("declaration-domain-range-turned-round", "速度上下限颠倒", "least and greatest speed have changed places")(
    _domain(GUIDE, lambda odd: odd.update(speed_mps={"min": 3.5, "max": 0.3}))
)
MUTANTS.add("declaration-domain-speed-in-millimetres", "速度以 mm/s 写", "speeds are in mm/s")(
    _domain(COMBO, lambda odd: odd.update(speed_mps={"min": 300, "max": 3500}))
)
MUTANTS.add(
    "declaration-domain-speed-with-another-unit",
    "速度另注单位 km/h",
    "the range of speed says of itself that it is in km/h",
)(_domain(AUTO, lambda odd: odd["speed_mps"].update(unit="km/h")))
MUTANTS.add("declaration-domain-slope-downhill", "最大坡度为负", "the greatest slope is negative")(
    _domain(SUPERVISED, lambda odd: odd.update(slope_deg_max=-8))
)
MUTANTS.add(
    "declaration-domain-age-without-limit",
    "改正数龄期以极大数代替无限",
    "a huge number stands for an unlimited age of corrections",
)(_domain(GUIDE, lambda odd: odd["gnss"].update(corr_age_s_max=1e9)))

# --- zones ------------------------------------------------------------------------------------------------------------


def _zoned(change: Callable[[Row], object]) -> Callable[[Platform], None]:
    """The combined feature with the field's zone, and a fault in it; none of its sessions is about the zone."""

    def domain(odd: Row) -> None:
        odd.update(zone=field_zone(), exclusions=field_exclusions())
        change(odd)

    return _domain(COMBO, domain)


def _ring(odd: Row) -> list[list[float]]:
    found: list[list[float]] = odd["zone"]["coordinates"][0]
    return found


def _crossed(odd: Row) -> None:
    ring = _ring(odd)
    ring[2], ring[3] = ring[3], ring[2]


def _swapped(polygon: Row) -> None:
    polygon["coordinates"] = [[place[::-1] for place in ring] for ring in polygon["coordinates"]]


def _in_parts(odd: Row) -> None:
    odd["zone"].update(type="MultiPolygon", coordinates=[odd["zone"]["coordinates"]])


def _with_hole_outside(odd: Row) -> None:
    odd["zone"]["coordinates"].append([[lon + 0.01, lat] for lon, lat in _ring(odd)])


MUTANTS.add("declaration-zone-crosses-itself", "作业区边界自交", "a zone's outline crosses itself")(_zoned(_crossed))
MUTANTS.add("declaration-zone-not-closed", "作业区边界不闭合", "a zone's outline is not closed")(
    _zoned(lambda odd: _ring(odd).pop())
)
MUTANTS.add("declaration-zone-latitude-first", "作业区坐标纬度在前", "a zone's positions have the latitude first")(
    _zoned(lambda odd: _swapped(odd["zone"]))
)
MUTANTS.add("declaration-zone-in-parts", "作业区为多个多边形", "a zone is a MultiPolygon")(_zoned(_in_parts))
MUTANTS.add("declaration-zone-says-gcj02", "作业区声明为 GCJ-02", "a zone is declared in GCJ-02")(
    _zoned(lambda odd: odd["zone"].update(crs="GCJ-02"))
)
MUTANTS.add("declaration-zone-without-system", "作业区未写坐标系", "a zone does not say its reference system")(
    _zoned(lambda odd: odd["zone"].pop("crs"))
)
MUTANTS.add("declaration-zone-hole-outside", "作业区的孔在区外", "a hole of a zone lies outside of it")(
    _zoned(_with_hole_outside)
)


def _province(odd: Row) -> None:
    odd["zone"]["coordinates"] = [[[121.0, 43.0], [135.0, 43.0], [135.0, 53.0], [121.0, 53.0], [121.0, 43.0]]]


def _line_beyond(odd: Row) -> None:
    """The shifted zone is as narrow as the lines that are driven in it are long."""
    _shifted_unsaid(odd)
    lon, lat = (sum(values) / len(values) for values in zip(*_ring(odd), strict=True))
    odd["zone"]["coordinates"] = [[[lon + (x - lon) * 0.9, lat + (y - lat) * 0.9] for x, y in _ring(odd)]]


def _shifted_unsaid(odd: Row) -> None:
    odd["zone"]["coordinates"] = [_shifted(ring) for ring in odd["zone"]["coordinates"]]
    odd["exclusions"] = []


def _shifted(ring: list[list[float]]) -> list[list[float]]:
    lat, lon = trajectory.shifted([lat for _, lat in ring], [lon for lon, _ in ring])
    return [[round(float(east), 10), round(float(north), 10)] for east, north in zip(lon, lat, strict=True)]


MUTANTS.add(
    "declaration-zone-shifted-unsaid",
    "作业区实为 GCJ-02，却声明 CGCS2000",
    "a zone is declared in CGCS2000 and is in GCJ-02",
)(_zoned(_shifted_unsaid))

MUTANTS.add(
    "declaration-zone-shifted-and-narrow",
    "作业区实为 GCJ-02，导航线略长于作业区",
    "a zone is in GCJ-02, and the lines reach a few metres beyond its edge",
)(_zoned(_line_beyond))
MUTANTS.add("declaration-zone-of-a-province", "作业区大如一省", "a zone is as large as a province")(_zoned(_province))
MUTANTS.add("declaration-domain-without-speed", "最高速度为 0", "the greatest speed is 0")(
    _domain(GUIDE, lambda odd: odd.update(speed_mps={"min": 0, "max": 0}))
)

# --- exclusions -------------------------------------------------------------------------------------------------------


def _elsewhere(odd: Row) -> None:
    for one in odd["exclusions"]:
        one["coordinates"] = [[[lon + 0.005, lat] for lon, lat in ring] for ring in one["coordinates"]]


def _around_everything(odd: Row) -> None:
    odd["exclusions"].append({"type": "Polygon", "coordinates": odd["zone"]["coordinates"]})


def _crossed_exclusion(odd: Row) -> None:
    ring = odd["exclusions"][1]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]


MUTANTS.add("declaration-exclusions-elsewhere", "禁入区在作业区外 400 米", "the exclusions lie 400 m outside the zone")(
    _zoned(_elsewhere)
)
MUTANTS.add("declaration-exclusion-latitude-first", "一个禁入区纬度在前", "one exclusion has the latitude first")(
    _zoned(lambda odd: _swapped(odd["exclusions"][1]))
)
MUTANTS.add("declaration-exclusion-of-everything", "一个禁入区盖住整个作业区", "one exclusion takes all of the zone")(
    _zoned(_around_everything)
)
MUTANTS.add(
    "declaration-exclusion-crosses-itself", "一个禁入区边界自交", "the outline of one exclusion crosses itself"
)(_zoned(_crossed_exclusion))

"""Legal variants of declarations, issued grades and operating domains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_declaration import (
    AUTO,
    COMBO,
    DECLARATIONS,
    GUIDE,
    SUPERVISED,
    TOPIC,
    VOID,
    changed,
    declared,
    field_exclusions,
    field_zone,
    stamp,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()


def _declared(platform: Platform, feature: str, **members: Any) -> None:  # noqa: ANN401 -- values of members
    """One more feature of the machine, declared now; it begins as the feature of grade 1."""
    row = next(one for one in declared() if one["feature_id"] == GUIDE)
    told = {**row, "feature_id": feature, "evidence": [], **members}
    part(platform, TOPIC).keep(told, stamp(platform.clock()))


# --- declarations and grades ------------------------------------------------------------------------------------------


@VARIANTS.add(
    "declarations-of-older-versions",
    "列表中另有旧版本的失效声明",
    "void declarations of older versions are listed, too",
)
def _older(platform: Platform) -> None:
    for row in platform.store.all(DECLARATIONS):
        older = {"system_version": "3.1.0", "status": VOID, "declared_at": "2025-03-02T09:00:00+08:00"}
        platform.store.add(DECLARATIONS, f"{row['feature_id']}/3.1.0", row | older | {"claimed_grade": 0})


@VARIANTS.add(
    "declaration-without-status",
    "声明不带状态，列出即在用",
    "declarations have no status: those that are listed are in force",
)
def _without_status(platform: Platform) -> None:
    def shown(row: Row) -> Row:
        return {name: value for name, value in row.items() if name != "status"}

    platform.alter(
        "list_declarations",
        lambda answer: answer.with_payload(answer.payload | {"list": [shown(row) for row in answer.payload["list"]]}),
    )


@VARIANTS.add(
    "declaration-of-grade-0",
    "另有 0 级的信息辅助功能，运行域只写两项",
    "one more feature, of grade 0, with a domain of two members",
)
def _grade_0(platform: Platform) -> None:
    members: Row = {"claimed_grade": 0, "lateral": "operator", "implement": "system", "public_roads": None}
    members |= {"odd": {"operations": ["spraying"], "speed_mps": {"max": 4}}}
    _declared(platform, "sz240-section-control", **members)


@VARIANTS.add(
    "declaration-hold-to-run", "2 级功能由操作者在视距内按住运行", "a feature of grade 2 is run in line of sight"
)
def _hold_to_run(platform: Platform) -> None:
    changed(platform, COMBO, lambda row: row.update(operator_location="line_of_sight"))


@VARIANTS.add(
    "declaration-speed-only", "另有只控制速度的 1 级功能", "one more feature, of grade 1, that only sets the speed"
)
def _speed_only(platform: Platform) -> None:
    _declared(platform, "sz240-cruise", lateral="operator", longitudinal="system")


@VARIANTS.add(
    "declaration-with-members-of-its-own",
    "声明与等级带有扩展成员",
    "declarations and grades have members of the platform's own",
)
def _own_members(platform: Platform) -> None:
    def more(row: Row) -> None:
        row.update({"x_serial": "SZ-0001", "x_notes": [], "lateral_note": None})
        row["odd"].update({"speed_kmh": {"max": 12.6}, "dust": "light"})

    platform.store.edit(DECLARATIONS, more)
    platform.alter("read_grade", lambda answer: answer.with_payload(answer.payload | {"issuer": "示例检测站"}))


@VARIANTS.add(
    "declaration-machine-answers-without-grade",
    "以机器名称查询应答 200，等级为 null",
    "a machine's name is answered 200, its grade null",
)
def _machine_without_grade(platform: Platform) -> None:
    def answered(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            try:
                return handler(call)
            except demo.ApiError:
                return demo.Answer({"feature_id": call.params["feature"], "grade": None})

        return answer

    platform.rewire("read_grade", answered)


@VARIANTS.add(
    "declaration-headlands-that-are-not",
    "作业没有地头也不用机具，两项为“不适用”，仍为 4 级",
    "a task without headland and implement: both `na`, and grade 4",
)
def _not_applicable(platform: Platform) -> None:
    def alter(row: Row) -> None:
        row |= {"headland": "na", "implement": "na", "operator_location": "in_cab"}
        row["odd"] |= {"headland_width_m": 0, "implements": []}

    changed(platform, AUTO, alter)


@VARIANTS.add("declaration-lead-time-beyond-need", "接管提前时间远长于要求，停车很快", "a lead time far beyond need")
def _long_lead(platform: Platform) -> None:
    changed(platform, COMBO, lambda row: row.update(take_over={"lead_s": 45.5}))


def _of(feature: str) -> Row:
    row = next(one for one in declared() if one["feature_id"] == feature)
    return {name: value for name, value in row.items() if name != "feature_id"}


# --- operating domains ------------------------------------------------------------------------------------------------


def _zoned(change: Callable[[Row], object]) -> Callable[[Platform], None]:
    """The combined feature with the field's zone, and something odd about it."""

    def domain(row: Row) -> None:
        row["odd"].update(zone=field_zone(), exclusions=field_exclusions())
        change(row["odd"])

    return lambda platform: changed(platform, COMBO, domain)


def _with_hole(odd: Row) -> None:
    odd["zone"]["coordinates"] += [odd["exclusions"].pop(0)["coordinates"][0][::-1]]


def _other_way_round(odd: Row) -> None:
    for polygon in (odd["zone"], *odd["exclusions"]):
        polygon["coordinates"] = [[[*place, 142.4] for place in ring[::-1]] for ring in polygon["coordinates"]]


def _across(odd: Row) -> None:
    ring = odd["exclusions"][1]["coordinates"][0]
    odd["exclusions"][1]["coordinates"] = [[[lon + 0.00005, lat] for lon, lat in ring]]


VARIANTS.add(
    "declaration-zone-with-a-hole", "作业区带孔，代替一个禁入区", "a hole of the zone stands for an exclusion"
)(_zoned(_with_hole))
VARIANTS.add(
    "declaration-zone-clockwise-with-heights", "边界顺时针，坐标带高程", "rings run clockwise, positions have heights"
)(_zoned(_other_way_round))
VARIANTS.add(
    "declaration-zone-by-its-epsg-code",
    "坐标系以 EPSG 代码按旧式 GeoJSON 写",
    "the reference system is named by its EPSG code",
)(_zoned(lambda odd: odd["zone"].update(crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}})))
VARIANTS.add(
    "declaration-zone-by-the-url-of-its-system", "坐标系以 OGC 网址写", "the reference system is named by its URL"
)(_zoned(lambda odd: odd["zone"].update(crs="http://www.opengis.net/def/crs/EPSG/0/4490")))
VARIANTS.add(
    "declaration-off-public-roads", "作业中写明不上公路", "an operation says of itself that it is off public roads"
)(lambda platform: changed(platform, GUIDE, lambda row: row["odd"]["operations"].append("非公路田间转移")))
VARIANTS.add(
    "declaration-exclusion-across-the-edge", "禁入区跨越作业区边界", "an exclusion lies across the zone's edge"
)(_zoned(_across))


@VARIANTS.add(
    "declaration-one-speed", "速度只有一个值，上下限相同", "a feature with one speed: least and greatest are the same"
)
def _one_speed(platform: Platform) -> None:
    changed(platform, GUIDE, lambda row: row["odd"].update(speed_mps={"min": 2, "max": 2, "unit": "m/s"}))


@VARIANTS.add(
    "declaration-of-a-fast-machine",
    "自走式喷雾机，最高 16.7 m/s",
    "a machine as fast as 16.7 m/s, with a link by satellite",
)
def _fast(platform: Platform) -> None:
    def fast(row: Row) -> None:
        row["odd"].update(speed_mps={"min": 0, "max": 16.7}, slope_deg_max=35.5, illuminance_lx_min=0)
        row["odd"]["comm"] = {"latency_ms_max": 900, "loss_s_max": 30}

    changed(platform, SUPERVISED, fast)

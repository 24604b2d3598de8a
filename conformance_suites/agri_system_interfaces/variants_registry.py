"""Legal variants of the registry: other ways in which a conforming platform keeps devices and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .mutants_registry import around, registry, with_body
from .reference import SUITE
from .reference_data import DEVICES, OBJECTS, REMOVED, stamp
from .reference_observations import where
from .reference_registry import GATEWAY, PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
OPERATIONS = ("list_devices", "read_device", "register_device", "update_device")
OFFSET = [0.0062, 0.0014]
"""By how much GCJ-02 lies beside CGCS2000 where the farm lies, in degrees."""


def _shown(platform: Platform, change: Callable[[Row], Row]) -> None:
    """Every device that is shown passes through ``change``."""

    def shown(answer: Answer) -> Answer:
        if "list" in answer.payload:
            return answer.with_payload(answer.payload | {"list": [change(row) for row in answer.payload["list"]]})
        return answer.with_payload(change(answer.payload))

    for operation in OPERATIONS:
        platform.alter(operation, shown)


def _refused_as(platform: Platform, operation: str, change: Callable[[demo.ApiError], demo.ApiError]) -> None:
    """Every refusal of an operation passes through ``change``."""

    def answered(call: Call, handler: Handler) -> Answer:
        try:
            return handler(call)
        except demo.ApiError as error:
            raise change(error) from error

    around(platform, operation, answered)


# --- answers ----------------------------------------------------------------------------------------------------------


@VARIANTS.add("bad-devices-are-422", "校验错误应答 422", "a device that breaks a rule is refused with 422")
def _are_422(platform: Platform) -> None:
    for operation in ("register_device", "update_device"):
        _refused_as(
            platform,
            operation,
            lambda error: error if error.status != 400 else demo.ApiError(422, error.code, error.message),  # noqa: PLR2004
        )


@VARIANTS.add(
    "device-refusals-in-envelope", "业务错误以 200 与结果码应答", "refusals of devices are answered 200 with a code"
)
def _in_envelope(platform: Platform) -> None:
    for operation in ("register_device", "update_device"):
        _refused_as(platform, operation, lambda error: demo.ApiError(200, error.code, error.message))


@VARIANTS.add("fields-told-as-pointers", "错误字段写作 JSON 指针", "a refusal names a member by its JSON pointer")
def _as_pointers(platform: Platform) -> None:
    _refused_as(
        platform,
        "register_device",
        lambda error: demo.ApiError(
            error.status, error.code, error.message.replace("invalid field: ", "校验失败：必填项 /")
        ),
    )


@VARIANTS.add("location-absolute", "Location 为完整地址", "Location is a whole address")
def _absolute(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        answer = handler(call)
        return answer.with_headers(Location=f"{call.url.partition('/szxc/')[0]}{answer.headers['Location']}/")

    around(platform, "register_device", change)


@VARIANTS.add("location-of-another-path", "Location 为网关后的路径", "Location has the path behind a gateway")
def _another_path(platform: Platform) -> None:
    platform.alter(
        "register_device", lambda one: one.with_headers(Location=one.headers["Location"].replace(PATH, "/api/device"))
    )


@VARIANTS.add("registered-with-its-id", "注册应答只含标识", "a registration is answered with the id alone")
def _with_its_id(platform: Platform) -> None:
    platform.alter("register_device", lambda one: one.with_payload({"deviceId": one.payload["deviceId"]}))


@VARIANTS.add("changed-without-a-word", "修改应答无内容", "a change is answered without the device")
def _without_a_word(platform: Platform) -> None:
    platform.alter("update_device", lambda one: one.with_payload({}))


@VARIANTS.add("removed-without-a-word", "注销应答 204", "a removal is answered 204")
def _removed_without_a_word(platform: Platform) -> None:
    platform.alter("remove_device", lambda _: demo.Answer(status=204, document=b"", content_type="application/json"))


@VARIANTS.add("removed-devices-are-410", "已注销设备应答 410", "a removed device is answered 410")
def _are_410(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        if platform.store.get(DEVICES, call.params["device"]) is None and platform.store.get(
            REMOVED, call.params["device"]
        ):
            raise demo.ApiError(410, 41001, "removed")
        return handler(call)

    around(platform, "read_device", change)


@VARIANTS.add("history-removed", "注销时清除历史", "a device's history is removed with it")
def _history_removed(platform: Platform) -> None:
    platform.parts[SUITE].capability["policies"]["deletedHistory"] = "removed"


# --- members ----------------------------------------------------------------------------------------------------------


@VARIANTS.add("devices-with-more", "设备另有成员", "devices with further members, which change by themselves")
def _with_more(platform: Platform) -> None:
    count = iter(range(10**6))
    _shown(
        platform,
        lambda row: {
            **row,
            "id": 4711,
            "etag": f"v{next(count)}",
            "updatedAt": stamp(platform.clock()),
            "lastSeenAt": stamp(platform.clock()),
            "tags": [],
        },
    )


@VARIANTS.add("states-by-the-platform", "新设备先为未激活", "a device is not activated until it is heard of")
def _by_the_platform(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        return handler(with_body(call, body | ({"status": "unactivated"} if "status" in body else {})))

    def heard(row: Row) -> None:
        device = platform.store.get(DEVICES, row["deviceId"])
        if device is not None and device["status"] == "unactivated":
            platform.store.replace(DEVICES, row["deviceId"], device | {"status": "online"})

    around(platform, "register_device", change)
    platform.parts[SUITE].heard.append(heard)


@VARIANTS.add("reference-system-by-default", "未给坐标系时为 CGCS2000", "a position without a system is in CGCS2000")
def _by_default(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        return handler(with_body(call, {"crs": "CGCS2000"} | body))

    around(platform, "register_device", change)


@VARIANTS.add("positions-converted", "GCJ02 坐标转换后保存", "positions in GCJ-02 are kept in CGCS2000")
def _converted(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        return handler(with_body(call, body | _in_cgcs(body)) if body.get("crs") == "GCJ02" else call)

    around(platform, "register_device", change)


def _in_cgcs(body: Row) -> Row:
    place = body["location"]["coordinates"]
    moved = [round(one - offset, 7) for one, offset in zip(place, OFFSET, strict=False)]
    return {"crs": "CGCS2000", "location": {"type": "Point", "coordinates": moved}}


@VARIANTS.add("positions-with-heights", "坐标含高程", "positions in WGS84, with heights")
def _with_heights(platform: Platform) -> None:
    def change(row: Row) -> None:
        row["location"] = {"type": "Point", "coordinates": [*row["location"]["coordinates"], 43.5]}
        row["crs"] = "WGS84"

    platform.store.edit(DEVICES, change)


@VARIANTS.add("positions-of-six-decimals", "坐标保留六位小数", "positions are kept with six decimals")
def _six_decimals(platform: Platform) -> None:
    _shown(
        platform,
        lambda row: row if "location" not in row else row | {"location": _rounded(row["location"])},
    )


def _rounded(location: Row) -> Row:
    return location | {"coordinates": [round(one, 6) for one in location["coordinates"]]}


# --- gateways and objects ---------------------------------------------------------------------------------------------


@VARIANTS.add("one-level-of-gateways", "网关不再级联", "no gateway stands below another")
def _one_level(platform: Platform) -> None:
    part = registry(platform)
    right = part.check_gateway

    def check(call: Call, row: Row) -> None:
        if row["category"] == GATEWAY and row.get("gatewayId"):
            raise demo.ApiError(422, 42201, "gateways are not cascaded")
        right(call, row)

    part.check_gateway = check


@VARIANTS.add("no-gateways", "没有网关", "no gateways", demo.rebind.without(SUITE, "gateways"))
def _no_gateways(platform: Platform) -> None:
    platform.store.edit(DEVICES, lambda row: row.pop("gatewayId", None))
    platform.store.remove(DEVICES, "gw-0001")


@VARIANTS.add("gateways-of-gateways", "网关级联三层", "gateways below gateways below gateways")
def _of_gateways(platform: Platform) -> None:
    top = platform.store.get(DEVICES, "gw-0001")
    platform.store.add(DEVICES, "gw-0002", top | {"deviceId": "gw-0002", "gatewayId": "gw-0001"})
    platform.store.add(DEVICES, "gw-0003", top | {"deviceId": "gw-0003", "gatewayId": "gw-0002"})


@VARIANTS.add("objects-of-more-levels", "对象多于两层", "sub-bases, plots within plots, machines without an address")
def _more_levels(platform: Platform) -> None:
    common = {"orgId": "org-a"}
    for name, kind, parent in (
        ("base-11", "base", "base-1"),
        ("plot-11", "plot", "base-11"),
        ("plot-12", "plot", "plot-11"),
        ("machine-1", "machine", "plot-12"),
        ("group-1", "animalGroup", "barn-1"),
    ):
        row = common | {"objectId": name, "name": f"示例对象 {name}", "type": kind, "parentId": parent}
        platform.store.add(OBJECTS, name, row)


@VARIANTS.add("regions-of-six-digits", "区划代码到县", "region codes name counties, objects have none")
def _six_digits(platform: Platform) -> None:
    platform.store.edit(DEVICES, lambda row: row.update(adminCode="999999"))
    platform.store.edit(OBJECTS, lambda row: row.pop("adminCode", None))


@VARIANTS.add("all-devices-off-line", "设备全部离线", "all listed devices are off-line")
def _out_of_service(platform: Platform) -> None:
    platform.store.edit(DEVICES, lambda row: row.update(status="offline"), where(orgId="org-a"))


# --- words ------------------------------------------------------------------------------------------------------------

IN_CHINESE = {
    "name": "设备名称不能为空",
    "category": "缺少设备类别",
    "modelId": "modelId不能为空",
    "objectId": "缺少object_id字段",
    "orgId": "所属机构必填",
    "location": "请填写经纬度",
    "channels": "至少一个通道",
}


@VARIANTS.add("missing-members-told-in-chinese", "缺项以中文说明", "missing members are told in Chinese words")
def _missing_members_told_in_chinese(platform: Platform) -> None:
    def told(error: demo.ApiError) -> demo.ApiError:
        field = error.message.removeprefix("invalid field: ")
        return demo.ApiError(error.status, error.code, IN_CHINESE.get(field, "参数错误"))

    _refused_as(platform, "register_device", told)


@VARIANTS.add("channels-without-resolution", "通道不写分辨力", "channels do not say what they resolve")
def _channels_without_resolution(platform: Platform) -> None:
    def bare(row: Row) -> Row:
        channels = [{name: one[name] for name in one if name != "resolution"} for one in row["channels"]]
        return row | {"channels": channels}

    _shown(platform, bare)

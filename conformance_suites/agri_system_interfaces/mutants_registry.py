"""Mutants of the registry: place of a new device, ids taken twice, form of ids, required members."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pytest_szxc import reference as demo

from .reference import part
from .reference_data import DEVICES
from .reference_registry import PATH, TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()


def registry(platform: Platform) -> Any:  # noqa: ANN401 -- a Registry whose methods are replaced
    """The platform's registry."""
    return part(platform, TOPIC)


def around(platform: Platform, operation: str, change: Callable[[Call, Handler], Answer]) -> None:
    """Let ``change`` answer an operation; it is given the call and the right handler."""
    platform.rewire(operation, lambda handler: lambda call: change(call, handler))


# --- place of a new device --------------------------------------------------------------------------------------------


def placed(name: str, zh: str, en: str, change: Callable[[Answer], Answer]) -> None:
    """A mutant that answers registrations otherwise."""
    MUTANTS.add(name, zh, en)(lambda platform: platform.alter("register_device", change))


placed(
    "registered-with-200",
    "注册成功应答 200",
    "a registration is answered 200",
    lambda one: demo.Answer(one.payload, one.headers),
)
placed(
    "registered-without-location",
    "注册应答缺 Location",
    "a registration does not say where the device is",
    lambda one: one.with_headers(Location=None),
)
placed(
    "location-of-the-collection",
    "Location 指向设备集合",
    "Location leads to the list of all devices",
    lambda one: one.with_headers(Location=PATH),
)
placed(
    "location-of-this-machine",
    "Location 写作本机地址",
    "Location names the platform's own loopback",
    lambda one: one.with_headers(Location=f"http://127.0.0.1:8080{one.headers['Location']}"),
)
placed(
    "registered-without-body",
    "注册应答无内容",
    "a registration is answered without the device",
    lambda one: one.with_payload({}),
)


@MUTANTS.add(
    "registered-in-name-only", "带序列号的设备注册后查无", "a registered device with a serial number is not there"
)
def _registered_in_name_only(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        answer = handler(call)
        if "serialNumber" in answer.payload:
            platform.store.remove(DEVICES, answer.payload["deviceId"])
        return answer

    around(platform, "register_device", change)


@MUTANTS.add("registered-with-other-ranges", "通道量程被改成缺省值", "channels get ranges of the platform's own")
def _registered_with_other_channels(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        answer = handler(call)
        channels = [one | {"rangeMin": one["rangeMin"] - 1} for one in answer.payload["channels"]]
        platform.store.replace(DEVICES, answer.payload["deviceId"], answer.payload | {"channels": channels})
        return answer

    around(platform, "register_device", change)


# --- ids taken twice --------------------------------------------------------------------------------------------------


@MUTANTS.add("duplicate-device-stored-twice", "同一标识登记两次", "the same id is registered twice")
def _stored_twice(platform: Platform) -> None:
    registry(platform).is_taken = lambda _: False


def _again(platform: Platform, change: Callable[[Call, demo.ApiError], Answer]) -> None:
    """What a second registration is answered."""

    def answered(call: Call, handler: Handler) -> Answer:
        try:
            return handler(call)
        except demo.ApiError as error:
            if error.code != 40901:  # noqa: PLR2004 -- a duplicate
                raise
            return change(call, error)

    around(platform, "register_device", answered)


@MUTANTS.add("duplicate-device-overwritten", "重复注册覆盖原设备", "a second registration replaces the device")
def _overwritten(platform: Platform) -> None:
    def change(call: Call, _: demo.ApiError) -> Answer:
        platform.store.replace(DEVICES, call.body["deviceId"], call.body)
        return demo.Answer(call.body, {"Location": f"{PATH}/{quote(call.body['deviceId'])}"}, 201)

    _again(platform, change)


@MUTANTS.add(
    "duplicate-device-refused-and-overwritten", "报重复却已覆盖", "a second registration is refused and replaces it"
)
def _refused_and_overwritten(platform: Platform) -> None:
    def change(call: Call, error: demo.ApiError) -> Answer:
        platform.store.replace(DEVICES, call.body["deviceId"], call.body)
        raise error

    _again(platform, change)


@MUTANTS.add(
    "duplicate-device-ignored", "重复注册应答成功", "a second registration is answered as if it were the first"
)
def _ignored(platform: Platform) -> None:
    _again(
        platform, lambda call, _: demo.Answer(call.body, {"Location": f"{PATH}/{quote(call.body['deviceId'])}"}, 201)
    )


@MUTANTS.add(
    "duplicate-device-is-another-conflict", "重复注册报 40902", "a second registration bears another conflict's code"
)
def _another_conflict(platform: Platform) -> None:
    def change(*_: object) -> Answer:
        raise demo.ApiError(409, 40902, "conflict")

    _again(platform, change)


# --- form of ids ------------------------------------------------------------------------------------------------------


def identified(name: str, zh: str, en: str, pattern: str, *, loose: bool = False) -> None:
    """A mutant that takes ids of another form; a loose one looks at their beginning only."""
    compiled = re.compile(pattern)
    judge = compiled.match if loose else compiled.fullmatch

    def apply(platform: Platform) -> None:
        registry(platform).rules["deviceId"] = lambda value: isinstance(value, str) and judge(value) is not None

    MUTANTS.add(name, zh, en)(apply)


identified("ids-of-any-form", "标识不校验", "ids are not looked at", r"(?s).*")
identified("ids-of-any-length", "标识不限长度", "ids may be of any length", r"[A-Za-z0-9][A-Za-z0-9._:-]{3,}")
identified(
    "ids-judged-by-line",
    "标识可以换行结尾",
    "an id may end with a line break",
    r"[A-Za-z0-9][A-Za-z0-9._:-]{3,63}$",
    loose=True,
)
identified("ids-begin-anyhow", "标识首字符不限", "an id may begin with a hyphen", r"[A-Za-z0-9._:-]{4,64}")
identified(
    "ids-of-32-characters",
    "标识至多 32 位",
    "ids longer than 32 characters are refused",
    r"[A-Za-z0-9][A-Za-z0-9._:-]{3,31}",
)
identified(
    "ids-without-dots", "标识不许点与冒号", "ids with dots or colons are refused", r"[A-Za-z0-9][A-Za-z0-9-]{3,63}"
)


@MUTANTS.add("ids-trimmed", "标识首尾空白被去掉", "blanks around an id are taken away silently")
def _trimmed(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        name = body.get("deviceId")
        return handler(with_body(call, body | {"deviceId": name.strip()}) if isinstance(name, str) else call)

    around(platform, "register_device", change)


@MUTANTS.add("id-refused-with-another-code", "标识无效报 40003", "an id that is none bears the code of unknown kinds")
def _with_another_code(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        try:
            return handler(call)
        except demo.ApiError as error:
            if error.message.endswith("deviceId") and error.code == 40002:  # noqa: PLR2004 -- see its name
                raise demo.ApiError(400, 40003, error.message) from error
            raise

    around(platform, "register_device", change)


# --- required members -------------------------------------------------------------------------------------------------


def _optional(platform: Platform, *members: str) -> None:
    part_ = registry(platform)
    part_.required = tuple(name for name in part_.required if name not in members)


@MUTANTS.add("location-not-required", "缺位置也收", "a device without a position is taken")
def _without_location(platform: Platform) -> None:
    _optional(platform, "location")


@MUTANTS.add("name-made-up", "缺名称时自编名称", "a device without a name is given one")
def _name_made_up(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        body = call.body if isinstance(call.body, dict) else {}
        return handler(with_body(call, {"name": "未命名设备"} | body))

    around(platform, "register_device", change)


@MUTANTS.add("channels-may-be-empty", "通道可为空", "a device may have no channel")
def _no_channels(platform: Platform) -> None:
    rules = registry(platform).rules
    right = rules["channels"]
    rules["channels"] = lambda value: value == [] or right(value)


def missing(name: str, zh: str, en: str, change: Callable[[str], demo.ApiError]) -> None:
    """A mutant that refuses a device without a member in another way; it is told the member."""

    def answered(call: Call, handler: Handler) -> Answer:
        try:
            return handler(call)
        except demo.ApiError as error:
            field = error.message.removeprefix("invalid field: ")
            if error.code != 40002 or field in call.body:  # noqa: PLR2004 -- what is there is not missing
                raise
            raise change(field) from error

    MUTANTS.add(name, zh, en)(lambda platform: around(platform, "register_device", answered))


missing(
    "missing-member-unnamed",
    "缺项不指明字段",
    "a refusal does not say what is missing",
    lambda _: demo.ApiError(400, 40002, "invalid field name or value"),
)
missing(
    "missing-member-among-all",
    "缺项时列出全部必填项",
    "a refusal lists all required members, whichever is missing",
    lambda _: demo.ApiError(400, 40002, "required: name category modelId objectId orgId location channels"),
)


@MUTANTS.add("refused-and-stored", "拒收的设备已入库", "a device that lacks its organisation is refused and stored")
def _refused_and_stored(platform: Platform) -> None:
    def change(call: Call, handler: Handler) -> Answer:
        try:
            return handler(call)
        except demo.ApiError:
            if isinstance(call.body, dict) and "orgId" not in call.body:
                platform.store.add(DEVICES, call.body["deviceId"], call.body | {"orgId": "org-a"})
            raise

    around(platform, "register_device", change)


@MUTANTS.add("listed-without-name", "设备列表缺名称", "listed devices have no name")
def _listed_without_name(platform: Platform) -> None:
    def change(answer: Answer) -> Answer:
        rows = [{name: one for name, one in row.items() if name != "name"} for row in answer.payload["list"]]
        return answer.with_payload(answer.payload | {"list": rows})

    platform.alter("list_devices", change)


def with_body(call: Call, body: Row) -> Call:
    """The call with another body."""
    members = {name: getattr(call, name) for name in call.__dataclass_fields__}
    return demo.Call(**(members | {"body": body}))

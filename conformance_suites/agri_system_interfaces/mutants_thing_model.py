"""Mutants of thing models and channels: what is declared, in which unit, and models that do not go with it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from . import reference_device_rules as rules
from .reference import part, unknown
from .reference_data import DEVICES, MODELS
from .reference_observations import TABLE, where
from .tables import kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Call, Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
SOIL, CLIMATE = ("so-0002",), ("cl-0002",)
"""Devices that nothing else is modelled on."""
SOILS, SOIL_MODEL = ("so-0001", "so-0002"), "soil-1"


def channels(platform: Platform, names: tuple[str, ...], channel: str, change: Callable[[Row], Row]) -> None:
    """Show a channel of some devices otherwise."""
    registry = part(platform, "registry")
    right = registry.shown

    def shown(row: Row) -> Row:
        found: Row = right(row)
        if row["deviceId"] not in names:
            return found
        kept = [change(dict(one)) if one["channelId"] == channel else one for one in found["channels"]]
        return found | {"channels": kept}

    registry.shown = shown


def _channel(name: str, zh: str, en: str, channel: str, change: Callable[[Row], Row]) -> None:
    MUTANTS.add(name, zh, en)(lambda platform: channels(platform, SOIL, channel, change))


def _without(*names: str) -> Callable[[Row], Row]:
    return lambda row: {name: value for name, value in row.items() if name not in names}


def _with(**members: Any) -> Callable[[Row], Row]:  # noqa: ANN401 -- bad values too
    return lambda row: row | members


# --- declared range and interval --------------------------------------------------------------------------------------

_channel("channel-without-interval", "通道缺采集间隔", "a channel without interval", "ph", _without("intervalS"))
_channel("channel-interval-zero", "通道采集间隔为零", "a channel with an interval of zero", "ph", _with(intervalS=0))
_channel("channel-without-unit", "通道缺单位", "a channel without unit", "ph", _without("unit"))
_channel("channel-range-swapped", "通道量程上下限颠倒", "a range upside down", "vwc", _with(rangeMin=100, rangeMax=0))
_channel("channel-range-empty", "通道量程上下限相等", "a range of one value", "ec", _with(rangeMin=20, rangeMax=20))
_channel("channel-range-as-text", "通道量程写成文字", "a range in quotes", "ph", _with(rangeMin="0", rangeMax="14"))


# --- kinds ------------------------------------------------------------------------------------------------------------


def _renamed(platform: Platform, channel: str, kind: str) -> None:
    """A kind is called otherwise, by the devices of a model and by the model itself."""
    channels(platform, SOILS, channel, _with(kind=kind))

    def change(model: Row) -> None:
        for one in model["properties"]:
            if one["id"] == channel:
                one["kind"] = kind

    platform.store.edit(MODELS, change, where(modelId=SOIL_MODEL))


MUTANTS.add("kind-in-snake-case", "种类代码写法不同", "a kind is written otherwise")(
    lambda platform: _renamed(platform, "ph", "soil_ph")
)
MUTANTS.add("kind-not-in-the-table", "种类代码不在表中", "a kind that nobody knows")(
    lambda platform: _renamed(platform, "ec", "salt")
)
MUTANTS.add("own-kind-not-declared", "自定种类未声明", "an own kind that is not declared")(
    lambda platform: _renamed(platform, "ec", "x-salt")
)


@MUTANTS.add("unknown-kind-registered", "注册时不核对种类", "a device with a channel of unknown kind is registered")
def _unknown_kind_registered(platform: Platform) -> None:
    registry = part(platform, "registry")

    def check(call: Call, row: Row) -> None:
        rules.check_form(row, registry.required, registry.rules)
        for channel in row["channels"]:
            if channel["kind"] in kinds():
                rules.check_channel(channel)
        registry.check_references(call, row)

    registry.check = check


# --- units ------------------------------------------------------------------------------------------------------------


def _unit(platform: Platform, channel: str, unit: str, **more: Any) -> None:  # noqa: ANN401 -- values of members
    """A unit is told otherwise: by the devices of the model, the model, and the observations."""
    channels(platform, SOILS, channel, _with(unit=unit, **more))

    def change(model: Row) -> None:
        for one in model["properties"]:
            if one["id"] == channel:
                one["unit"] = unit

    platform.store.edit(MODELS, change, where(modelId=SOIL_MODEL))
    for name in SOILS:
        platform.store.edit(TABLE, lambda row: row.update(unit=unit), where(deviceId=name, channelId=channel))


MUTANTS.add("unit-of-another-kind", "单位与种类不符", "a unit that does not go with its kind")(
    lambda platform: _unit(platform, "ph", "Cel")
)
MUTANTS.add("unit-unknown", "单位无人认识", "a unit that nobody knows")(
    lambda platform: _unit(platform, "vwc", "share")
)


@MUTANTS.add("gas-volume-without-temperature", "以 mg/m3 报气体而无参考温度", "a gas in mg/m3 without its temperature")
def _gas_volume(platform: Platform) -> None:
    model = platform.store.get(MODELS, "climate-1") | {"modelId": "climate-2"}
    for one in model["properties"]:
        if one["kind"] == "co2":
            one["unit"] = "mg/m3"
    platform.store.add(MODELS, "climate-2", model)
    platform.store.edit(DEVICES, lambda row: row.update(modelId="climate-2"), where(deviceId="cl-0002"))
    channels(platform, CLIMATE, "co2", _with(unit="mg/m3"))
    platform.store.edit(TABLE, lambda row: row.update(unit="mg/m3"), where(deviceId="cl-0002", kind="co2"))


def _values(name: str, zh: str, en: str, place: tuple[str, str], change: Callable[[Decimal], Decimal]) -> None:
    """A mutant with a channel (device, channel) that observes in another unit than it says."""
    device, channel = place

    def told(row: Row) -> None:
        row["value"] = float(change(Decimal(str(row["value"]))))

    MUTANTS.add(name, zh, en)(
        lambda platform: platform.store.edit(TABLE, told, where(deviceId=device, channelId=channel))
    )


HUMIDITY, PRESSURE, TEMPERATURE = (("cl-0002", name) for name in ("humidity", "pressure", "temperature"))
EC, VWC = ("so-0002", "ec"), ("so-0002", "vwc")
ZERO = Decimal("273.15")
_values("humidity-as-a-fraction", "湿度值为 0 到 1", "humidity from 0 to 1", HUMIDITY, lambda value: value / 100)
_values("pressure-in-pascal", "气压值为帕", "pressure in pascal", PRESSURE, lambda value: value * 100)
_values("temperature-in-kelvin", "气温值为开尔文", "temperature in kelvin", TEMPERATURE, lambda value: value + ZERO)
_values("soil-ec-in-microsiemens", "电导率值为 uS/cm", "EC in uS/cm", EC, lambda value: value * 1000)
_values("vwc-as-a-fraction", "含水量值为 0 到 1", "soil moisture from 0 to 1", VWC, lambda value: value / 100)


@MUTANTS.add("range-in-pascal", "量程以帕声明而单位为 hPa", "a range in pascal under hPa")
def _range_in_pascal(platform: Platform) -> None:
    channels(platform, CLIMATE, "pressure", _with(rangeMin=50000, rangeMax=110000))


@MUTANTS.add("range-of-a-fraction", "湿度量程为 0 到 1", "a range of humidity from 0 to 1")
def _range_of_a_fraction(platform: Platform) -> None:
    channels(platform, CLIMATE, "humidity", _with(rangeMin=0, rangeMax=1))


@MUTANTS.add("observations-in-another-unit", "观测的单位与通道不同", "observations in another unit than their channel")
def _another_unit(platform: Platform) -> None:
    platform.store.edit(TABLE, lambda row: row.update(unit="%"), where(deviceId="so-0002", channelId="ec"))


# --- models -----------------------------------------------------------------------------------------------------------


def _model(name: str, zh: str, en: str, change: Callable[[Row], object], model: str = SOIL_MODEL) -> None:
    """A mutant that tells one model otherwise."""
    MUTANTS.add(name, zh, en)(lambda platform: platform.store.edit(MODELS, change, where(modelId=model)))


_model("model-without-events", "物模型缺事件", "a model without events", lambda row: row.pop("events"))
_model(
    "model-properties-an-object", "物模型属性不是列表", "properties are no list", lambda row: row.update(properties={})
)
_model("model-lacks-a-property", "物模型缺一个属性", "a model lacks a property", lambda row: row["properties"].pop())
_model(
    "model-property-twice",
    "物模型属性重复",
    "a property twice",
    lambda row: row["properties"].append(row["properties"][0]),
)
_model(
    "model-of-another-kind",
    "属性种类与通道不同",
    "a property is of another kind than its channel",
    lambda row: row["properties"][0].update(kind="airHumidity", unit="%"),
)
_model(
    "model-in-another-unit",
    "属性单位与通道不同",
    "a property is in another unit than its channel",
    lambda row: row["properties"][1].update(unit="pH"),
)
_model(
    "feedback-to-nowhere",
    "服务反馈指向不存在的属性",
    "a service's feedback is no property",
    lambda row: row["services"][0].update(feedback="position"),
    "controller-1",
)


@MUTANTS.add("model-not-there", "设备的物模型取不到", "the model of some devices cannot be read")
def _model_not_there(platform: Platform) -> None:
    def change(handler: Callable[[Call], Any]) -> Callable[[Call], Any]:
        def answer(call: Call) -> Any:  # noqa: ANN401 -- an answer
            if call.params["model"] == SOIL_MODEL:
                raise unknown("model")
            return handler(call)

        return answer

    platform.rewire("read_model", change)


@MUTANTS.add("model-always-the-first", "取任何物模型都返回同一个", "every model is the first")
def _always_the_first(platform: Platform) -> None:
    first = platform.store.get(MODELS, "climate-1")
    platform.alter("read_model", lambda answer: answer.with_payload(first))

"""Legal variants of thing models and channels: other units, other spellings, own kinds, models in another form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc import units

from .reference import SUITE, part
from .reference_data import DEVICES, MODELS
from .reference_observations import TABLE, where

if TYPE_CHECKING:
    from pytest_szxc.reference import Platform, Statement

Row = dict[str, Any]
VARIANTS = demo.Variants()


def told_in(platform: Platform, kind: str, unit: str) -> None:
    """Everything of a kind is told in another unit: models, channels, ranges, observations."""
    platform.store.edit(MODELS, lambda row: _all_in(row["properties"], kind, unit, ("min", "max")))
    platform.store.edit(DEVICES, lambda row: _all_in(row["channels"], kind, unit, ("rangeMin", "rangeMax")))
    platform.store.edit(TABLE, lambda row: _all_in([row], kind, unit, ("value",)), where(kind=kind))


def _all_in(rows: list[Row], kind: str, unit: str, names: tuple[str, ...]) -> None:
    for row in rows:
        if row["kind"] == kind:
            converted = {name: float(units.convert(row[name], row["unit"], unit)) for name in names}
            row.update(unit=unit, **converted)


@VARIANTS.add("units-spelt-in-chinese-fashion", "单位写作 ℃、％ 等", "units spelt as Chinese platforms do")
def _spelt(platform: Platform) -> None:
    told_in(platform, "airTemperature", "℃")
    told_in(platform, "airHumidity", "%")
    told_in(platform, "soilEc", "mS/cm")
    told_in(platform, "totalFlow", "m³")


@VARIANTS.add("pressure-in-kilopascal", "气压以千帕声明", "pressure declared in kilopascal")
def _kilopascal(platform: Platform) -> None:
    told_in(platform, "airPressure", "kPa")


@VARIANTS.add("moisture-as-a-declared-fraction", "含水量以 m3/m3 声明", "soil moisture declared in m3/m3")
def _fraction(platform: Platform) -> None:
    told_in(platform, "soilMoistureVwc", "m3/m3")


@VARIANTS.add("ec-in-decisiemens", "电导率以 dS/m 声明", "EC declared in dS/m")
def _decisiemens(platform: Platform) -> None:
    told_in(platform, "soilEc", "dS/m")


@VARIANTS.add("gas-by-mass-with-temperature", "气体以 mg/m3 声明并注明参考温度", "a gas in mg/m3 with its temperature")
def _gas(platform: Platform) -> None:
    def ratio(value: float) -> float:
        return float(units.concentration(value, "ppm", "mg/m3", "co2", 25))

    def model(row: Row) -> None:
        for one in row["properties"]:
            if one["kind"] == "co2":
                one.update(unit="mg/m3", min=ratio(one["min"]), max=ratio(one["max"]))

    def device(row: Row) -> None:
        for one in row["channels"]:
            if one["kind"] == "co2":
                ends = {name: ratio(one[name]) for name in ("rangeMin", "rangeMax")}
                one.update(unit="mg/m3", referenceTemperature=25, **ends)

    platform.store.edit(MODELS, model)
    platform.store.edit(DEVICES, device)
    platform.store.edit(TABLE, lambda row: row.update(unit="mg/m3", value=ratio(row["value"])), where(kind="co2"))


@VARIANTS.add("kinds-of-its-own", "自定种类以 x- 开头并已声明", "own kinds, declared")
def _own_kinds(platform: Platform) -> None:
    def renamed(row: Row, members: str) -> None:
        for one in row[members]:
            if one["kind"] == "soilEc":
                one["kind"] = "x-soil-salinity"

    platform.store.edit(MODELS, lambda row: renamed(row, "properties"))
    platform.store.edit(DEVICES, lambda row: renamed(row, "channels"))
    platform.store.edit(TABLE, lambda row: row.update(kind="x-soil-salinity"), where(kind="soilEc"))
    farm = platform.parts[SUITE]
    farm.capability["kinds"] = part(platform, "thing_model").kinds()


@VARIANTS.add("a-few-odd-values", "个别异常值未加标志", "a few odd values without a flag")
def _odd(platform: Platform) -> None:
    first = platform.store.all(TABLE, where(deviceId="cl-0002", channelId="temperature"))[0]["phenomenonTime"]
    odd = where(deviceId="cl-0002", channelId="temperature", phenomenonTime=first)
    platform.store.edit(TABLE, lambda row: row.update(value=150), odd)


@VARIANTS.add("channels-without-observations", "通道尚无观测", "channels without observations")
def _empty(platform: Platform) -> None:
    for name in ("cl-0002", "so-0002"):
        for row in platform.store.all(TABLE, where(deviceId=name)):
            platform.store.remove(TABLE, f"{row['deviceId']}|{row['channelId']}|{row['_at']}")


@VARIANTS.add("models-say-little", "物模型只列标识", "models that list ids only")
def _little(platform: Platform) -> None:
    def change(row: Row) -> Row:
        shown = [{"id": one["id"]} for one in row["properties"]]
        return {"properties": shown, "events": [], "services": []}

    platform.alter("read_model", lambda answer: answer.with_payload(change(answer.payload)))


ALINK = {
    "modelId": "productKey",
    "properties": "properties[].{id: identifier, name: name, unit: dataType.specs.unit, "
    "min: to_number(dataType.specs.min), max: to_number(dataType.specs.max)}",
    "events": "events[].{id: identifier, name: name}",
    "services": "services[].{id: identifier, name: name}",
}
"""What a statement says of a thing model in the style of Alink TSL."""


def _bound(statement: Statement) -> Statement:
    key = (SUITE, "read_model")
    one = replace(statement.operations[key], fields=ALINK)
    return replace(statement, operations=statement.operations | {key: one})


@VARIANTS.add("models-in-alink-style", "物模型为 Alink 形式，由绑定映射", "models in the style of Alink, bound", _bound)
def _alink(platform: Platform) -> None:
    def spec(one: Row) -> Row:
        specs = {"min": str(one["min"]), "max": str(one["max"]), "unit": one["unit"], "step": str(one["resolution"])}
        told = {"identifier": one["id"], "name": one["id"], "accessMode": "rw" if one["writable"] else "r"}
        return told | {"required": False, "dataType": {"type": "double", "specs": specs}}

    def change(row: Row) -> Row:
        return {
            "schema": "model.json",
            "productKey": row["modelId"],
            "profile": {"productKey": row["modelId"]},
            "properties": [spec(one) for one in row["properties"]],
            "events": [{"identifier": "post", "name": "post", "type": "info", "outputData": []}],
            "services": [
                {"identifier": one["id"], "name": one["id"], "callType": "async", "inputData": []}
                for one in row["services"]
            ],
        }

    platform.alter("read_model", lambda answer: answer.with_payload(change(answer.payload)))

"""The data of the reference farm: objects, models, devices, and a week of observations."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from .reference_observations import INSTANT, TABLE, instant, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
OBJECTS, MODELS, DEVICES = "agri:objects", "agri:models", "agri:devices"
REMOVED = "agri:removed-devices"
"""Devices that were removed and whose history is kept."""
EACH = 8
"""Observations that each channel of each farm device has at first."""
STEP = timedelta(hours=3)
PLACES = {"base-1": [116.31, 39.92], "base-2": [117.02, 40.1]}
"""Longitude and latitude of the bases; everything else lies close by."""


@cache
def farm() -> Row:
    """The farm as ``reference_data.toml`` has it."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


ORG_OF: dict[str, str] = farm()["orgs"]
"""Organisation of an account; of any other account that of ``primary``."""


def fill(platform: Platform) -> None:
    """Make the tables; the newest observation lies an hour before the platform's present."""
    store, told = platform.store, farm()
    models = {row["modelId"]: row for row in told["models"]}
    objects = {row["objectId"]: row for row in told["objects"]}
    devices = [_device(row, models, objects, number, platform.now) for number, row in enumerate(told["devices"])]
    store.load(OBJECTS, ((row["objectId"], _text(row)) for row in objects.values()))
    store.load(MODELS, ((row["modelId"], _text(_model(row))) for row in models.values()))
    store.load(DEVICES, ((row["deviceId"], _text(row)) for row in devices))
    store.load(REMOVED, ())
    random = Random(f"{platform.seed}/farm")  # noqa: S311 -- made-up data, the same each time
    rows = [row for device in devices for row in _observed(device, random, platform.now)]
    store.extend(TABLE, ((key_of(row), _text(row)) for row in rows))


def _model(row: Row) -> Row:
    return {"events": [], "services": [], **row}


def _device(row: Row, models: dict[str, Row], objects: dict[str, Row], number: int, now: datetime) -> Row:
    model, place = models[row["modelId"]], objects[row["objectId"]]
    base = place.get("parentId", place["objectId"])
    longitude, latitude = PLACES[base]
    return {
        "name": f"{model['name']}{number + 1:02d}号",
        "category": model["category"],
        "manufacturer": "示例仪器厂",
        "serialNumber": f"SN{number:06d}",
        "orgId": place["orgId"],
        "adminCode": place["adminCode"],
        "location": {"type": "Point", "coordinates": [longitude + number / 1000, latitude + number / 1000]},
        "crs": "CGCS2000",
        "links": ["HTTP"],
        "protocols": ["http"],
        "firmwareVersion": "1.0.0",
        "installedAt": stamp(now - timedelta(days=400)),
        "lastSeenAt": stamp(now - timedelta(minutes=5)),
        "testDevice": False,
        "channels": [_channel(one, now) for one in model["properties"]],
        **row,
    }


def _channel(one: Row, now: datetime) -> Row:
    return {
        "channelId": one["id"],
        "kind": one["kind"],
        "unit": one["unit"],
        "rangeMin": one["min"],
        "rangeMax": one["max"],
        "resolution": one["resolution"],
        "intervalS": 300,
        "calibratedAt": stamp(now - timedelta(days=90)),
        "calibrationDueAt": stamp(now + timedelta(days=275)),
        "settable": one["writable"],
    }


def _observed(device: Row, random: Random, now: datetime) -> Iterator[Row]:
    for channel in device["channels"]:
        steps = round((channel["rangeMax"] - channel["rangeMin"]) / channel["resolution"])
        for number in range(EACH):
            at = stamp(now - timedelta(hours=1) - STEP * number)
            value = channel["rangeMin"] + random.randint(0, steps) * channel["resolution"]
            yield {
                "deviceId": device["deviceId"],
                "channelId": channel["channelId"],
                "objectId": device["objectId"],
                "kind": channel["kind"],
                "value": round(value, 3),
                "unit": channel["unit"],
                "phenomenonTime": at,
                "receivedTime": at,
                "flag": "N",
                "isHistorical": False,
                INSTANT: instant(at),
            }


def stamp(at: datetime) -> str:
    """An instant as the farm writes it."""
    return at.isoformat(timespec="seconds")


def _text(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False)

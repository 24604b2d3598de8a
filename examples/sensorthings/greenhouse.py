"""Two greenhouses of a county that does not exist, as SensorThings takes them; the same each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

Entity = dict[str, Any]
BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
STEP = timedelta(minutes=47, seconds=13)
EACH = 20
ZONES = tuple(timezone(timedelta(minutes=minutes)) for minutes in (0, 480, -210))
KINDS = (
    ("temperature", "airTemperature", "Cel", 12, 34),
    ("humidity", "airHumidity", "%RH", 40, 95),
    ("co2", "co2", "ppm", 380, 1200),
)
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
PLACES = {"gh-1": (3, [116.31, 39.92]), "gh-2": (1, [117.02, 40.1])}
"""Greenhouse → how many datastreams it has, and where it lies."""


def things() -> list[Entity]:
    """Each greenhouse with its datastreams, to be posted as one entity each; 60 observations belong to the first."""
    return [_thing(name, count) for name, (count, _) in PLACES.items()]


def _thing(name: str, count: int) -> Entity:
    streams = [_stream(name, *kind[:3]) for kind in KINDS[:count]]
    return {"name": name, "description": "示例温室", "properties": {"adminCode": "999999"}, "Datastreams": streams}


def _stream(thing: str, name: str, kind: str, unit: str) -> Entity:
    return {
        "name": name,
        "description": f"{thing} {name}",
        "unitOfMeasurement": {"name": unit, "symbol": unit, "definition": "-"},
        "observationType": MEASUREMENT,
        "Sensor": {"name": f"{thing}-{name}", "description": "-", "encodingType": "text/html", "metadata": "-"},
        "ObservedProperty": {"name": kind, "definition": f"urn:example:{kind}", "description": "-"},
    }


def observations() -> list[tuple[str, str, Entity]]:
    """Thing, datastream and observation, not in the order of their times, which are written in several offsets."""
    random = Random("999999")  # noqa: S311 -- made-up data
    made = [
        (thing, name, _observation(number, random.randrange(low * 10, high * 10) / 10, _told(thing, name, kind)))
        for thing, (count, _) in PLACES.items()
        for place, (name, kind, _, low, high) in enumerate(KINDS[:count])
        for number in range(place, EACH * len(KINDS), len(KINDS))
    ]
    random.shuffle(made)
    return made


def _told(thing: str, name: str, kind: str) -> Entity:
    """What an observation itself says of its origin: see README for why it must."""
    return {"deviceId": thing, "channelId": name, "kind": kind, "objectId": f"greenhouse-{thing}", "flag": "N"}


def _observation(number: int, value: float, told: Entity) -> Entity:
    at = (BEGIN + number * STEP).astimezone(ZONES[number % len(ZONES)]).isoformat()
    return {"phenomenonTime": at, "resultTime": at, "result": value, "parameters": told}


def feature(thing: str) -> Entity:
    """What the observations of a greenhouse are of."""
    point = {"type": "Point", "coordinates": PLACES[thing][1]}
    return {"name": f"greenhouse-{thing}", "description": "-", "encodingType": "application/geo+json", "feature": point}

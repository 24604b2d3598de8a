"""The reference node's traceability and machinery data, made from ``reference_traceability.toml``."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .reference_data import REGIONS, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
TRACE, TERMINALS, POINTS, UNITS = "trace", "terminals", "track_points", "work_units"
MARKET = "虚构批发市场"
SEASON = timedelta(days=60)
"""So long before the platform's present the first stages began."""
SOUTH, WEST = 40.2, 116.3
"""Where the made-up parcels lie, degrees."""


def fill(platform: Platform) -> None:
    """Make the four tables."""
    for table, rows in _filled(platform.now - SEASON):
        platform.store.load(table, rows)


@lru_cache(maxsize=4)
def _filled(begin: datetime) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Each table with its keys and JSON texts: the self-test fills hundreds of platforms with the same."""
    tables = tomllib.loads(Path(__file__).with_name("reference_traceability.toml").read_text(encoding="utf-8"))
    made = (
        (TRACE, "recordId", _records(tables, begin)),
        (TERMINALS, "terminalId", _terminals(tables["machinery"], begin)),
        (UNITS, "unitId", _units(tables["machinery"], begin)),
        (POINTS, "terminalId", _points(tables["machinery"], begin)),
    )
    return tuple(
        (table, tuple((row[key], json.dumps(row, ensure_ascii=False)) for row in rows)) for table, key, rows in made
    )


def _records(tables: Row, begin: datetime) -> Iterator[Row]:
    subjects = {row["key"]: row for row in tables["subjects"]}
    products = tables["products"]
    for place, product in enumerate(products):
        names = {"line": product["line"], "next": products[(place + 1) % len(products)]["line"]}
        for step in tables["steps"]:
            row = _named(step, names)
            at = begin + timedelta(days=row["day"], hours=place)
            yield _record(row, subjects, product, at, REGIONS[place % len(REGIONS)])


def _record(row: Row, subjects: dict[str, Row], product: Row, at: datetime, region: str) -> Row:
    subject = subjects[product["grower"] if row["subject"] == "grower" else row["subject"]]
    record = {
        "recordId": row["record"],
        "regionCode": region,
        "recordedAt": stamp(at),
        "stage": row["stage"],
        "subject": {name: value for name, value in subject.items() if name != "key"} | {"address": "测试县虚构路"},
        "own": row["own"],
        "dest": {"nextSubject": subjects[row["to"]]["name"] if row["to"] in subjects else MARKET},
        "outBatch": row["out"],
        "product": {"code": product["code"], "name": product["name"], "qty": 1000 - 50 * row["day"], "unit": "kg"},
    }
    if "prev" in row:
        record |= {"source": {"prevBatch": row["prev"] if row["prev"][1:] else row["prev"][0]}, "inBatch": row["in"]}
    return record | ({"extension": row["extension"]} if "extension" in row else {})


def _named(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 -- a TOML value
    """A value with the lines' names filled in."""
    if isinstance(value, dict):
        return {name: _named(item, names) for name, item in value.items()}
    if isinstance(value, list):
        return [_named(item, names) for item in value]
    return value.format(**names) if isinstance(value, str) else value


def _terminals(machinery: Row, begin: datetime) -> Iterator[Row]:
    for number in range(1, machinery["terminals"] + 1):
        yield {
            "terminalId": terminal(number),
            "machineId": f"M-{number:04d}",
            "model": "虚构 BD-2",
            "maker": "虚构终端厂",
            "regionCode": REGIONS[number % len(REGIONS)],
            "registeredAt": stamp(begin),
        }


def _units(machinery: Row, begin: datetime) -> Iterator[Row]:
    kinds = machinery["operations"]
    for number in range(1, machinery["units"] + 1):
        at = begin + timedelta(hours=5 * number)
        yield {
            "unitId": f"U-{number:05d}",
            "terminalId": terminal(1 + number % machinery["terminals"]),
            "operation": kinds[number % len(kinds)],
            "area": 10 + number / 4,
            "startedAt": stamp(at),
            "finishedAt": stamp(at + timedelta(hours=2)),
        }


def _points(machinery: Row, begin: datetime) -> Iterator[Row]:
    """Points of each terminal: it drives to the parcel, then works there, with a width or with a depth."""
    for number in range(1, machinery["terminals"] + 1):
        for step in range(machinery["points"]):
            work = {"status": "working", **({"depth": 28} if number % 2 else {"width": 2.4}), "speed": 6.5}
            yield {
                "terminalId": terminal(number),
                "lat": round(SOUTH + number / 100 + step / 10000, 6),
                "lon": round(WEST + number / 100, 6),
                "time": stamp(begin + timedelta(hours=number, seconds=30 * step)),
                **(work if step else {"status": "transport", "speed": 18}),
            }


def terminal(number: int) -> str:
    """The id of the terminal with a number."""
    return f"BD{number:010d}"

"""The data of the reference node: records of its resources, and the history of their changes."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
Rows = tuple[tuple[str, str], ...]
"""Keys, each with the JSON text of its row."""
REGIONS = ("999999001000", "999999002000", "999999003000")
DELETED_EACH = 9
"""One record in so many was deleted again: the history tells it, the records do not."""
UPDATED_EACH = 4
"""One record in so many was changed after it had been made."""
STEP = timedelta(minutes=37)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its code, title, kinds of records, how many there are, and whether all may read it."""

    code: str
    title: str
    kinds: tuple[str, ...]
    count: int
    restricted: bool = False

    @property
    def records(self) -> str:
        """The table of its records."""
        return records_of(self.code)

    @property
    def changes(self) -> str:
        """The table of its changes, in the order in which they happened."""
        return changes_of(self.code)

    def described(self) -> Row:
        """The resource as the capability document names it."""
        return {
            "resourceCode": self.code,
            "title": self.title,
            "key": "id",
            "filterFields": ["regionCode", "kind"],
            "regionField": "regionCode",
        }


def records_of(code: str) -> str:
    """The table of a resource's records."""
    return f"records:{code}"


def changes_of(code: str) -> str:
    """The table of a resource's changes."""
    return f"changes:{code}"


@cache
def resources() -> tuple[Resource, ...]:
    """The resources of ``reference_data.toml``."""
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["resources"]
    return tuple(
        Resource(row["code"], row["title"], tuple(row["kinds"]), row["count"], row.get("restricted", False))
        for row in tables
    )


def fill(platform: Platform) -> None:
    """Make the tables of all resources; the last change lies an hour before the platform's present."""
    for resource in resources():
        records, changes = _filled(resource, platform.seed, platform.now)
        platform.store.load(resource.records, records)
        platform.store.load(resource.changes, changes)


@lru_cache(maxsize=64)
def _filled(resource: Resource, seed: int, now: datetime) -> tuple[Rows, Rows]:
    """A resource's records and changes: the self-test fills hundreds of platforms with the same."""
    history = list(_history(resource, seed, now))
    records = tuple((row["id"], _text(row)) for row in _present(history))
    return records, tuple((change["id"], _text(change)) for change in history)


def _history(resource: Resource, seed: int, now: datetime) -> Iterator[Row]:
    """All changes, in order: each record is made, some are changed, some deleted."""
    random = Random(f"{seed}/{resource.code}")  # noqa: S311 -- made-up data, the same each time
    steps = [("I", number) for number in range(1, resource.count + 1)]
    steps += [("U", number) for number in range(UPDATED_EACH, resource.count + 1, UPDATED_EACH)]
    steps += [("D", number) for number in range(DELETED_EACH, resource.count + 1, DELETED_EACH)]
    begin = now - timedelta(hours=1) - STEP * len(steps)
    made: dict[int, Row] = {}
    for mark, (op, number) in enumerate(steps, start=1):
        at = begin + STEP * mark
        record = made[number] = _record(resource, number, at, random, made.get(number))
        change = {"id": record["id"], "op": op, "watermark": mark, "updatedAt": stamp(at)}
        yield change if op == "D" else change | {"record": record}


def _record(resource: Resource, number: int, at: datetime, random: Random, before: Row | None) -> Row:
    made = {
        "id": f"{resource.code[:9]}-{number:06d}",
        "resourceCode": resource.code,
        "regionCode": REGIONS[number % len(REGIONS)],
        "kind": resource.kinds[number % len(resource.kinds)],
        "collectedAt": stamp(at - timedelta(minutes=5)),
    }
    data = {"name": f"{resource.title}{number:04d}", "area": random.randrange(100, 9000) / 100}
    return {**made, **({"collectedAt": before["collectedAt"]} if before else {}), "updatedAt": stamp(at), "data": data}


def _present(history: list[Row]) -> list[Row]:
    """What is left of a history: the last state of each record that was not deleted."""
    left: dict[str, Row] = {}
    for change in history:
        if change["op"] == "D":
            left.pop(change["id"], None)
        else:
            left[change["id"]] = change["record"]
    return list(left.values())


def stamp(at: datetime) -> str:
    """An instant as the node writes it."""
    return at.isoformat(timespec="seconds")


def _text(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False)

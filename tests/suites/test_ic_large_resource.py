"""How many requests the checks of exchange make of a resource that is too large to be read whole."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from ic_judging import judged, part

from pytest_szxc.model import Status
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Platform

RECORDS, LIMIT = 20_400, 30
CODE = "310999001/000001"
BUDGET = 600


@cache
def rows() -> tuple[tuple[str, str], ...]:
    """Records that were made and never changed."""
    return tuple(_rows())


def _rows() -> Iterator[tuple[str, str]]:
    for number in range(RECORDS):
        row: dict[str, Any] = {
            "id": f"310999001-{number:06d}",
            "kind": f"k{number % 7}",
            "regionCode": "999999001000",
            "updatedAt": f"2026-05-{1 + number * 28 // RECORDS:02d}T00:{number % 60:02d}:00+08:00",
        }
        yield row["id"], json.dumps(row)


def large(platform: Platform) -> None:
    """A resource of 680 pages, of which no whole walk can be made."""
    _refill(platform)
    exchange = part("reference").part(platform, "exchange")
    exchange.limit = platform.parts["platform_interconnection"].capability["limits"]["pageSize"] = LIMIT


def _refill(platform: Platform) -> None:
    for row in platform.store.all(f"records:{CODE}"):
        platform.store.remove(f"records:{CODE}", row["id"])
    for row in platform.store.all(f"changes:{CODE}"):
        platform.store.remove(f"changes:{CODE}", row["id"])
    platform.store.extend(f"records:{CODE}", rows())
    platform.store.extend(f"changes:{CODE}", changes())


@cache
def changes() -> tuple[tuple[str, str], ...]:
    """Each record was made once."""
    return tuple(
        (key, json.dumps({"id": key, "op": "I", "watermark": mark, "record": json.loads(text)}))
        for mark, (key, text) in enumerate(rows(), start=1)
    )


@pytest.mark.parametrize("requirement", ["IC-027", "IC-028", "IC-030", "IC-031", "IC-032"])
def test_a_resource_too_large_for_a_whole_walk_is_judged_by_windows(requirement: str) -> None:
    store = ExchangeStore(None)
    assert judged(requirement, large, store=store).status is Status.PASS
    assert store.counters().sent < BUDGET


def faulty(platform: Platform) -> None:
    large(platform)
    part("mutants_exchange").MUTANTS["page-begins-with-the-last-record"].apply(platform)


def test_a_fault_at_every_border_is_seen_in_the_windows() -> None:
    store = ExchangeStore(None)
    assert judged("IC-028", faulty, store=store).status is Status.FAIL
    assert store.counters().sent < BUDGET


def test_an_incremental_fault_in_a_long_log_is_seen_where_the_windows_lie() -> None:
    def stale(platform: Platform) -> None:
        large(platform)
        platform.store.edit(f"changes:{CODE}", lambda change: change["record"].update(kind="other"))

    assert judged("IC-032", stale).status is Status.FAIL


@pytest.mark.parametrize("requirement", ["IC-046", "IC-054", "IC-056"])
def test_who_looks_at_single_records_looks_at_the_first_thousands(requirement: str) -> None:
    store = ExchangeStore(None)
    assert judged(requirement, large, store=store).status is Status.PASS
    assert store.counters().sent < BUDGET

"""Observations by schema: one for a record that conforms, one for each error otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pytest_szxc import Record, schema
from pytest_szxc.checks.rules import HELD
from pytest_szxc.model import Finding, Location

RESULT = "urn:szxc:data_classification:grading-result"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def record(**value: Any) -> Record:
    return Record(value, Location(exchange="x1", record="r1", pointer="/data"), NOW)


def test_one_observation_for_a_record_that_conforms() -> None:
    assert list(schema.conforms(record(level="general", subLevel=Decimal("1.0")), RESULT)) == [HELD]


def test_one_finding_for_each_error_with_its_place() -> None:
    found = list(schema.conforms(record(level="secret", subLevel="3"), RESULT))
    assert all(isinstance(one, Finding) for one in found)
    places = [one.at for one in found if isinstance(one, Finding)]
    assert Location("x1", "r1", "/data/level") in places
    assert Location("x1", "r1", "/data/subLevel") in places


def test_null_is_absent() -> None:
    assert list(schema.conforms(record(level="core", subLevel=None), RESULT)) == [HELD]
    (missing,) = schema.conforms(record(level=None), RESULT)
    assert isinstance(missing, Finding)
    assert (missing.at.pointer, missing.observed) == ("/data/level", "absent")


def test_nulls_in_lists_keep_their_places() -> None:
    assert schema.without_nulls({"a": [None, {"b": None, "c": 1}], "d": None}) == {"a": [None, {"c": 1}]}


def test_without_nulls_goes_only_so_deep() -> None:
    value: Any = {"end": None}
    for _ in range(100):
        value = {"in": value}
    assert schema.without_nulls(value, depth=1) == value


def test_holds() -> None:
    assert schema.holds("3070010", "urn:szxc:common:resource-code")
    assert not schema.holds("3070010\n", "urn:szxc:common:resource-code")

"""Observations by JSON Schema: a record conforms to a packaged schema, or each deviation is a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.checks.rules import HELD
from pytest_szxc.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.catalogue.schemas import SchemaError
    from pytest_szxc.checks.rules import Observation
    from pytest_szxc.model import Json
    from pytest_szxc.record import Record


def conforms(record: Record, urn: str) -> Iterator[Observation]:
    """Whether a record conforms to a schema: one observation, or one finding for each error with its JSON pointer.

    A member that is null says nothing and counts as absent, as every reader of ``Record`` has it.

    Raises:
        CatalogueError: the schema is not packaged.
    """
    broken = False
    for error in _errors(record.value, urn):
        broken = True
        at = record.origin._replace(pointer=record.origin.pointer + error.pointer)
        yield Finding(at, error.expected, error.observed)
    if not broken:
        yield HELD


def _errors(value: Json, urn: str) -> Iterator[SchemaError]:
    """Nulls are taken out only of what does not hold as it is, for a copy of every record would be the main cost."""
    judge = validator(urn)
    return iter(()) if judge.holds(value) else judge.errors(without_nulls(value))


def holds(value: Json, urn: str) -> bool:
    """Whether a value conforms to a packaged schema.

    Raises:
        CatalogueError: the schema is not packaged.
    """
    return validator(urn).holds(value)


def without_nulls(value: Json, depth: int = 64) -> Json:
    """A value without the null members of its objects, down to ``depth``; members of lists keep their places."""
    if depth == 0:
        return value
    if isinstance(value, dict):
        return {name: without_nulls(item, depth - 1) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item, depth - 1) for item in value]
    return value

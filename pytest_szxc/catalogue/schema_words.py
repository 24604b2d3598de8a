"""Schema errors in our own short, language-neutral words, built from path, keyword and schema value.

The wording of a library changes with its version and quotes foreign values whole; findings must do neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.dialect import escape
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jsonschema.exceptions import ValidationError

    from pytest_szxc.model import Json

CAP = 20
MOST_SOUGHT = 1000
"""After so many errors no more are looked for: making them is most of the time that a bad value takes."""
CLIP = 120


class _Absent:
    """Stands for a member that is not there."""


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class SchemaError:
    """Where a value breaks its schema: JSON pointer into the value, keyword, what would hold, what was seen.

    A missing or unknown member is pointed at itself (``/label required``), not at its parent.
    """

    pointer: str
    keyword: str
    expected: str
    observed: str


def in_order(errors: Iterable[ValidationError]) -> list[SchemaError]:
    """At most ``CAP`` of the first ``MOST_SOUGHT`` errors in canonical order.

    By pointer (array indexes as numbers), then keyword, then words.
    """
    keyed = {(_order(error), worded(error)) for error in islice(errors, MOST_SOUGHT)}
    return [error for _, error in sorted(keyed, key=lambda pair: (pair[0], pair[1].keyword, pair[1].expected))[:CAP]]


def _order(error: ValidationError) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, part, "") if isinstance(part, int) else (1, 0, str(part)) for part in error.absolute_path)


def worded(error: ValidationError) -> SchemaError:
    """The library's error in our words."""
    pointer = "".join(f"/{escape(part)}" for part in error.absolute_path)
    keyword = str(error.validator or "false")
    expected = _EXPECTED.get(keyword, _plain)(error.validator_value)
    return SchemaError(pointer, keyword, show(expected, CLIP), _observed(keyword, error.instance))


def _observed(keyword: str, instance: Json) -> str:
    if instance is ABSENT:
        return "absent"
    if keyword in _COUNTED:
        return f"{len(instance)} {_COUNTED[keyword]}"
    return show(instance, CLIP)


_COUNTED = {"minItems": "items", "maxItems": "items", "minProperties": "members", "maxProperties": "members"}


def _plain(value: Json) -> str:
    return show(value, CLIP)


def _brief(schema: Json) -> str:
    """One alternative of ``anyOf`` in few letters."""
    if not isinstance(schema, dict):
        return show(schema)
    if isinstance(schema.get("$ref"), str):
        return str(schema["$ref"]).rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    for keyword in ("const", "enum", "pattern", "format", "type"):
        if keyword in schema:
            return _EXPECTED.get(keyword, _plain)(schema[keyword])
    return "{" + ", ".join(sorted(schema)) + "}"


def _alternatives(schemas: Json) -> str:
    return " | ".join(_brief(schema) for schema in schemas)


def _listed(values: Json) -> str:
    return " | ".join(show(value) for value in values)


_EXPECTED: dict[str, Callable[[Json], str]] = {
    "additionalProperties": lambda _: "absent",
    "anyOf": _alternatives,
    "const": show,
    "contains": lambda schema: f"contains {_brief(schema)}",
    "dependentRequired": lambda _: "present",
    "enum": _listed,
    "exclusiveMaximum": lambda limit: f"< {limit}",
    "exclusiveMinimum": lambda limit: f"> {limit}",
    "false": lambda _: "absent",
    "items": lambda _: "no further items",
    "maxContains": lambda count: f"contains <= {count}",
    "maxItems": lambda count: f"<= {count} items",
    "maxLength": lambda count: f"length <= {count}",
    "maxProperties": lambda count: f"<= {count} members",
    "maximum": lambda limit: f"<= {limit}",
    "minContains": lambda count: f"contains >= {count}",
    "minItems": lambda count: f">= {count} items",
    "minLength": lambda count: f"length >= {count}",
    "minProperties": lambda count: f">= {count} members",
    "minimum": lambda limit: f">= {limit}",
    "multipleOf": lambda step: f"multiple of {step}",
    "not": lambda schema: f"not {_brief(schema)}",
    "oneOf": lambda schemas: f"one of {_alternatives(schemas)}",
    "required": lambda _: "present",
    "type": lambda types: types if isinstance(types, str) else "|".join(types),
    "unevaluatedItems": lambda _: "no further items",
    "unevaluatedProperties": lambda _: "no further members",
    "uniqueItems": lambda _: "unique items",
}

"""The two engines of JSON Schema: jsonschema lists errors and decides, jsonschema-rs says quickly: valid.

The reference engine is put right where Python's habits differ from the drafts: ``pattern`` follows ECMA-262, an
integral decimal is an integer, and a missing or unknown member is pointed at itself.
"""

from __future__ import annotations

import os
from decimal import Decimal
from typing import TYPE_CHECKING, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from pytest_szxc.catalogue.dialect import compiled
from pytest_szxc.catalogue.schema_words import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.model import Json

ENGINE_VARIABLE = "SZXC_ENGINE"


def _required(_: object, names: list[str], instance: Json, __: object) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        yield from (_missing(name) for name in names if name not in instance)


def _dependent(_: object, needs: dict[str, list[str]], instance: Json, __: object) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        names = (name for key, names in needs.items() if key in instance for name in names)
        yield from (_missing(name) for name in names if name not in instance)


def _missing(name: str) -> ValidationError:
    return ValidationError("missing", path=(name,), instance=ABSENT)


def _pattern(_: object, pattern: str, instance: Json, __: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not compiled(pattern).search(instance):
        yield ValidationError("pattern")


def _keyed(
    validator: Draft202012Validator, keyed: dict[str, Json], instance: Json, _: object
) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for pattern, schema in keyed.items():
            for name in (name for name in instance if compiled(pattern).search(name)):
                yield from _below(validator, instance[name], schema, name)


def _additional(
    validator: Draft202012Validator, allowed: Json, instance: Json, schema: dict[str, Json]
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    patterns = [compiled(pattern) for pattern in schema.get("patternProperties", ())]
    named = schema.get("properties", {})
    for name, value in instance.items():
        if name in named or any(pattern.search(name) for pattern in patterns):
            continue
        if allowed is False:
            yield ValidationError("unknown", path=(name,), instance=value)
        else:
            yield from _below(validator, value, allowed, name)


def _properties(
    validator: Draft202012Validator, properties: dict[str, Json], instance: Json, _: object
) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name, schema in properties.items():
            if name in instance:
                yield from _below(validator, instance[name], schema, name)


def _below(validator: Draft202012Validator, value: Json, schema: Json, name: str) -> Iterator[ValidationError]:
    """The errors of a member; jsonschema forgets the place of one that ``false`` forbids."""
    if schema is False:
        yield ValidationError("false", validator="false", path=(name,), instance=value)
    else:
        yield from validator.descend(value, schema, path=name)


def _is_integer(_: object, value: Json) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


Reference: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    validators={
        "additionalProperties": _additional,
        "dependentRequired": _dependent,
        "pattern": _pattern,
        "patternProperties": _keyed,
        "properties": _properties,
        "required": _required,
    },
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


def quick_engine(urn: str, documents: dict[str, dict[str, Json]]) -> Callable[[Json], bool] | None:
    """The quick engine's ``is_valid`` for a schema and all it needs; ``None`` where not installed, wanted or able.

    What the engine cannot take it does not call valid, so that the reference engine decides.
    """
    if os.environ.get(ENGINE_VARIABLE) == "pure":
        return None
    try:
        import jsonschema_rs as engine  # noqa: PLC0415 -- an extra, found at run time

        known = engine.Registry(list(documents.items()), retriever=_refuse)
        patterns = engine.RegexOptions()
        is_valid = engine.Draft202012Validator(
            {"$ref": urn}, registry=known, retriever=_refuse, pattern_options=patterns
        ).is_valid
    except (ImportError, AttributeError, TypeError, ValueError):
        return None

    def quick(value: Json) -> bool:
        try:
            return bool(is_valid(value))
        except (TypeError, ValueError, OverflowError):
            return False

    return quick


def _refuse(uri: str) -> NoReturn:
    raise LookupError(uri)

"""The two engines of JSON Schema: jsonschema lists errors and decides, jsonschema-rs says quickly: valid.

The reference engine is put right where Python's habits differ from the drafts: ``pattern`` follows ECMA-262, an
integral decimal is an integer, multiples are exact, items are compared in linear time, and a missing or unknown
member is pointed at itself. Neither engine asserts ``format``.
"""

from __future__ import annotations

import os
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from pytest_szxc.catalogue.dialect import compiled
from pytest_szxc.catalogue.distinct import all_distinct
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


def _any_of(
    validator: Draft202012Validator, schemas: list[Json], instance: Json, _: object
) -> Iterator[ValidationError]:
    """Without the errors of each alternative: nobody reads them, and a bad list of many items has very many."""
    if not any(validator.evolve(schema=schema).is_valid(instance) for schema in schemas):
        yield ValidationError("none")


def _one_of(
    validator: Draft202012Validator, schemas: list[Json], instance: Json, _: object
) -> Iterator[ValidationError]:
    if sum(validator.evolve(schema=schema).is_valid(instance) for schema in schemas) != 1:
        yield ValidationError("none, or several")


def _unique(_: object, wanted: object, instance: Json, __: object) -> Iterator[ValidationError]:
    if wanted is True and isinstance(instance, list) and not all_distinct(instance):
        yield ValidationError("not unique")


def _multiple(
    validator: Draft202012Validator, step: Decimal | float, instance: Json, _: object
) -> Iterator[ValidationError]:
    if validator.is_type(instance, "number") and not _is_multiple(Decimal(instance), step):
        yield ValidationError("no multiple")


def _is_multiple(value: Decimal, step: Decimal | float) -> bool:
    """Exact, and quick for any exponent."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return False
    whole = int(Decimal((sign, digits, 0)))
    # The step as it is written: 0.01 read as a binary float is none of the drafts' 0.01.
    exact = Fraction(str(step)) if isinstance(step, float) else Fraction(step)
    top, bottom = exact.numerator, exact.denominator
    if exponent >= 0:
        return whole * bottom % top * pow(10, exponent, top) % top == 0
    if whole == 0:
        return True
    # A number with more decimal places than its digits and the step account for is no multiple; so 10 ** n stays small.
    return -exponent <= len(digits) + bottom.bit_length() and whole * bottom % (top * 10**-exponent) == 0


def _is_integer(_: object, value: Json) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


Reference: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    validators={
        "additionalProperties": _additional,
        "anyOf": _any_of,
        "dependentRequired": _dependent,
        "pattern": _pattern,
        "patternProperties": _keyed,
        "properties": _properties,
        "multipleOf": _multiple,
        "oneOf": _one_of,
        "required": _required,
        "uniqueItems": _unique,
    },
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


def quick_engine(urn: str, documents: dict[str, dict[str, Json]]) -> Callable[[Json], bool | None] | None:
    """The quick engine's ``is_valid`` for a schema and all it needs; ``None`` where not installed, wanted or able.

    Of a value that the engine cannot take it says ``None``, so that the reference engine decides.
    """
    if os.environ.get(ENGINE_VARIABLE) == "pure":
        return None
    try:
        import jsonschema_rs as engine  # noqa: PLC0415 -- an extra, found at run time

        known = engine.Registry(list(documents.items()), retriever=_refuse)
        patterns = engine.RegexOptions()
        is_valid = engine.Draft202012Validator(
            {"$ref": urn}, registry=known, retriever=_refuse, pattern_options=patterns, validate_formats=False
        ).is_valid
    except (ImportError, AttributeError, TypeError, ValueError):
        return None

    def quick(value: Json) -> bool | None:
        try:
            return bool(is_valid(value))
        except (TypeError, ValueError, OverflowError):
            return None

    return quick


def _refuse(uri: str) -> NoReturn:
    raise LookupError(uri)

"""JSON Schemas by ``$id``, from a closed registry of packaged files: nothing is ever fetched.

The reference engine (jsonschema) lists every error; jsonschema-rs, where installed, only says quickly that a value is
valid. So findings do not depend on which engines are there. ``SZXC_ENGINE=pure`` leaves the quick one out.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache, cached_property
from typing import TYPE_CHECKING

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from pytest_szxc.catalogue.bounds import beyond_bounds
from pytest_szxc.catalogue.dialect import subschemas
from pytest_szxc.catalogue.engines import Reference, quick_engine
from pytest_szxc.catalogue.locate import schema_namespaces, schemas_folder
from pytest_szxc.catalogue.recursion import ways_back
from pytest_szxc.catalogue.schema_words import SchemaError, in_order
from pytest_szxc.errors import CatalogueError
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from referencing._core import Resolver

    from pytest_szxc.model import Json

SUFFIX = ".schema.json"
__all__ = [
    "SchemaError",
    "SchemaJudge",
    "SchemaStore",
    "date_time_paths",
    "own_store",
    "registry",
    "store",
    "validator",
]


class SchemaJudge:
    """Judges values by one schema.

    Args:
        reference: the validator that lists errors.
        quick: says quickly whether a value is valid, or ``None`` of one that it cannot take; ``None`` without the quick
            engine (then ``self.quick`` is false).
    """

    def __init__(self, reference: Draft202012Validator, quick: Callable[[Json], bool | None] | None) -> None:
        self._reference = reference
        self._quick = quick
        self.quick = quick is not None

    def errors(self, value: Json) -> Iterator[SchemaError]:
        """At most 20 errors of a value, in canonical order; the same with either engine.

        A value nested more than 128 deep, or of more than 200,000 nodes, has that one error.
        """
        beyond = beyond_bounds(value)
        if beyond:
            yield beyond
        elif self._quick is None or not self._quick(value):
            yield from in_order(self._reference.iter_errors(value))

    def reference_errors(self, value: Json) -> Iterator[ValidationError]:
        """All errors as the reference engine has them, with the schema that each one breaks; for our own documents."""
        return iter(()) if self._quick is not None and self._quick(value) else self._reference.iter_errors(value)

    def holds(self, value: Json) -> bool:
        """Whether a value is valid."""
        if beyond_bounds(value):
            return False
        return (self._quick is not None and self._quick(value) is True) or self._reference.is_valid(value)


class SchemaStore:
    """The schemas of some folders.

    Args:
        namespaces: folder by namespace; ``<folder>/<name>.schema.json`` is ``urn:szxc:<namespace>:<name>``.
    """

    def __init__(self, namespaces: Mapping[str, Path]) -> None:
        self.namespaces = dict(namespaces)
        self._judges: dict[str, SchemaJudge] = {}

    @cached_property
    def files(self) -> dict[str, Path]:
        """Every schema file by the ``$id`` that its place asks for."""
        return {
            f"urn:szxc:{namespace}:{path.name.removesuffix(SUFFIX)}": path
            for namespace, folder in self.namespaces.items()
            for path in sorted(folder.glob("*" + SUFFIX))
        }

    @cached_property
    def documents(self) -> dict[str, dict[str, Json]]:
        """Every schema by ``$id``.

        Raises:
            CatalogueError: a file is not JSON, or its ``$id`` is not that of its place.
        """
        return {urn: read_schema(urn, path) for urn, path in self.files.items()}

    @cached_property
    def registry(self) -> Registry[Json]:
        """The closed registry; what is not in it is never looked for elsewhere."""
        # Without "$schema", at which jsonschema would change back from our validator to its own.
        bare = (
            (urn, {k: v for k, v in document.items() if k != "$schema"}) for urn, document in self.documents.items()
        )
        empty: Registry[Json] = Registry()
        return empty.with_resources((urn, DRAFT202012.create_resource(document)) for urn, document in bare)

    def judge(self, urn: str) -> SchemaJudge:
        """The judge of a schema, or of a part of one (``urn:szxc:szxc:statement#/$defs/operation``); made once.

        Raises:
            CatalogueError: the schema, or one that it refers to, is not packaged (``schema.unresolved``), or leads back
                to itself (``dialect.recursion``).
        """
        if urn not in self._judges:
            self._judges[urn] = self._make(urn)
        return self._judges[urn]

    def _make(self, urn: str) -> SchemaJudge:
        needed = {name: self.documents[name] for name in self.closure(urn)}
        for pointer, ref in ways_back(urn, self):
            raise CatalogueError("dialect.recursion", pointer=pointer or "/", text=show(ref))
        return SchemaJudge(Reference({"$ref": urn}, registry=self.registry), quick_engine(urn, needed))

    def document(self, urn: str) -> dict[str, Json]:
        """One schema.

        Raises:
            CatalogueError: ``schema.unresolved``.
        """
        try:
            return self.documents[urn]
        except KeyError:
            raise CatalogueError("schema.unresolved", ref=show(urn), schema=show(urn)) from None

    def closure(self, urn: str) -> list[str]:
        """The schema and all that it refers to, every reference resolved.

        Raises:
            CatalogueError: ``schema.unresolved``.
        """
        first = urn.partition("#")[0]
        self._lookup(first, urn)
        found, waiting = [first], [first]
        while waiting:
            base = waiting.pop()
            for ref in _references(self.document(base)):
                self._lookup(base, ref)
                name = ref.partition("#")[0] or base
                if name not in found:
                    found.append(name)
                    waiting.append(name)
        return found

    def _lookup(self, base: str, ref: str) -> None:
        try:
            self.registry.resolver(base).lookup(ref)
        except Unresolvable as error:
            raise CatalogueError("schema.unresolved", ref=show(ref), schema=base) from error

    def date_time_paths(self, urn: str) -> tuple[str, ...]:
        """Dotted paths of all members with ``format: date-time``; ``[]`` stands for each item of a list."""
        self.closure(urn)
        root = self.registry.resolver(urn)
        return tuple(sorted(set(_date_times(self.document(urn), root, "", frozenset()))))


def read_schema(urn: str, path: Path) -> dict[str, Json]:
    """One schema file; decimals stay exact.

    Raises:
        CatalogueError: ``schema.not-json``, or ``schema.id``: its ``$id`` is not ``urn``.
    """
    try:
        document = json.loads(path.read_bytes(), parse_float=Decimal)
    except ValueError as error:
        raise CatalogueError("schema.not-json", file=path, problem=show(str(error))) from error
    found = document.get("$id") if isinstance(document, dict) else None
    if found != urn:
        raise CatalogueError("schema.id", file=path, expected=urn, found=show(found))
    return dict(document)


def _references(schema: Json) -> Iterator[str]:
    for _, part in subschemas(schema):
        yield from (part[keyword] for keyword in ("$ref", "$dynamicRef") if isinstance(part.get(keyword), str))


def _date_times(schema: Json, resolver: Resolver[Json], path: str, seen: frozenset[str]) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    if schema.get("format") == "date-time":
        yield path
    ref = schema.get("$ref")
    if ref is not None and f"{ref} {id(schema)}" not in seen:
        resolved = resolver.lookup(ref)
        yield from _date_times(resolved.contents, resolved.resolver, path, seen | {f"{ref} {id(schema)}"})
    for child, step in _steps(schema):
        yield from _date_times(child, resolver, path + step if path else step.removeprefix("."), seen)


def _steps(schema: dict[str, Json]) -> Iterator[tuple[Json, str]]:
    for keyword in ("allOf", "anyOf", "oneOf"):
        yield from ((child, "") for child in schema.get(keyword, ()))
    yield from ((schema[keyword], "") for keyword in ("then", "else") if keyword in schema)
    yield from ((child, f".{name}") for name, child in schema.get("properties", {}).items())
    yield from ((child, "[]") for child in (schema.get("items"), *schema.get("prefixItems", ())))


@cache
def store() -> SchemaStore:
    """All packaged schemas and those of installed suites."""
    return SchemaStore(schema_namespaces())


@cache
def own_store() -> SchemaStore:
    """The schemas of this project's own formats alone, so that reading a statement does not read every suite's."""
    return SchemaStore({"szxc": schemas_folder() / "szxc"})


def registry() -> Registry[Json]:
    """The closed registry of all packaged schemas."""
    return store().registry


def validator(urn: str) -> SchemaJudge:
    """The judge of a packaged schema, by ``$id``.

    Raises:
        CatalogueError: ``schema.unresolved``, it or one that it refers to is not packaged.
    """
    return store().judge(urn)


def date_time_paths(urn: str) -> tuple[str, ...]:
    """Dotted paths of a packaged schema's date-time members; ``[]`` stands for each item of a list.

    Raises:
        CatalogueError: ``schema.unresolved``.
    """
    return store().date_time_paths(urn)

"""What a packaged schema expects at each place: types, members, items; for formats that do not tell types."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.schemas import store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from referencing import Registry
    from referencing._core import Resolver

    from pytest_szxc.model import Json


@dataclass(frozen=True, slots=True)
class Expectation:
    """What may stand at one place, all alternatives of the schema taken together.

    Attributes:
        types: JSON Schema's names of types; empty where it does not say.
        members: of an object, by name.
        items: of a list; ``None`` where it does not say.
    """

    types: frozenset[str] = frozenset()
    members: Mapping[str, Expectation] = field(default_factory=dict)
    items: Expectation | None = None

    @property
    def only_list(self) -> bool:
        """Whether nothing but a list may stand here."""
        return self.types == {"array"}


@cache
def expectation(urn: str) -> Expectation:
    """What a packaged schema expects; schemas that lead back to themselves are refused where they are loaded.

    Raises:
        CatalogueError: ``schema.unresolved``, ``dialect.recursion``.
    """
    schemas = store()
    schemas.judge(urn)
    registry: Registry[Json] = schemas.registry
    return _expected([(schemas.document(urn.partition("#")[0]), registry.resolver(urn))])


def _expected(parts: Iterable[tuple[Json, Resolver[Json]]]) -> Expectation:
    flat = [one for part, resolver in parts for one in _alternatives(part, resolver)]
    members: dict[str, list[tuple[Json, Resolver[Json]]]] = {}
    for schema, resolver in flat:
        for name, child in schema.get("properties", {}).items():
            members.setdefault(name, []).append((child, resolver))
    items = [(schema["items"], resolver) for schema, resolver in flat if isinstance(schema.get("items"), dict)]
    return Expectation(
        frozenset(name for schema, _ in flat for name in _types(schema)),
        {name: _expected(children) for name, children in members.items()},
        _expected(items) if items else None,
    )


def _alternatives(schema: Json, resolver: Resolver[Json]) -> Iterator[tuple[dict[str, Json], Resolver[Json]]]:
    """The schema and all that may or must hold beside it."""
    if not isinstance(schema, dict):
        return
    yield schema, resolver
    if "$ref" in schema:
        found = resolver.lookup(schema["$ref"])
        yield from _alternatives(found.contents, found.resolver)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for child in schema.get(keyword, ()):
            yield from _alternatives(child, resolver)
    for keyword in ("then", "else"):
        yield from _alternatives(schema.get(keyword), resolver)


def _types(schema: dict[str, Json]) -> Iterator[str]:
    said = schema.get("type", ())
    yield from [said] if isinstance(said, str) else said
    if not said:
        yield from (
            _type_of(value) for value in [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
        )


def _type_of(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = ((str, "string"), (int, "integer"), (Decimal, "number"), (list, "array"), (dict, "object"))
    return next((name for kind, name in names if isinstance(value, kind)), "null")

"""Schemas that refer to themselves: banned, for the stack and the time that they need grow with a foreign value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.catalogue.dialect import subschemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.catalogue.schemas import SchemaStore
    from pytest_szxc.model import Json


Way = tuple[str, str]
"""Where a reference stands that leads back, as a JSON pointer, and the reference."""


def ways_back(urn: str, store: SchemaStore) -> Iterator[Way]:
    """The references of a schema, or of one below it, that lead back to where judging came from.

    Args:
        urn: ``$id`` of the schema, or of a part of it, all of whose references are known to resolve.
        store: where it and the others are.
    """
    yield from _visit(urn if "#" in urn else f"{urn}#", store, frozenset(), set())


def _visit(target: str, store: SchemaStore, before: frozenset[str], done: set[str]) -> Iterator[Way]:
    done.add(target)
    here = before | {target}
    base = target.partition("#")[0]
    for pointer, ref in _references(store.registry.resolver(base).lookup(target).contents):
        document, _, inside = (ref if ref.startswith("urn:") else base + ref).partition("#")
        following = f"{document}#{inside}"
        if following in here:
            yield target.partition("#")[2] + pointer, ref
        elif following not in done:
            yield from _visit(following, store, here, done)


def _references(schema: Json) -> Iterator[tuple[str, str]]:
    """The references that are followed when a value is judged: definitions are not, until something refers to them."""
    if isinstance(schema, dict):
        applied = {key: value for key, value in schema.items() if key != "$defs"}
        yield from ((pointer, part["$ref"]) for pointer, part in subschemas(applied) if "$ref" in part)

"""Rows of a CSV file as objects: dotted headers nest, cells become what the schema's member is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.schemas import registry
from pytest_szxc.errors import TransportFault
from pytest_szxc.target.paths import number_in
from pytest_szxc.target.strict_json import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from referencing._core import Resolver

    from pytest_szxc.model import Json

_DEEPEST = 8
_TRUTH = {"true": True, "false": False}


def nested(headers: list[str], cells: list[str], types: Mapping[str, frozenset[str]]) -> dict[str, Json]:
    """One row as an object; an empty cell is no member, a cell that holds JSON is read unless the member is a text."""
    row: dict[str, Json] = {}
    for header, cell in zip(headers, cells, strict=True):
        if cell == "":
            continue
        *parents, last = header.split(".")
        target = row
        for name in parents:
            inner = target.get(name)
            target = inner if isinstance(inner, dict) else target.setdefault(name, {})
            if not isinstance(target, dict):
                break
        else:
            target[last] = _structured(cell) if types.get(header) != frozenset({"string"}) else cell
    return row


def coerced(value: Json, types: Mapping[str, frozenset[str]], path: str = "") -> Json:
    """A canonical object with the texts of its cells as the numbers and truth values that the schema wants."""
    if isinstance(value, dict):
        prefix = path + "." if path else ""
        return {name: coerced(member, types, prefix + name) for name, member in value.items()}
    return _scalar(value, types.get(path, frozenset())) if isinstance(value, str) else value


def _structured(cell: str) -> Json:
    if not cell.lstrip().startswith(("[", "{")):
        return cell
    try:
        return parse(cell.encode("utf-8", "surrogatepass"))
    except TransportFault:
        return cell


def _scalar(text: str, types: frozenset[str]) -> Json:
    if "string" in types:
        return text
    if "boolean" in types and text.strip().lower() in _TRUTH:
        return _TRUTH[text.strip().lower()]
    found = number_in(text) if types & {"integer", "number"} else None
    return text if found is None else found


@cache
def member_types(schema: str | None) -> Mapping[str, frozenset[str]]:
    """JSON types by dotted member of an object's schema; members of lists are not among them.

    Args:
        schema: ``$id``; ``None`` knows no member.
    """
    if schema is None:
        return {}
    found: dict[str, frozenset[str]] = {}
    resolver = registry().resolver()
    for path, kinds in _members({"$ref": schema}, resolver, "", _DEEPEST):
        found[path] = found.get(path, frozenset()) | kinds
    return found


def _members(schema: Json, resolver: Resolver[Json], path: str, left: int) -> Iterator[tuple[str, frozenset[str]]]:
    if not isinstance(schema, dict) or not left:
        return
    if path:
        yield path, _types(schema)
    if "$ref" in schema:
        target = resolver.lookup(schema["$ref"])
        yield from _members(target.contents, target.resolver, path, left - 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(keyword, ()):
            yield from _members(part, resolver, path, left - 1)
    for name, member in schema.get("properties", {}).items():
        yield from _members(member, resolver, f"{path}.{name}" if path else name, left - 1)


def _types(schema: dict[str, Json]) -> frozenset[str]:
    declared = schema.get("type", ())
    listed = [declared] if isinstance(declared, str) else declared
    values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
    return frozenset([*listed, *(name for name in map(_type_of, values) if name)])


def _type_of(value: Json) -> str | None:
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "string" if isinstance(value, str) else None

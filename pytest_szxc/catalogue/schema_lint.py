"""The lint of our schemas (``docs/schema-dialect.md``): the part of JSON Schema 2020-12 on which engines agree.

What engines understand in different ways, or cannot do in linear time, is banned from our schemas and found here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.dialect import DRAFT, compiled, escape, subschemas
from pytest_szxc.catalogue.formats import formats
from pytest_szxc.catalogue.linear import refuse_superlinear
from pytest_szxc.catalogue.pattern_syntax import PatternError, parse
from pytest_szxc.errors import CatalogueError
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.model import Json

KEYWORDS = frozenset(
    keyword
    for line in (
        "$ref $defs $comment title description default examples deprecated readOnly writeOnly",
        "type enum const multipleOf minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength",
        "pattern format items minItems maxItems uniqueItems contains",
        "properties patternProperties additionalProperties propertyNames required minProperties maxProperties",
        "allOf anyOf oneOf not if then else",
    )
    for keyword in line.split()
)
"""The keywords of the dialect; older engines know each, and none is silently passed over."""
_ROOT_KEYWORDS = {"$schema", "$id"}


@dataclass(frozen=True, slots=True)
class DialectProblem:
    """A banned construct: JSON pointer of the schema in which it stands, message code, the text that is meant."""

    pointer: str
    code: str
    text: str


def dialect_problems(schema: Json) -> list[DialectProblem]:
    """Every banned construct of a schema, in document order."""
    found: list[DialectProblem] = []
    if isinstance(schema, dict) and schema.get("$schema") != DRAFT:
        found.append(DialectProblem("/$schema", "dialect.draft", show(schema.get("$schema"))))
    unknown: list[str] = []
    for pointer, part in subschemas(schema):
        if pointer.startswith(tuple(unknown)):
            continue
        strange = [key for key in part if key not in KEYWORDS and (pointer or key not in _ROOT_KEYWORDS)]
        unknown += [f"{pointer}/{escape(key)}" for key in strange]
        found += (DialectProblem(pointer, "dialect.keyword", show(key)) for key in strange)
        found += (DialectProblem(pointer, code, show(text)) for code, text in _in_one(part))
    return found


def _in_one(schema: dict[str, Json]) -> Iterator[tuple[str, str]]:
    for pattern in _patterns(schema):
        code = pattern_problem(pattern)
        if code:
            yield code, pattern
    step = schema.get("multipleOf")
    if step is not None and not isinstance(step, int):
        yield "dialect.multiple-of", str(step)
    ref = schema.get("$ref")
    if isinstance(ref, str) and not ref.startswith(("#", "urn:szxc:")):
        yield "dialect.reference", ref
    yield from _format_problems(schema)


def _patterns(schema: dict[str, Json]) -> list[str]:
    keyed = schema.get("patternProperties")
    named = [schema["pattern"]] if isinstance(schema.get("pattern"), str) else []
    return [*named, *(keyed if isinstance(keyed, dict) else ())]


def _format_problems(schema: dict[str, Json]) -> Iterator[tuple[str, str]]:
    name = schema.get("format")
    if name is None:
        return
    known = formats().get(name) if isinstance(name, str) else None
    if known is None:
        yield "dialect.format", str(name)
    elif schema.get("pattern") != known.pattern:
        yield "dialect.format-pattern", str(name)


def pattern_problem(pattern: str) -> str | None:
    """The message code that says why a pattern is outside the dialect or not linear; ``None`` for a good one."""
    try:
        refuse_superlinear(parse(pattern))
        compiled(pattern)
    except PatternError as error:
        return error.code
    except CatalogueError:
        return "dialect.syntax"
    return None

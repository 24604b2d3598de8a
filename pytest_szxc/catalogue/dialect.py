r"""How the dialect of our schemas (``docs/schema-dialect.md``) is read: what patterns mean, which parts are schemas.

Patterns mean what ECMA-262 says: ``\d`` takes full-width digits in Python, and ``$`` matches before a trailing newline
there. The dialect itself, and what it bans, is ``catalogue/schema_lint.py``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pytest_szxc.errors import CatalogueError
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.model import Json

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_MAPS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_DATA = ("enum", "const", "default", "examples")
_PIECE = re.compile(r"\\.|\[\^?|[\]$.&|~\[]|.", re.DOTALL)
_SPACE = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_SETS = {"d": "0-9", "w": "A-Za-z0-9_", "s": _SPACE}


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern with its ECMA-262 meaning, for ``search``.

    Raises:
        CatalogueError: ``schema.pattern``, the pattern is not one.
    """
    try:
        return re.compile("".join(_translate(pattern)))
    except (re.error, RecursionError, OverflowError) as error:
        raise CatalogueError("schema.pattern", pattern=show(pattern), problem=show(str(error))) from error


def _translate(pattern: str) -> Iterator[str]:
    inside = False
    for piece in _PIECE.findall(pattern):
        if inside:
            yield _inside(piece)
        else:
            yield _outside(piece)
        inside = piece != "]" if inside else piece in {"[", "[^"}


def _outside(piece: str) -> str:
    if piece == "$":
        return r"\Z"
    if piece == ".":
        return r"[^\n\r\u2028\u2029]"
    if piece[0] == "\\" and piece[1:].lower() in _SETS:
        return f"[{'^' if piece[1].isupper() else ''}{_SETS[piece[1].lower()]}]"
    return piece


def _inside(piece: str) -> str:
    if piece[0] == "\\":
        return _SETS.get(piece[1:], piece)
    # Python warns of set operations that it may have one day.
    return "".join("\\" + char if char in "[&|~" else char for char in piece)


def subschemas(schema: Json, pointer: str = "") -> Iterator[tuple[str, dict[str, Json]]]:
    """A schema and every schema below it, with their JSON pointers; data such as ``enum`` is left out."""
    if not isinstance(schema, dict):
        return
    yield pointer, schema
    for key, value in schema.items():
        here = f"{pointer}/{escape(key)}"
        if key in _MAPS and isinstance(value, dict):
            for name, child in value.items():
                yield from subschemas(child, f"{here}/{escape(name)}")
        elif isinstance(value, list) and key not in _DATA:
            for index, child in enumerate(value):
                yield from subschemas(child, f"{here}/{index}")
        elif key not in _DATA:
            yield from subschemas(value, here)


def escape(part: str | int) -> str:
    """One part of a JSON pointer (RFC 6901)."""
    return str(part).replace("~", "~0").replace("/", "~1")

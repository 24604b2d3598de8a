"""Names of members in JSON as it came: which of them are names of an interface, and whether they are camelCase."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT = frozenset({"data", "extension", "properties", "attributes"})
"""Members that hold the columns of a resource: their names are its owner's. The envelope's ``data`` is not meant."""
_CAMEL = re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*")
_FOREIGN = re.compile(r"[@$_]|x-|.*[:.]|.*[^\x00-\x7f]")
"""Names of other vocabularies (JSON-LD, HAL, OpenAPI, namespaces), and Chinese ones: no convention speaks of them."""
_ADDRESS = re.compile(r"/|https?://")


def is_camel(name: str) -> bool:
    """Whether a name is camelCase; one word in lower case is."""
    return _CAMEL.fullmatch(name) is not None


def names(value: object, place: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """The names of members with their JSON pointers; keys of maps from names to addresses are data, not names."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from names(item, f"{place}/{index}", depth)
    elif isinstance(value, dict) and not _is_map(value):
        for name, item in value.items():
            here = f"{place}/{name}"
            if not _FOREIGN.match(name):
                yield name, here
            if not (name in CONTENT and depth):
                yield from names(item, here, depth + 1)


def _is_map(value: dict[str, object]) -> bool:
    """Texts only, and most of them addresses."""
    texts = [item for item in value.values() if isinstance(item, str)]
    return bool(value) and len(texts) == len(value) <= 2 * sum(_ADDRESS.match(item) is not None for item in texts)

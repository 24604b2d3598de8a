"""Caps on a value before any engine sees it: nesting and number of nodes, counted in one pass without recursion.

jsonschema ends in ``RecursionError`` at a depth of about 250, jsonschema-rs kills the process at 100,000; and either
takes its time with a value of millions of nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.catalogue.schema_words import SchemaError

if TYPE_CHECKING:
    from pytest_szxc.model import Json

DEPTH = 128
"""Deepest nesting of lists and objects that is judged."""
NODES = 200_000
"""Most values, the outermost one and all below it, that are judged."""
TOO_DEEP = SchemaError("", "depth", f"<= {DEPTH}", f"> {DEPTH}")
TOO_MANY = SchemaError("", "nodes", f"<= {NODES}", f"> {NODES}")


def beyond_bounds(value: Json) -> SchemaError | None:
    """The error of a value that is too deep or has too many nodes; ``None`` for one that may be judged."""
    level = [value] if isinstance(value, dict | list) else []
    nodes = 1
    for _ in range(DEPTH):
        if not level:
            return None
        nodes += sum(map(len, level))
        if nodes > NODES:
            return TOO_MANY
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
    return TOO_DEEP if level else None

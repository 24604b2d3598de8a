"""Things that name the one above them: what is above each, and whether that ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def above(name: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """What stands above something, the nearest first; ends where nothing is named, and before anything comes twice.

    Args:
        name: where to begin.
        parents: of each thing what it names; a name that is no key is told, and leads no further.
    """
    found: list[str] = []
    parent = parents.get(name)
    while parent is not None and parent != name and parent not in found:
        found.append(parent)
        parent = parents.get(parent)
    return tuple(found)


def is_in_circle(name: str, parents: Mapping[str, str | None]) -> bool:
    """Whether something stands above itself."""
    chain = above(name, parents)
    return parents.get(chain[-1] if chain else name) == name

"""Which operation of a vendor's OpenAPI document is which operation of a suite: by name, else by likeness of path."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.openapi import TEMPLATE, read_openapi
from pytest_szxc.target.default_binding import default_operations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.catalogue.openapi import ApiOperation
    from pytest_szxc.model import Json, Suite
    from pytest_szxc.target.statement import BoundOperation

ALIKE = 0.6
"""Least likeness of two paths; below it nearly every pair is chance."""
_BRACES = re.compile(r"\{([^{}]*)\}")


def match_operations(document: Mapping[str, Json], suite: Suite) -> dict[str, ApiOperation]:
    """The vendor's operation for each operation of the suite that has one; each is used once.

    Path parameters take the names that the suite gives, in order; an operation with more of them than the suite gives
    is no match.
    """
    free = list(read_openapi(document))
    wanted = default_operations(suite)
    found: dict[str, ApiOperation] = {}
    for name in suite.operations:
        same = next((one for one in free if _plain(one.id) == _plain(name)), None)
        if same is not None and _fits(same, wanted.get(name)):
            free.remove(same)
            found[name] = same
    for name, bound in wanted.items():
        if name not in found:
            _match_by_path(name, bound, free, found)
    return {name: _renamed(one, wanted.get(name)) for name, one in found.items()}


def _match_by_path(name: str, bound: BoundOperation, free: list[ApiOperation], found: dict[str, ApiOperation]) -> None:
    rated = [(_likeness(one.path, bound.path), one) for one in free if one.method == bound.method and _fits(one, bound)]
    best = max(rated, key=lambda pair: pair[0], default=None)
    if best is not None and best[0] >= ALIKE:
        free.remove(best[1])
        found[name] = best[1]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _likeness(path: str, other: str) -> float:
    return SequenceMatcher(
        None, _BRACES.sub("{}", path.lower()), _BRACES.sub("{}", other.lower()), autojunk=False
    ).ratio()


def _fits(one: ApiOperation, bound: BoundOperation | None) -> bool:
    given = TEMPLATE.findall(bound.path) if bound else []
    return len(_BRACES.findall(one.path)) <= len(given) and not set("?#") & set(one.path)


def _renamed(one: ApiOperation, bound: BoundOperation | None) -> ApiOperation:
    given = iter(TEMPLATE.findall(bound.path) if bound else [])
    return replace(one, path=_BRACES.sub(lambda _: f"{{{next(given)}}}", one.path))

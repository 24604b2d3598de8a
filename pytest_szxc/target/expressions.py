"""JMESPath expressions of a statement: whether they can be evaluated at all, said before the first request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jmespath
from jmespath.exceptions import JMESPathError

from pytest_szxc.target.paths import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.model import Json


def syntax_fault(expression: str) -> tuple[int, str] | None:
    """What is wrong with an expression, as 1-based position and words; ``None`` for a good one."""
    try:
        jmespath.compile(expression)
    except JMESPathError as fault:
        return _position(fault) + 1, str(getattr(fault, "message", "") or str(fault).split(":", 1)[0])
    return None


def unknown_functions(expression: str) -> list[str]:
    """The functions that a good expression calls and nobody defines."""
    return [name for name in _functions(jmespath.compile(expression).parsed) if name not in FUNCTIONS]


def _position(fault: JMESPathError) -> int:
    place = getattr(fault, "lex_position", 0)
    return place if isinstance(place, int) else 0


def _functions(parsed: Json) -> Iterator[str]:
    if isinstance(parsed, dict):
        if parsed.get("type") == "function_expression":
            yield str(parsed["value"])
        for child in parsed.get("children", ()):
            yield from _functions(child)

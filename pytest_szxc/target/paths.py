"""JMESPath over a peer's values: compiled once, with three functions for texts that hold more than a text."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions, signature

from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.printable import show
from pytest_szxc.target.strict_json import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.model import Json

_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_NUMBER_LENGTH = 60


class PathFunctions(Functions):  # type: ignore[misc, unused-ignore] # untyped where its stubs are not installed
    """JMESPath's functions and ours; ours never fail, so that the schema can say what is wrong with the value."""

    @signature({"types": []})
    def _func_from_json(self, text: Json) -> Json:
        """The JSON value in a text; a text that holds none stays as it is."""
        if not isinstance(text, str):
            return text
        try:
            return parse(text.encode("utf-8", "surrogatepass"))
        except TransportFault:
            return text

    @signature({"types": []}, {"types": []})
    def _func_split(self, text: Json, separator: Json) -> Json:
        """The parts of a text, trimmed; an empty text has none."""
        if not isinstance(text, str) or not isinstance(separator, str) or not separator:
            return text
        return [part.strip() for part in text.split(separator)] if text.strip() else []

    @signature({"types": []})
    def _func_to_number_or_null(self, value: Json) -> Json:
        """The exact number in a text; null for a text that holds none."""
        if not isinstance(value, str):
            return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
        return number_in(value)


FUNCTIONS = frozenset(PathFunctions.FUNCTION_TABLE)
"""The functions that an expression may call."""
_OPTIONS = jmespath.Options(custom_functions=PathFunctions())


def number_in(text: str) -> int | Decimal | None:
    """The exact number that a text writes in plain digits, or ``None``."""
    bare = text.strip()
    if len(bare) > _NUMBER_LENGTH or not _NUMBER.fullmatch(bare):
        return None
    try:
        return Decimal(bare) if "." in bare else int(bare)
    except (InvalidOperation, ValueError):
        return None


@cache
def compiled(expression: str) -> Callable[[Json], Json]:
    """A function that evaluates an expression; what it cannot find is ``None``.

    Raises:
        Unjudgeable: ``binding.expression``, here for a wrong syntax, later for a function used on a wrong type.
    """
    if expression == "@":
        return lambda value: value
    if _DOTTED.fullmatch(expression):
        return _dotted(tuple(expression.split(".")))
    try:
        search = jmespath.compile(expression).search
    except JMESPathError as error:
        raise _fault(expression, error) from error

    def evaluate(value: Any) -> Json:  # noqa: ANN401 -- Json
        try:
            return search(value, options=_OPTIONS)
        except (JMESPathError, TypeError, ValueError, ArithmeticError) as error:
            raise _fault(expression, error) from error

    return evaluate


def _dotted(names: tuple[str, ...]) -> Callable[[Json], Json]:
    """Most expressions only name a member; this is some ten times as quick as JMESPath."""

    def evaluate(value: Json) -> Json:
        for name in names:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return evaluate


def _fault(expression: str, error: Exception) -> Unjudgeable:
    return Unjudgeable("binding.expression", expression=show(expression), problem=show(str(error).partition("\n")[0]))

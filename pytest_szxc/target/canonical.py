"""A vendor's object → the canonical one: members renamed, code values mapped, times put into RFC 3339."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.schemas import date_time_paths
from pytest_szxc.target.paths import compiled
from pytest_szxc.target.xml_answers import restore

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.model import Json
    from pytest_szxc.target.statement import BoundOperation

Steps = tuple[str, ...]
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPACED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?)")
_SPACED_OFFSET = re.compile(_SPACED.pattern + r"(Z|[+-][0-9]{2}:[0-9]{2})")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})")
_EPOCH_TEXT = re.compile(r"-?[0-9]{1,15}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the objects of one bound operation become canonical; made once for an operation.

    Attributes:
        fields: canonical place and the function that finds its value in the vendor's object.
        consumed: members of the vendor's object that were only renamed, and so do not stay under their old name.
        typed: gives the renamed object the types of its schema, in place, where the format does not tell them.
        rewrites: places in the canonical object and what happens to the values there.
    """

    fields: tuple[tuple[Steps, Callable[[Json], Json]], ...]
    consumed: frozenset[str]
    rewrites: tuple[tuple[Steps, Callable[[Json], Json]], ...]
    typed: Callable[[dict[str, Json]], object] | None = None

    def canonical(self, item: dict[str, Json]) -> dict[str, Json]:
        """The canonical object. Members that no field speaks of stay; a field that finds nothing leaves none.

        The vendor's object is used up: it must not be read afterwards.
        """
        made = self._renamed(item) if self.fields else item
        if self.typed:
            self.typed(made)
        for steps, change in self.rewrites:
            rewrite(made, steps, change)
        return made

    def of_kept(self, item: dict[str, Json]) -> dict[str, Json]:
        """The canonical object of one that is read afterwards too, as it came."""
        return self.canonical(deepcopy(item) if self.fields or self.typed or self.rewrites else item)

    def _renamed(self, item: dict[str, Json]) -> dict[str, Json]:
        found = [(steps, find(item)) for steps, find in self.fields]
        made = {name: value for name, value in item.items() if name not in self.consumed}
        for steps, value in found:
            _put(made, steps, value)
        return made


def shape_of(bound: BoundOperation | None, schema: str | None, time_profile: str) -> Shape:
    """The shape that a binding, the canonical schema and the declared time profile make.

    Args:
        bound: the binding; ``None`` leaves members and codes as they are.
        schema: ``$id`` of the canonical object, whose date-time members are converted.
        time_profile: how the vendor writes times; ``rfc3339`` needs no conversion.

    Raises:
        Unjudgeable: ``binding.expression``.
    """
    fields = bound.fields if bound else {}
    named = tuple((tuple(place.split(".")), compiled(expression)) for place, expression in fields.items())
    tops = {place.partition(".")[0] for place in fields}
    consumed = frozenset(source for source in fields.values() if _NAME.fullmatch(source) and source not in tops)
    codes = tuple((steps_of(place), _mapped(table)) for place, table in (bound.values if bound else {}).items())
    change = TIME_PROFILES[time_profile]
    times = tuple((steps_of(place), change) for place in (date_time_paths(schema) if schema and change else ()))
    spoken = bound is not None and bound.format == "xml"
    typed = partial(restore, schema=schema) if spoken and schema else None
    return Shape(named, consumed, (*codes, *((steps, how) for steps, how in times if how)), typed)


def steps_of(place: str) -> Steps:
    """``impacts[].harm`` as steps: a member's name, or ``[]`` for each item of a list."""
    return tuple(step for step in place.replace("[]", ".[]").split(".") if step)


def rewrite(value: Json, steps: Steps, change: Callable[[Json], Json]) -> Json:
    """The value with whatever stands at ``steps`` changed, in place; places that are not there are passed over."""
    if not steps:
        return change(value)
    first, rest = steps[0], steps[1:]
    if first == "[]":
        if isinstance(value, list):
            value[:] = [rewrite(item, rest, change) for item in value]
    elif isinstance(value, dict) and first in value:
        value[first] = rewrite(value[first], rest, change)
    return value


def _put(target: dict[str, Json], steps: Steps, value: Json) -> None:
    *parents, last = steps
    for name in parents:
        inner = target.get(name)
        if not isinstance(inner, dict):
            if value is None:
                return
            inner = target[name] = {}
        target = inner
    if value is None:
        target.pop(last, None)
    else:
        target[last] = value


def _mapped(table: dict[str, str]) -> Callable[[Json], Json]:
    return lambda value: table.get(as_text(value), value)


def as_text(value: Json) -> str:
    """A scalar as a code table or a template writes it; a list or an object has no such form and reads as empty."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _beijing(value: Json) -> Json:
    found = _SPACED.fullmatch(value) if isinstance(value, str) else None
    return f"{found[1]}T{found[2]}+08:00" if found else value


def _offset_space(value: Json) -> Json:
    found = _SPACED_OFFSET.fullmatch(value) if isinstance(value, str) else None
    return f"{found[1]}T{found[2]}{found[3]}" if found else value


def _compact(value: Json) -> Json:
    found = _COMPACT.fullmatch(as_text(value))
    return "{}-{}-{}T{}:{}:{}+08:00".format(*found.groups()) if found else value


def _epoch_ms(value: Json) -> Json:
    if isinstance(value, bool) or not _EPOCH_TEXT.fullmatch(as_text(value)):
        return value
    try:
        instant = _EPOCH + timedelta(milliseconds=int(value))
    except OverflowError:
        return value
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


TIME_PROFILES: dict[str, Callable[[Json], Json] | None] = {
    "rfc3339": None,
    "beijing": _beijing,
    "offset-space": _offset_space,
    "compact": _compact,
    "epoch-ms": _epoch_ms,
}
"""How a vendor writes times → the function that makes RFC 3339 of it; what is not written so is left for the schema."""

"""The decision table (facts, section 4.2): a feature's grade from its inputs, the rule, and what the next grade needs.

The table is data (``tables/decision_table.csv``) and is read from above: the first rule all of whose cells meet the
inputs decides. A cell is ``*`` (anything), a value, ``!value`` (anything else), or values divided by ``|``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Inputs = Mapping[str, str]

DOMAINS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "lateral": ("operator", "system"),
        "longitudinal": ("operator", "system"),
        "headland": ("operator", "assisted", "system"),
        "implement": ("operator", "sequenced", "system"),
        "oedr": ("operator", "shared", "system"),
        "fallback": ("operator", "user", "system"),
        "odd_limit": ("limited", "unlimited"),
    }
)
"""The inputs of the table and the values of each, from the operator's to the system's."""
NOT_APPLICABLE = "na"
"""What ``headland`` and ``implement`` may be beside these, where the task has none."""
MAY_BE_ABSENT = ("headland", "implement")
TOP = 5
"""The highest grade."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the table says of some inputs.

    Attributes:
        rule: the rule that decided, such as ``G2a`` or ``X1``.
        grade: 0 to 5; ``None`` where the inputs do not go together.
        notes: codes of notes, such as ``N1``.
        why_zh: a note's or a refusal's reason in Chinese; empty where there is none.
        why_en: the same in English.
    """

    rule: str
    grade: int | None
    notes: tuple[str, ...] = ()
    why_zh: str = ""
    why_en: str = ""

    @property
    def valid(self) -> bool:
        """Whether the inputs go together at all."""
        return self.grade is not None


@dataclass(frozen=True, slots=True)
class Change:
    """One input that would have to be another.

    Attributes:
        name: the input.
        now: what it is.
        then: what it would have to be.
    """

    name: str
    now: str
    then: str


def inputs_of(declaration: Mapping[str, Any]) -> dict[str, str] | None:
    """The seven inputs of a declaration; ``None`` where one is missing or has a value that nobody knows."""
    found = {name: declaration.get(name) for name in DOMAINS}
    told = {name: value for name, value in found.items() if isinstance(value, str) and value in _values(name)}
    return told if len(told) == len(DOMAINS) else None


def absent(odd: Any) -> frozenset[str]:  # noqa: ANN401 -- whatever a platform sent
    """What an operating domain says the task does not have: no headland (width 0), no implement (an empty list)."""
    if not isinstance(odd, dict):
        return frozenset()
    width, implements = odd.get("headland_width_m"), odd.get("implements")
    none = {"headland": width == 0 and not isinstance(width, bool), "implement": implements == []}
    return frozenset(name for name, missing in none.items() if missing)


def decide(inputs: Inputs, without: frozenset[str] = frozenset()) -> Decision:
    """The first rule that the inputs meet.

    Args:
        inputs: the seven of ``DOMAINS``, by name; others are not looked at.
        without: which of headland and implement the task does not have (``absent``): ``na`` counts as ``system`` then.

    Raises:
        ValueError: an input is missing, or its value is none.
    """
    values = tuple(_resolved(name, inputs.get(name), without) for name in DOMAINS)
    return _decided(values)


def met(inputs: Inputs, without: frozenset[str] = frozenset()) -> frozenset[str]:
    """All rules that the inputs meet, if they stood alone: the first of them in the table's order decides.

    Raises:
        ValueError: as ``decide``.
    """
    values = tuple(_resolved(name, inputs.get(name), without) for name in DOMAINS)
    found = (decision.rule for cells, decision in _rules() if _meets(cells, values))
    return frozenset(found)


def combinations() -> tuple[dict[str, str], ...]:
    """All 648 combinations of the seven inputs, in the order of ``DOMAINS``; ``na`` is left out."""
    return tuple(dict(zip(DOMAINS, values, strict=True)) for values in product(*DOMAINS.values()))


def next_grade(inputs: Inputs, without: frozenset[str] = frozenset()) -> tuple[tuple[Change, ...], ...]:
    """The smallest sets of changes that reach the next grade; for inputs that do not go together, any grade.

    Empty for grade 5. Each set is as small as any other; they come in the order of ``combinations``.

    Raises:
        ValueError: as ``decide``.
    """
    now = decide(inputs, without).grade
    if now == TOP:
        return ()
    here = tuple(_resolved(name, inputs.get(name), without) for name in DOMAINS)
    sets = [_changes(here, one) for one in product(*_open(here)) if _leads_on(now, _decided(one).grade)]
    least = min(map(len, sets))
    return tuple(one for one in sets if len(one) == least)


def _open(here: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """What each input may become; one that does not apply, without saying why, may also stay so."""
    for value, values in zip(here, DOMAINS.values(), strict=True):
        yield (*values, value) if value == NOT_APPLICABLE else values


def _leads_on(now: int | None, then: int | None) -> bool:
    return then is not None if now is None else then == now + 1


def _changes(now: tuple[str, ...], then: tuple[str, ...]) -> tuple[Change, ...]:
    return tuple(Change(name, a, b) for name, a, b in zip(DOMAINS, now, then, strict=True) if a != b)


def _values(name: str) -> tuple[str, ...]:
    return (*DOMAINS[name], NOT_APPLICABLE) if name in MAY_BE_ABSENT else DOMAINS[name]


def _resolved(name: str, value: Any, without: frozenset[str]) -> str:  # noqa: ANN401 -- anything may stand there
    if value not in _values(name):
        message = f"{name}: {value!r} is none of {', '.join(_values(name))}"
        raise ValueError(message)
    return "system" if value == NOT_APPLICABLE and name in without else str(value)


@cache
def _decided(values: tuple[str, ...]) -> Decision:
    for cells, decision in _rules():
        if _meets(cells, values):
            return decision
    message = f"no rule for {values}"
    raise ValueError(message)


def _meets(cells: tuple[Callable[[str], bool], ...], values: tuple[str, ...]) -> bool:
    return all(meets(value) for meets, value in zip(cells, values, strict=True))


@cache
def _rules() -> tuple[tuple[tuple[Callable[[str], bool], ...], Decision], ...]:
    return tuple((tuple(_test(row[name]) for name in DOMAINS), _decision(row)) for row in rows("decision_table"))


def _decision(row: dict[str, str]) -> Decision:
    grade = int(row["grade"]) if row["grade"] else None
    return Decision(row["rule"], grade, tuple(row["note"].split()), row["why_zh"], row["why_en"])


def _test(cell: str) -> Callable[[str], bool]:
    """What a cell asks of an input."""
    if cell == "*":
        return lambda _: True
    if cell.startswith("!"):
        return lambda value: value != cell[1:]
    wanted = frozenset(cell.split("|"))
    return lambda value: value in wanted

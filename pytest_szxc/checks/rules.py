"""How a suite states its checks: a check yields observations, and what it yields is counted.

A check that observes nothing proves nothing: its requirement is inconclusive, never passed. So a rule yields one
observation for each thing it looked at, broken or not, and yields nothing for what it does not speak of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from pytest_szxc.model import Exhibit, Finding, Location
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_szxc.model import Json
    from pytest_szxc.record import Record
    from pytest_szxc.target.sut import Sut

ATTRIBUTE = "szxc_check"
F = TypeVar("F", bound="Callable[..., Iterator[Observation]]")


class Held:
    """An observation that agrees with the requirement."""

    __slots__ = ()


HELD = Held()
Observation = Held | Finding | Exhibit
"""What a check yields. An exhibit is kept for the report's page and is not counted."""


class Check(Protocol):
    """What the catalogue finds in ``test_*.py``: the requirement's id, and a function of the SUT."""

    requirement: str
    name: str

    def observe(self, sut: Sut) -> Iterator[Observation]:
        """Ask the SUT and yield what was observed."""


def expect(holds: bool, at: Location, *, expected: Json, observed: Json) -> Observation:  # noqa: FBT001 -- reads as a sentence
    """What one look showed: an observation that holds, or a finding.

    ``yield expect(rank >= owed, entry.at("level"), expected=owed, observed=rank)``

    Args:
        holds: whether what was seen agrees with the requirement.
        at: where it was seen.
        expected: what would have agreed; a short, language-neutral value or expression.
        observed: what was seen; made printable, masked and clipped here.
    """
    return HELD if holds else Finding(at, show(expected), show(observed))


@dataclass(frozen=True, slots=True)
class SutCheck:
    """A check that asks the SUT itself."""

    requirement: str
    name: str
    function: Callable[[Sut], Iterator[Observation]]

    def observe(self, sut: Sut) -> Iterator[Observation]:
        """Run the check."""
        return self.function(sut)


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """A rule about one canonical record, applied to each record of an operation's stream."""

    requirement: str
    name: str
    over: str
    function: Callable[[Record], Iterator[Observation]]

    def observe(self, sut: Sut) -> Iterator[Observation]:
        """Apply the rule to every record."""
        for record in sut.records(self.over):
            yield from self.function(record)


@dataclass(frozen=True, slots=True)
class SetCheck:
    """A rule about a whole stream of canonical records."""

    requirement: str
    name: str
    over: str
    function: Callable[[Iterable[Record]], Iterator[Observation]]

    def observe(self, sut: Sut) -> Iterator[Observation]:
        """Apply the rule to the stream."""
        return self.function(sut.records(self.over))


def requirement(id_: str) -> Callable[[F], F]:
    """Mark a function of ``sut`` as the check of a requirement."""

    def mark(function: F) -> F:
        setattr(function, ATTRIBUTE, SutCheck(id_, function.__name__, function))
        return function

    return mark


def record_rule(id_: str, *, over: str) -> Callable[[F], F]:
    """Mark a function of one record as the check of a requirement, for every record of operation ``over``."""

    def mark(function: F) -> F:
        setattr(function, ATTRIBUTE, RecordCheck(id_, function.__name__, over, function))
        return function

    return mark


def set_rule(id_: str, *, over: str) -> Callable[[F], F]:
    """Mark a function of a stream of records as the check of a requirement."""

    def mark(function: F) -> F:
        setattr(function, ATTRIBUTE, SetCheck(id_, function.__name__, over, function))
        return function

    return mark

"""Mutants and legal variants: the reference platform with one fault, or odd but conforming."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_szxc.model import Text
from pytest_szxc.reference.platform import Platform
from pytest_szxc.target.statement import Statement

if TYPE_CHECKING:
    from pytest_szxc.reference.topics import Topics

Change = Callable[[Platform], None]
StatementChange = Callable[[Statement], Statement]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault; ``apply`` alters stored data, behaviour or answers of a platform that was just built.

    ``topic`` is the part of the suite that it stands in, if the suite has parts.
    """

    name: str
    title: Text
    apply: Change
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """One odd but conforming platform; ``statement`` is what its vendor would declare differently.

    ``topic`` is the part of the suite that it concerns; it concerns all of it without one.
    """

    name: str
    title: Text
    apply: Change
    statement: StatementChange
    topic: str = ""


class Mutants(dict[str, Mutant]):
    """A registry of mutants by name, filled by decorating functions."""

    @classmethod
    def of_topics(cls, topics: Topics) -> Mutants:
        """All that the files ``mutants_<topic>*.py`` register."""
        made = cls()
        for topic, module in topics.parts("mutants"):
            for name, one in module.MUTANTS.items():
                _once(made, name)
                made[name] = replace(one, topic=topic)
        return made

    def add(self, name: str, zh: str, en: str) -> Callable[[Change], Change]:
        """Register the decorated function as a mutant."""

        def mark(apply: Change) -> Change:
            _once(self, name)
            self[name] = Mutant(name, Text(zh, en), apply)
            return apply

        return mark


class Variants(dict[str, Variant]):
    """A registry of legal variants by name, filled by decorating functions.

    Args:
        everywhere: whether its variants concern all of the suite, not only the topic of their file.
    """

    def __init__(self, *, everywhere: bool = False) -> None:
        super().__init__()
        self.everywhere = everywhere

    @classmethod
    def of_topics(cls, topics: Topics) -> Variants:
        """All that the files ``variants_<topic>*.py`` register."""
        made = cls()
        for topic, module in topics.parts("variants"):
            for name, one in module.VARIANTS.items():
                _once(made, name)
                made[name] = one if module.VARIANTS.everywhere else replace(one, topic=topic)
        return made

    def add(
        self, name: str, zh: str, en: str, statement: StatementChange = lambda same: same
    ) -> Callable[[Change], Change]:
        """Register the decorated function as a variant."""

        def mark(apply: Change) -> Change:
            _once(self, name)
            self[name] = Variant(name, Text(zh, en), apply, statement)
            return apply

        return mark


def _once(registry: Mutants | Variants, name: str) -> None:
    if name in registry:
        raise KeyError(name)

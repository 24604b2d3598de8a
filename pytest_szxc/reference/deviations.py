"""Mutants and legal variants: the reference platform with one fault, or odd but conforming."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pytest_szxc.model import Text
from pytest_szxc.reference.platform import Platform
from pytest_szxc.target.statement import Statement

Change = Callable[[Platform], None]
StatementChange = Callable[[Statement], Statement]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault; ``apply`` alters stored data, behaviour or answers of a platform that was just built."""

    name: str
    title: Text
    apply: Change


@dataclass(frozen=True, slots=True)
class Variant:
    """One odd but conforming platform; ``statement`` is what its vendor would declare differently."""

    name: str
    title: Text
    apply: Change
    statement: StatementChange


class Mutants(dict[str, Mutant]):
    """A registry of mutants by name, filled by decorating functions."""

    def add(self, name: str, zh: str, en: str) -> Callable[[Change], Change]:
        """Register the decorated function as a mutant."""

        def mark(apply: Change) -> Change:
            _once(self, name)
            self[name] = Mutant(name, Text(zh, en), apply)
            return apply

        return mark


class Variants(dict[str, Variant]):
    """A registry of legal variants by name, filled by decorating functions."""

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

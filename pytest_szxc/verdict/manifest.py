"""The closed world of a run: which verdicts are owed, fixed and hashed before the first check asks anything."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc.model import Cause, Requirement, Suite

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_szxc.target.statement import Statement


@dataclass(frozen=True, slots=True)
class Entry:
    """One requirement of the run. ``reason`` says why it is not owed; ``None`` means that a verdict is owed."""

    requirement: Requirement
    reason: Cause | None = None

    @property
    def owed(self) -> bool:
        """Whether a check must give a verdict."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every requirement of every selected suite, in catalogue order, and the digest of that list."""

    entries: tuple[Entry, ...]
    digest: str

    def owed(self) -> tuple[Requirement, ...]:
        """The requirements for which a check must give a verdict."""
        return tuple(entry.requirement for entry in self.entries if entry.owed)


def draw_up(
    suites: Iterable[Suite],
    statement: Statement,
    *,
    classes: tuple[str, ...] = (),
    present: Mapping[str, Mapping[str, bool]] | None = None,
) -> Manifest:
    """Draw up the manifest.

    Args:
        suites: the selected suites.
        statement: what is claimed; its claims name classes by suite.
        classes: the user's choice of classes; empty means all. What is left out is *not selected*, which is no verdict.
        present: by suite and class, whether discovery saw a class that is not claimed.
    """
    chosen = list(suites)
    entries = tuple(
        Entry(requirement, _reason(requirement, statement, (present or {}).get(suite.id, {})))
        for suite in chosen
        for requirement in suite.requirements
        if not classes or requirement.conformance_class in classes
    )
    return Manifest(entries, _digest(chosen, statement, entries))


def _reason(requirement: Requirement, statement: Statement, present: Mapping[str, bool]) -> Cause | None:
    claim = statement.claims.get(requirement.suite)
    name = {"class": requirement.conformance_class}
    if claim is None or requirement.conformance_class not in claim.classes:
        if present.get(requirement.conformance_class):
            return Cause("claim.denied-but-present", name)
        return Cause("claim.not-claimed" if statement.declared else "claim.not-observed", name)
    return Cause("claim.attested") if requirement.attested else None


def _digest(suites: list[Suite], statement: Statement, entries: tuple[Entry, ...]) -> str:
    """The digest of what is owed; it does not depend on what discovery sees of classes that nobody claims."""
    document = {
        "suites": {suite.id: suite.digest for suite in suites},
        "statement": statement.digest,
        "entries": [[entry.requirement.id, _owing(entry)] for entry in entries],
    }
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _owing(entry: Entry) -> str:
    if entry.reason is None:
        return "owed"
    return "attested" if entry.reason.code == "claim.attested" else "not-claimed"

"""The kill matrix and the variants' findings of one suite, and the gates they must pass (decision 17)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pytest_szxc.model import Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.model import Json, Requirement, Suite

PRECISION_GATE = 0.95
VARIANTS_GATE = 25
_PASSED = frozenset({Status.PASS})
LEGAL = frozenset({Status.PASS, Status.NOT_APPLICABLE})
"""What a legal variant may get: it may lack an option or a feature; the reference may not."""


@dataclass(frozen=True, slots=True)
class Kill:
    """What became of one mutant: whether its requirement reported it, who else did, and who of them without leave."""

    requirement: str
    mutant: str
    killed: bool
    also: tuple[str, ...]
    stray: tuple[str, ...]

    @property
    def precise(self) -> bool:
        """Whether only the intended requirement and its listed co-reporters reported it."""
        return self.killed and not self.stray


@dataclass(frozen=True, slots=True)
class Peace:
    """One platform that conforms, and the requirements that did not pass on it all the same, with their statuses."""

    name: str
    deviations: dict[str, str]

    @property
    def clean(self) -> bool:
        """Whether every testable requirement passed."""
        return not self.deviations


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole proof for one suite."""

    suite: str
    requirements: int
    testable: tuple[str, ...]
    reference: Peace
    kills: tuple[Kill, ...]
    variants: tuple[Peace, ...]

    def gates(self) -> dict[str, bool]:
        """Each gate by name, and whether it holds."""
        proven = {kill.requirement for kill in self.kills if kill.killed}
        precise = sum(kill.precise for kill in self.kills)
        return {
            "reference-passes": self.reference.clean,
            "every-testable-requirement-kills": proven == set(self.testable),
            "every-mutant-killed": all(kill.killed for kill in self.kills),
            "precision": precise >= PRECISION_GATE * len(self.kills),
            "enough-variants": len(self.variants) >= VARIANTS_GATE,
            "variants-pass": all(variant.clean for variant in self.variants),
        }

    def document(self) -> dict[str, Json]:
        """The matrix as plain JSON (``szxc selftest --json``)."""
        return {**asdict(self), "gates": self.gates()}


def reported(verdicts: Mapping[str, Verdict]) -> frozenset[str]:
    """The requirements that report something: fail or warn."""
    return frozenset(name for name, verdict in verdicts.items() if verdict.status in {Status.FAIL, Status.WARN})


def kill_of(requirement: Requirement, mutant: str, verdicts: Mapping[str, Verdict]) -> Kill:
    """What became of a mutant that ``requirement`` is meant to catch."""
    reporters = reported(verdicts)
    also = tuple(sorted(reporters - {requirement.id}))
    stray = tuple(name for name in also if name not in requirement.co_reporters)
    return Kill(requirement.id, mutant, requirement.id in reporters, also, stray)


def peace_of(
    name: str,
    suite: Suite,
    verdicts: Mapping[str, Verdict],
    allowed: frozenset[Status] = _PASSED,
    asked: frozenset[str] = frozenset(),
) -> Peace:
    """What did not pass on a platform that conforms; inconclusive too: a check that saw nothing proves nothing.

    ``asked`` are the requirements that judged it; all testable ones without any.
    """
    judged = asked or {row.id for row in suite.requirements if row.attested is None}
    deviations = {
        requirement.id: verdicts[requirement.id].status.value
        for requirement in suite.requirements
        if requirement.id in judged and verdicts[requirement.id].status not in allowed
    }
    return Peace(name, deviations)

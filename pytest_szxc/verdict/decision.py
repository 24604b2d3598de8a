"""What follows from the verdicts: whether each conformance class holds, for which basis, and the exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from pytest_szxc.model import Cause, Level, Requirement, Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.verdict.manifest import Entry, Manifest


class ExitCode(IntEnum):
    """Exit codes beyond pytest's own 0–5, which keep their meaning (1: some must failed)."""

    OK = 0
    FAILED = 1
    PREFLIGHT = 10
    INCONCLUSIVE = 11
    STATEMENT = 12
    TESTER_ERROR = 13


class Outcome(StrEnum):
    """What can be said of a conformance class."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNDECIDED = "undecided"
    NOT_CLAIMED = "not-claimed"
    NO_REQUIREMENTS = "no-requirements"


CONTRADICTIONS = frozenset({"claim.absent", "claim.feature-present", "claim.denied-but-present"})
"""Cause codes that say: statement and system disagree."""

NOT_CLAIMED = frozenset({"claim.not-claimed", "claim.not-observed"})
"""Cause codes of requirements that nobody says the system meets."""

_Pairs = tuple[tuple[Requirement, Verdict], ...]
_JUDGED = frozenset({Status.PASS, Status.FAIL, Status.WARN, Status.ATTESTED, Status.WAIVED})
_SETTLED = frozenset({Status.PASS, Status.NOT_APPLICABLE, Status.ATTESTED})


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One conformance class: its outcome over all bases (``profile``), and over text and abstract (``standard``)."""

    suite: str
    conformance_class: str
    profile: Outcome
    standard: Outcome
    counts: dict[Status, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Root:
    """One root cause and the requirements that could not be judged, or fail, because of it."""

    cause: Cause
    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything that follows from one run's verdicts; ``verdicts`` holds exactly one for each manifest entry."""

    verdicts: tuple[tuple[Requirement, Verdict], ...]
    classes: tuple[ClassResult, ...]
    roots: tuple[Root, ...]
    contradictions: tuple[Root, ...]
    exit_code: int


def decide(  # noqa: PLR0913 -- all that a decision rests on
    manifest: Manifest,
    given: Mapping[str, Verdict],
    *,
    strict: bool = False,
    preflight: Cause | None = None,
    declared: bool = True,
    left_out: frozenset[str] = frozenset(),
) -> Decision:
    """Close the world: every manifest entry gets its verdict, what did not come back is *not-run*.

    Args:
        manifest: what was owed.
        given: the verdicts that came back, by requirement id.
        strict: a broken *should* fails, and an unjudged *should* counts as inconclusive.
        preflight: why nothing could be asked, if so.
        declared: whether there is a statement that can be contradicted.
        left_out: requirements that were left out on purpose; without a verdict they do not count in the exit code.
    """
    pairs = tuple((entry.requirement, settled(entry, given)) for entry in manifest.entries)
    contradictions = _roots(pairs, CONTRADICTIONS) if declared else ()
    counted = tuple(pair for pair in pairs if not (pair[0].id in left_out and pair[1].status is Status.NOT_RUN))
    code = _exit_code(counted, strict, preflight, contradictions)
    empty = _empty(pairs, counted) if code == ExitCode.OK else ()
    code = ExitCode.INCONCLUSIVE if empty else code
    return Decision(pairs, _classes(pairs), (*_roots(pairs), *empty), contradictions, code)


def settled(entry: Entry, given: Mapping[str, Verdict]) -> Verdict:
    """The one verdict of a manifest entry: the one given, or why there is none."""
    if entry.reason is None:
        return given.get(entry.requirement.id) or Verdict(
            entry.requirement.id, Status.NOT_RUN, cause=Cause("run.no-verdict")
        )
    if entry.reason.code == "claim.attested":
        return Verdict(entry.requirement.id, Status.INCONCLUSIVE, cause=Cause("claim.attestation-missing"))
    denied = entry.reason.code in CONTRADICTIONS
    return Verdict(entry.requirement.id, Status.INCONCLUSIVE if denied else Status.NOT_APPLICABLE, cause=entry.reason)


def _classes(pairs: _Pairs) -> tuple[ClassResult, ...]:
    members: dict[tuple[str, str], list[tuple[Requirement, Verdict]]] = {}
    for requirement, verdict in pairs:
        members.setdefault((requirement.suite, requirement.conformance_class), []).append((requirement, verdict))
    return tuple(
        ClassResult(
            suite,
            name,
            _outcome(rows),
            _outcome([row for row in rows if row[0].basis.standard_based]),
            dict(Counter(verdict.status for _, verdict in rows)),
        )
        for (suite, name), rows in members.items()
    )


def _outcome(rows: list[tuple[Requirement, Verdict]]) -> Outcome:
    musts = [verdict for requirement, verdict in rows if requirement.level is Level.MUST]
    if rows and all(verdict.cause and verdict.cause.code in NOT_CLAIMED for _, verdict in rows):
        return Outcome.NOT_CLAIMED
    if not musts:
        return Outcome.NO_REQUIREMENTS
    if any(verdict.status is Status.FAIL for verdict in musts):
        return Outcome.BROKEN
    passed = any(verdict.status is Status.PASS for verdict in musts)
    return Outcome.HOLDS if passed and all(verdict.status in _SETTLED for verdict in musts) else Outcome.UNDECIDED


def _empty(pairs: _Pairs, counted: _Pairs) -> tuple[Root, ...]:
    """What would look good only because nothing was judged: the whole run, or a claimed class without one must left."""
    if not any(verdict.status in _JUDGED for _, verdict in counted):
        ids = tuple(requirement.id for requirement, _ in pairs)
        return (Root(Cause("run.nothing-judged"), ids),) if ids else ()
    musts: dict[tuple[str, str], list[tuple[Requirement, Verdict]]] = {}
    for requirement, verdict in pairs:
        claimed = verdict.cause is None or verdict.cause.code not in NOT_CLAIMED
        if requirement.level is Level.MUST and claimed:
            musts.setdefault((requirement.suite, requirement.conformance_class), []).append((requirement, verdict))
    return tuple(
        Root(Cause("claim.nothing-left", {"class": name}), tuple(requirement.id for requirement, _ in rows))
        for (_, name), rows in musts.items()
        if all(verdict.status is Status.NOT_APPLICABLE for _, verdict in rows)
    )


def _roots(pairs: _Pairs, codes: frozenset[str] | None = None) -> tuple[Root, ...]:
    grouped: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[Cause, list[str]]] = {}
    for requirement, verdict in pairs:
        cause = verdict.cause
        if cause is None or not _speaks(verdict, cause, codes):
            continue
        # The same words are the same cause, whichever exchange showed it: a used-up budget shows at every operation.
        key = (cause.code, tuple(sorted(cause.params.items())))
        grouped.setdefault(key, (cause, []))[1].append(requirement.id)
    return tuple(Root(cause, tuple(ids)) for cause, ids in grouped.values())


def _speaks(verdict: Verdict, cause: Cause, codes: frozenset[str] | None) -> bool:
    if codes is not None:
        return cause.code in codes
    return verdict.status in {Status.INCONCLUSIVE, Status.NOT_RUN, Status.TESTER_ERROR}


def counts_against(requirement: Requirement, verdict: Verdict, *, strict: bool) -> bool:
    """Whether an unjudged requirement keeps the run from a good end: a must always, a should only when strict."""
    if verdict.status is Status.NOT_RUN:
        return True
    binding = {Level.MUST, Level.SHOULD} if strict else {Level.MUST}
    return verdict.status is Status.INCONCLUSIVE and requirement.level in binding


def _exit_code(
    pairs: _Pairs,
    strict: bool,  # noqa: FBT001 -- passed on
    preflight: Cause | None,
    contradictions: tuple[Root, ...],
) -> int:
    statuses = {verdict.status for _, verdict in pairs}
    warned_counts = strict and any(
        verdict.status is Status.WARN and requirement.level is Level.SHOULD for requirement, verdict in pairs
    )
    ranked = (
        (Status.TESTER_ERROR in statuses, ExitCode.TESTER_ERROR),
        (bool(contradictions), ExitCode.STATEMENT),
        (preflight is not None, ExitCode.PREFLIGHT),
        (Status.FAIL in statuses or warned_counts, ExitCode.FAILED),
        (any(counts_against(*pair, strict=strict) for pair in pairs), ExitCode.INCONCLUSIVE),
    )
    return next((code for applies, code in ranked if applies), ExitCode.OK)

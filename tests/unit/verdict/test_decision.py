from __future__ import annotations

import pytest

from pytest_szxc.model import Basis, Cause, Level, Status, Verdict
from pytest_szxc.verdict.decision import ExitCode, Outcome, decide
from pytest_szxc.verdict.manifest import Entry, Manifest

NOT_CLAIMED = Cause("claim.not-claimed", {"class": "core"})


def manifest(*requirements, reason=None):
    return Manifest(tuple(Entry(requirement, reason) for requirement in requirements), "d" * 64)


def given(requirement, status, cause=None):
    return {requirement.id: Verdict(requirement.id, status, observed=1, cause=cause)}


def test_what_did_not_come_back_is_not_run(row):
    decision = decide(manifest(row()), {})
    assert decision.verdicts[0][1].status is Status.NOT_RUN
    assert decision.exit_code == ExitCode.INCONCLUSIVE
    assert decision.classes[0].profile is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("status", "level", "strict", "code"),
    [
        (Status.PASS, Level.MUST, False, 0),
        (Status.FAIL, Level.MUST, False, 1),
        (Status.WARN, Level.SHOULD, False, 0),
        (Status.WARN, Level.SHOULD, True, 1),
        (Status.WARN, Level.MAY, True, 0),
        (Status.INCONCLUSIVE, Level.MUST, False, 11),
        (Status.INCONCLUSIVE, Level.SHOULD, False, 0),
        (Status.INCONCLUSIVE, Level.SHOULD, True, 11),
        (Status.NOT_RUN, Level.MAY, False, 11),
        (Status.TESTER_ERROR, Level.MAY, False, 13),
        (Status.NOT_APPLICABLE, Level.MUST, False, 0),
    ],
)
def test_exit_codes(row, status, level, strict, code):
    requirement, other = row(level=level), row(id="XX-002")
    verdicts = given(requirement, status) | given(other, Status.PASS)
    assert decide(manifest(requirement, other), verdicts, strict=strict).exit_code == code


@pytest.mark.parametrize(
    ("status", "level"),
    [
        (Status.INCONCLUSIVE, Level.SHOULD),
        (Status.NOT_APPLICABLE, Level.MUST),
        (Status.NOT_APPLICABLE, Level.MAY),
    ],
)
def test_where_nothing_was_judged_nothing_is_good(row, status, level):
    requirement = row(level=level)
    decision = decide(manifest(requirement), given(requirement, status))
    assert decision.exit_code == ExitCode.INCONCLUSIVE
    assert decision.roots[-1].cause.code == "run.nothing-judged"


def test_a_claimed_class_of_which_nothing_is_left_is_no_good_end(row):
    """Everything that a class demands is declared away with ``without``."""
    empty, other = row(), row(id="XX-002", conformance_class="other")
    hidden = given(empty, Status.NOT_APPLICABLE, Cause("claim.without"))
    decision = decide(manifest(empty, other), hidden | given(other, Status.PASS))
    assert decision.exit_code == ExitCode.INCONCLUSIVE
    assert [(root.cause.code, root.requirements) for root in decision.roots] == [("claim.nothing-left", ("XX-001",))]
    assert {result.conformance_class: result.profile for result in decision.classes} == {
        "core": Outcome.UNDECIDED,
        "other": Outcome.HOLDS,
    }


def test_the_gravest_exit_code_wins(row):
    one, two, three = row(), row(id="XX-002"), row(id="XX-003")
    verdicts = (
        given(one, Status.FAIL, Cause("claim.absent")) | given(two, Status.INCONCLUSIVE) | given(three, Status.FAIL)
    )
    assert decide(manifest(one, two, three), verdicts).exit_code == ExitCode.STATEMENT
    assert decide(manifest(one, two, three), verdicts, declared=False).exit_code == ExitCode.FAILED
    worse = verdicts | given(three, Status.TESTER_ERROR)
    assert decide(manifest(one, two, three), worse).exit_code == ExitCode.TESTER_ERROR


def test_a_dead_target_is_preflight_and_no_class_holds(row):
    requirement = row()
    cause = Cause("transport.refused")
    decision = decide(manifest(requirement), given(requirement, Status.INCONCLUSIVE, cause), preflight=cause)
    assert decision.exit_code == ExitCode.PREFLIGHT
    assert decision.classes[0].profile is Outcome.UNDECIDED


def test_a_class_without_any_pass_does_not_hold(row):
    requirement = row()
    decision = decide(manifest(requirement), given(requirement, Status.NOT_APPLICABLE, Cause("claim.without")))
    assert decision.classes[0].profile is Outcome.UNDECIDED


def test_an_unclaimed_class_is_said_to_be_unclaimed(row):
    decision = decide(manifest(row(), reason=NOT_CLAIMED), {})
    assert decision.verdicts[0][1].status is Status.NOT_APPLICABLE
    assert decision.classes[0].profile is Outcome.NOT_CLAIMED
    with_another = Manifest((Entry(row(), NOT_CLAIMED), Entry(row(id="XX-002", conformance_class="b"))), "")
    assert decide(with_another, given(row(id="XX-002"), Status.PASS)).exit_code == 0


def test_a_class_that_is_denied_but_present_contradicts(row):
    decision = decide(manifest(row(), reason=Cause("claim.denied-but-present", {"class": "core"})), {})
    assert decision.exit_code == ExitCode.STATEMENT
    assert decision.contradictions[0].requirements == ("XX-001",)


def test_the_standard_based_result_leaves_profile_rows_out(row):
    profile, standard = row(), row(id="XX-002", basis=Basis.ABSTRACT)
    verdicts = given(profile, Status.FAIL) | given(standard, Status.PASS)
    result = decide(manifest(profile, standard), verdicts).classes[0]
    assert (result.profile, result.standard) == (Outcome.BROKEN, Outcome.HOLDS)
    only_profile = decide(manifest(profile), given(profile, Status.PASS)).classes[0]
    assert only_profile.standard is Outcome.NO_REQUIREMENTS


def test_one_root_cause_is_told_once(row):
    rows = [row(id=f"XX-{number:03}") for number in range(1, 60)]
    cause = Cause("http.unauthorised", {"status": "401"}, "x1")
    verdicts = {one.id: Verdict(one.id, Status.INCONCLUSIVE, cause=cause) for one in rows}
    roots = decide(manifest(*rows), verdicts).roots
    assert len(roots) == 1
    assert len(roots[0].requirements) == 59


def test_what_was_left_out_on_purpose_does_not_count(row):
    one, two = row(), row(id="XX-002")
    decision = decide(manifest(one, two), given(one, Status.PASS), left_out=frozenset({"XX-002"}))
    assert decision.exit_code == ExitCode.OK
    assert decide(manifest(one, two), given(one, Status.PASS)).exit_code == ExitCode.INCONCLUSIVE
    assert decision.verdicts[1][1].status is Status.NOT_RUN
    assert decision.classes[0].profile is Outcome.UNDECIDED

from __future__ import annotations

import pytest

from pytest_szxc.checks.rules import HELD, expect
from pytest_szxc.errors import Absent, ConformanceFailure, PermissionMissing, TransportFault, Unjudgeable
from pytest_szxc.model import Exhibit, Finding, Level, Location, Status, Text
from pytest_szxc.verdict.judge import EXHIBITS_KEPT, FINDINGS_KEPT, Context, judge

BAD = expect(False, Location(pointer="/level"), expected="core", observed="x")
NO_CONTEXT = Context()
SHOWN = Exhibit("text", Text("说明", "explanation"), {"paragraphs": [], "rows": []})


def verdict(row, view, check, *observations, raising=None, context=NO_CONTEXT):
    def observe(_):
        yield from observations
        if raising is not None:
            raise raising

    return judge(row, check(observe), None, view, context)


def test_observed_without_finding_passes(row, view, check):
    found = verdict(row(), view(), check, HELD, HELD)
    assert (found.status, found.observed, found.found) == (Status.PASS, 2, 0)
    assert found.exchanges == ("x1",)


def test_nothing_observed_never_passes(row, view, check):
    found = verdict(row(), view(), check)
    assert (found.status, found.cause.code) == (Status.INCONCLUSIVE, "data.nothing-observed")


def test_an_empty_stream_is_its_own_cause(row, view, check):
    found = verdict(row(), view(empty=("list_entries",)), check)
    assert (found.status, found.cause.code) == (Status.INCONCLUSIVE, "data.empty")
    assert found.cause.exchange == "x1"


@pytest.mark.parametrize(
    ("level", "status"), [(Level.MUST, Status.FAIL), (Level.SHOULD, Status.WARN), (Level.MAY, Status.WARN)]
)
def test_a_finding_counts_by_level(row, view, check, level, status):
    found = verdict(row(level=level), view(), check, HELD, BAD)
    assert (found.status, found.found, found.findings) == (status, 1, (BAD,))


def test_findings_are_kept_up_to_a_cap_and_all_counted(row, view, check):
    found = verdict(row(), view(), check, *[BAD] * (FINDINGS_KEPT + 5))
    assert (len(found.findings), found.found) == (FINDINGS_KEPT, FINDINGS_KEPT + 5)


def test_an_exhibit_is_kept_and_is_no_observation(row, view, check):
    found = verdict(row(), view(), check, SHOWN)
    assert (found.status, found.cause.code, found.observed) == (Status.INCONCLUSIVE, "data.nothing-observed", 0)
    assert (found.exhibits, found.exhibited) == ((SHOWN,), 1)
    found = verdict(row(), view(), check, HELD, SHOWN, BAD)
    assert (found.status, found.observed, found.found, found.exhibits) == (Status.FAIL, 2, 1, (SHOWN,))


@pytest.mark.parametrize(
    ("error", "status"),
    [(Unjudgeable("x.y"), Status.INCONCLUSIVE), (Absent("o"), Status.INCONCLUSIVE), (KeyError(), Status.TESTER_ERROR)],
)
def test_an_exhibit_stays_whatever_follows(row, view, check, error, status):
    found = verdict(row(), view(), check, SHOWN, raising=error)
    assert (found.status, found.exhibits) == (status, (SHOWN,))


def test_exhibits_are_kept_up_to_a_cap_and_all_counted(row, view, check):
    found = verdict(row(), view(), check, *[SHOWN] * (EXHIBITS_KEPT + 5), HELD)
    assert (len(found.exhibits), found.exhibited, found.observed) == (EXHIBITS_KEPT, EXHIBITS_KEPT + 5, 1)


def test_an_exhibit_is_put_in_form_and_a_formless_one_is_our_own_fault(row, view, check):
    title = Text("\x1b[31m", "x" * 999)
    found = verdict(row(), view(), check, Exhibit("text", title, {"paragraphs": (), "rows": ()}), HELD)
    assert (found.exhibits[0].title.zh, len(found.exhibits[0].title.en)) == ("\\x1b[31m", 120)
    found = verdict(row(), view(), check, SHOWN, Exhibit("curve", title, {}), HELD)
    assert (found.status, found.cause.code, found.exhibits) == (Status.TESTER_ERROR, "tester.error", (SHOWN,))


def test_an_unused_option_is_not_applicable(row, view, check):
    assert verdict(row(level=Level.MAY), view(), check).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    "error", [TransportFault("transport.refused"), PermissionMissing("write", "create_entry"), Absent("list_entries")]
)
def test_what_could_not_be_asked_is_inconclusive(row, view, check, error):
    found = verdict(row(), view(), check, HELD, raising=error)
    assert (found.status, found.cause.code) == (Status.INCONCLUSIVE, error.code)


def test_a_finding_stands_even_if_the_rest_could_not_be_asked(row, view, check):
    assert verdict(row(), view(), check, BAD, raising=TransportFault("transport.reset")).status is Status.FAIL


def test_the_owner_of_a_claimed_but_absent_operation_fails(row, view, check):
    absent = Absent("list_entries", "x9", status=404)
    found = verdict(row(), view(), check, raising=absent, context=Context(owners={"list_entries": "XX-001"}))
    assert (found.status, found.cause.code) == (Status.FAIL, "claim.absent")
    assert found.findings[0].observed == "HTTP 404"


def test_an_absent_option_is_not_applicable(row, view, check):
    absent = Absent("list_entries", "x9", status=404)
    context = Context(owners={"list_entries": "XX-001"})
    assert verdict(row(level=Level.MAY), view(), check, raising=absent, context=context).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("error", [AssertionError("library"), KeyError("x"), RecursionError(), ValueError("张")])
def test_our_own_fault_is_never_a_failure_of_the_sut(row, view, check, error):
    found = verdict(row(), view(), check, BAD, raising=error)
    assert (found.status, found.cause.code) == (Status.TESTER_ERROR, "tester.error")


def test_a_conformance_failure_raised_by_a_check_is_a_failure(row, view, check):
    failure = ConformanceFailure((Finding(Location(), "a", "b"),))
    assert verdict(row(), view(), check, raising=failure).status is Status.FAIL


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3)])
def test_an_interrupt_is_not_swallowed(row, view, check, error):
    with pytest.raises(type(error)):
        verdict(row(), view(), check, raising=error)


def test_a_feature_the_system_lacks_is_not_applicable_when_unseen(row, view, check):
    found = verdict(row(feature="fusion"), view(), check, context=Context(frozenset({"fusion"})))
    assert (found.status, found.cause.code) == (Status.NOT_APPLICABLE, "claim.without")


def test_an_absent_operation_of_a_feature_the_system_lacks_is_not_applicable(row, view, check):
    absent = Absent("list_entries", "x9", status=404)
    context = Context(frozenset({"fusion"}), owners={"list_entries": "XX-001"})
    found = verdict(row(feature="fusion"), view(), check, raising=absent, context=context)
    assert (found.status, found.cause.code, found.findings) == (Status.NOT_APPLICABLE, "claim.without", ())


def test_an_operation_that_is_not_bound_because_the_system_lacks_it_is_not_applicable(row, view, check):
    unbound = Unjudgeable("binding.missing", operation="list_entries", suite="s")
    found = verdict(row(feature="fusion"), view(), check, raising=unbound, context=Context(frozenset({"fusion"})))
    assert (found.status, found.cause.code) == (Status.NOT_APPLICABLE, "claim.without")
    assert verdict(row(feature="fusion"), view(), check, raising=unbound).status is Status.INCONCLUSIVE


def test_a_feature_the_system_lacks_but_shows_is_a_contradiction(row, view, check):
    found = verdict(row(feature="fusion"), view(), check, HELD, context=Context(frozenset({"fusion"})))
    assert (found.status, found.cause.code) == (Status.FAIL, "claim.feature-present")


def test_a_feature_that_is_not_denied_must_be_shown(row, view, check):
    found = verdict(row(feature="fusion"), view(), check)
    assert (found.status, found.cause.code) == (Status.INCONCLUSIVE, "data.feature-unseen")

"""The gates of the self-test: what counts as killed, precise, clean, and when the proof holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.model import Status, Text, Verdict
from pytest_szxc.reference.deviations import Mutant
from pytest_szxc.selftest.matrix import LEGAL, Kill, Matrix, Peace, kill_of, peace_of, reported
from pytest_szxc.selftest.trial import Trial, _concerned, attempt, prove

SUITE = "data_classification"


@pytest.fixture(scope="module")
def suite():
    return load_suites()[SUITE]


def verdicts(**given):
    names = {name.replace("_", "-"): status for name, status in given.items()}
    return {name: Verdict(name, status) for name, status in names.items()}


def sound(**changes):
    matrix = Matrix(
        suite="one",
        requirements=2,
        testable=("A-1", "A-2"),
        reference=Peace("reference", {}),
        kills=(
            Kill("A-1", "a", killed=True, also=(), stray=()),
            Kill("A-2", "b", killed=True, also=("A-1",), stray=()),
        ),
        variants=tuple(Peace(f"v{number}", {}) for number in range(25)),
    )
    return replace(matrix, **changes)


def test_fail_and_warn_are_reports_and_nothing_else():
    found = verdicts(
        A_1=Status.FAIL, A_2=Status.WARN, A_3=Status.INCONCLUSIVE, A_4=Status.PASS, A_5=Status.TESTER_ERROR
    )
    assert reported(found) == {"A-1", "A-2"}


def test_a_kill_is_precise_if_only_listed_ones_report_it_too(suite):
    row = replace(suite.requirements[0], id="A-1", co_reporters=("A-2",))
    kill = kill_of(row, "m", verdicts(A_1=Status.FAIL, A_2=Status.FAIL, A_3=Status.PASS))
    assert (kill.killed, kill.also, kill.stray, kill.precise) == (True, ("A-2",), (), True)
    kill = kill_of(row, "m", verdicts(A_1=Status.FAIL, A_2=Status.PASS, A_3=Status.WARN))
    assert (kill.killed, kill.stray, kill.precise) == (True, ("A-3",), False)
    kill = kill_of(row, "m", verdicts(A_1=Status.INCONCLUSIVE, A_2=Status.FAIL))
    assert (kill.killed, kill.precise) == (False, False)


def test_on_the_reference_everything_must_pass_on_a_variant_it_may_not_apply(suite):
    found = {row.id: Verdict(row.id, Status.PASS) for row in suite.requirements}
    found["DC-003"] = Verdict("DC-003", Status.NOT_APPLICABLE)
    found["DC-004"] = Verdict("DC-004", Status.INCONCLUSIVE)
    assert peace_of("x", suite, found).deviations == {"DC-003": "not-applicable", "DC-004": "inconclusive"}
    assert peace_of("x", suite, found, LEGAL).deviations == {"DC-004": "inconclusive"}


def test_a_sound_proof_passes_every_gate():
    assert all(sound().gates().values())
    assert sound().document()["gates"] == sound().gates()


@pytest.mark.parametrize(
    ("changes", "gate"),
    [
        ({"reference": Peace("reference", {"A-1": "fail"})}, "reference-passes"),
        ({"testable": ("A-1", "A-2", "A-3")}, "every-testable-requirement-kills"),
        ({"kills": (Kill("A-1", "a", killed=False, also=(), stray=()),)}, "every-mutant-killed"),
        ({"kills": (Kill("A-1", "a", killed=True, also=("A-9",), stray=("A-9",)),) * 2}, "precision"),
        ({"variants": (Peace("v", {}),) * 24}, "enough-variants"),
        ({"variants": (Peace("v", {}),) * 24 + (Peace("w", {"A-1": "warn"}),)}, "variants-pass"),
    ],
)
def test_each_gate_can_fail(changes, gate):
    assert not sound(**changes).gates()[gate]


def test_a_mutant_and_a_variant_are_tried_on_their_own_platforms():
    assert attempt(Trial(SUITE, mutant="level-below-table"))["DC-015"].status is Status.FAIL
    found = attempt(Trial(SUITE))
    assert {verdict.status for verdict in found.values()} == {Status.PASS}


def test_the_proof_of_a_whole_suite(suite, monkeypatch):
    """The way through ``prove``, with two requirements and two variants."""
    small = replace(suite, requirements=tuple(row for row in suite.requirements if row.id in ("DC-015", "DC-017")))
    monkeypatch.setattr("pytest_szxc.selftest.trial.catalogue", lambda: {SUITE: suite})
    monkeypatch.setattr("pytest_szxc.selftest.trial.load_variants", lambda _: dict(list(VARIANTS.items())))
    matrix = prove(small, workers=0)
    assert matrix.testable == ("DC-015", "DC-017")
    assert all(kill.killed for kill in matrix.kills)
    assert [variant.name for variant in matrix.variants] == list(VARIANTS)
    assert matrix.gates()["enough-variants"] is False


def test_a_variant_of_a_topic_is_judged_by_the_classes_of_its_mutants(suite, monkeypatch):
    rows = tuple(row for row in suite.requirements if row.id in ("DC-015", "DC-017", "DC-060"))
    mutants = {name: Mutant(name, Text("", ""), str, "levels") for name in rows[0].mutants}
    monkeypatch.setattr("pytest_szxc.selftest.trial.load_mutants", lambda _: mutants)
    same = {row.id for row in rows if row.conformance_class == rows[0].conformance_class}
    assert _concerned(replace(suite, requirements=rows)) == {"levels": same}
    assert "DC-060" not in same


def test_a_verdict_that_is_missing_is_no_peace(suite):
    with pytest.raises(KeyError):
        peace_of("v", suite, {}, LEGAL)
    assert peace_of("v", suite, verdicts(DC_015=Status.PASS), LEGAL, frozenset({"DC-015"})).clean


class _Unchanged:
    """A variant that is the reference itself."""

    topic = ""

    def apply(self, platform):
        del platform

    def statement(self, statement):
        return statement


VARIANTS = {"one": _Unchanged(), "two": _Unchanged()}

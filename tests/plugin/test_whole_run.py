"""The main job: `pytest --szxc-target=…` on the reference platform, alone and with pytest's own options."""

from __future__ import annotations

import json

import pytest

from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.evidence.run_record import EXCHANGES
from pytest_szxc.rejudging import rejudge_run
from pytest_szxc.target.store import ExchangeStore

APP = "made_here:app"


def exchanges(pytester):
    store = ExchangeStore(pytester.path / "out" / EXCHANGES)
    try:
        return [
            (item.id, item.operation, item.request.method, item.request.url.partition("/catalog")[2])
            for item in store.all()
        ]
    finally:
        store.close()


def test_the_demo_passes_over_real_http(run, statuses):
    result = run("--szxc-target=demo", "--szxc-allow-write")
    assert result.ret == 0, result.stdout.str()
    assert statuses(result.report) == {}
    assert result.report["run"]["requests"]["saved"] > 1_000
    result.stdout.fnmatch_lines(["szxc *: target=demo *writing allowed*", "*262 passed*"])


def test_the_report_keeps_to_its_published_schema(run, target):
    for args in ([target("level-below-table")], [target("level-below-table"), "-k", "DC-015"]):
        report = run(*args).report
        assert list(validator("urn:szxc:szxc:report").errors(report)) == []


def test_without_leave_nothing_is_written(run, target, pytester, statuses):
    result = run(target())
    assert result.ret == 0
    assert statuses(result.report) == {"DC-060": "inconclusive"}
    methods = {method for _, operation, method, _ in exchanges(pytester) if operation != "evaluate_grading"}
    assert methods == {"GET"}


def test_a_fault_is_told_so_that_it_can_be_mended(run, target, statuses):
    result = run(target("level-below-table"), "--szxc-allow-write")
    assert result.ret == 1
    assert statuses(result.report) == {"DC-015": "fail"}
    result.stdout.fnmatch_lines(
        [
            "*DC-015 *Level*",
            "*1. * /level (exchange x*)",
            "*expected: *",
            "*observed: *",
            "*fix: *",
            "*again: pytest*-k DC-015",
        ]
    )


def test_chinese_on_request(run, target, monkeypatch):
    monkeypatch.delenv("SZXC_LANG")
    result = run(target("level-below-table"), "--szxc-lang=zh")
    result.stdout.fnmatch_lines(["*应为: *", "*改法: *", "*不通过*"])


def test_a_recording_judged_again_gives_the_same_verdicts(run, target, pytester):
    report = run(target("sensitive-pi-unknown"), "--szxc-allow-write").report
    assert json.dumps(rejudge_run(pytester.path / "out")) == json.dumps(report["verdicts"])


def test_two_runs_with_one_seed_send_the_identical_list(run, target, pytester):
    option = target()
    run(option, "--szxc-seed=7")
    first = exchanges(pytester)
    run(option, "--szxc-seed=7", "-p", "no:cacheprovider")
    assert exchanges(pytester) == first
    assert len(first) > 20


def test_deselection_makes_a_partial_run(run, target):
    result = run(target("level-below-table"), "-k", "DC-017 or DC-003")
    assert result.ret == 0
    assert result.report["run"]["partial"] is True
    assert sum(row["status"] == "not-run" for row in result.report["verdicts"]) == 60
    assert not [row for row in result.report["classes"] if row["profile"] == "holds" and row["class"] == "catalogue"]
    result.stdout.fnmatch_lines(["*partial run*"])


def test_stop_at_the_first_failure(run, target):
    result = run(target("level-unknown", "level-below-table"), "-x")
    assert result.ret == 1
    assert result.report["run"]["partial"] is True


def test_last_failed_only(run, target):
    option = target("level-below-table")
    run(option, "--szxc-allow-write")
    result = run(option, "--szxc-allow-write", "--lf")
    result.assert_outcomes(failed=1, deselected=61)
    assert result.ret == 1


def test_collect_only_sends_nothing(run, target, pytester):
    result = run(target(), "--co", "-q")
    assert result.ret == 0
    assert result.report is None
    result.stdout.fnmatch_lines(["szxc/data_classification::DC-001", "62 tests collected*"])
    assert not (pytester.path / "out").exists()


def test_a_plan_sends_nothing(run, target, pytester):
    result = run(target(), "--szxc-plan")
    assert result.ret == 0
    result.stderr.fnmatch_lines(["*list_entries: GET */catalog/entries*DC-001*"])
    assert not (pytester.path / "out").exists()


def test_no_requirement_selected_is_no_success(run, target):
    assert run(target(), "-k", "nothing_of_that_name").ret == 5


def test_beside_a_vendors_own_tests(run, target, pytester):
    option = target()
    own = pytester.makepyfile(test_own="def test_own(): assert False\ndef test_good(): pass")
    result = run(option, "--szxc-class=catalogue", str(own))
    result.assert_outcomes(passed=13, failed=1)
    assert result.ret == 1
    assert result.report["run"]["exitCode"] == 0
    without_paths = run(option, "--szxc-class=catalogue")
    assert without_paths.ret == 0
    without_paths.assert_outcomes(passed=12)


def test_strict_counts_shoulds(run, target, statuses):
    option = target("facets-missing")
    loose = run(option, "--szxc-class=grading-rules")
    assert (loose.ret, statuses(loose.report)) == (0, {"DC-009": "warn"})
    assert run(option, "--szxc-class=grading-rules", "--szxc-strict").ret == 1


def test_a_class_that_is_denied_but_present_contradicts(run, platform, statement, pytester, monkeypatch):
    made = platform()
    module = pytester.makepyfile(denied_here="app = None")
    monkeypatch.syspath_prepend(module.parent)
    import denied_here  # noqa: PLC0415 -- written just now

    denied_here.app = made
    statement(made, "catalogue")
    result = run("--szxc-target=wsgi:denied_here:app")
    assert result.ret == 12
    assert "claim.denied-but-present" in {root["cause"]["code"] for root in result.report["contradictions"]}


def test_a_claimed_class_that_is_absent_contradicts(run, target, statuses):
    result = run(target("catalogue-absent"))
    assert result.ret == 12
    assert statuses(result.report)["DC-001"] == "fail"
    assert [root["requirements"] for root in result.report["contradictions"]] == [["DC-001"]]


def test_a_feature_that_is_denied_but_present_contradicts(run, target):
    result = run(target(without=("fusion",)))
    assert result.ret == 12
    assert {"claim.feature-present"} == {root["cause"]["code"] for root in result.report["contradictions"]}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_workers_share_requests_and_agree(pytester, monkeypatch, workers, statuses):
    """Workers are processes, so here the target is the demo on its real socket."""
    monkeypatch.setenv("SZXC_LANG", "en")
    result = pytester.runpytest_subprocess(
        "--szxc-target=demo",
        "--szxc-suite=data_classification",
        "--szxc-out=out",
        "--szxc-seed=7",
        "-n",
        workers,
    )
    assert result.ret == 0, result.stdout.str()
    report = json.loads((pytester.path / "out" / "report.json").read_text(encoding="utf-8"))
    assert statuses(report) == {"DC-060": "inconclusive"}
    ids = [found[0] for found in exchanges(pytester)]
    assert len(ids) == len(set(ids)) == report["run"]["requests"]["sent"]


def test_secrets_are_in_no_file(run, target, pytester, monkeypatch):
    canary = "canary-5f2c9a7e41d8b36c"
    option = target()
    for line in (pytester.path / "szxc.toml").read_text(encoding="utf-8").splitlines():
        if "env = " in line:
            monkeypatch.setenv(line.split('"')[1], canary)
    result = run(option)
    assert result.ret == 10
    for file in (pytester.path / "out").rglob("*"):
        assert canary.encode() not in file.read_bytes(), file
    assert canary not in result.stdout.str() + result.stderr.str()


def test_what_is_owed_is_hashed_and_written_down_before_the_first_request(run, target, pytester):
    option = target()
    import made_here  # noqa: PLC0415 -- written by the fixture

    platform, seen = made_here.app, []

    def watching(environ, start_response):
        seen.append(json.loads((pytester.path / "out" / "run.json").read_text(encoding="utf-8"))["manifest"])
        return platform(environ, start_response)

    made_here.app = watching
    report = run(option).report
    assert set(seen) == {report["manifest"]["digest"]}

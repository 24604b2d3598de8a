"""Ways in which a run could look better, or more whole, than it is: each ends as what it is."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

HOOK = """
import os, pytest

def {hook}(item):
    if item.name == "DC-015":
        {act}
"""


def counts(report):
    return Counter(row["status"] for row in report["verdicts"])


@pytest.mark.parametrize(
    ("hook", "act", "code", "status"),
    [
        ("pytest_runtest_setup", "raise RuntimeError('boom')", 11, "not-run"),
        ("pytest_runtest_setup", "pytest.skip('not today')", 11, "not-run"),
        ("pytest_runtest_setup", "raise SystemExit(0)", 11, "not-run"),
        ("pytest_runtest_setup", "raise KeyboardInterrupt", 2, "not-run"),
        ("pytest_runtest_setup", "pytest.exit('enough', returncode=42)", 2, "not-run"),
        ("pytest_runtest_setup", "pytest.exit('enough', returncode=0)", 11, "not-run"),
        ("pytest_runtest_call", "raise RuntimeError('boom')", 1, "pass"),
        ("pytest_runtest_teardown", "raise RuntimeError('boom')", 1, "pass"),
    ],
)
def test_a_hook_that_breaks_one_requirement(run, target, pytester, hook, act, code, status):
    pytester.makeconftest(HOOK.format(hook=hook, act=act))
    result = run(target(), "--szxc-class=grading-rules,grading-service", "-k", "DC-015 or DC-017")
    row = next(row for row in result.report["verdicts"] if row["requirement"] == "DC-015")
    assert (result.ret, row["status"]) == (code, status), result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str()
    assert result.report["run"]["partial"] is ("not-run" in counts(result.report))


def test_marks_that_skip_everything_leave_everything_undone(run, target, pytester):
    pytester.makeconftest(
        "import pytest\ndef pytest_collection_modifyitems(items):\n"
        "    for item in items: item.add_marker(pytest.mark.skip(reason='no'))"
    )
    result = run(target(), "--szxc-class=grading-service")
    assert result.ret == 11
    assert set(counts(result.report)) == {"not-run"}


def test_items_that_are_dropped_without_a_word_are_missed(run, target, pytester):
    pytester.makeconftest(
        "import pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_collection_modifyitems(items): del items[3:]"
    )
    result = run(target(), "--szxc-class=grading-rules")
    assert result.ret == 11
    assert counts(result.report)["not-run"] > 10
    result.stdout.fnmatch_lines(["*partial run*"])


def test_a_faulty_requirement_cannot_be_marked_away(run, target, pytester):
    pytester.makeconftest(
        "import pytest\ndef pytest_collection_modifyitems(items):\n"
        "    for item in items: item.add_marker(pytest.mark.xfail(reason='known'))"
    )
    assert run(target("level-below-table"), "--szxc-class=grading-rules").ret == 1


@pytest.mark.parametrize(
    ("hook", "name"),
    [
        ("def pytest_szxc_observe(operation, payload): raise RuntimeError('\\x1b[31mboom')", "pytest_szxc_observe"),
        ("def pytest_szxc_auth(request, account): raise RuntimeError('boom')", "pytest_szxc_auth"),
        ("def pytest_szxc_auth(request, account): return 'Bearer x'", "pytest_szxc_auth"),
        ("def pytest_szxc_auth(request, account): return {'authorization': 5}", "pytest_szxc_auth"),
    ],
)
def test_a_hook_of_ours_that_fails_is_named(run, target, pytester, hook, name):
    option = target()
    file = pytester.path / "szxc.toml"
    text = file.read_text(encoding="utf-8")
    if name.endswith("auth"):
        text = text.replace('scheme = "bearer"', 'scheme = "seal"')
    file.write_text(text, encoding="utf-8")
    pytester.makeconftest(hook)
    result = run(option, "--szxc-class=grading-rules")
    assert result.ret == 10, result.stdout.str() + result.stderr.str()
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    assert "\x1b" not in result.stdout.str()
    assert name in json.dumps(result.report["rootCauses"])


def test_a_single_should_that_was_not_judged_is_no_good_end(run, target):
    result = run(target(), "-k", "DC-060")
    assert result.ret == 11
    assert "run.nothing-judged" in {root["cause"]["code"] for root in result.report["rootCauses"]}


def test_a_choice_of_classes_is_said(run, target):
    result = run(target(), "--szxc-class=grading-service")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*grading-service was chosen; nothing is said of the other classes*"])
    assert "nothing is said of the other classes" in (result_page := page(result)), result_page


def page(result):
    return result.page.read_text(encoding="utf-8")


@pytest.fixture
def run(run, pytester):
    def start(*args):
        result = run(*args)
        result.page = pytester.path / "out" / "report.html"
        return result

    return start


def test_an_older_report_does_not_pass_for_this_runs(run, target, pytester):
    option = target()
    assert run(option, "--szxc-class=grading-service").ret == 0
    pytester.makeconftest(
        "import pytest\n@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_sessionfinish(session): raise RuntimeError('before the report')"
    )
    run(option, "--szxc-class=grading-service")
    assert not (pytester.path / "out" / "report.json").exists()


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_of_results_that_cannot_be_written(pytester, monkeypatch, target, place):
    monkeypatch.setenv("SZXC_LANG", "en")
    option = target()
    (pytester.path / "file").write_text("", encoding="utf-8")
    result = pytester.runpytest(option, f"--szxc-out={place}")
    assert (result.ret, result.outlines) == (12, [])
    assert result.stderr.str().count("[option.out]") == 1


def test_a_report_that_cannot_be_written_at_the_end(run, target, pytester):
    pytester.makeconftest(
        "import pathlib\ndef pytest_runtest_teardown(item):\n"
        "    out = pathlib.Path('out/report.tmp'); out.mkdir(exist_ok=True)"
    )
    result = run(target(), "--szxc-class=grading-service")
    assert (result.ret, result.report) == (13, None)
    assert "[option.out]" in result.stderr.str()
    assert "Traceback" not in result.stdout.str() + result.stderr.str()


def test_a_fault_of_our_own_is_said_in_words(run, target, monkeypatch):
    def broken(*_, **__):
        raise LookupError("\x1b]0;title\x07")

    option = target()
    monkeypatch.setattr("pytest_szxc.run.report_document", broken)
    result = run(option, "--szxc-class=grading-service")
    assert result.ret == 13
    assert "[tester.error]" in result.stderr.str()
    assert "\x1b" not in result.stderr.str()
    monkeypatch.setattr("pytest_szxc.session.open_run", broken)
    assert run(option).ret == 13
    assert "Traceback" in run(option, "--full-trace").stderr.str()


@pytest.mark.parametrize("module", ["raise RuntimeError('boom')", "import pytest; pytest.importorskip('no_such')"])
def test_checks_that_cannot_be_imported(run, target, monkeypatch, module):
    def refuse(*_):
        exec(module, {})  # noqa: S102 -- as a suite's own module would

    monkeypatch.setattr("pytest_szxc.checks.loading.import_part", refuse)
    result = run(target())
    assert (result.ret, result.report) == (13, None)
    assert "[catalogue.check-import]" in result.stderr.str()


def test_a_requirement_without_a_check(run, target, monkeypatch):
    from pytest_szxc.checks.loading import load_checks  # noqa: PLC0415 -- the real one, before it is replaced

    def without(suite):
        return {name: check for name, check in load_checks(suite).items() if name != "DC-015"}

    monkeypatch.setattr("pytest_szxc.run.load_checks", without)
    result = run(target(), "--szxc-class=grading-rules")
    assert result.ret == 13
    assert counts(result.report)["tester-error"] == 1


def test_everything_hidden_behind_without(run, target):
    """No important data in the catalogue, and the class that speaks of nothing else claimed all the same."""
    result = run(target(without=["important-data", "fusion"]))
    assert result.ret == 12
    assert {row["cause"]["code"] for row in result.report["contradictions"]} == {"claim.feature-present"}


def test_a_used_up_budget_is_one_cause(run, target):
    result = run(target(), "--szxc-budget=8")
    assert result.ret == 11
    causes = [root for root in result.report["rootCauses"] if root["cause"]["code"] == "budget.requests"]
    assert len(causes) == 1
    assert result.report["run"]["requests"]["sent"] == 8


def test_junit_tells_failures_from_what_could_not_be_judged(run, target, pytester):
    option = target("level-below-table", "label-absent")
    result = run(option, "--junitxml=x.xml", "--szxc-lang=zh", "--szxc-budget=40")
    suite = ET.parse(pytester.path / "x.xml").getroot()[0]  # noqa: S314 -- our own
    kinds = {case.get("name"): [part.tag for part in case if part.tag != "properties"] for case in suite}
    for row in result.report["verdicts"]:
        must = row["level"] == "must"
        expected = {"fail": ["failure"], "inconclusive": ["error"] if must else ["skipped"], "pass": []}
        assert kinds[row["requirement"]] == expected[row["status"]], row["requirement"]
    told = next(case for case in suite if case.get("name") == "DC-015")
    assert "应为" in told.find("failure").text
    assert told.find("properties/property[@name='szxc.requirement']").get("value") == "DC-015"


@pytest.mark.parametrize("option", ["-vv -s --durations=3 -rA", "-q --tb=line", "-qq --tb=no --no-header"])
def test_pytests_own_options_change_no_verdict(run, target, option):
    result = run(target("level-below-table"), *option.split(), "--szxc-class=grading-rules", "-p", "no:cacheprovider")
    assert result.ret == 1
    assert counts(result.report)["fail"] == 1


@pytest.mark.parametrize("option", ["--markers", "--fixtures", "--version"])
def test_a_question_to_pytest_opens_no_run(run, target, pytester, option):
    assert run(target(), option).ret == 0
    assert not (pytester.path / "out").exists()


def test_the_line_to_run_it_again_is_whole(run, target, pytester):
    option = target("level-below-table")
    result = run(*option.split("="), "--szxc-seed", "a b", "--szxc-proxy=http://me:k4nary@127.0.0.1:1")
    again = next(line for line in result.outlines if line.startswith("  again:"))
    assert again == f"  again: pytest {option} '--szxc-seed=a b' '--szxc-proxy=http://***@127.0.0.1:1' -k DC-015"
    for file in (pytester.path / "out").iterdir():
        assert b"k4nary" not in file.read_bytes(), file


def test_a_dead_worker_leaves_its_requirement_undone(pytester, monkeypatch):
    monkeypatch.setenv("SZXC_LANG", "en")
    pytester.makeconftest(HOOK.format(hook="pytest_runtest_setup", act="os._exit(3)"))
    options = ("--szxc-target=demo", "--szxc-out=out", "-k", "DC-015 or DC-017", "-n", "2")
    result = pytester.runpytest_subprocess(*options)
    report = json.loads((pytester.path / "out" / "report.json").read_text(encoding="utf-8"))
    assert result.ret == report["run"]["exitCode"] == 11
    assert report["run"]["partial"] is True
    assert [row["status"] for row in report["verdicts"] if row["requirement"] == "DC-015"] == ["not-run"]

"""Whole runs on a folder of evidence: sound, altered, incomplete, by workers, judged again, planned, examined."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import contextmanager

import httpx
import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.cli import main
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_references
from pytest_szxc.reference.platform import build_platform
from pytest_szxc.rejudging import rejudge_report
from pytest_szxc.target.store import ExchangeStore

SUITE = "autodrive_grading"
URL = "https://szxc.invalid"
LABELS, LOG = "list_labels.json", "session_log/s05-endurance.csv"
FEW = ("-k", "ADG-001 or ADG-036 or ADG-044", "-p", "no:cacheprovider")
"""Requirements that need the lists, one log, and the labels."""
SYSTEM = '[system]\nname = "甲"\nversion = "1"\n'


@contextmanager
def asking():
    """A client of the reference platform."""
    suites = load_suites()
    platform = build_platform(load_references([suites[SUITE]]))
    statement = demo_statement(platform, URL, suites)
    try:
        head = {"Authorization": f"Bearer {os.environ[str(statement.accounts['primary'].secret.env)]}"}
        with httpx.Client(transport=httpx.WSGITransport(app=platform), base_url=URL, headers=head) as client:
            yield lambda path: client.get(f"/szxc/v1/mach{path}", params={"page": 1, "pageSize": 200})
    finally:
        withdraw(statement)
        platform.close()


@pytest.fixture(scope="session")
def handed_over(tmp_path_factory):
    """The lists of the reference platform, and one log."""
    folder = tmp_path_factory.mktemp("handed-over")
    (folder / "session_log").mkdir()
    with asking() as get:
        for name in ("declarations", "sessions", "labels"):
            rows = get(f"/{name}").json()["data"]["list"]
            (folder / f"list_{name}.json").write_text(json.dumps(rows), encoding="utf-8")
        (folder / LOG).write_bytes(get("/sessions/s05-endurance/log").content)
    return folder


@pytest.fixture
def evidence(pytester, handed_over):
    """A copy of the folder, listed; gives its place."""
    folder = pytester.path / "evidence"
    shutil.copytree(handed_over, folder)
    rows = [row(folder, path) for path in (LABELS, "list_declarations.json", "list_sessions.json")]
    listed(folder, [*rows, row(folder, LOG) | {"operation": "session_log", "params": {"session": "s05-endurance"}}])
    return folder


def row(folder, path):
    digest = hashlib.sha256((folder / path).read_bytes()).hexdigest()
    return {"path": path, "operation": path.partition(".")[0], "sha256": digest}


def listed(folder, rows, suite=SUITE):
    value = {"format": "szxc-evidence-folder/1", "suite": suite, "files": rows}
    (folder / "manifest.json").write_text(json.dumps(value), encoding="utf-8")


def rows_of(report):
    return {one["requirement"]: one for one in report["verdicts"]}


def notices_of(report):
    return {one["code"]: one for one in report["run"]["notices"]}


def target(folder):
    return f"--szxc-target={folder}"


def test_a_sound_folder_is_judged_as_a_platform_is(run, evidence, pytester):
    result = run(target(evidence), *FEW)
    assert result.ret == 0, result.stdout.str()
    found = {name: one["status"] for name, one in rows_of(result.report).items() if one["status"] != "not-run"}
    assert {name for name, status in found.items() if status == "pass"} == {"ADG-001", "ADG-036", "ADG-044"}
    assert result.report["run"]["requests"]["sent"] == 0
    digest = hashlib.sha256((evidence / "manifest.json").read_bytes()).hexdigest()
    assert notices_of(result.report)["notice.evidence-folder"]["params"]["digest"] == digest
    result.stdout.fnmatch_lines([f"*{digest}*"])
    store = ExchangeStore(pytester.path / "out" / "exchanges.sqlite")
    kept = [len(made.response.body) for made in store.all() if made.request.url == LOG and made.response]
    store.close()
    assert sorted(kept) == [0, (evidence / LOG).stat().st_size]  # its digest, and once its content


def test_judged_again_without_the_folder_it_is_the_same(run, evidence, pytester):
    (evidence / LABELS).unlink()
    assert rows_of(run(target(evidence), *FEW).report)["ADG-044"]["status"] == "inconclusive"
    shutil.rmtree(evidence)
    again = rejudge_report(pytester.path / "out")
    assert (again.agrees, again.differing) == (True, ())


@pytest.mark.parametrize(
    ("change", "path", "code", "concerned"),
    [
        (lambda path: path.write_bytes(path.read_bytes() + b" "), LABELS, "file.altered", "ADG-044"),
        (lambda path: path.unlink(), LABELS, "file.missing", "ADG-044"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), LOG, "file.altered", "ADG-036"),
        (lambda path: path.unlink(), LOG, "file.missing", "ADG-036"),
    ],
    ids=["list-altered", "list-missing", "log-altered", "log-missing"],
)
def test_what_is_not_as_stated_never_passes(run, evidence, change, path, code, concerned):
    change(evidence / path)
    result = run(target(evidence), *FEW)
    found = rows_of(result.report)
    assert (found[concerned]["status"], found[concerned]["cause"]["code"]) == ("inconclusive", code)
    assert found["ADG-001"]["status"] == "pass"
    assert notices_of(result.report)[code]["params"]["file"] == path
    result.stdout.fnmatch_lines([f"*{path}*{code}*"])


def test_a_class_without_any_file_is_not_claimed(run, evidence):
    (evidence / LABELS).unlink()
    value = json.loads((evidence / "manifest.json").read_text(encoding="utf-8"))
    listed(evidence, value["files"][1:])
    result = run(target(evidence), *FEW)
    assert (result.ret, rows_of(result.report)["ADG-044"]["status"]) == (0, "not-applicable")


def test_workers_read_each_file_once_and_agree(pytester, monkeypatch, evidence):
    monkeypatch.setenv("SZXC_LANG", "en")
    (evidence / LABELS).write_text("[]", encoding="utf-8")
    result = pytester.runpytest_subprocess(target(evidence), "--szxc-out=out", "-n", "2", *FEW)
    assert result.ret == 0, result.stdout.str()
    report = json.loads((pytester.path / "out" / "report.json").read_text(encoding="utf-8"))
    assert rows_of(report)["ADG-036"]["status"] == "pass"
    assert rows_of(report)["ADG-044"]["cause"]["code"] == "file.altered"
    assert rejudge_report(pytester.path / "out").agrees


def test_a_plan_reads_no_log_and_writes_nothing(run, evidence, pytester):
    result = run(target(evidence), "--szxc-plan")
    assert result.ret == 0
    result.stderr.fnmatch_lines(["*session_log*ADG-036*"])
    assert not (pytester.path / "out").exists()


@pytest.mark.parametrize("choose", ["option", "claims"])
def test_a_folder_for_another_suite_than_chosen_is_said(run, evidence, pytester, choose):
    options = ["--szxc-suite=data_classification"] if choose == "option" else []
    if choose == "claims":
        claims = (
            '[claims.data_classification]\nclasses = ["catalogue"]\n[binding.data_classification]\ndefault = true\n'
        )
        (pytester.path / "szxc.toml").write_text(SYSTEM + claims, encoding="utf-8")
    result = run(target(evidence), *options)
    assert result.ret == 12
    result.stderr.fnmatch_lines([f"*{SUITE}*data_classification*folder.other-suite*"])


def test_claims_in_a_statement_hold_and_other_suites_are_left_alone(run, evidence, pytester):
    names = (SUITE, "data_classification")
    claims = {SUITE: '["declaration", "label"]', "data_classification": '["catalogue"]'}
    lines = [f"[claims.{name}]\nclasses = {claims[name]}\n[binding.{name}]\ndefault = true\n" for name in names]
    (pytester.path / "szxc.toml").write_text(SYSTEM + "".join(lines), encoding="utf-8")
    (evidence / LABELS).unlink()
    result = run(target(evidence), "-k", "ADG-001 or ADG-044", "-p", "no:cacheprovider")
    assert result.ret == 12, result.stdout.str()  # classes that are there, and not claimed
    found = rows_of(result.report)
    assert {one["suite"] for one in result.report["classes"]} == {SUITE}
    assert (found["ADG-001"]["status"], found["ADG-044"]["status"]) == ("pass", "inconclusive")


def test_a_manifest_for_a_suite_that_nobody_knows_is_said(run, evidence):
    listed(evidence, [row(evidence, LABELS)], suite="other")
    result = run(target(evidence))
    assert result.ret == 12
    result.stderr.fnmatch_lines(["*'other'*option.unknown-suite*"])


@pytest.fixture
def doctor(capsys, monkeypatch):
    """Exit code and checks of the doctor, by code."""
    monkeypatch.setenv("SZXC_LANG", "en")

    def call(folder):
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main(["doctor", "--json", "--target", str(folder)])
        checks = json.loads(capsys.readouterr().out)["checks"]
        return caught.value.code or 0, {one["code"]: one for one in checks}

    return call


def test_the_doctor_finds_a_sound_folder_good(doctor, evidence):
    code, checks = doctor(evidence)
    assert (code, {one["state"] for one in checks.values()}) == (0, {"good", "none"})


def test_the_doctor_names_each_file_that_is_not_as_stated(doctor, evidence):
    (evidence / LOG).unlink()
    (evidence / LABELS).write_text("[]", encoding="utf-8")
    code, checks = doctor(evidence)
    assert code == 1
    assert {one["stage"] for one in checks.values() if one["state"] == "bad"} == {"data"}
    assert checks["file.missing"]["params"]["file"] == LOG
    assert checks["file.altered"]["params"]["file"] == LABELS


def test_the_doctor_and_a_run_say_of_a_folder_without_lists_that_nothing_can_be_tested(doctor, run, evidence):
    value = json.loads((evidence / "manifest.json").read_text(encoding="utf-8"))
    listed(evidence, value["files"][3:])
    code, checks = doctor(evidence)
    assert (code, checks["preflight.folder"]["stage"]) == (1, "data")
    assert run(target(evidence)).ret == 10


def test_personal_data_in_a_file_stand_masked_in_the_report(run, evidence, pytester):
    rows = json.loads((evidence / LABELS).read_text(encoding="utf-8"))
    rows[0]["feature_id"] = "13800001234"
    (evidence / LABELS).write_text(json.dumps(rows), encoding="utf-8")
    value = json.loads((evidence / "manifest.json").read_text(encoding="utf-8"))
    listed(evidence, [row(evidence, LABELS), *value["files"][1:]])
    result = run(target(evidence), *FEW)
    assert rows_of(result.report)["ADG-044"]["status"] == "warn"
    for name in ("report.json", "report.html"):
        assert "13800001234" not in (pytester.path / "out" / name).read_text(encoding="utf-8")
    assert "13800001234" not in result.stdout.str()

"""Runs at any concurrency ask the same and come to the same verdicts; a run that is cut short ends at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from pytest_szxc.target.store import ExchangeStore

FREE = ("id", "started", "finished", "requests", "options")
"""Members of a report's ``run`` that differ from run to run."""


def asked(folder):
    with closing(ExchangeStore(folder / "exchanges.sqlite")) as store:
        return sorted(
            (one.request.method, one.request.url, one.request.account, one.request.body) for one in store.all()
        )


def plain(report):
    return {**report, "run": {name: value for name, value in report["run"].items() if name not in FREE}}


@pytest.fixture
def bound(platform, serving, statement):
    """A served platform, faulty if mutants are named, with a statement without writes; gives its URL."""

    def build(*mutants):
        made = platform(*mutants)
        statement(made)
        return serving(made)

    return build


@pytest.mark.parametrize("mutants", [(), ("level-below-table", "grading-cell-wrong")])
def test_any_number_of_connections_asks_the_same_and_judges_the_same(run, bound, pytester, mutants):
    url = bound(*mutants)
    reports, lists = [], []
    for width in (1, 2, 8):
        reports.append(run(f"--szxc-target={url}", f"--szxc-connections={width}", "--szxc-seed=s").report)
        lists.append(asked(pytester.path / "out"))
    assert lists[0] == lists[1] == lists[2]
    assert plain(reports[0]) == plain(reports[1]) == plain(reports[2])
    assert [report["run"]["requests"] for report in reports] == [reports[0]["run"]["requests"]] * 3
    failed = {row["requirement"] for row in reports[0]["verdicts"] if row["status"] == "fail"}
    assert bool(failed) is bool(mutants)


def test_no_more_connections_than_allowed(run, platform, serving, statement):
    made, under_way, most = platform(), [], []

    def app(environ, start_response):
        under_way.append(1)
        most.append(len(under_way))
        try:
            time.sleep(0.005)
            return made(environ, start_response)
        finally:
            under_way.pop()

    statement(made)
    assert run(f"--szxc-target={serving(app)}", "--szxc-connections=3").ret == 0
    assert max(most) == 3


def test_who_writes_is_alone(run, platform, serving, statement):
    made, under_way, beside = platform(), [], []

    def app(environ, start_response):
        under_way.append(environ["REQUEST_METHOD"] + environ["PATH_INFO"])
        try:
            time.sleep(0.002)
            if environ["REQUEST_METHOD"] in ("PUT", "DELETE"):
                beside.append(len(under_way))
            return made(environ, start_response)
        finally:
            under_way.pop()

    statement(made)
    assert run(f"--szxc-target={serving(app)}", "--szxc-connections=8", "--szxc-allow-write").ret == 0
    assert beside == [1, 1]


def test_a_passing_fault_is_asked_again_and_said(run, platform, serving, statement, statuses):
    made, failed = platform(), []

    def app(environ, start_response):
        path = environ["PATH_INFO"]
        if path.startswith("/data/") and len(failed) < 2 and path in (failed or [path]):
            failed.append(path)
            start_response("503 SERVICE UNAVAILABLE", [("Content-Length", "0")])
            return [b""]
        return made(environ, start_response)

    statement(made)
    result = run(f"--szxc-target={serving(app)}", "--szxc-class=labels", "-v")
    assert result.ret == 0
    again = {row["requirement"]: row["tries"] for row in result.report["verdicts"] if row["tries"] > 1}
    assert again == dict.fromkeys(("DC-046", "DC-047", "DC-050", "DC-051"), 3)
    result.stdout.fnmatch_lines(["*DC-046 pass (try 3)*", "*answers that came only when asked again: DC-046 DC-047*"])
    assert not statuses(result.report)


def test_what_fails_every_time_is_not_judged(run, platform, serving, statement, statuses):
    made = platform()

    def app(environ, start_response):
        if environ["PATH_INFO"].startswith("/data/"):
            start_response("503 SERVICE UNAVAILABLE", [("Content-Length", "0")])
            return [b""]
        return made(environ, start_response)

    statement(made)
    result = run(f"--szxc-target={serving(app)}", "--szxc-class=labels")
    assert result.ret == 11
    assert statuses(result.report) == dict.fromkeys(("DC-046", "DC-047", "DC-050", "DC-051"), "inconclusive")
    assert "only when asked again" not in result.stdout.str()


def test_an_interrupted_run_ends_at_once_and_keeps_what_it_has(platform, serving, statement, pytester):
    made, stuck, asked = platform(), threading.Event(), threading.Event()

    def app(environ, start_response):
        if environ["PATH_INFO"].startswith("/data/"):
            asked.set()
            stuck.wait(60)
        return made(environ, start_response)

    statement(made)
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"--szxc-target={serving(app)}",
        "--szxc-out=out",
        "--szxc-connections=4",
    ]
    with subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.PIPE, env=os.environ) as process:
        assert asked.wait(60)
        process.send_signal(signal.SIGINT)
        started = time.monotonic()
        process.communicate(timeout=50)
    ended = time.monotonic() - started
    stuck.set()
    assert process.returncode == 2
    assert ended < 12
    assert (pytester.path / "out" / "report.json").exists()


@pytest.mark.parametrize("width", [1, 4])
def test_an_operation_that_is_stuck_makes_no_other_one_look_claimed(
    run, platform, serving, statuses, pytester, statement, width
):
    made, stuck = platform(), threading.Event()
    statement(made)  # sets the secrets; the file itself is not used
    secret = next(value for name, value in os.environ.items() if name.startswith("SZXC_DEMO_PRIMARY"))

    def app(environ, start_response):
        path = environ["PATH_INFO"]
        environ["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        if path.startswith("/grading"):
            stuck.wait(2)
        if path.startswith(("/.well-known", "/openapi", "/audit", "/catalog/important", "/catalog/filings")):
            start_response("404 NOT FOUND", [("Content-Length", "0")])
            return [b""]
        return made(environ, start_response)

    (pytester.path / "szxc.toml").unlink()
    result = run(f"--szxc-target={serving(app)}", f"--szxc-connections={width}", "--szxc-deadline=1", "--szxc-rate=0")
    stuck.set()
    assert result.ret == 11
    assert "fail" not in statuses(result.report).values()


def test_an_application_in_process_is_called_by_the_thread_that_loaded_it(run, target):
    named = target()
    import made_here  # noqa: PLC0415 -- written by the fixture

    inner, threads = made_here.app, set()

    def app(environ, start_response):
        threads.add(threading.current_thread())
        return inner(environ, start_response)

    made_here.app = app
    assert run(named).ret == 0
    assert threads == {threading.current_thread()}


def test_who_writes_may_tidy_up_when_the_run_is_stopped(run, platform, serving, statement):
    made, methods = platform(), []

    def app(environ, start_response):
        methods.append(environ["REQUEST_METHOD"])
        if environ["REQUEST_METHOD"] == "PUT":
            os.kill(os.getpid(), signal.SIGINT)  # the main thread waits for a verdict
            time.sleep(0.5)
        return made(environ, start_response)

    statement(made)
    result = run(f"--szxc-target={serving(app)}", "--szxc-connections=4", "--szxc-allow-write")
    assert result.ret == 2
    assert methods.index("PUT") < methods.index("DELETE")
    assert result.report["run"]["partial"] is True


def test_nothing_is_asked_when_pytest_says_that_it_runs_nothing(run, platform, serving, statement, pytester):
    made, begun = platform(), []

    def app(environ, start_response):
        begun.append(environ["REQUEST_METHOD"])
        return made(environ, start_response)

    statement(made)
    pytester.makepyfile(test_broken="import nothing_of_that_name")
    result = run(f"--szxc-target={serving(app)}", "--szxc-allow-write", "test_broken.py")
    assert result.ret == 2
    assert len(begun) < 10
    assert "DELETE" not in begun


def test_a_stream_that_a_binding_says_to_write_is_read_alone_by_each_rule(run, platform, serving, statement):
    made, under_way, beside = platform(), [], []

    def app(environ, start_response):
        under_way.append(environ["PATH_INFO"])
        try:
            time.sleep(0.002)
            if environ["PATH_INFO"] == "/catalog/filings":
                beside.append(len(under_way))
            return made(environ, start_response)
        finally:
            under_way.pop()

    operation = "binding.data_classification.operations.list_filings"
    extra = (
        f'[binding.data_classification]\ndefault = true\n[{operation}]\npath = "/catalog/filings"\neffect = "write"\n'
    )
    statement(made, extra=extra)
    run(f"--szxc-target={serving(app)}", "--szxc-connections=8", "--szxc-allow-write")
    assert beside == [1, 1]  # DC-042 and DC-043

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
    made, stuck = platform(), threading.Event()

    def app(environ, start_response):
        if environ["PATH_INFO"].startswith("/data/"):
            stuck.wait(20)
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
    started = time.monotonic()
    with subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.PIPE, env=os.environ) as process:
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
    stuck.set()
    assert process.returncode == 2
    assert time.monotonic() - started < 12
    assert (pytester.path / "out" / "report.json").exists()

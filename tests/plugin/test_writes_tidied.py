"""A run that writes leaves nothing; what it cannot remove it says, keeps in its ledger, and szxc cleanup removes."""

from __future__ import annotations

import json
import stat
import threading
import time
from contextlib import ExitStack

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.cli import main
from pytest_szxc.evidence.run_record import RunRecord
from pytest_szxc.reference import ApiError
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.rejudging import rejudge_report
from pytest_szxc.run import TIDYING, Run
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.ledger import LEDGER, Ledger, read_ledger
from pytest_szxc.target.opening import Setting, open_target
from pytest_szxc.target.store import ExchangeStore

SUITE = "data_classification"
WRITES = ("--szxc-suite=data_classification", "--szxc-allow-write", "-k", "DC-060")


@pytest.fixture
def made(target):
    """The platform that ``wsgi:made_here:app`` names."""
    target()
    import made_here  # noqa: PLC0415 -- written just now

    return made_here.app


@pytest.fixture
def write(run, made):
    """A run that writes; the result has the entries of any run that are on the platform afterwards."""

    def start(*args):
        result = run("--szxc-target=wsgi:made_here:app", *(args or WRITES))
        result.left = ours(made)
        return result

    return start


@pytest.fixture
def cleanup(capsys):
    def start(*args):
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main(["--lang", "en", "cleanup", *map(str, args)])
        return caught.value.code or 0, capsys.readouterr().out

    return start


def ours(made):
    return [row for row in made.store.all("entries") if row["title"].startswith("szxc-")]


def deny(made, operation):
    """Let an operation refuse; gives what lets it work again."""
    right = made.routes[operation].handler
    made.refuse(operation, ApiError(403, 40301, "not subscribed"))
    return lambda: made.rewire(operation, lambda _: right)


def test_a_run_that_writes_leaves_nothing_but_its_ledger(write, pytester):
    result = write()
    ledger = pytester.path / "out" / LEDGER
    assert (result.ret, result.left) == (0, [])
    assert read_ledger(ledger).debts == ()
    assert read_ledger(ledger).writes == 3
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600
    assert "left-behind" not in json.dumps(result.report)


def test_a_run_that_reads_has_no_ledger(run, target, pytester):
    run(target(), "-k", "DC-060 or DC-001")
    assert not (pytester.path / "out" / LEDGER).exists()


def test_ctrl_c_after_a_write_leaves_nothing(write, made):
    def interrupted(_):
        raise KeyboardInterrupt

    made.rewire("regrade_entry", lambda _: interrupted)
    result = write()
    assert (result.ret, result.left) == (2, [])


def test_a_check_that_cannot_go_on_leaves_nothing(write, made):
    deny(made, "regrade_entry")
    result = write()
    assert (result.ret, result.left) == (11, [])


def test_what_cannot_be_removed_is_said_and_cleaned_up_later(write, made, pytester, cleanup):
    mend, out = deny(made, "delete_entry"), pytester.path / "out"
    result = write()
    assert len(result.left) == 1
    (notice,) = [row for row in result.report["run"]["notices"] if row["code"] == "ledger.left-behind"]
    assert (notice["params"]["count"], notice["params"]["operations"]) == ("1", "create_entry")
    result.stdout.fnmatch_lines(["*1 things that this run wrote*[[]ledger.left-behind[]]", "*szxc cleanup*"])
    code, said = cleanup(out)
    assert (code, len(ours(made))) == (1, 1)
    assert "create_entry (DC-060): not removed with delete_entry" in said
    assert "the platform refuses the removal [ledger.refused]" in said
    mend()
    assert cleanup(out / LEDGER) == (0, "√ 3 writes in the ledger: 1 removed, 0 not there, 0 left\n")
    assert ours(made) == []
    assert cleanup(out) == (0, "√ 3 writes in the ledger: 0 removed, 0 not there, 0 left\n")
    assert rejudge_report(out).agrees  # the report stays true: that is how the run ended


def test_what_is_gone_already_is_settled_and_a_half_line_is_said(write, made, pytester, cleanup):
    mend, ledger = deny(made, "delete_entry"), pytester.path / "out" / LEDGER
    for row in write().left:
        made.store.remove("entries", row["resourceCode"])
    mend()
    ledger.write_bytes(ledger.read_bytes() + b'{"event": "write", "id": "ha')
    code, said = cleanup(ledger.parent)
    assert (code, said.splitlines()) == (
        0,
        [
            "! 1 lines of the ledger are cut off; their requests were not sent",
            "√ 3 writes in the ledger: 0 removed, 1 not there, 0 left",
        ],
    )
    assert read_ledger(ledger).debts == ()


def test_a_folder_that_is_used_again_keeps_what_the_earlier_run_left(write, made, pytester, cleanup):
    mend, out = deny(made, "delete_entry"), pytester.path / "out"
    write()
    mend()
    result = write()
    assert (result.ret, len(result.left)) == (0, 1)
    result.stdout.fnmatch_lines(["*an earlier run in this folder has left 1 things*left-behind/1 *"])
    assert cleanup(out)[0] == 0
    assert len(ours(made)) == 1
    assert cleanup(out / "left-behind" / "1")[0] == 0
    assert ours(made) == []


def test_a_run_that_is_stopped_while_it_writes_removes_what_it_made(platform, serving, closing, tmp_path):
    made, created = platform(), threading.Event()

    def slow(handler):
        def answer(call):
            created.set()
            time.sleep(0.3)
            return handler(call)

        return answer

    made.rewire("regrade_entry", slow)
    suite = load_suites()[SUITE]
    statement = demo_statement(made, serving(made), load_suites())
    closing.callback(withdraw, statement)
    store, ledger = ExchangeStore(None), tmp_path / LEDGER
    setting = Setting(
        {SUITE: suite}, store, RealClock(), made.now, "s", frozenset({"write"}), "szxc-x-", ledger=Ledger(ledger)
    )
    record = RunRecord(
        run="x",
        target=statement.base_url,
        folder=tmp_path,
        now=made.now,
        seed="s",
        statement=statement,
        suites=(SUITE,),
        classes=(),
        permissions=frozenset({"write"}),
        present={},
        strict=False,
        lang="en",
    )
    run = Run(record, {SUITE: suite}, open_target(statement.base_url, statement, setting), store, ExitStack())
    run.begin([row for row in suite.requirements if row.id == "DC-060"])
    assert created.wait(10)
    since = time.monotonic()
    run.stop()
    assert time.monotonic() - since < TIDYING
    assert ours(made) == []
    assert read_ledger(ledger).debts == ()
    assert [row.operation for row in store.chronological()][-1] == "delete_entry"

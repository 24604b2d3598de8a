"""``--szxc-explore`` as a user starts it: the same requests in one process and in two, and judged again without it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.errors import StatementError
from pytest_szxc.rejudging import rejudge_report
from pytest_szxc.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

CHOSEN = ("--szxc-suite=platform_interconnection", "--szxc-class=query", "--szxc-seed=7", "--szxc-explore")


def explored(folder: Path, workers: int) -> Path:
    """The results of a run that explores."""
    out = folder / f"out-{workers}"
    command = [sys.executable, "-m", "pytest", "-q", "--szxc-target=demo", *CHOSEN, f"--szxc-out={out}", f"-n{workers}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def asked(out: Path) -> list[str]:
    """What was asked of records, in any order."""
    with closing(sqlite3.connect(out / "exchanges.sqlite")) as store:
        rows = store.execute("SELECT url, body FROM exchange WHERE operation LIKE '%records'").fetchall()
    return sorted(url.partition("/v1/")[2] + body.decode() for url, body in rows)


def test_any_number_of_processes_asks_the_same_and_judging_again_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (explored(tmp_path, workers) for workers in (0, 2))
    assert asked(one) == asked(two)
    report = json.loads((one / "report.json").read_text(encoding="utf-8"))
    observed = {row["requirement"]: row["observed"] for row in report["verdicts"]}
    assert min(observed[name] for name in ("IC-027", "IC-028", "IC-029", "IC-031")) > 50
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    again = [rejudge_report(out) for out in (one, two)]
    assert [(rejudged.count, rejudged.changed) for rejudged in again] == [(5, ())] * 2


def test_without_hypothesis_the_option_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(StatementError) as caught:
        read_settings({"explore": True}, {}).check()
    assert caught.value.code == "option.explore-missing"
    assert "explore" in caught.value.hint("en")

"""A short version of benchmarks/killed_writes.py: runs killed while they write, and cleaned up."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

WRITERS = "DC-060 or IC-037 or IC-050 or IC-075"
"""A few checks that write; the long proof takes all."""
FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


def test_runs_that_are_killed_leave_nothing_after_cleanup(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    tally, figures = import_module("killed_writes").prove(tmp_path, 2, WRITERS)
    assert figures["holds"], figures
    assert (tally.kills, tally.left) == (2, [])

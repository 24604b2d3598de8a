"""The two-nodes example runs as it stands, from its first line to its exit code; and its own parts."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import canonical_json
from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.reference.lookup import load_reference

if TYPE_CHECKING:
    from types import ModuleType

MADE = ("catalogue", "requests", "corrections", "push:batches", "push:inbox")
RUN = Path(__file__).resolve().parents[2] / "examples" / "two_nodes" / "run.py"
REFERENCE = load_reference(load_suites()["platform_interconnection"])


def load() -> ModuleType:
    spec = util.spec_from_file_location("two_nodes_example_run", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


example = load()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    out: Path = tmp_path_factory.mktemp("two-nodes")
    command = [sys.executable, str(RUN), f"--out={out}"]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False, encoding="utf-8", timeout=240)
    return done, out


def test_it_ends_well_and_tells_each_step(told: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, _ = told
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line[0] for line in lines if line[0].isdigit()] == ["1", "2", "3", "4"]
    assert "  310999001/000001  农田地块" in lines
    assert "  回执 / receipt: 5 accepted, 0 rejected" in lines
    assert {tuple(line.split()) for line in lines[-2:]} == {("cascade", "holds"), ("push", "holds")}


def test_what_the_run_made_on_the_province_is_gone(told: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, out = told
    report = json.loads((out / "results" / "report.json").read_text(encoding="utf-8"))
    owed = {row["requirement"]: row["status"] for row in report["verdicts"] if row["class"] in {"cascade", "push"}}
    assert owed["IC-049"] == owed["IC-051"] == owed["IC-053"] == "pass"
    assert b"szxc-" not in _kept(out / "province.db")


def _kept(database: Path) -> bytes:
    with closing(sqlite3.connect(database)) as base:
        rows = [body for name in MADE for (body,) in base.execute(f'SELECT body FROM "{name}"')]  # noqa: S608 -- our names
    return "\n".join(rows).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="ascii"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abz", max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=4))
def test_the_example_s_digest_is_the_one_that_nodes_take(records: list[Any]) -> None:
    made = example.message(records)
    assert made["digest"]["value"] == canonical_json.digest("SHA-256", records)
    assert made["count"] == len(records)


def test_whole_numbers_lose_their_point() -> None:
    assert example.plain({"a": [12.0, 1.5, True, None, "12.0"]}) == {"a": [12, 1.5, True, None, "12.0"]}

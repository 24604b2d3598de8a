"""The examples that a vendor copies work as they stand."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from repo_tree import ROOT

if TYPE_CHECKING:
    from pathlib import Path

OWN_APP = ROOT / "examples" / "own_app"


def run(folder: Path, target: str) -> tuple[int, dict[str, Any], str]:
    """Judge a target from inside the folder; exit code, report and what was printed."""
    command = [sys.executable, "-m", "pytest", f"--szxc-target={target}", "--szxc-out=results"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")
    report = json.loads((folder / "results" / "report.json").read_text(encoding="utf-8"))
    return done.returncode, report, done.stdout + done.stderr


@pytest.fixture
def own_app(tmp_path: Path) -> Path:
    """A copy of the example."""
    return shutil.copytree(OWN_APP, tmp_path / "own_app")


def test_own_app_holds_what_it_claims(own_app: Path) -> None:
    code, report, printed = run(own_app, "wsgi:village_catalogue:app")
    assert code == 0, printed
    outcomes = {row["class"]: row["profile"] for row in report["classes"]}
    assert outcomes.pop("catalogue") == "holds"
    assert set(outcomes.values()) == {"not-claimed"}


def test_own_app_with_a_fault_fails_and_says_where(own_app: Path) -> None:
    application = own_app / "village_catalogue.py"
    text = application.read_text(encoding="utf-8")
    application.write_text(text.replace('"code": f"1{topic}/{number:04d}"', '"code": "1/same"'), encoding="utf-8")
    code, report, printed = run(own_app, "wsgi:village_catalogue:app")
    assert code == 1, printed
    assert [row["requirement"] for row in report["verdicts"] if row["status"] == "fail"] == ["DC-004"]
    assert "DC-004" in printed


@pytest.mark.parametrize("template", sorted((ROOT / "examples" / "ci").glob("*.yml")), ids=lambda path: path.name)
def test_ci_templates_run_the_plugin_and_keep_the_report_only(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert "pytest --szxc-config=szxc.toml --szxc-out=szxc-results/ci" in text
    assert "szxc-results/ci/report.html" in text
    assert "exchanges" not in text.replace("recorded exchanges", "")

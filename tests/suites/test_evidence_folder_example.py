"""The evidence-folder example: three of its cases judged in full, and the cases held against the suite."""

from __future__ import annotations

import subprocess
import sys
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.catalogue.load import load_suites

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "evidence_folder"
CHEAP = ("sound", "missing-file", "saved-as-gbk")


def load(name: str) -> ModuleType:
    spec = util.spec_from_file_location(f"evidence_folder_example_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cases() -> ModuleType:
    return load("cases")


def test_three_cases_end_as_they_should(tmp_path: Path) -> None:
    command = [sys.executable, str(FOLDER / "run.py"), "--out", str(tmp_path / "out"), *CHEAP]
    made = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    assert [line.split()[0] for line in made.stdout.splitlines()] == ["case", *CHEAP]
    assert {place.name for place in (tmp_path / "out").iterdir()} == set(CHEAP)


def test_cases_name_requirements_and_files_that_there_are(cases: ModuleType) -> None:
    known = {row.id for row in load_suites()["autodrive_grading"].requirements}
    for case in cases.CASES.values():
        assert set(case.verdicts) <= known, case.name
        assert not case.statement or (FOLDER / case.statement).is_file()


def test_what_a_case_changes_is_only_what_it_says(cases: ModuleType) -> None:
    head = "t,lat,lon,mode,speed_mps,pass_id\n"
    rows = [f"{number},31.123456789,117.123456789,auto,2.0,p{1 + number // 400}\n" for number in range(800)]
    text = head + "".join(rows)
    assert "31.123456,117.123456," in cases.coarse(text).decode()
    assert sorted(cases.reordered(text).decode().splitlines()) == sorted(text.splitlines())
    blanked = cases.blanked(text).decode().splitlines()
    assert [index for index, row in enumerate(blanked) if "NaN" in row] == list(range(501, 511))
    assert cases.renamed(text).startswith("t,纬度,经度,模式,速度,pass_id\n")
    assert cases.renamed('{"lat":1}\n{"mode":"auto"}\n') == '{"纬度":1}\n{"模式":"auto"}\n'

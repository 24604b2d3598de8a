"""The pycsw example's own parts. The whole of it, with the server, is ``make pycsw``."""

from __future__ import annotations

import sqlite3
import sys
import tomllib
from contextlib import closing
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.target.statement_file import load_statement

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "pycsw"
SUITE = "platform_interconnection"
SCHEMA = """CREATE TABLE records (identifier TEXT NOT NULL, typename TEXT, schema TEXT, mdsource TEXT, insert_date TEXT,
    xml TEXT, anytext TEXT, type TEXT, title TEXT, abstract TEXT, format TEXT, publisher TEXT, date_modified TEXT,
    PRIMARY KEY (identifier))"""


def load(name: str) -> ModuleType:
    spec = util.spec_from_file_location(f"pycsw_example_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


build, misconfigurations = load("build"), load("misconfigurations")


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.db"
    with closing(sqlite3.connect(path)) as base:
        base.execute(SCHEMA)
    build.build(path)
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setitem(sys.modules, "build", build)
    monkeypatch.setitem(sys.modules, "misconfigurations", misconfigurations)
    return load("run")


def identifiers(path: Path, table: str) -> list[str]:
    with closing(sqlite3.connect(path)) as base:
        return [row[0] for row in base.execute(f"SELECT identifier FROM {table}")]  # noqa: S608 -- own names


def test_every_entry_has_an_identifier_of_the_county_that_does_not_exist(catalogue: Path) -> None:
    found = identifiers(catalogue, "records")
    assert len(set(found)) == len(found) == build.COUNT > 100
    assert {name.split(":")[2] for name in found} == {"999999"}


def test_the_import_without_key_has_one_entry_twice(catalogue: Path) -> None:
    misconfigurations.import_without_key(catalogue)
    found = identifiers(catalogue, misconfigurations.IMPORTED)
    assert sorted(found) == sorted([*identifiers(catalogue, "records"), misconfigurations.TWICE])


def test_the_statement_is_one_and_binds_all_that_the_class_needs() -> None:
    statement = load_statement(FOLDER / "szxc.toml", load_suites())
    assert statement.claims[SUITE].classes == ("query",)
    assert {name for suite, name in statement.operations if suite == SUITE} == {
        "capability",
        "list_records",
        "count_records",
        "search_records",
    }


def test_the_settings_of_a_misconfiguration_are_places_of_the_configuration() -> None:
    text = (FOLDER / "pycsw.cfg").read_text(encoding="utf-8")
    for planted in misconfigurations.MISCONFIGURATIONS:
        assert all(f"@{name}@" in text for name in planted.settings)


def test_the_statement_names_what_the_entries_say() -> None:
    statement = tomllib.loads((FOLDER / "szxc.toml").read_text(encoding="utf-8"))
    fields = statement["binding"][SUITE]["operations"]["list_records"]["fields"].values()
    assert {source.strip('"').removeprefix("dc:") for source in fields} <= set(build.Entry(1).members())


def rows(**other: str) -> dict[str, dict[str, Any]]:
    found = {"IC-027": "pass", "IC-028": "pass", "IC-029": "fail", **{k.replace("_", "-"): v for k, v in other.items()}}
    return {name: {"status": status, "level": "must", "observed": 1, "found": 0} for name, status in found.items()}


def as_planted() -> dict[str, dict[str, dict[str, Any]]]:
    return {"small-pages": rows(IC_027="fail"), "import-without-key": rows(IC_028="fail")}


def test_what_is_known_and_what_was_planted_are_all_that_is_owed(run: ModuleType) -> None:
    assert run.deviations(rows(), as_planted()) == []


def test_what_nobody_saw_and_what_nobody_planted_are_deviations(run: ModuleType) -> None:
    assert run.deviations(rows(IC_029="pass"), as_planted()) == ["IC-029: pass on good data"]
    unseen = {**as_planted(), "small-pages": rows()}
    assert run.deviations(rows(), unseen) == ["IC-027: pass with small-pages"]
    other = {**as_planted(), "small-pages": rows(IC_027="fail", IC_028="fail")}
    assert run.deviations(rows(), other) == ["IC-028: fail with small-pages"]

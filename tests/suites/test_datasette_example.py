"""The Datasette example's own parts. The whole of it, with the server, is ``make datasette``."""

from __future__ import annotations

import sqlite3
import sys
import tomllib
from contextlib import closing
from datetime import UTC, datetime
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "datasette"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def load(name: str) -> ModuleType:
    spec = util.spec_from_file_location(f"datasette_example_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


build, faults = load("build"), load("faults")


def rows(path: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as base:
        base.row_factory = sqlite3.Row
        return [dict(row) for row in base.execute(query)]


def entries(path: Path) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in rows(path, "SELECT * FROM catalogue_entries")}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("good") / "catalogue.db"
    build.build(path, NOW)
    return path


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    path: Path = tmp_path_factory.mktemp("faulty") / "catalogue.db"
    build.build(path, NOW)
    return path, faults.plant(path)


def test_the_catalogue_has_at_least_400_entries(good: Path) -> None:
    assert len(entries(good)) >= 400


def test_the_same_seed_and_instant_make_the_same_catalogue(good: Path, tmp_path: Path) -> None:
    build.build(tmp_path / "again.db", NOW)
    assert entries(tmp_path / "again.db") == entries(good)


def test_another_seed_makes_another_catalogue(good: Path, tmp_path: Path) -> None:
    build.build(tmp_path / "other.db", NOW, seed="other")
    assert entries(tmp_path / "other.db") != entries(good)


def test_every_provider_lies_in_the_county_that_does_not_exist(good: Path) -> None:
    assert {row["uscc"][2:8] for row in entries(good).values()} == {"999999"}


def test_every_level_and_every_kind_of_sharing_occurs(good: Path) -> None:
    found = entries(good).values()
    assert {(row["tier"], row["sub_no"]) for row in found} == {
        ("HX", None),
        ("ZY", None),
        *(("YB", number) for number in (1, 2, 3, 4)),
    }
    assert {row["share_kind"] for row in found} == {"无条件共享", "有条件共享", "不予共享"}


def test_every_column_that_the_statement_names_is_there(good: Path) -> None:
    statement = tomllib.loads((FOLDER / "szxc.toml").read_text(encoding="utf-8"))
    fields = statement["binding"]["data_classification"]["operations"]["list_entries"]["fields"]
    columns = {column["name"] for column in rows(good, "PRAGMA table_info(catalogue_entries)")}
    plain = {source.strip('"') for source in fields.values() if "(" not in source and "{" not in source}
    assert plain <= columns


def test_there_are_twelve_faults_for_twelve_requirements() -> None:
    assert len({fault.requirement for fault in faults.FAULTS}) == len(faults.FAULTS) == 12


def test_each_fault_has_an_entry_of_its_own(faulty: tuple[Path, dict[str, int]]) -> None:
    _, touched = faulty
    assert len(set(touched.values())) == 12


def test_a_fault_alters_its_own_entry(good: Path, faulty: tuple[Path, dict[str, int]]) -> None:
    path, touched = faulty
    before, after = entries(good), entries(path)
    altered = {number for number in before if {**before[number], "uscc": ""} != {**after[number], "uscc": ""}}
    twice, code = touched["DC-004"], touched["DC-005"]
    assert altered == set(touched.values()) - {twice, code}
    assert before[code]["uscc"] != after[code]["uscc"]
    assert [row["res_no"] for row in after.values()].count(before[twice]["res_no"]) == 2


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setitem(sys.modules, "build", build)
    monkeypatch.setitem(sys.modules, "faults", faults)
    return load("run")


def verdicts(**other: str) -> dict[str, dict[str, Any]]:
    names = {fault.requirement: "pass" for fault in faults.FAULTS}
    return {
        name.replace("_", "-"): {"status": status, "level": "must", "observed": 1, "found": 0}
        for name, status in {
            **names,
            "DC-001": "pass",
            **{key.replace("_", "-"): to for key, to in other.items()},
        }.items()
    }


def all_planted_fail() -> dict[str, dict[str, Any]]:
    return verdicts(**{fault.requirement.replace("-", "_"): "fail" for fault in faults.FAULTS})


def test_twelve_failures_and_no_other_are_what_is_owed(run: ModuleType) -> None:
    assert run.deviations(verdicts(), all_planted_fail()) == []


def test_a_fault_that_nobody_saw_is_a_deviation(run: ModuleType) -> None:
    faulty = {**all_planted_fail(), "DC-016": verdicts()["DC-016"]}
    assert run.deviations(verdicts(), faulty) == ["DC-016: pass on faulty data, fail expected"]


def test_a_failure_that_nobody_planted_is_a_deviation(run: ModuleType) -> None:
    faulty = {**all_planted_fail(), "DC-001": verdicts(DC_001="fail")["DC-001"]}
    assert run.deviations(verdicts(), faulty) == ["DC-001: fail on faulty data, pass expected"]


def test_good_data_must_pass_not_merely_not_fail(run: ModuleType) -> None:
    good = verdicts(DC_001="inconclusive")
    faulty = {**all_planted_fail(), "DC-001": good["DC-001"]}
    assert run.deviations(good, faulty) == ["DC-001: inconclusive on good data"]


def test_a_requirement_that_is_missing_is_a_deviation(run: ModuleType) -> None:
    good, faulty = verdicts(), all_planted_fail()
    del good["DC-016"]
    assert len(run.deviations(good, faulty)) == 2

from __future__ import annotations

import json
import shutil
import time
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import pytest
from small_suite import REQUIREMENTS, SUITE, write_json, write_small

from pytest_szxc.catalogue import locate
from pytest_szxc.catalogue.compile import compile_suite, suite_digest
from pytest_szxc.catalogue.load import load_suite, load_suites
from pytest_szxc.errors import CatalogueError, SzxcError
from pytest_szxc.model import Basis, Effect, Level, Text

if TYPE_CHECKING:
    from pathlib import Path


def test_a_suite_is_read_whole_and_in_order(tmp_path: Path) -> None:
    suite = load_suite(write_small(tmp_path))
    assert (suite.id, suite.code, suite.title) == ("small", "SM", Text("小套件", "small suite"))
    assert [row.id for row in suite.requirements] == ["SM-001", "SM-002", "SM-003", "SM-004"]
    assert [item.probe for item in suite.classes] == ["list_things", None]
    assert suite.operations["create_thing"].effect is Effect.WRITE
    assert suite.operations["list_things"].file
    second = suite.requirements[1]
    assert (second.level, second.basis, second.feature, second.provisional) == (
        Level.SHOULD,
        Basis.ABSTRACT,
        "fusion",
        True,
    )
    assert (second.mutants, second.co_reporters) == (("not-fused",), ("SM-001",))
    assert suite.requirements[3].attested == Text("机器看不到", "no machine sees it")
    assert suite.folder == tmp_path / "conformance_suites" / "small"


def fault_of(folder: Path, *, suite: str = SUITE, requirements: str = REQUIREMENTS, name: str = "small") -> SzxcError:
    with pytest.raises(CatalogueError) as caught:
        load_suite(write_small(folder, suite=suite, requirements=requirements, name=name))
    assert caught.value.text("zh")
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "code", "row"),
    [
        ('class = "changes"', 'class = "change"', "catalogue.unknown-class", "requirements[2] (SM-003)"),
        (
            'operations = ["list_things"]',
            'operations = ["list_thing"]',
            "catalogue.unknown-operation",
            "requirements[0] (SM-001)",
        ),
        ('feature = "fusion"', 'feature = "fuse"', "catalogue.unknown-feature", "requirements[1] (SM-002)"),
        (
            'co_reporters = ["SM-001"]',
            'co_reporters = ["SM-009"]',
            "catalogue.unknown-requirement",
            "requirements[1] (SM-002)",
        ),
        ('id = "SM-002"', 'id = "SM-001"', "catalogue.duplicate", "requirements[1] (SM-001)"),
        ('id = "SM-004"', 'id = "XX-004"', "catalogue.id-prefix", "requirements[3] (XX-004)"),
        ("attested =", 'mutants = ["x"]\nattested =', "catalogue.attested-mutants", "requirements[3] (SM-004)"),
        ('level = "should"', 'level = "shall"', "document.wrong-value", "requirements[1] (SM-002)"),
        ("provisional = true", "provisonal = true", "document.unknown-key", "requirements[1] (SM-002)"),
        ('source = "P"\nbasis = "recalled"', 'basis = "recalled"', "document.missing-key", "requirements[3] (SM-004)"),
    ],
)
def test_one_bad_row_stops_with_file_and_row(tmp_path: Path, old: str, new: str, code: str, row: str) -> None:
    fault = fault_of(tmp_path, requirements=REQUIREMENTS.replace(old, new))
    assert (fault.code, fault.params["row"]) == (code, row)
    assert "requirements.toml:" in fault.text("en")


def test_an_operation_may_name_a_feature_of_the_suite_alone(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, suite=SUITE.replace("file = true\n", 'file = true\nfeature = "fuse"\n'))
    assert (fault.code, fault.params["row"]) == ("catalogue.unknown-feature", "operations.list_things")


def test_the_line_of_a_bad_row_is_right(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, requirements=REQUIREMENTS.replace('feature = "fusion"', 'feature = "fuse"'))
    lines = REQUIREMENTS.splitlines()
    assert lines[int(str(fault.params["line"])) - 1].startswith("feature")
    assert fault.params["nearest"] == "fusion"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('probe = "list_things"', 'probe = "list"', "catalogue.unknown-operation"),
        ('code = "SM"', 'code = "SM"\nwrite_probe = "remove"', "catalogue.unknown-operation"),
        ('owner = "SM-001"', 'owner = "SM-007"', "catalogue.unknown-requirement"),
        ('id = "changes"', 'id = "things"', "catalogue.duplicate"),
        ('id = "small"', 'id = "other"', "catalogue.folder"),
        ('version = "0.1.0"', "version = 0.1", "document.wrong-type"),
        ("[features]", "[feature]", "document.unknown-key"),
        ('effect = "write"', 'effect = "delete"', "document.wrong-value"),
    ],
)
def test_a_bad_suite_file_stops(tmp_path: Path, old: str, new: str, code: str) -> None:
    fault = fault_of(tmp_path, suite=SUITE.replace(old, new, 1))
    assert fault.code == code
    assert "suite.toml:" in fault.text("zh")


def test_a_missing_table_stops(tmp_path: Path) -> None:
    folder = write_small(tmp_path)
    (folder / "requirements.toml").unlink()
    with pytest.raises(CatalogueError) as caught:
        load_suite(folder)
    assert caught.value.code == "document.not-found"


def test_two_suites_do_not_share_a_code(tmp_path: Path) -> None:
    first = write_small(tmp_path)
    other = write_small(tmp_path, suite=SUITE.replace('id = "small"', 'id = "other"'), name="other")
    with pytest.raises(CatalogueError) as caught:
        load_suites((first, other))
    assert caught.value.code == "catalogue.duplicate-suite"
    assert list(load_suites((first,))) == ["small"]


def test_the_packaged_suites_load() -> None:
    assert "data_classification" in load_suites()


def test_the_compiled_form_is_the_same_suite(tmp_path: Path) -> None:
    folder = write_small(tmp_path)
    source = load_suite(folder)
    write_json(folder / "compiled.json", compile_suite(folder))
    assert load_suite(folder) == source
    (folder / "suite.toml").write_text("broken", encoding="utf-8")
    assert load_suite(folder) == source


def test_compiling_finds_bad_rows_too(tmp_path: Path) -> None:
    folder = write_small(tmp_path, requirements=REQUIREMENTS.replace('"fusion"', '"fuse"'))
    with pytest.raises(CatalogueError) as caught:
        compile_suite(folder)
    assert caught.value.code == "catalogue.unknown-feature"


def test_another_compiled_format_is_refused(tmp_path: Path) -> None:
    folder = write_small(tmp_path)
    write_json(folder / "compiled.json", {"format": 0})
    with pytest.raises(CatalogueError) as caught:
        load_suite(folder)
    assert caught.value.code == "catalogue.compiled-format"


def test_ten_thousand_requirements_load_in_a_second(tmp_path: Path) -> None:
    folder = write_small(tmp_path)
    compiled = compile_suite(folder)
    row = compiled["requirements"][0]
    compiled["requirements"] = [{**row, "id": f"SM-{index:05}"} for index in range(10_000)]
    write_json(folder / "compiled.json", compiled)
    start = time.perf_counter()
    assert len(load_suite(folder).requirements) == 10_000
    assert time.perf_counter() - start < 1.0


def test_the_digest_follows_contents_and_names_only(tmp_path: Path) -> None:
    folder = write_small(tmp_path)
    first = suite_digest(folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"x")
    (folder / ".hidden").write_bytes(b"x")
    write_json(folder / "compiled.json", {})
    assert suite_digest(folder) == first
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "conformance_suites", copy / "conformance_suites")
    shutil.copytree(tmp_path / "schemas", copy / "schemas")
    assert suite_digest(copy / "conformance_suites" / "small") == first
    schema = tmp_path / "schemas" / "small" / "thing.schema.json"
    schema.write_bytes(schema.read_bytes() + b"\n")
    changed = suite_digest(folder)
    assert changed != first
    (folder / "suite.toml").rename(folder / "suite.txt")
    assert suite_digest(folder) not in (first, changed)


def test_a_package_brings_a_suite_with_its_schemas_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_small(tmp_path / "tree")
    shutil.move(tmp_path / "tree" / "schemas" / "small", folder / "schemas")
    (folder / "__init__.py").write_text("raise RuntimeError('finding a suite runs none of its code')", encoding="utf-8")
    monkeypatch.syspath_prepend(folder.parent)
    points = [EntryPoint("small", "small", locate.ENTRY_POINT_GROUP)]
    monkeypatch.setattr(locate, "entry_points", lambda **_: points)
    assert locate.suite_folders()[-1] == folder
    assert locate.schema_namespaces()["small"] == folder / "schemas"
    assert suite_digest(folder) == load_suites((folder,))["small"].digest
    points.append(EntryPoint("bad", "json", locate.ENTRY_POINT_GROUP))
    with pytest.raises(CatalogueError) as caught:
        locate.suite_folders()
    assert caught.value.code == "catalogue.entry-point"
    points[:] = [EntryPoint("worse", "no_such_package.inner", locate.ENTRY_POINT_GROUP)]
    with pytest.raises(CatalogueError):
        locate.suite_folders()


def test_a_wheel_keeps_its_data_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_data").mkdir()
    monkeypatch.setattr(locate, "_PACKAGE", tmp_path)
    assert locate.schemas_folder() == tmp_path / "_data" / "schemas"
    assert locate.suites_folder() == tmp_path / "_data" / "conformance_suites"


def test_compiled_json_is_plain_json(tmp_path: Path) -> None:
    assert json.loads(json.dumps(compile_suite(write_small(tmp_path))))["suite"]["code"] == "SM"

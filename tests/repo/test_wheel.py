"""What is shipped: the wheel carries the data below the package, once, and an editable install reads the tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from repo_tree import PACKAGE, ROOT, SUITES, hidden

DATA = f"{PACKAGE}/_data"
READ_DATA = """
import json
from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.catalogue.locate import schemas_folder, suites_folder
suites = load_suites()
counts = {id_: len(suite.requirements) for id_, suite in suites.items()}
print(json.dumps([str(schemas_folder()), str(suites_folder()), counts]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, built without an isolated environment, hence without network."""
    return build(tmp_path_factory.mktemp("wheel"), "wheel")


def build(folder: Path, target: str) -> Path:
    """Build a target of hatchling's into the folder."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(path for path in folder.iterdir() if path.name.startswith(PACKAGE))


def names(wheel: Path) -> list[str]:
    """The names in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_only_our_package_is_at_the_top(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {PACKAGE}


def test_no_name_twice_and_no_cache(wheel: Path) -> None:
    found = names(wheel)
    assert len(found) == len(set(found))
    assert [name for name in found if "__pycache__" in name or "/." in name] == []


def test_every_data_file_is_carried(wheel: Path) -> None:
    here = {
        f"{DATA}/{path.relative_to(ROOT).as_posix()}"
        for folder in ("schemas", "conformance_suites")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not hidden(path)
    }
    compiled = {f"{DATA}/conformance_suites/{path.parent.name}/compiled.json" for path in SUITES.glob("*/suite.toml")}
    assert {name for name in names(wheel) if name.startswith(DATA)} == here | compiled


def test_compiled_suites_are_json(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for path in SUITES.glob("*/suite.toml"):
            assert json.loads(archive.read(f"{DATA}/conformance_suites/{path.parent.name}/compiled.json"))


def test_compiling_needs_the_standard_library_only() -> None:
    # A build environment holds hatchling and nothing of ours.
    code = "import sys; sys.path.insert(0, sys.argv[1]); import pytest_szxc.catalogue.compile"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code, str(ROOT)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_messages_type_marker_and_licence_are_carried(wheel: Path) -> None:
    found = names(wheel)
    assert f"{PACKAGE}/py.typed" in found
    assert any(name.startswith(f"{PACKAGE}/message_tables/") for name in found)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in found)


def test_an_installed_wheel_reads_its_own_data_and_sees_what_the_tree_sees(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)  # noqa: S202 -- our own wheel
    schemas, suites, counts = read_data(tmp_path)
    assert Path(schemas).parent == Path(suites).parent == tmp_path / DATA
    assert counts == read_data(ROOT)[2]


def test_an_editable_install_reads_the_tree(tmp_path: Path) -> None:
    editable = build(tmp_path, "wheel:editable")
    assert [name for name in names(editable) if DATA in name] == []
    schemas, suites, _ = read_data(ROOT)
    assert (Path(schemas), Path(suites)) == (ROOT / "schemas", SUITES)


def test_the_source_distribution_holds_what_the_wheel_is_built_from(tmp_path: Path) -> None:
    with tarfile.open(build(tmp_path, "sdist")) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"hatch_build.py", "pyproject.toml", "LICENSE", "README.md"} <= inside
    assert {path.relative_to(ROOT).as_posix() for path in SUITES.glob("*/suite.toml")} <= inside


def read_data(where: Path) -> tuple[str, str, dict[str, int]]:
    """Folders and requirement counts that the package at ``where`` sees, run apart from this process."""
    done = subprocess.run(
        [sys.executable, "-c", READ_DATA],
        cwd=where.anchor,
        env={**os.environ, "PYTHONPATH": str(where)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    schemas, suites, counts = json.loads(done.stdout)
    return schemas, suites, counts

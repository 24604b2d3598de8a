"""The layers are one-way: a module imports only from its own layer or from one to the left, lazily or not."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest
from repo_tree import PACKAGE, ROOT, SUITES, imports, python_files, shown

import pytest_szxc
import pytest_szxc.reference

if TYPE_CHECKING:
    from pathlib import Path

LAYERS = (
    {"errors", "messages", "printable", "model", "record", "settings"},
    {"catalogue"},
    {"target"},
    {"checks"},
    {"verdict"},
    {"evidence"},
    {"report"},
    {"selftest", "reference", "hostile"},
    {"intake", "survey", "opening", "ahead", "run", "doctor", "rejudging", "sampling", "cleaning"},
    {"__init__", "hookspecs", "plugin", "session", "items", "cli"},
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
PUBLIC = {f"{face.__name__}.{name}" for face in (pytest_szxc, pytest_szxc.reference) for name in face.__all__}
SUITE_MAY = {"pytest", "hypothesis", "__future__", *sys.stdlib_module_names}
ENGINE = python_files(PACKAGE)
SUITE_FILES = python_files(SUITES.name)


def layer_of(name: str) -> int:
    """The layer in which an imported ``pytest_szxc...`` name lives; a public name lives where it is defined."""
    first, *_ = [*name.split(".")[1:], ""]
    homes = {**pytest_szxc._HOMES, **pytest_szxc._MODULES}
    # What the package itself defines, such as its version, lies left of everything.
    return RANK.get(first, RANK[homes.get(first, "errors").split(".")[0]])


@pytest.mark.parametrize("path", ENGINE, ids=shown)
def test_every_module_has_a_layer(path: Path) -> None:
    assert path.relative_to(ROOT / PACKAGE).with_suffix("").parts[0] in RANK


@pytest.mark.parametrize("path", ENGINE, ids=shown)
def test_imports_go_left(path: Path) -> None:
    own = RANK[path.relative_to(ROOT / PACKAGE).with_suffix("").parts[0]]
    names = [name for name in imports(path) if name.partition(".")[0] == PACKAGE]
    assert [name for name in names if layer_of(name) > own] == []


@pytest.mark.parametrize("path", ENGINE, ids=shown)
def test_the_engine_imports_absolutely_and_no_suite(path: Path) -> None:
    assert [name for name in imports(path) if name.startswith((".", "conformance_suites", "szxc_suites"))] == []


@pytest.mark.parametrize("path", SUITE_FILES, ids=shown)
def test_a_suite_imports_only_the_public_face(path: Path) -> None:
    assert [name for name in imports(path) if not allowed_in_suite(name)] == []


@pytest.mark.parametrize("path", [path for path in SUITE_FILES if path.name.startswith("test_")], ids=shown)
def test_a_check_knows_nothing_of_the_reference(path: Path) -> None:
    assert [name for name in imports(path) if re.search(r"reference|mutants|variants", name)] == []


def allowed_in_suite(name: str) -> bool:
    """Whether a suite may import this: pytest, hypothesis, the standard library, public names, its own siblings."""
    if name.startswith("."):
        return not name.startswith("..")
    return name.partition(".")[0] in SUITE_MAY or name in PUBLIC

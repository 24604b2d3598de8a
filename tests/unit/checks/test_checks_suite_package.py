from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.checks.suite_package import import_part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.startswith("szxc_suites.toys")]:
        del sys.modules[name]


def suite(folder: Path, number: int) -> Path:
    folder.mkdir()
    (folder / "numbers.py").write_text(f"NUMBER = {number}\n", encoding="utf-8")
    (folder / "double.py").write_text("from .numbers import NUMBER\n\nTWICE = 2 * NUMBER\n", encoding="utf-8")
    return folder


def test_parts_import_one_another(tmp_path: Path) -> None:
    part = import_part("toys", suite(tmp_path / "toys", 4), "double")
    assert (part.TWICE, part.__name__) == (8, "szxc_suites.toys.double")


def test_a_part_is_loaded_once(tmp_path: Path) -> None:
    folder = suite(tmp_path / "toys", 4)
    assert import_part("toys", folder, "double") is import_part("toys", folder, "double")


def test_another_folder_takes_the_place(tmp_path: Path) -> None:
    import_part("toys", suite(tmp_path / "one", 1), "double")
    assert import_part("toys", suite(tmp_path / "two", 2), "double").TWICE == 4


def test_a_part_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModuleNotFoundError):
        import_part("toys", suite(tmp_path / "toys", 4), "mutants")

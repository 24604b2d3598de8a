"""The house's style, as far as a machine sees it: short functions and files, no leftovers, no odds-and-ends modules."""

from __future__ import annotations

import ast
import re
import statistics
import tomllib
from typing import TYPE_CHECKING

import pytest
from repo_tree import HOUSE, PACKAGE, ROOT, python_files, shown, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = [*python_files(*HOUSE), ROOT / "hatch_build.py"]
TEXTS = sorted(
    path
    for folder in (PACKAGE, "conformance_suites", "examples")
    for pattern in ("*.toml", "*.jinja", "*.html")
    for path in (ROOT / folder).rglob(pattern)
)
SPEAKING = [path for path in python_files(PACKAGE) if path.parent.name in {PACKAGE, "report", "cli"}]
LEFTOVER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImpl" + r"emented(Error)?)\b")
ODDS_AND_ENDS = {"utils.py", "helpers.py", "common.py", "misc.py"}
LONGEST_FILE, LONG, LONGEST, MEDIAN = 400, 50, 60, 10


def lengths(*folders: str) -> Iterator[tuple[str, int]]:
    """Each function below the folders with its number of lines, decorators apart."""
    for path in python_files(*folders):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{shown(path)}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", [path for path in FILES if "tests" not in path.parts], ids=shown)
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < LONGEST_FILE


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_no_leftovers(path: Path) -> None:
    assert LEFTOVER.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_no_odds_and_ends(path: Path) -> None:
    assert path.name not in ODDS_AND_ENDS


@pytest.mark.parametrize("path", python_files(PACKAGE, "conformance_suites"), ids=shown)
def test_package_code_raises_and_never_asserts(path: Path) -> None:
    assert [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.Assert)] == []


def test_functions_of_the_package_are_short() -> None:
    sizes = dict(lengths(PACKAGE, "conformance_suites"))
    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}
    assert sum(size > LONG for size in sizes.values()) <= len(sizes) * 0.05
    assert statistics.median(sizes.values()) < MEDIAN


@pytest.mark.parametrize("path", TEXTS, ids=shown)
def test_what_a_user_sees_fits_a_gbk_console(path: Path) -> None:
    # One character outside GBK makes pytest escape the whole line on a Chinese Windows console.
    path.read_text(encoding="utf-8").encode("gbk")


@pytest.mark.parametrize("path", SPEAKING, ids=shown)
def test_texts_in_code_fit_a_gbk_console(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value.encode("gbk")


@pytest.mark.parametrize("path", sorted((ROOT / PACKAGE / "message_tables").glob("*.toml")), ids=shown)
def test_messages_are_whole_and_in_both_languages(path: Path) -> None:
    for code, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
        assert set(row) <= {"zh", "en", "hint_zh", "hint_en"}, code
        assert row["zh"].strip(), code
        assert row["en"].strip(), code
        assert ("hint_zh" in row) == ("hint_en" in row), code
        assert names(row["zh"]) == names(row["en"]), code


def names(template: str) -> set[str]:
    """The parameters that a message names."""
    return set(re.findall(r"\{(\w+)", template))

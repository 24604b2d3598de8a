"""The two READMEs say the same, and what they say is true of the code: options, commands, exit codes, files."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import click
import pytest
from repo_tree import ROOT

from pytest_szxc.catalogue.load import load_suites
from pytest_szxc.cli import szxc
from pytest_szxc.settings import OPTIONS
from pytest_szxc.target.statement_file import load_statement
from pytest_szxc.verdict.decision import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH, CHINESE = "README.md", "README.zh-CN.md"
READMES = (ENGLISH, CHINESE)
PAGES = (*READMES, "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
PYTEST_CODES = {0, 1, 2, 3, 4, 5}
LINES = 250


@cache
def read(name: str) -> str:
    """A page of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of a language, without comments."""
    found = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", read(name))
    return [re.sub(r"\s+#.*", "", block) for block in found]


def rows(name: str) -> list[str]:
    """The first cells of all tables that hold code."""
    return re.findall(r"(?m)^\| (`[^`|]+`)", read(name))


def szxc_commands(group: click.Group = szxc, before: str = "szxc") -> set[str]:
    """Every command that can be typed, with the words before it."""
    found: set[str] = set()
    for name, command in group.commands.items():
        words = f"{before} {name}"
        found |= szxc_commands(command, words) if isinstance(command, click.Group) else {words}
    return found


@pytest.mark.parametrize("name", READMES)
def test_it_opens_with_the_two_commands(name: str) -> None:
    assert blocks(name, "console")[0].split("\n")[:2] == ["make demo", "make test"]


@pytest.mark.parametrize("name", READMES)
def test_it_is_short(name: str) -> None:
    assert len(read(name).splitlines()) < LINES


def test_both_have_the_same_structure() -> None:
    assert [line.count("#") for line in headings(ENGLISH)] == [line.count("#") for line in headings(CHINESE)]


def test_both_have_the_same_commands_options_and_code() -> None:
    assert rows(ENGLISH) == rows(CHINESE)
    assert blocks(ENGLISH, "console") == blocks(CHINESE, "console")
    assert blocks(ENGLISH, "yaml") == blocks(CHINESE, "yaml")
    assert [b.replace("示例平台", "Example platform") for b in blocks(CHINESE, "toml")] == blocks(ENGLISH, "toml")


def headings(name: str) -> list[str]:
    """The headings of a page, fenced blocks apart."""
    return re.findall(
        r"^#+ ", re.sub(r"^```.*?^```$", "", read(name), flags=re.MULTILINE | re.DOTALL), flags=re.MULTILINE
    )


@pytest.mark.parametrize("name", READMES)
def test_every_option_is_there_and_no_other(name: str) -> None:
    assert set(re.findall(r"^\| `--szxc-([a-z-]+)`", read(name), flags=re.MULTILINE)) == {
        option.name for option in OPTIONS
    }


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_there_and_no_other(name: str) -> None:
    told = [cell.strip("`") for cell in rows(name) if cell.startswith("`szxc ")]
    known = szxc_commands()
    assert [command for command in known if not any(line.startswith(command) for line in told)] == []
    assert [line for line in told if not line.startswith(tuple(known))] == []


@pytest.mark.parametrize("name", READMES)
def test_every_exit_code_is_there_and_no_other(name: str) -> None:
    cells = re.findall(r"^\| ([0-9, ]+) \|", read(name), flags=re.MULTILINE)
    assert {int(code) for cell in cells for code in cell.split(",")} == PYTEST_CODES | set(ExitCode)


@pytest.mark.parametrize("name", READMES)
def test_its_statement_is_valid(name: str, tmp_path: Path) -> None:
    statement = tmp_path / "szxc.toml"
    statement.write_text(blocks(name, "toml")[0], encoding="utf-8")
    assert load_statement(statement, load_suites()).declared


@pytest.mark.parametrize("name", PAGES)
def test_links_and_paths_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^):]+)\)", read(name))
    paths = re.findall(
        r"`((?:pytest_szxc|examples|tests|benchmarks|conformance_suites|schemas|docs)/[^`<>*{} ]*)`", read(name)
    )
    assert [target for target in (*links, *paths) if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_it_fits_a_gbk_console(name: str) -> None:
    read(name).encode("gbk")

"""Suites from their folders: one bad row stops, with file, row and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.catalogue.compile import FORMAT, TABLE_CAP, rows_of, suite_digest
from pytest_szxc.catalogue.crosscheck import cross_check
from pytest_szxc.catalogue.documents import check, read_json, read_toml
from pytest_szxc.catalogue.locate import COMPILED_FILE, SUITE_FILE, requirement_files, suite_folders
from pytest_szxc.catalogue.rows import suite_from_rows
from pytest_szxc.errors import CatalogueError

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Suite

SUITE_SCHEMA = "urn:szxc:szxc:suite"
REQUIREMENTS_SCHEMA = "urn:szxc:szxc:requirements"


def load_suites(folders: tuple[Path, ...] | None = None) -> dict[str, Suite]:
    """Every suite by id, in the order of the folders: ours by name, then those of other packages.

    Raises:
        CatalogueError: a row of a suite is wrong, or two suites share an id or a code.
    """
    suites: dict[str, Suite] = {}
    for folder in suite_folders() if folders is None else folders:
        suite = load_suite(folder)
        for other in suites.values():
            if suite.id == other.id or suite.code == other.code:
                raise CatalogueError("catalogue.duplicate-suite", suite=suite.id, file=folder, other=other.folder)
        suites[suite.id] = suite
    return suites


def load_suite(folder: Path) -> Suite:
    """One suite from its folder; the compiled form, where a build wrote it, is taken as it is.

    Raises:
        CatalogueError: a row is wrong (file, row, key), or a file cannot be read.
    """
    compiled = folder / COMPILED_FILE
    return _from_compiled(compiled) if compiled.is_file() else _from_source(folder)


def _from_compiled(path: Path) -> Suite:
    value = read_json(path).value
    if value.get("format") != FORMAT:
        raise CatalogueError("catalogue.compiled-format", file=path, format=value.get("format"), known=FORMAT)
    return suite_from_rows(value["suite"], value["requirements"], path.parent, value["digest"])


def _from_source(folder: Path) -> Suite:
    suite = read_toml(folder / SUITE_FILE)
    tables = [read_toml(path, cap=TABLE_CAP) for path in requirement_files(folder)]
    check(suite, SUITE_SCHEMA)
    for table in tables:
        check(table, REQUIREMENTS_SCHEMA)
    cross_check(suite, tables)
    return suite_from_rows(suite.value, rows_of(tables), folder, suite_digest(folder))

"""A suite compiled for shipping: its tables as one JSON object, with the digest of the sources.

Authors read TOML; a start should not parse it. Standard library only, so that a build needs nothing else; the tables
have been judged by their schemas before, by ``szxc audit`` and the tests of the project.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.crosscheck import cross_check
from pytest_szxc.catalogue.documents import read_toml
from pytest_szxc.catalogue.locate import COMPILED_FILE, SUITE_FILE, requirement_files, schema_folder
from pytest_szxc.catalogue.rows import suite_from_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pytest_szxc.catalogue.documents import Document
    from pytest_szxc.model import Json

FORMAT = 1
TABLE_CAP = 64 * 1024 * 1024
"""Largest table of requirements in bytes: tens of thousands of rows."""


def compile_suite(folder: Path) -> dict[str, Json]:
    """The content of ``compiled.json`` for a suite's folder in a source tree.

    Raises:
        CatalogueError: a table cannot be read, or a row names what no other row defines.
    """
    suite = read_toml(folder / SUITE_FILE)
    tables = [read_toml(path, cap=TABLE_CAP) for path in requirement_files(folder)]
    cross_check(suite, tables)
    rows, digest = rows_of(tables), suite_digest(folder)
    suite_from_rows(suite.value, rows, folder, digest)
    return {"format": FORMAT, "digest": digest, "suite": suite.value, "requirements": rows}


def rows_of(tables: Iterable[Document]) -> list[dict[str, Json]]:
    """The requirements of all tables of a suite, in the order of their ids."""
    return sorted((row for table in tables for row in table.value["requirements"]), key=lambda row: str(row["id"]))


def suite_digest(folder: Path) -> str:
    """SHA-256 (hexadecimal) over the files of a suite's folder and of its schemas: names and contents as they are."""
    digest = hashlib.sha256()
    for name, path in sorted(_files(folder)):
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    schemas = schema_folder(folder)
    for root, base in (("suite", folder), ("schemas", schemas)):
        if root == "schemas" and schemas.is_relative_to(folder):
            continue
        for path in base.rglob("*"):
            name = path.relative_to(base)
            if path.is_file() and not _left_out(name.parts):
                yield f"{root}/{name.as_posix()}", path


def _left_out(parts: tuple[str, ...]) -> bool:
    """What a run or a build leaves behind: caches, hidden files, the compiled form itself."""
    return "__pycache__" in parts or parts[-1] == COMPILED_FILE or any(part.startswith(".") for part in parts)

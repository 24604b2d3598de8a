"""Planted misconfigurations of the catalogue service, as they happen in an office; each breaks one requirement."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLE, IMPORTED = "records", "records_import"
TWICE = "urn:x-catalogue:999999:0060"


def nothing(_: Path) -> None:
    """Leave the database as it is."""


@dataclass(frozen=True)
class Misconfiguration:
    """One planted misconfiguration.

    Attributes:
        name: of its folder.
        requirement: the requirement that must report it; what the server breaks as it comes, it breaks still.
        zh: what went wrong, in Chinese.
        en: the same in English.
        settings: values of ``pycsw.cfg``.
        prepare: what is done to the database.
    """

    name: str
    requirement: str
    zh: str
    en: str
    settings: dict[str, str]
    prepare: Callable[[Path], None] = nothing


def import_without_key(path: Path) -> None:
    """Copy the records into a table whose key is not the identifier; one record was imported on two days."""
    with closing(sqlite3.connect(path)) as base, base:
        (sql,) = base.execute("SELECT sql FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone()
        loose = sql.replace(f"TABLE {TABLE}", f"TABLE {IMPORTED}")
        base.execute(loose.replace("PRIMARY KEY (identifier)", "PRIMARY KEY (identifier, insert_date)"))
        base.execute(f"INSERT INTO {IMPORTED} SELECT * FROM {TABLE} ORDER BY rowid")  # noqa: S608 -- own names
        base.execute(f"CREATE TEMP TABLE again AS SELECT * FROM {TABLE} WHERE identifier = ?", (TWICE,))  # noqa: S608 -- own names
        base.execute("UPDATE again SET insert_date = '2026-07-01T00:00:00Z'")
        base.execute(f"INSERT INTO {IMPORTED} SELECT * FROM again")  # noqa: S608 -- own names


MISCONFIGURATIONS = (
    Misconfiguration(
        "small-pages",
        "IC-027",
        "服务端每页上限仍为缺省的 10 条，低于所声明的 50 条",
        "the server still cuts pages at its default of 10, below the 50 that are declared",
        {"MAXRECORDS": "10"},
    ),
    Misconfiguration(
        "import-without-key",
        "IC-028",
        "导入表没有以标识为主键，一条记录导入两次",
        "the imported table has no key on the identifier, and one record was imported twice",
        {"TABLE": IMPORTED},
        import_without_key,
    ),
)

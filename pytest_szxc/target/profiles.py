"""Profiles: tables of limits that a suite ships with their basis, and that a statement may replace by its own file.

A replacement keeps the columns and the rows' ids: a limit can be changed, but not dropped without a word.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.documents import nearest, read_text
from pytest_szxc.errors import StatementError
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pytest_szxc.catalogue.documents import Document
    from pytest_szxc.errors import SzxcError
    from pytest_szxc.model import Json, Suite

ID = "id"
"""The column that names a row."""
FREE = frozenset({"basis", "source", "mark", "note_zh", "note_en"})
"""Columns whose words are the author's own."""
_CAP = 1024 * 1024
_LARGEST = Decimal(10) ** 9
"""What lies beyond is no limit any more."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One table of limits: its rows by column name, and where a statement gave it, the file's name and SHA-256."""

    rows: tuple[dict[str, str], ...]
    file: str = ""
    digest: str = ""


@cache
def shipped_profile(folder: Path, name: str) -> Profile:
    """The table that a suite ships in ``tables/<name>.csv``."""
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return Profile(tuple(csv.DictReader(file)))


def load_profiles(document: Document, suites: Mapping[str, Suite]) -> dict[str, dict[str, Profile]]:
    """The profiles that a statement replaces, by suite and table.

    Raises:
        StatementError: ``statement.unknown-suite``, ``statement.unknown-profile``, ``statement.profile``.
    """
    chosen: dict[str, dict[str, Json]] = document.value.get("profiles", {})
    for fault in _name_faults(document, chosen, suites):
        raise fault
    return {
        suite: {name: _loaded(document.file.parent / file, suites[suite], name) for name, file in tables.items()}
        for suite, tables in chosen.items()
    }


def _name_faults(
    document: Document, chosen: Mapping[str, Mapping[str, Json]], suites: Mapping[str, Suite]
) -> Iterator[SzxcError]:
    for suite, tables in chosen.items():
        if suite not in suites:
            place = ("profiles", suite)
            yield document.fault("statement.unknown-suite", place, value=show(suite), nearest=nearest(suite, suites))
            continue
        for name in tables:
            known = suites[suite].profiles
            if name not in known:
                here = ("profiles", suite, name)
                yield document.fault("statement.unknown-profile", here, value=show(name), nearest=nearest(name, known))


def _loaded(path: Path, suite: Suite, name: str) -> Profile:
    text = read_text(path, StatementError, _CAP)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as fault:
        raise StatementError(
            "statement.profile", file=path, row=reader.line_num + 1, problem=show(str(fault))
        ) from fault
    shipped = shipped_profile(suite.folder, name)
    for row, problem in _differences(list(reader.fieldnames or ()), rows, shipped):
        raise StatementError("statement.profile", file=path, row=row, problem=problem)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()  # of the file as it is: the text has lost its mark
    return Profile(tuple({name: row[name].strip() for name in shipped.rows[0]} for _, row in rows), path.name, digest)


def _differences(
    header: list[str], rows: list[tuple[int, dict[str, Json]]], shipped: Profile
) -> Iterator[tuple[int, str]]:
    """Where a replacement is no table of this kind: row, and what is wrong in short."""
    columns = set(shipped.rows[0])
    if set(header) != columns or len(header) != len(columns):
        yield 1, show(f"{', '.join(header)} != {', '.join(shipped.rows[0])}")
        return
    ours = {row[ID]: row for row in shipped.rows}
    seen: set[str] = set()
    for number, row in rows:
        if None in row or None in row.values():
            yield number, f"{len(header)} columns"
            continue
        name = row[ID].strip()
        if name in seen or name not in ours:
            yield number, show(f"{ID} {name}: {'twice' if name in seen else nearest(name, ours)}")
            continue
        seen.add(name)
        yield from ((number, problem) for problem in _cell_problems(row, ours[name]))
    yield from ((len(rows) + 1, f"{ID} {name} is missing") for name in ours if name not in seen)


def _cell_problems(row: Mapping[str, str], ours: Mapping[str, str]) -> Iterator[str]:
    """A number stays a number, and what is no limit (a unit, a metric's name) stays what it is."""
    for column, value in ours.items():
        given = row[column].strip()
        if column in FREE or given == value:
            continue
        if _number(value) is None or _number(given) is None:
            yield show(f"{column}: {given} != {value}")


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 <= found <= _LARGEST else None

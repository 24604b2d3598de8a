"""What a suite's tables say about each other: a name that one row uses must be defined by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.catalogue.documents import nearest
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from pytest_szxc.catalogue.documents import Document
    from pytest_szxc.errors import SzxcError
    from pytest_szxc.model import Json

Path = tuple[str | int, ...]


def cross_check(suite: Document, tables: Sequence[Document]) -> None:
    """Compare the tables of one suite; all have been judged by their schemas.

    Args:
        suite: ``suite.toml``.
        tables: the tables of requirements, one or several.

    Raises:
        CatalogueError: the first fault: ``catalogue.duplicate``, ``.id-prefix``, ``.folder``, ``.unknown-class``,
            ``.unknown-operation``, ``.unknown-feature``, ``.unknown-requirement``, ``.attested-mutants``.
    """
    ids = _ids([row for table in tables for row in table.value["requirements"]])
    for fault in (*_suite_faults(suite, ids), *_repeated_ids(tables), *_row_faults(suite, tables, ids)):
        raise fault


def _suite_faults(suite: Document, ids: Collection[str]) -> Iterator[SzxcError]:
    value = suite.value
    if value["id"] != suite.file.parent.name:
        yield suite.fault("catalogue.folder", ("id",), value=value["id"], folder=suite.file.parent.name)
    yield from _repeated(suite, "classes", value["classes"], {})
    for index, row in enumerate(value["classes"]):
        if "probe" in row:
            yield from _unknown(
                suite, ("classes", index, "probe"), [row["probe"]], value["operations"], "catalogue.unknown-operation"
            )
    yield from _unknown(
        suite, ("write_probe",), _listed(value.get("write_probe")), value["operations"], "catalogue.unknown-operation"
    )
    for name, row in value["operations"].items():
        yield from _unknown(suite, ("operations", name, "owner"), [row["owner"]], ids, "catalogue.unknown-requirement")
        undo = [row["undo"]["operation"]] if "undo" in row else []
        here = ("operations", name, "undo", "operation")
        yield from _unknown(suite, here, undo, value["operations"], "catalogue.unknown-operation")
        spoken, features = _listed(row.get("feature")), value.get("features", {})
        yield from _unknown(suite, ("operations", name, "feature"), spoken, features, "catalogue.unknown-feature")


def _repeated_ids(tables: Sequence[Document]) -> Iterator[SzxcError]:
    seen: dict[str, str] = {}
    for table in tables:
        yield from _repeated(table, "requirements", table.value["requirements"], seen)


def _row_faults(suite: Document, tables: Sequence[Document], ids: Collection[str]) -> Iterator[SzxcError]:
    known: dict[str, tuple[Collection[str], str]] = {
        "class": (_ids(suite.value["classes"]), "catalogue.unknown-class"),
        "operations": (suite.value["operations"], "catalogue.unknown-operation"),
        "feature": (suite.value.get("features", {}), "catalogue.unknown-feature"),
        "co_reporters": (ids, "catalogue.unknown-requirement"),
    }
    prefix = suite.value["code"]
    for table, index, row in ((t, i, row) for t in tables for i, row in enumerate(t.value["requirements"])):
        here: Path = ("requirements", index)
        if not row["id"].startswith(prefix + "-"):
            yield table.fault("catalogue.id-prefix", (*here, "id"), value=row["id"], prefix=prefix)
        if "attested" in row and row.get("mutants"):
            yield table.fault("catalogue.attested-mutants", (*here, "mutants"))
        for key, (names, code) in known.items():
            yield from _unknown(table, (*here, key), _listed(row.get(key)), names, code)


def _ids(rows: list[dict[str, Json]]) -> dict[str, None]:
    return dict.fromkeys(row["id"] for row in rows)


def _listed(value: Json) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _repeated(document: Document, table: str, rows: list[dict[str, Json]], seen: dict[str, str]) -> Iterator[SzxcError]:
    """Rows whose id another row has, in this table or in those ``seen`` before."""
    for index, row in enumerate(rows):
        here = f"{table}[{index}]"
        first = seen.setdefault(row["id"], here)
        if first is not here:
            yield document.fault("catalogue.duplicate", (table, index, "id"), value=row["id"], first=first)


def _unknown(
    document: Document, path: Path, used: Iterable[str], known: Collection[str], code: str
) -> Iterator[SzxcError]:
    for name in used:
        if name not in known:
            yield document.fault(code, path, value=show(name), nearest=nearest(name, known))

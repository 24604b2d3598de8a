"""What a suite's tables say about each other: a name that one row uses must be defined by another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.catalogue.documents import nearest
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pytest_szxc.catalogue.documents import Document
    from pytest_szxc.errors import SzxcError
    from pytest_szxc.model import Json

Path = tuple[str | int, ...]


def cross_check(suite: Document, requirements: Document) -> None:
    """Compare the two tables of one suite; both have been judged by their schemas.

    Raises:
        CatalogueError: the first fault: ``catalogue.duplicate``, ``.id-prefix``, ``.folder``, ``.unknown-class``,
            ``.unknown-operation``, ``.unknown-feature``, ``.unknown-requirement``, ``.attested-mutants``.
    """
    for fault in (*_suite_faults(suite, requirements), *_row_faults(suite, requirements)):
        raise fault


def _suite_faults(suite: Document, requirements: Document) -> Iterator[SzxcError]:
    value = suite.value
    if value["id"] != suite.file.parent.name:
        yield suite.fault("catalogue.folder", ("id",), value=value["id"], folder=suite.file.parent.name)
    yield from _repeated(suite, "classes", value["classes"])
    ids = _ids(requirements.value["requirements"])
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


def _row_faults(suite: Document, requirements: Document) -> Iterator[SzxcError]:
    rows = requirements.value["requirements"]
    yield from _repeated(requirements, "requirements", rows)
    classes, ids = _ids(suite.value["classes"]), _ids(rows)
    known: dict[str, tuple[Collection[str], str]] = {
        "class": (classes, "catalogue.unknown-class"),
        "operations": (suite.value["operations"], "catalogue.unknown-operation"),
        "feature": (suite.value.get("features", {}), "catalogue.unknown-feature"),
        "co_reporters": (ids, "catalogue.unknown-requirement"),
    }
    for index, row in enumerate(rows):
        here: Path = ("requirements", index)
        if not row["id"].startswith(suite.value["code"] + "-"):
            yield requirements.fault("catalogue.id-prefix", (*here, "id"), value=row["id"], prefix=suite.value["code"])
        if "attested" in row and row.get("mutants"):
            yield requirements.fault("catalogue.attested-mutants", (*here, "mutants"))
        for key, (names, code) in known.items():
            yield from _unknown(requirements, (*here, key), _listed(row.get(key)), names, code)


def _ids(rows: list[dict[str, Json]]) -> dict[str, None]:
    return dict.fromkeys(row["id"] for row in rows)


def _listed(value: Json) -> list[str]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _repeated(document: Document, table: str, rows: list[dict[str, Json]]) -> Iterator[SzxcError]:
    seen: dict[str, int] = {}
    for index, row in enumerate(rows):
        first = seen.setdefault(row["id"], index)
        if first != index:
            yield document.fault(
                "catalogue.duplicate", (table, index, "id"), value=row["id"], first=f"{table}[{first}]"
            )


def _unknown(
    document: Document, path: Path, used: Iterable[str], known: Collection[str], code: str
) -> Iterator[SzxcError]:
    for name in used:
        if name not in known:
            yield document.fault(code, path, value=show(name), nearest=nearest(name, known))

"""Rows of a suite's tables as model values; the rows are known to be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.model import Basis, ConformanceClass, Effect, Level, Operation, Requirement, Suite, Text, Undo

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.model import Json


def suite_from_rows(value: dict[str, Json], rows: list[dict[str, Json]], folder: Path, digest: str) -> Suite:
    """The suite that ``suite.toml`` (``value``) and the rows of ``requirements.toml`` describe."""
    return Suite(
        id=value["id"],
        code=value["code"],
        version=value["version"],
        title=Text(**value["title"]),
        label=Text(**value["label"]),
        standards=tuple(value["standards"]),
        classes=tuple(ConformanceClass(row["id"], Text(**row["title"]), row.get("probe")) for row in value["classes"]),
        features={name: Text(**text) for name, text in value.get("features", {}).items()},
        operations={name: _operation(name, value["id"], row) for name, row in value["operations"].items()},
        requirements=tuple(_requirement(value["id"], row) for row in rows),
        folder=folder,
        digest=digest,
        write_probe=value.get("write_probe"),
        profiles=tuple(value.get("profiles", ())),
    )


def _operation(name: str, suite: str, row: dict[str, Json]) -> Operation:
    return Operation(
        id=name,
        suite=suite,
        title=Text(**row["title"]),
        effect=Effect(row["effect"]),
        answer=row["answer"],
        owner=row["owner"],
        schema=row.get("schema"),
        key=row.get("key"),
        file=row.get("file", False),
        undo=_undo(row["undo"]) if "undo" in row else None,
        moves=row.get("moves"),
        pushes=row.get("pushes", False),
        harmless="leaves" in row,
        credential=row.get("credential"),
        feature=row.get("feature"),
    )


def _undo(table: dict[str, str]) -> Undo:
    return Undo(table["operation"], {name: path for name, path in table.items() if name != "operation"})


def _requirement(suite: str, row: dict[str, Json]) -> Requirement:
    return Requirement(
        id=row["id"],
        suite=suite,
        conformance_class=row["class"],
        level=Level(row["level"]),
        statement=Text(**row["statement"]),
        source=row["source"],
        basis=Basis(row["basis"]),
        judged=Text(**row["judged"]),
        hint=Text(**row["hint"]),
        provisional=row.get("provisional", False),
        operations=tuple(row.get("operations", ())),
        permissions=tuple(row.get("permissions", ())),
        feature=row.get("feature"),
        attested=Text(**row["attested"]) if "attested" in row else None,
        mutants=tuple(row.get("mutants", ())),
        co_reporters=tuple(row.get("co_reporters", ())),
    )

"""A statement as plain JSON and back, for the run's record and for worker processes. Secrets stay references."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.model import Effect
from pytest_szxc.target.profiles import Profile
from pytest_szxc.target.statement import (
    Account,
    BoundOperation,
    Claim,
    Envelope,
    Limits,
    Paging,
    Secret,
    Statement,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.model import Json


def statement_json(statement: Statement) -> dict[str, Json]:
    """The statement as plain JSON."""
    row = asdict(replace(statement, operations={}))
    row["operations"] = [
        [suite, {**asdict(bound), "effect": bound.effect.value}] for (suite, _), bound in statement.operations.items()
    ]
    row["path"] = str(statement.path) if statement.path else None
    for account in row["accounts"].values():
        account["secret"]["file"] = str(account["secret"]["file"]) if account["secret"]["file"] else None
    return row


def statement_from(row: Mapping[str, Json]) -> Statement:
    """The statement that ``statement_json`` wrote."""
    bound = [(suite, _operation(item)) for suite, item in row["operations"]]
    values = {
        **row,
        "limits": Limits(**row["limits"]),
        "accounts": {name: _account(item) for name, item in row["accounts"].items()},
        "claims": {name: _claim(item) for name, item in row["claims"].items()},
        "operations": {(suite, item.operation): item for suite, item in bound},
        "regions": tuple(row["regions"]),
        "profiles": {suite: _profiles(tables) for suite, tables in row["profiles"].items()},
        "path": Path(row["path"]) if row["path"] else None,
    }
    return Statement(**values)


def _profiles(tables: Mapping[str, Json]) -> dict[str, Profile]:
    return {name: Profile(tuple(row["rows"]), row["file"], row["digest"]) for name, row in tables.items()}


def _claim(row: Mapping[str, Json]) -> Claim:
    return Claim(row["suite"], tuple(row["classes"]), tuple(row["without"]))


def _account(row: Mapping[str, Json]) -> Account:
    file = row["secret"]["file"]
    return Account(**{**row, "secret": Secret(row["secret"]["env"], Path(file) if file else None)})


def _operation(row: Mapping[str, Json]) -> BoundOperation:
    envelope = {
        **row["envelope"],
        "success": tuple(row["envelope"]["success"]),
        "denied": tuple(row["envelope"]["denied"]),
    }
    return BoundOperation(
        **{**row, "effect": Effect(row["effect"]), "envelope": Envelope(**envelope), "paging": Paging(**row["paging"])}
    )

"""``szxc.toml``: the one file in which a vendor says who a system is, what it claims, how to reach and read it."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.documents import check, read_text, read_toml
from pytest_szxc.errors import StatementError
from pytest_szxc.printable import bare_url, show
from pytest_szxc.target.bound import envelope_from, operation_from
from pytest_szxc.target.default_binding import default_envelope, default_operations
from pytest_szxc.target.profiles import load_profiles
from pytest_szxc.target.statement import Account, Claim, Envelope, Limits, Secret, Statement
from pytest_szxc.target.statement_checks import (
    SECRET_KEYS,
    expression_faults,
    name_faults,
    scheme_faults,
    secret_faults,
    template_faults,
    unbound_faults,
    url_fault,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_szxc.catalogue.documents import Document
    from pytest_szxc.model import Json, Suite
    from pytest_szxc.target.statement import BoundOperation

__all__ = [
    "FILE",
    "default_operations",
    "default_statement",
    "find_statement",
    "load_statement",
    "require_known_schemes",
]

FILE = "szxc.toml"
SCHEMA = "urn:szxc:szxc:statement"
_HIDDEN = frozenset({"accounts", "headers"})
_FILES = ("ca", "out")
_REGIONS_CAP = 64 * 1024 * 1024
_REGION = re.compile(r"[0-9]{6,12}")


def find_statement(option: str | Path | None, cwd: Path) -> Path | None:
    """The statement to read: the one that the option names, else ``szxc.toml`` in ``cwd``, else none.

    Raises:
        StatementError: ``document.not-found``, the option names a file that is not there.
    """
    if option:
        chosen = cwd / option
        if not chosen.is_file():
            raise StatementError("document.not-found", file=option)
        return chosen
    usual = cwd / FILE
    return usual if usual.is_file() else None


def default_statement(base_url: str, suites: Mapping[str, Suite]) -> Statement:
    """The statement of a bare URL: every suite's default binding, no claims.

    Raises:
        StatementError: ``statement.base-url`` or ``statement.secret-url``.
    """
    fault = url_fault(base_url)
    if fault is not None:
        raise StatementError(fault, place="--szxc-target", value=_without_credentials(base_url))
    operations = {
        (suite.id, name): bound for suite in suites.values() for name, bound in default_operations(suite).items()
    }
    return Statement(base_url=base_url.rstrip("/"), operations=operations, declared=False)


def load_statement(path: Path, suites: Mapping[str, Suite]) -> Statement:
    """Read and check a statement; without claims it counts as not declared.

    Files that it names are relative to its own folder.

    Raises:
        StatementError: the first thing that is wrong, with file, line and key.
    """
    document = read_toml(path, StatementError)
    for fault in secret_faults(document):
        raise fault
    check(document, SCHEMA, _HIDDEN)
    for fault in (*name_faults(document, suites), *expression_faults(document)):
        raise fault
    for fault in template_faults(document, suites):
        raise fault
    operations = _operations(document.value.get("binding", {}), suites)
    for fault in unbound_faults(document, suites, operations):
        raise fault
    return replace(_statement(document, operations), profiles=load_profiles(document, suites))


def require_known_schemes(statement: Statement) -> None:
    """See to it that every account's scheme is one of ours, where no plugin has its own.

    Raises:
        StatementError: ``statement.unknown-scheme``, with file and line.
    """
    if statement.path is not None:
        for fault in scheme_faults(read_toml(statement.path, StatementError)):
            raise fault


def _statement(document: Document, operations: dict[tuple[str, str], BoundOperation]) -> Statement:
    value, folder = document.value, document.file.parent
    system, target = value.get("system", {}), value.get("target", {})
    regions, regions_date = _regions(document, target.get("regions"))
    return Statement(
        name=system.get("name", ""),
        version=system.get("version", ""),
        base_url=_base_url(document, target.get("base_url", "")),
        time_profile=target.get("time_profile", "rfc3339"),
        limits=Limits(**target.get("limits", {})),
        accounts={name: _account(name, table, folder) for name, table in value.get("accounts", {}).items()},
        claims={name: _claim(name, table) for name, table in value.get("claims", {}).items()},
        operations=operations,
        regions=regions,
        regions_date=regions_date,
        options=_options(value.get("options", {}), folder),
        sink=target.get("sink", ""),
        declared=bool(value.get("claims")),
        digest=hashlib.sha256(document.file.read_bytes()).hexdigest(),
        path=document.file,
    )


def _operations(bindings: dict[str, Json], suites: Mapping[str, Suite]) -> dict[tuple[str, str], BoundOperation]:
    return {
        (suite.id, name): bound
        for suite in suites.values()
        for name, bound in _of_suite(bindings.get(suite.id, {}), suite).items()
    }


def _of_suite(binding: dict[str, Json], suite: Suite) -> dict[str, BoundOperation]:
    """The operations of one suite: the default ones, if wanted, under those that the statement names."""
    named = binding.get("operations", {})
    default = binding.get("default", not named)
    envelope = _envelope(binding, suite, default=default)
    spoken = {"format": binding["format"]} if "format" in binding else {}
    own = {
        name: operation_from(name, spoken | row, suite.operations[name].effect, envelope) for name, row in named.items()
    }
    usual = default_operations(suite) if default else {}
    return {**{name: replace(bound, **spoken) for name, bound in usual.items()}, **own}


def _envelope(binding: dict[str, Json], suite: Suite, *, default: bool) -> Envelope:
    """The envelope of the operations that a binding names: its own, else the default binding's where that is in use."""
    if "envelope" in binding:
        return envelope_from(binding["envelope"])
    return default_envelope(suite) if default else Envelope()


def _account(name: str, table: dict[str, Json], folder: Path) -> Account:
    secret: dict[str, str] = next((table[key] for key in SECRET_KEYS if key in table), {})
    return Account(
        name=name,
        scheme=table["scheme"],
        user=table.get("user", ""),
        header=table.get("name", "Authorization"),
        secret=Secret(env=secret.get("env"), file=folder / secret["file"] if "file" in secret else None),
        client=table.get("client", ""),
        service=table.get("service", ""),
        window=table.get("window"),
        lifetime=table.get("lifetime"),
        token_path=table.get("token_path", ""),
        sign_path=table.get("sign_path", ""),
    )


def _claim(suite: str, table: dict[str, Json]) -> Claim:
    return Claim(suite, tuple(table["classes"]), tuple(table.get("without", ())))


def _base_url(document: Document, url: str) -> str:
    code = url_fault(url) if url else None
    if code is not None:
        raise document.fault(code, ("target", "base_url"), value=_without_credentials(url))
    return url.rstrip("/")


def _without_credentials(url: str) -> str:
    return show(bare_url(url))


def _options(table: dict[str, Json], folder: Path) -> dict[str, Json]:
    """The daily options; files among them are relative to the statement."""
    return {key: str(folder / value) if key in _FILES else value for key, value in table.items()}


def _regions(document: Document, table: dict[str, str] | None) -> tuple[tuple[str, ...], str]:
    """The codes of the region list (CSV; column ``code``, else the first), and its date."""
    if table is None:
        return (), ""
    try:
        date.fromisoformat(table["date"])
    except ValueError:
        path = ("target", "regions", "date")
        raise document.fault("document.wrong-value", path, expected="YYYY-MM-DD", observed=table["date"]) from None
    file = document.file.parent / table["file"]
    return tuple(_codes(file, _rows(file))), table["date"]


def _rows(file: Path) -> list[tuple[int, list[str]]]:
    """The rows of a CSV file that hold anything, with their line numbers."""
    reader = csv.reader(io.StringIO(read_text(file, StatementError, _REGIONS_CAP), newline=""))
    try:
        return [(reader.line_num, row) for row in reader if any(row)]
    except csv.Error as fault:
        raise StatementError("statement.regions-row", file=file, row=reader.line_num, value=show(str(fault))) from fault


def _codes(file: Path, rows: list[tuple[int, list[str]]]) -> list[str]:
    head = [cell.strip() for cell in rows[0][1]] if rows else []
    headed = bool(head) and not _REGION.fullmatch(head[0])
    column = head.index("code") if "code" in head else 0
    codes: list[str] = []
    for number, row in rows[headed:]:
        code = row[column].strip() if column < len(row) else ""
        if not _REGION.fullmatch(code):
            raise StatementError("statement.regions-row", file=file, row=number, value=show(code))
        codes.append(code)
    if not codes:
        raise StatementError("statement.regions-empty", file=file)
    return codes

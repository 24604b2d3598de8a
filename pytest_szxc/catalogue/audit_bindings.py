"""The default binding's part of an audit: ``openapi.json`` and ``suite.toml`` name the same operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.catalogue.documents import nearest
from pytest_szxc.catalogue.locate import SUITE_FILE, openapi_files
from pytest_szxc.catalogue.openapi import load_parts, read_openapi
from pytest_szxc.catalogue.problem import AuditProblem
from pytest_szxc.catalogue.schemas import own_store
from pytest_szxc.errors import CatalogueError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_szxc.catalogue.openapi import ApiOperation
    from pytest_szxc.catalogue.schemas import SchemaStore
    from pytest_szxc.model import Json, Suite

OPERATION_SCHEMA = "urn:szxc:szxc:statement#/$defs/operation"


def binding_problems(suite: Suite, store: SchemaStore) -> Iterator[AuditProblem]:
    """What is wrong with the schemas that a suite's operations name, and with its default binding."""
    for name, operation in suite.operations.items():
        if operation.schema is not None and operation.schema not in store.files:
            yield _unknown(str(suite.folder / SUITE_FILE), f"operations.{name}", operation.schema, store)
    parts = openapi_files(suite.folder)
    if parts:
        yield from _document_problems(suite, parts, store)


def _document_problems(suite: Suite, parts: list[Path], store: SchemaStore) -> Iterator[AuditProblem]:
    path = parts[0]
    try:
        document = load_parts(parts)
    except CatalogueError as fault:
        yield AuditProblem(str(path), "", fault.code, fault.params)
        return
    bound = {found.id: found for found in read_openapi(document)}
    for name in sorted(suite.operations.keys() - bound.keys()):
        yield AuditProblem(str(path), name, "audit.operation-unbound", {"operation": name})
    for name in sorted(bound.keys() - suite.operations.keys()):
        yield AuditProblem(str(path), name, "audit.operation-extra", {"operation": name})
    for found in bound.values():
        yield from _extension_problems(found, path)
    for ref in sorted(set(_urns(document))):
        if ref.partition("#")[0] not in store.files:
            yield _unknown(str(path), ref, ref, store)


def _extension_problems(found: ApiOperation, path: Path) -> Iterator[AuditProblem]:
    """``x-szxc`` holds what an operation's table in szxc.toml may hold."""
    table = {**found.extension, "method": found.method, "path": found.path}
    for error in own_store().judge(OPERATION_SCHEMA).errors(table):
        params = {"operation": found.id, "finding": f"{error.pointer} {error.keyword}"}
        yield AuditProblem(str(path), found.id, "audit.binding", params)


def _urns(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        ref = value.get("$ref")
        if isinstance(ref, str) and not ref.startswith("#/"):
            yield ref
        for child in value.values():
            yield from _urns(child)
    elif isinstance(value, list):
        for child in value:
            yield from _urns(child)


def _unknown(file: str, row: str, urn: str, store: SchemaStore) -> AuditProblem:
    return AuditProblem(file, row, "audit.unknown-schema", {"schema": urn, "nearest": nearest(urn, store.files)})

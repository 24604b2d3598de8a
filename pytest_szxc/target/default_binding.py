"""The default binding of a suite: the API that its ``openapi.json`` describes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.locate import openapi_files
from pytest_szxc.catalogue.openapi import envelope_of, load_parts, names, read_openapi
from pytest_szxc.target.bound import envelope_from, operation_from, paging_names

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_szxc.catalogue.openapi import ApiOperation
    from pytest_szxc.model import Json, Suite
    from pytest_szxc.target.statement import BoundOperation, Envelope


def default_operations(suite: Suite) -> dict[str, BoundOperation]:
    """The suite's operations as its own OpenAPI document binds them; empty for a suite without one.

    Raises:
        CatalogueError: the document cannot be read.
    """
    document = _document(suite)
    envelope = envelope_from(envelope_of(document))
    return {
        found.id: _bound(found, suite, envelope) for found in read_openapi(document) if found.id in suite.operations
    }


def default_envelope(suite: Suite) -> Envelope:
    """The envelope of the suite's default binding; none for a suite without one.

    Raises:
        CatalogueError: the document cannot be read.
    """
    return envelope_from(envelope_of(_document(suite)))


def parameters(suite: Suite) -> dict[str, frozenset[str]]:
    """By operation, the names that a template may use; operations whose body may have any member are left out.

    Raises:
        CatalogueError: the document cannot be read.
    """
    bound = default_operations(suite)
    known: dict[str, frozenset[str]] = {}
    for found in read_openapi(_document(suite)):
        if found.id in bound and (found.body is not None or found.body_names is not None):
            one = bound[found.id]
            used = (names(one.path), names(one.query), names(one.body), found.body_names or frozenset())
            known[found.id] = frozenset().union(*used)
    return known


def _document(suite: Suite) -> dict[str, Json]:
    return _read(suite.folder, suite.digest)


@lru_cache(maxsize=32)
def _read(folder: Path, _digest: str) -> dict[str, Json]:
    """The document of a folder, read once for each content of it; nobody changes it."""
    return load_parts(openapi_files(folder))


def _bound(found: ApiOperation, suite: Suite, envelope: Envelope) -> BoundOperation:
    said = {"method": found.method, "path": found.path, "query": found.query, "body_type": found.body_type}
    table = {**found.extension, **said}
    effect = suite.operations[found.id].effect
    bound = operation_from(found.id, table, effect, envelope)
    paged = paging_names(bound.paging)
    query = {key: value for key, value in bound.query.items() if key not in paged}
    return replace(bound, query=query, effect=effect)

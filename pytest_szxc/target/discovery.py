"""What a platform says of itself when there is no statement: a capability document, an OpenAPI document (decision 2).

Both are optional. What they say is *observed, not declared*: it chooses what is asked, never what passes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from pytest_szxc.catalogue.openapi import read_openapi
from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show
from pytest_szxc.target.redirects import join
from pytest_szxc.target.statement import Claim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.catalogue.openapi import ApiOperation
    from pytest_szxc.model import Json, Suite
    from pytest_szxc.target.live import LiveSut
    from pytest_szxc.target.statement import BoundOperation, Statement

CAPABILITY = "/.well-known/szxc.json"
OPENAPI = "/openapi.json"
SCHEMA = "urn:szxc:szxc:capability"
TRIED = 3
"""Other base URLs that are looked at when nothing is found under the one given."""


def discover(sut: LiveSut, statement: Statement, suites: Mapping[str, Suite]) -> Statement:
    """The undeclared statement with what the platform says of itself.

    Args:
        sut: asks for the two documents, once.
        statement: default bindings, no claims.
        suites: those of the run; what is said of others is left out.

    Raises:
        TransportFault: nothing came back.
    """
    capability, described = sut.look(CAPABILITY), sut.look(OPENAPI)
    if capability is not None and validator(SCHEMA).holds(capability):
        statement = _introduced(statement, capability, suites)
    if isinstance(described, dict):
        statement = replace(statement, operations=_rebound(statement, described))
    return statement


def candidates(base_url: str) -> tuple[str, ...]:
    """Other base URLs of the same origin under which the API may lie: the folders above, and ``/api``."""
    parts = urlsplit(base_url)
    folders = [part for part in parts.path.split("/") if part]
    above = ["/".join(("", *folders[:count])) for count in range(len(folders))]
    paths = [path for path in (*reversed(above), "/api") if path != parts.path.rstrip("/")]
    return tuple(urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in dict.fromkeys(paths))[:TRIED]


def introduces(sut: LiveSut, base_url: str) -> str | None:
    """Where the API lies, if the platform introduces itself at a base URL.

    Args:
        sut: opened at that URL.
        base_url: what it was opened with.
    """
    try:
        capability, described = sut.look(CAPABILITY), sut.look(OPENAPI)
    except TransportFault:
        return None
    if isinstance(described, dict) and "paths" in described:
        return _server(described, base_url) or base_url
    return base_url if capability is not None and validator(SCHEMA).holds(capability) else None


def _server(document: dict[str, Json], base_url: str) -> str | None:
    """The address that an OpenAPI document names first, if it is of the same origin."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else None
    url = first.get("url") if isinstance(first, dict) else None
    joined = join(base_url + OPENAPI, url) if isinstance(url, str) else None
    return joined.rstrip("/") if joined else None


def _introduced(statement: Statement, capability: dict[str, Json], suites: Mapping[str, Suite]) -> Statement:
    system = capability.get("system", {})
    claims = {name: _claim(suites[name], row) for name, row in capability["claims"].items() if name in suites}
    name, version = (show(system.get(key, "")) for key in ("name", "version"))
    return replace(statement, name=name, version=version, claims=claims)


def _claim(suite: Suite, row: dict[str, Json]) -> Claim:
    """What the capability document says of a suite, as far as the suite knows the words."""
    classes = tuple(item.id for item in suite.classes if item.id in row["classes"])
    return Claim(suite.id, classes, tuple(name for name in suite.features if name in row.get("without", ())))


def _rebound(statement: Statement, document: dict[str, Json]) -> dict[tuple[str, str], BoundOperation]:
    """The default binding, with the paths of operations of the same ``operationId``, method and parameters."""
    found = {one.id: one for one in read_openapi(document)}
    rebound = dict(statement.operations)
    for key, bound in statement.operations.items():
        one = found.get(bound.operation)
        if one is not None and _same_call(one, bound):
            rebound[key] = replace(bound, path=one.path)
    return rebound


def _same_call(one: ApiOperation, bound: BoundOperation) -> bool:
    return one.method == bound.method and sorted(_templates(one.path)) == sorted(_templates(bound.path))


def _templates(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{") and part.endswith("}")]

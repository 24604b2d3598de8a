"""An OpenAPI document as a check reads it: its version, paths, servers, and references that lead nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pytest_szxc import answers

if TYPE_CHECKING:
    from collections.abc import Iterator

_YAML_VERSION = re.compile(r"(?m)^openapi:[ \t]*['\"]?([0-9.]+)")
_YAML_PATH = re.compile(r"(?m)^[ ]{1,4}['\"]?(/[^\s'\":]*)['\"]?:[ \t]*$")
_YAML_SERVER = re.compile(r"(?m)^[ ]*-[ ]*url:[ \t]*['\"]?([^\s'\"]+)")
_PARAMETER = re.compile(r"\{[^/{}]*\}|(?<=/):[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Description:
    """What an OpenAPI document says.

    Attributes:
        version: of OpenAPI; empty if it says none.
        paths: as written.
        servers: their URLs, with the defaults of their variables.
        document: the whole, if it is JSON; of YAML only the parts above are read, by line.
    """

    version: str
    paths: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    document: dict[str, Any] | None = None
    places: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Join paths and servers once."""
        bases = [urlsplit(server).path.rstrip("/") for server in self.servers] or [""]
        joined = {plain_path(base + path) for base in ("", *bases) for path in self.paths}
        object.__setattr__(self, "places", frozenset(joined))

    def dangling(self) -> Iterator[str]:
        """Local references that lead nowhere."""
        for reference in sorted(set(_references(self.document))):
            if not _leads(self.document, reference):
                yield reference


def description_of(body: bytes) -> Description | None:
    """What a document of JSON or YAML says; ``None`` if it is neither."""
    document = answers.document_of(body)
    if isinstance(document, dict):
        return _of_json(document)
    text = body.decode("utf-8", "replace")
    version = _YAML_VERSION.search(text)
    if version is None:
        return None
    return Description(version[1], tuple(_YAML_PATH.findall(text)), tuple(_YAML_SERVER.findall(text)))


def _of_json(document: dict[str, Any]) -> Description:
    paths = document.get("paths")
    servers = document.get("servers")
    urls = (_url(server) for server in servers) if isinstance(servers, list) else ()
    return Description(
        str(document.get("openapi") or ""),
        tuple(path for path in paths if path.startswith("/")) if isinstance(paths, dict) else (),
        tuple(url for url in urls if url),
        document,
    )


def _url(server: object) -> str:
    """A server's URL with its variables at their defaults."""
    table = server if isinstance(server, dict) else {}
    url, variables = str(table.get("url") or ""), table.get("variables")
    for name, variable in (variables if isinstance(variables, dict) else {}).items():
        if isinstance(variable, dict):
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
    return url


def plain_path(address: str) -> str:
    """The path of an address, its parameters without names, without query and closing slash."""
    return _PARAMETER.sub("{}", urlsplit(address).path).rstrip("/") or "/"


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/"):
            yield reference
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _leads(document: object, reference: str) -> bool:
    place = document
    for part in reference.removeprefix("#/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(place, dict) or name not in place:
            return False
        place = place[name]
    return True

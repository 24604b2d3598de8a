"""OpenAPI 3.x documents, as far as a binding needs them: operations with method, path, query and body, and extensions.

``x-szxc-envelope`` (of the document) says how answers are wrapped; ``x-szxc`` (of an operation) holds what OpenAPI
cannot say: ``items``, ``total``, ``paging``, ``query``, ``headers``, ``body``, ``fields``, ``values``, ``envelope``.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.documents import read_json, read_text
from pytest_szxc.errors import CatalogueError
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pytest_szxc.errors import SzxcError
    from pytest_szxc.model import Json

CAP = 8 * 1024 * 1024
METHODS = ("get", "head", "post", "put", "patch", "delete")
TEMPLATE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_HOPS = 20


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """One operation of an OpenAPI document.

    Attributes:
        id: its ``operationId``, or method and path where it has none.
        path: with ``{name}`` templates.
        query: fixed value or ``{name}`` template by query parameter.
        body: the body template of ``x-szxc``, if any; otherwise the canonical body goes as it is.
        body_names: members of the JSON body that the document names; ``None`` where it does not say.
        body_type: media type of a body that is XML or other text; empty where it is JSON, or there is none.
        answer: members of the JSON object that a good answer holds, with their schemas.
        extension: the ``x-szxc`` object.
    """

    id: str
    method: str
    path: str
    title: str = ""
    query: dict[str, str] = field(default_factory=dict)
    body: Json = None
    body_names: frozenset[str] | None = frozenset()
    body_type: str = ""
    answer: dict[str, Json] = field(default_factory=dict)
    extension: dict[str, Json] = field(default_factory=dict)

    @property
    def parameters(self) -> frozenset[str] | None:
        """Every name that a template of this operation may use; ``None`` where the body may have any members."""
        if self.body is None and self.body_names is None:
            return None
        named = (names(self.path), *map(names, self.query.values()), names(self.body))
        return frozenset().union(self.body_names or (), *named)


def names(template: Json) -> frozenset[str]:
    """The parameters that a template names, anywhere inside it."""
    if isinstance(template, dict):
        return frozenset().union(*map(names, template.values()))
    if isinstance(template, list):
        return frozenset().union(*map(names, template))
    return frozenset(TEMPLATE.findall(template)) if isinstance(template, str) else frozenset()


def load_openapi(path: Path, error: type[SzxcError] = CatalogueError) -> dict[str, Json]:
    """An OpenAPI document from a JSON file, or from YAML where ruamel.yaml is installed (extra ``yaml``).

    Raises:
        SzxcError: of class ``error``; ``document.*``, ``openapi.yaml-missing``, ``openapi.version``.
    """
    yaml = path.suffix.lower() in {".yaml", ".yml"}
    document = _read_yaml(path, error) if yaml else read_json(path, error, CAP).value
    version = document.get("openapi")
    if not str(version).startswith("3."):
        raise error("openapi.version", file=path, version=show(document.get("swagger") if version is None else version))
    return document


def load_parts(paths: Iterable[Path]) -> dict[str, Json]:
    """One OpenAPI document from its parts, each an OpenAPI document that adds paths and components; empty without any.

    Raises:
        CatalogueError: as ``load_openapi``.
    """
    whole: dict[str, Json] = {}
    for path in paths:
        merge(whole, load_openapi(path))
    return whole


def merge(whole: dict[str, Json], part: Mapping[str, Json]) -> None:
    """Add the paths and components of a part; of everything else the first that says it counts.

    Raises:
        ValueError: two parts say different things of the same path or component.
    """
    for name, value in part.items():
        if name in ("paths", "components") and isinstance(value, dict):
            _added(whole.setdefault(name, {}), deepcopy(value))
        else:
            whole.setdefault(name, value)


def _added(into: dict[str, Json], more: Mapping[str, Json]) -> None:
    for name, value in more.items():
        if isinstance(into.get(name), dict) and isinstance(value, dict):
            _added(into[name], value)
        elif into.setdefault(name, value) != value:
            raise ValueError(name)


def _read_yaml(path: Path, error: type[SzxcError]) -> dict[str, Json]:
    text = read_text(path, error, CAP)
    try:
        from ruamel.yaml import YAML  # noqa: PLC0415 -- an extra, found at run time
        from ruamel.yaml.error import YAMLError  # noqa: PLC0415 -- the same
    except ImportError as missing:
        raise error("openapi.yaml-missing", file=path) from missing
    try:
        document = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError) as fault:
        raise error("openapi.yaml-syntax", file=path, problem=show(str(fault))) from fault
    if not isinstance(document, dict):
        raise error("document.wrong-type", place=path, expected="object", observed=show(str(document), 80))
    return document


def read_openapi(document: Mapping[str, Json]) -> tuple[ApiOperation, ...]:
    """The operations of a document, in its order; what is not as OpenAPI says is passed over."""
    return tuple(_operations(document))


def envelope_of(document: Mapping[str, Json]) -> dict[str, Json]:
    """The document's ``x-szxc-envelope``, empty without one."""
    return _object(document.get("x-szxc-envelope"))


def server_of(document: Mapping[str, Json]) -> str:
    """The first server's absolute http(s) URL, empty without one."""
    servers = document.get("servers")
    urls = (_object(server).get("url") for server in servers) if isinstance(servers, list) else ()
    return next((str(url) for url in urls if str(url).startswith(("http://", "https://"))), "")


def _operations(document: Mapping[str, Json]) -> Iterator[ApiOperation]:
    for path, item in _object(document.get("paths")).items():
        whole = _resolved(document, item)
        for method in METHODS:
            if isinstance(whole.get(method), dict) and str(path).startswith("/"):
                yield _operation(document, method.upper(), str(path), whole[method], _list(whole.get("parameters")))


def _operation(
    document: Mapping[str, Json], method: str, path: str, raw: dict[str, Json], shared: list[Json]
) -> ApiOperation:
    extension = _object(raw.get("x-szxc"))
    parameters = [_resolved(document, one) for one in (*shared, *_list(raw.get("parameters")))]
    fixed = {name: str(value) for name, value in _object(extension.get("query")).items()}
    return ApiOperation(
        id=str(raw.get("operationId") or f"{method} {path}"),
        method=method,
        path=path,
        title=str(raw.get("summary") or ""),
        query={str(one["name"]): _value(document, one) for one in parameters if _in_query(one)} | fixed,
        body=extension.get("body"),
        body_names=_body_names(document, raw),
        body_type=_body_type(document, raw),
        answer=_answer(document, raw),
        extension=extension,
    )


def _in_query(parameter: dict[str, Json]) -> bool:
    return parameter.get("in") == "query" and isinstance(parameter.get("name"), str)


def _value(document: Mapping[str, Json], parameter: dict[str, Json]) -> str:
    """A required parameter with one possible value is that value; any other is a template."""
    schema = _resolved(document, parameter.get("schema"))
    allowed = [schema["const"]] if "const" in schema else _list(schema.get("enum"))
    if parameter.get("required") is True and len(allowed) == 1:
        return str(allowed[0])
    return f"{{{parameter['name']}}}"


def _body_names(document: Mapping[str, Json], raw: dict[str, Json]) -> frozenset[str] | None:
    if "requestBody" not in raw:
        return frozenset()
    schema = _media(document, _resolved(document, raw["requestBody"]))
    properties = schema.get("properties")
    return frozenset(map(str, properties)) if isinstance(properties, dict) else None


def _body_type(document: Mapping[str, Json], raw: dict[str, Json]) -> str:
    kinds = [str(kind) for kind in _object(_resolved(document, raw.get("requestBody")).get("content"))]
    if any("json" in kind for kind in kinds):
        return ""
    return next((kind for kind in kinds if kind.startswith("text/") or "xml" in kind), "")


def _answer(document: Mapping[str, Json], raw: dict[str, Json]) -> dict[str, Json]:
    good = (value for status, value in _object(raw.get("responses")).items() if str(status).startswith("2"))
    schema = _media(document, _resolved(document, next(good, None)))
    return {str(name): _resolved(document, value) for name, value in _object(schema.get("properties")).items()}


def _media(document: Mapping[str, Json], holder: dict[str, Json]) -> dict[str, Json]:
    """The schema of the JSON content of a request body or a response."""
    for kind, media in _object(holder.get("content")).items():
        if "json" in str(kind):
            return _resolved(document, _object(media).get("schema"))
    return {}


def _resolved(document: Mapping[str, Json], value: Json) -> dict[str, Json]:
    """An object with its local references followed; one to another document stays as it is."""
    found = _object(value)
    for _ in range(_HOPS):
        ref = found.get("$ref")
        if not isinstance(ref, str) or not ref.startswith("#/"):
            return found
        found = _pointed(document, ref)
    return {}


def _pointed(document: Mapping[str, Json], ref: str) -> dict[str, Json]:
    place: Json = document
    for part in ref.removeprefix("#/").split("/"):
        place = _object(place).get(part.replace("~1", "/").replace("~0", "~"))
    return _object(place)


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []

"""Linked data for checks: JSON-LD read into resources and their properties; no context is ever fetched."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.printable import show
from pytest_szxc.target import strict_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    import rdflib
    from rdflib.term import Node

    from pytest_szxc.model import Json

__all__ = ["Graph", "Resource", "parse_jsonld"]

BASE = "http://szxc.invalid/"
"""What relative addresses are relative to, unless the caller says."""
MAX_DEPTH = 48
MAX_NODES = 100_000
MAX_CONTEXTS = 200
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its IRI, or ``_:name`` where it has none, and what is said of it. Properties are full IRIs."""

    iri: str
    node: Node
    triples: rdflib.Graph

    @property
    def types(self) -> tuple[str, ...]:
        """IRIs of its classes."""
        return self.iris(_TYPE)

    def texts(self, name: str) -> tuple[str, ...]:
        """The literal values of a property, whatever their language or type."""
        from rdflib import Literal  # noqa: PLC0415 -- see parse_jsonld

        return tuple(sorted(str(value) for value in self._values(name) if isinstance(value, Literal)))

    def iris(self, name: str) -> tuple[str, ...]:
        """The IRIs among the values of a property."""
        from rdflib import URIRef  # noqa: PLC0415 -- see parse_jsonld

        return tuple(sorted(str(value) for value in self._values(name) if isinstance(value, URIRef)))

    def linked(self, name: str) -> tuple[Resource, ...]:
        """The resources that a property names, with an IRI or without."""
        from rdflib import Literal  # noqa: PLC0415 -- see parse_jsonld

        found = {value for value in self._values(name) if not isinstance(value, Literal)}
        return tuple(sorted((_resource(value, self.triples) for value in found), key=lambda one: one.iri))

    def _values(self, name: str) -> Iterator[Node]:
        from rdflib import URIRef  # noqa: PLC0415 -- see parse_jsonld

        yield from (row[2] for row in self.triples.triples((self.node, URIRef(name), None)))


@dataclass(frozen=True, slots=True)
class Graph:
    """What a document says, its named graphs taken together."""

    triples: rdflib.Graph

    def __len__(self) -> int:
        return len(self.triples)

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """The resources of any of some classes, in order of their IRIs."""
        from rdflib import URIRef  # noqa: PLC0415 -- see parse_jsonld

        rows = (row for name in types for row in self.triples.triples((None, URIRef(_TYPE), URIRef(name))))
        found = {row[0] for row in rows}
        return tuple(sorted((_resource(node, self.triples) for node in found), key=lambda one: one.iri))


def parse_jsonld(body: bytes, base: str = BASE) -> Graph:
    """What a JSON-LD 1.1 document says; all its forms (compacted, expanded, flattened, nested) come out alike.

    Args:
        body: the document.
        base: what relative addresses are relative to.

    Raises:
        Unjudgeable: ``json.*``; ``linked.context``, it names a context by its address; ``linked.size``;
            ``linked.unreadable``.
    """
    strict_json.parse(body, MAX_NODES)
    document = json.loads(body)
    _guard(document, 0, [])
    # Two tenths of a second, for the few who read linked data.
    import rdflib  # noqa: PLC0415
    from rdflib.plugins.parsers.jsonld import to_rdf  # noqa: PLC0415

    # Named graphs are taken together with the others; this store keeps the order.
    triples = rdflib.Graph("SimpleMemory")
    try:
        to_rdf(document, triples, base)
    except Exception as error:  # the reader raises whatever comes to it
        raise Unjudgeable("linked.unreadable", problem=show(f"{type(error).__name__}: {error}")) from error
    return Graph(_named(triples, body))


def _named(triples: rdflib.Graph, body: bytes) -> rdflib.Graph:
    """The same with nodes named that have no name in the document: the reader's names for them are others each time."""
    from rdflib import BNode, Graph  # noqa: PLC0415 -- see parse_jsonld

    blank = dict.fromkeys(node for row in triples for node in (row[0], row[2]) if isinstance(node, BNode))
    unnamed = (node for node in blank if f'"_:{node}"'.encode() not in body)
    names: dict[Node, Node] = {node: BNode(f"unnamed-{number}") for number, node in enumerate(unnamed, 1)}
    named = Graph("SimpleMemory")
    for subject, name, value in triples:
        named.add((names.get(subject, subject), name, names.get(value, value)))
    return named


def _guard(value: Json, depth: int, contexts: list[Json]) -> None:
    """Refuse what is too deep, and what would be fetched; ``contexts`` collects those met, to bound their number."""
    if depth > MAX_DEPTH:
        raise Unjudgeable("linked.size", what="depth", limit=MAX_DEPTH)
    if isinstance(value, list):
        for item in value:
            _guard(item, depth + 1, contexts)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "@import":
                raise Unjudgeable("linked.context", context=show(item, 80))
            (_guard_context if name == "@context" else _guard)(item, depth + 1, contexts)


def _guard_context(value: Json, depth: int, contexts: list[Json]) -> None:
    if len(contexts) >= MAX_CONTEXTS:
        raise Unjudgeable("linked.size", what="@context", limit=MAX_CONTEXTS)
    contexts.append(value)
    if isinstance(value, str):
        raise Unjudgeable("linked.context", context=show(value, 80))
    for item in value if isinstance(value, list) else ():
        _guard_context(item, depth + 1, contexts)
    if isinstance(value, dict):
        _guard(value, depth + 1, contexts)


def _resource(node: Node, triples: rdflib.Graph) -> Resource:
    from rdflib import BNode  # noqa: PLC0415 -- see parse_jsonld

    return Resource(f"_:{node}" if isinstance(node, BNode) else str(node), node, triples)

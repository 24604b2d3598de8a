"""The content models of a foreign XSD: refused where groups are nested deeper than a validator follows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.errors import Unjudgeable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DEPTH = 12
"""Groups within groups; beyond 15 the validator gives up checking a model, and only warns of it."""
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_GROUPS = frozenset(f"{_XSD}{name}" for name in ("sequence", "choice", "all", "group"))
_TYPES = frozenset(f"{_XSD}{name}" for name in ("extension", "restriction"))
_ELEMENT = f"{_XSD}element"
Named = dict[tuple[str, str], "Element"]


def refuse_deep(schema: Element) -> None:
    """Nothing, where no model of a schema is nested too deep.

    Raises:
        Unjudgeable: ``xsd.size``.
    """
    named: Named = {(child.tag, child.get("name", "")): child for child in schema if child.get("name")}
    known: dict[int, int] = {}
    for found in schema.iter():
        if found.tag in _GROUPS or found.tag in _TYPES:
            _depth(found, named, known, 0)


def _depth(node: Element, named: Named, known: dict[int, int], above: int) -> int:
    """How deep groups are nested below a node, references followed; elements have models of their own."""
    if above > MAX_DEPTH:
        raise Unjudgeable("xsd.size", what="group", limit=MAX_DEPTH)
    if id(node) not in known:
        own = int(node.tag in _GROUPS and "name" not in node.keys())  # noqa: SIM118 -- an element, no mapping
        below = [child for child in node if child.tag != _ELEMENT] + _referred(node, named)
        known[id(node)] = own + max((_depth(child, named, known, above + own) for child in below), default=0)
    if above + known[id(node)] > MAX_DEPTH:
        raise Unjudgeable("xsd.size", what="group", limit=MAX_DEPTH)
    return known[id(node)]


def _referred(node: Element, named: Named) -> list[Element]:
    """The group or the base type that a node names."""
    name = (node.get("ref") or node.get("base") or "").rpartition(":")[2]
    kind = "group" if node.tag == f"{_XSD}group" else "complexType"
    found = named.get((f"{_XSD}{kind}", name)) if name else None
    return [] if found is None else [found]

"""Which map interfaces a platform has: one that is not bound, or not there, is passed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from pytest_szxc import Reply, Sut

NOT_THERE = frozenset({"binding.missing", "http.absent"})
"""Causes that say that the platform has no such operation."""
UNBOUND = frozenset({"binding.missing"})
WMTS_ROOT = "{http://www.opengis.net/wmts/1.0}Capabilities"
WMS_ROOTS = ("WMS_Capabilities", "WMT_MS_Capabilities")
REFUSALS = ("ExceptionReport", "ServiceExceptionReport")
"""Roots of documents by which an OGC service says no."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """A capabilities document: the answer, and its root element."""

    reply: Reply
    root: Element

    @property
    def is_wmts(self) -> bool:
        """Whether it describes a WMTS 1.0.0."""
        return self.root.tag == WMTS_ROOT

    @property
    def is_wms(self) -> bool:
        """Whether it describes a WMS."""
        return xml.local(self.root.tag) in WMS_ROOTS


def asked(sut: Sut, operation: str, missing: frozenset[str] = NOT_THERE) -> Reply | None:
    """The answer of a read operation without parameters; ``None`` if the platform does not have it.

    Raises:
        Unjudgeable: no usable answer, for another reason than ``missing`` names.
    """
    try:
        return sut.ask(operation)
    except SzxcError as reason:
        if reason.code in missing:
            return None
        raise


def capabilities(sut: Sut, operation: str, missing: frozenset[str] = NOT_THERE) -> Capabilities | None:
    """A capabilities document; ``None`` if the platform does not have the operation.

    Raises:
        Unjudgeable: as ``asked``; ``xml.*``.
    """
    reply = asked(sut, operation, missing)
    return Capabilities(reply, root_of(reply)) if reply else None


def root_of(reply: Reply) -> Element:
    """The root element of a document.

    Raises:
        Unjudgeable: ``xml.*``.
    """
    return xml.parse(reply.response.body, reply.response.header("content-type") or "")


def children(parent: Element, *names: str) -> list[Element]:
    """The children with one of these names, in any namespace."""
    return [child for child in parent if xml.local(child.tag) in names]


def child(parent: Element, *path: str) -> Element | None:
    """The first child by name, its first child by name, and so on, in any namespace."""
    found: Element | None = parent
    for name in path:
        found = next(iter(children(found, name)), None) if found is not None else None
    return found


def text(parent: Element, *path: str) -> str:
    """The text of a child, without blanks around it; empty where there is none."""
    found = child(parent, *path)
    return (found.text or "").strip() if found is not None else ""


def attribute(element: Element, name: str) -> str:
    """An attribute by name, in any namespace; empty where there is none."""
    return next((value.strip() for key, value in element.attrib.items() if xml.local(key) == name), "")

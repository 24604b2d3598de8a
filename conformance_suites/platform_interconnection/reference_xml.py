"""The reference node's XML interface: records of a resource as XML, and the XSD that it keeps to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pytest_szxc import reference as demo

from .reference_exchange import TOPIC as EXCHANGE

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Node
    from .reference_exchange import Exchange

Row = dict[str, Any]
TOPIC = "xml"
NAMESPACE = "urn:x-szxc:records"
CONTENT_TYPE = "application/xml; charset=utf-8"
MEMBERS = ("id", "resourceCode", "regionCode", "kind", "collectedAt", "updatedAt")


def mount(node: Node) -> None:
    """Serve the interface."""
    interface = node.parts[TOPIC] = Interface(node)
    node.serve("GET", "/v1/xml/resources/{resource}/records", "xml_records", interface.xml_records)
    node.serve("GET", "/v1/xml/schema", "xml_schema", interface.xml_schema)


class Interface:
    """How records are written; a faulty node writes one thing otherwise."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.namespace = NAMESPACE

    def xml_records(self, call: Call) -> Answer:
        """One page of a resource's records."""
        exchange: Exchange = self._node.parts[EXCHANGE]
        page = exchange.list_records(call).payload
        return demo.Answer(document=self.written(page), content_type=CONTENT_TYPE)

    def xml_schema(self, call: Call) -> Answer:  # noqa: ARG002 -- a handler
        """The XSD."""
        return demo.Answer(document=self.schema(), content_type=CONTENT_TYPE)

    def schema(self) -> bytes:
        """The XSD's text."""
        text = Path(__file__).with_suffix(".xsd").read_text(encoding="utf-8")
        return text.replace(NAMESPACE, self.namespace).encode()

    def written(self, page: Row) -> bytes:
        """A page as XML."""
        return ET.tostring(self.root(page), encoding="utf-8", xml_declaration=True)

    def root(self, page: Row) -> ET.Element:
        """The root element of a page."""
        root = ET.Element(self.named("records"))
        for name in ("page", "pageSize", "total"):
            _leaf(root, self.named(name), page[name])
        for record in page["list"]:
            root.append(self.record(record))
        return root

    def record(self, record: Row) -> ET.Element:
        """One record."""
        element = ET.Element(self.named("record"))
        for name in MEMBERS:
            _leaf(element, self.named(name), record[name])
        data = ET.SubElement(element, self.named("data"))
        for name in ("name", "area"):
            _leaf(data, self.named(name), record["data"][name])
        return element

    def named(self, name: str) -> str:
        """A name in the interface's namespace."""
        return f"{{{self.namespace}}}{name}"


def _leaf(parent: ET.Element, name: str, value: object) -> None:
    ET.SubElement(parent, name).text = str(value)

"""Legal variants in XML: other ways to write the XML interface, and a platform that answers XML throughout."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from pytest_szxc import reference as demo

from .reference import part
from .reference_xml import TOPIC

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Platform, Statement

    from .reference_xml import Interface

VARIANTS = demo.Variants()
_FLAT = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="list"><xs:complexType><xs:sequence>
    <xs:element name="r" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
      <xs:attribute name="id" type="xs:string" use="required"/>
      <xs:attribute name="kind" use="required"/>
      <xs:attribute name="area" type="xs:decimal" use="required"/>
    </xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""


def _interface(platform: Platform) -> Interface:
    found: Interface = part(platform, TOPIC)
    return found


@VARIANTS.add("xml-in-attributes", "XML 无命名空间，全用属性", "no namespace, everything in attributes")
def _in_attributes(platform: Platform) -> None:
    def root(page: dict[str, Any]) -> ET.Element:
        made = ET.Element("list")
        for record in page["list"]:
            own = {"id": record["id"], "kind": record["kind"], "area": str(record["data"]["area"])}
            ET.SubElement(made, "r", own)
        return made

    _interface(platform).root = root  # type: ignore[method-assign]
    _interface(platform).schema = _FLAT.encode  # type: ignore[method-assign]


@VARIANTS.add("xml-with-mark", "XML 带字节序标记和注释", "the XML has a byte order mark and a comment")
def _with_mark(platform: Platform) -> None:
    interface = _interface(platform)
    right = interface.written
    mark, comment = b"\xef\xbb\xbf", "\n<!-- 云禾县 -->\n".encode()
    interface.written = lambda page: mark + right(page).rstrip() + comment  # type: ignore[method-assign]


@VARIANTS.add("xml-open-records", "XSD 允许记录末尾扩展", "the XSD lets a record have further elements at its end")
def _open_records(platform: Platform) -> None:
    interface = _interface(platform)
    right = interface.schema
    more = b'<xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>'
    end = b"    </xs:sequence>\n  </xs:complexType>\n</xs:schema>"
    interface.schema = lambda: right().replace(end, more + end)  # type: ignore[method-assign]


ALWAYS_JSON = ("issue_token", "rotate_secret", "remote_sign")
"""OAuth 2.0 has its tokens in JSON (RFC 6749); so has OGC API its maps, which have no envelope to begin with."""
BARE = demo.Envelope()
NUMBERS = {
    "capability": {
        "replyWorkingDays": ("immediate", "ordinary", "complex"),
        "limits": ("pageSize", "batchRecords", "ratePerMinute"),
    },
    "heartbeat": {"": ("backlog", "lastWatermark")},
}
"""What no schema calls a number, the vendor's binding makes one of."""


def _numbers(operation: str) -> dict[str, str]:
    return {
        f"{member}.{name}".strip("."): f"to_number_or_null({f'{member}.{name}'.strip('.')})"
        for member, names in NUMBERS[operation].items()
        for name in names
    }


def _speaks_xml(statement: Statement) -> Statement:
    changes = (demo.rebind.fields(operation, _numbers(operation)) for operation in NUMBERS)
    spoken = demo.rebind.operations(
        lambda bound: (
            bound if bound.operation in ALWAYS_JSON or bound.envelope == BARE else replace(bound, format="xml")
        )
    )
    return demo.rebind.both(spoken, *changes)(statement)


@VARIANTS.add("answers-in-xml", "平台全部用 XML 应答", "the platform answers XML throughout", _speaks_xml)
def _answers_in_xml(platform: Platform) -> None:
    answering = platform.answering
    answering.dump = demo.as_xml
    answering.content_type = "application/xml; charset=utf-8"
    for operation in ALWAYS_JSON:
        platform.alter(operation, lambda answer: _in_json(answering.wrap(answer.payload)))


def _in_json(document: Any) -> Answer:  # noqa: ANN401 -- a JSON value
    return demo.Answer(document=demo.compact(document), content_type="application/json")

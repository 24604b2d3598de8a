"""Mutants of the XML interface and its XSD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_xml import TOPIC

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

    from pytest_szxc.reference import Platform

    from .reference_xml import Interface

Row = dict[str, Any]
MUTANTS = demo.Mutants()
ANYTHING = b"""<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x-szxc:records">
  <xs:element name="records"><xs:complexType><xs:sequence>
    <xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""


def _interface(platform: Platform) -> Interface:
    found: Interface = part(platform, TOPIC)
    return found


def _written(platform: Platform, change: Callable[[bytes], bytes]) -> None:
    """Let each XML document pass through ``change``."""
    interface = _interface(platform)
    right = interface.written
    interface.written = lambda page: change(right(page))  # type: ignore[method-assign]


def _records(platform: Platform, change: Callable[[Interface, Element], None]) -> None:
    """Let every third record pass through ``change``, which alters it in place."""
    interface = _interface(platform)
    right = interface.record

    def record(row: Row) -> Element:
        element = right(row)
        if int(row["id"].rpartition("-")[2]) % 3 == 0:
            change(interface, element)
        return element

    interface.record = record  # type: ignore[method-assign]


@MUTANTS.add("xml-wrong-type", "XML 的面积带单位，不是数", "an area has a unit and is no number")
def _wrong_type(platform: Platform) -> None:
    def with_unit(interface: Interface, element: Element) -> None:
        for area in element.iter(interface.named("area")):
            area.text = f"{area.text} 亩"

    _records(platform, with_unit)


@MUTANTS.add("xml-element-missing", "XML 有的记录缺更新时间", "some records have no time of change")
def _element_missing(platform: Platform) -> None:
    def bare(interface: Interface, element: Element) -> None:
        element.remove(next(element.iter(interface.named("updatedAt"))))

    _records(platform, bare)


@MUTANTS.add("xml-with-entity", "XML 带 DTD 和实体", "the XML has a DTD with an entity")
def _with_entity(platform: Platform) -> None:
    def declared(document: bytes) -> bytes:
        head, mark, rest = document.partition(b"?>")
        doctype = b'\n<!DOCTYPE records [<!ENTITY county "999999">]>'
        return head + mark + doctype + rest.replace(b">999999", b">&county;", 1)

    _written(platform, declared)


@MUTANTS.add("xml-as-gbk", "XML 声明 UTF-8，实际是 GBK", "the XML declares UTF-8 and is GBK")
def _as_gbk(platform: Platform) -> None:
    _written(platform, lambda document: document.decode("utf-8").encode("gbk"))


@MUTANTS.add("xml-not-well-formed", "XML 的文本没有转义", "text in the XML is not escaped")
def _not_well_formed(platform: Platform) -> None:
    _written(platform, lambda document: document.replace("农田".encode(), "农田&林".encode()))


@MUTANTS.add("xml-record-missing", "XML 比 JSON 少记录", "the XML has fewer records than the JSON")
def _record_missing(platform: Platform) -> None:
    interface = _interface(platform)
    right = interface.root
    interface.root = lambda page: right(page | {"list": page["list"][:-1]})  # type: ignore[method-assign]


@MUTANTS.add("xsd-of-anything", "XSD 什么都放行", "the XSD lets anything pass")
def _of_anything(platform: Platform) -> None:
    _interface(platform).schema = lambda: ANYTHING  # type: ignore[method-assign]


@MUTANTS.add("xsd-broken", "XSD 引用了没有定义的类型", "the XSD names a type that it does not define")
def _broken(platform: Platform) -> None:
    interface = _interface(platform)
    right = interface.schema
    interface.schema = lambda: right().replace(b'type="Record"', b'type="Rekord"')  # type: ignore[method-assign]

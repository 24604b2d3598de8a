"""How a demo platform words its answers in XML: members are elements, a list repeats its element, null is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from pytest_szxc.model import Json

ROOT = "response"


def as_xml(value: Json) -> bytes:
    """A JSON value as an XML document with the root element ``response``."""
    root = ET.Element(ROOT)
    _fill(root, value)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _fill(element: ET.Element, value: Json) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            for one in item if isinstance(item, list) else [item]:
                if one is not None:
                    _fill(ET.SubElement(element, name), one)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        element.text = str(value)

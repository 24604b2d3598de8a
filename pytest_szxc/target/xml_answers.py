"""Answers in XML, read as if they had come as JSON: elements are members, repeated ones lists, types by the schema.

Namespaces are dropped. Attributes are members called ``@name``; text beside either is ``#text``. XML says neither what
is a number nor what is a list of one: the canonical schema of the operation does, once members have their canonical
names.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.expectations import Expectation, expectation
from pytest_szxc.target.safe_xml import local, parse

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from pytest_szxc.model import Json

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_HINTS = "{http://www.w3.org/2001/XMLSchema-instance}"
_INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_ANY = Expectation()
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def parse_xml(body: bytes, content_type: str = "") -> Json:
    """The content of a document's root element as a JSON value; all scalars are texts.

    Raises:
        TransportFault: ``xml.*``.
    """
    return value_of(parse(body, content_type))


def value_of(element: Element) -> Json:
    """The JSON value of an element: a text where it has nothing but text, otherwise an object; ``xsi:nil`` is null."""
    if element.get(_NIL) in ("true", "1"):
        return None
    members: dict[str, Json] = {
        f"@{local(name)}": value for name, value in element.attrib.items() if not name.startswith(_HINTS)
    }
    lists: set[str] = set()
    for child in element:
        name, value = local(child.tag), value_of(child)
        if name in lists:
            members[name].append(value)
        elif name in members:
            members[name] = [members[name], value]
            lists.add(name)
        else:
            members[name] = value
    text = "".join((element.text or "", *(child.tail or "" for child in element)))
    if not members:
        return text.strip() if len(element) else text
    return members | ({"#text": text.strip()} if text.strip() else {})


def listed(value: Json) -> Json:
    """What stands where a list of items is expected: one item is a list of one, nothing an empty list."""
    if isinstance(value, dict):
        return [value]
    return [] if value in (None, "") else value


def restore(item: dict[str, Json], schema: str) -> dict[str, Json]:
    """A canonical object with the types that its schema expects; done in place. What does not fit stays a text.

    Raises:
        CatalogueError: the schema is not packaged.
    """
    _restored(item, expectation(schema))
    return item


def _restored(value: Json, wanted: Expectation) -> Json:
    if wanted.only_list and not isinstance(value, list):
        value = listed(_unwrapped(value, wanted))
    if isinstance(value, list):
        return [_restored(item, wanted.items or _ANY) for item in value]
    if isinstance(value, dict):
        for name in value.keys() & wanted.members.keys():
            value[name] = _restored(value[name], wanted.members[name])
        return value
    return _scalar(value, wanted.types) if isinstance(value, str) else value


def _unwrapped(value: Json, wanted: Expectation) -> Json:
    """The items of ``<areas><area/><area/></areas>``: one member that is no member of an item."""
    if not isinstance(value, dict) or len(value) != 1:
        return [value] if isinstance(value, str) and value else value
    (name, inner), *_ = value.items()
    return value if wanted.items and name in wanted.items.members else inner


def _scalar(text: str, types: frozenset[str]) -> Json:
    if not types or "string" in types:
        return text
    plain = text.strip()
    if "boolean" in types and plain in _TRUTH:
        return _TRUTH[plain]
    if types & {"integer", "number"} and _INTEGER.fullmatch(plain):
        return int(plain)
    if "number" in types and _NUMBER.fullmatch(plain):
        return Decimal(plain)
    return {} if "object" in types and not plain else text

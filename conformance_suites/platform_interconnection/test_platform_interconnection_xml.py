"""The XML interface: what it puts out is valid by the vendor's own XSD, and holds what the JSON interface holds."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pytest_szxc import SzxcError, expect, requirement, xml

from .capability import resources
from .some_records import MOST, first_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

    from pytest_szxc import Observation, Record, Reply, Sut

SIZE = 5
"""Records that are asked for; a smaller limit of the interface is unlikely."""
UTF_8 = "utf-8"
MISSING = (403, 404)
MARK = "-szxc-unknown"


@requirement("IC-074")
def test_xml_validates(sut: Sut) -> Iterator[Observation]:
    """XML of the first resource that has any: well-formed UTF-8, valid, with the known records."""
    for reply, code in _pages(sut):
        fault = xml.broken(reply.response.body, _kind(reply))
        yield expect(fault is None, reply.at(), expected="well-formed XML without DTD", observed=fault)
        if fault is not None:
            return
        root = xml.parse(reply.response.body, _kind(reply))
        rows = _rows(root)
        if rows:
            yield from _judged(sut, reply, root, rows)
            yield from _same_records(sut, code, root, reply)
            return


def _pages(sut: Sut) -> Iterator[tuple[Reply, str]]:
    """A page of each resource that the XML interface has; that it has none of them is said as an absence."""
    codes = [resource.text("resourceCode") or "" for resource in resources(sut)]
    asked = [(sut.ask("xml_records", accept=MISSING, resource=code, page=1, pageSize=SIZE), code) for code in codes[:3]]
    served = [(reply, code) for reply, code in asked if reply.response.status not in MISSING]
    if codes and not served:
        sut.ask("xml_records", resource=codes[0], page=1, pageSize=SIZE)
    yield from served


def _kind(reply: Reply) -> str:
    return reply.response.header("content-type") or ""


def _judged(sut: Sut, reply: Reply, root: Element, rows: list[Element]) -> Iterator[Observation]:
    """UTF-8, valid by the schema, and the schema would refuse other elements."""
    body = reply.response.body
    encoding = xml.encoding_of(body, _kind(reply))
    yield expect(encoding == UTF_8, reply.at("encoding"), expected=UTF_8, observed=encoding)
    schema = sut.ask("xml_schema")
    fault = xml.broken(schema.response.body, _kind(schema))
    yield expect(fault is None, schema.at(), expected="well-formed XSD", observed=fault)
    if fault is not None:
        return
    problems = xml.validate(schema.response.body, body)
    for problem in problems:
        where = schema.at("XSD") if problem.of_schema else reply.at(problem.path)
        yield expect(holds=False, at=where, expected="valid by the XSD", observed=problem.reason)
    if not problems:
        yield expect(holds=True, at=reply.at(), expected="valid", observed="valid")
        altered = ET.tostring(_altered(root, rows), encoding="utf-8")
        refused = bool(xml.validate(schema.response.body, altered))
        wanted = "an XSD that refuses unknown elements in a record"
        yield expect(refused, schema.at("XSD"), expected=wanted, observed="any element is valid")


def _rows(root: Element) -> list[Element]:
    """The records: the most elements of one name that stand beside each other, or the one that has elements."""
    best: list[Element] = []
    for parent in root.iter():
        groups: dict[str, list[Element]] = {}
        for child in parent:
            groups.setdefault(child.tag, []).append(child)
        best = max([best, *groups.values()], key=len)
    return best if len(best) > 1 else [child for child in root if len(child) or child.attrib][-1:]


def _altered(root: Element, rows: list[Element]) -> Element:
    """The document with other names for what each record is made of."""
    places = [number for number, element in enumerate(root.iter()) if element in rows]
    copy = deepcopy(root)
    elements = list(copy.iter())
    for place in places:
        for element in elements[place].iter():
            if not len(element):
                element.tag += MARK
            for name in [name for name in element.attrib if not name.startswith("{")]:
                element.set(f"{name}{MARK}", element.attrib.pop(name))
    return copy


def _same_records(sut: Sut, code: str, root: Element, reply: Reply) -> Iterator[Observation]:
    """As many records as were asked for are known from the JSON interface."""
    key = next((one.text("key") for one in resources(sut) if one.text("resourceCode") == code), None) or "id"
    known = [name for record in _known(sut, code) if (name := record.text(key))]
    if not known:
        return
    said = {text.strip() for element in root.iter() for text in (element.text or "", *element.attrib.values())}
    found = sum(name in said for name in known)
    wanted = min(SIZE, len(known))
    if found < wanted and len(known) >= MOST:
        return  # of a large resource these may be others
    yield expect(found >= wanted, reply.at("id"), expected=f"≥ {wanted} known records", observed=found)


def _known(sut: Sut, code: str) -> Iterable[Record]:
    """The records of the JSON interface; none where it is not bound."""
    try:
        return tuple(first_records(sut, "list_records", resource=code))
    except SzxcError:
        return ()

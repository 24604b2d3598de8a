"""XML for checks: read safely, and validated by a vendor's own XSD, in bounded time and without fetching anything."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from pytest_szxc.checks.xsd_models import refuse_deep
from pytest_szxc.checks.xsd_patterns import refuse_unbounded
from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.printable import show
from pytest_szxc.target.safe_xml import BROKEN, as_utf_8, encoding_of, local, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from xmlschema import XMLSchema10

__all__ = ["Problem", "broken", "encoding_of", "local", "parse", "validate"]

XSD_BYTES = 512 * 1024
XSD_NODES = 6_000
"""Most elements and attributes of an XSD: what takes a validator seconds to load is refused."""
XML_NODES = 60_000
"""Most elements and attributes of a document that is validated."""
MOST_PROBLEMS = 20
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_REFERENCES = tuple(f"{_XSD}{name}" for name in ("include", "import", "redefine", "override"))
_XML = "http://www.w3.org/XML/1998/namespace"
_SCHEMA = "xs:schema"

_IMPORT = re.compile(rb"<[^<>]{0,99}\bimport\b[^<>]{0,999}>")
_PLACE = re.compile(rb"\bschemaLocation\s{0,9}=\s{0,9}(\"[^\"]{0,999}\"|'[^']{0,999}')")


@dataclass(frozen=True, slots=True)
class Problem:
    """Where a document breaks its schema, as an XPath, and why; ``xs:schema`` is the schema itself."""

    path: str
    reason: str

    @property
    def of_schema(self) -> bool:
        """Whether it is the schema that is broken."""
        return self.path == _SCHEMA


def broken(body: bytes, content_type: str = "") -> str | None:
    """For what a document is no good XML, as a code (``xml.syntax``, ``xml.doctype`` …); ``None`` for a good one.

    Raises:
        Unjudgeable: it cannot be read here for another reason, such as its size.
    """
    try:
        parse(body, content_type)
    except TransportFault as fault:
        if fault.code in BROKEN:
            return fault.code
        raise
    return None


def validate(xsd: bytes, document: bytes) -> tuple[Problem, ...]:
    """The first problems of a document by a schema (XSD 1.0), none for a valid one; also those of the schema itself.

    Nothing that schema or document refers to is fetched.

    Raises:
        Unjudgeable: ``xml.*``, ``xsd.remote``, ``xsd.pattern``, ``xsd.size``, ``xsd.unreadable``.
    """
    text = as_utf_8(document)
    _parsed(text, "XML", XML_NODES)
    schema = _schema(as_utf_8(xsd))
    if isinstance(schema, Problem):
        return (schema,)
    return tuple(islice(_problems(schema, text), MOST_PROBLEMS))


def _parsed(text: bytes, what: str, nodes: int) -> Element:
    try:
        return parse(text, nodes=nodes)
    except TransportFault as fault:
        if fault.code == "xml.nodes":
            raise Unjudgeable("xsd.size", what=what, limit=nodes) from None
        raise


def _schema(text: bytes) -> XMLSchema10 | Problem:
    """The schema, or why it is none."""
    if len(text) > XSD_BYTES:
        raise Unjudgeable("xsd.size", what="XSD", limit=XSD_BYTES)
    root = _parsed(text, "XSD", XSD_NODES)
    if root.tag != f"{_XSD}schema":
        return Problem(_SCHEMA, show(root.tag))
    _refuse_elsewhere(root)
    refuse_unbounded(root)
    refuse_deep(root)
    return _built(text)


def _refuse_elsewhere(root: Element) -> None:
    """Refuse what stands in another file; the namespace ``xml`` is known without one."""
    for tag in _REFERENCES:
        for found in root.iter(tag):
            place = found.get("schemaLocation") or found.get("namespace")
            if place is not None and found.get("namespace") != _XML:
                raise Unjudgeable("xsd.remote", place=show(place, 80))


def _without_places(text: bytes) -> bytes:
    """The schema without the places of its imports: what is left of them is known, and nothing would be fetched."""
    return _IMPORT.sub(lambda found: _PLACE.sub(b"", found[0]), text)


def _built(text: bytes) -> XMLSchema10 | Problem:
    import xmlschema  # noqa: PLC0415 -- a quarter of a second, for the few who validate XML

    try:
        return xmlschema.XMLSchema10(
            io.BytesIO(_without_places(text)), allow="none", defuse="always", use_fallback=False
        )
    except xmlschema.XMLSchemaParseError as error:
        return Problem(_SCHEMA, show(error.message))
    except (xmlschema.XMLSchemaException, RecursionError, ArithmeticError, ValueError) as error:
        raise Unjudgeable("xsd.unreadable", problem=show(f"{type(error).__name__}: {error}")) from error


def _problems(schema: XMLSchema10, text: bytes) -> Iterator[Problem]:
    import xmlschema  # noqa: PLC0415 -- see above

    resource = xmlschema.XMLResource(io.BytesIO(_without_places(text)), allow="none", defuse="always")
    try:
        for error in schema.iter_errors(resource):
            yield Problem(error.path or "/", show(error.reason or error.message))
    except (xmlschema.XMLSchemaException, RecursionError, ArithmeticError) as error:
        raise Unjudgeable("xsd.unreadable", problem=show(f"{type(error).__name__}: {error}")) from error

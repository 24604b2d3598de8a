"""XML from a peer, read safely: no document type, no entities, bounded depth and size, and the encoding it declares."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import TreeBuilder  # builds only what the guarded parser below hands it
from xml.parsers import expat  # every handler by which XML can do harm is closed below

from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show
from pytest_szxc.target.strict_json import strict_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DEPTH = 100
MAX_NODES = 200_000
"""Most elements and attributes of one document."""
BROKEN = frozenset({"xml.syntax", "xml.empty", "xml.doctype", "xml.encoding", "xml.encoding-gbk", "xml.charset"})
"""Faults that make a document no good XML by themselves; the others say that it could not be read here."""
UTF_8 = "utf-8"
_PIECE = 1024 * 1024
"""Bytes read at once: older readers begin a long name or value anew with each piece."""
_DECLARED = re.compile(rb"""^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,40})["']""")
_DECLARATION = re.compile(r"\A\s*<\?xml\s[^>]*\?>")
_CHARSET = re.compile(r"""(?i);\s*charset\s*=\s*"?([^\s;"]+)""")
_MARKS = ((codecs.BOM_UTF8, UTF_8), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CODECS = {
    "utf-8": UTF_8,
    "utf8": UTF_8,
    "us-ascii": UTF_8,
    "ascii": UTF_8,
    "utf-16": "utf-16",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "cp936": "gb18030",
    "big5": "big5",
    "iso-8859-1": "latin-1",
}


def parse(body: bytes, content_type: str = "", *, nodes: int = MAX_NODES, depth: int = MAX_DEPTH) -> Element:
    """The root element of a document; names are ``{namespace}local``.

    Args:
        body: the whole document.
        content_type: as it came; a character set there goes before the one in the document (RFC 7303).
        nodes: how many elements and attributes it may have.
        depth: how deep elements may stand in each other.

    Raises:
        TransportFault: ``xml.*``.
    """
    return _Reader(nodes, depth).read(as_utf_8(body, content_type))


def as_utf_8(body: bytes, content_type: str = "") -> bytes:
    """The document in UTF-8, whatever good encoding it came in.

    Raises:
        TransportFault: ``xml.empty``, and as ``encoding_of``; ``xml.encoding``, ``xml.encoding-gbk``.
    """
    if not body.strip():
        raise TransportFault("xml.empty")
    encoding = encoding_of(body, content_type)
    if encoding != UTF_8:
        return _recoded(body, encoding)
    plain = body.removeprefix(codecs.BOM_UTF8)
    strict_text(plain, "xml")
    return plain


def encoding_of(body: bytes, content_type: str = "") -> str:
    """The encoding in which a document is to be read: ``utf-8``, ``utf-16``, ``gb18030``, ``big5`` or ``latin-1``.

    Raises:
        TransportFault: ``xml.charset``, two places contradict each other; ``xml.encoding-unknown``.
    """
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    inside = _DECLARED.match(body.removeprefix(codecs.BOM_UTF8))
    outside = _CHARSET.search(content_type)
    said = [outside[1]] if outside else []
    said += [inside[1].decode("ascii")] if inside else []
    known = [_codec(name) for name in said]
    known += [marked] if marked else []
    if len(set(known)) > 1:
        raise TransportFault("xml.charset", declared=show(" / ".join([*said, *([marked] if marked else [])]), 80))
    return known[0] if known else UTF_8


def _codec(name: str) -> str:
    found = _CODECS.get(name.lower())
    if found is None:
        raise TransportFault("xml.encoding-unknown", encoding=show(name, 40))
    return found


def _recoded(body: bytes, encoding: str) -> bytes:
    """The document in UTF-8, without the declaration that says otherwise."""
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise TransportFault("xml.encoding", offset=error.start, byte=f"0x{body[error.start]:02X}") from None
    return _DECLARATION.sub("", text, count=1).encode("utf-8", "surrogatepass")


class _Reader:
    """One document being read."""

    def __init__(self, nodes: int, depth: int) -> None:
        self._nodes, self._most_nodes = 0, nodes
        self._depth, self._most_depth = 0, depth
        self._builder = TreeBuilder()
        parser = self._parser = expat.ParserCreate("utf-8", namespace_separator="}")
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_doctype
        parser.ExternalEntityRefHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data

    def read(self, text: bytes) -> Element:
        """The root element."""
        try:
            for start in range(0, len(text), _PIECE):
                self._parser.Parse(text[start : start + _PIECE], False)  # noqa: FBT003 -- expat takes it by place
            self._parser.Parse(b"", True)  # noqa: FBT003 -- expat takes it by place
        except expat.ExpatError as error:
            problem = expat.errors.messages.get(error.code, str(error.code))
            raise TransportFault("xml.syntax", line=error.lineno, column=error.offset + 1, problem=problem) from None
        return self._builder.close()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._nodes += 1 + len(attributes)
        if self._depth > self._most_depth:
            raise TransportFault("xml.depth", limit=self._most_depth)
        if self._nodes > self._most_nodes:
            raise TransportFault("xml.nodes", limit=self._most_nodes)
        self._builder.start(_named(name), {_named(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(_named(name))


def _named(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse_doctype(*said: object) -> int:
    raise TransportFault("xml.doctype", name=show(str(said[0]), 40))


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]

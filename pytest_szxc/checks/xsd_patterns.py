"""The patterns of a foreign XSD: refused where matching them cannot be bounded, before any of them is run.

XSD's expressions are read as the dialect of our own schemas, of which it is decided what is linear; their shorthands
are written out, generously where they mean a part of Unicode.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.linear import refuse_superlinear
from pytest_szxc.catalogue.pattern_syntax import PatternError, parse
from pytest_szxc.errors import Unjudgeable
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PATTERN = "{http://www.w3.org/2001/XMLSchema}pattern"
_LONGEST = 2000
_ANY = "\x00-\U0010ffff"
_SHORT = {
    "d": "0-9\u0660-\U0010ffff",
    "D": "\x00-/:-\U0010ffff",
    "s": " \t\n\r",
    "S": "\x00-\x08\x0b\x0c\x0e-\x1f!-\U0010ffff",
    "w": r"0-9A-Za-z\$\+<=>\^`\|~" + "\x80-\U0010ffff",
    "W": "\x00-#%-*,-;?@\\[-\\]_{}\x7f-\U0010ffff",
    "i": "A-Za-z_:\x80-\U0010ffff",
    "c": r"A-Za-z0-9_:.\-" + "\x80-\U0010ffff",
    "I": _ANY,
    "C": _ANY,
}
_TOKEN = re.compile(r"\\[pP]\{[A-Za-z0-9-]{1,40}\}|\\.|[\[\].^$]|[^\\\[\].^$]", re.DOTALL)


def refuse_unbounded(schema: Element) -> None:
    """Nothing, where each pattern of a schema is matched in linear time.

    Raises:
        Unjudgeable: ``xsd.pattern``.
    """
    for found in schema.iter(_PATTERN):
        pattern = found.get("value", "")
        if not is_bounded(pattern):
            raise Unjudgeable("xsd.pattern", pattern=show(pattern, 60))


def is_bounded(pattern: str) -> bool:
    """Whether an XSD pattern is surely matched in linear time."""
    if len(pattern) > _LONGEST:
        return False
    try:
        refuse_superlinear(parse(f"^(?:{''.join(_written_out(pattern))})$"))
    except PatternError:
        return False
    return True


def _written_out(pattern: str) -> list[str]:
    """The pattern's parts in the dialect: anchors are ordinary characters in XSD, and shorthands are sets."""
    parts: list[str] = []
    inside = False
    for token in _TOKEN.findall(pattern):
        if token == "[":  # noqa: S105 -- no password: a bracket
            inside = True
        elif token == "]":  # noqa: S105 -- the same
            inside = False
        parts.append(_member(token) if inside else _single(token))
    return parts


def _single(token: str) -> str:
    if token == ".":  # noqa: S105 -- the same
        return "[^\n\r]"
    if token in {"^", "$"}:
        return f"\\{token}"
    if token == r"\-":  # noqa: S105 -- the same
        return "-"
    members = _member(token)
    return f"[{members}]" if members != token and len(members) > 1 else members


def _member(token: str) -> str:
    if token.startswith(("\\p", "\\P")):
        return _ANY
    if token == r"\-":  # noqa: S105 -- the same
        return token
    return _SHORT.get(token[1], token) if token.startswith("\\") else token

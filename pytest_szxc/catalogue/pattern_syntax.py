r"""The regular expressions that our schemas may use, read into a tree: the part on which every engine agrees.

Literals, classes of characters and ranges, groups, alternatives, greedy quantifiers, ``^`` first and ``$`` last.
Whatever else some engine understands, or understands otherwise, is refused by name: ``\d``, ``.``, look-around,
back-references, lazy and possessive quantifiers, anchors inside, unknown escapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

LAST = 0x10FFFF
MOST_REPEATS = 1000
"""Largest count of a bounded repeat."""
_DEEPEST = 32

Span: TypeAlias = tuple[int, int]


class PatternError(Exception):
    """A pattern outside the dialect; ``code`` names the reason (``dialect.*``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of a set: ascending, disjoint spans of code points, both ends included."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after another; none is the empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of at least two branches."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The body ``low`` to ``high`` times; ``high`` is ``None`` where there is no limit."""

    body: Node
    low: int
    high: int | None


Node: TypeAlias = Chars | Sequence | Choice | Repeat


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern: what stands between its anchors, and whether it has them."""

    body: Node
    from_start: bool
    to_end: bool


_QUANTIFIER = re.compile(r"[*+?]|\{([0-9]{1,6})(,([0-9]{1,6})?)?\}")
_ESCAPED = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_SURROGATES = range(0xD800, 0xE000)


def parse(text: str) -> Pattern:
    """Read a pattern.

    Raises:
        PatternError: it is outside the dialect.
    """
    first, last = text.startswith("^"), _ends_anchored(text)
    reader = _Reader(text[int(first) : len(text) - int(last)])
    body = reader.choice(0)
    if reader.rest:
        raise PatternError("dialect.syntax")
    if reader.forked and (first or last):
        # "^a|b$" means (^a)|(b$), which hardly anybody means.
        raise PatternError("dialect.anchor")
    return Pattern(body, first, last)


def _ends_anchored(text: str) -> bool:
    """Whether the last character is a ``$`` that no backslash escapes."""
    before = text[:-1]
    return text.endswith("$") and (len(before) - len(before.rstrip("\\"))) % 2 == 0


class _Reader:
    """Recursive descent over one pattern without its outer anchors."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.forked = False

    @property
    def rest(self) -> bool:
        return self._at < len(self._text)

    def _next(self, length: int = 1) -> str:
        return self._text[self._at : self._at + length]

    def choice(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise PatternError("dialect.size")
        branches = [self._sequence(depth)]
        while self._next() == "|":
            self._at += 1
            branches.append(self._sequence(depth))
        if len(branches) == 1:
            return branches[0]
        self.forked |= depth == 0
        return Choice(tuple(branches))

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.rest and self._next() not in {"|", ")"}:
            parts.append(self._repeated(self._single(depth)))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _single(self, depth: int) -> Node:
        char = self._next()
        if char in _REFUSED:
            raise PatternError(_REFUSED[char])
        if char == "(":
            return self._group(depth)
        if char == "[":
            return self._class()
        code = self._escape(_SYNTAX) if char == "\\" else ord(char)
        self._at += char != "\\"
        return Chars(((code, code),))

    def _group(self, depth: int) -> Node:
        opening = 3 if self._next(3) == "(?:" else 1
        if opening == 1 and self._next(2) == "(?":
            raise PatternError("dialect.look-around")
        self._at += opening
        body = self.choice(depth + 1)
        if self._next() != ")":
            raise PatternError("dialect.syntax")
        self._at += 1
        return body

    def _repeated(self, node: Node) -> Node:
        found = _QUANTIFIER.match(self._text, self._at)
        if not found:
            return node
        self._at = found.end()
        if self._next() and self._next() in "*+?{":
            raise PatternError("dialect.quantifier")
        low, high = _counts(found)
        if max(low, high or 0) > MOST_REPEATS:
            raise PatternError("dialect.repeat")
        if high is not None and low > high:
            raise PatternError("dialect.syntax")
        return Repeat(node, low, high)

    def _class(self) -> Chars:
        self._at += 1
        negated = self._next() == "^"
        self._at += negated
        spans: list[Span] = []
        while self._next() != "]":
            spans.append(self._span(first=not spans))
        self._at += 1
        if not spans:
            # "[]a]" is a class of two in Python, an empty one in ECMA-262.
            raise PatternError("dialect.syntax")
        merged = _merged(spans)
        return Chars(_complement(merged) if negated else merged)

    def _span(self, *, first: bool) -> Span:
        low = self._member(first=first)
        if self._next() != "-" or self._next(2) == "-]":
            return low, low
        self._at += 1
        high = self._member(first=False)
        if high < low:
            raise PatternError("dialect.syntax")
        return low, high

    def _member(self, *, first: bool) -> int:
        char = self._next()
        if char == "\\":
            return self._escape(_SYNTAX | {"-"})
        if char in {"", "["} or (char == "-" and not first and self._next(2) != "-]"):
            raise PatternError("dialect.syntax")
        self._at += 1
        return ord(char)

    def _escape(self, plain: frozenset[str]) -> int:
        found = _ESCAPED.match(self._text, self._at)
        if not found:
            raise PatternError("dialect.syntax")
        self._at = found.end()
        escape = found[1]
        if escape in plain:
            return ord(escape)
        code = _CONTROLS.get(escape, int(escape[1:], 16) if len(escape) > 1 else -1)
        if code < 0 or code in _SURROGATES:
            raise PatternError(_escape_code(escape))
        return code


_REFUSED = {
    ".": "dialect.dot",
    "^": "dialect.anchor",
    "$": "dialect.anchor",
    "*": "dialect.quantifier",
    "+": "dialect.quantifier",
    "?": "dialect.quantifier",
    "{": "dialect.syntax",
    "}": "dialect.syntax",
    "]": "dialect.syntax",
}


def _escape_code(escape: str) -> str:
    if escape in set("dDwWsSpPbB"):
        return "dialect.class-escape"
    return "dialect.back-reference" if escape in set("123456789k") else "dialect.escape"


def _counts(found: re.Match[str]) -> tuple[int, int | None]:
    if found[1] is None:
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[found[0]]
    low = int(found[1])
    if found[2] is None:
        return low, low
    return low, None if found[3] is None else int(found[3])


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """The same characters as ascending, disjoint spans."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _complement(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    edges = [-1, *(edge for low, high in spans for edge in (low - 1, high)), LAST]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((below + 1, above) for below, above in pairs if below < above)

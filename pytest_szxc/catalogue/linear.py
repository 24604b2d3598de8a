"""Whether a pattern is matched in linear time by any engine, backtracking ones included; decided without running it.

The rule: at each place in a text at most one part of the pattern can take the next character (the pattern is
*strongly deterministic*: the ways by which a repeat goes round count one by one). Then each beginning of a text leads
to at most one place in the pattern, and a backtracking engine visits each pair of place and offset at most once: its
steps are bounded by size of pattern x length of text. Alternatives outside of repeats that begin alike are taken
apart first; each of at most 64 variants must hold by itself, which multiplies the bound by their number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.pattern_syntax import (
    Chars,
    Choice,
    Node,
    Pattern,
    PatternError,
    Repeat,
    Sequence,
    Span,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_PLACES = 10_000
"""Most places of a pattern once its repeats are written out."""
MOST_VARIANTS = 64
_EMPTY = Sequence(())


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the pattern: places where it may begin and end, and whether it may be empty."""

    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    nullable: bool = True


@dataclass(slots=True)
class _Places:
    """The places of a pattern, repeats written out: the characters of each, and which places may come next."""

    spans: list[tuple[Span, ...]] = field(default_factory=list)
    follow: list[list[int]] = field(default_factory=list)

    def part(self, node: Node) -> _Part:
        if isinstance(node, Chars):
            return self._place(node)
        if isinstance(node, Sequence):
            return self._sequence(node.parts)
        if isinstance(node, Choice):
            return self._choice([self.part(branch) for branch in node.branches])
        return self._repeat(node)

    def _place(self, node: Chars) -> _Part:
        if len(self.spans) == MOST_PLACES:
            raise PatternError("dialect.size")
        self.spans.append(node.spans)
        self.follow.append([])
        here = (len(self.spans) - 1,)
        return _Part(here, here, nullable=False)

    def _sequence(self, nodes: Iterable[Node]) -> _Part:
        whole = _Part()
        for node in nodes:
            whole = self._joined(whole, self.part(node))
        return whole

    def _joined(self, left: _Part, right: _Part) -> _Part:
        self._link(left.last, right.first)
        return _Part(
            left.first + right.first if left.nullable else left.first,
            left.last + right.last if right.nullable else right.last,
            nullable=left.nullable and right.nullable,
        )

    def _choice(self, parts: list[_Part]) -> _Part:
        empty = sum(part.nullable for part in parts)
        if empty > 1:
            raise PatternError("dialect.overlap")
        first = tuple(place for part in parts for place in part.first)
        return _Part(first, tuple(place for part in parts for place in part.last), nullable=empty == 1)

    def _repeat(self, node: Repeat) -> _Part:
        if node.high == 0:
            return _Part()
        whole = self._sequence([node.body] * (node.low if node.high is not None else max(node.low - 1, 0)))
        if node.high is None:
            return self._joined(whole, self._loop(node))
        rest = _Part()
        for _ in range(node.high - node.low):
            rest = self._optional(self._joined(self.part(node.body), rest), many=node.high > 1)
        return self._joined(whole, rest)

    def _loop(self, node: Repeat) -> _Part:
        body = self.part(node.body)
        if body.nullable:
            raise PatternError("dialect.empty-repeat")
        self._link(body.last, body.first)
        return body if node.low else _Part(body.first, body.last)

    def _optional(self, part: _Part, *, many: bool) -> _Part:
        if part.nullable:
            raise PatternError("dialect.empty-repeat" if many else "dialect.overlap")
        return _Part(part.first, part.last)

    def _link(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        for place in before:
            self.follow[place] += after

    def clash(self, places: Iterable[int]) -> bool:
        """Whether two of the places, or one of them by two ways, take the same character."""
        spans = sorted(span for place in places for span in self.spans[place])
        return any(one[1] >= other[0] for one, other in pairwise(spans))


def refuse_superlinear(pattern: Pattern) -> None:
    """Nothing, where the pattern is matched in linear time.

    Raises:
        PatternError: ``dialect.overlap``, ``dialect.empty-repeat``, ``dialect.unanchored`` or ``dialect.size``.
    """
    if not pattern.from_start and _has_loop(pattern.body):
        # A search would begin anew at each character: quadratic.
        raise PatternError("dialect.unanchored")
    for variant in variants(pattern.body):
        places = _Places()
        whole = places.part(variant)
        if any(places.clash(group) for group in (whole.first, *places.follow)):
            raise PatternError("dialect.overlap")


def _has_loop(node: Node) -> bool:
    if isinstance(node, Repeat):
        return node.high is None or _has_loop(node.body)
    return any(_has_loop(child) for child in _children(node))


def _children(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Sequence):
        return node.parts
    return node.branches if isinstance(node, Choice) else ()


def variants(node: Node) -> list[Node]:
    """The pattern as several that together match the same: alternatives that begin alike are taken apart.

    Raises:
        PatternError: ``dialect.size``, they are more than 64.
    """
    found: list[Node]
    if isinstance(node, Sequence):
        found = _combined([variants(part) for part in node.parts])
    elif isinstance(node, Choice):
        apart = [variants(branch) for branch in node.branches]
        found = [variant for branch in apart for variant in branch]
        if len(found) == len(apart) and not _alike(node):
            return [node]
    elif isinstance(node, Repeat) and (node.low, node.high) == (0, 1):
        inner = variants(node.body)
        found = [node] if len(inner) == 1 else [*inner, _EMPTY]
    else:
        return [node]
    if len(found) > MOST_VARIANTS:
        raise PatternError("dialect.size")
    return found


def _combined(parts: list[list[Node]]) -> list[Node]:
    count = 1
    for part in parts:
        count *= len(part)
        if count > MOST_VARIANTS:
            raise PatternError("dialect.size")
    return [Sequence(chosen) for chosen in product(*parts)]


def _alike(node: Choice) -> bool:
    """Whether two branches may begin with the same character."""
    places = _Places()
    return places.clash(place for branch in node.branches for place in places.part(branch).first)

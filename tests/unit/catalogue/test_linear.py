"""Patterns in linear time: which are refused, and that the accepted ones bound the steps of a backtracking engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsonschema_rs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pytest_szxc.catalogue.dialect import DRAFT, compiled
from pytest_szxc.catalogue.linear import variants
from pytest_szxc.catalogue.pattern_syntax import Chars, Choice, Node, Pattern, PatternError, Repeat, Sequence, parse
from pytest_szxc.catalogue.schema_lint import pattern_problem

if TYPE_CHECKING:
    from collections.abc import Callable


class Backtracker:
    """The most naive of engines: tries every way, in order, and counts."""

    def __init__(self, text: str, limit: int) -> None:
        self.text, self.limit, self.steps = text, limit, 0

    def search(self, pattern: Pattern) -> bool:
        starts = [0] if pattern.from_start else range(len(self.text) + 1)
        return any(self.match(pattern.body, at, lambda end: self.ends(pattern, end)) for at in starts)

    def ends(self, pattern: Pattern, end: int) -> bool:
        return not pattern.to_end or end == len(self.text)

    def match(self, node: Node, at: int, then: Callable[[int], bool]) -> bool:
        self.steps += 1
        assert self.steps <= self.limit, "more steps than linear time allows"
        if isinstance(node, Chars):
            taken = at < len(self.text) and any(low <= ord(self.text[at]) <= high for low, high in node.spans)
            return taken and then(at + 1)
        if isinstance(node, Sequence):
            return self.row(node.parts, at, then)
        if isinstance(node, Choice):
            return any(self.match(branch, at, then) for branch in node.branches)
        return self.again(node, 0, at, then)

    def row(self, parts: tuple[Node, ...], at: int, then: Callable[[int], bool]) -> bool:
        return self.match(parts[0], at, lambda end: self.row(parts[1:], end, then)) if parts else then(at)

    def again(self, node: Repeat, done: int, at: int, then: Callable[[int], bool]) -> bool:
        def onward(end: int) -> bool:
            return (end > at or done < node.low) and self.again(node, done + 1, end, then)

        more = node.high is None or done < node.high
        return (more and self.match(node.body, at, onward)) or (done >= node.low and then(at))


def size(node: Node) -> int:
    """Places and turns of a pattern, repeats written out."""
    if isinstance(node, Chars):
        return 1
    if isinstance(node, Repeat):
        return 1 + size(node.body) * max(node.low + 1, node.high or 0)
    return 1 + sum(map(size, node.parts if isinstance(node, Sequence) else node.branches))


def allowed(pattern: Pattern, text: str) -> int:
    """The bound: size of the pattern x length of the text x number of variants; searches begin at each character."""
    starts = 1 if pattern.from_start else len(text) + 1
    return 2 * size(pattern.body) * (len(text) + 2) * len(variants(pattern.body)) * starts


ATOMS = st.sampled_from(["a", "b", "c", "[ab]", "[bc]", "[^a]", "\\.", "村"])
QUANTIFIERS = st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "{0,2}"])
NODES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4).map("".join)
        | st.lists(inner, min_size=2, max_size=3).map(lambda branches: f"({'|'.join(branches)})")
        | st.tuples(inner, QUANTIFIERS).map(lambda pair: f"(?:{pair[0]}){pair[1]}")
        | st.tuples(ATOMS, QUANTIFIERS).map("".join)
    ),
    max_leaves=8,
)
PATTERNS = st.tuples(st.sampled_from(["^", "^", "^", ""]), NODES, st.sampled_from(["$", ""])).map("".join)
TEXTS = st.text("abc.村\n", max_size=12) | st.sampled_from(["a" * 24, "ab" * 12 + "c", "b" * 24 + "a"])


@settings(max_examples=600, deadline=None, derandomize=True)
@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=4))
def test_an_accepted_pattern_bounds_the_steps_and_means_the_same_everywhere(pattern: str, texts: list[str]) -> None:
    assume(pattern_problem(pattern) is None)
    schema = {"$schema": DRAFT, "pattern": pattern}
    quick = jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())
    read = parse(pattern)
    for text in texts:
        found = Backtracker(text, allowed(read, text)).search(read)
        assert found == bool(compiled(pattern).search(text)) == quick.is_valid(text)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^a*a*a*a*a*$", "^(a|aa)+$"])
def test_the_bound_is_one_that_the_classics_break(pattern: str) -> None:
    text = "a" * 24 + "!"
    read = parse(pattern)
    with pytest.raises(AssertionError, match="linear"):
        Backtracker(text, 2 * size(read.body) * (len(text) + 2)).search(read)


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("^(a+)+$", "overlap"),
        ("^(a*)*$", "empty-repeat"),
        ("^(a*)+$", "empty-repeat"),
        ("^(a|a)*$", "overlap"),
        ("^(a|ab)*$", "overlap"),
        ("^(a|aa)+$", "overlap"),
        ("^([a-zA-Z]+)*$", "overlap"),
        ("^a*a*$", "overlap"),
        ("^a*b*a*$", "overlap"),
        ("^a*[ab]?a*$", "overlap"),
        ("^[0-9]*[0-9]+$", "overlap"),
        ("^(a{1,3})+$", "overlap"),
        ("^(a?){30}$", "overlap"),
        ("^(?:a?)?$", "overlap"),
        ("^(x+x+)+y$", "overlap"),
        ("^(([a-z])+[a-z])+[A-Z]([a-z])+$", "overlap"),
        ("^[a-z]+(-?[a-z]+)*$", "overlap"),
        ("^((|a)|(|b))$", "overlap"),
        ("^(a|b?){2}$", "overlap"),
        ("^([0-9]+|a?){0,3}$", "empty-repeat"),
        ("a+", "unanchored"),
        ("(a|b+)c$", "unanchored"),
        ("^a{0,1001}$", "repeat"),
        ("^a{1001,}$", "repeat"),
        ("^(a{1000}){11}$", "size"),
        ("^" + "(" * 40 + "a" + ")" * 40, "size"),
        ("^" + "(ab|ac)" * 7 + "$", "size"),
        ("^(" + "|".join("a" * length for length in range(1, 70)) + ")$", "size"),
        ("a.b", "dot"),
        ("^a.*b$", "dot"),
        ("a$b", "anchor"),
        ("a^b", "anchor"),
        ("^a|b", "anchor"),
        ("a|b$", "anchor"),
        ("(^a)", "anchor"),
        ("^\\bword", "class-escape"),
        ("^[\\d]$", "class-escape"),
        ("^\\p{Han}$", "class-escape"),
        ("^\\k<a>", "back-reference"),
        ("(a)\\1", "back-reference"),
        ("^(?=a)", "look-around"),
        ("(?<!a)b", "look-around"),
        ("(?P<n>a)", "look-around"),
        ("(?i)a", "look-around"),
        ("a\\Z", "escape"),
        ("^\\0$", "escape"),
        ("^\\cA$", "escape"),
        ("^\\-$", "escape"),
        ("^\\ud83d$", "escape"),
        ("^\\u{1f600}$", "escape"),
        ("^\\x4$", "escape"),
        ("a++", "quantifier"),
        ("a*?", "quantifier"),
        ("a{2}{3}", "quantifier"),
        ("*a", "quantifier"),
        ("^?", "quantifier"),
        ("[", "syntax"),
        ("[]", "syntax"),
        ("[]a]", "syntax"),
        ("[[a]]", "syntax"),
        ("[a--b]", "syntax"),
        ("[a-c-e]", "syntax"),
        ("[b-a]", "syntax"),
        ("(", "syntax"),
        ("(a", "syntax"),
        ("a)", "syntax"),
        ("a{", "syntax"),
        ("a{,3}", "syntax"),
        ("a{3,2}", "syntax"),
        ("a}", "syntax"),
        ("a]", "syntax"),
        ("a\\", "syntax"),
        ("[a\\", "syntax"),
    ],
)
def test_what_is_outside_the_dialect_or_not_linear_is_refused(pattern: str, code: str) -> None:
    assert pattern_problem(pattern) == f"dialect.{code}"


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "^$",
        "abc",
        "a|b",
        "^(a|ab)$",
        "^(png|pdf|ppt)$",
        "^[0-9]+(\\.[0-9]+)*$",
        "^(,[0-9]+)*$",
        "^a*ba*$",
        "^[^/]+/[^/]*$",
        "^(a|)b$",
        "^a{0}b$",
        "^a{0,1000}$",
        "^[-+]?[0-9]{1,3}$",
        "^[a^-]$",
        "^\\$\\\\\\/$",
        "\\\\$",
        "^[\\u4e00-\\u9fff\\x41\\t]+$",
        "^[^\\x00-\\x1f]*$",
        "^[&|~&&]$",
        "[0-9]{2}",
        "^(ab|ac)(d|e)?$",
        "^(x(ab|ac))?$",
    ],
)
def test_what_is_accepted_compiles_in_both_engines(pattern: str) -> None:
    assert pattern_problem(pattern) is None
    assert compiled(pattern)
    jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions())


def test_spans_are_merged_and_turned_over() -> None:
    assert parse("[a-cb-eg]").body == Chars(((97, 101), (103, 103)))
    assert parse("[^\\u0000-a]").body == Chars(((98, 0x10FFFF),))
    assert parse("[^b-\U0010ffff]").body == Chars(((0, 97),))


def test_the_error_names_the_reason() -> None:
    with pytest.raises(PatternError, match=r"dialect\.dot"):
        parse(".")

"""Which patterns of a foreign XSD may be run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.checks.xsd_patterns import is_bounded


@pytest.mark.parametrize(
    "pattern",
    ["[0-9]{12}", "(19|20)[0-9]{2}", ".*", r"\w+@\w+", r"\p{Lu}+", "[^,]*,[^,]*", r"\i\c*", "a|b", r"\-?\d+", ""],
)
def test_bounded(pattern: str) -> None:
    assert is_bounded(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a*)*", "(a|a)*", ".*x", r"\d*\d*", "(.+)+", "x{1,9999}", "[a-z-[b]]", "(", "a" * 3000, r"(\w|\i)*"]
)
def test_not_bounded(pattern: str) -> None:
    assert not is_bounded(pattern)


@given(st.text(r"ab\dwsS.^$[]()*+?{}1,-|", max_size=30))
def test_any_text_is_decided(pattern: str) -> None:
    assert is_bounded(pattern) in (True, False)

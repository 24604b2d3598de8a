from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.printable import CLIP, mask, show

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(JSON)
def test_whatever_came_is_one_short_printable_line(value):
    line = show(value)
    assert len(line) <= CLIP
    assert not [char for char in line if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@pytest.mark.parametrize(
    "payload",
    ["\x1b[2J", "a\r\n::error ::x", "\u202egnp.exe", "\u2028##vso[task]", "\ud800", "\x00"],
)
def test_escapes_and_line_breaks_do_not_get_through(payload):
    line = show(payload)
    assert "\n" not in line
    assert "\x1b" not in line
    assert "\\" in line


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800001234", "138****1234"),
        ("999999190001010015", "999999********0015"),
        ("99999920240229002X", "999999********002X"),
        ("6222021234567890123", "622202********0123"),
        ("电话13800001234。", "电话138****1234。"),
    ],
)
def test_personal_numbers_are_masked(number, masked):
    assert mask(number) == masked


@pytest.mark.parametrize("text", ["20261123131400", "2026-11-23T13:14:00+08:00", "3010022/17", "x0123456789ab"])
def test_other_numbers_stay(text):
    assert mask(text) == text


def test_chinese_and_exact_numbers_are_shown_as_they_are():
    assert show({"级别": Decimal("1.50"), "n": Decimal("3.0")}) == '{"级别": 1.5, "n": 3}'

from __future__ import annotations

import json
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.printable import CLIP, bare_url, line, mask, printable_json, show

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


COMMANDS = ("##[error]x", "##vso[task.complete]", "##TeamCity[x 'y']", "::error::x", "  ::add-mask::x")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_runner_takes_a_text_for_a_command(command):
    for line_ in (show(command), show({"a": command}), line(f"- {command}")):
        assert "##[" not in line_
        assert "##vso[" not in line_
        assert "##teamcity[" not in line_.lower()
        assert not line_.lstrip().startswith("::")


def test_ordinary_text_stays_as_it_is():
    text = "## 数据　目录 a::b 10:30 #1 ﹏ “中” C# [x] ₂ é 𠮷"
    assert show(text) == line(text) == text


@pytest.mark.parametrize(
    "char", "\u00ad\u034f\u115f\u200b\u200e\u2060\u2800\u3164\ufe0f\ufeff\U000e0041\U000e0100\u00a0"
)
def test_what_nobody_sees_is_written_out(char):
    assert show(f"a{char}b").isascii()


@given(st.text())
def test_what_was_shown_stays_as_it_is(text):
    shown = show(text, 10_000)
    assert line(shown, 10_000) == shown
    assert printable_json({shown: [shown, 1, None]}) == {shown: [shown, 1, None]}


@given(JSON)
def test_every_text_in_a_value_becomes_printable(value):
    text = json.dumps(printable_json(value), ensure_ascii=False, default=str)
    assert text.replace("\u3000", "").isprintable()


@pytest.mark.parametrize(
    "value",
    ["x" * 5_000_000, ["\x1b" * 1000] * 100_000, {"k" * 5_000_000: 1}, {"a": {"b": ["y" * 5_000_000] * 3}}],
    ids=["text", "list", "name", "nested"],
)
def test_little_of_a_huge_value_is_looked_at(value):
    line_ = show(value)
    assert len(line_) == CLIP
    assert line_.endswith("…")


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("http://user:word@host/a", "http://***@host/a"),
        ("http://user:w@rd@host/a@b?c=d@e", "http://***@host/a@b?c=d@e"),
        ("--szxc-proxy=http://u:p@127.0.0.1:1", "--szxc-proxy=http://***@127.0.0.1:1"),
        ("http://host/@x", "http://host/@x"),
        ("user:w@rd@host:1", "***@host:1"),
        ("--szxc-target=user:word@host", "--szxc-target=***@host"),
        ("data@home/file.csv", "data@home/file.csv"),
        ("http://h/a?page=1&access_token=x.y&keyword=k#t", "http://h/a?page=1&access_token=***&keyword=k#t"),
        ("http://h/a?appSecret=x&令牌=y", "http://h/a?appSecret=***&令牌=***"),
    ],
)
def test_a_url_without_its_credentials(url, bare):
    assert bare_url(url) == bare

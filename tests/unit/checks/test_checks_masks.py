"""What counts as hidden, and which digits a mask may leave."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.checks import masks


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        [],
        {},
        "张*",
        "138****0000",
        "139XXXX0000",
        "###",
        "＊＊＊",
        "●●●●",
        "已脱敏",
        "[REDACTED]",
        "【已隐藏】",
        "d41d8cd98f00b204e9800998ecf8427e",
        "张某某",
        "30~40岁",
        "60岁以上",
    ],
)
def test_masked(value: object) -> None:
    assert masks.is_masked(value)


@pytest.mark.parametrize(
    "value",
    [
        "13900000000",
        "张三丰",
        "13900000000以上",
        "0577-12345678",
        "11010519491231002X",
        "A#1",
        "xx",
        0,
        1200,
        Decimal("1.5"),
        True,
        False,
        ["*"],
        {"a": "*"},
        "保密局",
    ],
)
def test_clear(value: object) -> None:
    assert not masks.is_masked(value)


@pytest.mark.parametrize(
    "text", ["138****0000", "138 **** 0000", "138-****-0000", "+86138****0000", "138xxxx0000", "138*0000"]
)
def test_mobile_mask(text: str) -> None:
    assert masks.is_masked_mobile(text)


@pytest.mark.parametrize("text", ["1380000**00", "13*******00", "****0000", "13800000000", "138****000"])
def test_not_the_mobile_mask(text: str) -> None:
    assert not masks.is_masked_mobile(text)


@pytest.mark.parametrize("text", ["999999********0015", "999999********001X", "999999XXXXXXXX001x"])
def test_identity_mask(text: str) -> None:
    assert masks.is_masked_identity(text)


@pytest.mark.parametrize("text", ["99999919000101****", "9999****0015", "999999190001010015", "**************0015"])
def test_not_the_identity_mask(text: str) -> None:
    assert not masks.is_masked_identity(text)


@pytest.mark.parametrize("text", ["***************1234", "**** **** **** 1234", "****1234"])
def test_account_mask(text: str) -> None:
    assert masks.is_masked_account(text)


@pytest.mark.parametrize("text", ["622202****1234", "1234", "****12345"])
def test_not_the_account_mask(text: str) -> None:
    assert not masks.is_masked_account(text)


@pytest.mark.parametrize("text", ["***", "●●", "xxx", "** **"])
def test_shows_nothing(text: str) -> None:
    assert masks.shows_nothing(text)


@pytest.mark.parametrize("text", ["张*", "***1", "a**"])
def test_shows_something(text: str) -> None:
    assert not masks.shows_nothing(text)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    for predicate in (
        masks.is_masked,
        masks.has_mask,
        masks.shows_nothing,
        masks.is_masked_mobile,
        masks.is_masked_identity,
        masks.is_masked_account,
    ):
        assert predicate(text) in {True, False}

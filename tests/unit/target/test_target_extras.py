"""Packages of extras: there when first used, or missed by name."""

from __future__ import annotations

import sys

import pytest

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.target.extras import extra_package


def test_a_package_that_is_there() -> None:
    assert extra_package("json").loads("1") == 1


def test_a_package_that_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "colorsys", None)
    with pytest.raises(Unjudgeable) as caught:
        extra_package("colorsys", "machinery")
    assert caught.value.code == "extra.missing"
    assert "pytest-szxc[machinery]" in caught.value.hint("zh")

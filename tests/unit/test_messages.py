"""Messages by code, in both languages, each defined once."""

from __future__ import annotations

import pytest

from pytest_szxc import messages


def test_a_message_speaks_both_languages_and_may_have_a_hint():
    params = {"operation": "list"}
    assert "list" in messages.render("data.empty", "zh", params)
    assert "list" in messages.render("data.empty", "en", params)
    assert messages.render("data.empty", "en", params, part="hint")
    assert messages.render("claim.option-unused", "en", {}, part="hint") == ""


def test_a_code_that_is_defined_twice_is_an_error(tmp_path, monkeypatch):
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text('["x.y"]\nzh = "z"\nen = "e"\n', encoding="utf-8")
    monkeypatch.setattr(messages, "FOLDER", tmp_path)
    messages.table.cache_clear()
    try:
        with pytest.raises(KeyError, match=r"x\.y"):
            messages.table()
    finally:
        messages.table.cache_clear()

"""Options: what is given where, which goes first, and what is no value of theirs."""

from __future__ import annotations

import pytest

from pytest_szxc.errors import StatementError
from pytest_szxc.settings import OPTIONS, read_settings, results_folder


def settings(**given):
    return read_settings(given, {})


def test_the_command_line_goes_before_the_environment_before_the_file():
    environment = {"SZXC_RATE": "2", "SZXC_DEADLINE": "3"}
    merged = read_settings({"rate": "1"}, environment).merged({"rate": 9, "deadline": 9, "wait": 9})
    assert [merged.number(key) for key in ("rate", "deadline", "wait")] == [1, 3, 9]


def test_an_empty_list_and_an_unset_flag_leave_the_word_to_the_environment():
    environment = {"SZXC_CLASS": "a, b,", "SZXC_STRICT": "1"}
    found = read_settings({"class": [], "strict": False}, environment)
    assert (found.list("class"), found.flag("strict")) == (("a", "b"), True)
    assert settings(suite=["a", "b,c"]).list("suite") == ("a", "b", "c")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("TRUE", True), ("on", True), ("Yes ", True), ("1", True), ("off", False), ("0", False), ("False", False)],
)
def test_the_words_of_a_flag(word, meant):
    assert settings(strict=word).flag("strict") is meant


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("strict", "maybe", "option.not-a-flag"),
        ("rate", "fast", "option.not-a-number"),
        ("rate", "nan", "option.out-of-bounds"),
        ("rate", "-1", "option.out-of-bounds"),
        ("connections", "0", "option.out-of-bounds"),
        ("connections", "2.5", "option.out-of-bounds"),
        ("deadline", "0", "option.out-of-bounds"),
        ("deadline", "inf", "option.out-of-bounds"),
        ("wait", "-1", "option.out-of-bounds"),
        ("budget", "nan", "option.out-of-bounds"),
        ("budget", "inf", "option.out-of-bounds"),
        ("budget", "0", "option.out-of-bounds"),
        ("budget", "5,0", "option.out-of-bounds"),
        ("budget", "5,x", "option.not-a-number"),
        ("lang", "fr", "option.unknown-lang"),
    ],
)
def test_what_is_no_value_of_an_option_is_said(option, value, code):
    with pytest.raises(StatementError) as caught:
        settings(**{option: value}).check()
    assert caught.value.code == code
    assert value.split(",")[-1] in caught.value.text("zh")


def test_a_value_stays_on_one_line():
    with pytest.raises(StatementError) as caught:
        settings(rate="1\n::error::x\x1b[2J").check()
    assert "\n" not in caught.value.text("en")
    assert "\x1b" not in caught.value.text("en")


@pytest.mark.parametrize(
    ("word", "budget"),
    [(None, (None, None)), ("7", (7, None)), (",2.5", (None, 2.5)), ("7,2", (7, 2.0)), ("", (None, None))],
)
def test_the_two_halves_of_the_budget(word, budget):
    assert settings(budget=word).budget() == budget


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LC_MESSAGES": "", "LANG": "zh_CN"}, "en"),
    ],
)
def test_the_language_comes_from_the_locale(monkeypatch, environment, lang):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert settings().lang == lang
    assert settings(lang="zh").lang == "zh"


def test_results_go_where_they_are_told():
    assert str(results_folder(settings(out="here"), "run")) == "here"
    assert results_folder(settings(), "run").parts == ("szxc-results", "run")


def test_nothing_is_active_until_a_target_or_a_statement_is_named():
    assert not settings(suite=["x"]).active
    assert settings(target="demo").active
    assert settings(config="szxc.toml").active


def test_each_option_has_help_in_both_languages():
    for option in OPTIONS:
        zh, _, en = option.help.partition(" / ")
        assert zh.encode("gbk"), option.name
        assert en.isascii(), option.name

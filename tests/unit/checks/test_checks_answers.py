"""Answers to questions that may have none, and what their bodies say."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import Location, Record, Reply, SzxcError, answers
from pytest_szxc.model import Response

AT = datetime(2026, 6, 1, tzinfo=UTC)


def reply(body: bytes) -> Reply:
    document = answers.document_of(body)
    return Reply("x1", Response(200, (), body), Record({}, Location("x1"), AT), document=document)  # type: ignore[arg-type] # any JSON


@pytest.mark.parametrize("code", ["binding.missing", "http.absent", "permission-not-given.write", "forging.unknown"])
def test_a_question_without_a_usable_answer_is_passed_over(code: str) -> None:
    def ask() -> Reply:
        raise SzxcError(code)

    assert answers.possible(ask) is None


@pytest.mark.parametrize("code", ["transport.refused", "budget.requests", "auth.token-refused"])
def test_what_no_other_question_would_answer_is_raised(code: str) -> None:
    def ask() -> Reply:
        raise SzxcError(code)

    with pytest.raises(SzxcError) as caught:
        answers.possible(ask)
    assert caught.value.code == code


def test_an_answer_is_handed_on() -> None:
    made = reply(b"{}")
    assert answers.possible(lambda: made) is made


def test_a_text_says_what_it_means_and_not_only_how_it_is_written() -> None:
    text = answers.text_of(reply(json.dumps({"a": ["line\nline", {"\u53f7": 1}]}).encode()))
    assert "line\nline" in text
    assert "\u53f7" in text


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_can_be_looked_at(body: bytes) -> None:
    assert isinstance(answers.text_of(reply(body)), str)

"""Leaks: each pattern finds its example, plain words give nothing away, and odd texts take no time."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import leaks

ROWS = tomllib.loads(leaks.TABLE.read_text(encoding="utf-8"))["patterns"]


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_each_pattern_finds_its_example(row: dict[str, str]) -> None:
    assert leaks.leak(f"error: {row['example']}") is not None
    assert any(what == row["what"] and pattern.search(row["example"]) for what, pattern in leaks.patterns())


@pytest.mark.parametrize(
    "text",
    [
        "missing field: batchNo",
        "查无资源：310999001/000001，见 /v1/resources/{resource}/records",
        "please select a resource from the list",
        '{"type":"https://node.invalid/errors/not-found","instance":"/v1/logs?requestId=r1"}',
        "time 2026-06-01T12:00:00+08:00 is outside the window of 600 s at gate 3",
        "at most 50 records; update the batch and set seq again",
        '<script src="/app/static/app.js"></script><a href="/www/index.php">home</a>',
    ],
)
def test_plain_words_give_nothing_away(text: str) -> None:
    assert leaks.leak(text) is None


@given(st.text())
def test_any_text_can_be_looked_at(text: str) -> None:
    found = leaks.leak(text)
    assert found is None or ": " in found


def test_leaks_are_found_in_time_however_a_text_is_made() -> None:
    for text in (
        "a" * 300_000,
        "/opt/" * 60_000,
        "SELECT " * 40_000,
        "at " * 100_000,
        "./" * 150_000,
        "x.js:1" * 50_000,
    ):
        assert leaks.leak(text) is None

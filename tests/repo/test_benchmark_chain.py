"""The longest chain of requests as benchmarks/critical_path.py finds it, on cases small enough to be done by hand."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from repo_tree import ROOT

from pytest_szxc.model import Exchange, Request

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return import_module("critical_path")


def sent(**seconds: float) -> list[Exchange]:
    return [Exchange(key, "op", Request("GET", f"/{key}"), elapsed=elapsed) for key, elapsed in seconds.items()]


def trace(path: ModuleType, name: str, *steps: dict[str, str | None], writes: bool = False) -> object:
    return path.Trace(name, writes, [path.Step(step) for step in steps])


def seconds(path: ModuleType, exchanges: list[Exchange], *traces: object) -> tuple[float, int, float]:
    chain = path.chain_of(list(traces), exchanges)
    return chain.seconds, chain.links, chain.writing


def test_questions_one_after_another_add_up(path: ModuleType) -> None:
    one = trace(path, "R", {"a": None}, {"b": None}, {"c": None})
    assert seconds(path, sent(a=1.0, b=2.0, c=4.0), one) == (7.0, 3, 0.0)


def test_questions_of_one_step_and_of_other_checks_do_not(path: ModuleType) -> None:
    one, other = trace(path, "R", {"a": None}, {"b": None, "c": None}), trace(path, "S", {"a": None}, {"d": None})
    assert seconds(path, sent(a=1.0, b=2.0, c=4.0, d=3.0), one, other) == (5.0, 2, 0.0)


def test_numbered_pages_follow_the_first_and_others_the_one_before(path: ModuleType) -> None:
    pages = sent(a=1.0, b=1.0, c=1.0)
    assert seconds(path, pages, trace(path, "R", {"a": None, "b": "a", "c": "a"}))[0] == 2.0
    assert seconds(path, pages, trace(path, "R", {"a": None, "b": "a", "c": "b"}))[0] == 3.0


def test_what_is_shared_counts_from_its_first_asker(path: ModuleType) -> None:
    late, early = trace(path, "R", {"a": None}, {"b": None}, {"c": None}), trace(path, "S", {"a": None}, {"c": None})
    after = trace(path, "T", {"a": None}, {"c": None}, {"d": None})
    assert seconds(path, sent(a=1.0, b=5.0, c=1.0, d=1.0), late, early, after)[0] == 6.0


def test_writing_comes_after_all_reading(path: ModuleType) -> None:
    reading, writing = (
        trace(path, "R", {"a": None}, {"b": None}),
        trace(path, "W", {"c": None}, {"d": None}, writes=True),
    )
    assert seconds(path, sent(a=1.0, b=4.0, c=1.0, d=1.0), writing, reading) == (7.0, 4, 2.0)


def test_everything_follows_the_first_request(path: ModuleType) -> None:
    assert seconds(path, sent(a=1.0, b=2.0, probe=5.0), trace(path, "R", {"b": None})) == (6.0, 2, 0.0)


def test_other_answer_times_may_be_put_in(path: ModuleType) -> None:
    one = [trace(path, "R", {"a": None}, {"b": None})]
    assert path.chain_of(one, sent(a=1.0, b=1.0), {"b": 3.0}).seconds == 4.0

"""Envelopes: their members, ids that come back, ids that stand in one answer only."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import Finding, Location, Record, Reply, envelopes
from pytest_szxc.model import Response

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
WHOLE = {"code": 0, "message": "ok", "requestId": "r1", "timestamp": "2026-06-01T12:00:00+08:00"}


def reply(exchange: str = "x1", header: str | None = None, **members: Any) -> Reply:
    headers = (("x-request-id", header),) if header else ()
    where = Record({}, Location(exchange), NOW)
    return Reply(exchange, Response(200, headers, b""), where, envelope={**WHOLE, **members})


def faults(found: Any) -> list[str]:
    return [one.at.pointer for one in found if isinstance(one, Finding)]


@pytest.mark.parametrize("name", envelopes.MEMBERS)
@pytest.mark.parametrize("value", [None, {}, []])
def test_each_member_must_be_a_plain_value(name: str, value: object) -> None:
    changed: dict[str, Any] = {name: value}
    assert faults(envelopes.enveloped(reply(**changed), worded=False)) == [name]


@pytest.mark.parametrize(("worded", "found"), [(False, []), (True, ["message"])])
def test_refusals_must_say_something(worded: bool, found: list[str]) -> None:
    assert faults(envelopes.enveloped(reply(message=""), worded=worded)) == found


class Echo:
    """Answers with what it makes of the id that it is given."""

    def __init__(self, answer: Callable[[str], Reply]) -> None:
        self.answer = answer

    def random(self, name: str) -> Random:
        return Random(name)  # noqa: S311 -- to be repeatable

    def ask(self, _: str, **named: str) -> Reply:
        return self.answer(named[":X-Request-Id"])


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (lambda given: reply(requestId=given), []),
        (lambda given: reply(header=given), []),
        (lambda given: reply(requestId=given[:8]), ["requestId"] * 2),
        (lambda _: reply(requestId=None), ["requestId"] * 2),
    ],
)
def test_ids_come_back_in_envelope_or_header(answer: Callable[[str], Reply], found: list[str]) -> None:
    assert faults(envelopes.echoed(Echo(answer), "health", ("a", "b"))) == found  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 6), max_size=12))
def test_an_id_stands_in_one_answer_only(ids: list[int]) -> None:
    replies = [reply(f"x{number}", requestId=f"r{own}") for number, own in enumerate(ids)]
    assert len(faults(envelopes.distinct(replies))) == len(ids) - len(set(ids))


def test_an_answer_that_is_looked_at_twice_is_one_answer() -> None:
    assert faults(envelopes.distinct([reply("x1"), reply("x1")])) == []

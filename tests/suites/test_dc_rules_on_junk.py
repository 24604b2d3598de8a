"""No rule raises, whatever a platform sends: any JSON object, and good records with one part replaced by junk."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from dc_rules import CHECKS, RECORD_RULES, SET_RULES, FakeSut, as_record, judge, reply, vector
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_szxc.checks.rules import HELD
from pytest_szxc.model import Finding

if TYPE_CHECKING:
    from pytest_szxc.target.sut import Reply

MEMBERS = [*vector("entry", "full"), *vector("important-item", "full"), *vector("filing", "filed")]
TRICKY: list[Any] = [
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31",
    "core",
    "G4",
    "general",
    "A07.01.01.01",
    Decimal("1.0"),
    Decimal("9E+999999"),
    Decimal("1E-999999"),
    10**400,
    -1,
    "１２３",
    "\ud800",
    "\x00\x1b[31m",
    [[]],
    [{}],
    {"": None},
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(TRICKY)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=8), JSON, max_size=12)
GOOD = st.sampled_from([vector("entry", "full"), vector("filing", "filed"), vector("important-item", "full")])


def places(value: Any) -> list[tuple[str | int, ...]]:
    """Every place inside a value."""
    found: list[tuple[str | int, ...]] = []
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        found += [(step,), *((step, *rest) for rest in places(inner))]
    return found


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """A good record with one to three places replaced or taken away."""
    value = copy.deepcopy(draw(GOOD))
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(places(value)))
        inner = value
        for step in path:
            inner = inner[step]
        if isinstance(inner, dict) and draw(st.booleans()):
            del inner[last]
        else:
            inner[last] = draw(JSON)
        if not value:
            break
    return value  # type: ignore[no-any-return]


RECORDS = OBJECTS | spoilt()


@settings(max_examples=150)
@given(RECORDS)
def test_record_rules(value: dict[str, Any]) -> None:
    for id_ in RECORD_RULES:
        for observed in judge(id_, value):
            assert observed is HELD or isinstance(observed, Finding)


@settings(max_examples=80)
@given(st.lists(RECORDS, max_size=4))
def test_set_rules(values: list[dict[str, Any]]) -> None:
    for id_ in SET_RULES:
        for observed in judge(id_, *values):
            assert observed is HELD or isinstance(observed, Finding)


@settings(max_examples=80)
@given(st.lists(RECORDS, max_size=4), JSON, st.binary(max_size=60), st.sampled_from([200, 401, 403, 404]))
def test_checks_that_ask(values: list[dict[str, Any]], answer: Any, body: bytes, status: int) -> None:
    record = answer if isinstance(answer, dict) else {"rows": answer, "label": answer, "indicators": answer}

    def answered(*_: Any, **__: Any) -> Reply:
        return reply(
            record, status, {"x-data-level": "G?", "content-disposition": "attachment; filename*=%E0%A4%A"}, body
        )

    names = ("list_entries", "list_important", "audit_log", "list_filings")
    for id_ in CHECKS.keys() - RECORD_RULES.keys() - SET_RULES.keys():
        sut = FakeSut(dict.fromkeys(names, values), answered)
        for observed in sut.observe(id_):
            assert observed is HELD or isinstance(observed, Finding)


@pytest.mark.parametrize("junk", TRICKY, ids=range(len(TRICKY)))
def test_each_member_of_an_entry_as_one_oddity(junk: Any) -> None:
    for member in vector("entry", "full"):
        record = as_record({**vector("entry", "full"), member: junk})
        for check in RECORD_RULES.values():
            assert all(isinstance(one, Finding) or one is HELD for one in check.function(record))

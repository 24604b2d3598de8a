from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.model import Location
from pytest_szxc.record import Record, instant

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def record(**value):
    return Record(value, Location(exchange="x1", record="3010022/17"), NOW)


def test_members_are_read_by_path_and_located_by_pointer():
    entry = record(sharing={"type": "2"}, impacts=[{"harm": "general"}, "junk", {"harm": "serious"}])
    assert entry.text("sharing.type") == "2"
    assert entry.at("sharing.type").pointer == "/sharing/type"
    harms = [(child.text("harm"), child.at("harm").pointer) for child in entry.children("impacts")]
    assert harms == [("general", "/impacts/0/harm"), ("serious", "/impacts/2/harm")]
    assert entry.child("sharing").at("type").pointer == "/sharing/type"


def test_numbers_are_exact_and_truth_is_no_number():
    entry = record(a=2**64, b=Decimal("19.99"), c=True)
    assert (entry.number("a"), entry.number("b"), entry.number("c")) == (2**64, Decimal("19.99"), None)
    assert (entry.flag("c"), entry.flag("a")) == (True, None)


def test_dates_and_emptiness():
    entry = record(day="2024-02-29", bad="2023-02-29", nothing=[], blank="")
    assert (entry.date("day"), entry.date("bad")) == (date(2024, 2, 29), None)
    assert not entry.has("nothing")
    assert not entry.has("blank")
    assert entry.has("day")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-06-01T12:00:00+08:00", datetime(2026, 6, 1, 4, tzinfo=UTC)),
        ("2026-06-01t04:00:00z", datetime(2026, 6, 1, 4, tzinfo=UTC)),
        ("2026-06-01T04:00:00.250Z", datetime(2026, 6, 1, 4, 0, 0, 250000, tzinfo=UTC)),
        ("2026-06-01T04:00:00", None),
        ("2026-06-01 04:00:00+00:00", None),
        ("2026-06-01", None),
        ("", None),
        (None, None),
    ],
)
def test_an_instant_needs_date_time_and_offset(text, expected):
    assert instant(text) == expected


READERS = ("get", "has", "text", "number", "flag", "time", "date", "texts", "child", "children", "at")


@given(
    st.dictionaries(
        st.sampled_from(["a", "b"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
        ),
    ),
    st.sampled_from(READERS),
    st.sampled_from(["a", "b", "a.b", "a.b.a"]),
)
def test_no_reader_raises_on_foreign_data(value, reader, path):
    getattr(record(**value), reader)(path)

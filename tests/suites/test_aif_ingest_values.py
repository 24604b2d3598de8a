"""What happened to a value or a time on its way is named: rounded, cut off, a text, offset dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from aif_judging import NOW, judged, part
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import Record
from pytest_szxc.model import Location, Status

exactness, policies = part("exactness"), part("ingest_policies")
SENT = "2026-06-01T11:50:00.000+08:00"


def record(time: Any) -> Record:
    return Record({"phenomenonTime": time}, Location("x"), NOW)


@pytest.mark.parametrize(
    ("sent", "seen", "fate"),
    [
        ("21.57", Decimal("21.6"), "rounded to 1 decimals"),
        ("21.57", Decimal("21.5"), "cut off to 1 decimals"),
        ("21.57", 22, "rounded to 0 decimals"),
        ("21.57", 21, "cut off to 0 decimals"),
        ("-0.05", 0, "rounded to 0 decimals"),
        ("-0.05", Decimal("0.05"), "sign lost"),
        ("21.57", "21.57", "a text for a number"),
        ("21.57", None, "not shown"),
        ("21.57", True, "no number"),
        ("21.57", [], "no number"),
        ("21.57", Decimal("70.83"), "another value"),
    ],
)
def test_what_became_of_a_value(sent: str, seen: Any, fate: str) -> None:
    assert exactness.fate(Decimal(sent), seen) == fate
    assert not exactness.is_exact(Decimal(sent), seen, Decimal("0.01"))


@given(st.integers(-(10**6), 10**6), st.integers(0, 4))
def test_a_value_in_single_or_double_precision_is_exact(steps: int, digits: int) -> None:
    step = Decimal(1).scaleb(-digits)
    sent = steps * step
    assert exactness.is_exact(sent, Decimal(repr(float(sent))), step)
    assert not exactness.is_exact(sent, sent + step, step)


@pytest.mark.parametrize(
    ("seen", "fate"),
    [
        ("2026-06-01T11:50:00Z", "offset dropped: +8 h"),
        ("2026-05-31T19:50:00Z", "offset applied twice: -8 h"),
        ("2026-06-01T04:50:00Z", "shifted by +1 h"),
        ("2026-06-01 11:50:00", "no time with an offset"),
        (None, "no time with an offset"),
    ],
)
def test_what_became_of_a_time(seen: Any, fate: str) -> None:
    assert not exactness.is_same_time(SENT, record(seen))
    assert exactness.time_fate(SENT, record(seen)) == fate


@given(st.integers(-12 * 4, 14 * 4))
def test_the_same_instant_is_the_same_in_every_zone(quarters: int) -> None:
    zone = timezone(timedelta(minutes=15 * quarters))
    seen = datetime.fromisoformat(SENT).astimezone(zone).isoformat(timespec="seconds")
    assert exactness.is_same_time(SENT, record(seen))
    assert exactness.about_time(SENT, record(seen.replace(seen[-6:], "Z")))


@pytest.mark.parametrize("time", ["2026-06-01T11:57:00+08:00", "2026-06-05T11:50:00Z", "", None, "x", 7])
def test_another_row_is_not_taken_for_a_shifted_one(time: Any) -> None:
    assert not exactness.about_time(SENT, record(time))


def declared(**policies_: Any) -> Any:
    def change(made: Any) -> None:
        made.parts["agri_system_interfaces"].capability["policies"] |= policies_

    return change


@pytest.mark.parametrize(
    ("written", "hours"),
    [("+08:00", 8), ("-03:30", -3.5), ("Z", 0), ("+8", None), ("08:00", None), ("+99:00", None), ("+08:xx", None)],
)
def test_the_declared_offset(monkeypatch: pytest.MonkeyPatch, written: str, hours: float | None) -> None:
    monkeypatch.setattr(policies, "policy", lambda *_: written)
    found = policies.default_offset(None)
    assert found is None if hours is None else found.utcoffset(None) == timedelta(hours=hours)


@pytest.mark.parametrize("limit", [-1, "24", None, True, [], 10**9])
def test_a_limit_that_is_none_leaves_the_default(limit: Any) -> None:
    def change(made: Any) -> None:
        made.parts["agri_system_interfaces"].capability["limits"]["futureHours"] = limit

    assert judged("AIF-043", change).status is (Status.FAIL if limit == 10**9 else Status.PASS)


@pytest.mark.parametrize("days", [0, -3, "long", None, 10**12])
def test_a_retention_that_is_none_leaves_the_default(days: Any) -> None:
    assert judged("AIF-045", declared(retentionDays=days)).status is Status.PASS


def test_a_channel_of_a_few_steps_is_no_trouble() -> None:
    def coarse(made: Any) -> None:
        def change(row: Any) -> None:
            for channel in row["channels"]:
                channel["resolution"] = (channel["rangeMax"] - channel["rangeMin"]) / 2

        made.store.edit("agri:devices", change)

    assert judged("AIF-047", coarse).status is Status.PASS
    assert judged("AIF-041", coarse).status is Status.PASS


def test_the_present_is_the_platforms() -> None:
    assert datetime.fromisoformat(SENT).astimezone(UTC) < NOW

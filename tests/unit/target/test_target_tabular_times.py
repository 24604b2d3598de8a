from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_szxc.target.canonical import TIME_PROFILES
from pytest_szxc.target.tabular.times import BLANK, MISSING, NO_OFFSET, NOT_A_TIME, OK, TIME_PROFILE, times_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EIGHT = 1_775_001_600_000_000  # 2026-04-01 08:00 in Beijing


def us(moment):
    return (moment - EPOCH) // timedelta(microseconds=1)


def found(text, profile="rfc3339"):
    times = times_of([text], profile)
    return int(times.us[0]), int(times.kinds[0])


@pytest.mark.parametrize(
    ("text", "profile", "kind"),
    [
        ("2026-04-01T08:00:00+08:00", "rfc3339", OK),
        ("2026-04-01t00:00:00z", "rfc3339", OK),
        ("2026-03-31T20:30:00.000000000-03:30", "rfc3339", OK),
        ("2026-04-01T08:00:00", "rfc3339", NO_OFFSET),
        ("2026-04-01 08:00:00.000", "rfc3339", NO_OFFSET),
        ("2026-04-01 08:00:00", "beijing", OK),
        ("2026-04-01T08:00:00", "beijing", NO_OFFSET),
        ("2026-04-01 08:00:00+08:00", "rfc3339", TIME_PROFILE),
        ("2026-04-01 08:00:00+08:00", "offset-space", OK),
        ("20260401080000", "compact", OK),
        ("1775001600000", "epoch-ms", OK),
        ("2026-04-01T00:00:00Z", "epoch-ms", OK),
    ],
)
def test_ways_to_write_an_instant(text, profile, kind):
    assert found(text, profile) == (EIGHT, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (None, BLANK),
        ("", BLANK),
        ("  ", BLANK),
        ("x", NOT_A_TIME),
        ("20260401080000", NOT_A_TIME),
        ("2026-02-29T00:00:00Z", NOT_A_TIME),
        ("2026-13-01T00:00:00Z", NOT_A_TIME),
        ("0000-01-01T00:00:00Z", NOT_A_TIME),
        ("2026-04-01T24:00:00Z", NOT_A_TIME),
        ("2026-04-01T00:00:00.Z", NOT_A_TIME),
        ("2026-04-01T00:00:00.1234567890Z", NOT_A_TIME),
        ("2026-04-01T00:00:00,1Z", NOT_A_TIME),
        ("2026-04-01T00:00:00+24:00", NOT_A_TIME),
        ("2026-04-01T00:00:00+0800", NOT_A_TIME),
        ("2026/04/01T00:00:00Z", NOT_A_TIME),
        ("２０２６-04-01T00:00:00Z", NOT_A_TIME),
        ("2026-04-01T00:00:00Z" + " " * 60, NOT_A_TIME),
    ],
)
def test_what_is_no_time(text, kind):
    assert found(text) == (MISSING, kind)


def test_a_leap_second_is_the_one_after():
    assert found("2016-12-31T23:59:60Z") == (us(datetime(2017, 1, 1, tzinfo=UTC)), OK)


def test_no_cells_are_no_times():
    assert len(times_of([], "rfc3339").us) == 0


OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS)  # noqa: DTZ001 -- naive bounds


@settings(max_examples=60, deadline=None)
@given(st.lists(MOMENTS, min_size=1, max_size=20))
def test_any_instant_as_python_writes_it(moments):
    times = times_of([moment.isoformat() for moment in moments], "rfc3339")
    assert times.us.tolist() == [us(moment) for moment in moments]
    assert (times.kinds == OK).all()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(TIME_PROFILES)), st.text("0123456789-:T Z+.", max_size=30))
def test_what_is_understood_is_what_the_profile_makes_of_it(profile, text):
    change = TIME_PROFILES[profile]
    canonical = change(text) if change else text
    value, kind = found(text, profile)
    if kind == OK:
        assert us(datetime.fromisoformat(canonical)) == value
    else:
        assert kind in {BLANK, NOT_A_TIME, NO_OFFSET, TIME_PROFILE}

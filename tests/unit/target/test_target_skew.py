"""Two clocks: by how much they differ, and what may still be compared."""

from __future__ import annotations

import operator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Exchange, Request, Response
from pytest_szxc.target.skew import TRUSTED, Skew, present, skew_of

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def answered(date: str | None, *, started: datetime = NOW, elapsed: float = 0.0, **headers: str) -> Exchange:
    given_headers = tuple({**({"date": date} if date is not None else {}), **headers}.items())
    stamp = started.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Exchange("x", "op", Request("GET", "http://x"), Response(200, given_headers), started=stamp, elapsed=elapsed)


def http(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@given(
    st.integers(-400 * 86_400, 400 * 86_400),
    st.floats(0, 30),
    st.floats(0, 1),
    st.integers(0, 999),
)
def test_the_difference_is_found_wherever_in_the_exchange_the_date_was_made(
    seconds: int, elapsed: float, share: float, milliseconds: int
) -> None:
    started = NOW + timedelta(milliseconds=milliseconds)
    made = started + timedelta(seconds=elapsed * share + seconds)
    skew = skew_of([answered(http(made.replace(microsecond=0)), started=started, elapsed=elapsed)])
    assert skew is not None
    assert abs(skew.seconds) <= abs(seconds) + 1
    assert abs(skew.seconds - seconds) <= elapsed + 2


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Foo 2026 99:99:99 GMT", "0", "\x00"])
def test_an_answer_without_a_usable_date_says_nothing(date: str | None) -> None:
    assert skew_of([answered(date)]) is None


def test_what_a_cache_answers_is_passed_over_and_the_first_dated_answer_counts() -> None:
    old, right = http(NOW - timedelta(days=3)), http(NOW)
    exchanges = [answered(old, age="259200"), answered(None), answered(right), answered(old)]
    assert skew_of(exchanges) == Skew(0, "x")
    assert skew_of([]) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "+0.0 s"), (-59, "-59.0 s"), (90, "+1.5 min"), (-7200, "-2.0 h"), (365 * 86_400, "+365.0 d")],
)
def test_the_difference_for_people(seconds: int, words: str) -> None:
    skew = Skew(seconds, "x")
    assert skew.words == words
    assert (skew.telling, skew.trusted) == (abs(seconds) > 60, abs(seconds) <= TRUSTED)


def test_the_present_stays_what_it_is_while_the_clocks_agree() -> None:
    assert present(NOW, None) is NOW
    assert present(NOW, Skew(TRUSTED, "x")) is NOW


@pytest.mark.parametrize(
    "use",
    [
        lambda now: now + timedelta(1),
        lambda now: timedelta(1) + now,
        lambda now: now - timedelta(1),
        lambda now: now - NOW,
        lambda now: NOW - now,
        *(lambda now, compare=compare: compare(NOW, now) for compare in (operator.lt, operator.le, operator.gt)),
        *(lambda now, compare=compare: compare(now, NOW) for compare in (operator.ge, operator.eq, operator.ne)),
        lambda now: now.astimezone(UTC),
        lambda now: now.date(),
        lambda now: now.isoformat(),
        lambda now: now.replace(microsecond=0),
        lambda now: now.timestamp(),
        lambda now: now.year,
        lambda now: now.second,
        lambda now: now.weekday(),
        lambda now: now.timetuple(),
        lambda now: now.toordinal(),
        lambda now: f"{now:%Y}",
        lambda now: max(now, NOW),
    ],
)
def test_a_doubtful_present_may_be_handed_on_and_not_used(use) -> None:  # type: ignore[no-untyped-def]
    doubtful = present(NOW, Skew(-86_400, "x7"))
    assert isinstance(doubtful, datetime)
    with pytest.raises(Unjudgeable) as raised:
        use(doubtful)
    assert (raised.value.code, raised.value.exchange, raised.value.params) == (
        "data.clock-skew",
        "x7",
        {"difference": "-1.0 d"},
    )

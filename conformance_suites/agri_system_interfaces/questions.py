"""Questions about a device's observations: what is asked, what the answer must be, what mistakes would make of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect

from .observed_set import asked, key_of, moment, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_szxc import Observation, Record

    from .observed_set import Asked, Key, Subject

    Test = Callable[[Record], bool]

Row = dict[str, Any]
ZONE_SHIFTS = (8, -8, 5.5, -3.5)
"""Hours by which a bound is off where its offset is dropped, or taken for another."""
NAMES = 4
"""Observations that a finding names, at most."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a device's observations.

    Attributes:
        params: beside the subject's own.
        right: which observations are the answer.
        mistakes: which it would be if a likely mistake were made, by the mistake's name.
    """

    params: Row
    right: Test
    mistakes: Mapping[str, Test] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The parameters with their values."""
        return ", ".join(f"{name}={value}" for name, value in self.params.items())


def during(since: datetime, until: datetime, *, half_open: bool = True, zone: Any = None) -> Question:  # noqa: ANN401 -- a timezone
    """A question by time, its bounds written in some offset."""
    texts = [written(at, zone) if zone else written(at) for at in (since, until)]

    def within(low: datetime, high: datetime) -> Test:
        return lambda row: low <= moment(row) < high or (not half_open and moment(row) == high)

    end = (
        "`to` is included, it is declared as excluded" if half_open else "`to` is excluded, it is declared as included"
    )
    mistakes: dict[str, Test] = {
        end: lambda row: since <= moment(row) < until or (half_open and moment(row) == until),
        "`from` is excluded": lambda row: since < moment(row) < until or (not half_open and moment(row) == until),
        "both bounds are excluded": lambda row: since < moment(row) < until,
        "`from` is excluded and `to` included": lambda row: since < moment(row) <= until,
        "times are compared as texts, not as instants": lambda row: (
            texts[0] <= (row.text("phenomenonTime") or "") < texts[1]
        ),
        "`from` is ignored": lambda row: moment(row) < until,
        "`to` is ignored": lambda row: moment(row) >= since,
        "both bounds are ignored": lambda _: True,
    }
    for hours in ZONE_SHIFTS:
        gap = timedelta(hours=hours)
        mistakes[f"bounds are taken {hours:+g} h off: the time zone is lost or shifted"] = within(
            since + gap, until + gap
        )
    return Question({"from": texts[0], "to": texts[1]}, within(since, until), mistakes)


def answered(subject: Subject, question: Question) -> Iterator[Observation]:
    """Ask, and compare exact sets; nothing where the statement's binding does not carry a parameter."""
    seen = asked(subject.sut, subject.base | question.params)
    if seen.sent == subject.learned.sent:
        return
    yield from judged(subject, question, seen)


def judged(subject: Subject, question: Question, seen: Asked) -> Iterator[Observation]:
    """What an answer shows."""
    if not seen.fine:
        yield expect(False, seen.at, expected=f"{question.name}: HTTP 200", observed=seen.said)  # noqa: FBT003 -- it is none
        return
    if not seen.whole:
        return
    wanted = frozenset(key_of(row) for row in subject.rows if question.right(row))
    got = subject.comparable(seen)
    if got != wanted and not subject.holds_still():
        return
    expected = f"{question.name}: {len(wanted)} of {len(subject.rows)} observations"
    yield expect(got == wanted, seen.at, expected=expected, observed=said(subject, question, wanted, got))


def said(subject: Subject, question: Question, wanted: frozenset[Key], got: frozenset[Key]) -> str:
    """How an answer differs, and what mistake would make it so."""
    differences = f"{len(got)}; missing {_named(wanted - got)}; too many {_named(got - wanted)}"
    for name, test in question.mistakes.items():
        if got == frozenset(key_of(row) for row in subject.rows if test(row)):
            return f"{name} ({differences})"
    return differences


def _named(keys: frozenset[Key]) -> str:
    texts = sorted(f"{channel} {at.isoformat() if at else '-'}" for channel, at in keys)
    more = f" and {len(texts) - NAMES} more" if len(texts) > NAMES else ""
    return f"{len(texts)} ({', '.join(texts[:NAMES])}{more})" if texts else "none"

"""Observations are queried: by device, kind, object, time; exact bounds; order; empty results."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import Location, SzxcError, expect, requirement

from .observed_set import ANY, LIST, ZONES, asked, half_open, key_of, moment, subject, written
from .questions import Question, answered, during, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

    from .observed_set import Asked, Subject

Row = dict[str, Any]
MEMBERS = ("kind", "channelId", "objectId", "flag")
NEEDED = ("deviceId", "kind", "from")
"""Filters without which nothing can be said of the requirement."""
NARROW = timedelta(seconds=1)
LONG_AGO = (datetime(2001, 2, 3, tzinfo=UTC), datetime(2001, 2, 4, tzinfo=UTC))
ORDERS = ("asc", "desc")
FLAGS = ("T", "D", "F", "M", "C", "B", "L", "I", "S", "N", "-")
"""Flags of which a device that has nothing unusual to show has none; the last is none at all."""
NOBODY = "szxc-nobody"
"""A name that means nothing."""
PARTS = 3
"""Pages into which the observations are divided where their order is looked at."""


# --- filters ----------------------------------------------------------------------------------------------------------


@requirement("AIF-048")
def test_filters_alone_and_combined(sut: Sut) -> Iterator[Observation]:
    """By device, each member, time, and all of them: exactly those observations that meet the question."""
    known = subject(sut, "048", lacking=True)
    if known is None:
        return
    carried = {name for name, seen in _singles(known).items() if seen.sent != known.learned.sent}
    if asked(sut, _without(known.base, "deviceId"), pages=1).sent != known.learned.sent:
        carried.add("deviceId")
    if not carried.issuperset(NEEDED):
        return
    yield from _devices(known)
    yield from _shown(known)
    for name in MEMBERS:
        if name in carried:
            yield from _by_member(known, name)
    yield from _by_time(known, carried)


def _without(base: Row, name: str) -> Row:
    return {member: value for member, value in base.items() if member != name}


def _singles(known: Subject) -> dict[str, Asked]:
    """The answer to each filter beside the device."""
    values = {name: _value(known, name) for name in MEMBERS}
    params: dict[str, Row] = {name: {name: value} for name, value in values.items() if value is not None}
    params["from"] = {"from": written(known.gaps[0])}
    return {name: asked(known.sut, known.base | one) for name, one in params.items()}


def _value(known: Subject, name: str) -> str | None:
    """A value that some observations have, if possible not all of them."""
    counted = Counter(text for row in known.rows if (text := row.text(name)) is not None)
    return min(counted, key=lambda value: (counted[value], value), default=None)


def _devices(known: Subject) -> Iterator[Observation]:
    """Nothing but the device's own is shown."""
    for row in known.learned.rows:
        name = row.text("deviceId")
        if name is not None:
            yield expect(name == known.device, row.at("deviceId"), expected=known.device, observed=name)
    yield from _nothing(known, "deviceId", NOBODY)  # there may be no other device with observations


def _shown(known: Subject) -> Iterator[Observation]:
    """What the whole answer lacks of what was posted, a narrow question does not show either."""
    have = {at for _, at in map(key_of, known.rows)}
    for row in known.posted:
        at = datetime.fromisoformat(row["phenomenonTime"]).astimezone(UTC)
        if at not in have:
            narrow = asked(known.sut, known.base | {"from": written(at), "to": written(at + NARROW)})
            found = any(moment(one) == at for one in narrow.rows)
            seen = f"{row['phenomenonTime']}: in a question by time only"
            yield expect(not found, known.learned.at, expected=f"deviceId={known.device}: all of it", observed=seen)


def _by_member(known: Subject, name: str) -> Iterator[Observation]:
    """By one member beside the device, and by it alone within the device's time."""
    value = _value(known, name)

    def right(row: Record) -> bool:
        return row.text(name) == value

    mistakes = {f"filter {name} is ignored": lambda _: True, f"filter {name} excludes": lambda row: not right(row)}
    yield from answered(known, Question({name: value}, right, mistakes))
    if name == "flag":
        other = next(flag for flag in FLAGS if flag not in {row.text("flag") for row in known.rows})
        yield from _nothing(known, name, other)
    elif all(map(right, known.rows)):  # then the answer is the same where the filter is ignored
        yield from _nothing(known, name, NOBODY)
    if name in ("kind", "objectId"):
        yield from _alone(known, name, str(value))


def _nothing(known: Subject, name: str, value: str) -> Iterator[Observation]:
    """By a value that no observation of the device has: none is shown. That there is no such value may be said, too."""
    question = Question({name: value}, lambda _: False, {f"filter {name} is ignored": lambda _: True})
    try:
        seen = asked(known.sut, known.base | question.params, pages=1)
    except SzxcError as reason:
        if not reason.code.startswith(("envelope.", "json.")):  # how nothing is told is another matter
            raise
        return
    if seen.fine and seen.sent != known.learned.sent:
        yield from judged(known, question, replace(seen, whole=True))


def _alone(known: Subject, name: str, value: str) -> Iterator[Observation]:
    """Without the device: all have the value, and the device's own are among them."""
    low, high = known.gaps[0], known.gaps[-1]
    params = {name: value, "from": written(low), "to": written(high)}
    seen = asked(known.sut, params)
    if not seen.fine:
        yield expect(False, seen.at, expected=f"{name} alone: HTTP 200", observed=seen.said)  # noqa: FBT003 -- it is none
        return
    for row in seen.rows:
        told = row.text(name)
        yield expect(told in (value, None), row.at(name), expected=f"{name} = {value}", observed=told)
    if seen.whole:
        mine = {key_of(row) for row in known.rows if row.text(name) == value and low <= moment(row) < high}
        got = {key_of(row) for row in seen.rows if row.text("deviceId") in (known.device, None)}
        lacking = len(mine - got)
        yield expect(not lacking, seen.at, expected=f"{name}={value}: 0 missing", observed=f"{lacking} missing")


def _by_time(known: Subject, carried: set[str]) -> Iterator[Observation]:
    """From an instant, until one, between two, and with all other filters; no bound is an instant of an observation."""
    gaps = known.gaps
    low, high = gaps[len(gaps) // 4], gaps[-(len(gaps) // 4 + 1)]
    between = during(low, high)
    since, until = ({name: between.params[name]} for name in ("from", "to"))
    yield from answered(known, Question(since, lambda row: moment(row) > low, between.mistakes))
    yield from answered(known, Question(until, lambda row: moment(row) < high, between.mistakes))
    yield from answered(known, between)
    last = next((row for row in reversed(known.rows) if low < moment(row) < high), None)
    if last is None:
        return
    members = {name: last.text(name) for name in MEMBERS if name in carried and last.text(name) is not None}
    for name, value in members.items():
        yield from answered(known, _combined(between, {name: value}))
    yield from answered(known, _combined(between, members))


def _combined(between: Question, members: dict[str, str | None]) -> Question:
    def right(row: Record) -> bool:
        return between.right(row) and all(row.text(name) == value for name, value in members.items())

    mistakes = {
        f"filter {left_out} is ignored where there are others": _all_but(between, members, left_out)
        for left_out in members
    }
    mistakes["the time is ignored where there are other filters"] = lambda row: all(
        row.text(name) == value for name, value in members.items()
    )
    return Question(members | between.params, right, mistakes)


def _all_but(between: Question, members: dict[str, str | None], left_out: str) -> Any:  # noqa: ANN401 -- a test
    rest = {name: value for name, value in members.items() if name != left_out}
    return lambda row: between.right(row) and all(row.text(name) == value for name, value in rest.items())


# --- bounds -----------------------------------------------------------------------------------------------------------


@requirement("AIF-049")
def test_bounds_are_exact(sut: Sut) -> Iterator[Observation]:
    """Bounds at observations: `from` is included, `to` is not (or as declared), in whatever offset they are written."""
    known = subject(sut, "049")
    if known is None or len(known.instants) < PARTS:
        return
    times, declared = known.instants, half_open(sut)
    first, last = sorted(sut.random("AIF-049").sample(range(len(times)), 2))
    for zone in ZONES:
        yield from answered(known, during(times[first], times[last], half_open=declared, zone=zone))
    yield from answered(known, during(times[0], times[-1], half_open=declared))
    yield from answered(known, during(times[last], times[last] + NARROW, half_open=declared))


# --- order ------------------------------------------------------------------------------------------------------------


@requirement("AIF-052")
def test_order_by_time(sut: Sut) -> Iterator[Observation]:
    """Ascending and descending over several pages: instants never turn back."""
    known = subject(sut, "052")
    if known is None:
        return
    size = -(-len(known.rows) // PARTS)
    plain = asked(sut, known.base, size=size, pages=PARTS + 1)
    for order in ORDERS:
        seen = asked(sut, known.base | {"order": order}, size=size, pages=PARTS + 1)
        if seen.sent != plain.sent:
            yield from _ordered(order, seen)
            lost = len(plain.keys) - len(seen.keys)  # which of them is a matter of pages
            observed = f"{lost} fewer than without an order"
            yield expect(lost <= 0 or not seen.fine, seen.at, expected=f"order={order}: all of them", observed=observed)


def _ordered(order: str, seen: Asked) -> Iterator[Observation]:
    if not seen.fine:
        yield expect(False, seen.at, expected=f"order={order}: HTTP 200", observed=seen.said)  # noqa: FBT003 -- it is none
        return
    rows = [row for row in seen.rows if row.time("phenomenonTime")]
    times, texts = [moment(row) for row in rows], [row.text("phenomenonTime") for row in rows]
    backwards = order == "desc"
    mistakes = {
        "ordered as texts, not as instants": texts == sorted(map(str, texts), reverse=backwards),
        "the other order": times == sorted(times, reverse=not backwards),
        "ordered within each page only": all(_is_sorted(page.records, backwards=backwards) for page in seen.pages),
    }
    likely = next((name for name, made in mistakes.items() if made), "not ordered by phenomenonTime")
    right = times == sorted(times, reverse=backwards)
    yield expect(right, seen.at, expected=f"order={order}: by phenomenonTime", observed=likely)


def _is_sorted(rows: tuple[Record, ...], *, backwards: bool) -> bool:
    times = [moment(row) for row in rows]
    return times == sorted(times, reverse=backwards)


# --- nothing ----------------------------------------------------------------------------------------------------------


@requirement("AIF-056")
def test_nothing_is_an_empty_list(sut: Sut) -> Iterator[Observation]:
    """A device that has observations has none long ago: 200, an empty list, total 0."""
    known = subject(sut, "056")
    if known is None:
        return
    params = known.base | {"from": written(LONG_AGO[0]), "to": written(LONG_AGO[1])}
    try:
        page = next(iter(sut.walk(LIST, pages=1, accept=ANY, **params)))
    except SzxcError as reason:
        if not reason.code.startswith(("envelope.", "json.")):
            raise
        at = Location(getattr(reason, "exchange", None))
        yield expect(False, at, expected="200, []", observed=reason.text("en"))  # noqa: FBT003 -- there is no list
        return
    status = page.reply.response.status
    said = f"HTTP {status}" if status != 200 or page.reply.fine else f"code {page.reply.code}"  # noqa: PLR2004 -- HTTP
    yield expect(status == 200 and page.reply.fine, page.reply.at(), expected="HTTP 200", observed=said)  # noqa: PLR2004 -- HTTP
    if page.reply.fine:
        yield expect(not page.records, page.reply.at(), expected="[]", observed=f"{len(page.records)} observations")
        if page.total is not None:
            yield expect(page.total == 0, page.reply.at("total"), expected=0, observed=page.total)

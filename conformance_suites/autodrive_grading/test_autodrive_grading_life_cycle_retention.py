"""Events are kept as long as was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect, requirement

from .event_sessions import events_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

LIST = "list_events"
OLDEST = 4
"""Sessions whose events are looked for: the oldest that a promise covers, of as many features."""
NOTHING = 404
"""Another way to say that nothing is there."""
MARGIN = timedelta(hours=1)
"""So much before the end of a promise nothing is asked: time passes while one asks."""
AROUND = timedelta(seconds=1)
DAY = timedelta(days=1)
PAGES = 50
"""More than that are not read; what may stand there is not judged."""
MOST = 500
"""Events of a session that are looked for, the oldest first."""


@dataclass(frozen=True, slots=True)
class _Promise:
    """How long events of a feature are kept, by its declaration."""

    declaration: Record
    feature: str
    days: int

    @property
    def since(self) -> datetime:
        """The oldest instant whose events are to be there."""
        return self.declaration.observed_at - timedelta(days=self.days) + MARGIN

    def covers(self, at: datetime) -> bool:
        return self.since <= at <= self.declaration.observed_at


@dataclass(frozen=True, slots=True)
class _Session:
    """Events that a session recorded and a promise covers, oldest first, and what the platform kept of that time."""

    promise: _Promise
    record: Record
    known: tuple[Record, ...]
    kept: dict[str | None, Record]
    refused: Reply | None

    @property
    def met(self) -> bool:
        return any(one.text("event_id") in self.kept for one in self.known)


@requirement("ADG-046")
def test_events_are_kept_as_long_as_declared(sut: Sut) -> Iterator[Observation]:
    """Events that test sessions recorded, the oldest that the declared time covers, are all found."""
    promises = {one.feature: one for one in _promises(sut)}
    looked = [_looked(sut, promises[row.text("feature_id") or ""], row) for row in _chosen(sut, promises)]
    judged = [one for one in looked if one.known]
    if not judged or _elsewhere(sut, judged):
        return
    for one in judged:
        yield from _kept(one)
    yield from _answered(sut, judged[0])


# --- what is known ----------------------------------------------------------------------------------------------------


def _promises(sut: Sut) -> Iterator[_Promise]:
    for row in sut.records("list_declarations"):
        days, feature = row.number("retention_days"), row.text("feature_id")
        if feature and days is not None and days.is_finite() and 0 < days < 10**5:
            yield _Promise(row, feature, int(days))


def _chosen(sut: Sut, promises: dict[str, _Promise]) -> list[Record]:
    """Sessions with events within the promise of their feature: the oldest of each feature, and one other by chance."""
    within = [row for row in sut.records("list_sessions") if _counts(row, promises)]
    within.sort(
        key=lambda row: (
            row.flag("events") is None,
            row.time("started_at") or row.observed_at,
            row.text("session_id") or "",
        )
    )
    firsts: dict[str | None, Record] = {}
    for row in within:
        firsts.setdefault(row.text("feature_id"), row)
    chosen = list(firsts.values())[:OLDEST]
    others = [row for row in within if all(row is not one for one in chosen)]
    return [*chosen, *(sut.random("ADG-046").sample(others, 1) if others else ())]


def _rank(row: Record) -> tuple[bool, datetime, str]:
    """The oldest first, of those that say that they have events before others."""
    return row.flag("events") is None, row.time("started_at") or row.observed_at, row.text("session_id") or ""


def _counts(row: Record, promises: dict[str, _Promise]) -> bool:
    promise, ended = promises.get(row.text("feature_id") or ""), row.time("ended_at") or row.time("started_at")
    told = row.text("session_id") and row.flag("events") is not False
    return bool(told and promise and ended and promise.covers(ended))


def _looked(sut: Sut, promise: _Promise, session: Record) -> _Session:
    events = events_of(sut, session) or ()
    timed = [(at, one) for one in events if (at := one.time("t")) and one.text("event_id") and promise.covers(at)]
    timed.sort(key=lambda pair: pair[0])
    timed = timed[:MOST]
    known = tuple(one for _, one in timed)
    if not timed:
        return _Session(promise, session, (), {}, None)
    found = _found(sut, promise, timed[0][0] - AROUND, timed[-1][0] + AROUND)
    return _Session(promise, session, known if found.whole else (), found.events, found.refused)


@dataclass(frozen=True, slots=True)
class _Found:
    """The events of a time by id, the answer where it was a refusal, and whether all pages were read."""

    events: dict[str | None, Record]
    refused: Reply | None = None
    whole: bool = True


def _found(sut: Sut, promise: _Promise, since: datetime, until: datetime) -> _Found:
    found: dict[str | None, Record] = {}
    window: dict[str, Any] = {"from": _written(since), "to": _written(until)}
    pages = seen = 0
    for page in sut.walk(LIST, pages=PAGES, accept=(0,), feature=promise.feature, **window):
        if not page.reply.fine:
            return _Found(found, None if page.reply.response.status == NOTHING else page.reply)
        found.update((one.text("event_id"), one) for one in page.records)
        pages, seen = pages + 1, seen + len(page.records)
        ended = not page.records or (page.total is not None and seen >= page.total)
    return _Found(found, whole=pages < PAGES or ended)


def _elsewhere(sut: Sut, judged: list[_Session]) -> bool:
    """Whether the platform keeps events of service here, and those of tests before the declaration not at all."""
    first = judged[0]
    declared = [one.promise.declaration.time("declared_at") for one in judged]
    begun = [one.known[0].time("t") for one in judged]
    before = all(at and told and at < told for at, told in zip(begun, declared, strict=True))
    if not before or any(one.met or one.refused for one in judged):
        return False
    return bool(_found(sut, first.promise, first.promise.since, first.record.observed_at).events)


# --- what is kept -----------------------------------------------------------------------------------------------------


def _kept(looked: _Session) -> Iterator[Observation]:
    """All of them, each as it was."""
    if looked.refused:
        yield _not_refused(looked.refused, looked.promise, looked.known[0].time("t") or looked.promise.since)
        return
    for one in looked.known:
        kept = looked.kept.get(one.text("event_id"))
        age = (one.observed_at - (one.time("t") or one.observed_at)).days
        what = f"{one.text('event_id')} ({one.text('type')}, {age} d old, {looked.promise.days} d declared)"
        yield expect(kept is not None, one.at(), expected=f"{what}: kept", observed="not found")
        if kept is not None:
            seen = (kept.time("t"), kept.text("type"))
            same = seen == (one.time("t"), one.text("type"))
            yield expect(same, kept.at(), expected=f"{what}: as it was", observed=f"{seen[1]} {kept.text('t')}")


def _answered(sut: Sut, oldest: _Session) -> Iterator[Observation]:
    """The first day of what is promised, or of service if later, can be asked for, whatever is found."""
    promise = oldest.promise
    service = [at for at in (promise.declaration.time("declared_at"), oldest.record.time("started_at")) if at]
    since = min(max(promise.since, min(service, default=promise.since)), oldest.record.observed_at)
    window: dict[str, Any] = {"from": _written(since), "to": _written(since + DAY)}
    for page in sut.walk(LIST, pages=1, accept=(0,), feature=promise.feature, **window):
        yield _not_refused(page.reply, promise, since)


def _not_refused(reply: Reply, promise: _Promise, since: datetime) -> Observation:
    status = reply.response.status
    expected = f"{promise.feature}, {_written(since)} ({promise.days} d declared): HTTP 200"
    right = reply.fine or status == NOTHING
    return expect(right, reply.at(), expected=expected, observed=f"HTTP {status}, code {reply.code}")


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

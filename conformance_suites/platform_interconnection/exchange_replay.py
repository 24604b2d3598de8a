"""Changes replayed: the state that they leave is that of the records, from any watermark on, polled in any steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect

from .exchange_census import SAMPLED
from .exchange_log import CHANGES, DELETED, change_of, polled
from .exchange_pages import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pytest_szxc import Observation, Sut

    from .exchange_census import Census, Members
    from .exchange_log import Change, Log
    from .exchange_pages import Front

STEPS = 12
"""Polls of a consumer that moves on from watermark to watermark, about."""
STARTS = 3
"""Watermarks from which changes are asked for again."""


def union_is_whole(log: Log, now: Census) -> Iterator[Observation]:
    """What the changes leave is what there is: each record with its last content, and no other."""
    state = log.state()
    for key, known in now.records.items():
        change = state.get(key)
        if change is None:
            if log.since is None and log.whole:
                yield expect(holds=False, at=known.at, expected="a change that made this record", observed="none")
        elif change.op == DELETED:
            yield expect(holds=False, at=known.at, expected="no record after its deletion", observed="a record")
        else:
            yield _same_content(change, known.members)
    if now.whole and now.sound and log.whole:
        for change in state.values():
            if change.op != DELETED:
                held = change.key in now.records
                yield expect(held, change.at, expected="a record that is there", observed="none with this id")


def _same_content(change: Change, members: Members) -> Observation:
    """The members that both tell are the same; a change need not tell all."""
    listed = dict(members)
    other = [name for name, value in change.members if listed.get(name, value) != value]
    return expect(not other, change.at, expected="the record's content", observed=f"another {', '.join(other)}")


def suffixes(sut: Sut, log: Log, random: Random) -> Iterator[Observation]:
    """From seeded watermarks on, and from the last, exactly the changes that come after them."""
    places = [random.randrange(len(log.changes)) for _ in range(STARTS)]
    for place in dict.fromkeys((*places, len(log.changes) - 1)):
        yield from suffix(sut, log, place, random.randint(2, log.front.size))


def suffix(sut: Sut, log: Log, place: int, size: int) -> Iterator[Observation]:
    """The changes after the watermark of one; those at the watermark itself may come again before them."""
    start = log.changes[place]
    wanted = [change.told for change in log.after(place)]
    told = list(sut.walk(CHANGES, size=size, pages=2, resource=log.front.code, since=start.mark))
    asked = [change_of(record) for page in told for record in page.records]
    came = [change for change in asked if change.mark != start.mark]
    known = {change.told for change in log.changes}
    for index, change in enumerate(came):
        right = index < len(wanted) and change.told == wanted[index]
        if not right and (index < len(wanted) or change.told in known):
            yield expect(
                holds=False,
                at=change.at,
                expected=f"the next change after watermark {start.mark}",
                observed=_words(change),
            )
            return
    nothing = not came and len(asked) < size
    broken_off = len(told) > 1 and not told[-1].records  # that page would have been the next
    owed = len(came) < len(wanted) and (nothing or broken_off)
    yield expect(not owed, start.at, expected=f"{len(wanted)} changes after {start.mark}", observed=len(came))


def chained(sut: Sut, log: Log) -> Iterator[Observation]:
    """A consumer that takes one page and goes on from its last watermark misses nothing."""
    size = max(len(log.changes) // STEPS, 2)
    size = min(size, log.front.size)
    begin = max(len(log.changes) - STEPS * size, 0)
    since = log.changes[begin - 1].mark if begin else log.since
    got = set()
    for _ in range(2 * STEPS):
        page = list(polled(sut, log.front, since, size, 1))
        got.update(change.told for change in page)
        if not page or page[-1].mark == since:
            break
        since = page[-1].mark
    first = next((index for index in range(begin, len(log.changes)) if log.changes[index].told not in got), None)
    lost = sum(change.told not in got for change in log.changes[begin:])
    here = log.changes[begin if first is None else first].at
    wanted = f"every change, polled {size} at a time from watermark to watermark"
    yield expect(first is None, here, expected=wanted, observed=f"{lost} lost")


def updated_since(sut: Sut, front: Front, now: Census, random: Random) -> Iterator[Observation]:
    """Records updated at a time or later: all of them, and none that is older."""
    times = sorted((known.updated_at, known.updated) for known in now.records.values() if known.updated_at)
    if not times or not now.sound:
        return
    late = times[len(times) // 2 :] if now.whole else times[-max(len(times) // 50, 1) :]
    at, text = late[random.randrange(len(late))]
    wanted = {key for key, known in now.records.items() if known.updated_at and known.updated_at >= at}
    found: set[int] = set()
    here, cut = front.here, False
    bound = len(wanted) // front.held + 2 if now.whole else SAMPLED
    pages = sut.walk("list_records", size=front.size, pages=bound, resource=front.code, updatedSince=text)
    for number, page in enumerate(pages, start=1):
        here, cut = page.reply.at(), number == bound and not now.whole
        found.update(map(key_of, page.records))
        old = [record for record in page.records if (when := record.time("updatedAt")) is None or when < at]
        if old:
            wrong = old[0]
            yield expect(holds=False, at=wrong.at("updatedAt"), expected=f">= {text}", observed=wrong.get("updatedAt"))
            return
    missing = 0 if cut else len(wanted - found)
    seen = f"{missing} missing ({now.first(wanted - found)})" if missing else "all"
    yield expect(not missing, here, expected=f"all {len(wanted)} updated since {text}", observed=seen)


def _words(change: Change) -> str:
    return f"{change.op} at watermark {change.mark}"

"""What the platform shows of one device: learned in one whole walk, and what later answers are held against.

Where writing is allowed the device is our own, with seeded observations; otherwise one that the platform has. In both
cases the truth is what the platform itself shows, so that a fault of ingest is not blamed on queries.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pytest_szxc import SzxcError

from .bench import bench
from .capability import policy

if TYPE_CHECKING:
    from pytest_szxc import Location, PageSeen, Record, Sut

    from .bench import Bench

Row = dict[str, Any]
Key = tuple[str | None, datetime | None]
LIST = "list_observations"
ANY = (0, 500, 501, 502, 503, 504)
"""Error statuses that are looked at: all of them are answers to a question."""
MOST = 6
"""Pages of one walk, at most."""
COUNT, LATE, CHANNELS = 24, 8, 3
"""Seeded observations, how many of them are posted late, and on how many channels they lie."""
STEP, AGE = timedelta(minutes=47, seconds=13), timedelta(hours=30)
ZONES = tuple(timezone(timedelta(minutes=minutes)) for minutes in (0, 480, 330, -210))
"""Offsets in which instants are written: their order as texts is another one than in time."""
NOTHING = "D"
FLAGS = {5: "S", 9: "T", 10: "T", 11: "T", 16: "S", 19: NOTHING}
"""Flags of seeded observations other than N, by number; under the last there is no value."""
FAR = Decimal("0.97")
YEARS = range(1900, 9000)
SHOWN_WITHIN = 5
"""Seconds within which what was posted is shown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question was answered.

    Attributes:
        rows: of all pages that were looked at.
        pages: those.
        whole: whether there are no more.
    """

    rows: tuple[Record, ...]
    pages: tuple[PageSeen, ...]
    whole: bool

    @property
    def at(self) -> Location:
        """Where the first page was seen."""
        return self.pages[0].reply.at()

    @property
    def fine(self) -> bool:
        """Whether all pages are answers."""
        return all(page.reply.fine for page in self.pages)

    @property
    def said(self) -> str:
        """Status and code of the last page."""
        reply = self.pages[-1].reply
        return f"HTTP {reply.response.status}" + (f", {reply.code}" if reply.code else "")

    @property
    def total(self) -> int | None:
        """How many there are said to be."""
        return self.pages[0].total

    @property
    def sent(self) -> tuple[str, bytes]:
        """Address and content of the first request: they are the same where a binding does not carry a parameter."""
        request = self.pages[0].reply.request
        return (request.url, request.body or b"") if request else ("", b"")

    @property
    def keys(self) -> frozenset[Key]:
        """Channel and instant of each row."""
        return frozenset(map(key_of, self.rows))


def asked(sut: Sut, params: Row, *, size: int | None = None, pages: int = MOST) -> Asked:
    """Ask for observations, all pages of them unless they are too many.

    Raises:
        SzxcError: no usable answer.
    """
    seen = tuple(sut.walk(LIST, size=size, pages=pages, accept=ANY, **params))
    rows = tuple(row for page in seen for row in page.records)
    total = seen[0].total
    return Asked(rows, seen, whole=len(seen) < pages or (total is not None and len(rows) >= total))


def key_of(row: Record) -> Key:
    """Channel and instant: what tells a device's observations apart."""
    return row.text("channelId"), row.time("phenomenonTime")


def moment(row: Record) -> datetime:
    """When it was observed; only rows with an instant are kept."""
    found = row.time("phenomenonTime")
    return found or row.observed_at


def is_dated(row: Record) -> bool:
    """Whether it was observed at an instant with which one can calculate: 9999-12-31 stands for none."""
    found = row.time("phenomenonTime")
    return found is not None and found.year in YEARS


@dataclass(frozen=True, slots=True)
class Subject:
    """A device and its observations.

    Attributes:
        sut: the platform.
        base: parameters of every question: the device, and a time where it has too many observations.
        rows: all that ``base`` asks for, the oldest first.
        learned: how they were learned.
        own: our device, if it is ours.
        posted: what was posted of it.
    """

    sut: Sut
    base: Row
    rows: tuple[Record, ...]
    learned: Asked
    own: Bench | None = None
    posted: tuple[Row, ...] = ()

    @property
    def device(self) -> str:
        """Its id."""
        return str(self.base["deviceId"])

    @property
    def instants(self) -> list[datetime]:
        """When something was observed, each instant once, in time."""
        return sorted({moment(row) for row in self.rows})

    @property
    def gaps(self) -> list[datetime]:
        """Instants between two observations, at which nothing was observed; in whole seconds where possible."""
        times = self.instants
        found = [low + (high - low) / 2 for low, high in pairwise(times)]
        return [at.replace(microsecond=0) if at.replace(microsecond=0) not in times else at for at in found]

    def channels(self) -> list[str]:
        """Its channels, the one with most observations first."""
        counted = Counter(row.text("channelId") for row in self.rows)
        return [name for name, _ in counted.most_common() if name]

    def comparable(self, seen: Asked) -> frozenset[Key]:
        """What was answered, without what a device in use has observed since."""
        if self.own:
            return seen.keys
        return frozenset(key_of(row) for row in seen.rows if moment(row) <= self.instants[-1])

    def holds_still(self) -> bool:
        """Whether the device shows now what it showed at first."""
        if self.own:
            return True
        again = asked(self.sut, self.base | {":X-Request-Id": f"{self.sut.prefix}again"})
        return self.comparable(again) == frozenset(map(key_of, self.rows))


def subject(sut: Sut, name: str, *, lacking: bool = False) -> Subject | None:
    """A device to ask about, ours where that may be; ``None`` where there is nothing to ask about.

    Args:
        sut: the platform.
        name: of our device: the requirement's number.
        lacking: whether it will do if not all that was posted of it is shown.

    Raises:
        SzxcError: observations cannot be listed.
    """
    try:
        found = _own(sut, name)
    except SzxcError:  # writing is not allowed, not bound, or refused: the matter of other requirements
        found = None
    if found and not lacking and len(found.rows) < len(found.posted):
        found = None
    return found or _existing(sut)


def _own(sut: Sut, name: str) -> Subject | None:
    made = bench(sut, name)
    if made is None or not made.channels:
        return None
    rows = seeds(made)
    late = sorted(rows, key=lambda row: datetime.fromisoformat(row["phenomenonTime"]))[:LATE]
    made.post_all([row for row in rows if row not in late])
    made.post_all(late)
    base = {"deviceId": made.id}
    learned = asked(sut, base)
    for _ in range(SHOWN_WITHIN):
        if len(learned.rows) >= len(rows):
            break
        sut.wait(1)
        learned = asked(sut, base)
    found = _subject(sut, base, learned)
    return replace(found, own=made, posted=tuple(rows)) if found else None


def seeds(made: Bench) -> list[Row]:
    """The observations that are posted: on some channels, in several offsets, not in their order, some flagged."""
    random = made.sut.random(f"{made.id}/seeds")
    channels, start = made.channels[:CHANNELS], made.sut.now.replace(microsecond=0) - AGE
    rows = []
    for number in range(COUNT):
        channel, zone = channels[number % len(channels)], ZONES[number // 2 % len(ZONES)]
        flag = FLAGS.get(number, "N")
        share = Decimal(random.randrange(20, 80)) / 100 if flag in "NS" else FAR
        at = (start + number * STEP).astimezone(zone).isoformat()
        row = made.row(channel.value(share), channel=channel, phenomenonTime=at, flag=flag)
        rows.append(row | ({"value": None} if flag == NOTHING else {}))
    random.shuffle(rows)
    return rows


def _existing(sut: Sut) -> Subject | None:
    """A device of those on the first page: the one with most channels there."""
    first = asked(sut, {}, pages=1)
    channels: dict[str, set[str | None]] = {}
    for row in first.rows:
        device = row.text("deviceId")
        if device is not None and is_dated(row):
            channels.setdefault(device, set()).add(row.text("channelId"))
    if not channels:
        return None
    device = max(channels, key=lambda name: len(channels[name]))
    return _learned(sut, {"deviceId": device})


def _learned(sut: Sut, base: Row) -> Subject | None:
    learned = asked(sut, base)
    if not learned.whole:
        times = [moment(row) for row in learned.pages[0].records if is_dated(row)]
        if not times:
            return None
        base |= {"from": written(min(times)), "to": written(max(times) + timedelta(seconds=1))}
        learned = asked(sut, base)
    return _subject(sut, base, learned) if learned.whole else None


def _subject(sut: Sut, base: Row, learned: Asked) -> Subject | None:
    rows = sorted((row for row in learned.rows if is_dated(row)), key=moment)
    unique = tuple({key_of(row): row for row in rows}.values())
    return Subject(sut, base, unique, learned) if len(unique) > 1 else None


def written(at: datetime, zone: timezone = ZONES[0]) -> str:
    """An instant as questions have it."""
    return at.astimezone(zone).isoformat()


def half_open(sut: Sut) -> bool:
    """Whether the end of a time is not part of it, as it is unless declared otherwise."""
    try:
        return policy(sut, "timeBounds", "half-open") != "closed"
    except SzxcError:  # a platform that has no capability statement declares nothing
        return True

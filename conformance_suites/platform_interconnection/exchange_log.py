"""The log of changes of a resource, as far as it is read, and the state that it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from .exchange_census import members_of
from .exchange_pages import at_once, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Location, PageSeen, Record, Sut

    from .exchange_census import Members
    from .exchange_pages import Front

CHANGES = "list_changes"
WHOLE_LOG = 100
"""Pages of a log that are read: of a longer one the last."""
DELETED = "D"
Mark = int | str


@dataclass(frozen=True, slots=True)
class Change:
    """One change: which record, what was done, its watermark, and a hash of each member of what it left."""

    key: int
    op: str
    mark: Mark | None
    members: Members
    at: Location

    @property
    def told(self) -> tuple[int, str, Mark | None]:
        """What identifies it: record, act, watermark."""
        return self.key, self.op, self.mark


@dataclass(slots=True)
class Log:
    """Changes of one resource, in the platform's order.

    Attributes:
        front: the resource.
        since: the watermark after which this part of the log begins; ``None`` for its start.
        changes: the changes.
        whole: whether nothing follows them.
    """

    front: Front
    since: Mark | None = None
    changes: list[Change] = field(default_factory=list)
    whole: bool = True

    def state(self) -> dict[int, Change]:
        """The last change of each record."""
        return {change.key: change for change in self.changes}

    def after(self, place: int) -> list[Change]:
        """What follows the last change that has the watermark of the one at ``place``."""
        mark = self.changes[place].mark
        last = max(index for index, change in enumerate(self.changes) if change.mark == mark)
        return self.changes[last + 1 :]


def change_of(record: Record) -> Change:
    """A change as it is kept."""
    mark = record.get("watermark")
    mark = int(mark) if isinstance(mark, Decimal) else mark
    return Change(
        key_of(record),
        record.text("op") or "",
        mark if isinstance(mark, int | str) else None,
        members_of(record.child("record")),
        record.at("watermark"),
    )


def rank(mark: Mark | None) -> tuple[int, float] | None:
    """A watermark as something that has an order: numbers, also as text, by value, and times by instant.

    Other texts (a place in a database's log, a cursor) have an order that only the platform knows.
    """
    if mark is None:
        return None
    if isinstance(mark, int) or (mark.isascii() and mark.isdigit()):
        return int(mark), 0.0
    try:
        at = datetime.fromisoformat(mark)
    except ValueError:
        return None
    return 0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def read_log(sut: Sut, front: Front) -> Log:
    """The log of a resource: all of it, or the end of a long one.

    Raises:
        Unjudgeable: no usable answer.
    """
    first = begin(sut, front)
    last = -(-(first.total or 0) // front.size)
    since = _mark_before(sut, front, last - WHOLE_LOG) if last > WHOLE_LOG else None
    log = Log(front, since)
    log.changes.extend(polled(sut, front, since, front.size, WHOLE_LOG + 2))
    log.whole = first.total is not None or len(log.changes) < front.size * WHOLE_LOG
    return log


def begin(sut: Sut, front: Front) -> PageSeen:
    """The first change, and how many there are."""
    return next(sut.walk(CHANGES, size=1, pages=1, resource=front.code))


def stand(sut: Sut, front: Front) -> object:
    """What is another after a change of the resource: how many records and how many changes there are."""
    return front.page.total, begin(sut, front).total


def _mark_before(sut: Sut, front: Front, page: int) -> Mark | None:
    """The watermark at the end of a page; ``None`` where pages can only be followed from the first."""
    pages = at_once(sut.walk(CHANGES, size=front.size, first=page, pages=1, resource=front.code))
    marks = [change_of(found.records[-1]).mark for found in pages if found.records]
    return marks[0] if marks else None


def polled(sut: Sut, front: Front, since: Mark | None, size: int, pages: int) -> Iterator[Change]:
    """The changes after a watermark, of so many pages at most."""
    for page in sut.walk(CHANGES, size=size, pages=pages, resource=front.code, since=since):
        yield from map(change_of, page.records)

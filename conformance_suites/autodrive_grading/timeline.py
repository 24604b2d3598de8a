"""Happenings in order of time, so that what came next, or last, is found without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

_AT = attrgetter("at")


class Dated(Protocol):
    """Anything that happened at an instant."""

    @property
    def at(self) -> datetime:
        """When."""


T = TypeVar("T", bound=Dated)


class Timeline(Generic[T]):
    """Events or changes of mode; those of one instant stay in their order.

    Args:
        items: in any order.
    """

    def __init__(self, items: Iterable[T]) -> None:
        self._items = sorted(items, key=_AT)
        self._times: list[datetime] = [item.at for item in self._items]

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def since(self, at: datetime) -> T | None:
        """The first at an instant or later."""
        return self._item(bisect_left(self._times, at))

    def after(self, at: datetime) -> T | None:
        """The first later than an instant."""
        return self._item(bisect_right(self._times, at))

    def until(self, at: datetime) -> T | None:
        """The last at an instant or earlier."""
        place = bisect_right(self._times, at)
        return self._item(place - 1) if place else None

    def before(self, at: datetime) -> T | None:
        """The last earlier than an instant."""
        place = bisect_left(self._times, at)
        return self._item(place - 1) if place else None

    def within(self, since: datetime, until: datetime) -> bool:
        """Whether there is one from an instant to another, both included."""
        found = self.since(since)
        return found is not None and found.at <= until

    def from_on(self, at: datetime) -> Iterator[T]:
        """Those at an instant and later, in order."""
        for place in range(bisect_left(self._times, at), len(self._items)):
            yield self._items[place]

    def _item(self, place: int) -> T | None:
        return self._items[place] if place < len(self._items) else None


def instant(found: Dated | None) -> datetime | None:
    """When something that was looked for happened, if it did."""
    return found.at if found is not None else None

"""The sequence that the pages of a resource make: walked through once, and compared with pages of other sizes."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_szxc import expect

from .exchange_pages import LARGEST, WHOLE, WINDOWS, at_once, key_of, sizes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pytest_szxc import Observation, PageSeen, Sut

    from .exchange_pages import Front


@dataclass(slots=True)
class Sequence:
    """What a walk has shown so far: a hash of each record, in order, and the place of each in it.

    ``cut`` says that a stream without a total was left before its end.
    """

    keys: array[int] = field(default_factory=lambda: array("Q"))
    places: dict[int, int] = field(default_factory=dict)
    cut: bool = False

    def take(self, page: PageSeen) -> Iterator[Observation]:
        """Add a page; each record that came before is a finding."""
        twice = False
        for record in page.records:
            key = key_of(record)
            before = self.places.setdefault(key, len(self.keys))
            if before != len(self.keys):
                twice = True
                yield expect(
                    holds=False,
                    at=record.at("id"),
                    expected="each record once",
                    observed=f"record {len(self.keys) + 1} of the walk was record {before + 1} too",
                )
            self.keys.append(key)
        if page.records and not twice:
            yield expect(holds=True, at=page.reply.at(), expected="", observed="")

    def part(self, first: int, size: int) -> array[int]:
        """What page ``first`` of a size must hold."""
        return self.keys[(first - 1) * size : first * size]


def whole_walk(sut: Sut, front: Front, size: int, sequence: Sequence) -> Iterator[Observation]:
    """A walk from the first page to the last: nothing twice, and as many as the last page says."""
    total = front.page.total
    last, count = front.page, 0
    for count, page in enumerate(front.walk(sut, size), start=1):  # noqa: B007 -- how many there were
        total, last = total if page.total is None else page.total, page
        yield from sequence.take(page)
    sequence.cut = total is None and count == WHOLE
    if total is not None:
        found = len(sequence.places)
        wanted = f"{total} different records in all pages of {size}"
        yield expect(found == total, last.reply.at(), expected=wanted, observed=found)


def same_sequence(sut: Sut, front: Front, size: int, sequence: Sequence) -> Iterator[Observation]:
    """A second walk with pages of another size gives the same records in the same order."""
    place = 0
    for page in front.walk(sut, size):
        if sequence.cut and place + len(page.records) > len(sequence.keys):
            return
        yield from _compared(page, sequence.keys[place : place + len(page.records)], place)
        place += len(page.records)
    wanted = f"{len(sequence.keys)} records, as in the first walk"
    yield expect(place == len(sequence.keys), front.here, expected=wanted, observed=f"{place} in pages of {size}")


def same_page(sut: Sut, front: Front, size: int, number: int, sequence: Sequence) -> Iterator[Observation]:
    """One page of any size is that part of the whole; a page that is not as long as asked for says nothing of order."""
    wanted = sequence.part(number, size)
    for page in front.walk(sut, size, number, 1):
        if len(page.records) == len(wanted):
            yield from _compared(page, wanted, (number - 1) * size)


def _compared(page: PageSeen, wanted: array[int], place: int) -> Iterator[Observation]:
    """One observation for a page: the first record that is another one than in the first walk."""
    for index, record in enumerate(page.records):
        if index >= len(wanted) or key_of(record) != wanted[index]:
            yield expect(
                holds=False,
                at=record.at("id"),
                expected=f"the record that was number {place + index + 1} in the first walk",
                observed=f"another record ({record.text('id') or '-'})",
            )
            return
    if page.records:
        yield expect(holds=True, at=page.reply.at(), expected="", observed="")


def judged_closely(sut: Sut, front: Front) -> Iterator[Observation]:
    """All that is asked of one resource: two whole walks, or one and windows, or windows in two sizes."""
    random, sequence = sut.random("IC-028"), Sequence()
    first, second = sizes(random, front)
    if front.pages(first) <= WHOLE:
        yield from whole_walk(sut, front, first, sequence)
        if front.pages(second) <= WHOLE and second != first:
            yield from same_sequence(sut, front, second, sequence)
        yield from _windows(sut, front, random, sequence, 3)
    elif front.pages(front.size) <= LARGEST:
        yield from whole_walk(sut, front, front.size, sequence)
        yield from _windows(sut, front, random, sequence, WINDOWS)
    else:
        yield from _pairs(sut, front, random)


def _windows(sut: Sut, front: Front, random: Random, sequence: Sequence, count: int) -> Iterator[Observation]:
    """Pages at the begin, at the end and anywhere, in sizes of their own, against the whole walk."""
    for number in range(count):
        size = random.randint(1, max(front.size - 1, 1))
        last = max(-(-len(sequence.keys) // size), 1)
        place = (1, last)[number] if number < 2 else random.randint(1, last)  # noqa: PLR2004 -- both ends first
        yield from at_once(same_page(sut, front, size, place, sequence))


def _pairs(sut: Sut, front: Front, random: Random) -> Iterator[Observation]:
    """A resource too large for any whole walk: a page, and the same span in two pages of half its size."""
    half = max(front.size // 2, 1)
    last = max(front.total // (2 * half), 1)
    places = dict.fromkeys((1, 2, last, *(random.randint(1, last) for _ in range(WINDOWS))))
    seen = Sequence()
    for place in places:
        whole = Sequence()
        for page in front.walk(sut, 2 * half, place, 1):
            yield from whole.take(page)
            yield from seen.take(page)
        for number in (1, 2):
            span = whole.part(number, half)
            for page in front.walk(sut, half, 2 * (place - 1) + number, 1):
                if len(page.records) == len(span):
                    yield from _compared(page, span, (place - 1) * 2 * half + (number - 1) * half)

"""Numbers of pages: how many records each has and all have, what the total says, what lies beyond the bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect

from .capability import limit
from .exchange_pages import LIST, WHOLE, at_once, sizes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pytest_szxc import Observation, PageSeen, Sut

    from .exchange_pages import Front

ANY = (0, *range(500, 600))
"""Every status: a check of bounds wants to see them all."""
FAR = 1_000_000
UNDECLARED = 1_000
"""Records on a page that are not too many where the platform declares no limit."""
SERVER_ERROR = 500
TOO_LARGE = "transport.body-too-large"


def totalled(sut: Sut, front: Front) -> Iterator[Observation]:
    """Each page as long as asked for, all saying one total, and together as many as it says; then comes nothing."""
    if front.page.total is None:
        yield expect(holds=False, at=front.here, expected="a total on the first page", observed=None)
        return
    size = sizes(sut.random("IC-028"), front)[0]
    for page in front.walk(sut, max(front.size // 2, 1), 1, 1):
        yield from page_length(front, page, 1, max(front.size // 2, 1))
    if front.pages(size) <= WHOLE:
        yield from _all_pages(sut, front, size)
    else:
        yield from _some_pages(sut, front, sut.random("IC-027"))


def first_page(front: Front) -> Iterator[Observation]:
    """The first page holds as many as it can."""
    wanted, held = min(front.total, front.size), len(front.page.records)
    yield expect(held == wanted, front.here, expected=f"{wanted} records on the first page", observed=held)


def _all_pages(sut: Sut, front: Front, size: int) -> Iterator[Observation]:
    delivered = 0
    for page in front.walk(sut, size):
        delivered += len(page.records)
        yield from page_length(front, page, page.number, size)
    yield expect(delivered == front.total, front.here, expected=f"{front.total} records", observed=delivered)
    yield from _beyond(sut, front, size)


def _some_pages(sut: Sut, front: Front, random: Random) -> Iterator[Observation]:
    size = front.size
    last = front.pages(size)
    for number in dict.fromkeys((1, 2, last - 1, last, *(random.randint(1, last) for _ in range(8)))):
        for page in front.walk(sut, size, number, 1):
            yield from page_length(front, page, number, size)
    yield from _beyond(sut, front, size)


def page_length(front: Front, page: PageSeen, number: int, size: int) -> Iterator[Observation]:
    """A page is as long as asked for, by its number and the total, and says the same total."""
    wanted, held = min(size, max(front.total - (number - 1) * size, 0)), len(page.records)
    here = page.reply.at()
    yield expect(held == wanted, here, expected=f"{wanted} records on page {number} of {size} each", observed=held)
    if page.total is not None:
        yield expect(page.total == front.total, here, expected=f"total {front.total}", observed=page.total)


def _beyond(sut: Sut, front: Front, size: int) -> Iterator[Observation]:
    """After the last page no record comes; how that is said is for another requirement."""
    for page in _asked(sut, front, size, front.pages(size) + 1):
        held = len(page.records)
        yield expect(held == 0, page.reply.at(), expected="nothing after the last page", observed=f"{held} records")


def bounds(sut: Sut, front: Front) -> Iterator[Observation]:
    """What comes of numbers beyond the bounds: an empty page, a limited one, an error of the caller; no fault."""
    for page in _asked(sut, front, front.size, FAR):
        fine = _is_fine(page, front) and not page.records
        seen = f"HTTP {page.reply.response.status}, {len(page.records)} records"
        yield expect(fine, page.reply.at(), expected=f"an empty page {FAR}", observed=seen)
    yield from limited(sut, front, FAR, 1)
    for size, first in ((0, 1), (-1, 1), (front.size, 0), (front.size, -1)):
        yield from limited(sut, front, size, first)


def _is_fine(page: PageSeen, front: Front) -> bool:
    return page.reply.response.status == front.page.reply.response.status and page.reply.code == front.page.reply.code


def limited(sut: Sut, front: Front, size: int, first: int) -> Iterator[Observation]:
    """A page with any number and size: as many records as the limit allows, or an error of the caller."""
    most = limit(sut, "pageSize") or UNDECLARED
    wanted = f"at most {most} records or an error of the caller"
    try:
        for page in _asked(sut, front, size, first):
            held, status = len(page.records), page.reply.response.status
            seen = f"page {first} of {size}: HTTP {status}, {held} records"
            yield expect(status < SERVER_ERROR and held <= most, page.reply.at(), expected=wanted, observed=seen)
    except SzxcError as reason:
        if reason.code != TOO_LARGE:
            raise
        seen = f"page {first} of {size}: an answer too large to be read"
        yield expect(holds=False, at=front.here, expected=wanted, observed=seen)


def _asked(sut: Sut, front: Front, size: int, first: int) -> Iterator[PageSeen]:
    return at_once(sut.walk(LIST, size=size, first=first, pages=1, accept=ANY, resource=front.code))

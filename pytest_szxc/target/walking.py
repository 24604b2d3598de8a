"""A walk through a stream, page by page, that takes everything as it comes: for checks that judge paging itself.

``paging.collect`` refuses what cannot be a stream; a walk only sees to it that it ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.target.paging import at_offset, at_page, first_request, named_next

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.model import Request
    from pytest_szxc.target.paging import Page
    from pytest_szxc.target.statement import Paging

SURPLUS = 2
"""Pages that are asked for beyond those that the first declared total needs: enough to see that they do not end."""
_NUMBERED = ("page", "offset")


@dataclass(frozen=True, slots=True)
class Walk:
    """Where to begin, how large pages are, and how many are asked for at most.

    Attributes:
        size: records on a page; the binding's own without it.
        first: number of the first page, from 1.
        pages: pages at most; bounded by the declared total, or else by ``ceiling``, without it.
        ceiling: records that a stream may have.
    """

    size: int | None = None
    first: int = 1
    pages: int | None = None
    ceiling: int = 200_000

    def sized(self, paging: Paging, operation: str) -> Paging:
        """The paging with this walk's page size.

        Raises:
            Unjudgeable: ``paging.no-size``, the binding names no parameter for it; ``paging.no-random-access``.
        """
        if self.first != 1 and paging.style not in _NUMBERED:
            raise Unjudgeable("paging.no-random-access", operation=operation, style=paging.style)
        if self.size is None:
            return paging
        if paging.style == "none" or not paging.size:
            raise Unjudgeable("paging.no-size", operation=operation)
        return replace(paging, limit=self.size)

    def bound(self, first: Page) -> int:
        """How many pages are asked for, by what the first one shows."""
        if self.pages is not None:
            return self.pages
        size = max(len(first.items), 1)
        return -(-min(first.total or self.ceiling, self.ceiling) // size) + SURPLUS


def pages_of(request: Request, paging: Paging, walk: Walk, ask: Callable[[Request], Page]) -> Iterator[Page]:
    """The pages, asked for one after another.

    Args:
        request: without paging.
        paging: as ``Walk.sized`` gave it.
        walk: bounds.
        ask: sends a request.
    """
    place: Request | None = _begin(request, paging, walk.first)
    seen: set[Request] = set()
    delivered, most = (walk.first - 1) * paging.limit, walk.pages or 1
    while place is not None and place not in seen and len(seen) < most:
        seen.add(place)
        page = ask(place)
        yield page
        if len(seen) == 1:
            most = walk.bound(page)
        delivered += len(page.items)
        place = _following(place, paging, page, number=walk.first + len(seen), delivered=delivered)


def _begin(request: Request, paging: Paging, first: int) -> Request:
    begin = first_request(request, paging)
    if first == 1 or paging.style not in _NUMBERED:
        return begin
    return _numbered(begin, paging, first, (first - 1) * paging.limit)


def _numbered(request: Request, paging: Paging, number: int, offset: int) -> Request:
    if paging.style == "page":
        return at_page(request, paging, number - 1)
    return at_offset(request, paging, offset)


def _following(request: Request, paging: Paging, page: Page, *, number: int, delivered: int) -> Request | None:
    if paging.style in ("cursor", "link"):
        return named_next(request, paging, page)
    if paging.style == "none" or not page.items or (page.total is not None and delivered >= page.total):
        return None
    return _numbered(request, paging, number, delivered)

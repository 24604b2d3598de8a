"""All pages of a stream, one after another, in a stable order, with guards against platforms that never end.

A stream ends when the declared total is reached (page, offset), at an empty page (page, offset), or when no next place
is named (cursor, link). Fewer records than declared means that something was not shown: then nothing is judged. More
than declared is left to the suite, which can see ``declared_total``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_szxc.errors import Refused
from pytest_szxc.printable import show
from pytest_szxc.target.binding import with_query
from pytest_szxc.target.canonical import as_text
from pytest_szxc.target.paths import compiled, number_in
from pytest_szxc.target.redirects import join

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.model import Json, Request
    from pytest_szxc.target.answers import Answer
    from pytest_szxc.target.statement import Paging

_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_NEXT = re.compile(r""";\s*rel\s*=\s*"?[^";,]*\bnext\b""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the answer, the vendor's objects on it, and how many the whole stream is said to have."""

    answer: Answer
    items: list[dict[str, Json]]
    total: int | None = None


def first_request(request: Request, paging: Paging) -> Request:
    """The request of the first page."""
    if paging.style == "page":
        return _sized(request, paging, (paging.page, str(paging.first)))
    if paging.style == "offset":
        return _sized(request, paging, (paging.offset, "0"))
    return request if paging.style == "none" else _sized(request, paging)


def collect(request: Request, paging: Paging, ask: Callable[[Request], Page], ceiling: int) -> list[Page]:
    """Every page of a stream.

    Args:
        request: without paging.
        paging: style and names.
        ask: asks for one page.
        ceiling: records that the stream may have.

    Raises:
        Refused: ``paging.loop``, ``paging.too-many``, ``paging.total-mismatch``, ``paging.cross-origin``.
    """
    pages: list[Page] = []
    delivered = 0
    following: Request | None = first_request(request, paging)
    places = {following}
    while following is not None:
        page = ask(following)
        _guard(page, pages, paging)
        pages.append(page)
        delivered += len(page.items)
        if delivered > ceiling:
            raise Refused("paging.too-many", page.answer.exchange, limit=ceiling)
        following = _next(following, paging, pages, delivered)
        if following in places:
            raise Refused("paging.loop", page.answer.exchange, url=show(page_url(following)))
        places.add(following)
    _require_all(pages, delivered)
    return pages


def page_url(request: Request | None) -> str:
    """Where a page was asked for."""
    return request.url if request else ""


def declared_total(pages: list[Page]) -> int | None:
    """How many records the first page that says so declares."""
    return next((page.total for page in pages if page.total is not None), None)


def total_of(value: Json) -> int | None:
    """A declared total: a whole number, or a text of one."""
    found = number_in(value) if isinstance(value, str) else value
    return int(found) if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def _sized(request: Request, paging: Paging, *entries: tuple[str, str]) -> Request:
    size = [(paging.size, str(paging.limit))] if paging.size else []
    return replace(request, url=with_query(request.url, [*entries, *size]))


def _guard(page: Page, before: list[Page], paging: Paging) -> None:
    """Refuse a page that only repeats another."""
    if not before:
        return
    repeated = bool(page.items) and page.items in (before[0].items, before[-1].items)
    starving = not page.items and not before[-1].items and paging.style in ("cursor", "link")
    if repeated or starving:
        raise Refused("paging.loop", page.answer.exchange, url="-")


def _next(request: Request, paging: Paging, pages: list[Page], delivered: int) -> Request | None:
    page = pages[-1]
    if paging.style in ("cursor", "link"):
        return _named(request, paging, page)
    total = declared_total(pages)
    if paging.style == "none" or not page.items or (total is not None and delivered >= total):
        return None
    if paging.style == "page":
        return replace(request, url=with_query(request.url, [(paging.page, str(paging.first + len(pages)))]))
    return replace(request, url=with_query(request.url, [(paging.offset, str(delivered))]))


def _named(request: Request, paging: Paging, page: Page) -> Request | None:
    """The request to the next place that the answer names."""
    found = compiled(paging.next)(page.answer.payload) if paging.next else None
    if paging.style == "cursor":
        place = as_text(found) if found is not False else ""
        return replace(request, url=with_query(request.url, [(paging.cursor, place)])) if place else None
    link = found if isinstance(found, str) and found else _link_header(page.answer)
    if not link:
        return None
    url = join(request.url, link)
    if url is None:
        raise Refused("paging.cross-origin", page.answer.exchange, url=show(link))
    return replace(request, url=url)


def _link_header(answer: Answer) -> str | None:
    """The ``next`` of Link headers (RFC 8288)."""
    for name, value in answer.response.headers:
        if name == "link":
            for target, parameters in _LINK.findall(value):
                if _NEXT.search(parameters):
                    return str(target)
    return None


def _require_all(pages: list[Page], delivered: int) -> None:
    total = declared_total(pages)
    if total is not None and delivered < total:
        raise Refused("paging.total-mismatch", pages[-1].answer.exchange, declared=total, delivered=delivered)

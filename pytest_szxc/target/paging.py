"""All pages of a stream, in a stable order, with guards against platforms that never end.

A stream ends when the declared total is reached (page, offset), at an empty page (page, offset), or when no next place
is named (cursor, link). Fewer records than declared means that something was not shown: then nothing is judged. More
than declared is left to the suite, which can see ``declared_total``.

Where the first page says how many records there are, the places of the others follow, and pages are asked for in waves.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_szxc.errors import Refused
from pytest_szxc.printable import show
from pytest_szxc.target.binding import encode
from pytest_szxc.target.canonical import as_text
from pytest_szxc.target.paths import compiled, number_in
from pytest_szxc.target.queries import with_query
from pytest_szxc.target.redirects import join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pytest_szxc.model import Json, Request
    from pytest_szxc.target.answers import Answer
    from pytest_szxc.target.statement import Paging

WAVE = 16
"""Pages asked for before the first of them is looked at; a constant, so that any run asks for the same pages."""
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
        return _sized(request, paging, (paging.page, paging.first))
    if paging.style == "offset":
        return _sized(request, paging, (paging.offset, paging.start))
    return request if paging.style == "none" else _sized(request, paging)


def collect(
    request: Request, paging: Paging, ask: Callable[[Sequence[Request]], Iterable[Page]], ceiling: int
) -> list[Page]:
    """Every page of a stream.

    Args:
        request: without paging.
        paging: style and names.
        ask: asks for pages that do not depend on each other.
        ceiling: records that the stream may have.

    Raises:
        Refused: ``paging.loop``, ``paging.too-many``, ``paging.total-mismatch``, ``paging.cross-origin``.
    """
    pages: list[Page] = []
    wave = [first_request(request, paging)]
    places = set(wave)
    while wave:
        for page in ask(wave):
            _guard(page, pages, paging)
            pages.append(page)
            _bound(pages, ceiling)
        wave = _following(wave[-1], paging, pages)
        if places.intersection(wave):
            raise Refused("paging.loop", pages[-1].answer.exchange, url=show(wave[0].url))
        places.update(wave)
    _require_all(pages)
    return pages


def _delivered(pages: Sequence[Page]) -> int:
    return sum(len(page.items) for page in pages)


def _bound(pages: list[Page], ceiling: int) -> None:
    if max(_delivered(pages), declared_total(pages) or 0) > ceiling:
        raise Refused("paging.too-many", pages[-1].answer.exchange, limit=ceiling)


def declared_total(pages: list[Page]) -> int | None:
    """How many records the first page that says so declares."""
    return next((page.total for page in pages if page.total is not None), None)


def total_of(value: Json) -> int | None:
    """A declared total: a whole number, or a text of one."""
    found = number_in(value) if isinstance(value, str) else value
    return int(found) if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def _sized(request: Request, paging: Paging, *entries: tuple[str, int]) -> Request:
    size = [(paging.size, paging.limit)] if paging.size else []
    return _put(request, paging, [*entries, *size])


def _guard(page: Page, before: list[Page], paging: Paging) -> None:
    """Refuse a page that only repeats another."""
    if not before:
        return
    repeated = bool(page.items) and page.items in (before[0].items, before[-1].items)
    starving = not page.items and not before[-1].items and paging.style in ("cursor", "link")
    if repeated or starving:
        raise Refused("paging.loop", page.answer.exchange, url="-")


def _following(request: Request, paging: Paging, pages: list[Page]) -> list[Request]:
    """The next wave: one page where its place is not known before, else as many as the total promises."""
    last = pages[-1]
    if paging.style in ("cursor", "link"):
        named = named_next(request, paging, last)
        return [named] if named else []
    total = declared_total(pages)
    if paging.style == "none" or not last.items or (total is not None and _delivered(pages) >= total):
        return []
    size, count = len(pages[0].items), 1 if total is None else _promised(total, pages)
    if paging.style == "page":
        return [at_page(request, paging, len(pages) + step) for step in range(count)]
    start = _delivered(pages) if total is None else len(pages) * size
    return [at_offset(request, paging, start + step * size) for step in range(count)]


def _promised(total: int, pages: list[Page]) -> int:
    """Pages of the first one's size that are still to come; at least one, for something is."""
    size = len(pages[0].items)
    return min(WAVE, max(1, -(-total // size) - len(pages)))


def at_page(request: Request, paging: Paging, before: int) -> Request:
    """The request of the page that ``before`` pages come before."""
    return _put(request, paging, [(paging.page, paging.first + before)])


def at_offset(request: Request, paging: Paging, before: int) -> Request:
    """The request of the page that ``before`` records come before."""
    return _put(request, paging, [(paging.offset, paging.start + before)])


def _put(request: Request, paging: Paging, entries: Sequence[tuple[str, int | str]]) -> Request:
    """The request with the place of its page, in its query or in its JSON body."""
    if paging.place == "body":
        return replace(request, body=encode({**json.loads(request.body or b"{}"), **dict(entries)}))
    return replace(request, url=with_query(request.url, [(name, str(value)) for name, value in entries]))


def named_next(request: Request, paging: Paging, page: Page) -> Request | None:
    """The request to the next place that the answer names; ``None`` at the end.

    Raises:
        Refused: ``paging.cross-origin``.
    """
    found = compiled(paging.next)(page.answer.payload) if paging.next else None
    if paging.style == "cursor":
        place = as_text(found) if found is not False else ""
        return _put(request, paging, [(paging.cursor, place)]) if place else None
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


def _require_all(pages: list[Page]) -> None:
    total, delivered = declared_total(pages), _delivered(pages)
    if total is not None and delivered < total:
        raise Refused("paging.total-mismatch", pages[-1].answer.exchange, declared=total, delivered=delivered)

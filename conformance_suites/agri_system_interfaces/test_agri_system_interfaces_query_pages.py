"""Observations come page by page: nothing twice, nothing missing; page sizes beyond the bounds; bad parameters."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pytest_szxc import SzxcError, expect, requirement

from .capability import limit, policy
from .observed_set import ANY, LIST, asked, key_of, subject
from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc import Observation, PageSeen, Sut

    from .observed_set import Asked, Subject

Row = dict[str, Any]
SIZE = 7
MORE = 2
"""Pages beyond those that are needed."""
LARGEST = 500
"""Observations on a page at most, where nothing else is declared."""
GOOD, BAD, UNSUPPORTED = 200, 400, 501
VALUES = 20
NOBODY = "szxc-nobody"
"""An id that means nothing and harms nobody."""
REFUSED = (BAD, UNSUPPORTED)
NOTHING = 404


# --- pages ------------------------------------------------------------------------------------------------------------


@requirement("AIF-050")
def test_pages_make_the_whole(sut: Sut) -> Iterator[Observation]:
    """Pages of 7: all observations of the device, each once, in the same order a second time; totals say how many."""
    known = subject(sut, "050")
    if known is None:
        return
    size = max(1, min(SIZE, len(known.rows) // MORE))
    needed = -(-len(known.rows) // size)
    first, again = (asked(sut, known.base, size=size, pages=needed + MORE) for _ in range(2))
    yield from _whole(known, first)
    yield from _sized(known, first, size)
    same = [key_of(row) for row in first.rows] == [key_of(row) for row in again.rows]
    if known.holds_still():
        seen = "the same" if same else "another order, or other observations"
        yield expect(same, again.at, expected="a second walk: the same", observed=seen)


def _whole(known: Subject, seen: Asked) -> Iterator[Observation]:
    """The union of the pages is the device's set, without duplicates."""
    counted, wanted = Counter(map(key_of, seen.rows)), {key_of(row) for row in known.rows}
    twice = sum(count > 1 for count in counted.values())
    if set(counted) != wanted and not known.holds_still():
        return
    yield expect(not twice, seen.at, expected="each observation once", observed=_overlap(seen, twice))
    missing = len(wanted - set(counted))
    observed = f"{missing} of {len(wanted)} missing" + (", the last page" if missing and _ends_early(seen) else "")
    yield expect(not missing, seen.at, expected=f"{len(wanted)} observations", observed=observed)


def _overlap(seen: Asked, twice: int) -> str:
    """How often something came twice, and whether neighbouring pages share it."""
    pages = [{key_of(row) for row in page.records} for page in seen.pages]
    shared = sum(bool(one & other) for one, other in pairwise(pages))
    return f"{twice} more than once" + (f", {shared} pages begin with what the page before had" if shared else "")


def _ends_early(seen: Asked) -> bool:
    return seen.total is None or len(seen.rows) < seen.total


def _sized(known: Subject, seen: Asked, size: int) -> Iterator[Observation]:
    """No page is larger than asked for, none but the last is smaller, and each says the same total."""
    for number, page in enumerate(seen.pages, start=1):
        last = number == len(seen.pages) or not any(other.records for other in seen.pages[number:])
        right = len(page.records) <= size if last else len(page.records) == size
        wanted = f"page {number}: {'at most ' if last else ''}{size}"
        yield expect(right, page.reply.at(), expected=wanted, observed=len(page.records))
    if known.holds_still():
        totals = {page.total for page in seen.pages} - {None}
        named = f"total {len(known.rows)}" if len(known.learned.rows) == len(known.rows) else "one total"
        right = totals <= {len(known.rows)}
        yield expect(right, seen.pages[0].reply.at("total"), expected=named, observed=", ".join(map(str, totals)))


# --- page size --------------------------------------------------------------------------------------------------------


@requirement("AIF-051")
def test_page_sizes_beyond_the_bounds(sut: Sut) -> Iterator[Observation]:
    """0, -1 and one more than a page may hold: 400, or put right, as declared; never everything, never an error 500."""
    known = subject(sut, "051")
    if known is None:
        return
    declared, most = _declared(sut)
    good = asked(sut, known.base, size=1, pages=1)
    yield expect(good.fine and len(good.rows) == 1, good.at, expected="size 1: 1 observation", observed=good.said)
    if good.fine:
        for size in (0, -1, most + 1):
            yield from _bounded(sut, known.base if size < 1 else {}, size, declared, most)


def _declared(sut: Sut) -> tuple[str, int]:
    """What is declared of page sizes, and how many observations a page may hold."""
    try:
        return policy(sut, "pageSize"), limit(sut, "pageSize", LARGEST)
    except SzxcError:  # no capability statement declares nothing
        return "", LARGEST


def _bounded(sut: Sut, base: Row, size: int, declared: str, most: int) -> Iterator[Observation]:
    page = next(iter(sut.walk(LIST, size=size, pages=1, accept=ANY, **base)))
    status, count = page.reply.response.status, len(page.records)
    refused = not page.reply.fine and status in (*REFUSED, GOOD)  # an envelope may say no under 200
    wanted = {"reject": "400", "clamp": f"200, at most {most}"}.get(declared, f"400, or 200 and at most {most}")
    right = refused if declared == "reject" else page.reply.fine and count <= most
    if declared not in ("reject", "clamp"):
        right = refused or (page.reply.fine and count <= most)
    seen = f"HTTP {status}" + (f", {count} observations" if page.reply.fine else "")
    yield expect(right, page.reply.at(), expected=f"size {size}: {wanted}", observed=seen)


# --- bad parameters ---------------------------------------------------------------------------------------------------


@requirement("AIF-055")
def test_bad_parameters_are_refused(sut: Sut) -> Iterator[Observation]:
    """Once the plain question is answered: 20 bad values, each refused with 400 or 501, or nothing found."""
    known = subject(sut, "055")
    if known is None:
        return
    plain = _first(sut, known.base)
    if not plain.reply.fine or not plain.records:
        return
    for bad in sut.random("AIF-055").sample(rows("bad_query_values"), VALUES):
        page = _asked_badly(sut, known.base, bad, plain)
        if page is not None and not (
            _found(bad, page) and _found(bad, _first(sut, known.base | {bad["parameter"]: NOBODY}))
        ):
            yield _handled(bad, page, plain)


def _found(bad: Mapping[str, str], page: PageSeen) -> bool:
    """Whether an id found something; a filter that heeds no id at all is the matter of AIF-048."""
    return bad["empty"] == "yes" and bool(page.records)


def _first(sut: Sut, params: Row) -> PageSeen:
    return next(iter(sut.walk(LIST, pages=1, accept=ANY, **params)))


def _asked_badly(sut: Sut, base: Row, bad: Mapping[str, str], plain: PageSeen) -> PageSeen | None:
    """The answer; ``None`` where the binding carries no such parameter."""
    page = _first(sut, base | {bad["parameter"]: bad["value"]})
    if _sent(page) != _sent(plain):
        return page
    # No template speaks of filters that nobody knows: then one is sent as it is.
    return _first(sut, base | {"?szxcUnknown": bad["value"]}) if bad["parameter"] == "unknown" else None


def _sent(page: PageSeen) -> tuple[str, bytes]:
    request = page.reply.request
    return (request.url, request.body or b"") if request else ("", b"")


def _handled(bad: Mapping[str, str], page: PageSeen, plain: PageSeen) -> Observation:
    reply, status = page.reply, page.reply.response.status
    by_code = status == GOOD and not reply.fine  # an envelope may say no under 200
    may_be_empty = bad["empty"] == "yes"
    nothing = may_be_empty and (status == NOTHING or (reply.fine and not page.records))
    wanted = f"{bad['parameter']}={bad['value']}: 400 or 501" + (", or nothing" if may_be_empty else "")
    return expect(status in REFUSED or by_code or nothing, reply.at(), expected=wanted, observed=_said(page, plain))


def _said(page: PageSeen, plain: PageSeen) -> str:
    status, count = page.reply.response.status, len(page.records)
    if not page.reply.fine:
        return f"HTTP {status}"
    everything = page.records and (count, page.total) == (len(plain.records), plain.total)
    return f"HTTP {status}, {'everything: ' if everything else ''}{count} observations"

"""Paging and query: totals, sequence, bounds, count, conditions."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement, schema

from .exchange_census import census
from .exchange_laws import any_bounds, any_condition, any_length, any_window
from .exchange_pages import LIST, agreed, fronts
from .exchange_search import conditions, searched
from .exchange_sequence import Sequence, judged_closely, whole_walk
from .exchange_totals import bounds, first_page, totalled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Sut

    from .exchange_pages import Front

COUNT = "urn:szxc:platform_interconnection:count"


def filled(sut: Sut) -> list[Front]:
    """The resources that have records."""
    return [front for front in fronts(sut) if front.page.records or front.total]


@requirement("IC-027")
def test_pages_hold_what_is_asked_for_and_say_the_total(sut: Sut) -> Iterator[Observation]:
    """Each page of the largest resource has its size and the total, all hold as many; others are looked at once."""
    for place, front in enumerate(filled(sut)):
        if place == 0:
            seen = agreed(sut, front, totalled)
            yield from seen
            if not seen:
                return  # what changes all the time is not judged by its other resources
            yield from any_length(sut, front)
        else:
            yield from first_page(front)


@requirement("IC-028")
def test_pages_make_one_sequence_whatever_their_size(sut: Sut) -> Iterator[Observation]:
    """No record twice, none missing, the same order in walks by other sizes and in single pages of any size."""
    for front in filled(sut)[:1]:
        yield from agreed(sut, front, judged_closely)
        yield from any_window(sut, front)


@requirement("IC-029")
def test_numbers_beyond_the_bounds_are_handled(sut: Sut) -> Iterator[Observation]:
    """A page far beyond the end is empty; a page size without measure is limited or refused; zero breaks nothing."""
    for front in filled(sut)[:1]:
        yield from bounds(sut, front)
        yield from any_bounds(sut, front)


@requirement("IC-030")
def test_the_count_is_the_total(sut: Sut) -> Iterator[Observation]:
    """The count of each resource is as many as its records."""
    for front in fronts(sut):
        yield from agreed(sut, front, partial(_counted, attempts=count()))


def _counted(sut: Sut, front: Front, attempts: Iterator[int]) -> Iterator[Observation]:
    """One look at a count; the first may be shared with other requirements, later ones are asked under other ids."""
    number = next(attempts)
    mark = {":X-Request-Id": f"{sut.prefix}count-{front.code}-{number}"} if number else {}
    seen = sut.ask("count_records", resource=front.code, **mark).record
    yield from schema.conforms(seen, COUNT)
    said, totals = seen.get("total"), _totals(sut, front)
    if totals and isinstance(said, int):
        wanted = " to ".join(map(str, sorted({min(totals), max(totals)})))
        yield expect(min(totals) <= said <= max(totals), seen.at("total"), expected=wanted, observed=said)


def _totals(sut: Sut, front: Front) -> list[int]:
    """How many records a resource has by its list: before the count, and after it for one that is in use."""
    if front.page.total is None:
        sequence = Sequence()
        list(whole_walk(sut, front, front.size, sequence))
        return [] if sequence.cut else [len(sequence.places)]
    after = [page.total for page in sut.walk(LIST, size=1, pages=1, resource=front.code)]
    return [front.total, *(total for total in after if total is not None)]


@requirement("IC-031")
def test_a_condition_is_a_predicate_over_all_records(sut: Sut) -> Iterator[Observation]:
    """A search gives the records that meet its condition, all of them and no other; near misses give none."""
    for front in (front for front in filled(sut)[:1] if front.fields):
        yield from agreed(sut, front, _searched)
        yield from any_condition(sut, front)


def _searched(sut: Sut, front: Front) -> Iterator[Observation]:
    random = sut.random("IC-031")
    known = census(sut, front, random)
    for name, value in conditions(front, known, random):
        yield from searched(sut, front, known, name, value)

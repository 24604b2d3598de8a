"""Searches with a condition, as predicates over all records of a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import expect

from .exchange_pages import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from pytest_szxc import Observation, PageSeen, Sut

    from .exchange_census import Census
    from .exchange_pages import Front

FIELDS = 2
VALUES = 2
SEARCHED = 30
"""Pages of a search's result that are read at most."""
ABSENT = "szxc-absent"
SEARCH = "search_records"


def conditions(front: Front, known: Census, random: Random) -> Iterator[tuple[str, str]]:
    """Members and values to search for: some that occur, and near misses of one of them."""
    for name in random.sample(front.fields, min(FIELDS, len(front.fields))):
        present = known.texts(name)
        if not present:
            continue
        chosen = random.sample(present, min(VALUES, len(present)))
        yield from ((name, value) for value in dict.fromkeys((*chosen, *near(chosen[0]), ABSENT)))


def near(value: str) -> Iterator[str]:
    """Values that a careless comparison takes for the value: its head, a pattern of SQL, and the other case."""
    if len(value) > 1:
        yield value[:-1]
        yield f"{value[:-1]}_"
    if value.swapcase() != value:
        yield value.swapcase()


def searched(sut: Sut, front: Front, known: Census, name: str, value: str) -> Iterator[Observation]:
    """A search gives the records whose member is the value, all of them, and no other; its total is theirs."""
    wanted = known.meeting(name, value)
    size = min(-(-len(wanted) // 2) or front.size, front.size)  # two pages, of what one could hold
    bound = len(wanted) // min(size, front.held) + 2 if known.whole else SEARCHED
    found: set[int] = set()
    last, total, count = front.here, None, 0
    for page in _searched_pages(sut, front, name, value, bound, size=size, none=not wanted):
        count, last = count + 1, page.reply.at()
        total = page.total if total is None else total
        found.update(map(key_of, page.records))
        wrong = next((record for record in page.records if record.text(name) != value), None)
        if wrong is not None:
            yield expect(holds=False, at=wrong.at(name), expected=value, observed=wrong.get(name))
            return
    if known.whole or count < bound:
        complete = known.whole and known.sound
        missing, others = len(wanted - found), len(found - wanted) if complete else 0
        lost = f" ({known.first(wanted - found)})" if missing else ""
        seen = f"{len(found)} records, {missing} missing{lost}, {others} others, total {total}"
        holds = not missing and not others and (not complete or total in (None, len(found)))
        yield expect(holds, last, expected=f"{name} = {value}: {len(wanted)} records", observed=seen)


def _searched_pages(  # noqa: PLR0913 -- what a search is made of
    sut: Sut, front: Front, name: str, value: str, pages: int, *, size: int, none: bool
) -> Iterator[PageSeen]:
    accept = (0,) if none else ()  # that there is none, some say with an error
    yield from sut.walk(SEARCH, size=size, pages=pages, accept=accept, resource=front.code, field=name, value=value)

"""Laws of exchange that a search may try beyond the seeded plans: pages of any size, any bounds, values, watermarks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_szxc import expect, explore

from .exchange_census import census
from .exchange_log import DELETED, polled, rank, read_log
from .exchange_pages import LARGEST
from .exchange_replay import suffix
from .exchange_search import searched
from .exchange_sequence import Sequence, same_page, whole_walk
from .exchange_totals import limited, page_length

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

    from pytest_szxc import Observation, Sut

    from .exchange_log import Log
    from .exchange_pages import Front

FAR = 2**31
CASES = {"as-is": str, "upper": str.upper, "lower": str.lower, "swapped": str.swapcase}


def any_length(sut: Sut, front: Front) -> Iterator[Observation]:
    """A page of any size anywhere is as long as asked for."""

    def law(example: list[int]) -> Iterator[Observation]:
        size, place = example
        number = 1 + place % max(front.pages(size), 1)
        for page in front.walk(sut, size, number, 1):
            yield from page_length(front, page, number, size)

    if front.page.total is not None:
        yield from explore(sut, "lengths", lambda st: _windows(st, front), law)


def any_window(sut: Sut, front: Front) -> Iterator[Observation]:
    """A page of any size anywhere is that part of a whole walk."""
    if not sut.exploring or front.pages(front.size) > LARGEST:
        return
    sequence = Sequence()
    list(whole_walk(sut, front, front.size, sequence))

    def law(example: list[int]) -> Iterator[Observation]:
        size, place = example
        number = 1 + place % max(-(-len(sequence.keys) // size), 1)
        yield from same_page(sut, front, size, number, sequence)

    yield from explore(sut, "windows", lambda st: _windows(st, front), law)


def any_bounds(sut: Sut, front: Front) -> Iterator[Observation]:
    """No page number and no page size breaks the platform or gives everything."""

    def law(example: list[int]) -> Iterator[Observation]:
        size, first = example
        yield from limited(sut, front, size, first)

    yield from explore(sut, "bounds", lambda st: st.tuples(st.integers(-FAR, FAR), st.integers(-FAR, FAR)), law)


def any_condition(sut: Sut, front: Front) -> Iterator[Observation]:
    """A search for any part of a value that occurs, in any case, gives exactly what has that value."""
    if not sut.exploring:
        return
    known = census(sut, front, sut.random("IC-031/explore"))
    pairs = [(name, value) for name in front.fields for value in known.texts(name)]

    def law(example: list[Any]) -> Iterator[Observation]:
        (name, value), begin, end, case = example
        part = CASES[case](value[begin : len(value) - end])
        if part.strip():
            yield from searched(sut, front, known, name, part)

    if pairs:
        yield from explore(sut, "conditions", lambda st: _parts(st, pairs), law)


def any_watermark(sut: Sut, front: Front) -> Iterator[Observation]:
    """From any watermark on, in pages of any size, exactly the changes that come after it."""
    yield from _logged(sut, front, "suffixes", lambda log, place, size: suffix(sut, log, place, size))


def any_deletion(sut: Sut, front: Front) -> Iterator[Observation]:
    """What changes after any watermark tell as deleted is not there."""
    if not sut.exploring:
        return
    now = census(sut, front, sut.random("IC-033"))

    def law(log: Log, place: int, size: int) -> Iterator[Observation]:
        last = {change.key: change for change in polled(sut, front, log.changes[place].mark, size, 1)}
        for change in last.values():
            final = log.state().get(change.key, change).op == DELETED
            if change.op == DELETED and final:
                held = change.key not in now.records
                yield expect(held, change.at, expected="no record after its deletion", observed="a record")

    yield from _logged(sut, front, "deletions", law)


def any_poll(sut: Sut, front: Front) -> Iterator[Observation]:
    """Polled from any watermark, watermarks do not fall, nor below the one that was asked for."""

    def law(log: Log, place: int, size: int) -> Iterator[Observation]:
        start = log.changes[place]
        for before, after in pairwise([start, *polled(sut, front, start.mark, size, 1)]):
            first, second = rank(before.mark), rank(after.mark)
            if first is not None and second is not None:
                yield expect(second >= first, after.at, expected=f"watermark >= {before.mark}", observed=after.mark)

    yield from _logged(sut, front, "polls", law)


def _logged(sut: Sut, front: Front, name: str, judged: Any) -> Iterator[Observation]:  # noqa: ANN401 -- a law of three
    """A law over a log, a place in it and a page size."""
    if not sut.exploring:
        return
    log = read_log(sut, front)

    def law(example: list[int]) -> Iterator[Observation]:
        place, size = example
        yield from judged(log, place, size)

    if log.changes:
        places = len(log.changes) - 1
        yield from explore(sut, name, lambda st: st.tuples(st.integers(0, places), st.integers(1, front.size)), law)


def _windows(st: ModuleType, front: Front) -> Any:  # noqa: ANN401 -- strategies of an extra
    return st.tuples(st.integers(1, front.size), st.integers(0, max(front.total - 1, 0)))


def _parts(st: ModuleType, pairs: list[tuple[str, str]]) -> Any:  # noqa: ANN401 -- strategies of an extra
    longest = max(len(value) for _, value in pairs)
    cut = st.integers(0, longest)
    return st.tuples(st.sampled_from(pairs), cut, cut, st.sampled_from(sorted(CASES)))

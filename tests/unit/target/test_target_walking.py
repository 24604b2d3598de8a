from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Request, Response
from pytest_szxc.target.answers import Answer
from pytest_szxc.target.paging import Page
from pytest_szxc.target.statement import Paging
from pytest_szxc.target.walking import SURPLUS, Walk, pages_of

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = Request("GET", "http://x/list")
PAGED = Paging("page", size="size", limit=3)


def page(items: list[int], total: int | None, payload: object = None) -> Page:
    return Page(Answer("x1", Response(200), payload=payload), [{"n": number} for number in items], total)


def asked(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def honest(count: int, *, total: bool = True) -> Callable[[Request], Page]:
    def answer(request: Request) -> Page:
        query = asked(request)
        size = int(query["size"])
        start = int(query["offset"]) if "offset" in query else (int(query["page"]) - 1) * size
        return page(list(range(count))[start : start + size], count if total else None)

    return answer


def numbers(paging: Paging, walk: Walk, ask: Callable[[Request], Page]) -> list[list[int]]:
    sized = walk.sized(paging, "list")
    return [[item["n"] for item in one.items] for one in pages_of(REQUEST, sized, walk, ask)]


@given(st.integers(0, 40), st.integers(1, 12), st.booleans(), st.sampled_from(["page", "offset"]))
def test_a_walk_through_an_honest_stream_is_all_of_it(count: int, size: int, total: bool, style: str) -> None:
    found = numbers(Paging(style, size="size"), Walk(size), honest(count, total=total))
    assert [number for one in found for number in one] == list(range(count))


def test_a_walk_may_begin_in_the_middle_and_be_short() -> None:
    assert numbers(PAGED, Walk(4, first=3, pages=2), honest(100)) == [[8, 9, 10, 11], [12, 13, 14, 15]]
    assert numbers(Paging("offset", size="size"), Walk(4, first=3, pages=1), honest(100)) == [[8, 9, 10, 11]]
    assert numbers(PAGED, Walk(4, first=1_000_000, pages=1), honest(100)) == [[]]


def test_pages_that_never_end_do() -> None:
    endless = numbers(PAGED, Walk(), lambda _: page([1, 2, 3], 7))
    assert len(endless) == 3  # the total is reached
    growing = iter(range(7, 10_000, 7))
    assert len(numbers(PAGED, Walk(), lambda _: page([1, 2, 3], next(growing)))) == 3 + SURPLUS
    assert len(numbers(PAGED, Walk(ceiling=30), lambda _: page([1, 2, 3], None))) == 10 + SURPLUS


def test_pages_that_shrink_are_walked_to_their_end() -> None:
    sizes = iter([3, 2, 1, 1, 1])
    found = numbers(PAGED, Walk(), lambda _: page([0] * next(sizes), 9))
    assert list(map(len, found)) == [3, 2, 1, 1, 1]


def test_cursors_that_come_back_end() -> None:
    paging = Paging("cursor", size="size", next="next")
    turns = iter(["a", "b", "a", "b", "a"])
    found = numbers(paging, Walk(), lambda _: page([1], None, {"next": next(turns)}))
    assert len(found) == 3


@pytest.mark.parametrize(
    ("paging", "walk", "code"),
    [
        (Paging("cursor", size="size"), Walk(first=2), "paging.no-random-access"),
        (Paging("page"), Walk(size=5), "paging.no-size"),
        (Paging(), Walk(size=5), "paging.no-size"),
    ],
)
def test_what_a_binding_cannot_ask_for(paging: Paging, walk: Walk, code: str) -> None:
    with pytest.raises(Unjudgeable) as caught:
        walk.sized(paging, "list")
    assert caught.value.code == code

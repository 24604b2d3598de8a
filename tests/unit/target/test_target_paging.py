from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from pytest_szxc.errors import Refused
from pytest_szxc.model import Request, Response
from pytest_szxc.target.answers import Answer
from pytest_szxc.target.paging import WAVE, Page, collect, declared_total, total_of
from pytest_szxc.target.statement import Paging

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REQUEST = Request("GET", "http://x/list?q=1")
ROWS = [{"n": number} for number in range(5)]


class Platform:
    """Answers by query; remembers what it was asked."""

    def __init__(
        self, answer: Callable[[dict[str, str]], tuple[list[dict[str, int]], object, dict[str, object]]]
    ) -> None:
        self.answer = answer
        self.urls: list[str] = []
        self.waves: list[int] = []
        self.headers: tuple[tuple[str, str], ...] = ()

    def pages(self, requests: Sequence[Request]) -> list[Page]:
        self.waves.append(len(requests))
        return list(map(self, requests))

    def __call__(self, request: Request) -> Page:
        self.urls.append(request.url)
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        rows, total, payload = self.answer(query)
        answer = Answer(f"x{len(self.urls)}", Response(200, self.headers), payload=payload)
        return Page(answer, [dict(row) for row in rows], total_of(total))


def walk(platform: Platform, paging: Paging, ceiling: int = 100) -> list[int]:
    return [item["n"] for page in collect(REQUEST, paging, platform.pages, ceiling) for item in page.items]


def by_page(total: object, served: int = 2) -> Platform:
    return Platform(lambda query: (ROWS[(int(query["page"]) - 1) * served : int(query["page"]) * served], total, {}))


def test_pages_end_at_the_total() -> None:
    platform = by_page("5")
    assert walk(platform, Paging("page", size="pageSize", limit=2)) == [0, 1, 2, 3, 4]
    assert platform.urls == [f"http://x/list?q=1&page={page}&pageSize=2" for page in (1, 2, 3)]


def test_pages_without_a_total_end_at_an_empty_page() -> None:
    platform = by_page(None)
    assert walk(platform, Paging("page", size="size", limit=50)) == [0, 1, 2, 3, 4]
    assert len(platform.urls) == 4


def test_pages_may_start_at_zero() -> None:
    platform = Platform(lambda query: (ROWS[int(query["p"]) * 3 : int(query["p"]) * 3 + 3], 5, {}))
    assert walk(platform, Paging("page", page="p", first=0)) == [0, 1, 2, 3, 4]


def test_offsets_follow_what_was_delivered() -> None:
    platform = Platform(lambda query: (ROWS[int(query["from"]) : int(query["from"]) + 2], None, {}))
    assert walk(platform, Paging("offset", offset="from", size="count", limit=4)) == [0, 1, 2, 3, 4]
    assert [parse_qs(urlsplit(url).query)["from"] for url in platform.urls] == [["0"], ["2"], ["4"], ["5"]]


@pytest.mark.parametrize("last", [{}, {"next": None}, {"next": ""}, {"next": False}])
def test_cursors_end_when_none_is_named(last: dict[str, object]) -> None:
    answers: dict[str | None, tuple[list[dict[str, int]], object, dict[str, object]]] = {
        None: (ROWS[:2], None, {"next": 17}),
        "17": ([], None, {"next": "b&c"}),
        "b&c": (ROWS[2:], None, last),
    }
    platform = Platform(lambda query: answers[query.get("cursor")])
    assert walk(platform, Paging("cursor", next="next")) == [0, 1, 2, 3, 4]
    assert platform.urls[0] == REQUEST.url


@pytest.mark.parametrize("following", ["/list?page=2", "http://x/list?page=2", "?page=2"])
def test_links_may_be_relative_or_absolute(following: str) -> None:
    def answer(query: dict[str, str]) -> tuple[list[dict[str, int]], object, dict[str, object]]:
        return (ROWS[3:], None, {"links": {}}) if "page" in query else (ROWS[:3], None, {"links": {"next": following}})

    platform = Platform(answer)
    assert walk(platform, Paging("link", next="links.next")) == [0, 1, 2, 3, 4]
    assert platform.urls[1] == "http://x/list?page=2"


def test_link_headers_are_read() -> None:
    platform = Platform(lambda _: (ROWS, None, {}))
    platform.headers = (("link", '<http://x/1>; rel="prev", </list?page=9>; title="a;b"; rel="last next"'),)
    with pytest.raises(Refused, match=r"paging\.loop"):
        walk(platform, Paging("link"))
    assert platform.urls[1] == "http://x/list?page=9"


def test_without_paging_one_request_is_sent() -> None:
    platform = Platform(lambda _: (ROWS, 5, {}))
    assert walk(platform, Paging()) == [0, 1, 2, 3, 4]
    assert platform.urls == [REQUEST.url]


@pytest.mark.parametrize(
    ("paging", "answer", "code"),
    [
        (Paging("page"), (ROWS, None, {}), "paging.loop"),
        (Paging("page"), (ROWS, 99, {}), "paging.loop"),
        (Paging("offset"), (ROWS, None, {}), "paging.loop"),
        (Paging("cursor", next="next"), (ROWS, None, {"next": "same"}), "paging.loop"),
        (Paging("cursor", next="next"), ([], None, {"next": "same"}), "paging.loop"),
        (Paging("link", next="next"), (ROWS, None, {"next": "/list?q=1"}), "paging.loop"),
        (Paging("link", next="next"), (ROWS, None, {"next": "http://y/list"}), "paging.cross-origin"),
        (Paging("link", next="next"), (ROWS, None, {"next": "http://["}), "paging.cross-origin"),
        (Paging("none"), (ROWS, 6, {}), "paging.total-mismatch"),
        (Paging("page"), ([], 3, {}), "paging.total-mismatch"),
        (Paging("none"), (ROWS * 30, None, {}), "paging.too-many"),
    ],
)
def test_platforms_that_never_end_or_hide_records(paging: Paging, answer: tuple[object, ...], code: str) -> None:
    platform = Platform(lambda _: answer)  # type: ignore[arg-type, return-value]
    with pytest.raises(Refused) as caught:
        walk(platform, paging)
    assert caught.value.code == code
    assert caught.value.exchange
    assert caught.value.text("zh")
    assert len(platform.urls) <= 1 + WAVE


@pytest.mark.parametrize("style", ["page", "offset"])
def test_where_the_first_page_says_how_many_there_are_the_rest_is_asked_for_in_waves(style: str) -> None:
    count = 2 * (WAVE + 3)
    rows = [{"n": number} for number in range(count)]

    def answer(query: dict[str, str]) -> tuple[list[dict[str, int]], object, dict[str, object]]:
        start = int(query["offset"]) if style == "offset" else (int(query["page"]) - 1) * 2
        return rows[start : start + 2], count, {}

    platform = Platform(answer)
    assert walk(platform, Paging(style)) == list(range(count))
    assert platform.waves == [1, WAVE, 2]
    assert len(platform.urls) == len(set(platform.urls))


def test_a_short_page_in_the_middle_shifts_no_offset() -> None:
    """What stands at an offset does not depend on how much came before: a row left out is missing, none is doubled."""
    kept = {0: ROWS[0:2], 2: ROWS[2:3], 4: ROWS[4:5]}
    platform = Platform(lambda query: (kept.get(int(query["offset"]), []), 5, {}))
    with pytest.raises(Refused, match=r"paging\.total-mismatch"):
        walk(platform, Paging("offset"))
    assert [parse_qs(urlsplit(url).query)["offset"] for url in platform.urls] == [["0"], ["2"], ["4"], ["6"]]


def test_a_total_beyond_the_ceiling_is_refused_at_once() -> None:
    platform = Platform(lambda _: (ROWS, 10**9, {}))
    with pytest.raises(Refused, match=r"paging\.too-many"):
        walk(platform, Paging("page"))
    assert len(platform.urls) == 1


def test_cursors_that_always_differ_end_at_the_ceiling() -> None:
    counter = iter(range(10_000))

    def answer(_: dict[str, str]) -> tuple[list[dict[str, int]], object, dict[str, object]]:
        number = next(counter)
        return [{"n": number}], None, {"next": f"c{number}"}

    with pytest.raises(Refused, match=r"paging\.too-many"):
        walk(Platform(answer), Paging("cursor", next="next"), ceiling=50)


def test_empty_pages_with_ever_new_cursors_end() -> None:
    counter = iter(range(10_000))
    platform = Platform(lambda _: ([], None, {"next": f"c{next(counter)}"}))
    with pytest.raises(Refused, match=r"paging\.loop"):
        walk(platform, Paging("cursor", next="next"))
    assert len(platform.urls) == 2


def test_more_than_declared_is_left_to_the_suite() -> None:
    pages = collect(REQUEST, Paging(), Platform(lambda _: (ROWS, 3, {})).pages, 100)
    assert declared_total(pages) == 3


@pytest.mark.parametrize(
    ("value", "total"), [(5, 5), ("5", 5), (True, None), (-1, None), ("five", None), (None, None), ([], None)]
)
def test_totals(value: object, total: int | None) -> None:
    assert total_of(value) == total


def test_offsets_may_count_from_one() -> None:
    platform = Platform(lambda query: (ROWS[int(query["at"]) - 1 : int(query["at"]) + 1], 5, {}))
    assert walk(platform, Paging("offset", offset="at", size="n", limit=2, start=1)) == [0, 1, 2, 3, 4]
    assert [url.rpartition("?q=1&")[2] for url in platform.urls] == ["at=1&n=2", "at=3&n=2", "at=5&n=2"]


def test_pages_may_be_asked_for_in_the_body() -> None:
    bodies: list[bytes] = []

    def pages(requests: Sequence[Request]) -> list[Page]:
        bodies.extend(request.body for request in requests)
        answer = Answer("x", Response(200))
        asked = [json.loads(request.body)["page"] for request in requests]
        return [Page(answer, [{"n": number}], 3) for number in asked]

    request = Request("POST", "http://x/search", body=b'{"where":[1],"page":9}')
    found = collect(request, Paging("page", size="size", limit=1, place="body"), pages, 10)
    assert [page.items for page in found] == [[{"n": 1}], [{"n": 2}], [{"n": 3}]]
    assert bodies[0] == b'{"where":[1],"page":1,"size":1}'

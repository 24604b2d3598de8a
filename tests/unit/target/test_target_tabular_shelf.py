from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from conftest import operation

from pytest_szxc.errors import TransportFault
from pytest_szxc.model import Exchange, Location, Request, Response
from pytest_szxc.target.statement import Account, BoundOperation, Statement
from pytest_szxc.target.streams import Call
from pytest_szxc.target.tabular import shelf
from pytest_szxc.target.tabular.shelf import TableShelf

if TYPE_CHECKING:
    from collections import OrderedDict

    from pytest_szxc.model import Suite
    from pytest_szxc.target.tabular.table import Table

SCHEMA = "urn:szxc:autodrive_grading:log-row"
CSV = b"t,lat,lon\n2026-05-01T08:00:00+08:00,31.5,117.25\n"
NDJSON = b'{"t":"2026-05-01T08:00:00+08:00","lat":31.5,"lon":117.25}\n'


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> OrderedDict[str, Table]:
    """An empty shelf for each test."""
    monkeypatch.setattr(shelf, "_KEPT", type(shelf._KEPT)())
    return shelf._KEPT


@pytest.fixture
def call(suite: Suite) -> Call:
    return Call(suite, operation("read_log", answer="table", schema=SCHEMA), {}, Account("primary"))


def answer(body: bytes, url: str = "log", media: str = "") -> Exchange:
    headers = (("content-type", media),) if media else ()
    return Exchange("x1", "read_log", Request("GET", url), Response(200, headers, body))


def table(call: Call, exchange: Exchange, statement: Statement | None = None, name: str = "a") -> Table:
    return TableShelf(statement or Statement()).of(call, exchange, Location("x1", file=name))


@pytest.mark.parametrize(
    ("body", "url", "media"),
    [
        (CSV, "log", "text/csv; charset=utf-8"),
        (CSV, "https://szxc.invalid/log?a=.ndjson", ""),
        (CSV, "log.CSV", "application/octet-stream"),
        (NDJSON, "log", "application/x-ndjson"),
        (NDJSON, "log.ndjson", ""),
        (b" \n" + NDJSON, "log", ""),
    ],
)
def test_the_format_follows_media_type_name_and_first_bytes(call: Call, body: bytes, url: str, media: str) -> None:
    found = table(call, answer(body, url, media))
    assert (found.rows, float(found.column("lat")[0])) == (1, 31.5)


def test_a_table_is_read_once_and_again_for_another_place_or_binding(call: Call, kept: OrderedDict[str, Table]) -> None:
    first = table(call, answer(CSV))
    assert table(call, answer(CSV)) is first
    assert table(call, answer(CSV), name="b") is not first
    bound = BoundOperation("read_log", "GET", "/log", fields={"lat": "lon"})
    other = table(call, answer(CSV), Statement(operations={("tiny", "read_log"): bound}))
    assert float(other.column("lat")[0]) == 117.25
    assert len(kept) == 3


def test_what_was_asked_for_longest_ago_makes_room(
    call: Call, kept: OrderedDict[str, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "ROWS_KEPT", 2)
    first, second = (table(call, answer(CSV), name=name) for name in ("a", "b"))
    assert table(call, answer(CSV), name="a") is first
    third = table(call, answer(CSV), name="c")
    assert list(kept.values()) == [first, third]
    assert table(call, answer(CSV), name="b") is not second
    monkeypatch.setattr(shelf, "ROWS_KEPT", 0)
    last = table(call, answer(CSV), name="d")
    assert list(kept.values()) == [last]


def test_what_cannot_be_read_is_said_each_time_and_not_kept(call: Call, kept: OrderedDict[str, Table]) -> None:
    for _ in range(2):
        with pytest.raises(TransportFault, match=r"table\.no-known-column"):
            table(call, answer(b"a,b\n1,2\n"))
    assert not kept
    assert table(call, answer(CSV)).rows == 1


def test_threads_that_need_the_same_table_share_it(call: Call) -> None:
    found: list[Table] = []
    threads = [threading.Thread(target=lambda: found.append(table(call, answer(CSV)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1

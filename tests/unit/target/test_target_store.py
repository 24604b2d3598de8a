from __future__ import annotations

import multiprocessing
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.model import Exchange, Request, Response
from pytest_szxc.target.store import Counters, ExchangeStore, exchange_id
from pytest_szxc.target.store_sqlite import SqliteShelf, alive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REQUEST = Request("POST", "http://x/村?a=1", (("accept", "application/json"), ("x", "{{account:primary}}")), b"\0\xff")


def exchange(request: Request = REQUEST, operation: str = "list", **members: object) -> Exchange:
    members = {"response": Response(200, (("x-a", "é"), ("x-a", "村")), b"\0{}"), **members}
    return Exchange(exchange_id(operation, request), operation, request, **members)  # type: ignore[arg-type]


@pytest.fixture(params=["memory", "alone", "shared"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ExchangeStore]:
    path = None if request.param == "memory" else tmp_path / "run.sqlite"
    made = ExchangeStore(path, shared=request.param == "shared")
    yield made
    made.close()


def test_ids_depend_on_the_request_and_not_on_credentials() -> None:
    other = replace(REQUEST, headers=(("accept", "application/json"), ("x", "Bearer {{account:primary}}")))
    assert exchange_id("list", REQUEST) == exchange_id("list", other)
    differing = [
        exchange_id("other", REQUEST),
        exchange_id("list", REQUEST, "TY-001#1"),
        *(
            exchange_id("list", replace(REQUEST, **change))  # type: ignore[arg-type]
            for change in (
                {"method": "GET"},
                {"url": "http://x/"},
                {"headers": ()},
                {"body": b""},
                {"account": "second"},
            )
        ),
    ]
    assert len({exchange_id("list", REQUEST), *differing}) == 8
    assert all(len(name) == 13 and name[0] == "x" for name in differing)


def test_a_request_is_sent_once_and_comes_back_as_it_was(store: ExchangeStore) -> None:
    sent = exchange(started="2026-06-01T04:00:00.000Z", elapsed=0.25)
    assert store.fetch(sent.id, lambda: sent) == sent
    assert store.fetch(sent.id, lambda: pytest.fail("sent twice")) == sent
    assert list(store.all()) == [sent]
    assert store.counters() == Counters(1, 1)


def test_faults_are_recorded_and_own_ones_do_not_count_as_sent(store: ExchangeStore) -> None:
    timeout = exchange(response=None, fault="transport.timeout", fault_params={"seconds": "30"})
    budget = exchange(
        replace(REQUEST, method="GET"), response=None, fault="budget.requests", fault_params={"limit": "1"}
    )
    for one in (timeout, budget):
        store.fetch(one.id, lambda one=one: one)  # type: ignore[misc]
    assert store.fetch(timeout.id, lambda: pytest.fail("sent twice")).fault_params == {"seconds": "30"}
    assert store.counters().sent == 1


def test_a_sender_that_fails_leaves_no_claim(store: ExchangeStore) -> None:
    with pytest.raises(ZeroDivisionError):
        store.fetch("x1", lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    assert store.fetch("x1", exchange).operation == "list"


def test_order_is_canonical_and_chronological(store: ExchangeStore) -> None:
    rows = [
        exchange(replace(REQUEST, url=f"http://x/{name}"), operation)
        for operation, name in (("b", 1), ("a", 3), ("a", 2))
    ]
    for row in rows:
        store.fetch(row.id, lambda row=row: row)  # type: ignore[misc]
    assert list(store.chronological()) == rows
    assert [(row.operation, row.request.url) for row in store.all()] == [
        ("a", "http://x/2"),
        ("a", "http://x/3"),
        ("b", "http://x/1"),
    ]


def test_values_of_the_run(store: ExchangeStore) -> None:
    assert store.meta("seed") is None
    store.set_meta("seed", "1")
    assert store.update_meta("seed", lambda old: f"{old}2") == "12"
    assert store.meta("seed") == "12"


def test_a_recording_can_be_made_of_exchanges() -> None:
    store = ExchangeStore.of([exchange()], {"now": "2026"})
    assert list(store.all()) == [exchange()]
    assert store.meta("now") == "2026"


def test_threads_wait_for_the_one_who_sends(store: ExchangeStore) -> None:
    sent: list[int] = []

    def slow() -> Exchange:
        sent.append(1)
        time.sleep(0.1)
        return exchange()

    found: list[Exchange] = []
    threads = [threading.Thread(target=lambda: found.append(store.fetch(exchange().id, slow))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sent == [1]
    assert found == [exchange()] * 5
    assert store.counters() == Counters(1, 4)


def _work(path: Path, log: Path) -> None:
    store = ExchangeStore(path)

    def send(number: int) -> Exchange:
        with log.open("a") as lines:
            lines.write(f"{number}\n")
        time.sleep(0.002)
        return exchange(replace(REQUEST, url=f"http://x/{number}"))

    for number in range(40):
        store.fetch(f"x{number}", lambda number=number: send(number))  # type: ignore[misc]
    store.close()


def test_processes_share_one_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_work, args=(tmp_path / "s.db", tmp_path / "log")) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert sorted(map(int, (tmp_path / "log").read_text().split())) == list(range(40))
    store = ExchangeStore(tmp_path / "s.db")
    assert store.counters() == Counters(40, 80)
    store.close()


def test_a_dead_claimant_is_succeeded(tmp_path: Path) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    dead = int(gone.stdout)
    assert not alive(dead)
    assert alive(os.getpid())
    assert alive(1)
    path = tmp_path / "s.db"
    store = ExchangeStore(path)
    shelf = SqliteShelf(path)
    with shelf._writing() as connection:
        connection.execute("INSERT INTO claim VALUES ('x1', ?, ?)", (dead, time.time() + 100))
        connection.execute("INSERT INTO claim VALUES ('x2', ?, ?)", (os.getpid(), time.time() - 1))
    assert store.fetch("x1", exchange) == exchange()
    second = exchange(replace(REQUEST, method="GET"))
    assert store.fetch("x2", lambda: second) == second
    assert shelf.put("x1", second) == replace(exchange(), id="x1")
    shelf.close()
    store.close()


def test_the_file_is_for_its_owner_alone_and_opens_again(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = ExchangeStore(path)
    store.fetch(exchange().id, exchange)
    assert {stat.S_IMODE(found.stat().st_mode) for found in tmp_path.iterdir()} == {0o600}
    store.close()
    assert len(list(store.all())) == 1
    store.close()


def test_what_was_flushed_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    script = """
import os, sys
from pathlib import Path
from pytest_szxc.model import Exchange, Request
from pytest_szxc.target.store import ExchangeStore
store = ExchangeStore(Path(sys.argv[1]), shared=False)
for number in range(40):
    store.fetch(f"x{number}", lambda: Exchange(f"x{number}", "list", Request("GET", f"http://x/{number}")))
    if number == 35:
        store.flush()
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    store = ExchangeStore(path)
    assert len(list(store.all())) == 36
    store.close()


@pytest.mark.parametrize("failing", ["put", "flush"])
def test_a_store_that_lost_something_sends_nothing_more_and_lets_no_verdict_rest_on_it(
    store: ExchangeStore, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    sent: list[str] = []
    made = exchange()
    with monkeypatch.context() as patch:
        patch.setattr(store._shelf, failing, full)
        if failing == "flush":
            store.fetch(made.id, lambda: made)
        with pytest.raises(sqlite3.OperationalError):
            (store.flush if failing == "flush" else lambda: store.fetch(made.id, lambda: made))()
    for act in (store.flush, lambda: store.fetch("x", lambda: (sent.append("x"), made)[1])):
        with pytest.raises(sqlite3.OperationalError):
            act()
    assert sent == []


def test_a_full_disk_leaves_a_file_that_can_be_closed(tmp_path: Path) -> None:
    store = ExchangeStore(tmp_path / "run.sqlite", shared=False)
    store._shelf._connection().execute("PRAGMA max_page_count = 12")  # type: ignore[attr-defined]
    large = exchange(response=Response(200, (), bytes(200_000)))
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.fetch(large.id, lambda: large)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.flush()
    store.close()


def test_a_process_that_ended_is_dead_even_if_nobody_asked_how_it_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        while alive(process.pid) and sys.platform == "linux":
            time.sleep(0.01)
        process.wait()
    assert not alive(process.pid)

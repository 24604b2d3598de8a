from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.target.gate import Gate
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("shared", [False, True])
def test_readers_are_together_and_a_writer_is_alone(shared: bool, tmp_path: Path) -> None:
    stores = [ExchangeStore(tmp_path / "s.db") if shared else ExchangeStore()] * 4
    if shared:
        stores = [ExchangeStore(tmp_path / "s.db") for _ in range(4)]
    inside, seen = [0, 0], []
    lock = threading.Lock()

    def visit(store: ExchangeStore, kind: int) -> None:
        gate = Gate(store)
        for _ in range(10):
            with gate.writing() if kind else gate.reading():
                with lock:
                    inside[kind] += 1
                    seen.append(tuple(inside))
                threading.Event().wait(0.001)
                with lock:
                    inside[kind] -= 1

    threads = [
        threading.Thread(target=visit, args=(store, kind)) for store, kind in zip(stores, (0, 0, 0, 1), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 40
    assert {(readers, writers) for readers, writers in seen if writers} == {(0, 1)}
    assert max(readers for readers, _ in seen) > 1
    for store in stores:
        store.close()


def test_the_dead_hold_nobody_up() -> None:
    gone = int(
        subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True).stdout
    )
    store = ExchangeStore()
    store.set_meta("gate", [[gone, 1], [gone, 2]])
    with Gate(store).reading():
        assert store.meta("gate") == [[os.getpid(), 0]]
    assert store.meta("gate") == []


def test_who_was_taken_for_dead_leaves_quietly() -> None:
    store = ExchangeStore()
    with Gate(store).writing():
        store.set_meta("gate", [])
    assert store.meta("gate") == []


def test_an_error_inside_opens_the_gate_again() -> None:
    store = ExchangeStore()
    with pytest.raises(ZeroDivisionError), Gate(store).writing():
        raise ZeroDivisionError
    assert store.meta("gate") == []

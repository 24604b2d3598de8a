from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pytest_szxc.ahead import Ahead
from pytest_szxc.errors import RunEnded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Judge:
    """What ``Ahead`` needs of a run: rows whose id begins with ``r`` are rules, with ``w`` writes."""

    def __init__(self, *streams: Callable[[], None]) -> None:
        self.judged: list[str] = []
        self._streams = streams

    def rule_over(self, row: Any) -> str | None:
        return "list" if row.id.startswith("r") else None

    def writes(self, row: Any) -> bool:
        return bool(row.id.startswith("w"))

    def streams(self, _: object) -> Iterator[Callable[[], None]]:
        yield from self._streams

    def judge(self, row: Any) -> Any:
        self.judged.append(row.id)
        return row.id


def rows(*names: str) -> list[Any]:
    return [SimpleNamespace(id=name) for name in names]


def test_each_is_judged_once_and_writers_last() -> None:
    judge = Judge()
    given = rows("w1", "a1", "r1", "a2", "a1", "w1")
    ahead = Ahead(judge, given, 1)  # type: ignore[arg-type]
    assert [ahead.verdict(row) for row in given] == [row.id for row in given]
    assert [name for name in judge.judged if name != "r1"] == ["a1", "a2", "w1"]
    assert ahead.verdict(rows("a3")[0]) is None
    ahead.close()


def test_a_run_that_is_stopped_while_streams_wait_leaves_nobody_waiting() -> None:
    stuck, reading = threading.Event(), threading.Event()

    def read() -> None:
        reading.set()
        stuck.wait(10)

    judge = Judge(read, lambda: None, lambda: None)
    given = rows("r1", "a1")
    ahead = Ahead(judge, given, 1)  # type: ignore[arg-type]
    reading.wait(5)
    ahead.close()
    ahead.close()
    stuck.set()
    started = time.monotonic()
    ahead.settle()
    for row in given:
        with pytest.raises(RunEnded):
            ahead.verdict(row)
    assert time.monotonic() - started < 2
    assert judge.judged == []


def test_no_thread_of_ours_keeps_a_process_from_ending() -> None:
    ahead = Ahead(Judge(), rows("a1", "r1"), 2)  # type: ignore[arg-type]
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("szxc-"))
    ahead.close()

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pytest_szxc.errors import RunEnded, TransportFault
from pytest_szxc.target.clock import RealClock, VirtualClock
from pytest_szxc.target.pace import Pace
from pytest_szxc.target.statement import Limits
from pytest_szxc.target.store import ExchangeStore

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 1, 1, tzinfo=UTC)


def sends(pace: Pace, clock: VirtualClock, count: int) -> list[float]:
    times = []
    for _ in range(count):
        with pace.turn():
            times.append(clock.monotonic())
    return times


def test_requests_keep_their_distance() -> None:
    clock = VirtualClock(START)
    pace = Pace(Limits(rate=5), ExchangeStore(), clock)
    assert sends(pace, clock, 4) == pytest.approx([0, 0.2, 0.4, 0.6])
    clock.sleep(10)
    assert sends(pace, clock, 2) == pytest.approx([10.6, 10.8])


def test_no_rate_is_no_wait() -> None:
    clock = VirtualClock(START)
    assert sends(Pace(Limits(rate=0), ExchangeStore(), clock), clock, 3) == [0, 0, 0]


def test_workers_share_the_pace(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    stores = [ExchangeStore(tmp_path / "s.db") for _ in range(2)]
    first, second = (Pace(Limits(rate=2), store, clock) for store in stores)
    times = [*sends(first, clock, 1), *sends(second, clock, 1), *sends(first, clock, 1)]
    assert times == pytest.approx([0, 0.5, 1.0])
    for store in stores:
        store.close()


def test_the_budget_of_requests_ends() -> None:
    pace = Pace(Limits(rate=0, requests=2), ExchangeStore(), VirtualClock(START))
    for _ in range(2):
        with pace.turn():
            pass
    with pytest.raises(TransportFault) as caught, pace.turn():
        pytest.fail("sent")
    assert (caught.value.code, caught.value.params) == ("budget.requests", {"limit": 2})


def test_the_budget_of_minutes_ends() -> None:
    clock = VirtualClock(START)
    pace = Pace(Limits(rate=0, minutes=1.5), ExchangeStore(), clock)
    sends(pace, clock, 1)
    clock.sleep(89)
    sends(pace, clock, 1)
    clock.sleep(1)
    with pytest.raises(TransportFault) as caught, pace.turn():
        pytest.fail("sent")
    assert caught.value.text("zh") == "本次运行的 1.5 分钟已用完"


def test_no_more_connections_than_allowed() -> None:
    pace = Pace(Limits(rate=0, connections=2), ExchangeStore(), RealClock())
    now, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal now, most
        with pace.turn():
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.02)
            with lock:
                now -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_a_seat_of_the_dead_is_free_and_a_clock_put_back_does_not_stop_the_run() -> None:
    store = ExchangeStore()
    clock = VirtualClock(START)
    now = START.timestamp()
    state = [now, now + 86400, now + 86400, 0, 0.0, [[2**22 + 7, now + 100], [os.getpid(), now - 1]]]
    store.set_meta("pace", state)
    assert sends(Pace(Limits(rate=5, connections=1), store, clock), clock, 1)[0] <= 61


def test_an_error_gives_the_seat_back() -> None:
    pace = Pace(Limits(rate=0, connections=1), ExchangeStore(), VirtualClock(START))
    with pytest.raises(ZeroDivisionError), pace.turn():
        raise ZeroDivisionError
    with pace.turn():
        pass


def test_the_rate_is_kept_after_the_target_asked_to_be_left_alone() -> None:
    clock, store = VirtualClock(START), ExchangeStore()
    pace = Pace(Limits(rate=10, connections=8), store, clock)
    pace.hold(60)
    waits = [pace._ask().wait for _ in range(8)]
    assert waits == pytest.approx([60 + 0.1 * number for number in range(8)])


def test_nothing_is_sent_after_the_minutes_by_who_waited_for_a_turn() -> None:
    clock, store = VirtualClock(START), ExchangeStore()
    pace = Pace(Limits(rate=0, minutes=0.5), store, clock)
    assert sends(pace, clock, 1) == [0]
    pace.hold(40)
    with pytest.raises(TransportFault) as caught, pace.turn():
        pytest.fail("sent")
    assert caught.value.code == "budget.minutes"
    assert clock.monotonic() == 0


def test_who_waits_for_a_seat_stops_at_the_end_of_the_run() -> None:
    clock, store = RealClock(), ExchangeStore()
    now = time.time()
    store.set_meta("pace", [now, now, 0.0, 0, 0.0, [[os.getpid(), now + 100]]])
    pace, seen = Pace(Limits(rate=0, connections=1), store, clock), []

    def wait() -> None:
        try:
            with pace.turn():
                seen.append("sent")
        except RunEnded:
            seen.append("told")

    waiting = threading.Thread(target=wait)
    waiting.start()
    clock.end()
    waiting.join(5)
    assert seen == ["told"]

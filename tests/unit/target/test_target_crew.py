from __future__ import annotations

import threading
import time
from functools import partial

import pytest

from pytest_szxc.errors import RunEnded, TransportFault
from pytest_szxc.target.crew import Crew


@pytest.mark.parametrize("size", [1, 4])
def test_results_come_in_the_order_of_the_jobs_and_every_job_is_done(size: int) -> None:
    done: list[int] = []

    def job(number: int) -> int:
        done.append(number)
        return 10 // number

    crew = Crew(size)
    found = crew.each([partial(job, number) for number in (5, 0, 2, 1)])
    crew.close()
    assert sorted(done) == [0, 1, 2, 5]
    assert [found[0], *found[2:]] == [2, 5, 10]
    assert isinstance(found[1], ZeroDivisionError)


def test_jobs_run_at_once() -> None:
    together = threading.Barrier(3, timeout=5)
    crew = Crew(3)
    assert len(crew.each([together.wait] * 3)) == 3
    assert not together.broken
    crew.close()


@pytest.mark.parametrize("code", ["transport.timeout", "transport.connect-timeout"])
@pytest.mark.parametrize("size", [1, 2])
def test_after_a_time_out_no_other_job_is_begun(size: int, code: str) -> None:
    begun: list[int] = []
    stuck = TransportFault(code, seconds="1", host="h")

    def job(number: int) -> int:
        begun.append(number)
        raise stuck

    crew = Crew(size)
    found = crew.each([partial(job, number) for number in range(20)])
    crew.close()
    assert found == [stuck] * 20
    assert len(begun) <= size


def test_urgent_jobs_go_first() -> None:
    crew, done, gate = Crew(2), [], threading.Event()
    usual = [*[gate.wait] * 2, *[partial(done.append, "usual")] * 4]
    waiting = threading.Thread(target=crew.each, args=(usual,))
    waiting.start()
    while len(crew._usual) != 4:
        time.sleep(0.001)
    hurrying = threading.Thread(target=crew.each, args=([partial(done.append, "urgent")] * 4,), kwargs={"urgent": True})
    hurrying.start()
    while len(crew._urgent) != 4:
        time.sleep(0.001)
    gate.set()
    waiting.join()
    hurrying.join()
    crew.close()
    assert set(done[:3]) == {"urgent"}


def test_after_the_end_who_waits_is_told() -> None:
    crew = Crew(2)
    assert crew.each([lambda: 1] * 2) == [1, 1]
    crew.close()
    crew.close()
    while any(hand.is_alive() for hand in crew._hands):
        time.sleep(0.001)
    with pytest.raises(RunEnded):
        crew.each([lambda: 1] * 2)
    assert isinstance(crew.begin(lambda: 1).exception(timeout=5), RunEnded)


def test_who_waits_for_a_job_that_was_not_begun_is_told() -> None:
    crew, busy, end = Crew(1), threading.Event(), threading.Event()
    first = crew.begin(lambda: (busy.set(), end.wait(5)))
    second = crew.begin(lambda: 1)
    busy.wait(5)
    crew.close()
    end.set()
    assert first.result(timeout=5) == (None, True)
    assert isinstance(second.exception(timeout=5), RunEnded)


def test_many_callers_hire_no_more_hands_than_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", lambda thread: (time.sleep(0.002), start(thread))[1])
    crew, found = Crew(3), []
    callers = [threading.Thread(target=lambda: found.append(crew.each([lambda: 1] * 4))) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(10)
    crew.close()
    assert found == [[1] * 4] * 6
    assert len(crew._hands) == 3


def test_fewer_threads_than_wanted_do_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    crew = Crew(4)
    crew.begin(lambda: 1).result(timeout=5)

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert crew.each([lambda: 1] * 3) == [1] * 3
    assert len(crew._hands) == 1
    with pytest.raises(RuntimeError):
        Crew(2).begin(lambda: 1)
    crew.close()


def test_one_hand_is_the_callers_own() -> None:
    crew = Crew(1)
    assert crew.each([threading.get_ident] * 2) == [threading.get_ident()] * 2
    crew.close()
    assert crew.each([]) == []

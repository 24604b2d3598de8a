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


@pytest.mark.parametrize("size", [1, 2])
def test_after_a_time_out_no_other_job_is_begun(size: int) -> None:
    begun: list[int] = []
    stuck = TransportFault("transport.timeout", seconds="1")

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
    while crew._waiting.qsize() != 4:
        time.sleep(0.001)
    hurrying = threading.Thread(target=crew.each, args=([partial(done.append, "urgent")] * 4,), kwargs={"urgent": True})
    hurrying.start()
    while crew._waiting.qsize() != 8:
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
    crew._hands.clear()
    with pytest.raises(RunEnded):
        crew.each([lambda: 1] * 2)


def test_one_hand_is_the_callers_own() -> None:
    crew = Crew(1)
    assert crew.each([threading.get_ident] * 2) == [threading.get_ident()] * 2
    crew.close()
    assert crew.each([]) == []

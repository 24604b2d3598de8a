from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pytest_szxc.errors import RunEnded, TransportFault
from pytest_szxc.model import Request, Response
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.courier import Courier
from pytest_szxc.target.pace import Pace
from pytest_szxc.target.statement import Limits
from pytest_szxc.target.store import Counters, ExchangeStore

START = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = Request("GET", "http://x/")
OK = Response(200, (), b"{}")


class Line:
    """A transport that answers what it is told to, one after the other."""

    def __init__(self, *answers: Response | TransportFault) -> None:
        self.answers = list(answers)
        self.sent: list[Request] = []
        self.closed = False

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, TransportFault):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True


def courier(line: Line, *, rate: float | None = 0) -> tuple[Courier, VirtualClock]:
    clock, store = VirtualClock(START), ExchangeStore()
    pace = None if rate is None else Pace(Limits(rate=rate), store, clock)
    return Courier(line, store, clock, pace), clock


@pytest.mark.parametrize("rate", [None, 0])
def test_a_passing_fault_is_tried_again_and_each_try_recorded(rate: float | None) -> None:
    line = Line(TransportFault("transport.reset", problem="x"), Response(503), OK)
    sender, clock = courier(line, rate=rate)
    made = sender.fetch("list", REQUEST)
    assert made.response == OK
    assert [(one.fault, one.status) for one in made.earlier] == [("transport.reset", None), ("http.server-error", 503)]
    assert clock.monotonic() == pytest.approx(0.6)
    assert sender.fetch("list", REQUEST) == made
    assert sender.store.counters() == Counters(3, 1)
    assert sender.store.tries(made.id) == 3


def test_what_stays_faulty_is_recorded_as_it_is() -> None:
    sender, _ = courier(Line(*[TransportFault("transport.closed")] * 3))
    made = sender.fetch("list", REQUEST)
    assert (made.fault, len(made.earlier)) == ("transport.closed", 2)


def test_what_changes_something_is_sent_once() -> None:
    line = Line(Response(503))
    sender, _ = courier(line)
    made = sender.fetch("create", REQUEST, "TY-001#1", repeatable=False)
    assert made.response == Response(503)
    assert made.earlier == ()
    assert len(line.sent) == 1


def test_what_changes_something_is_sent_again_where_it_was_turned_away() -> None:
    line = Line(Response(429, (("retry-after", "1"),)), Response(503))
    sender, clock = courier(line)
    made = sender.fetch("create", REQUEST, "TY-001#1", repeatable=False)
    assert made.response == Response(503)
    assert [one.status for one in made.earlier] == [429]
    assert clock.monotonic() == pytest.approx(1)


def test_what_the_target_asks_for_everybody_grants() -> None:
    line = Line(Response(429, (("retry-after", "7"),)), OK, OK)
    sender, clock = courier(line)
    sender.fetch("list", REQUEST)
    assert clock.monotonic() == pytest.approx(7)


def test_a_used_up_budget_ends_the_tries() -> None:
    clock, store = VirtualClock(START), ExchangeStore()
    sender = Courier(Line(*[Response(503)] * 3), store, clock, Pace(Limits(rate=0, requests=2), store, clock))
    made = sender.fetch("list", REQUEST)
    assert made.fault == "budget.requests"
    assert [one.status for one in made.earlier] == [503, 503]
    assert store.counters().sent == 2


def test_after_the_end_nothing_is_sent() -> None:
    line = Line(OK)
    sender, _ = courier(line)
    sender.end()
    assert line.closed
    with pytest.raises(RunEnded):
        sender.fetch("list", REQUEST)
    assert line.sent == []


def test_a_fault_of_our_own_ending_is_not_recorded_as_the_targets() -> None:
    line = Line(OK)
    sender, _ = courier(line)

    def send(_: Request) -> Response:
        sender.end()
        raise TransportFault("transport.connect-timeout", host="h", seconds="1")

    line.send = send  # type: ignore[method-assign]
    with pytest.raises(RunEnded):
        sender.fetch("list", REQUEST)
    assert list(sender.store.all()) == []


def test_a_status_that_somebody_wants_to_see_is_an_answer() -> None:
    refused = Response(429, (("retry-after", "7"),))
    sender, clock = courier(Line(refused))
    assert sender.fetch("list", REQUEST, accept=(429,)).response == refused
    assert clock.monotonic() == 0


def test_time_passes_by_the_clock_and_within_the_budget() -> None:
    clock, store = VirtualClock(START), ExchangeStore()
    sender = Courier(Line(OK), store, clock, Pace(Limits(rate=0, minutes=1), store, clock))
    sender.fetch("list", REQUEST)
    sender.wait(50, "IC-001#1")
    assert clock.monotonic() == 50
    with pytest.raises(TransportFault) as over:
        sender.wait(11, "IC-001#2")
    assert over.value.code == "budget.minutes"
    assert clock.monotonic() == 50


def test_that_there_was_no_time_to_wait_is_recorded() -> None:
    clock, store = VirtualClock(START), ExchangeStore()
    sender = Courier(Line(OK), store, clock, Pace(Limits(rate=0, minutes=1), store, clock))
    with pytest.raises(TransportFault) as first:
        sender.wait(61, "IC-001#1")
    again = Courier(Line(OK), ExchangeStore.of(store.all()), VirtualClock(START))
    with pytest.raises(TransportFault) as second:
        again.wait(61, "IC-001#1")
    assert str(second.value) == str(first.value)
    assert store.counters().sent == 0

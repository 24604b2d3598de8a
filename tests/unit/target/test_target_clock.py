from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pytest_szxc.errors import RunEnded
from pytest_szxc.target.clock import RealClock, VirtualClock


def test_virtual_clock_moves_only_when_somebody_sleeps() -> None:
    start = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    clock = VirtualClock(start)
    clock.sleep(90)
    clock.sleep(-5)
    assert clock.now() == start + timedelta(seconds=90)
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() == 90


def test_what_is_due_is_done_at_its_instant_and_in_order() -> None:
    clock, done = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC)), []
    clock.later(3, lambda: done.append(("third", clock.monotonic())))
    clock.later(1, lambda: done.append(("first", clock.monotonic())))
    clock.later(1, lambda: clock.later(1, lambda: done.append(("second", clock.monotonic()))))
    clock.later(-5, lambda: done.append(("at once", clock.monotonic())))
    clock.sleep(2.5)
    assert done == [("at once", 0), ("first", 1), ("second", 2)]
    assert clock.monotonic() == 2.5
    clock.sleep(1)
    assert done[3:] == [("third", 3)]


def test_what_is_due_may_itself_take_time() -> None:
    clock, done = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC)), []
    clock.later(1, lambda: clock.sleep(5))
    clock.later(2, lambda: done.append(clock.monotonic()))
    clock.sleep(1)
    assert (done, clock.monotonic()) == ([2], 6)


def test_real_clock_is_utc_and_runs() -> None:
    clock = RealClock()
    before = clock.monotonic()
    clock.sleep(0.01)
    clock.sleep(-1)
    assert clock.monotonic() - before >= 0.009
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_after_the_end_nobody_waits_and_who_would_is_told() -> None:
    clock = RealClock()
    clock.end()
    clock.sleep(0)
    with pytest.raises(RunEnded):
        clock.sleep(60)

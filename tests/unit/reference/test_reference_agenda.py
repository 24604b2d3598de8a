"""What a platform does of itself: in real time, beside all requests, and nothing once it is closed."""

from __future__ import annotations

import threading

from pytest_szxc.reference.agenda import Agenda


def test_things_are_done_in_their_time() -> None:
    agenda, done, over = Agenda(), [], threading.Event()
    agenda.later(0.06, over.set)
    agenda.later(0.01, lambda: done.append("first"))
    agenda.later(-1, lambda: done.append("at once"))
    assert over.wait(5)
    agenda.close()
    assert sorted(done) == ["at once", "first"]


def test_a_closed_agenda_does_nothing_further() -> None:
    agenda, done = Agenda(), []
    agenda.later(0.05, lambda: done.append("late"))
    agenda.close()
    agenda.later(0, lambda: done.append("later still"))
    agenda.close()
    assert not done
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_closing_waits_for_what_is_being_done() -> None:
    agenda, begun, done = Agenda(), threading.Event(), []

    def work() -> None:
        begun.set()
        agenda.later(0, lambda: done.append("never"))
        done.append("work")

    agenda.later(0, work)
    assert begun.wait(5)
    agenda.close()
    assert done[0] == "work"

"""Subscription, with notices over a real socket."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from ic_judging import NOW, SUITE, judged, part, platform, verdict_on

from pytest_szxc.model import Status
from pytest_szxc.reference import ApiError
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.server import serve
from pytest_szxc.target.clock import RealClock, VirtualClock
from pytest_szxc.target.statement import Statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import HttpTransport, ReplayTransport

ID = "IC-075"
mutants, variants = part("mutants_subscription").MUTANTS, part("variants_subscription").VARIANTS


def test_the_reference_passes() -> None:
    verdict = judged(ID)
    assert (verdict.status, verdict.found, verdict.observed) == (Status.PASS, 0, 6)


@pytest.mark.parametrize("name", mutants)
def test_each_mutant_is_found(name: str) -> None:
    assert judged(ID, mutants[name].apply).status is Status.WARN  # the requirement is a "may"


@pytest.mark.parametrize("name", variants)
def test_each_variant_passes(name: str) -> None:
    assert judged(ID, variants[name].apply, variants[name].statement).status is Status.PASS


@pytest.mark.parametrize("status", [404, 501])
def test_a_platform_without_subscription_need_not_have_it(status: int) -> None:
    error = ApiError(status, 40401, "no resource")
    assert judged(ID, lambda made: made.refuse("subscribe", error)).status is Status.NOT_APPLICABLE


def test_a_batch_that_is_not_taken_shows_nothing() -> None:
    error = ApiError(400, 40003, "schema violation")
    verdict = judged(ID, lambda made: made.refuse("push_batch", error))
    assert (verdict.status, verdict.observed) == (Status.NOT_APPLICABLE, 0)


def test_nothing_is_left_of_it() -> None:
    left: list[Any] = []

    def look(made: Any) -> None:
        left.append(made.store)
        made.store.close = lambda: left.append(made.store.count("subscriptions"))

    assert judged(ID, look).status is Status.PASS
    assert left[1] == 0


@pytest.mark.parametrize("name", [None, "subscriber-told-twice", "subscriber-never-told"])
def test_a_recording_gives_the_same_verdict_without_listening(name: str | None) -> None:
    store, statements = ExchangeStore(None), list[Statement]()

    def kept(said: Statement) -> Statement:
        statements.append(said)
        return said

    live = judged(ID, mutants[name].apply if name else lambda _: None, kept, store)
    recorded = ExchangeStore.of(store.all())
    again = verdict_on(ID, statements[0], ReplayTransport(recorded), recorded, VirtualClock(NOW))
    assert again == live


def test_over_sockets_in_real_time() -> None:
    clock = RealClock()
    with platform(VirtualClock(datetime.now(UTC))) as made, serve(made) as url:
        said = demo_statement(made, url, {SUITE.id: SUITE})
        transport = HttpTransport(url, said.limits, said.accounts, clock=clock)
        try:
            assert verdict_on(ID, said, transport, ExchangeStore(None), clock).status is Status.PASS
        finally:
            transport.close()
            withdraw(said)

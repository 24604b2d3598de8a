"""Platforms that others use at the same time, that have little, or that ask for patience: none of that is a fault."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from ic_judging import SUITE, judged, part

from pytest_szxc.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from pytest_szxc.reference import Answer, Call, Handler, Platform
    from pytest_szxc.target.statement import Statement

READS = ("list_records", "list_changes", "search_records", "count_records")
FAULT = {Status.FAIL, Status.WARN}
PER_SECOND = 5


def in_use(every: int, order: str) -> Callable[[Platform], None]:
    """Every so many reads, each resource gets one record more."""
    reads: list[str] = []
    data = part("reference_data")

    def grow(platform: Platform) -> None:
        for resource in data.resources():
            now, name = data.stamp(platform.clock()), f"new-{len(reads):06d}"
            last = platform.store.all(resource.changes)[-1]
            record = platform.store.page(resource.records, 0, 1)[0] | {"id": name, "updatedAt": now}
            told = {"id": name, "op": "I", "watermark": last["watermark"] + 1, "updatedAt": now, "record": record}
            platform.store.add(resource.records, name, record)
            platform.store.add(resource.changes, name, told)

    def change(platform: Platform) -> None:
        part("reference").part(platform, "exchange").order = order

        def busy(handler: Handler) -> Handler:
            def answer(call: Call) -> Answer:
                reads.append(call.params["resource"])
                if len(reads) % every == 0:
                    grow(platform)
                return handler(call)

            return answer

        for operation in READS:
            platform.rewire(operation, busy)

    return change


@pytest.mark.parametrize("order", ["position", "position DESC"])
@pytest.mark.parametrize("every", [1, 4])
@pytest.mark.parametrize("requirement", [f"IC-{number:03d}" for number in (*range(27, 35), 73)])
def test_data_that_grow_while_they_are_read_are_no_fault(requirement: str, every: int, order: str) -> None:
    assert judged(requirement, in_use(every, order)).status not in FAULT


def test_a_count_that_grows_is_between_the_totals() -> None:
    assert judged("IC-030", in_use(1, "position")).status is Status.PASS


def test_the_only_resource_need_not_be_refused_to_anybody() -> None:
    def alone(platform: Platform) -> None:
        document = platform.parts[SUITE.id].capability
        document["resources"] = document["resources"][:1]

    assert judged("IC-020", alone).status is Status.INCONCLUSIVE


def impatient(platform: Platform) -> None:
    """Refuse what goes beyond five requests a second."""
    taken: list[float] = []
    body = b'{"code": 42901, "message": "slow down", "data": null, "requestId": "-", "timestamp": null}'

    def limited(app: WSGIApplication) -> WSGIApplication:
        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            now = platform.clock().timestamp()
            taken[:] = [at for at in taken if now - at < 1]
            if len(taken) >= PER_SECOND:
                start_response("429 Too Many Requests", [("Content-Type", "application/json"), ("Retry-After", "1")])
                return [body]
            taken.append(now)
            return app(environ, start_response)

        return answer

    platform.wrap(limited)


@pytest.mark.parametrize("requirement", ["IC-012", "IC-026", "IC-029", "IC-036", "IC-037", "IC-039", "IC-040"])
def test_being_told_to_wait_is_no_fault(requirement: str) -> None:
    assert judged(requirement, impatient).status not in FAULT


def test_a_push_that_was_turned_away_is_sent_again() -> None:
    assert judged("IC-036", impatient).status is Status.PASS


def test_lives_that_are_told_do_not_show_that_tokens_end() -> None:
    def long_lived(platform: Platform) -> None:
        platform.verifier.lifetime = 7200

    def without_expired(statement: Statement) -> Statement:
        kept: dict[str, Any] = {
            name: replace(account, lifetime=None) for name, account in statement.accounts.items() if name != "expired"
        }
        return replace(statement, accounts=kept)

    assert judged("IC-017", long_lived, without_expired).status is Status.INCONCLUSIVE

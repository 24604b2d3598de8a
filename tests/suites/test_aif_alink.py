"""A platform that speaks in the style of Alink is judged by a binding alone."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aif_judging import HERE, NOW
from alink_gateway import AlinkGateway

from pytest_szxc.model import Status
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.selftest.trial import BASE_URL
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.statement_file import load_statement
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import WsgiTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.model import Verdict
    from pytest_szxc.reference import Platform

STATEMENT = Path(__file__).resolve().parents[2] / "examples" / "profiles" / "alink.toml"
QUERY = [row.id for row in HERE.suite.requirements if row.conformance_class == "query"]


@contextmanager
def gateway() -> Iterator[tuple[Platform, Callable[[str], Verdict]]]:
    """The farm, and what judges it behind the gateway; nothing is written, so that it serves for all requirements."""
    clock = VirtualClock(NOW)
    with HERE.platform(clock) as platform:
        demo = demo_statement(platform, BASE_URL, {HERE.suite.id: HERE.suite})
        statement = load_statement(STATEMENT, {HERE.suite.id: HERE.suite})
        statement = replace(statement, base_url=BASE_URL, accounts=demo.accounts)
        transport = WsgiTransport(AlinkGateway(platform), statement.accounts, statement.limits, clock=clock)
        try:
            yield platform, lambda name: HERE.verdict_on(name, statement, transport, ExchangeStore(None), clock)
        finally:
            withdraw(demo)


def test_the_class_query_passes_by_binding_alone() -> None:
    with gateway() as (_, judged):
        verdicts = {name: judged(name) for name in QUERY}
    assert {name: (one.status, one.findings) for name, one in verdicts.items()} == dict.fromkeys(
        QUERY, (Status.PASS, ())
    )
    assert all(one.observed for one in verdicts.values())


@pytest.mark.parametrize(
    ("requirement", "mutant"),
    [
        ("AIF-048", "query-ignores-kind"),
        ("AIF-049", "query-to-included"),
        ("AIF-052", "query-order-ignored"),
        ("AIF-055", "query-bad-time-ignored"),
    ],
)
def test_what_is_wrong_is_found_behind_the_gateway(requirement: str, mutant: str) -> None:
    with gateway() as (platform, judged):
        HERE.part("mutants_query" if "time" not in mutant else "mutants_query_values").MUTANTS[mutant].apply(platform)
        assert judged(requirement).found

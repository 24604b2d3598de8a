"""An error that comes with status 200 in place of an export is no export without a label: nothing can be judged."""

from __future__ import annotations

from pytest_szxc.model import Status
from pytest_szxc.reference.calls import ApiError
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_reference
from pytest_szxc.reference.platform import build_platform
from pytest_szxc.selftest.trial import BASE_URL, NOW, SIZE, catalogue, judge_platform
from pytest_szxc.target.clock import VirtualClock

SUITE = "data_classification"


def test_an_error_in_the_exports_place_is_inconclusive() -> None:
    suite = catalogue()[SUITE]
    platform = build_platform({SUITE: load_reference(suite)}, size=SIZE, now=NOW)
    platform.refuse("export_catalogue", ApiError(200, 50301, "maintenance"))
    statement = demo_statement(platform, BASE_URL, catalogue())
    try:
        verdict = judge_platform(suite, platform, statement, VirtualClock(NOW))["DC-048"]
    finally:
        withdraw(statement)
        platform.close()
    assert (verdict.status, verdict.cause.code) == (Status.INCONCLUSIVE, "envelope.refused")

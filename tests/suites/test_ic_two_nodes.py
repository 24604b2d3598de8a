"""Push and receipt between two real servers: a county passes its data on to its province over HTTPS, signed."""

from __future__ import annotations

import ssl
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from ic_judging import SUITE, part

from pytest_szxc.checks.loading import load_checks
from pytest_szxc.model import Status
from pytest_szxc.reference import Platform, build_platform
from pytest_szxc.reference.accounts import FULL, Account
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.reference.lookup import load_reference
from pytest_szxc.reference.server import CERTIFICATE, serve
from pytest_szxc.target.clock import RealClock
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.network import NetworkOptions
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import HttpTransport
from pytest_szxc.verdict.judge import Context, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

relay = part("reference_relay")
push = part("reference_push")
CODE = "310999001/000001"
COUNTY = Account("county", FULL, frozenset({"read", "write"}), scheme="sd-open", client="app-county")


def node(name: str) -> Platform:
    platform = build_platform({SUITE.id: load_reference(SUITE)})
    platform.parts[SUITE.id].capability["nodeId"] = name
    return platform


@pytest.fixture
def province() -> Iterator[Platform]:
    platform = node("node-upper")
    platform.accounts.by_name["county"] = COUNTY
    inbox = platform.parts[SUITE.id].parts["push"]
    inbox.limit = platform.parts[SUITE.id].capability["limits"]["batchRecords"] = 30
    yield platform
    platform.close()


@pytest.fixture
def county() -> Iterator[Platform]:
    platform = node("node-999999")
    yield platform
    platform.close()


@pytest.fixture
def upper(province: Platform) -> Iterator[Any]:
    """The province behind a real socket, as the county reaches it."""
    trust = ssl.create_default_context(cafile=str(CERTIFICATE))
    with serve(province, encrypted=True) as url:
        yield relay.Upper(url, COUNTY.client, COUNTY.secret, province.clock, trust)


@pytest.fixture
def relaying(county: Platform, upper: Any) -> Any:
    return relay.Relay(county.parts[SUITE.id], upper)


def inbox_of(platform: Platform) -> Any:
    return platform.parts[SUITE.id].parts["push"]


def heartbeat(platform: Platform) -> dict[str, Any]:
    """The heartbeat over a real socket."""
    with serve(platform) as url:
        headers = {"Authorization": f"Bearer {platform.accounts.by_name['primary'].token}"}
        found: dict[str, Any] = httpx.get(f"{url}/v1/heartbeat", headers=headers, trust_env=False).json()["data"]
    return found


def stored(platform: Platform) -> list[dict[str, Any]]:
    return [kept["row"] for kept in platform.store.all(push.INBOX)]


def test_the_county_s_records_reach_the_province_whole(county: Platform, province: Platform, relaying: Any) -> None:
    batches = relaying.forward(CODE)
    assert batches == -(-len(county.store.all(f"records:{CODE}")) // 30)
    assert heartbeat(county)["backlog"] == batches
    assert relaying.run() == 0
    assert heartbeat(county)["backlog"] == 0
    assert stored(province) == county.store.all(f"records:{CODE}")


def test_both_sides_reconcile(county: Platform, province: Platform, relaying: Any) -> None:
    relaying.forward(CODE)
    relaying.run()
    day = push.day_of(province.clock())
    own = relaying.counts(CODE, day)
    assert own["sentCount"] == own["receivedCount"] == own["storedCount"] == len(county.store.all(f"records:{CODE}"))
    assert relaying.agrees(CODE, day)
    province.store.remove(push.INBOX, "node-999999-2")
    assert not relaying.agrees(CODE, day)


def test_the_backlog_stays_until_the_receipt_is_final(county: Platform, province: Platform, relaying: Any) -> None:
    inbox_of(province).delay = 3600.0
    batches = relaying.forward(CODE)
    assert relaying.run() == batches
    assert heartbeat(county)["backlog"] == batches
    assert heartbeat(province)["backlog"] == batches
    inbox_of(province).delay = 0.0
    assert relaying.run() == 0
    assert stored(province) == county.store.all(f"records:{CODE}")


def test_a_lost_receipt_makes_nothing_twice(county: Platform, province: Platform, relaying: Any) -> None:
    relaying.forward(CODE)
    relaying.run()
    county.store.edit(relay.OUTGOING, lambda held: held.update(receipt=None, state=relay.WAITING))
    assert relaying.run() == 0
    assert stored(province) == county.store.all(f"records:{CODE}")
    assert relaying.agrees(CODE, push.day_of(province.clock()))


def test_a_bad_row_is_told_and_made_up(province: Platform, relaying: Any) -> None:
    good = [{"id": f"r{n}", "regionCode": "999999001000", "collectedAt": "2026-06-01T12:00:00+08:00"} for n in range(3)]
    relaying.queue(CODE, "b1", [good[0], {**good[1], "regionCode": "x"}, good[2]])
    assert relaying.run() == 0
    day = push.day_of(province.clock())
    theirs = relaying.upper.data("/v1/exchange/reconciliation", resource=CODE, date=day)
    assert [(row["batchNo"], row["index"], row["id"]) for row in theirs["diff"]] == [("b1", 1, "r1")]
    assert relaying.agrees(CODE, day)
    relaying.queue(CODE, "b2", [good[1]])
    relaying.run()
    theirs = relaying.upper.data("/v1/exchange/reconciliation", resource=CODE, date=day)
    assert theirs["diff"] == []
    assert [row["id"] for row in stored(province)] == ["r0", "r2", "r1"]


def test_a_receipt_with_a_wrong_signature_confirms_nothing(province: Platform, relaying: Any) -> None:
    for operation in ("push_batch", "receipt_status"):
        province.alter(operation, lambda answer: answer.with_payload(answer.payload | {"acceptedCount": 99}))
    batches = relaying.forward(CODE)
    assert relaying.run() == batches


def test_a_wrong_secret_sends_nothing(county: Platform, province: Platform, upper: Any) -> None:
    relaying = relay.Relay(county.parts[SUITE.id], replace(upper, secret="wrong"))  # noqa: S106 -- made up
    relaying.queue(CODE, "b1", [])
    assert relaying.run() == 1
    assert province.store.count(push.BATCHES) == 0


def test_an_unreachable_province_leaves_the_backlog(county: Platform, upper: Any) -> None:
    away = replace(upper, url="http://127.0.0.1:9")
    relaying = relay.Relay(county.parts[SUITE.id], away)
    relaying.queue(CODE, "b1", [])
    assert relaying.run() == 1
    with pytest.raises(relay.Unreachable):
        relaying.forward(CODE)


def test_the_suite_judges_the_province_beside_the_county_s_data(province: Platform, relaying: Any, upper: Any) -> None:
    """Push, reconciliation and heartbeat over live HTTPS; afterwards nothing of the run is left."""
    relaying.forward(CODE)
    relaying.run()
    before = stored(province)
    statement = demo_statement(province, upper.url)
    network = NetworkOptions(CERTIFICATE)
    clock = RealClock()
    transport = HttpTransport(upper.url, statement.limits, statement.accounts, options=network, clock=clock)
    sut = LiveSut(
        suites={SUITE.id: SUITE},
        statement=statement,
        transport=transport,
        store=ExchangeStore(None),
        clock=clock,
        now=clock.now(),
        seed="live",
        permissions=frozenset({"write"}),
        prefix="szxc-live-",
    )
    checks, found = load_checks(SUITE), {}
    began = time.monotonic()
    try:
        for row in SUITE.requirements:
            if row.conformance_class in {"push", "reconciliation", "heartbeat"} and row.id != "IC-075":
                view = sut.for_requirement(row.id)
                with view.tidied():
                    found[row.id] = judge(row, checks[row.id], view, view, Context(owners={}))
    finally:
        withdraw(statement)
        transport.close()
    assert len(found) == 11
    assert {id_: verdict.status for id_, verdict in found.items() if verdict.status is not Status.PASS} == {}
    assert stored(province) == before
    assert time.monotonic() - began < 60

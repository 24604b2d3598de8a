"""Push, reconciliation, heartbeat: canonical JSON, the reference's inbox, and the checks at their bounds."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ic_judging import CHECKS, NOW, SUITE, judged, part, platform
from werkzeug.test import Client

from pytest_szxc import canonical_json
from pytest_szxc.model import Status
from pytest_szxc.reference import ApiError
from pytest_szxc.reference.demo import demo_statement, withdraw
from pytest_szxc.selftest import trial
from pytest_szxc.selftest.trial import BASE_URL, Trial, attempt
from pytest_szxc.target.clock import VirtualClock
from pytest_szxc.target.live import LiveSut
from pytest_szxc.target.store import ExchangeStore
from pytest_szxc.target.transports import WsgiTransport
from pytest_szxc.verdict.judge import Context, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.test import TestResponse

    from pytest_szxc.model import Verdict
    from pytest_szxc.reference import Platform

Row = dict[str, Any]
push = part("reference_push")
CODE, RESTRICTED, DAY = "310999001/000001", "310999003/000001", "2026-06-01"
WRITING = tuple(f"IC-{number:03d}" for number in range(35, 44))


# --- the reference's inbox --------------------------------------------------------------------------------------------


@pytest.fixture
def node() -> Iterator[Platform]:
    with platform() as made:
        yield made


def rows(count: int, **changes: Any) -> list[Row]:
    made = {"regionCode": "999999001000", "collectedAt": "2026-06-01T12:00:00+08:00", "data": {}}
    return [{"id": f"r{number}", **made, **changes} for number in range(count)]


def message(records: list[Any], batch: str = "b1", **changes: Any) -> Row:
    return {
        "messageId": f"{batch}-m",
        "batchNo": batch,
        "resourceCode": CODE,
        "count": len(records),
        "digest": {"alg": "SHA-256", "value": canonical_json.digest("SHA-256", records)},
        "sentAt": "2026-06-01T12:00:00+08:00",
        "records": records,
        **changes,
    }


def ask(on: Platform, path: str, method: str = "GET", account: str = "primary", **more: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {on.accounts.by_name[account].token}"}
    return Client(on).open(path, method=method, headers=headers, **more)


def sent(on: Platform, body: Any, account: str = "primary") -> TestResponse:
    return ask(on, "/v1/exchange/push", "POST", account, json=body)


def data(answer: TestResponse) -> Row:
    assert answer.status_code == 200, answer.text
    found: Row = answer.get_json()["data"]
    return found


def stored(on: Platform, batch: str) -> list[Row]:
    found: list[Row] = data(ask(on, f"/v1/exchange/batches/{batch}/records?pageSize=200"))["list"]
    return found


def reconciled(on: Platform, day: str = DAY) -> Row:
    return data(ask(on, f"/v1/exchange/reconciliation?resource={CODE}&date={day}"))


@pytest.mark.parametrize("name", ["messageId", "batchNo", "resourceCode", "count", "digest", "sentAt", "records"])
def test_a_missing_member_is_named(node: Platform, name: str) -> None:
    answer = sent(node, message(rows(1)) | {name: None})
    assert (answer.status_code, answer.get_json()["code"]) == (400, 40002)
    assert name in answer.get_json()["message"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"records": {}}, 400, 40003),
        ({"count": 2}, 400, 40003),
        ({"digest": {"alg": "MD5", "value": "0"}}, 400, 40003),
        ({"digest": {"value": "0"}}, 400, 40003),
        ({"resourceCode": "310999998/999998"}, 404, 40401),
    ],
)
def test_what_is_refused(node: Platform, changes: Row, status: int, code: int) -> None:
    answer = sent(node, message(rows(1)) | changes)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_half_a_surrogate_pair_is_refused(node: Platform) -> None:
    body = json.dumps(message(rows(1))).replace("r0", "\\ud800")
    answer = ask(node, "/v1/exchange/push", "POST", data=body, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (400, 40003)


def test_who_may_not_push(node: Platform) -> None:
    assert sent(node, message(rows(1)), "low_right").get_json()["code"] == 40301
    assert sent(node, message(rows(1), resourceCode=RESTRICTED), "second").get_json()["code"] == 40301
    assert ask(node, "/v1/exchange/batches/b1", "DELETE", "low_right").get_json()["code"] == 40301


def test_the_limit(node: Platform) -> None:
    assert data(sent(node, message(rows(push.LIMIT))))["status"] == "accepted"
    assert sent(node, message(rows(push.LIMIT + 1), "b2")).status_code == 413


@settings(max_examples=25)  # each builds a platform
@given(st.lists(st.sampled_from(["good", "no id", "no time", "region", "data", "text"]), min_size=1, max_size=8))
def test_right_rows_are_stored_and_wrong_ones_counted(kinds: list[str]) -> None:
    wrong = {
        "no id": {"id": ""},
        "no time": {"collectedAt": "2026-02-30T00:00:00+08:00"},
        "region": {"regionCode": "12"},
        "data": {"data": []},
        "good": {},
    }
    records = [rows(9)[n] | wrong[kind] if kind != "text" else "row" for n, kind in enumerate(kinds)]
    good = [row for row, kind in zip(records, kinds, strict=True) if kind == "good"]
    with platform() as node:
        receipt = data(sent(node, message(records)))
        assert (receipt["acceptedCount"], receipt["rejectedCount"]) == (len(good), len(kinds) - len(good))
        assert [error["index"] for error in receipt["errors"]] == [n for n, k in enumerate(kinds) if k != "good"]
        assert stored(node, "b1") == good
        counts = reconciled(node)
        assert (counts["sentCount"], counts["storedCount"]) == (len(kinds), len(good))
        assert len(counts["diff"]) == len(kinds) - len(good)
        assert data(sent(node, message(records))) == receipt
        assert stored(node, "b1") == good


def test_a_rejected_batch_may_come_again_rightly(node: Platform) -> None:
    wrong = message(rows(2), digest={"alg": "SHA-256", "value": "0" * 64})
    assert data(sent(node, wrong))["status"] == "rejected"
    assert stored(node, "b1") == []
    assert data(sent(node, message(rows(2))))["status"] == "accepted"
    assert len(stored(node, "b1")) == 2
    assert reconciled(node)["diff"] == []


def test_parts_of_one_batch(node: Platform) -> None:
    sent(node, message(rows(2), seq=1, total=2))
    more = [row | {"id": f"s{n}"} for n, row in enumerate(rows(2))]
    assert data(sent(node, message(more, messageId="m2", seq=2, total=2)))["status"] == "accepted"
    assert [row["id"] for row in stored(node, "b1")] == ["r0", "r1", "s0", "s1"]


def test_states_follow_the_clock() -> None:
    clock = VirtualClock(NOW)
    with platform(clock) as node:
        node.parts["platform_interconnection"].parts["push"].delay = 10.0
        first = data(sent(node, message(rows(2))))
        assert (first["state"], "status" in first) == ("received", False)
        assert stored(node, "b1") == []
        assert data(ask(node, "/v1/heartbeat"))["backlog"] == 1
        clock.sleep(11)
        assert data(ask(node, "/v1/exchange/receipts/b1-m"))["state"] == "stored"
        assert data(ask(node, "/v1/heartbeat"))["backlog"] == 0
        clock.sleep(10)
        assert data(ask(node, "/v1/exchange/receipts/b1-m"))["state"] == "confirmed"


def test_a_removed_batch_leaves_nothing(node: Platform) -> None:
    before = reconciled(node)
    sent(node, message([*rows(2), {"id": "x"}]))
    assert reconciled(node) != before
    assert ask(node, "/v1/exchange/batches/b1", "DELETE").status_code == 200
    assert reconciled(node) == before
    assert ask(node, "/v1/exchange/batches/b1/records").status_code == 404
    assert ask(node, "/v1/exchange/receipts/b1-m").status_code == 404
    assert ask(node, "/v1/exchange/batches/b1", "DELETE").status_code == 404


def test_days_are_those_of_beijing() -> None:
    assert push.day_of(NOW.replace(hour=15, minute=59)) == "2026-06-01"
    assert push.day_of(NOW.replace(hour=16)) == "2026-06-02"


@pytest.mark.parametrize("query", ["", f"?resource={CODE}", f"?date={DAY}"])
def test_a_reconciliation_of_something(node: Platform, query: str) -> None:
    assert ask(node, f"/v1/exchange/reconciliation{query}").get_json()["code"] == 40002


# --- the checks at their bounds ---------------------------------------------------------------------------------------


def node_of(platform: Platform) -> Any:
    return platform.parts["platform_interconnection"]


def without_resources(platform: Platform) -> None:
    node_of(platform).capability["resources"] = []


@pytest.mark.parametrize("requirement", WRITING)
def test_without_a_declared_resource_nothing_is_pushed(requirement: str) -> None:
    verdict = judged(requirement, without_resources)
    assert (verdict.status, verdict.observed) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("requirement", WRITING)
@pytest.mark.parametrize("error", [(400, 40003), (404, 40401)])
def test_a_platform_that_takes_nothing_is_not_judged(requirement: str, error: tuple[int, int]) -> None:
    verdict = judged(requirement, lambda made: made.refuse("push_batch", ApiError(*error, "no")))
    assert (verdict.status, verdict.found) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("limit", [None, 0, "200", 5000, 10**9])
def test_a_limit_beyond_reach_is_not_tried(limit: Any) -> None:
    verdict = judged("IC-040", lambda made: node_of(made).capability["limits"].update(batchRecords=limit))
    assert (verdict.status, verdict.observed) == (Status.INCONCLUSIVE, 0)


@pytest.mark.parametrize("requirement", WRITING)
def test_receipts_that_never_end_are_waited_for_in_bounded_time(requirement: str) -> None:
    clocks: list[Any] = []
    store = ExchangeStore(None)

    def slow(made: Platform) -> None:
        node_of(made).parts["push"].delay = 1e9
        node_of(made).capability["limits"]["settleSeconds"] = 10**6
        clocks.extend((made.clock, made.clock()))

    verdict = judged(requirement, slow, store=store)
    clock, began = clocks
    assert verdict.status in {Status.INCONCLUSIVE, Status.WARN, Status.PASS}
    assert (verdict.status is Status.WARN) == (requirement == "IC-041")
    assert (verdict.status is Status.PASS) == (requirement == "IC-035")
    assert clock() - began <= timedelta(seconds=300)
    assert len(list(store.all())) < 40


@pytest.mark.parametrize("requirement", WRITING)
def test_an_inbox_without_receipt_query_is_judged_by_its_receipts(requirement: str) -> None:
    verdict = judged(requirement, lambda made: made.refuse("receipt_status", ApiError(404, 40401, "no")))
    assert verdict.status is (Status.INCONCLUSIVE if requirement == "IC-041" else Status.PASS)


def test_midnight_passes_between_run_and_batch() -> None:
    def later(made: Platform) -> None:
        made.sleep(13 * 3600)

    assert judged("IC-042", later).status is Status.PASS
    assert judged("IC-043", later).status is Status.PASS


def test_absent_operations_are_told_by_their_owners() -> None:
    verdicts = attempt(Trial("platform_interconnection", mutant="stored-rows-not-shown"))
    assert {id_ for id_, verdict in verdicts.items() if verdict.status is Status.FAIL} == {"IC-037"}
    assert trial.catalogue()["platform_interconnection"].operations["stored_records"].owner == "IC-037"


# --- the search beyond the seeded plan --------------------------------------------------------------------------------


def explored(change: Callable[[Platform], object]) -> Verdict:
    """The verdict on digests when the run explores."""
    clock = VirtualClock(NOW)
    with platform(clock) as made:
        change(made)
        statement = demo_statement(made, BASE_URL, {SUITE.id: SUITE})
        sut = LiveSut(
            suites={SUITE.id: SUITE},
            statement=statement,
            transport=WsgiTransport(made, statement.accounts, statement.limits, clock=clock),
            store=ExchangeStore(None),
            clock=clock,
            now=NOW,
            seed="search",
            permissions=frozenset({"write"}),
            exploring=True,
        )
        (row,) = (row for row in SUITE.requirements if row.id == "IC-039")
        view = sut.for_requirement(row.id)
        try:
            with view.tidied():
                return judge(row, CHECKS[row.id], view, view, Context(owners={}))
        finally:
            withdraw(statement)
            assert made.store.count(push.BATCHES) == 0


def test_a_search_finds_a_digest_that_is_wrong_for_rare_content() -> None:
    plain = judged("IC-039")
    whole = explored(lambda _: None)
    assert whole.status is plain.status is Status.PASS
    assert whole.observed > plain.observed + 50

    def rarely_wrong(made: Platform) -> None:
        inbox = node_of(made).parts["push"]
        inbox.digest = lambda alg, records: canonical_json.digest(
            alg, [row for row in records if len(json.dumps(row["data"])) % 7 or "name" in row["data"]]
        )

    assert judged("IC-039", rarely_wrong).status is Status.PASS
    assert explored(rarely_wrong).status is Status.FAIL

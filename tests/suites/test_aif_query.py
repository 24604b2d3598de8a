"""Queries: the reference's answers to odd questions, and the checks' own laws; what is judged without writing."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from aif_judging import HERE, part, platform
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc.model import Location, Status
from pytest_szxc.record import Record
from pytest_szxc.reference import ApiError
from pytest_szxc.target.live import LiveSut
from pytest_szxc.verdict.judge import Context, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
QUERY = [row for row in HERE.suite.requirements if row.conformance_class == "query"]
observed, questions = part("observed_set"), part("questions")
values = part("test_agri_system_interfaces_query_values")
START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def farm() -> Iterator[Platform]:
    with platform() as made:
        yield made


def ask(farm: Platform, place: str = "", account: str = "primary", **query: str) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {farm.accounts.by_name[account].token}"}
    answer = Client(farm).get(f"/szxc/v1/observations{place}", query_string=query, headers=headers)
    return answer.status_code, answer.get_json()["data"] or answer.get_json()["code"]


# --- the reference ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-05-01T00:00:00"},
        {"to": "0001-01-01T00:00:00+14:00"},
        {"order": "up"},
        {"page": "0"},
        {"pageSize": "0"},
        {"pageSize": "201"},
        {"pageSize": "-" * 3},
        {"pageSize": "9" * 30},
        {"device": "cl-0001"},
    ],
)
def test_a_question_that_is_none_is_refused(farm: Platform, query: Row) -> None:
    assert ask(farm, **query) == (400, 40001)


def test_what_another_organisation_has_is_not_there(farm: Platform) -> None:
    assert ask(farm, deviceId="cl-1001")[1]["total"] == 0
    assert ask(farm, deviceId="cl-1001", account="second")[1]["total"] > 0
    for place in ("/latest", "/aggregate"):
        assert ask(farm, place, deviceId="cl-1001", channelId="co2") == (404, 40401)


def test_latest_and_aggregate_need_a_device_and_a_channel(farm: Platform) -> None:
    assert ask(farm, "/latest") == (400, 40001)
    assert ask(farm, "/aggregate", deviceId="cl-0001") == (400, 40001)
    assert ask(farm, "/aggregate", deviceId="cl-0001", channelId="x") == (404, 40401)


def test_an_aggregate_of_nothing_has_a_count_only(farm: Platform) -> None:
    told = ask(farm, "/aggregate", deviceId="cl-0001", channelId="co2", to="2001-01-01T00:00:00Z")[1]
    assert (told["count"], told["sum"], told["mean"]) == (0, None, None)


# --- without writing --------------------------------------------------------------------------------------------------


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs it has not allowed writing."""
    right = LiveSut.__init__
    monkeypatch.setattr(LiveSut, "__init__", lambda self, **given: right(self, **{**given, "permissions": frozenset()}))


@pytest.mark.usefixtures("reading")
def test_the_class_query_is_judged_without_writing() -> None:
    sent: list[str] = []

    def listen(made: Platform) -> None:
        made.rewire("register_device", lambda handler: lambda call: (sent.append("written"), handler(call))[1])

    with HERE.asked(listen) as sut:
        for row in QUERY:
            view = sut.for_requirement(row.id)
            verdict = judge(row, HERE.checks[row.id], view, view, Context(owners={}))
            assert (row.id, verdict.status, verdict.findings) == (row.id, Status.PASS, ())
            assert verdict.observed
    assert not sent


@pytest.mark.usefixtures("reading")
def test_a_platform_without_observations_is_not_judged() -> None:
    def emptied(made: Platform) -> None:
        for row in made.store.all("agri:devices"):
            made.parts[HERE.suite.id].observations.remove(row["deviceId"])

    assert HERE.judged("AIF-048", emptied).status is Status.INCONCLUSIVE


# --- the checks' laws -------------------------------------------------------------------------------------------------


def record(minutes: int, flag: str = "N", value: Any = 1, zone: str = "+00:00") -> Record:
    at = (START + timedelta(minutes=minutes)).isoformat().replace("+00:00", zone)
    row = {"channelId": "co2", "phenomenonTime": at, "flag": flag, "value": value}
    return Record(row, Location(), START)


@given(st.lists(st.integers(0, 600), min_size=2, unique=True), st.data())
def test_a_question_by_time_is_half_open_and_each_mistake_another_one(minutes: list[int], data: st.DataObject) -> None:
    low, high = sorted(data.draw(st.lists(st.sampled_from(minutes), min_size=2, max_size=2, unique=True)))
    bounds = (START + timedelta(minutes=low), START + timedelta(minutes=high))
    rows = [record(one) for one in minutes]
    half, closed = (questions.during(*bounds, half_open=way) for way in (True, False))
    assert {row.get("phenomenonTime") for row in rows if half.right(row)} == {
        record(one).get("phenomenonTime") for one in minutes if low <= one < high
    }
    assert sum(map(closed.right, rows)) == sum(map(half.right, rows)) + 1
    included = next(test for name, test in half.mistakes.items() if name.startswith("`to` is included"))
    assert [included(row) for row in rows] == [closed.right(row) for row in rows]


@given(st.lists(st.decimals(-50, 50, places=2), min_size=1))
def test_figures_agree_with_themselves_and_with_no_other_count(numbers: list[Decimal]) -> None:
    for name, compute in values.FIGURES.items():
        right = compute(numbers)
        assert values.agrees(name, right, right)
        assert not values.agrees(name, right + 1, right)
        assert not values.agrees(name, None, right)


@pytest.mark.parametrize(("told", "right"), [("20.3", True), ("20.33", True), ("20.4", False), ("20", False)])
def test_a_mean_may_be_rounded_to_the_digits_that_it_shows(told: str, *, right: bool) -> None:
    assert values.agrees("mean", Decimal(told), Decimal(61) / 3) is right


def test_only_values_that_count_are_counted() -> None:
    rows = [record(0), record(1, "S", 2), record(2, "T", 9), record(3, "N", None), record(4, "N", "x")]
    assert values.numbers(rows) == [1, 2]
    assert values.numbers(rows, any_flag=True) == [1, 2, 9]


def test_seeds_lie_in_no_order_in_several_offsets_and_some_are_flagged() -> None:
    bench = part("bench")
    channels = tuple(bench.Channel(name, name, "1", Decimal(0), Decimal(10), Decimal("0.1")) for name in "abcd")

    class Here:
        now, prefix = START, "szxc-"

        @staticmethod
        def random(name: str) -> Any:
            from random import Random  # noqa: PLC0415 -- only here

            return Random(name)  # noqa: S311 -- to be repeatable

    rows = observed.seeds(bench.Bench(Here(), "szxc-1", {}, channels))
    texts = [row["phenomenonTime"] for row in rows]
    times = [datetime.fromisoformat(text) for text in texts]
    assert len(set(times)) == len(rows) == observed.COUNT
    assert times != sorted(times)
    assert sorted(texts) != [text for _, text in sorted(zip(times, texts, strict=True))]
    assert {text[19:] for text in texts} == {"+00:00", "+08:00", "+05:30", "-03:30"}
    assert Counter(row["flag"] for row in rows).keys() == {"N", "S", "T", "D"}
    assert max(times) < START


# --- what a platform may not have -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status", "cause"),
    [
        (lambda _: None, Status.FAIL, "claim.feature-present"),
        (
            lambda made: made.refuse("aggregate_observations", ApiError(404, 40401, "not here")),
            Status.NOT_APPLICABLE,
            "claim.without",
        ),
        (
            lambda made: made.refuse("aggregate_observations", ApiError(501, 50101, "not here")),
            Status.NOT_APPLICABLE,
            "claim.without",
        ),
    ],
)
def test_aggregation_that_is_declared_absent(change: Any, status: Status, cause: str) -> None:
    (row,) = (one for one in QUERY if one.id == "AIF-054")
    with HERE.asked(change) as sut:
        view = sut.for_requirement(row.id)
        with view.tidied():
            verdict = judge(row, HERE.checks[row.id], view, view, Context(frozenset({"aggregation"}), owners={}))
    assert (verdict.status, verdict.cause and verdict.cause.code) == (status, cause)

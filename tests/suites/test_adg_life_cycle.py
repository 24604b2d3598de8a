"""Versions and retention: the reference, the next version, what is judged on a young, an old and an odd platform."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from adg_judging import NOW, PREFIX, SUITE, judged, part, platform
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from pytest_szxc.model import Status
from pytest_szxc.reference import Answer, ApiError, Call, Platform
from pytest_szxc.target.live import LiveSut

after = part("next_version").after
declaration = part("reference_declaration")
Row = dict[str, Any]


# --- the next version -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("2.4.1", "2.4.2"),
        ("2.4.9", "2.4.10"),
        ("V3-rc", "V4-rc"),
        ("beta", "beta.1"),
        ("", ".1"),
        ("1.009", "1.010"),
        ("2026-05-31\n", "2026-05-32\n"),
    ],
)
def test_the_next_version(version: str, wanted: str) -> None:
    assert after(version) == wanted


@given(st.text())
def test_the_next_version_is_another(version: str) -> None:
    assert after(version) != version


# --- the reference ----------------------------------------------------------------------------------------------------


def ask(made: Platform, **query: str) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {made.accounts.by_name['primary'].token}"}
    answer = Client(made).get("/szxc/v1/mach/events", query_string=query, headers=headers)
    return answer.status_code, answer.get_json()["data"]


def test_events_are_found_by_time_and_feature_the_oldest_first() -> None:
    with platform() as made:
        rows = ask(made, feature="sz240-row-guide", pageSize="200")[1]["list"]
        times = [row["t"] for row in rows]
        assert times == sorted(times)
        assert ask(made, feature="sz240-row-guide", **{"from": times[3], "to": times[-1]})[1]["total"] == sum(
            times[3] <= one < times[-1] for one in times
        )
        assert ask(made, feature="nobody")[1]["total"] == 0
        assert ask(made)[1]["total"] > len(rows)


@pytest.mark.parametrize("query", [{"from": "yesterday"}, {"to": "2026-05-01T00:00:00"}, {"device": "x"}])
def test_what_is_no_question_is_a_bad_request(query: dict[str, str]) -> None:
    with platform() as made:
        assert ask(made, **query) == (400, None)


# --- versions ---------------------------------------------------------------------------------------------------------


def test_what_was_declared_is_withdrawn() -> None:
    left: list[str] = []

    def listen(made: Platform) -> None:
        remove = made.parts[SUITE.id].parts["declaration"].remove_declaration

        def removed(call: Call) -> Answer:
            left.append(call.params["feature"])
            answer: Answer = remove(call)
            return answer

        made.rewire("remove_declaration", lambda _: removed)

    assert judged("ADG-043", listen).status is Status.PASS
    assert left == [f"{PREFIX}043"]


def test_without_permission_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    right = LiveSut.__init__
    monkeypatch.setattr(LiveSut, "__init__", lambda self, **given: right(self, **{**given, "permissions": frozenset()}))
    verdict = judged("ADG-043")
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.cause is not None
    assert verdict.cause.code == "permission-not-given.write"


@pytest.mark.parametrize("operation", ["declare_feature", "update_declaration", "read_grade"])
def test_what_the_platform_refuses_is_not_judged(operation: str) -> None:
    def refused(made: Platform) -> None:
        made.refuse(operation, ApiError(422, 42201, "not today"))

    assert judged("ADG-043", refused).status is Status.INCONCLUSIVE


def test_a_grade_that_is_issued_later_is_not_judged() -> None:
    def later(made: Platform) -> None:
        made.alter("read_grade", lambda answer: answer.with_payload({**answer.payload, "status": "pending"}))

    assert judged("ADG-043", later).status is Status.INCONCLUSIVE


# --- retention --------------------------------------------------------------------------------------------------------


def promised(days: Any) -> Any:
    def apply(made: Platform) -> None:
        made.store.edit(declaration.DECLARATIONS, lambda row: row.update(retention_days=days))

    return apply


@pytest.mark.parametrize("days", [None, 0, -3, "400", 1e300, 5, True])
def test_without_a_promise_that_covers_a_session_nothing_is_judged(days: Any) -> None:
    """Five days are less than the sessions are old."""
    assert judged("ADG-046", promised(days)).status is Status.INCONCLUSIVE


def keeping(service: bool, **kept: Any) -> Any:
    """No event of tests is kept; one of service, where there is service."""

    def apply(made: Platform) -> None:
        retention = made.parts[SUITE.id].parts["life_cycle"]
        event = {"event_id": "service-1", "t": (NOW - timedelta(days=1)).isoformat(), "type": "power_on"}
        rows = [(NOW - timedelta(days=1), "sz240-field-supervised", event)]
        features = ("sz240-row-guide", "sz240-row-combo", "sz240-field-supervised", "sz240-field-auto")
        retention.kept = lambda: [(at, name, one) for at, _, one in rows for name in features] if service else []
        made.store.edit(declaration.DECLARATIONS, lambda row: row.update(kept))

    return apply


def test_tests_before_the_declaration_may_be_kept_elsewhere() -> None:
    begun = (NOW - timedelta(days=2)).isoformat()
    assert judged("ADG-046", keeping(True, declared_at=begun)).status is Status.INCONCLUSIVE
    assert judged("ADG-046", keeping(False, declared_at=begun)).status is Status.WARN


def test_events_since_the_declaration_may_not() -> None:
    begun = (NOW - timedelta(days=20)).isoformat()
    assert judged("ADG-046", keeping(True, declared_at=begun)).status is Status.WARN


def crowded(made: Platform) -> None:
    """The oldest session has so many events that no platform shows them on a few pages."""
    log = made.parts[SUITE.id].parts["event_log"]
    first = min((row for row in log.sessions if row["session_id"] in log.events), key=lambda row: row["started_at"])
    name, begun = first["session_id"], datetime.fromisoformat(first["started_at"])
    log.events[name] = [
        {
            "event_id": f"m{number}",
            "t": (begun + timedelta(milliseconds=number)).isoformat(),
            "type": "obstacle_detected",
        }
        for number in range(1_500)
    ]


def test_of_many_events_the_oldest_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged("ADG-046", crowded).status is Status.PASS
    retention = part("test_autodrive_grading_life_cycle_retention")
    monkeypatch.setattr(retention, "PAGES", 1)
    verdict = judged("ADG-046", crowded)
    assert verdict.status is Status.PASS
    assert verdict.found == 0


# --- junk -------------------------------------------------------------------------------------------------------------

JUNK: tuple[Any, ...] = (
    None,
    [],
    {"list": [None]},
    {"list": [{}, {"event_id": [], "t": 7, "type": {}, "session_id": 7, "feature_id": 7}], "total": 2},
    {"grade": {}, "status": [], "system_version": 7},
)
OPERATIONS = {
    "ADG-043": ("list_declarations", "declare_feature", "update_declaration", "read_grade", "remove_declaration"),
    "ADG-046": ("list_declarations", "list_sessions", "session_events", "list_events"),
}


@pytest.mark.parametrize(
    ("requirement", "operation"), [(one, operation) for one, named in OPERATIONS.items() for operation in named]
)
def test_no_check_raises_on_junk(requirement: str, operation: str) -> None:
    for junk in JUNK:

        def change(made: Platform, junk: Any = junk) -> None:
            made.alter(operation, lambda _: Answer(junk))

        assert judged(requirement, change).status is not Status.TESTER_ERROR


@pytest.mark.parametrize("member", ["t", "event_id", "type", "started_at", "ended_at", "feature_id", "declared_at"])
def test_no_check_raises_on_junk_members(member: str) -> None:
    values: list[Any] = [None, 7, [], "9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00+14:00"]

    def change(made: Platform) -> None:
        for operation in OPERATIONS["ADG-046"]:
            made.alter(operation, spoilt)

    def spoilt(answer: Answer) -> Answer:
        rows = answer.payload["list"]
        junk = [
            {**row, member: values[index % 6]} if index % 6 < len(values) else row for index, row in enumerate(rows)
        ]
        return answer.with_payload({**answer.payload, "list": junk})

    assert judged("ADG-046", change).status is not Status.TESTER_ERROR

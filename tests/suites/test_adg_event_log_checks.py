"""The checks of event logs: deadlines to the millisecond, who did what, orders of events, sessions that end early."""

from __future__ import annotations

from datetime import timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from adg_judging import part
from adg_told import START, Told, outcome, rows
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.model import Location
from pytest_szxc.record import Record

log = part("event_log")
sequences = part("event_sequence")
Happening = log.Happening
BEGUN, ASSISTED = log.started(), log.started(mode="assist")
REQUESTED = log.requested(40.0)
UNFINISHED, NOT_PROVOKED = "events.unfinished", "events.not-provoked"


def stopped(at_s: float) -> tuple[Any, ...]:
    return log.stopping(50.0, "takeover_request", at_s - 50.0)


def response(at_s: float, actor: str | None = log.OPERATOR) -> tuple[Any, ...]:
    told = Happening(at_s, "takeover_response", {} if actor is None else {"actor": actor})
    return (told, log.changed_mode(at_s + 0.2, "takeover_request", "manual"))


def sequence(told: list[dict[str, Any]]) -> Any:
    return sequences.sequence([Record(row, Location("x1"), START) for row in told], "s")


# --- take-over --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "ends_s", "expected"),
    [
        (stopped(55.0), None, "pass"),
        (stopped(55.001), None, "fail"),
        (stopped(54.9), 300.0, "pass"),
        ((), 55.001, "fail"),
        ((), 54.999, UNFINISHED),
        ((), None, UNFINISHED),
        (stopped(53.0)[:2], 90.0, "fail"),
        (stopped(53.0)[:2], 52.0, UNFINISHED),
        (response(49.9), None, NOT_PROVOKED),
        (response(50.9), None, NOT_PROVOKED),
        (response(51.1), None, "fail"),
        (response(44.0, "system"), 90.0, "fail"),
        (response(44.0, None), 90.0, NOT_PROVOKED),
    ],
)
def test_no_response(after: tuple[Any, ...], ends_s: float | None, expected: str) -> None:
    assert outcome("ADG-020", Told(rows((*BEGUN, *REQUESTED, *after)), "take_over", ends_s)) == expected


def test_the_profile_bounds_what_is_declared() -> None:
    declared = {"take_over": {"lead_s": 10, "no_response_stop_s": 60}}
    for at_s, expected in ((65.0, "pass"), (65.1, "fail")):
        told = Told(rows((*BEGUN, *REQUESTED, *stopped(at_s))), "take_over", **declared)
        assert outcome("ADG-020", told) == expected


def test_nothing_is_asked_of_other_grades() -> None:
    told = rows((*BEGUN, *REQUESTED))
    assert outcome("ADG-020", Told(told, "take_over", 300.0, grade=2)) == NOT_PROVOKED
    assert outcome("ADG-021", Told(rows((*BEGUN, *log.stopping(40.0, "auto", 60.0))), grade=3)) == NOT_PROVOKED
    assert outcome("ADG-025", Told(rows((*ASSISTED, *log.absent(30.0)[:1])), "presence", 300.0, 3)) == NOT_PROVOKED


def test_an_unfinished_session_of_another_kind_does_not_matter_beside_others() -> None:
    told = rows((*BEGUN, *REQUESTED, *stopped(54.0)))
    late = [
        row | {"t": row["t"].replace("T01:0", "T02:0"), "event_id": row["event_id"] + "-late"}
        for row in rows((*BEGUN, *REQUESTED))
    ]
    assert outcome("ADG-020", Told([*told, *late], "track")) == "pass"
    assert outcome("ADG-020", Told([*told, *late], "take_over")) == UNFINISHED


@pytest.mark.parametrize(
    ("members", "expected"),
    [({}, "pass"), ({"visual": False}, "fail"), ({"audible": None}, "fail"), ({"audible": 1}, "fail")],
)
def test_signals(members: dict[str, Any], expected: str) -> None:
    told = log.altered(REQUESTED, "takeover_requested", **members)
    assert outcome("ADG-019", Told(rows((*BEGUN, *told)), grade=1)) == expected


# --- minimum risk -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lasting_s", "expected"), [(8.0, "pass"), (8.001, "fail")])
def test_minimum_risk_in_time(lasting_s: float, expected: str) -> None:
    told = rows((*BEGUN, *log.stopping(40.0, "auto", lasting_s)))
    assert outcome("ADG-021", Told(told, "minimum_risk", grade=4)) == expected


@pytest.mark.parametrize(("kind", "expected"), [("minimum_risk", "fail"), ("override", NOT_PROVOKED)])
def test_a_hand_in_between_disproves_only_what_was_to_be_shown(kind: str, expected: str) -> None:
    told = rows((*BEGUN, *log.stopping(40.0)[:2], *log.overridden(41.0, "fallback")))
    assert outcome("ADG-021", Told(told, kind, grade=4)) == expected


@pytest.mark.parametrize(
    ("trigger", "before", "kind", "expected"),
    [
        ("fault_or_domain_exit", [(35.0, "fault")], "minimum_risk", "fail"),
        ("故障或越界", [(35.0, "zone_exit")], "minimum_risk", "fail"),
        ("no_response", [(35.0, "fault")], "minimum_risk", "pass"),
        ("fault", [(35.0, "fault")], "link", "pass"),
        ("fault", [(5.0, "fault"), (39.0, "fault")], "minimum_risk", "pass"),
        ("fault", [(35.0, "fault"), (39.0, "link_lost")], "minimum_risk", "pass"),
        ("fault", [], "minimum_risk", "pass"),
    ],
)
def test_minimum_risk_from_its_trigger(trigger: str, before: list[tuple[float, str]], kind: str, expected: str) -> None:
    told = log.joined((*BEGUN, *log.stopping(40.0)), [Happening(*one) for one in before])
    declared = {"minimum_risk": {"trigger": trigger, "standstill_s": 8}}
    assert outcome("ADG-021", Told(rows(told), kind, grade=4, **declared)) == expected


# --- reactions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "ends_s", "expected"),
    [
        ((log.changed_mode(35.0, "assist", "standby"),), None, "pass"),
        ((log.changed_mode(35.001, "assist", "standby"),), None, "fail"),
        ((Happening(34.0, "operator_present"),), 90.0, NOT_PROVOKED),
        ((Happening(36.0, "operator_present"),), 90.0, "fail"),
        ((), 34.0, UNFINISHED),
        ((), 36.0, "fail"),
    ],
)
def test_absence(after: tuple[Any, ...], ends_s: float | None, expected: str) -> None:
    told = rows((*ASSISTED, Happening(30.0, "operator_absent"), *after))
    assert outcome("ADG-025", Told(told, "presence", ends_s, grade=1)) == expected


def test_a_limit_that_is_not_declared_is_asked_for() -> None:
    absent = rows((*ASSISTED, *log.absent(30.0)))
    assert outcome("ADG-025", Told(absent, "presence", grade=2, presence_timeout_s=None)) == "events.undeclared"
    cut_off = rows((*BEGUN, *log.cut_off(30.0)))
    assert outcome("ADG-027", Told(cut_off, "link", link_loss={"reaction": "stop"})) == "events.undeclared"


@pytest.mark.parametrize(
    ("reaction_s", "after", "expected"),
    [
        (1.0, (), "pass"),
        (1.001, (), "fail"),
        (0.2, (log.changed_mode(27.0, "manual", "standby"), log.changed_mode(29.0, "standby", "auto")), "fail"),
        (0.2, (log.changed_mode(27.0, "manual", "standby"), log.changed_mode(59.0, "standby", "auto")), "pass"),
        (0.2, (log.changed_mode(27.0, "manual", "standby"), *log.authorised(28.0)), "pass"),
        (0.2, (log.changed_mode(27.0, "manual", "standby"), *log.authorised(28.0, actor="system")), "fail"),
    ],
)
def test_override(reaction_s: float, after: tuple[Any, ...], expected: str) -> None:
    told = rows((*BEGUN, *log.overridden(25.0, reaction_s=reaction_s), *after))
    assert outcome("ADG-026", Told(told, "override")) == expected


@pytest.mark.parametrize(
    ("declared", "told", "expected"),
    [
        ("stop", "minimum_risk", "pass"),
        ("stop", "Safe Stop", "pass"),
        ("stop", "slow_down", "fail"),
        ("vendor reaction 7", "vendor reaction 7", "pass"),
        ("vendor reaction 7", "stop", "fail"),
        ("manual", "manual", "fail"),
    ],
)
def test_link_reactions(declared: str, told: str, expected: str) -> None:
    events = rows((*BEGUN, *log.cut_off(30.0, reaction=told)))
    link = {"reaction": declared, "within_s": 4}
    assert outcome("ADG-027", Told(events, "link", link_loss=link)) == expected


# --- modes ------------------------------------------------------------------------------------------------------------


def test_what_may_have_been_authorised_before_the_log_is_not_judged() -> None:
    told = rows(log.authorised(10.0)[1:])
    assert outcome("ADG-023", Told(told)) == NOT_PROVOKED


@pytest.mark.parametrize(("until", "expected"), [(39.9, UNFINISHED), (40.0, "pass")])
def test_a_fault_is_watched_for_a_while(until: float, expected: str) -> None:
    assert outcome("ADG-024", Told(rows((*BEGUN, *log.failed(30.0))), "fault", until)) == expected


def test_a_second_fault_needs_a_second_acknowledgement() -> None:
    cleared = (*log.failed(30.0), *log.restarted(40.0)[:2])
    again = (*cleared, Happening(42.0, "fault", {"code": "X"}), log.changed_mode(44.0, "standby", "auto"))
    assert outcome("ADG-024", Told(rows((*BEGUN, *cleared, *log.authorised(43.0))), "fault")) == "pass"
    still = (*log.failed(30.0), Happening(40.0, "fault_acknowledged", {"actor": "a"}))
    again = (*still, Happening(41.0, "fault", {"code": "X"}), log.changed_mode(42.0, "fault", "standby"))
    told = (*BEGUN, *again, log.changed_mode(44.0, "standby", "auto"))
    assert outcome("ADG-024", Told(rows(told), "fault")) == "fail"


def test_sessions_whose_modes_cannot_be_followed_are_judged_by_one_requirement_only() -> None:
    told = [row for row in rows((*BEGUN, *REQUESTED, *stopped(70.0))) if row.get("to") != "takeover_request"]
    assert outcome("ADG-022", Told(told, "take_over")) == "fail"
    assert outcome("ADG-020", Told(told, "take_over")) == NOT_PROVOKED


def test_a_power_on_begins_anew() -> None:
    told = rows((*BEGUN, Happening(50.0, "power_on"), log.changed_mode(53.0, "manual", "standby")))
    assert outcome("ADG-022", Told(told)) == "pass"


@given(st.randoms(use_true_random=False), st.sampled_from([0, 5.5, -8]))
def test_order_and_offsets_of_a_list_change_nothing(random: Any, hours: float) -> None:
    happenings = (*BEGUN, *log.answered(40.0), log.changed_mode(50.0, "manual", "standby"), *log.authorised(51.0))
    zone = timezone(timedelta(hours=hours))
    told = rows(happenings, START.astimezone(zone))
    expected = [(one.before, one.after) for one in sequence(rows(happenings)).changes]
    random.shuffle(told)
    assert [(one.before, one.after) for one in sequence(told).changes] == expected == log.modes(happenings)


@given(st.lists(st.sampled_from(sorted(sequences.MODES)), min_size=2, max_size=12), st.data())
def test_changes_follow_each_other_and_spans_cover_the_log(modes: list[str], data: Any) -> None:
    steps = [(before, after) for before, after in pairwise(modes) if before != after]
    happenings = [log.changed_mode(number, *step) for number, step in enumerate(steps)]
    found = sequence(data.draw(st.permutations(rows(happenings))))
    assert [(one.before, one.after) for one in found.changes] == steps
    assert found.sound
    until = START + timedelta(seconds=len(steps) + 1)
    spans = list(found.spans(until))
    assert all(first[1] == second[0] for first, second in pairwise(spans))
    held = list(found.held(sequences.DRIVING, until))
    assert all(first[1] < second[0] for first, second in pairwise(held))
    assert sum(left for _, _, left in held) == sum(
        a in sequences.DRIVING and b not in sequences.DRIVING for a, b in steps
    )


def test_changes_of_one_instant_follow_each_other() -> None:
    told = rows((log.changed_mode(5.0, "standby", "auto"), log.changed_mode(5.0, "manual", "standby")))
    earlier = rows((log.changed_mode(1.0, "stopped", "manual"),))
    found = sequence([*told, earlier[0] | {"event_id": "first"}])
    assert [one.after for one in found.changes] == ["manual", "standby", "auto"]
    assert found.sound


@pytest.mark.parametrize("blank", ["", " ", None])
def test_a_blank_says_nothing(blank: str | None) -> None:
    told = [row | {"from": blank, "session_id": blank, "actor": row.get("actor", blank)} for row in rows(BEGUN)]
    found = sequence(told)
    assert [(one.before, one.after) for one in found.changes] == [(None, "standby"), ("standby", "auto")]
    assert found.sound
    assert not found.foreign
    assert outcome("ADG-023", Told(told)) == "pass"


def test_tables_say_what_they_rest_on() -> None:
    for name in ("event_timing", "link_reactions", "modes"):
        assert all(row["mark"] == "P" and row["source"].strip() for row in part("tables").rows(name))
    assert {row["code"] for row in part("tables").rows("modes")} == sequences.MODES
    assert {mode for row in part("tables").rows("link_reactions") for mode in row["modes"].split()} <= sequences.MODES
    assert {mode for step in sequences.legal() for mode in step} == sequences.MODES


@given(st.lists(st.integers(0, 20)), st.integers(0, 20), st.integers(0, 20))
def test_a_timeline_finds_what_looking_at_all_would(seconds: list[int], one: int, other: int) -> None:
    moments = [SimpleNamespace(at=START + timedelta(seconds=number)) for number in seconds]
    line, order = part("timeline").Timeline(moments), sorted(moments, key=lambda moment: moment.at)
    since, until = (START + timedelta(seconds=number) for number in (one, other))
    assert list(line) == order
    assert line.since(since) is next((moment for moment in order if moment.at >= since), None)
    assert line.after(since) is next((moment for moment in order if moment.at > since), None)
    assert line.until(since) is next((moment for moment in reversed(order) if moment.at <= since), None)
    assert line.before(since) is next((moment for moment in reversed(order) if moment.at < since), None)
    assert line.within(since, until) is any(since <= moment.at <= until for moment in order)
    assert list(line.from_on(since)) == [moment for moment in order if moment.at >= since]


@pytest.mark.parametrize(
    ("written", "limit", "expected"),
    [
        (("09:00:30", "09:00:33"), 2.5, "pass"),
        (("09:00:30", "09:00:33"), 2, "fail"),
        (("09:00:30.9", "09:00:33.4"), 2.45, "pass"),
        (("09:00:30.9", "09:00:33.4"), 2.4, "fail"),
        (("09:00:30.900", "09:00:33.401"), 2.4, "fail"),
    ],
)
def test_a_limit_is_surely_broken_however_finely_times_are_written(
    written: tuple[str, str], limit: float, expected: str
) -> None:
    gone, left = (f"2026-05-11T{text}+08:00" for text in written)
    told = rows((*log.started(mode="assist"), *log.absent(30.0)[:2]))
    told[-2]["t"], told[-1]["t"] = gone, left
    assert outcome("ADG-025", Told(told, "presence", grade=2, presence_timeout_s=Decimal(str(limit)))) == expected

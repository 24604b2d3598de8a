"""Event sequences of the made-up machine: legal modes, times as planted, and what may be wrong with them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from adg_drives import DAY, sessions
from adg_judging import part

log = part("event_log")
tables = part("tables")
HELD = [one for one in sessions.of_all_features() if one.happenings]
IDS = [one.session_id for one in HELD]
MODES = {"manual", "standby", "assist", "auto", "takeover_request", "fallback", "stopped", "fault"}
TYPES = {row["code"]: row["members"].split() for row in tables.rows("event_types")}


def when(one: Any, kind: str, **members: object) -> float:
    """The first time at which something happened."""
    return next(e.at_s for e in one.happenings if e.type == kind and members.items() <= dict(e.members).items())


def test_tables_say_what_they_rest_on() -> None:
    for name in ("mode_transitions", "event_types"):
        assert all(row["source"].strip() and row["mark"] == "P" for row in tables.rows(name))


def test_transitions() -> None:
    legal = log.transitions()
    assert len(legal) == len(tables.rows("mode_transitions"))
    assert {mode for pair in legal for mode in pair} == MODES
    assert {after for before, after in legal if before == "fault"} == {"manual", "standby"}
    assert {after for before, after in legal if before == "takeover_request"} == {
        "manual",
        "standby",
        "fallback",
        "fault",
    }
    assert {before for before, after in legal if after in {"assist", "auto"}} == {"standby", "assist"}
    assert {before for before, after in legal if after == "fault"} == MODES - {"fault"}
    assert {before for before, after in legal if after == "manual"} == MODES - {"manual"}
    assert {row["event"] for row in tables.rows("mode_transitions")} - {""} <= TYPES.keys()


@pytest.mark.parametrize("one", HELD, ids=IDS)
def test_modes_are_legal_and_follow_each_other(one: Any) -> None:
    modes = log.modes(one.happenings)
    assert modes[0][0] == "manual"
    assert all(pair in log.transitions() for pair in modes)
    assert all(before[1] == after[0] for before, after in pairwise(modes))


@pytest.mark.parametrize("one", HELD, ids=IDS)
def test_events_are_whole_and_in_order(one: Any) -> None:
    told = one.events(DAY)
    assert [event["t"] for event in told] == sorted(event["t"] for event in told)
    assert len({event["event_id"] for event in told}) == len(told)
    record = one.record(DAY)
    for event in told:
        assert set(TYPES[event["type"]]) <= event.keys()
        assert event["session_id"] == one.session_id
        assert record["started_at"] <= event["t"] <= record["ended_at"]


@pytest.mark.parametrize("one", HELD, ids=IDS)
def test_every_start_was_authorised(one: Any) -> None:
    for index, event in enumerate(one.happenings):
        if event.type == "mode_changed" and event.members["to"] in {"assist", "auto"}:
            assert one.happenings[index - 1].type == "start_authorised"


@pytest.mark.parametrize("one", [one for one in HELD if one.drive], ids=[one.session_id for one in HELD if one.drive])
def test_events_agree_with_the_modes_of_the_log(one: Any) -> None:
    modes, times = one.drive["mode"].tolist(), one.drive["t_s"]
    changes = [index for index in range(1, len(modes)) if modes[index] != modes[index - 1]]
    logged = [(round(float(times[index]), 1), modes[index - 1], modes[index]) for index in changes]
    told = [(round(e.at_s, 1), *e.members.values()) for e in one.happenings if e.type == "mode_changed" and e.at_s > 0]
    assert logged == told


def test_no_response_ends_at_a_standstill() -> None:
    one = sessions.session("s22-no-response")
    asked, stopped = when(one, "takeover_requested"), when(one, "standstill")
    assert when(one, "mrc_started") - asked == pytest.approx(one.planted["take_over_lead"][0])
    assert stopped - asked - log.LEAD_S == pytest.approx(one.planted["no_response_stop"][0])
    assert one.drive["speed_mps"][one.drive["t_s"] >= stopped - 1e-6].max() == 0.0
    assert one.drive["speed_mps"][np.abs(one.drive["t_s"] - stopped + 0.2) < 1e-6] > 0.0


def test_minimum_risk() -> None:
    one = sessions.session("s31-minimum-risk")
    assert when(one, "standstill") - when(one, "fault") == pytest.approx(one.planted["mrc_standstill"][0])
    assert not {"manual_override", "takeover_response", "zone_exit"} & {event.type for event in one.happenings}


def test_reactions() -> None:
    absent, override, link = (sessions.session(name) for name in ("s11-presence", "s23-override", "s25-link"))
    assert when(absent, "mode_changed", to="standby", **{"from": "assist"}) - when(
        absent, "operator_absent"
    ) == pytest.approx(log.ABSENCE_S)
    assert when(override, "mode_changed", to="manual") - when(override, "manual_override") == pytest.approx(
        log.OVERRIDE_S
    )
    assert when(link, "mrc_started") - when(link, "link_lost") == pytest.approx(log.LINK_S)


def test_limits_of_the_declarations_are_kept() -> None:
    told = {one["feature_id"]: one for one in part("reference_declaration").declared()}
    supervised, auto = told[sessions.SUPERVISED], told[sessions.AUTO]
    assert supervised["take_over"]["lead_s"] <= log.LEAD_S
    assert supervised["take_over"]["no_response_stop_s"] >= log.RESPONSE_S
    assert auto["minimum_risk"]["standstill_s"] >= log.MINIMUM_RISK_S
    for one in (supervised, auto):
        assert one["link_loss"]["within_s"] >= log.LINK_S
        assert one["link_loss"]["reaction"] == log.REACTION
    assert all(told[name]["presence_timeout_s"] >= log.ABSENCE_S for name in (sessions.GUIDE, sessions.COMBO))


def test_what_may_be_wrong() -> None:
    base = (*log.started(), *log.unanswered(40.0))
    assert "start_authorised" not in {event.type for event in log.without(base, "start_authorised")}
    later = log.delayed(base, "standstill", 20.0)
    assert later[-1].type == "standstill"
    assert len(later) == len(base)
    assert log.delayed(base, "mode_changed", 100.0, to="auto")[-1].members["to"] == "auto"
    silent = next(
        e for e in log.altered(base, "takeover_requested", audible=False, visual=None) if e.type == "takeover_requested"
    )
    assert dict(silent.members) == {"audible": False}
    more = log.joined(base, (log.changed_mode(45.0, "takeover_request", "auto"),))
    assert ("takeover_request", "auto") in log.modes(more)
    assert [event.at_s for event in more] == sorted(event.at_s for event in more)

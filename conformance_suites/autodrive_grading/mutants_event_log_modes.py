"""Mutants of event logs: modes that change illegally, unbidden, or not as they are told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .event_log import (
    altered,
    changed_mode,
    failed,
    overridden,
    restarted,
    started,
    stopping,
    without,
)
from .reference_sessions import SUPERVISED, session
from .shown_session import by_operator, event_log, happened, shows

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Platform

Row = dict[str, Any]
MUTANTS = demo.Mutants()
BEGUN = started()
SYSTEM = "system"
FAULT_S = 30.0


def listing(name: str, zh: str, en: str, change: Callable[[list[Row]], list[Row]], only: str = "") -> None:
    """A mutant that lists the events of one session, or of all, otherwise."""

    def apply(platform: Platform) -> None:
        shown = event_log(platform)
        shown.events = {key: change(list(rows)) if only in ("", key) else rows for key, rows in shown.events.items()}

    MUTANTS.add(name, zh, en)(apply)


# --- transitions ------------------------------------------------------------------------------------------------------

MUTANTS.add("event-log-illegal-transition", "人工直接转自动", "from manual straight into automatic driving")(
    shows(
        SUPERVISED,
        "override",
        (
            happened(0.0, "power_on"),
            by_operator(3.0, "start_authorised"),
            changed_mode(4.0, "manual", "auto"),
            *overridden(20.0),
        ),
    )
)
MUTANTS.add(
    "event-log-illegal-without-from", "变化前的模式未写以掩盖非法转移", "an illegal change does not say from where"
)(
    shows(
        SUPERVISED,
        "override",
        altered(
            (*BEGUN, changed_mode(20.0, "auto", "assist"), *overridden(30.0, "assist")),
            "mode_changed",
            **{"from": None},
        ),
    )
)
listing(
    "event-log-change-lost",
    "丢失一次模式变化",
    "a change of mode is lost",
    lambda rows: [row for row in rows if row.get("to") != "fault"],
    "s24-fault",
)
listing(
    "event-log-mode-unknown",
    "未知的模式名",
    "a mode that nobody knows",
    lambda rows: [row | {"to": "cruise"} if row.get("to") == "auto" else row for row in rows],
    "s23-override",
)
listing(
    "event-log-times-without-offset",
    "时间无时区",
    "times have no offset",
    lambda rows: [row | {"t": row["t"][:-6]} for row in rows],
    "s33-fault",
)


@MUTANTS.add("event-log-clock-steps-back", "时钟回拨", "the clock steps back in a session")
def _event_log_clock_steps_back(platform: Platform) -> None:
    told = session("s24-fault")
    moved = tuple(replace(one, at_s=one.at_s - 28.0) if one.at_s >= FAULT_S else one for one in told.happenings)
    event_log(platform).show(replace(told, happenings=moved))


@MUTANTS.add("event-log-of-all-sessions", "事件不按场次给出", "each list has the events of all sessions")
def _event_log_of_all_sessions(platform: Platform) -> None:
    shown = event_log(platform)
    whole = [row for rows in shown.events.values() for row in rows]
    shown.events = dict.fromkeys(shown.events, whole)


@MUTANTS.add("event-log-not-as-trajectory", "与轨迹记录的模式不一致", "the trajectory log shows other modes")
def _event_log_not_as_trajectory(platform: Platform) -> None:
    told = session("s01-field")
    happenings = altered(without(told.happenings, "mode_changed"), "power_on")
    modes = [one for one in told.happenings if one.type == "mode_changed"]
    in_assist = [
        replace(one, members={name: "assist" if mode == "auto" else mode for name, mode in one.members.items()})
        for one in modes
    ]
    event_log(platform).show(replace(told, happenings=(*happenings, *in_assist)))


# --- start-up ---------------------------------------------------------------------------------------------------------

MUTANTS.add("event-log-start-not-authorised", "未经授权即启动", "automatic driving begins without a word")(
    shows(SUPERVISED, "override", (*without(BEGUN, "start_authorised"), *overridden(25.0)))
)
MUTANTS.add(
    "event-log-start-from-nowhere", "上电后不写原模式即转自动", "automatic driving is the first mode after power-on"
)(shows(SUPERVISED, "start", (happened(0.0, "power_on"), happened(4.0, "mode_changed", to="auto"), *overridden(25.0))))
MUTANTS.add("event-log-start-authorised-by-itself", "系统自己授权启动", "the system authorises itself")(
    shows(SUPERVISED, "override", (*started(actor="SYSTEM"), *overridden(25.0)))
)
MUTANTS.add("event-log-start-authorised-after", "先启动后授权", "the authorisation comes after the start")(
    shows(
        SUPERVISED,
        "override",
        (
            happened(0.0, "power_on"),
            changed_mode(3.0, "manual", "standby"),
            changed_mode(4.0, "standby", "auto"),
            by_operator(4.25, "start_authorised"),
            *overridden(25.0),
        ),
    )
)
MUTANTS.add("event-log-restart-not-authorised", "停车后自行再启动", "after a stop the machine starts again unbidden")(
    shows(
        SUPERVISED,
        "override",
        (
            *BEGUN,
            *stopping(20.0),
            changed_mode(30.0, "stopped", "standby"),
            changed_mode(34.0, "standby", "auto"),
            *overridden(60.0),
        ),
    )
)

# --- faults -----------------------------------------------------------------------------------------------------------

FAULT = (happened(30.0, "fault", code="GNSS-LOST"), changed_mode(30.2, "auto", "standby"))
MUTANTS.add("event-log-fault-clears-itself", "故障消失后自行恢复", "the fault is gone, and the machine goes on")(
    shows(SUPERVISED, "fault", (*BEGUN, *FAULT, changed_mode(41.0, "standby", "auto"), *overridden(60.0)))
)
MUTANTS.add("event-log-fault-acknowledged-before", "确认早于故障", "what was acknowledged was an earlier fault")(
    shows(
        SUPERVISED,
        "fault",
        (
            *BEGUN,
            by_operator(29.5, "fault_acknowledged"),
            *FAULT,
            changed_mode(41.0, "standby", "auto"),
            *overridden(60.0),
        ),
    )
)
MUTANTS.add("event-log-fault-acknowledged-by-itself", "系统自己确认故障", "the system acknowledges its own fault")(
    shows(SUPERVISED, "fault", (*BEGUN, *failed(30.0), *restarted(40.0, actor=SYSTEM), *overridden(60.0)))
)

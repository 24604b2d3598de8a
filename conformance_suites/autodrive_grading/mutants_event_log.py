"""Mutants of event logs: take-over requests, minimum risk, reactions to people and to lost links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .event_log import (
    absent,
    altered,
    answered,
    changed_mode,
    cut_off,
    delayed,
    overridden,
    requested,
    started,
    stopping,
    without,
)
from .reference_sessions import AUTO, COMBO, GUIDE, SUPERVISED
from .shown_session import by_operator, happened, shows

if TYPE_CHECKING:
    from .event_log import Happening

MUTANTS = demo.Mutants()
BEGUN, ASSISTED = started(), started(mode="assist")
SYSTEM = "system"


def signals(**members: Any) -> tuple[Happening, ...]:  # noqa: ANN401 -- members of events
    """A request that is answered, with other signals."""
    return (*BEGUN, *altered(answered(40.0), "takeover_requested", **members))


# --- requests ---------------------------------------------------------------------------------------------------------

MUTANTS.add("event-log-request-not-audible", "接管请求无声", "a request cannot be heard")(
    shows(SUPERVISED, "take_over", signals(audible=False))
)
MUTANTS.add(
    "event-log-request-not-said-visual", "接管请求未写有无可视提示", "a request does not say whether it can be seen"
)(shows(SUPERVISED, "take_over", signals(visual=None)))
MUTANTS.add("event-log-request-signal-as-text", "提示写成文字", "a signal is told as a text")(
    shows(SUPERVISED, "take_over", signals(audible="no"))
)
MUTANTS.add(
    "event-log-request-silent", "进入请求接管模式而无请求事件", "the mode asks for a person, nothing else does"
)(shows(SUPERVISED, "take_over", (*BEGUN, *without(answered(40.0), "takeover_requested"))))

# --- no response ------------------------------------------------------------------------------------------------------

MUTANTS.add("event-log-no-response-ignored", "无人接管仍继续", "nobody answers, and nothing comes of it")(
    shows(SUPERVISED, "take_over", (*BEGUN, *requested(40.0)), 120.0)
)
MUTANTS.add("event-log-no-response-stops-late", "无人接管停车过晚", "the standstill comes too late")(
    shows(SUPERVISED, "take_over", (*BEGUN, *requested(40.0), *stopping(50.0, "takeover_request", 15.5)))
)
MUTANTS.add("event-log-no-response-never-at-rest", "开始减速而不停稳", "the manoeuvre begins and never ends")(
    shows(SUPERVISED, "take_over", (*BEGUN, *requested(40.0), *stopping(50.0, "takeover_request")[:2]), 120.0)
)
MUTANTS.add("event-log-request-answered-by-itself", "系统自己响应接管", "the system answers its own request")(
    shows(SUPERVISED, "take_over", (*BEGUN, *altered(answered(40.0), "takeover_response", actor=SYSTEM)), 120.0)
)
MUTANTS.add("event-log-late-answer-saves", "超时后有人接管才了事", "nothing is done until somebody comes late")(
    shows(
        SUPERVISED,
        "take_over",
        (
            *BEGUN,
            *requested(40.0),
            by_operator(60.0, "takeover_response"),
            changed_mode(60.2, "takeover_request", "manual"),
        ),
    )
)
MUTANTS.add("event-log-request-repeated", "重复请求使计时重来", "a request that is repeated begins the time anew")(
    shows(
        SUPERVISED,
        "take_over",
        (
            *BEGUN,
            *requested(40.0),
            *(happened(at, "takeover_requested", visual=True, audible=True) for at in (48.0, 56.0, 64.0)),
            *stopping(76.0, "takeover_request", 3.0),
        ),
    )
)

# --- minimum risk -----------------------------------------------------------------------------------------------------

MUTANTS.add("event-log-minimum-risk-slow", "最小风险停车过慢", "the machine takes longer than declared")(
    shows(AUTO, "minimum_risk", (*BEGUN, *stopping(40.0, "auto", 8.3)))
)
MUTANTS.add("event-log-minimum-risk-begun-late", "故障很久才开始减速", "the manoeuvre begins long after the fault")(
    shows(AUTO, "minimum_risk", (*BEGUN, happened(40.0, "fault", code="LIDAR"), *stopping(46.0)))
)
MUTANTS.add("event-log-minimum-risk-by-hand", "有人帮忙才停下", "a person brings the machine to a stop")(
    shows(
        AUTO,
        "minimum_risk",
        (
            *BEGUN,
            happened(40.0, "mrc_started"),
            changed_mode(40.0, "auto", "fallback"),
            by_operator(43.0, "manual_override"),
            changed_mode(43.2, "fallback", "manual"),
            happened(44.0, "standstill"),
        ),
    )
)
MUTANTS.add("event-log-minimum-risk-asks", "4级仍等人接管", "grade 4 asks for a person instead")(
    shows(AUTO, "minimum_risk", (*BEGUN, *answered(40.0)))
)
MUTANTS.add("event-log-minimum-risk-never-at-rest", "不停稳", "the manoeuvre never ends in a standstill")(
    shows(AUTO, "minimum_risk", (*BEGUN, *stopping(40.0)[:2]), 90.0)
)

# --- operator presence ------------------------------------------------------------------------------------------------

ABSENT = happened(30.0, "operator_absent")
MUTANTS.add("event-log-absence-ignored", "操作者离席仍工作", "nobody is there, and the machine goes on")(
    shows(GUIDE, "presence", (*ASSISTED, *without(absent(30.0), "mode_changed")), 90.0)
)
MUTANTS.add("event-log-absence-noticed-late", "离席后退出过晚", "the system disengages too late")(
    shows(COMBO, "presence", (*ASSISTED, *delayed(absent(30.0), "mode_changed", 2.7)))
)
MUTANTS.add("event-log-absence-repeated", "重复报离席使计时重来", "absence that is said again begins the time anew")(
    shows(
        COMBO,
        "presence",
        (
            *ASSISTED,
            ABSENT,
            happened(34.0, "operator_absent"),
            happened(38.0, "operator_absent"),
            changed_mode(42.0, "assist", "standby"),
        ),
    )
)
MUTANTS.add("event-log-engaged-with-nobody", "无人在席也能启动", "the system is engaged while nobody is there")(
    shows(GUIDE, "presence", (happened(-1.0, "operator_absent"), *ASSISTED, happened(30.0, "operator_present")), 60.0)
)

# --- manual override --------------------------------------------------------------------------------------------------

MUTANTS.add("event-log-override-ignored", "人工操作后仍自动", "a hand on the wheel changes nothing")(
    shows(COMBO, "override", (*ASSISTED, by_operator(25.0, "manual_override")), 60.0)
)
MUTANTS.add("event-log-override-late", "人工操作后退出过晚", "the system lets go too late")(
    shows(AUTO, "override", (*BEGUN, *overridden(25.0, reaction_s=1.4)))
)
MUTANTS.add("event-log-override-undone", "人工操作后自行恢复", "the system comes back by itself")(
    shows(
        SUPERVISED,
        "override",
        (*BEGUN, *overridden(25.0), changed_mode(27.0, "manual", "standby"), changed_mode(28.5, "standby", "auto")),
    )
)

# --- monitoring link --------------------------------------------------------------------------------------------------

MUTANTS.add("event-log-link-loss-ignored", "通信中断仍自动", "the link is lost, and the machine goes on")(
    shows(SUPERVISED, "link", (*BEGUN, happened(30.0, "link_lost"), happened(60.0, "link_restored")), 90.0)
)
MUTANTS.add("event-log-link-reaction-late", "通信中断处置过晚", "the reaction comes too late")(
    shows(AUTO, "link", (*BEGUN, happened(30.0, "link_lost"), *stopping(35.4), happened(60.0, "link_restored")))
)
MUTANTS.add("event-log-link-other-reaction", "处置与声明不同", "another reaction than the declared one")(
    shows(SUPERVISED, "link", (*BEGUN, *cut_off(30.0, reaction="slow_down")))
)
MUTANTS.add("event-log-link-never-at-rest", "处置开始而不停稳", "the reaction begins and never ends in a standstill")(
    shows(SUPERVISED, "link", (*BEGUN, happened(30.0, "link_lost"), *stopping(32.0)[:2]), 120.0)
)

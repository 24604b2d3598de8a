"""Legal variants of event logs: other orders, offsets, members, and sessions where something odd but right happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo
from pytest_szxc.reference import rebind

from .event_log import absent, altered, authorised, changed_mode, failed, overridden, requested, started, stopping
from .reference_declaration import changed
from .reference_sessions import AUTO, COMBO, GUIDE, SUPERVISED, session
from .shown_session import by_operator, event_log, happened, show, shows

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Call, Handler, Platform

Row = dict[str, Any]
VARIANTS = demo.Variants()
BEGUN, ASSISTED = started(), started(mode="assist")
ZONES = (UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8)))
MODES_HERE = {
    "manual": "人工",
    "standby": "待命",
    "assist": "辅助",
    "auto": "自动",
    "takeover_request": "请接管",
    "fallback": "应急停车",
    "stopped": "已停",
    "fault": "故障",
}
"""What a vendor calls the modes."""
CANONICAL = {word: mode for mode, word in MODES_HERE.items()}


def listing(name: str, zh: str, en: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """A variant that lists all events otherwise."""

    def apply(platform: Platform) -> None:
        shown = event_log(platform)
        shown.events = {key: change(list(rows)) for key, rows in shown.events.items()}

    VARIANTS.add(name, zh, en)(apply)


def _shuffled(rows: list[Row]) -> list[Row]:
    Random(len(rows)).shuffle(rows)  # noqa: S311 -- any order will do
    return rows


def _in_zones(rows: list[Row]) -> list[Row]:
    """Each event in another offset than the one before, some with microseconds."""
    times = [datetime.fromisoformat(row["t"]).astimezone(ZONES[index % 3]) for index, row in enumerate(rows)]
    return [
        row | {"t": at.isoformat(timespec=("milliseconds", "microseconds")[index % 2])}
        for index, (row, at) in enumerate(zip(rows, times, strict=True))
    ]


def _without_from(rows: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if name not in ("from", "session_id")} for row in rows]


def _vendors_own(rows: list[Row]) -> list[Row]:
    """Events that no table knows, and modes that are told again though nothing has changed."""
    more = [{"event_id": f"{rows[0]['event_id']}-v", "t": rows[0]["t"], "type": "oil_pressure", "code": "12"}]
    again = [
        row | {"event_id": f"{row['event_id']}-r", "from": row["to"]} for row in rows if row["type"] == "mode_changed"
    ]
    return [
        *more,
        *(
            one
            for row in rows
            for one in (row, *(two for two in again if two["t"] == row["t"] and two.get("to") == row.get("to")))
        ),
    ]


listing("event-log-newest-first", "事件新的在前", "events are listed from new to old", lambda rows: rows[::-1])
listing("event-log-in-any-order", "事件次序任意", "events are listed in any order", _shuffled)
listing("event-log-in-many-offsets", "时间用多种时区写法", "times are written in several offsets", _in_zones)
listing(
    "event-log-without-from",
    "不写变化前的模式与场次",
    "events say neither the mode before nor the session",
    _without_from,
)
listing(
    "event-log-listed-twice", "同一事件列出两次", "each event is listed twice", lambda rows: [*rows, *map(dict, rows)]
)
listing("event-log-more-than-asked", "另有自定事件与重复的模式", "more events than the tables know", _vendors_own)
listing(
    "event-log-in-whole-seconds",
    "时间只到秒",
    "times have whole seconds",
    lambda rows: [row | {"t": row["t"][:19] + row["t"][-6:]} for row in rows],
)


@VARIANTS.add(
    "event-log-modes-in-words",
    "模式用自定名称，绑定中已写明",
    "modes have the vendor's names, and the binding says so",
    rebind.fields("session_events", {}, {"from": CANONICAL, "to": CANONICAL}),
)
def _event_log_modes_in_words(platform: Platform) -> None:
    def worded(answer: Answer) -> Answer:
        rows = [
            row | {name: MODES_HERE[row[name]] for name in ("from", "to") if name in row}
            for row in answer.payload["list"]
        ]
        return answer.with_payload(answer.payload | {"list": rows})

    platform.alter("session_events", worded)


# --- odd but right ----------------------------------------------------------------------------------------------------

VARIANTS.add("event-log-answered-in-the-manoeuvre", "减速过程中有人接管", "somebody takes over during the manoeuvre")(
    shows(
        SUPERVISED,
        "take_over",
        (
            *BEGUN,
            *requested(40.0),
            *stopping(52.0, "takeover_request")[:2],
            by_operator(54.0, "takeover_response"),
            changed_mode(54.2, "fallback", "manual"),
        ),
        120.0,
    )
)
VARIANTS.add(
    "event-log-acknowledged-on-the-way", "停车途中有人确认告警", "somebody acknowledges on the way to the stop"
)(
    shows(
        AUTO,
        "minimum_risk",
        (*BEGUN, *stopping(40.0)[:2], by_operator(41.0, "fault_acknowledged"), *stopping(40.0)[2:]),
    )
)
VARIANTS.add("event-log-minor-faults-before", "早先的小故障未影响作业", "minor faults long before do not matter")(
    shows(
        AUTO,
        "minimum_risk",
        (*BEGUN, happened(10.0, "fault", code="MINOR"), happened(40.0, "fault", code="LIDAR"), *stopping(40.5)),
    )
)
VARIANTS.add("event-log-asked-at-rest", "停稳后才请求接管", "take-over is requested when the machine stands still")(
    shows(SUPERVISED, "zone", (*BEGUN, happened(35.0, "standstill"), *requested(40.0)), 120.0)
)
VARIANTS.add("event-log-override-then-authorised", "人工操作后经授权再启动", "after an override a start is authorised")(
    shows(
        SUPERVISED,
        "override",
        (*BEGUN, *overridden(25.0), changed_mode(26.0, "manual", "standby"), *authorised(28.0), *overridden(60.0)),
    )
)
VARIANTS.add("event-log-override-told-after", "先记模式变化后记人工操作", "the change is logged before its cause")(
    shows(
        COMBO,
        "override",
        (*ASSISTED, changed_mode(25.0, "assist", "manual"), by_operator(25.4, "manual_override")),
        60.0,
    )
)
VARIANTS.add("event-log-back-in-time", "时限内回到座位", "the operator is back in time")(
    shows(
        GUIDE,
        "presence",
        (*ASSISTED, happened(30.0, "operator_absent"), happened(33.0, "operator_present"), *overridden(50.0, "assist")),
    )
)
VARIANTS.add("event-log-link-back-in-time", "通信时限内恢复", "the link is back in time")(
    shows(SUPERVISED, "link", (*BEGUN, happened(30.0, "link_lost"), happened(33.0, "link_restored")), 90.0)
)
VARIANTS.add(
    "event-log-ends-with-a-request",
    "场次在请求后即结束，不作此项证据",
    "a session that is no evidence of it ends early",
)(shows(SUPERVISED, "track", (*BEGUN, *requested(40.0)), 42.0))
VARIANTS.add("event-log-signals-of-others", "请求接管后转故障停车", "a fault ends a request, and the machine stops")(
    shows(
        SUPERVISED,
        "fault",
        (
            *BEGUN,
            *requested(40.0),
            *failed(45.0, "takeover_request"),
            happened(47.0, "standstill"),
        ),
        90.0,
    )
)


@VARIANTS.add("event-log-earlier-version", "旧版本的场次有缺陷", "an earlier version did wrong, and is still listed")
def _event_log_earlier_version(platform: Platform) -> None:
    show(
        platform,
        SUPERVISED,
        "take_over",
        (*BEGUN, *altered(requested(40.0), "takeover_requested", audible=False)),
        120.0,
    )
    event_log(platform).sessions[0]["system_version"] = "1.0.0"


@VARIANTS.add("event-log-sessions-overlap", "两个场次时间重叠", "two sessions of a feature overlap in time")
def _event_log_sessions_overlap(platform: Platform) -> None:
    told = session("s24-fault")
    event_log(platform).show(replace(told, session_id="s62-overlapping", at=(told.at[0], told.at[1] + 1)))


@VARIANTS.add(
    "event-log-not-announced",
    "场次不写结束时间与有无事件记录",
    "sessions do not say when they ended, nor whether they have events",
)
def _event_log_not_announced(platform: Platform) -> None:
    log = event_log(platform)
    left = ("events", "ended_at")
    log.sessions = [{name: told for name, told in row.items() if name not in left} for row in log.sessions]

    def unheard(handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            if call.params["session"] not in log.events:
                raise demo.no_resource()
            return handler(call)

        return answer

    platform.rewire("session_events", unheard)


@VARIANTS.add("event-log-seconds-and-fractions", "限值有小数而时间只到秒", "a limit has a fraction, times have none")
def _event_log_seconds_and_fractions(platform: Platform) -> None:
    changed(platform, GUIDE, lambda row: row.update(presence_timeout_s=2.5))
    show(platform, GUIDE, "presence", (*ASSISTED, *absent(30.9)))
    log = event_log(platform)
    log.events = {key: [row | {"t": row["t"][:19] + row["t"][-6:]} for row in rows] for key, rows in log.events.items()}


@VARIANTS.add("event-log-link-reaction-of-its-own", "声明的处置不改变模式", "the declared reaction changes no mode")
def _event_log_link_reaction_of_its_own(platform: Platform) -> None:
    own = "减速至 1 m/s 继续作业"
    changed(platform, SUPERVISED, lambda row: row.update(link_loss={"reaction": own, "within_s": 5}))
    log = event_log(platform)
    lost = {row["session_id"] for rows in log.events.values() for row in rows if row["type"] == "link_lost"}
    ours = {row["session_id"] for row in log.sessions if row["feature_id"] == SUPERVISED}
    log.sessions = [row for row in log.sessions if row["session_id"] not in lost & ours]
    told = (happened(30.0, "link_lost", reaction=own), happened(90.0, "link_restored", reaction=own))
    show(platform, SUPERVISED, "link", (*BEGUN, *told), 120.0)

"""Legal variants of alarms."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_alarm import ALARMS, TOPIC
from .reference_data import stamp

if TYPE_CHECKING:
    from pytest_szxc.reference import Call, Platform

    from .reference_alarm import Alarms

Row = dict[str, Any]
VARIANTS = demo.Variants()
BEIJING = timezone(timedelta(hours=8))
TIMES = ("raisedAt", "clearedAt", "ackAt")


def _alarms(platform: Platform) -> Alarms:
    found: Alarms = part(platform, TOPIC)
    return found


def _shown(platform: Platform, **changes: Any) -> None:  # noqa: ANN401 -- values of members
    """Let alarms be listed with further members."""

    def changed(answer: demo.Answer) -> demo.Answer:
        return answer.with_payload(answer.payload | {"list": [changes | one for one in answer.payload["list"]]})

    platform.alter("list_alarms", changed)


@VARIANTS.add("alarms-judged-in-the-background", "观测在 25 秒后才判断告警", "observations are judged 25 seconds later")
def _background(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.judge
    alarms.judge = lambda rule, row: platform.later(25, lambda: right(rule, row))  # type: ignore[method-assign]


@VARIANTS.add(
    "second-ack-is-a-no-op", "第二次确认照常成功，不作改动", "a second acknowledgement succeeds and changes nothing"
)
def _no_op(platform: Platform) -> None:
    _alarms(platform).farm.capability["policies"]["secondAck"] = "no-op"


@VARIANTS.add("second-ack-not-declared", "未声明第二次确认的做法", "what a second acknowledgement gets is not declared")
def _undeclared(platform: Platform) -> None:
    alarms = _alarms(platform)
    alarms.again = demo.Answer  # type: ignore[method-assign,assignment]
    del alarms.farm.capability["policies"]["secondAck"]
    del alarms.farm.capability["alarmDelayS"]


@VARIANTS.add(
    "alarms-newest-first", "告警按时间倒序，时间写东八区", "alarms are listed newest first, with Beijing times"
)
def _newest_first(platform: Platform) -> None:
    def turned(handler: demo.Handler) -> demo.Handler:
        def listed(call: Call) -> demo.Answer:
            platform.store.reverse(ALARMS)
            answer = handler(call)
            platform.store.reverse(ALARMS)
            rows = [one | _in_beijing(one) for one in answer.payload["list"]]
            return answer.with_payload(answer.payload | {"list": rows})

        return listed

    platform.rewire("list_alarms", turned)


def _in_beijing(alarm: Row) -> Row:
    return {name: stamp(datetime.fromisoformat(alarm[name]).astimezone(BEIJING)) for name in TIMES if name in alarm}


@VARIANTS.add("alarms-with-empty-members", "未确认、未恢复的时间写 null", "members that have no value yet are null")
def _empty_members(platform: Platform) -> None:
    _shown(platform, ackBy=None, ackAt=None, clearedAt=None, message="越限告警")


@VARIANTS.add(
    "alarms-cleared-after-a-pause", "恢复正常 10 秒后解除", "alarms are cleared ten seconds after the value is back"
)
def _after_a_pause(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.clear
    alarms.clear = lambda alarm: platform.later(10, lambda: right(alarm))  # type: ignore[method-assign]


@VARIANTS.add(
    "alarms-without-a-filter", "告警查询不理会设备条件", "the list of alarms does not know the filter by device"
)
def _unfiltered(platform: Platform) -> None:
    def unfiltered(handler: demo.Handler) -> demo.Handler:
        def listed(call: Call) -> demo.Answer:
            plain = {name: value for name, value in call.args.items() if name != "deviceId"}
            return handler(demo.Call(call.account, plain, call.params, None, call.url, call.headers, call.raw))

        return listed

    platform.rewire("list_alarms", unfiltered)

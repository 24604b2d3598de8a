"""Mutants of alarms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_alarm import ACKNOWLEDGED, ALARMS, CLEARED, RAISED, TOPIC
from .reference_data import stamp
from .reference_observations import where

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call, Platform

    from .reference_alarm import Alarms

Row = dict[str, Any]
MUTANTS = demo.Mutants()


def _alarms(platform: Platform) -> Alarms:
    found: Alarms = part(platform, TOPIC)
    return found


# --- raising and clearing ---------------------------------------------------------------------------------------------


@MUTANTS.add("alarm-never-raised", "越限从不告警", "no alarm is ever raised")
def _never(platform: Platform) -> None:
    _alarms(platform).raise_alarm = lambda *_: None  # type: ignore[method-assign]


@MUTANTS.add("alarm-for-high-values-only", "只判断高于，不判断低于", "low values raise nothing")
def _high_only(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.is_beyond
    alarms.is_beyond = lambda rule, value: rule["operator"] == "gt" and right(rule, value)  # type: ignore[method-assign]


@MUTANTS.add("alarm-repeated", "持续越限时每个值告警一次", "each value beyond the threshold raises an alarm")
def _repeated(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.judge

    def judge(rule: Row, row: Row) -> None:
        if alarms.standing(rule) and alarms.is_beyond(rule, row["value"]):
            alarms.raise_alarm(rule, row)
        else:
            right(rule, row)

    alarms.judge = judge  # type: ignore[method-assign]


@MUTANTS.add("alarm-raised-twice", "一次越限生成两条告警", "one crossing raises two alarms at once")
def _twice(platform: Platform) -> None:
    alarms = _alarms(platform)
    right, clear = alarms.raise_alarm, alarms.clear

    def raise_alarm(rule: Row, row: Row) -> None:
        right(rule, row)
        right(rule, row)

    def clear_all(alarm: Row) -> None:
        for one in platform.store.all(ALARMS, where(ruleId=alarm["ruleId"], state=(RAISED, ACKNOWLEDGED))):
            clear(one)

    alarms.raise_alarm, alarms.clear = raise_alarm, clear_all  # type: ignore[method-assign]


@MUTANTS.add("alarm-never-cleared", "恢复正常后告警不解除", "alarms are never cleared")
def _never_cleared(platform: Platform) -> None:
    _alarms(platform).clear = lambda _: None  # type: ignore[method-assign]


@MUTANTS.add("alarm-hysteresis-ignored", "回到阈值内即解除，不看回差", "the hysteresis is ignored")
def _no_hysteresis(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.is_back
    alarms.is_back = lambda rule, value: right(rule | {"hysteresis": 0}, value)  # type: ignore[method-assign]


@MUTANTS.add("alarm-reopened", "再次越限时重开旧告警", "a second crossing raises the old alarm again")
def _reopened(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.raise_alarm

    def raise_alarm(rule: Row, row: Row) -> None:
        old = platform.store.all(ALARMS, where(ruleId=rule["ruleId"], state=CLEARED))
        if not old:
            right(rule, row)
        for one in old[-1:]:
            alarms.keep(one | {"state": RAISED})

    alarms.raise_alarm = raise_alarm  # type: ignore[method-assign]


@MUTANTS.add("alarm-only-once", "每条规则只告警一次", "a rule raises one alarm in its life")
def _only_once(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.raise_alarm

    def raise_alarm(rule: Row, row: Row) -> None:
        if not platform.store.all(ALARMS, where(ruleId=rule["ruleId"])):
            right(rule, row)

    alarms.raise_alarm = raise_alarm  # type: ignore[method-assign]


@MUTANTS.add("alarm-for-the-past", "补传的历史数据也告警", "data of the past raise alarms")
def _past(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.is_telling
    alarms.is_telling = lambda row: bool(row.get("isHistorical")) or right(row)  # type: ignore[method-assign]


@MUTANTS.add("alarm-without-its-level", "告警级别不按规则", "alarms do not have the level of their rule")
def _level(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.raise_alarm
    alarms.raise_alarm = lambda rule, row: right(rule | {"level": "info"}, row)  # type: ignore[method-assign]


@MUTANTS.add("alarm-without-a-time", "告警没有产生时间", "alarms do not say when they were raised")
def _no_time(platform: Platform) -> None:
    platform.alter("list_alarms", lambda answer: answer.with_payload(_without(answer.payload, "raisedAt")))


def _without(page: Row, name: str) -> Row:
    return page | {"list": [{key: one[key] for key in one if key != name} for one in page["list"]]}


# --- delay ------------------------------------------------------------------------------------------------------------


def _later(platform: Platform, seconds: float) -> None:
    """Let observations be judged so much later."""
    alarms = _alarms(platform)
    right = alarms.judge
    alarms.judge = lambda rule, row: platform.later(seconds, lambda: right(rule, row))  # type: ignore[method-assign]


@MUTANTS.add("alarm-after-minutes", "越限一分半后才告警", "alarms are raised a minute and a half later")
def _slow(platform: Platform) -> None:
    _later(platform, 90)


@MUTANTS.add("alarm-later-than-declared", "声明 10 秒，实际 40 秒", "ten seconds are declared, forty pass")
def _later_than_declared(platform: Platform) -> None:
    _alarms(platform).farm.capability["alarmDelayS"] = 10
    _later(platform, 40)


# --- acknowledgement --------------------------------------------------------------------------------------------------


def _signs(platform: Platform, **changes: str | None) -> None:
    """Let acknowledgements be written otherwise; ``None`` leaves a member out."""
    alarms = _alarms(platform)
    right = alarms.signature

    def signature(call: Call, alarm: Row) -> Row:
        return {name: value for name, value in (right(call, alarm) | changes).items() if value is not None}

    alarms.signature = signature  # type: ignore[method-assign]


@MUTANTS.add("ack-without-a-name", "确认不记录何人", "acknowledgements do not say by whom")
def _nobody(platform: Platform) -> None:
    _signs(platform, ackBy=None)


@MUTANTS.add("ack-by-a-blank", "确认人记为空白", "acknowledgements are by a blank")
def _blank(platform: Platform) -> None:
    _signs(platform, ackBy=" ")


@MUTANTS.add("ack-without-a-time", "确认不记录时间", "acknowledgements have no time")
def _timeless(platform: Platform) -> None:
    _signs(platform, ackAt=None)


@MUTANTS.add("ack-at-the-time-of-raising", "确认时间记为告警产生时间", "acknowledgements have the time of the alarm")
def _raised_then(platform: Platform) -> None:
    alarms = _alarms(platform)
    alarms.signature = lambda call, alarm: {"ackBy": call.account.name, "ackAt": alarm["raisedAt"]}  # type: ignore[method-assign]


@MUTANTS.add("ack-not-stored", "确认有答复但未保存", "an acknowledgement is answered and not kept")
def _not_stored(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.keep
    alarms.keep = lambda alarm: right(alarm) if alarm["state"] == CLEARED else None  # type: ignore[method-assign]


@MUTANTS.add("second-ack-overwrites", "第二次确认改写时间", "a second acknowledgement overwrites the first")
def _overwrites(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.again

    def again(alarm: Row) -> Answer:
        alarms.keep(alarm | {"ackAt": stamp(platform.clock())})
        return right(alarm)

    alarms.again = again  # type: ignore[method-assign]


@MUTANTS.add(
    "second-ack-against-its-word",
    "声明冲突，第二次确认却成功",
    "a second acknowledgement succeeds against what is declared",
)
def _against_its_word(platform: Platform) -> None:
    _alarms(platform).again = demo.Answer  # type: ignore[method-assign,assignment]


@MUTANTS.add("second-ack-crashes", "第二次确认返回 500", "a second acknowledgement is an error of the server")
def _crashes(platform: Platform) -> None:
    def again(alarm: Row) -> Answer:
        raise demo.ApiError(500, 50001, alarm["alarmId"])

    _alarms(platform).again = again  # type: ignore[method-assign]


@MUTANTS.add(
    "ack-makes-way-for-another",
    "确认后持续越限又生成告警",
    "an acknowledged alarm is raised anew while the value stays beyond",
)
def _makes_way(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.judge

    def judge(rule: Row, row: Row) -> None:
        alarm = alarms.standing(rule)
        if alarm and alarm["state"] == ACKNOWLEDGED and alarms.is_beyond(rule, row["value"]):
            alarms.raise_alarm(rule, row)
        else:
            right(rule, row)

    alarms.judge = judge  # type: ignore[method-assign]


@MUTANTS.add("ack-forgotten-when-cleared", "解除时抹去确认人", "clearing an alarm wipes out who acknowledged it")
def _forgotten(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.clear
    alarms.clear = lambda alarm: right({name: alarm[name] for name in alarm if not name.startswith("ack")})  # type: ignore[method-assign]


@MUTANTS.add("ack-with-a-clock-of-its-own", "确认时间差一天", "acknowledgements have a time a day off")
def _day_off(platform: Platform) -> None:
    alarms = _alarms(platform)
    right = alarms.signature

    def signature(call: Call, alarm: Row) -> Row:
        made = right(call, alarm)
        return made | {"ackAt": stamp(datetime.fromisoformat(made["ackAt"]) - timedelta(days=1))}

    alarms.signature = signature  # type: ignore[method-assign]

"""The reference farm's alarms: rules over channels, one alarm for each crossing, acknowledged by whoever saw it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from threading import RLock
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import invalid, need_write, org_of, unknown
from .reference_data import DEVICES, stamp
from .reference_observations import instant, where

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_szxc.reference import Answer, Call

    from .reference import Farm

Row = dict[str, Any]
TOPIC = "alarm"
RULES, ALARMS = "agri:alarm-rules", "agri:alarms"
RAISED, ACKNOWLEDGED, CLEARED = "raised", "acknowledged", "cleared"
LEVELS = ("info", "minor", "major", "critical")
OPERATORS = ("gt", "lt")
TELLING = ("N", "S", "T", "L")
"""Flags under which a value is one: no fault, no maintenance, no calibration."""
LATE = timedelta(minutes=15)
"""What is older says nothing of the present."""
DELAY = 60
"""Seconds that an alarm may take, as the farm declares it."""

DRY: Row = {
    "ruleId": "rule-dry-soil",
    "deviceId": "so-0001",
    "channelId": "vwc",
    "kind": "soilMoistureVwc",
    "operator": "lt",
    "threshold": 12,
    "hysteresis": 3,
    "level": "minor",
}
"""A rule that the farm has of its own; it has raised one alarm, which is over."""
PAST = "alarm-000000"


def mount(farm: Farm) -> None:
    """Serve the operations, listen to observations, and declare how long an alarm takes."""
    store = farm.platform.store
    store.load(RULES, [(DRY["ruleId"], json.dumps(DRY))])
    store.load(ALARMS, [(PAST, json.dumps(past(farm.platform.now)))])
    part = farm.parts[TOPIC] = Alarms(farm)
    farm.serve("IF09", "PUT", "/szxc/v1/alarm-rules/{rule}", part.put_alarm_rule)
    farm.serve("IF09", "DELETE", "/szxc/v1/alarm-rules/{rule}", part.remove_alarm_rule)
    farm.serve("IF09", "GET", "/szxc/v1/alarms", part.list_alarms)
    farm.serve("IF09", "POST", "/szxc/v1/alarms/{alarm}/ack", part.acknowledge_alarm)
    farm.heard.append(part.heard)
    farm.capability["alarmDelayS"] = DELAY
    farm.capability.setdefault("policies", {})["secondAck"] = "conflict"


class Alarms:
    """Rules and alarms; a mutant or variant replaces methods.

    Attributes:
        farm: whose they are.
    """

    def __init__(self, farm: Farm) -> None:
        self.farm = farm
        self.store = farm.platform.store
        self._lock = RLock()
        self._made = 0

    # -- operations ---------------------------------------------------------------------------------------------------

    def put_alarm_rule(self, call: Call) -> Answer:
        """Set a rule; one of that id is replaced."""
        need_write(call)
        body = call.body if isinstance(call.body, dict) else {}
        rule = checked(body | {"ruleId": call.params["rule"]})
        if rule["deviceId"] not in self.devices(call):
            raise unknown("device")
        self.store.remove(RULES, rule["ruleId"])
        self.store.add(RULES, rule["ruleId"], rule)
        self.farm.audit(call, "put_alarm_rule", rule["ruleId"], "ok")
        return demo.Answer(rule)

    def remove_alarm_rule(self, call: Call) -> Answer:
        """Remove a rule; its alarms stay."""
        need_write(call)
        rule = self.store.get(RULES, call.params["rule"])
        if rule is None or rule["deviceId"] not in self.devices(call):
            raise unknown("rule")
        self.store.remove(RULES, rule["ruleId"])
        self.farm.audit(call, "remove_alarm_rule", rule["ruleId"], "ok")
        return demo.Answer({"ruleId": rule["ruleId"]})

    def list_alarms(self, call: Call) -> Answer:
        """The alarms of the caller's devices, all or those of a device or in a state."""
        devices = self.devices(call)
        asked = call.args.get("deviceId")
        members: dict[str, Any] = {"deviceId": devices if asked is None else tuple({asked}.intersection(devices))}
        if "state" in call.args:
            members["state"] = call.args["state"]
        return self.farm.platform.listed(call, ALARMS, where(**members))

    def acknowledge_alarm(self, call: Call) -> Answer:
        """Write down who has seen an alarm, and when: once."""
        need_write(call)
        alarm = self.store.get(ALARMS, call.params["alarm"])
        if alarm is None or alarm["deviceId"] not in self.devices(call):
            raise unknown("alarm")
        if alarm["state"] == ACKNOWLEDGED:
            return self.again(alarm)
        if alarm["state"] == CLEARED:
            raise conflict()
        seen = alarm | {"state": ACKNOWLEDGED, **self.signature(call, alarm)}
        self.keep(seen)
        self.farm.audit(call, "acknowledge_alarm", alarm["alarmId"], "ok")
        return demo.Answer(seen)

    # -- what mutants replace -----------------------------------------------------------------------------------------

    def again(self, alarm: Row) -> Answer:
        """What a second acknowledgement gets."""
        if self.farm.capability["policies"]["secondAck"] == "conflict":
            raise conflict()
        return demo.Answer(alarm)

    def signature(self, call: Call, alarm: Row) -> Row:  # noqa: ARG002 -- a mutant's may need the alarm
        """Who acknowledges, and when."""
        return {"ackBy": call.account.name, "ackAt": stamp(self.farm.platform.clock())}

    def heard(self, row: Row) -> None:
        """Hold an observation against the rules of its channel."""
        if self.is_telling(row):
            for rule in self.rules_of(row):
                self.judge(rule, row)

    def rules_of(self, row: Row) -> list[Row]:
        """The rules over an observation's channel."""
        found: list[Row] = self.store.all(RULES, where(deviceId=row["deviceId"], channelId=row["channelId"]))
        return found

    def is_telling(self, row: Row) -> bool:
        """Whether an observation says how things are now: a good value, fresh, the newest of its channel."""
        if row.get("isHistorical") or row["flag"] not in TELLING or not is_number(row["value"]):
            return False
        at = instant(row["phenomenonTime"])
        if self.farm.platform.clock().timestamp() * 1000 - at > LATE.total_seconds() * 1000:
            return False
        newest = self.farm.observations.newest(row["deviceId"])
        return all(instant(one["phenomenonTime"]) <= at for one in newest if one["channelId"] == row["channelId"])

    def judge(self, rule: Row, row: Row) -> None:
        """Raise what is not raised yet; clear what has come back far enough."""
        with self._lock:
            alarm = self.standing(rule)
            if alarm is None and self.is_beyond(rule, row["value"]):
                self.raise_alarm(rule, row)
            elif alarm is not None and self.is_back(rule, row["value"]):
                self.clear(alarm)

    def standing(self, rule: Row) -> Row | None:
        """The alarm of a rule that is not cleared."""
        found = self.store.all(ALARMS, where(ruleId=rule["ruleId"], state=(RAISED, ACKNOWLEDGED)))
        return found[-1] if found else None

    def is_beyond(self, rule: Row, value: float) -> bool:
        """Whether a value crosses the threshold."""
        return distance(rule, value) > 0

    def is_back(self, rule: Row, value: float) -> bool:
        """Whether a value has come back by the hysteresis and more."""
        return distance(rule, value) < -exact(rule["hysteresis"])

    def raise_alarm(self, rule: Row, row: Row) -> None:
        """Open an alarm."""
        self._made += 1
        name = f"alarm-{self._made:06d}"
        alarm = {name: rule[name] for name in ("ruleId", "deviceId", "channelId", "kind", "level", "threshold")}
        now = stamp(self.farm.platform.clock())
        self.store.add(
            ALARMS, name, {"alarmId": name, **alarm, "value": row["value"], "raisedAt": now, "state": RAISED}
        )

    def clear(self, alarm: Row, /) -> None:
        """Close an alarm; who has acknowledged it stays written."""
        self.keep(alarm | {"state": CLEARED, "clearedAt": stamp(self.farm.platform.clock())})

    def keep(self, alarm: Row) -> None:
        """Store what has become of an alarm."""
        self.store.replace(ALARMS, alarm["alarmId"], alarm)

    # -- inside -------------------------------------------------------------------------------------------------------

    def devices(self, call: Call) -> tuple[str, ...]:
        """The devices of the caller's organisation."""
        return tuple(row["deviceId"] for row in self.store.all(DEVICES, where(orgId=org_of(call))))


def past(now: datetime) -> Row:
    """An alarm of yesterday that was seen to."""
    times = {"raisedAt": 26, "ackAt": 25, "clearedAt": 20}
    said = {name: DRY[name] for name in ("ruleId", "deviceId", "channelId", "kind", "level", "threshold")}
    at = {name: stamp(now - timedelta(hours=hours)) for name, hours in times.items()}
    return {"alarmId": PAST, **said, "value": 11.5, "ackBy": "primary", "state": CLEARED, **at}


def checked(body: Row) -> Row:
    """A rule as it is stored.

    Raises:
        ApiError: 40002, a member is missing or wrong.
    """
    for name in ("ruleId", "deviceId", "channelId", "kind"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise invalid(name)
    rule = {"hysteresis": 0, "level": "major", **body}
    for name, allowed in (("operator", OPERATORS), ("level", LEVELS)):
        if rule.get(name) not in allowed:
            raise invalid(name)
    for name in ("threshold", "hysteresis"):
        if not is_number(rule.get(name)):
            raise invalid(name)
    if rule["hysteresis"] < 0:
        raise invalid("hysteresis")
    names = ("ruleId", "deviceId", "channelId", "kind", "operator", "threshold", "hysteresis", "level")
    return {name: rule[name] for name in names}


def is_number(value: Any) -> bool:  # noqa: ANN401 -- as it came
    """Whether a value is a number."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def exact(value: float) -> Decimal:
    """A number as it is written, so that 0.3 - 0.1 is 0.2."""
    return Decimal(str(value))


def distance(rule: Row, value: float) -> Decimal:
    """By how much a value lies beyond a rule's threshold; negative on the good side."""
    beyond = exact(value) - exact(rule["threshold"])
    return beyond if rule["operator"] == "gt" else -beyond


def conflict() -> demo.ApiError:
    """What the alarm's state does not allow (40902)."""
    return demo.ApiError(409, 40902, "illegal alarm transition")

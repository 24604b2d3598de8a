"""Alarms: one for each crossing, cleared on the way back and not before, in time, acknowledged once."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement, schema

from .alarm_scene import BEYOND, FURTHER, INSIDE, LEVEL, QUIET, scene, standing
from .bench import written
from .capability import policy
from .tables import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

    from .alarm_scene import Guard, Scene

ALARM = "urn:szxc:agri_system_interfaces:alarm"
HISTORY = timedelta(hours=3)
ANY = (0, 500)
"""Statuses that are an answer to a second acknowledgement: a crash is one too, and a wrong one."""
OTHER_TIME = 2
"""Seconds between an alarm and its acknowledgement, and between that and the second one."""
CLOCKS = timedelta(minutes=15)
"""How far the platform's clock may be off."""
CONFLICT = 409


@requirement("AIF-067")
def test_one_alarm_for_one_crossing(sut: Sut) -> Iterator[Observation]:
    """Values cross a threshold, stay beyond, come back half-way, go beyond, come back, and cross once more.

    Before that a value of hours ago lies beyond: that is past. Another rule watches for low values.
    """
    made = scene(sut, "067", "gt", "lt")
    if made is None:
        return
    over, *others = made.guards
    made.post(over, FURTHER, phenomenonTime=written(made.clock - HISTORY), isHistorical=True)
    for guard in made.guards:
        made.post(guard, QUIET)
    for guard in made.guards:
        made.post(guard, BEYOND)
    alarms = made.until(over, lambda seen: bool(standing(seen)))
    if not standing(alarms) and not made.is_stored(over, BEYOND):
        return
    yield expect(bool(standing(alarms)), made.here, expected=f"an alarm: {over.crossed()}", observed="no alarm")
    if standing(alarms):
        yield from _raised(made, over, alarms)
        yield from _stays(made, over, len(alarms))
        yield from _clears(made, over, len(alarms))
    for guard in others:
        low = made.until(guard, lambda seen: bool(standing(seen)))
        yield expect(bool(standing(low)), made.here, expected=f"an alarm: {guard.crossed()}", observed="no alarm")
    yield from _legal(made)


def _raised(made: Scene, guard: Guard, alarms: list[Record]) -> Iterator[Observation]:
    """The first crossing has one alarm, as the rule has it; the value of hours ago has none."""
    past = [alarm for alarm in alarms if alarm.number("value") == guard.value(FURTHER) or alarm not in standing(alarms)]
    fresh = [alarm for alarm in alarms if alarm not in past]
    for alarm in past:
        why = "no alarm for a value that was observed three hours earlier"
        yield expect(alarm in fresh, alarm.at("value"), expected=why, observed=alarm.get("value"))
    one = "one alarm for one crossing"
    yield expect(len(fresh) <= 1, made.here, expected=one, observed=f"{len(fresh)} alarms at once")
    for alarm in fresh[:1]:
        yield from schema.conforms(alarm, ALARM)
        said = alarm.get("level")
        yield expect(said == LEVEL, alarm.at("level"), expected=f"the rule's level: {LEVEL}", observed=said)


def _stays(made: Scene, guard: Guard, count: int) -> Iterator[Observation]:
    """Values further beyond raise nothing new; one within the hysteresis clears nothing."""
    made.post(guard, FURTHER)
    seen = made.alarms(guard)
    repeated = f"{len(seen)} alarms: repeated while the value stays beyond"
    yield expect(len(seen) <= count, made.here, expected="one alarm for one crossing", observed=repeated)
    made.post(guard, INSIDE)
    after = made.alarms(guard)
    why = f"not cleared: {guard.value(INSIDE)} is within the hysteresis {guard.hysteresis}"
    yield expect(bool(standing(after)), made.here, expected=why, observed="cleared: the hysteresis is ignored")
    made.post(guard, BEYOND)


def _clears(made: Scene, guard: Guard, count: int) -> Iterator[Observation]:
    """A value far enough back clears the alarm; the next crossing raises another one."""
    made.post(guard, QUIET)
    seen = made.until(guard, lambda alarms: not standing(alarms))
    back = f"cleared: the value is back at {guard.value(QUIET)}"
    yield expect(not standing(seen), made.here, expected=back, observed="still raised")
    many = f"{len(seen)} alarms before the value came back"
    yield expect(len(seen) <= count, made.here, expected="one alarm for one crossing", observed=many)
    if standing(seen):
        return
    made.post(guard, BEYOND)
    second = made.until(guard, lambda alarms: len(standing(alarms)) > 0)
    anew = len(second) > len(seen) and bool(standing(second))
    told = "no further alarm" if not standing(second) else "an alarm that was cleared is raised again"
    yield expect(anew, made.here, expected="a second alarm for a second crossing", observed=told)


def _legal(made: Scene) -> Iterator[Observation]:
    """The states in which alarms were seen follow each other as the table has it."""
    table = {(row["from"], row["to"]) for row in rows("alarm_transitions")}
    for states in made.seen.values():
        for (before, _), (after, at) in pairwise(states):
            if before != after:
                fine = (before, after) in table
                yield expect(fine, at, expected=f"a state that follows {before}", observed=after)


@requirement("AIF-068")
def test_alarm_comes_in_time(sut: Sut) -> Iterator[Observation]:
    """A value crosses a threshold: the alarm is listed within 60 s, or what is declared."""
    made = scene(sut, "068", "gt")
    if made is None:
        return
    (guard,) = made.guards
    made.post(guard, QUIET)
    made.post(guard, BEYOND)
    alarms = made.until(guard, lambda seen: bool(standing(seen)), made.within)
    if alarms or made.is_stored(guard, BEYOND):
        told = f"none after {made.within} s"
        yield expect(bool(alarms), made.here, expected=f"an alarm within {made.within} s", observed=told)


@requirement("AIF-069")
def test_acknowledgement_is_kept(sut: Sut) -> Iterator[Observation]:
    """An alarm is acknowledged, twice; then values stay beyond, and come back."""
    declared = policy(sut, "secondAck")
    made = scene(sut, "069", "gt")
    if made is None:
        return
    (guard,) = made.guards
    made.post(guard, QUIET)
    made.post(guard, BEYOND)
    name = _named(made.until(guard, lambda seen: bool(standing(seen))))
    if name is None:
        return
    made.post(guard, FURTHER)
    sut.wait(OTHER_TIME)
    alone = len(made.alarms(guard)) == 1  # that it repeats itself of its own is another requirement's matter
    reply = sut.ask("acknowledge_alarm", alarm=name)
    first = _alarm(made, guard, name)
    if first is None:
        return
    yield from _signed(first, reply)
    yield from _again(made, guard, first, declared)
    made.post(guard, FURTHER)
    told = "a further alarm while the value stays beyond"
    anew = alone and len(made.alarms(guard)) > 1
    yield expect(not anew, made.here, expected="no further alarm after acknowledgement", observed=told)
    yield from _kept_until_the_end(made, guard, first)
    yield from _legal(made)


def _named(alarms: list[Record]) -> str | None:
    return next((alarm.text("alarmId") for alarm in standing(alarms)), None)


def _alarm(made: Scene, guard: Guard, name: str) -> Record | None:
    return next((alarm for alarm in made.alarms(guard) if alarm.text("alarmId") == name), None)


def _signed(alarm: Record, reply: Reply) -> Iterator[Observation]:
    """Who acknowledged it, and when."""
    state = alarm.get("state")
    yield expect(state == "acknowledged", alarm.at("state"), expected="acknowledged", observed=state)
    yield expect(alarm.has("ackBy"), alarm.at("ackBy"), expected="who has acknowledged it", observed=alarm.get("ackBy"))
    at, raised = alarm.time("ackAt"), alarm.time("raisedAt")
    told = "when it was acknowledged"
    yield expect(at is not None, alarm.at("ackAt"), expected=told, observed=alarm.get("ackAt"))
    if at is not None:
        near = abs(at - reply.sent) <= CLOCKS and at != raised
        yield expect(near, alarm.at("ackAt"), expected=f"{told}: {written(reply.sent)}", observed=alarm.get("ackAt"))


def _again(made: Scene, guard: Guard, first: Record, declared: str) -> Iterator[Observation]:
    """A second acknowledgement is refused, or changes nothing, as is declared; in any case nothing changes."""
    sut, name = made.bench.sut, first.text("alarmId")
    sut.wait(OTHER_TIME)
    reply = sut.ask("acknowledge_alarm", alarm=name, accept=ANY)
    said = "no-op" if reply.fine else "conflict" if reply.response.status == CONFLICT else ""
    expected = {"conflict": "409", "no-op": "2xx"}.get(declared, "409, or 2xx")
    right = said == declared if declared in ("conflict", "no-op") else bool(said)
    shown = f"HTTP {reply.response.status}"
    yield expect(right, reply.at("status"), expected=f"{expected} to a second acknowledgement", observed=shown)
    after = _alarm(made, guard, name or "")
    if after is not None:
        for member in ("ackBy", "ackAt"):
            same = after.get(member) == first.get(member)
            yield expect(same, after.at(member), expected=first.get(member), observed=after.get(member))


def _kept_until_the_end(made: Scene, guard: Guard, first: Record) -> Iterator[Observation]:
    """An alarm that was acknowledged keeps its name when it is cleared."""
    made.post(guard, QUIET)
    gone = [one for one in made.until(guard, lambda alarms: not standing(alarms)) if one not in standing([one])]
    for alarm in gone:
        if alarm.text("alarmId") == first.text("alarmId"):
            kept = alarm.get("ackBy") == first.get("ackBy")
            yield expect(kept, alarm.at("ackBy"), expected=first.get("ackBy"), observed=alarm.get("ackBy"))

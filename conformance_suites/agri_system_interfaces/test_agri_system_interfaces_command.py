"""Commands through their life cycle: sent again, every state and step, final states, times of execution."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect, requirement, schema

from .command_desk import CLIENT, is_conflict, is_refused, open_desk, patience, said
from .command_states import (
    ACCEPTED,
    CANCELED,
    COMPLETED,
    EXECUTING,
    FAILED,
    REJECTED,
    SCHEDULED,
    goes_back,
    illegal_next,
    illegal_pairs,
    is_final,
    state_of,
    states,
)
from .device_simulator import ANY, DELIVERY_WITHIN, SILENCE, name_of
from .tables import codes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

    from .command_desk import Desk

Row = dict[str, Any]
STATUS = "urn:szxc:agri_system_interfaces:command-status"
REUSED = "40903"
SOON = 3.0
"""Seconds after which a planned command begins."""
POLLED = 61.0
"""Seconds at most after which a command whose state is final is looked at again; its expiry lies half-way."""
NO_STATE = "DONE"


@requirement("AIF-057")
def test_a_command_sent_again_is_executed_once(sut: Sut) -> Iterator[Observation]:
    """The same command twice, and once more when it is done: one hand-over, the same status; another one is refused."""
    desk = open_desk(sut, "057")
    if desk is None:
        return
    command = desk.command()
    first = desk.issue(command)
    again = desk.issue(command, accept=ANY)
    yield _same(again, command, states(desk.history(command)))
    other = command | {"parameters": desk.good()}
    if other != command:
        refused = desk.issue(other, accept=ANY)
        yield expect(is_conflict(refused, REUSED), refused.at(), expected="409 (40903)", observed=said(refused))
    taken = desk.handed(command, DELIVERY_WITHIN)
    yield expect(len(taken) == 1, first.at(), expected="handed to the device once", observed=f"{len(taken)} times")
    if len(taken) == 1:
        yield _as_issued(taken[0], command, other)
        yield from _again_when_done(desk, command, taken[0])


def _same(again: Reply, command: Row, known: list[str]) -> Observation:
    named = again.record.text("commandId") in (None, command["commandId"])
    same = again.fine and named and again.record.text("statusCode") in (None, *known)
    return expect(same, again.at(), expected=f"the command's status ({', '.join(known)})", observed=said(again))


def _as_issued(taken: Record, command: Row, other: Row) -> Observation:
    """The other command of the same id has not changed what the device gets."""
    seen = taken.get("parameters")
    changed = seen == other["parameters"] != command["parameters"]
    return expect(not changed, taken.at("parameters"), expected=command["parameters"], observed=seen)


def _again_when_done(desk: Desk, command: Row, taken: Record) -> Iterator[Observation]:
    desk.device.execute(taken)
    known = states(desk.history(command))
    again = desk.issue(command, accept=ANY)
    if known[-1:] == [COMPLETED]:
        yield _same(again, command, [COMPLETED])
    more = desk.handed(command, SILENCE)
    yield expect(not more, again.at(), expected="not executed again", observed=f"handed over {len(more)} times more")


@requirement("AIF-058")
def test_states_and_steps(sut: Sut) -> Iterator[Observation]:
    """Commands that end in each way: every state is one of nine, every step is in the table, no time goes back.

    On the way the device reports what must not follow: that is refused, and is not in the history.
    """
    desk = open_desk(sut, "058")
    if desk is None:
        return
    plan = {ending: desk.command() for ending in (COMPLETED, REJECTED, FAILED, CANCELED)}
    begun = {ending: desk.issue(command) for ending, command in plan.items()}
    yield from _out_of_turn(desk, plan[COMPLETED])
    desk.cancel(plan[CANCELED])
    taken = {name_of(one): one for one in desk.device.take(count=len(plan) - 1)}
    for ending in (COMPLETED, REJECTED, FAILED):
        one = taken.get(plan[ending]["commandId"])
        if one is not None and not is_final(begun[ending].record.text("statusCode")):
            yield from _ended(desk, ending, one)
    for command in (*plan.values(), *_planned(desk)):
        yield from _history(desk, command)


def _out_of_turn(desk: Desk, command: Row) -> Iterator[Observation]:
    """A report of a state that must not follow the one in which the command is."""
    before = state_of(desk.history(command))
    wrong = "" if before is None or is_final(before) else illegal_next(before, desk.random)
    if wrong:
        reply = desk.device.report(command["commandId"], wrong)
        yield expect(is_refused(reply), reply.at(), expected=f"{before} to {wrong}: refused", observed=said(reply))


def _ended(desk: Desk, ending: str, taken: Record) -> Iterator[Observation]:
    """The device's reports that bring a command to an end; each legal one is taken."""
    name = name_of(taken)
    desk.device.accept(taken)
    if ending == REJECTED:
        yield _taken(desk.device.report(name, REJECTED, message="设备维护中"), ACCEPTED, REJECTED)
        return
    yield from _out_of_turn(desk, {"commandId": name})
    began = desk.device.at()
    yield _taken(desk.device.report(name, EXECUTING, percentCompletion=10), ACCEPTED, EXECUTING)
    yield _taken(desk.device.report(name, EXECUTING, percentCompletion=60), EXECUTING, EXECUTING)
    yield from _out_of_turn(desk, {"commandId": name})
    if ending == COMPLETED:
        yield _taken(desk.device.complete(name, began), EXECUTING, COMPLETED)
        return
    strange = desk.device.report(name, NO_STATE)
    yield expect(is_refused(strange), strange.at(), expected=f"{NO_STATE}: refused", observed=said(strange))
    yield _taken(desk.device.report(name, FAILED, message="卡滞"), EXECUTING, FAILED)


def _taken(reply: Reply, before: str, after: str) -> Observation:
    return expect(reply.fine, reply.at(), expected=f"{before} to {after}: taken", observed=said(reply))


def _planned(desk: Desk) -> Iterator[Row]:
    """A command that begins later, and is executed then; none where the platform takes no such command."""
    command = desk.command(notBefore=desk.at(SOON))
    if desk.issue(command, accept=ANY).fine:
        desk.device.watch.wait(SOON)
        for taken in desk.handed(command, DELIVERY_WITHIN):
            desk.device.execute(taken)
        yield command


def _history(desk: Desk, command: Row) -> Iterator[Observation]:
    history = desk.history(command)
    for status in history:
        yield from schema.conforms(status, STATUS)
        name = status.get("commandId")
        yield expect(name == command["commandId"], status.at("commandId"), expected="this command", observed=name)
    wrong = {id(status): (before, after) for status, before, after in illegal_pairs(history)}
    for earlier, later in pairwise(history):
        before, after = wrong.get(id(later), ("", ""))
        known = not {before, after} - {"", *codes("command_states")}  # another state is the schema's finding
        place, step = later.at("statusCode"), f"{before} to {after}"
        yield expect(not (after and known), place, expected="a step that the table has", observed=step)
        times = f"{earlier.get('reportTime')}, then {later.get('reportTime')}"
        yield expect(not goes_back(earlier, later), later.at("reportTime"), expected="not before", observed=times)


@requirement("AIF-059")
def test_a_final_state_stays(sut: Sut) -> Iterator[Observation]:
    """Nothing follows a final state, whatever the device says, though the command expires and its time limit passes."""
    desk = open_desk(sut, "059")
    if desk is None:
        return
    polled = min(POLLED, patience(sut))
    plan = {ending: desk.command(lasts=polled / 2) for ending in (COMPLETED, FAILED, CANCELED)}
    for command in plan.values():
        desk.issue(command)
    desk.cancel(plan[CANCELED])
    for one in desk.device.take(count=2):
        if name_of(one) == plan[COMPLETED]["commandId"]:
            desk.device.execute(one)
        elif name_of(one) == plan[FAILED]["commandId"]:
            desk.device.accept(one)
            desk.device.report(name_of(one), FAILED, message="卡滞")
    ended = {ending: desk.history(command) for ending, command in plan.items()}
    settled = {ending: history for ending, history in ended.items() if is_final(state_of(history))}
    for ending in settled:
        for late in (EXECUTING, COMPLETED):
            desk.device.report(plan[ending]["commandId"], late, percentCompletion=99)
    desk.device.watch.wait(polled)
    for ending, before in settled.items():
        yield _unchanged(desk, plan[ending], before)


def _unchanged(desk: Desk, command: Row, before: tuple[Record, ...]) -> Observation:
    """The history is what it was; a report of the same state that is written down again is one more."""
    after = desk.history(command)
    here = (after or before)[-1].at("statusCode")
    return expect(states(after) == states(before), here, expected=_line(before), observed=_line(after))


def _line(history: tuple[Record, ...]) -> str:
    return ", ".join(states(history))


@requirement("AIF-060")
def test_times_of_execution(sut: Sut) -> Iterator[Observation]:
    """What is planned or done says when: also where the device did not, and where a command begins later."""
    desk = open_desk(sut, "060")
    if desk is None:
        return
    told, untold, planned = desk.command(), desk.command(), desk.command(notBefore=desk.at(SOON))
    desk.issue(told)
    desk.issue(untold)
    commands = [told, untold]
    if desk.issue(planned, accept=ANY).fine:
        commands.append(planned)
    for one in desk.device.take(count=2):
        if name_of(one) == untold["commandId"]:
            _completed_briefly(desk, one)
        elif name_of(one) == told["commandId"]:
            desk.device.execute(one)
    for command in commands:
        for status in desk.history(command):
            if status.text("statusCode") in (SCHEDULED, COMPLETED):
                yield _timed(status)


def _completed_briefly(desk: Desk, taken: Record) -> None:
    """The device does not say when it was done; a platform may refuse that, and is told then."""
    began = desk.device.at()
    desk.device.accept(taken)
    desk.device.report(name_of(taken), EXECUTING)
    if desk.device.report(name_of(taken), COMPLETED).response.status in CLIENT:
        desk.device.complete(name_of(taken), began)


def _timed(status: Record) -> Observation:
    """A planned command has a begin; one that is done has an end too, not before it."""
    state = status.text("statusCode")
    start, end = status.time("executionTime.start"), status.time("executionTime.end")
    right = start is not None and (state == SCHEDULED or (end is not None and start <= end))
    wanted = "start" if state == SCHEDULED else "start, end"
    here = status.at("executionTime")
    return expect(right, here, expected=f"{state}: {wanted}", observed=status.get("executionTime"))

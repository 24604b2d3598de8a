"""Commands that must not be executed: wrong parameters, expired, to a device that is off-line, cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_szxc import expect, requirement

from .capability import LONGEST, capability, policy
from .command_desk import TIMEOUT, is_conflict, is_refused, open_desk, patience, said, time_limit
from .command_states import (
    CANCELED,
    COMPLETED,
    EXECUTING,
    FAILED,
    REJECTED,
    is_final,
    state_of,
    states,
)
from .device_simulator import ANY, DELIVERY_WITHIN, SILENCE, name_of
from .tables import parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

    from .command_desk import Desk

Row = dict[str, Any]
SHORTEST, SHORT = 2.0, 5.0
"""Seconds until a command expires whose device stays off-line: a quarter of the time limit, within these bounds, so
that it has expired well before the time limit ends it in any case."""
CLOCKS = 3.0
"""Seconds by which the platform's clock may be behind what its answers say: a Date header has whole seconds."""
GLANCE = 0.5
"""Seconds in which a device that is called gets what is handed over at once."""
UNDONE = (FAILED, REJECTED)
NOT_NOW = (503, 504)
ILLEGAL = "40902"
REFUSE, QUEUE = "refuse", "queue"
ANSWERED, AWAY = 200, 503
"""What the device's receiver answers when it is on, and off."""


# --- parameters -------------------------------------------------------------------------------------------------------


@requirement("AIF-061")
def test_wrong_parameters(sut: Sut) -> Iterator[Observation]:
    """Once the right parameters are taken: wrong ones of the same action are refused with a reason, not handed over."""
    desk = open_desk(sut, "061")
    if desk is None:
        return
    refused: list[tuple[Row, Reply]] = []
    for action, rights, wrong in wrong_sets(desk):
        if all(desk.issue(desk.command(right, action=action), accept=ANY).fine for right in rights):
            command = desk.command(wrong, action=action)
            reply = desk.issue(command, accept=ANY)
            yield from _rejected(desk, command, reply)
            refused.append((command, reply))
    handed = {name_of(one): one for one in desk.device.take(count=1)} if refused else {}
    for command, reply in refused:
        one = handed.get(command["commandId"])
        seen = f"handed over: {one.get('parameters')}" if one else "not handed over"
        yield expect(one is None, reply.at(), expected=f"{command['parameters']}: not handed over", observed=seen)


def wrong_sets(desk: Desk) -> Iterator[tuple[str, list[Row], Row]]:
    """An action, its right parameters, and wrong ones: too much, a negative duration, two that exclude each other.

    The right ones come first: a platform that does not know them at all, does not show that it minds the wrong ones.
    """
    kinds: set[str] = set()
    for action in desk.actions:
        for kind, rights, wrong in _wrong_of(desk, action):
            if kind not in kinds:
                kinds.add(kind)
                yield action, rights, wrong


def _wrong_of(desk: Desk, action: str) -> Iterator[tuple[str, list[Row], Row]]:
    good, table = desk.good(action), parameters(action)
    for row in table:
        name = row["parameter"]
        right = good if row["exactly_one"] else good | {name: desk.value(row)}
        if row["type"] != "boolean" and row["required"] == "yes" and row["max"]:
            yield "above", [right], right | {name: int(row["max"]) + 1}
        if name == "durationS":
            yield "negative", [right | {name: 60}], right | {name: -5}
    groups = {row["exactly_one"]: row for row in table if row["exactly_one"]}
    for group in groups:
        names = [row["parameter"] for row in table if row["exactly_one"] == group]
        rights = [{name: 1} for name in names]
        yield "both", rights, dict.fromkeys(names, 1)


def _rejected(desk: Desk, command: Row, reply: Reply) -> Iterator[Observation]:
    """Refused at once, or rejected in a short while, and with words or a code in both cases."""
    wanted = f"{command['parameters']}: 400 or REJECTED"
    if not reply.fine:
        yield expect(is_refused(reply), reply.at(), expected=wanted, observed=said(reply))
        reason = reply.code or reply.envelope.get("message")
        yield expect(bool(reason), reply.at(), expected="a reason", observed=reason)
        return
    here = _settled(desk, command, reply, DELIVERY_WITHIN)
    state = here.text("statusCode")
    yield expect(state == REJECTED, here.at("statusCode"), expected=wanted, observed=state)
    if state == REJECTED:
        reason = here.get("message") or here.get("resultCode")
        yield expect(bool(reason), here.at("message"), expected="a reason", observed=reason)


def _settled(desk: Desk, command: Row, reply: Reply, within: float) -> Record:
    """The status to which a command has come in a while; of one that was settled at once, that of the answer."""
    if reply.record.text("statusCode") in UNDONE:
        return reply.record
    history = desk.until_final(command, within)
    return history[-1] if history else reply.record


# --- expired, off-line ------------------------------------------------------------------------------------------------


@requirement("AIF-062")
def test_an_expired_command_is_not_executed(sut: Sut) -> Iterator[Observation]:
    """A command expires while its device is off-line: when the device comes back it does not get it, nor later on."""
    desk = open_desk(sut, "062", ANSWERED, AWAY)
    if desk is None or not _is_reached(desk):
        return
    desk.device.switch("offline")
    short = min(SHORT, max(SHORTEST, time_limit(sut) / 4))
    command = desk.command(lasts=short)
    reply = desk.issue(command, accept=ANY)
    if not reply.fine and reply.response.status not in NOT_NOW:
        return  # it does not take commands to such a device: nothing can expire
    desk.device.watch.wait(short + CLOCKS)
    desk.device.miss()
    desk.device.switch("online")
    handed = desk.handed(command, GLANCE)
    yield _not_handed(handed, reply, "at once")
    for one in handed:  # as a device would that trusts its platform
        desk.device.execute(one)
    if reply.fine:
        here = _settled(desk, command, reply, patience(sut))
        state = here.text("statusCode")
        done = "executed though it has expired" if state in (EXECUTING, COMPLETED) else state
        yield expect(state in UNDONE, here.at("statusCode"), expected="FAILED or REJECTED", observed=done)
    if not handed:
        yield _not_handed(desk.handed(command, SILENCE), reply, "later")


def _is_reached(desk: Desk) -> bool:
    """Whether the device gets a command while it is on-line; else what it does not get would show nothing."""
    command = desk.issued()
    taken = desk.handed(command, DELIVERY_WITHIN)
    for one in taken:
        desk.device.execute(one)
    return bool(taken)


def _not_handed(handed: tuple[Record, ...], reply: Reply, when: str) -> Observation:
    here = handed[0].at() if handed else reply.at()
    seen = f"handed to the device {when}" if handed else "not handed over"
    return expect(not handed, here, expected="an expired command is not handed over", observed=seen)


@requirement("AIF-063")
def test_a_device_that_is_off_line(sut: Sut) -> Iterator[Observation]:
    """A command to a device that is off-line is refused as such, or has failed within the declared time, for good."""
    desk = open_desk(sut, "063", ANSWERED, AWAY)
    if desk is None or not _is_reached(desk):
        return
    is_known = desk.device.switch("offline")
    command = desk.command()
    reply = desk.issue(command, accept=ANY)
    wanted = policy(sut, "offlineCommand") if is_known else ""
    if wanted in (REFUSE, QUEUE):
        now = (wanted == REFUSE) == _is_told_now(reply)
        yield expect(now, reply.at(), expected=f"{wanted}, as declared", observed=said(reply))
    if not reply.fine:
        yield expect(reply.response.status in NOT_NOW, reply.at(), expected="503 or 504", observed=said(reply))
    elif (capability(sut).number("commandTimeoutS") or TIMEOUT) <= LONGEST:
        here = _settled(desk, command, reply, patience(sut))
        yield _failed_in_time(here, patience(sut))
        if here.text("statusCode") in UNDONE:
            yield from _stays_undone(desk, command, reply)


def _stays_undone(desk: Desk, command: Row, reply: Reply) -> Iterator[Observation]:
    """What was told to have failed is not executed when the device comes back."""
    desk.device.miss()
    desk.device.switch("online")
    handed = desk.handed(command, SILENCE)
    here = handed[0].at() if handed else reply.at()
    seen = "handed to the device after that" if handed else "not handed over"
    yield expect(not handed, here, expected="what has failed is not handed over", observed=seen)


def _is_told_now(reply: Reply) -> bool:
    return not reply.fine or reply.record.text("statusCode") in UNDONE


def _failed_in_time(here: Record, within: float) -> Observation:
    state = here.text("statusCode")
    seen = f"{state}, though the device is off-line" if is_final(state) else f"{state} after {within:.0f} s"
    wanted = f"FAILED within {within:.0f} s"
    return expect(state in UNDONE, here.at("statusCode"), expected=wanted, observed=seen)


# --- cancelled --------------------------------------------------------------------------------------------------------


@requirement("AIF-064")
def test_cancelling(sut: Sut) -> Iterator[Observation]:
    """What is not final is cancelled, and not handed over any more; what is final stays what it is, with 409."""
    desk = open_desk(sut, "064")
    if desk is None:
        return
    waiting, running, done, failed = (desk.issued() for _ in range(4))
    yield from _cancelled(desk, waiting)
    taken = {name_of(one): one for one in desk.device.take(count=3)}
    history = desk.history(waiting)
    if history and desk.device.sink is None:  # a device that is called has got it before it was cancelled
        yield _kept_back(waiting, taken.get(waiting["commandId"]), history[-1])
    for command, last in ((running, EXECUTING), (done, COMPLETED), (failed, FAILED)):
        if command["commandId"] in taken:
            _brought_to(desk, taken[command["commandId"]], last)
            yield from _cancelled(desk, command)


def _kept_back(command: Row, taken: Record | None, last: Record) -> Observation:
    here = (taken or last).at()
    seen = "handed over" if taken else "not handed over"
    return expect(taken is None, here, expected=f"{command['commandId']}: cancelled, not handed over", observed=seen)


def _brought_to(desk: Desk, taken: Record, last: str) -> None:
    if last == COMPLETED:
        desk.device.execute(taken)
        return
    desk.device.accept(taken)
    desk.device.report(name_of(taken), last)


def _cancelled(desk: Desk, command: Row) -> Iterator[Observation]:
    """Cancel a command, and see what that does in the state that it has."""
    before = desk.history(command)
    state = state_of(before)
    if state is None:
        return
    reply = desk.cancel(command)
    if is_final(state):
        yield expect(is_conflict(reply, ILLEGAL), reply.at(), expected=f"{state}: 409 (40902)", observed=said(reply))
        after = desk.history(command)
        here = (after or before)[-1].at("statusCode")
        yield expect(states(after) == states(before), here, expected=f"still {state}", observed=state_of(after))
        return
    yield expect(reply.fine, reply.at(), expected=f"{state}: cancelled", observed=said(reply))
    after = desk.until_final(command, DELIVERY_WITHIN)
    here = (after or before)[-1].at("statusCode")
    yield expect(state_of(after) == CANCELED, here, expected=f"{state}, then CANCELED", observed=state_of(after))

"""Who may command, and what a command has done: permission and audit, the device's feedback as an observation."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pytest_szxc import expect, requirement

from .command_desk import open_desk, said
from .command_states import CANCELED, COMPLETED, EXECUTING, FAILED, is_final, state_of
from .device_simulator import ANY, DELIVERY_WITHIN, SILENCE, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

    from .bench import Channel
    from .command_desk import Desk

Row = dict[str, Any]
LOW = "low_right"
DENIED = 403
WRITTEN_WITHIN = (0.0, 2.0, 5.0)
"""Seconds after which it is looked whether the audit log has the attempt: a log may be written a little later."""
DONE = ("ok", "success", "succeeded", "accepted", "done", "0", "200", "202", "成功", "通过")
"""Results by which a log would say that an attempt succeeded."""
SEEN_WITHIN = (0.0, 1.0, 2.0, 2.0)
"""Seconds between two looks at the latest observation: five in all."""
TOLERANCE = Decimal(2)
"""Per cent of the channel's range by which feedback may differ from its target (section 4.9 of the suite's facts)."""
FEEDBACK = {"setOpening": "percent", "setLevel": "level"}
"""Actions whose effect can be read as a number: the parameter that is the target."""


@requirement("AIF-065")
def test_who_reads_only_does_not_command(sut: Sut) -> Iterator[Observation]:
    """Once a command is taken: an account that may only read can neither issue nor cancel one, and the log says so."""
    desk = open_desk(sut, "065")
    if desk is None:
        return
    allowed = desk.issued()
    attempt = desk.command()
    reply = desk.issue(attempt, account=LOW, accept=ANY)
    yield expect(_is_denied(reply), reply.at(), expected="403", observed=said(reply))
    cancelled = desk.cancel(allowed, account=LOW)
    yield expect(_is_denied(cancelled), cancelled.at(), expected="403 to the cancellation", observed=said(cancelled))
    state = state_of(desk.history(allowed))
    here = cancelled.at("statusCode")
    yield expect(state != CANCELED, here, expected="not cancelled", observed=state)
    handed = desk.handed(attempt, SILENCE)
    seen = "handed to the device" if handed else "not handed over"
    yield expect(not handed, reply.at(), expected="a denied command is not handed over", observed=seen)
    yield _audited(desk, attempt, reply)


def _is_denied(reply: Reply) -> bool:
    return reply.denied or (not reply.fine and reply.response.status == DENIED)


def _audited(desk: Desk, attempt: Row, reply: Reply) -> Observation:
    """The log has the attempt, by the command or by its device, with a result that does not say success."""
    events: list[Record] = []
    for pause in WRITTEN_WITHIN:
        desk.device.watch.wait(pause)
        events = list(desk.sut.records("operation_log", object=attempt["commandId"]))
        if not events:  # a log may name the device
            events = [one for one in desk.sut.records("operation_log", object=desk.device.id) if _is_command(one)]
        if any(_says_denied(event) for event in events):
            break
    results = sorted({str(event.get("result")) for event in events})
    right = any(_says_denied(event) for event in events)
    here = events[-1].at("result") if events else reply.at("operation_log")
    return expect(right, here, expected="the attempt, and that it was denied", observed=results or "no entry")


def _is_command(event: Record) -> bool:
    action = (event.text("action") or "").lower()
    return any(word in action for word in ("command", "control", "指令", "控制"))


def _says_denied(event: Record) -> bool:
    result = str(event.get("result") or "").strip().lower()
    return bool(result) and result not in DONE


@requirement("AIF-066")
def test_feedback_shows_what_was_done(sut: Sut) -> Iterator[Observation]:
    """The device moves as it is told and says so: the latest observation is the target, within 2 per cent.

    Then it gets stuck: the platform shows where it stands, not where it should.
    """
    desk = open_desk(sut, "066")
    channel = feedback_channel(desk) if desk else None
    if desk is None or channel is None:
        return
    targets = desk.random.sample(range(10, 90, 10), 2)
    command = desk.command({FEEDBACK[desk.actions[0]]: targets[0]})
    desk.issue(command)
    for one in desk.handed(command, DELIVERY_WITHIN):
        told = one.number(f"parameters.{FEEDBACK[desk.actions[0]]}")
        stands = told if told is not None else Decimal(targets[0])
        _moved(desk, channel, one, stands)
        if state_of(desk.history(command)) == COMPLETED:
            yield _shown(desk, channel, Decimal(targets[0]), "the target")
            yield from _stuck(desk, channel, targets[1], Decimal(targets[0]))


def feedback_channel(desk: Desk) -> Channel | None:
    """The channel that tells what the first action has done; ``None`` where none does, or not as a number."""
    action = desk.actions[0]
    if action not in FEEDBACK:
        return None
    named = {service.text("feedback") for service in desk.services if action in service.texts("actions")}
    settable = {row.get("channelId") for row in desk.device.bench.document["channels"] if row.get("settable") is True}
    known = desk.device.bench.channels
    found = [one for one in known if one.id in named] or [one for one in known if one.id in settable]
    return next((one for one in found if one.unit == "%"), None)


def _moved(desk: Desk, channel: Channel, taken: Record, stands: Decimal) -> None:
    """The device carries a command out, and reports where it stands before it says that it is done."""
    began = desk.device.at()
    desk.device.accept(taken)
    desk.device.report(name_of(taken), EXECUTING, percentCompletion=50)
    _observed(desk, channel, stands)
    desk.device.complete(name_of(taken), began)


def _observed(desk: Desk, channel: Channel, stands: Decimal) -> None:
    value = int(stands) if stands == stands.to_integral_value() else stands
    desk.device.bench.post(desk.device.bench.row(value, channel=channel, phenomenonTime=desk.device.at()))


def _stuck(desk: Desk, channel: Channel, target: int, stands: Decimal) -> Iterator[Observation]:
    """The device cannot move, says that it has failed, and where it still stands."""
    command = desk.command({FEEDBACK[desk.actions[0]]: target})
    desk.issue(command)
    for one in desk.handed(command, DELIVERY_WITHIN):
        at_once = is_final(state_of(desk.history(command)))  # then the device is not asked how it went
        desk.device.accept(one)
        desk.device.report(name_of(one), EXECUTING, percentCompletion=10)
        desk.device.watch.wait(1.0)  # an instant of its own
        _observed(desk, channel, stands)
        desk.device.report(name_of(one), FAILED, message="卡滞")
        state = state_of(desk.history(command))
        here = one.at("statusCode")
        yield expect(at_once or state == FAILED, here, expected="FAILED, as the device reports", observed=state)
        yield _shown(desk, channel, stands, "where the device stands")


def _shown(desk: Desk, channel: Channel, wanted: Decimal, what: str) -> Observation:
    """The latest observation of the feedback channel, as soon as it is as wanted, or at last."""
    allowed = (channel.high - channel.low) * TOLERANCE / 100
    here, seen = desk.device.bench, None
    for pause in SEEN_WITHIN:
        desk.device.watch.wait(pause)
        rows = desk.sut.records("latest_observations", deviceId=here.id)
        row = next((one for one in rows if one.text("channelId") == channel.id), None)
        seen = row.number("value") if row else None
        if seen is not None and abs(seen - wanted) <= allowed:
            break
    right = seen is not None and abs(seen - wanted) <= allowed
    place = row.at("value") if row else desk.device.watch.ask("read_device", device=here.id).at(channel.id)
    return expect(right, place, expected=f"{what}: {wanted} ± {allowed}", observed=seen)

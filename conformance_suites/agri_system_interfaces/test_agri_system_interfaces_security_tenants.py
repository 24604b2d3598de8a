"""Tenants: another organisation sees nothing of a device, and can do nothing to it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pytest_szxc import SzxcError, answers, credentials, expect, requirement

from .bench import bench
from .command_desk import open_desk
from .command_states import CANCELED, state_of
from .device_simulator import SILENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Reply, Sut

    from .bench import Bench
    from .command_desk import Desk

Row = dict[str, Any]
OWNER, SECOND = "primary", "second"
REFUSED = "403 or 404"
CLIENT_ERROR, CRASHED = 400, 500
PAGES = 20
"""Pages of the other organisation's lists that are looked at, at most."""
OURS, THEIRS = "接口测试设备 016 甲", "接口测试设备 016 乙"
"""Names that the owner and the stranger give to the device."""


@requirement("AIF-016")
def test_another_organisation_has_no_part_in_a_device(sut: Sut) -> Iterator[Observation]:
    """A device of ours with an observation is listed, read, changed, fed, commanded and removed by somebody else.

    Whatever the owner himself may not do shows nothing, nor does an account that is let in nowhere.
    """
    stranger = sut.ask("list_devices", account=SECOND, accept=answers.ANY)
    made = bench(sut, "016") if stranger.fine else None
    if made is None:
        return
    posted = made.post(made.row())
    yield from _reading(sut, made)
    yield from _lists(sut, made)
    yield from _changing(sut, made)
    if posted.fine:
        yield from _feeding(sut, made)
    yield from _commanding(sut)
    yield from _removing(sut, made)


def _asked(sut: Sut, account: str, operation: str, **question: Any) -> Reply | None:  # noqa: ANN401 -- bodies too
    """What an account is answered; ``None`` where the platform has nothing of that kind."""
    return answers.possible(partial(sut.ask, operation, account=account, accept=answers.ANY, **question))


def _is_refused(reply: Reply) -> bool:
    status = reply.response.status
    return CLIENT_ERROR <= status < CRASHED or (not reply.fine and status < CLIENT_ERROR)


def _refusal(reply: Reply, what: str) -> Observation:
    at = reply.at(f"{SECOND}: {what}")
    return expect(_is_refused(reply), at, expected=REFUSED, observed=credentials.seen(reply))


def _both(sut: Sut, operation: str, **question: Any) -> Reply | None:  # noqa: ANN401 -- bodies and parameters
    """What the stranger is answered where the owner is answered well."""
    own = _asked(sut, OWNER, operation, **question)
    return _asked(sut, SECOND, operation, **question) if own is not None and own.fine else None


def _reading(sut: Sut, made: Bench) -> Iterator[Observation]:
    for operation in ("read_device", "device_status"):
        reply = _both(sut, operation, device=made.id)
        if reply is not None:
            yield _refusal(reply, f"{operation} {made.id}")
    span = {"from": made.at(3600), "to": made.at(0), "deviceId": made.id, "channelId": made.channel.id}
    reply = _both(sut, "aggregate_observations", **span)
    if reply is not None:
        held = _is_refused(reply) or (reply.fine and not reply.record.number("count"))
        at = reply.at(f"{SECOND}: aggregate_observations {made.id}")
        yield expect(held, at, expected=f"{REFUSED}, or count 0", observed=reply.record.get("count"))


def _lists(sut: Sut, made: Bench) -> Iterator[Observation]:
    """Lists may answer that there is nothing; ours must not be in them, asked for or not."""
    lately: Row = {"from": made.at(120), "to": made.at(0)}
    named: Row = {"deviceId": made.id}
    questions = (("list_devices", {}), ("list_observations", lately), ("list_observations", named))
    for operation, params in (*questions, ("latest_observations", named)):
        try:
            pages = list(sut.walk(operation, account=SECOND, accept=answers.ANY, pages=PAGES, **params))
        except SzxcError as reason:
            if not reason.code.startswith(answers.NOT_THERE):
                raise
            continue
        for page in (one for one in pages if one.reply.response.status < CRASHED):
            shown = sum(row.text("deviceId") == made.id for row in page.records)
            at = page.reply.at(f"{SECOND}: {operation} {' '.join(params)}".strip())
            yield expect(not shown, at, expected="nothing of another organisation", observed=f"{shown} of {made.id}")


def _changing(sut: Sut, made: Bench) -> Iterator[Observation]:
    own = _asked(sut, OWNER, "update_device", device=made.id, body={"name": OURS})
    reply = _asked(sut, SECOND, "update_device", device=made.id, body={"name": THEIRS})
    if own is None or reply is None or not own.fine:
        return
    yield _refusal(reply, f"update_device {made.id}")
    name = sut.ask("read_device", device=made.id).record.text("name")
    at = reply.at(f"{SECOND}: update_device {made.id}")
    yield expect(name != THEIRS, at, expected="unchanged after the refusal", observed=f"changed: {name}")


def _feeding(sut: Sut, made: Bench) -> Iterator[Observation]:
    before = len(made.stored())
    reply = _asked(sut, SECOND, "post_observation", body=made.row(age=30.0))
    if reply is None or not before:
        return
    rejected = _is_refused(reply) or reply.record.text("status") == "rejected"
    at = reply.at(f"{SECOND}: post_observation {made.id}")
    yield expect(rejected, at, expected=REFUSED, observed=credentials.seen(reply))
    yield from _batching(sut, made)
    after = len(made.stored())
    yield expect(after == before, at, expected=f"{before} stored, the owner's", observed=f"{after} stored")


def _batching(sut: Sut, made: Bench) -> Iterator[Observation]:
    """A batch of the stranger's is refused, or each of its items is."""
    body = {"requestId": f"{made.id}-{SECOND}", "deviceId": made.id, "items": [made.row(age=20.0)]}
    reply = _asked(sut, SECOND, "post_batch", body=body)
    if reply is not None and reply.response.status < CRASHED:
        taken = reply.record.number("accepted")
        held = _is_refused(reply) or taken == 0
        at = reply.at(f"{SECOND}: post_batch {made.id}")
        yield expect(held, at, expected=f"{REFUSED}, or none accepted", observed=f"{taken} accepted")


def _commanding(sut: Sut) -> Iterator[Observation]:
    """A command that the owner may give is neither given, shown nor cancelled for somebody else."""
    desk = _desk(sut)
    if desk is None:
        return
    own, foreign = desk.command(), desk.command()
    given = _asked(sut, OWNER, "issue_command", body=own)
    reply = _asked(sut, SECOND, "issue_command", body=foreign)
    if given is None or reply is None or not given.fine:
        return
    yield _refusal(reply, f"issue_command {foreign['deviceId']}")
    read = _asked(sut, SECOND, "read_command", command=own["commandId"])
    if read is not None:
        yield _refusal(read, f"read_command {own['commandId']}")
    taken = _asked(sut, SECOND, "take_commands", device=desk.device.id)
    if taken is not None and taken.response.status < CRASHED:
        count = len(taken.record.children("commands")) if taken.fine else 0
        at = taken.at(f"{SECOND}: take_commands {desk.device.id}")
        yield expect(not count, at, expected=f"{REFUSED}, or no commands", observed=f"{count} commands of the owner's")
    yield from _cancelling(sut, desk, own)
    handed = desk.handed(foreign, SILENCE)
    at = reply.at(f"{SECOND}: issue_command {foreign['deviceId']}")
    yield expect(not handed, at, expected="never handed to the device", observed=f"handed over {len(handed)} times")


def _cancelling(sut: Sut, desk: Desk, own: Row) -> Iterator[Observation]:
    reply = _asked(sut, SECOND, "cancel_command", command=own["commandId"])
    if reply is not None:
        yield _refusal(reply, f"cancel_command {own['commandId']}")
        state = state_of(desk.history(own))
        at = reply.at(f"{SECOND}: cancel_command {own['commandId']}")
        yield expect(state != CANCELED, at, expected="not cancelled", observed=state)


def _desk(sut: Sut) -> Desk | None:
    """An operator's desk; ``None`` where the platform has no commands."""
    try:
        return open_desk(sut, "016b")
    except SzxcError as reason:
        if reason.code.startswith(answers.NOT_THERE):
            return None
        raise


def _removing(sut: Sut, made: Bench) -> Iterator[Observation]:
    """The stranger tries it first, then the owner does it, who shows that it is there and can be removed."""
    reply = _asked(sut, SECOND, "remove_device", device=made.id)
    kept = _asked(sut, OWNER, "read_device", device=made.id)
    own = _asked(sut, OWNER, "remove_device", device=made.id)
    if reply is None or kept is None or own is None:
        return
    removed = not kept.fine  # a refusal that removed it shows that by itself
    if own.fine or removed:
        yield _refusal(reply, f"remove_device {made.id}")
        at = reply.at(f"{SECOND}: remove_device {made.id}")
        yield expect(kept.fine, at, expected="the device is still there", observed=credentials.seen(kept))

"""The operator that the suite plays: it issues commands to a device of ours, follows and cancels them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pytest_szxc import SzxcError

from .capability import seconds
from .command_states import is_final, ordered, state_of
from .device_simulator import ANY, PAUSES, simulator
from .tables import parameters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from random import Random

    from pytest_szxc import Record, Reply, Sut

    from .device_simulator import DeviceSimulator

Row = dict[str, Any]
LASTS = 600.0
"""Seconds until a command expires, unless a check is about that."""
PREFERRED = ("setOpening", "setLevel", "setOnOff", "irrigate", "feed")
"""Actions that checks use, the first that the device has."""
TIMEOUT = 60
"""Seconds within which the outcome of a command is known, where ``commandTimeoutS`` does not say."""
SHORTEST_GRACE, GRACE = 2.0, 5.0
"""Seconds by which a platform may be late: a quarter of its time limit, within these bounds."""
AFTER_DUE = 0.5
"""Seconds after its time limit at which a command is looked at."""
ABOVE = "above "
CONFLICT = 409
FOUND = range(200, 300)
CLIENT = range(400, 500)


def time_limit(sut: Sut) -> int:
    """Seconds within which the outcome of a command is known, as declared."""
    return seconds(sut, "commandTimeoutS", TIMEOUT)


def patience(sut: Sut) -> float:
    """The time limit, and by how much a platform may be late."""
    limit = time_limit(sut)
    return limit + min(GRACE, max(SHORTEST_GRACE, limit / 4))


@dataclass
class Desk:
    """Commands to one device of ours.

    Attributes:
        sut: the platform.
        device: the device simulator.
        services: what the device's thing model offers; empty where that is not known.
        random: seeded.
    """

    sut: Sut
    device: DeviceSimulator
    services: tuple[Record, ...]
    random: Random
    _made: int = field(default=0)

    # -- what is ordered ----------------------------------------------------------------------------------------------

    @property
    def actions(self) -> tuple[str, ...]:
        """What the device can be told to do, as far as checks use it."""
        offered = {action for service in self.services for action in service.texts("actions")}
        return tuple(action for action in PREFERRED if action in offered) or PREFERRED[:1]

    def good(self, action: str = "") -> Row:
        """Parameters that an action may have: what it needs, and one of what excludes each other."""
        found: Row = {}
        groups: set[str] = set()
        for row in parameters(action or self.actions[0]):
            group = row["exactly_one"]
            if row["required"] == "yes" or (group and group not in groups):
                groups.add(group)
                found[row["parameter"]] = self.value(row)
        return found

    def value(self, row: dict[str, str]) -> bool | int:
        """A whole number within the bounds of a parameter, never at their ends; true where it is a flag."""
        if row["type"] == "boolean":
            return True
        low = int(Decimal(row["min"].removeprefix(ABOVE) or 0))
        return self.random.randint(low + 1, min(int(row["max"] or 100), low + 100) - 1)

    def command(self, given: Row | None = None, lasts: float = LASTS, **changes: Any) -> Row:  # noqa: ANN401 -- members
        """A command of a new id to our device.

        Args:
            given: its parameters; good ones without.
            lasts: seconds until it expires.
            changes: other members.
        """
        self._made += 1
        now = self.device.watch.now
        made = {
            "commandId": self.name(self._made),
            "deviceId": self.device.id,
            "action": self.actions[0],
            "parameters": given if given is not None else self.good(changes.get("action", "")),
            "issueTime": _written(now),
            "expiresAt": _written(now + timedelta(seconds=lasts)),
            "priority": 5,
            "issuer": f"{self.sut.prefix}operator",
            "mode": "manual",
        }
        return made | changes

    def name(self, number: int) -> str:
        """The id of a command: a UUID that no other run has."""
        random = self.sut.random(f"{self.device.id}/{number}")
        return str(UUID(int=random.getrandbits(128), version=4))

    def at(self, seconds: float) -> str:
        """An instant so many seconds from now."""
        return _written(self.device.watch.now + timedelta(seconds=seconds))

    # -- what is asked ------------------------------------------------------------------------------------------------

    def issue(self, command: Row, *, account: str = "primary", accept: tuple[int, ...] = ()) -> Reply:
        """Issue a command."""
        return self.device.watch.ask("issue_command", body=command, account=account, accept=accept)

    def issued(self) -> Row:
        """A good command that was taken.

        Raises:
            Unjudgeable: it was not; then nothing can be said of others.
        """
        made = self.command()
        self.issue(made)
        return made

    def cancel(self, command: Row, *, account: str = "primary") -> Reply:
        """Cancel a command; the platform may refuse that."""
        return self.device.watch.ask("cancel_command", command=command["commandId"], account=account, accept=ANY)

    def history(self, command: Row) -> tuple[Record, ...]:
        """What a command has gone through, the oldest status first."""
        return ordered(self.sut.records("command_history", command=command["commandId"]))

    def until_final(self, command: Row, within: float) -> tuple[Record, ...]:
        """The history of a command as soon as its state is final, or when so many seconds are over."""
        return self.until(command, (), within)

    def until(self, command: Row, wanted: Collection[str], within: float) -> tuple[Record, ...]:
        """The history of a command as soon as its state is one of some, or final, or when time is over."""
        seen = self.history(command)
        pauses = self._pauses(within)
        while not is_final(state_of(seen)) and state_of(seen) not in wanted:
            pause = next(pauses, None)
            if pause is None:
                break
            self.device.watch.wait(pause)
            seen = self.history(command)
        return seen

    def _pauses(self, within: float) -> Iterator[float]:
        """Longer and longer pauses of so many seconds in all; one ends just after the time limit of commands."""
        due, passed = time_limit(self.sut) + AFTER_DUE, 0.0
        planned = iter(PAUSES)
        while passed < within:
            until = min(passed + next(planned, PAUSES[-1]), within)
            if passed < due < until:
                until = due
            yield until - passed
            passed = until

    def handed(self, command: Row, wait: float) -> tuple[Record, ...]:
        """Of what is handed to the device now, what is this command."""
        name = command["commandId"]
        return tuple(one for one in self.device.take(wait) if one.text("commandId") == name)


def open_desk(sut: Sut, name: str, *answers: int) -> Desk | None:
    """A desk with a device of its own; ``None`` where no device can be played. See ``simulator``."""
    device = simulator(sut, name, *answers)
    if device is None:
        return None
    return Desk(sut, device, _services(sut, device), sut.random(f"desk/{name}"))


def _services(sut: Sut, device: DeviceSimulator) -> tuple[Record, ...]:
    """What the thing model of the device offers; it need not be had for commands to be judged."""
    try:
        return sut.ask("read_model", model=device.bench.document["modelId"]).record.children("services")
    except SzxcError:
        return ()


def is_refused(reply: Reply) -> bool:
    """Whether a request was refused, and not by a crash."""
    return not reply.fine and (reply.response.status in CLIENT or reply.response.status in FOUND)


def is_conflict(reply: Reply, code: str) -> bool:
    """Whether a request was refused with 409, or with a result code that means the same."""
    return not reply.fine and (reply.response.status == CONFLICT or reply.code == code)


def said(reply: Reply) -> str:
    """What an answer says, for a finding."""
    state = reply.record.text("statusCode") if reply.fine else None
    return " ".join(filter(None, (f"HTTP {reply.response.status}", reply.code, state)))


def _written(at: Any) -> str:  # noqa: ANN401 -- an instant
    return str(at.isoformat(timespec="milliseconds"))

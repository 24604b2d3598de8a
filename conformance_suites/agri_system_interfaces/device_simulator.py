"""The actuator that the suite plays: it gets commands, reports on them, and may be switched off.

How it gets them is what the platform declares in ``commandDelivery``: it asks (``poll``), or it is called
(``callback``) at an address of ours that it was registered with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .bench import ACTING, bench
from .capability import capability
from .command_states import ACCEPTED, COMPLETED, EXECUTING, PENDING
from .stopwatch import Stopwatch

if TYPE_CHECKING:
    from pytest_szxc import Record, Reply, Sink, Sut

    from .bench import Bench

Row = dict[str, Any]
POLL, CALLBACK = "poll", "callback"
DELIVERY_WITHIN = 5.0
"""Seconds within which a command is handed to a device that is on-line."""
SILENCE = 2.0
"""Seconds for which it is watched whether something is handed over that must not be."""
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between two askings, of the device or after a command."""
ANY = (0, 500, 501, 503, 504)
"""Statuses that are an answer to what must be refused; a crash is one too, and a wrong one."""


@dataclass
class DeviceSimulator:
    """A device of ours, under the run's prefix and marked as a test device.

    Attributes:
        bench: the device as it is registered.
        watch: tells the time.
        sink: where it is called, if it does not ask.
    """

    bench: Bench
    watch: Stopwatch
    sink: Sink | None = None
    _heard: int = field(default=0)

    @property
    def id(self) -> str:
        """Device id."""
        return self.bench.id

    def switch(self, status: str) -> bool:
        """Tell the platform that the device is ``online`` or ``offline``; false where it wants to find out itself."""
        return self.watch.ask("update_device", device=self.id, body={"status": status}, accept=ANY).fine

    def take(self, wait: float = DELIVERY_WITHIN, count: int = 1) -> tuple[Record, ...]:
        """The commands that are handed over now; waits a while until there are so many of them.

        Args:
            wait: seconds at most.
            count: how many are awaited.
        """
        return self._asked(wait, count) if self.sink is None else self._called(self.sink, wait, count)

    def miss(self) -> None:
        """Let pass what the device was sent while it was switched off."""
        if self.sink is not None:
            self._heard = len(self.sink.received(0, wait=0.0))

    def _asked(self, wait: float, count: int) -> tuple[Record, ...]:
        taken: tuple[Record, ...] = ()
        for pause in (0.0, *PAUSES):
            if pause and (len(taken) >= count or wait <= 0):
                break
            self.watch.wait(min(pause, wait))
            wait -= pause
            reply = self.watch.ask("take_commands", device=self.id)
            taken += reply.record.children("commands")
        return taken

    def _called(self, sink: Sink, wait: float, count: int) -> tuple[Record, ...]:
        calls = sink.received(self._heard + count, wait=wait)
        fresh, self._heard = calls[self._heard :], len(calls)
        return tuple(body for call in fresh if (body := call.child("body")))

    # -- what it says of a command ------------------------------------------------------------------------------------

    def report(self, command: str, state: str, **members: Any) -> Reply:  # noqa: ANN401 -- of a report
        """Report a state; the platform may refuse it."""
        told = {"commandId": command, "statusCode": state, "reportTime": self.at(), **members}
        return self.watch.ask("report_command", command=command, body=told, accept=ANY)

    def accept(self, taken: Record) -> None:
        """Say that a command was received, where the platform does not know that by itself."""
        if taken.text("statusCode") in (None, PENDING):
            self.report(name_of(taken), ACCEPTED)

    def execute(self, taken: Record) -> Reply:
        """Carry a command out; the answer to the last report."""
        self.accept(taken)
        began = self.at()
        self.report(name_of(taken), EXECUTING, percentCompletion=50)
        return self.complete(name_of(taken), began)

    def complete(self, command: str, began: str) -> Reply:
        """Report that a command is done."""
        return self.report(command, COMPLETED, percentCompletion=100, executionTime={"start": began, "end": self.at()})

    def at(self) -> str:
        """The present, as it is written."""
        return self.watch.now.isoformat(timespec="milliseconds")


def simulator(sut: Sut, name: str, *answers: int) -> DeviceSimulator | None:
    """Register a device and switch it on; ``None`` where the platform has none to model it on, or no way to reach it.

    Args:
        sut: the platform.
        name: tells it apart from all others of the run.
        answers: what the device answers when it is called, one after the other; 200 without any.

    Raises:
        Unjudgeable: it is not taken; ``sink.*``, the platform only calls back, and cannot reach us.
    """
    declared = capability(sut).texts("commandDelivery") or (POLL,)
    if POLL not in declared and CALLBACK not in declared:
        return None
    sink = None if POLL in declared else sut.sink(*answers)
    links = {"links": [{"profile": CALLBACK, "url": sink.url}]} if sink else {}
    made = bench(sut, name, ACTING, **links)
    if made is None:
        return None
    device = DeviceSimulator(made, Stopwatch(sut), sink)
    device.switch("online")
    return device


def name_of(command: Record) -> str:
    """The id of a command that was handed over."""
    return command.text("commandId") or "-"

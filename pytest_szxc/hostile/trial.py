"""The engine against the hostile server: one GET of each behaviour, through what every request of a run goes through.

``python -m pytest_szxc.hostile.trial SECONDS < urls.json`` runs all of it in a process of its own, so that memory
can be told, and writes what it found as JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.hostile.behaviour import LAWFUL
from pytest_szxc.hostile.handshakes import AUTHORITY
from pytest_szxc.hostile.registry import BEHAVIOURS
from pytest_szxc.model import Effect, Exchange, Operation, Request, Text
from pytest_szxc.target.answers import read_answer
from pytest_szxc.target.network import NetworkOptions
from pytest_szxc.target.statement import BoundOperation, Envelope, Limits
from pytest_szxc.target.transports import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.hostile.behaviour import Behaviour

SLACK = 0.5
"""Seconds beyond the deadline that a request may take."""
MEMORY = 96.0
"""MiB that the whole kit may cost."""
UNCLASSIFIED = "transport.other"
STATUS = Path("/proc/self/status")
_LATE = frozenset({"transport.timeout", "transport.connect-timeout"})
_MIB = 1024 * 1024
_OPERATION = Operation("hostile", "hostile", Text("敌意服务器", "hostile server"), Effect.READ, "object", "-")
_BOUND = BoundOperation(
    "hostile", "GET", "/", envelope=Envelope(payload="data", code="code", success=("0",), message="message")
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What the engine made of one behaviour.

    Attributes:
        name: of the behaviour.
        expected: the codes that are right.
        got: the code given; ``-`` for an answer that came through, the name of any other exception.
        seconds: from the call to its end.
        said: the fault's sentences in zh and en, empty without a fault.
    """

    name: str
    expected: tuple[str, ...]
    got: str
    seconds: float
    said: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the code is the expected one."""
        return self.got in self.expected

    def in_time(self, deadline: float) -> bool:
        """Whether it ended in time."""
        return self.seconds <= deadline + SLACK


def meet(behaviour: Behaviour, url: str, deadline: float) -> Trial:
    """Send one GET."""
    transport = HttpTransport(url, Limits(deadline=deadline), {}, options=NetworkOptions(ca=AUTHORITY))
    caught: Exception | None = None
    begun = time.monotonic()
    try:
        _read(transport, Request("GET", url))
    except Exception as error:  # noqa: BLE001 -- what must never happen is told, too
        caught = error
    seconds = round(time.monotonic() - begun, 3)
    transport.close()
    if isinstance(caught, Unjudgeable):
        said = (caught.text("zh"), caught.text("en"))
        return Trial(behaviour.name, behaviour.codes, caught.code, seconds, said)
    return Trial(behaviour.name, behaviour.codes, type(caught).__name__ if caught else LAWFUL, seconds)


def _read(transport: HttpTransport, request: Request) -> None:
    """What a run makes of an answer; the fault passes through the record, as it does there."""
    asked = Exchange("hostile", "hostile", request)
    try:
        came = replace(asked, response=transport.send(request))
    except TransportFault as fault:
        params = {name: str(value) for name, value in fault.params.items()}
        came = replace(asked, fault=fault.code, fault_params=params)
    read_answer(_OPERATION, _BOUND, came)


def meet_all(urls: Mapping[str, str], deadline: float) -> tuple[Trial, ...]:
    """Meet every behaviour: those that take the whole deadline side by side, the others one after the other."""
    chosen = {name: BEHAVIOURS[name] for name in urls}
    late = [name for name, behaviour in chosen.items() if behaviour.expected in _LATE]
    with ThreadPoolExecutor(max(len(late), 1)) as pool:
        waiting = {name: pool.submit(meet, chosen[name], urls[name], deadline) for name in late}
        found = {name: future.result() for name, future in waiting.items()}
    return tuple(found.get(name) or meet(chosen[name], url, deadline) for name, url in urls.items())


def peak_mib() -> float:
    """The most memory that this process ever had, in MiB.

    On Linux ``ru_maxrss`` begins with what the *parent* had, and would hide our own; there the kernel's status tells.
    """
    if STATUS.exists():
        line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource  # noqa: PLC0415 -- POSIX alone has it, and the rest of this module runs anywhere

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB


def main() -> None:
    """Meet the behaviours whose addresses are on standard input; tell trials, seconds and memory."""
    urls, deadline = json.load(sys.stdin), float(sys.argv[1])
    gc.collect()
    before, begun = peak_mib(), time.monotonic()
    trials = meet_all(urls, deadline)
    whole = time.monotonic() - begun
    json.dump(
        {"trials": [asdict(trial) for trial in trials], "seconds": whole, "extra_mib": peak_mib() - before}, sys.stdout
    )


if __name__ == "__main__":
    main()

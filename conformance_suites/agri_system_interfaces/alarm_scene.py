"""What a check of alarms works with: a device of ours, rules over its channels, values that cross them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .bench import bench, written
from .capability import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pytest_szxc import Location, Record, Reply, Sut

    from .bench import Bench, Channel

OPEN = ("raised", "acknowledged")
LEVEL = "major"
DELAY, GRACE = 60, 60
"""Seconds that an alarm may take where ``alarmDelayS`` does not say; and how much longer those wait who do not judge
that."""
FINENESS = 50
"""Steps that a channel needs, so that values lie clearly on either side of thresholds."""
LAG, APART = timedelta(seconds=20), timedelta(seconds=1)
"""How long ago values were observed, at first, and how far they lie apart."""
PAUSES = (0, 1, 2, 4, 8)
LONGEST_PAUSE = 15
QUIET, INSIDE, NEAR, THRESHOLD, BEYOND, FURTHER = map(Decimal, ("0.3", "0.56", "0.5", "0.6", "0.7", "0.8"))
"""Shares of a channel's range, for a rule that watches for high values; mirrored for low ones."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A rule over one channel of our device, and values on all sides of it."""

    id: str
    channel: Channel
    operator: str

    def value(self, share: Decimal) -> int | Decimal:
        """The value at a share of the range, counted from the good side."""
        return self.channel.value(share if self.operator == "gt" else 1 - share)

    @property
    def hysteresis(self) -> Decimal:
        """How far values must come back."""
        return abs(Decimal(self.value(THRESHOLD)) - Decimal(self.value(NEAR)))

    def body(self, device: str) -> dict[str, Any]:
        """The rule as it is sent."""
        return {
            "ruleId": self.id,
            "deviceId": device,
            "channelId": self.channel.id,
            "kind": self.channel.kind,
            "operator": self.operator,
            "threshold": self.value(THRESHOLD),
            "hysteresis": self.hysteresis,
            "level": LEVEL,
        }

    def crossed(self) -> str:
        """What has happened when a value lies beyond, for a finding."""
        side = "above" if self.operator == "gt" else "below"
        return f"{self.value(BEYOND)} is {side} the threshold {self.value(THRESHOLD)}"


@dataclass(slots=True)
class Scene:
    """A device with rules, and what was seen of its alarms.

    Attributes:
        bench: the device.
        guards: the rules.
        within: seconds in which an alarm is due.
        seen: states of each alarm by id, in the order in which they were seen, each with its place.
        clock: when the last value was observed.
        posted: the last value's answer; at first the last rule's.
    """

    bench: Bench
    guards: tuple[Guard, ...]
    within: int
    clock: datetime
    posted: Reply
    seen: dict[str, list[tuple[str, Location]]] = field(default_factory=dict)

    @property
    def here(self) -> Location:
        """The answer to the last value."""
        return self.posted.at()

    def post(self, guard: Guard, share: Decimal, **changes: Any) -> Reply:  # noqa: ANN401 -- values of members
        """Post a value of now, later than all before it."""
        at = {"phenomenonTime": written(self._next())}
        self.posted = self.bench.post(self.bench.row(guard.value(share), channel=guard.channel, **(at | changes)))
        self.clock = max(self.clock, self.posted.sent - LAG)
        return self.posted

    def alarms(self, guard: Guard) -> list[Record]:
        """The alarms of a rule, as they are listed now; each state is remembered."""
        found = self.bench.sut.records("list_alarms", deviceId=self.bench.id)
        ours = [one for one in found if one.text("deviceId") == self.bench.id]
        for alarm in ours:
            states = self.seen.setdefault(alarm.text("alarmId") or "", [])
            states.append((alarm.text("state") or "", alarm.at("state")))
        return [one for one in ours if one.text("ruleId") in (guard.id, None) and _is_of(one, guard)]

    def until(self, guard: Guard, holds: Callable[[list[Record]], bool], within: int = 0) -> list[Record]:
        """The alarms once something holds of them; as they are when it is too late, without a bound long after."""
        found: list[Record] = []
        for pause in pauses(within or self.within + GRACE):
            if pause:
                self.bench.sut.wait(pause)
            found = self.alarms(guard)
            if holds(found):
                break
        return found

    def is_stored(self, guard: Guard, share: Decimal) -> bool:
        """Whether the platform shows a value: of what it has lost it cannot know."""
        rows = self.bench.stored(channelId=guard.channel.id)
        return any(row.number("value") == guard.value(share) for row in rows)

    def _next(self) -> datetime:
        self.clock += APART
        return self.clock


def scene(sut: Sut, name: str, *operators: str) -> Scene | None:
    """Register a device, and a rule for each operator on a channel of its own; ``None`` where nothing can be watched.

    Where the device has fewer channels that are fine enough, there are fewer rules.
    """
    within = seconds(sut, "alarmDelayS", DELAY)
    made = bench(sut, name)
    fine = [one for one in made.channels if (one.high - one.low) / one.step >= FINENESS] if made else []
    if made is None or not fine:
        return None
    pairs = zip(fine, operators, strict=False)
    guards = tuple(Guard(f"{made.id}-{operator}", channel, operator) for channel, operator in pairs)
    replies = [sut.ask("put_alarm_rule", rule=guard.id, body=guard.body(made.id)) for guard in guards]
    return Scene(made, guards, within, replies[-1].sent - LAG, replies[-1])


def standing(alarms: list[Record]) -> list[Record]:
    """Those that are not cleared."""
    return [alarm for alarm in alarms if alarm.text("state") in OPEN]


def pauses(within: int) -> Iterator[int]:
    """Pauses between looks, longer and longer, until so many seconds have passed; the last look is then."""
    passed = number = 0
    while number == 0 or passed < within:
        wanted = PAUSES[number] if number < len(PAUSES) else LONGEST_PAUSE
        pause = min(wanted, within - passed)
        passed, number = passed + pause, number + 1
        yield pause


def _is_of(alarm: Record, guard: Guard) -> bool:
    return alarm.text("kind") in (guard.channel.kind, None)

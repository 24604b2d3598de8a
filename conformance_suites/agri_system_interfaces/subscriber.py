"""The subscriber that the suite plays: subscriptions with receivers of their own, values to be told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from .bench import bench, written
from .capability import LONGEST, capability, seconds
from .pushed_messages import DEFAULT_ALGORITHM, DEFAULT_ID, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc import Record, Reply, Sink, Sut

    from .bench import Bench, Channel

DELAY, RETRY = 10, 60
"""Seconds in which a message is due, and in which the next try of one is, where nothing is declared."""
LAG, APART = timedelta(seconds=20), timedelta(seconds=1)
"""How long ago values were observed, at first, and how far they lie apart."""
MOST = 8
"""So often it is looked at most whether something further has come."""
GLANCE = 10
"""Seconds in which a repetition may still be seen of a platform that declares more than is waited for."""
MINUTE = 60.0
ANY = (0, 500)


@dataclass(frozen=True, slots=True)
class Push:
    """What the capability statement says of pushes."""

    header: str | None
    algorithm: str
    member: str
    delay: int
    retry: int
    patient: bool
    """Whether the last repetitions come so late that they are not waited for."""


def push_of(sut: Sut) -> Push:
    """How the platform says that it pushes."""
    said = capability(sut)
    patient = (said.number("push.retryWithinS") or 0) > LONGEST
    return Push(
        said.text("push.signatureHeader"),
        said.text("push.algorithm") or DEFAULT_ALGORITHM,
        said.text("push.idMember") or DEFAULT_ID,
        seconds(sut, "push.delayS", DELAY),
        GLANCE if patient else seconds(sut, "push.retryWithinS", RETRY),
        patient,
    )


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription of ours.

    Attributes:
        id: as the platform names it.
        sink: its receiver.
        secret: what its messages are signed with.
        reply: the answer to it.
    """

    id: str
    sink: Sink
    secret: str
    reply: Reply

    def came(self, holds: Callable[[tuple[Record, ...]], bool], wait: float) -> tuple[Record, ...]:
        """What has come once something holds of it, or once nothing further comes for some seconds."""
        seen = self.sink.received(0, wait=0)
        for _ in range(MOST):
            if holds(seen):
                break
            more = self._more(len(seen) + 1, wait)
            if len(more) == len(seen):
                break
            seen = more
        return seen

    def _more(self, count: int, wait: float) -> tuple[Record, ...]:
        """What has come once there are so many, or when time is over: a receiver waits for a minute at most."""
        seen = self.sink.received(count, wait=min(wait, MINUTE))
        while len(seen) < count and wait > MINUTE:
            wait -= MINUTE
            seen = self.sink.received(count, wait=min(wait, MINUTE))
        return seen

    def now(self) -> tuple[Record, ...]:
        """What has come so far."""
        return self.sink.received(0, wait=0)


@dataclass(frozen=True, slots=True)
class Posted:
    """A value that was posted."""

    device: str
    channel: Channel
    at: datetime
    value: Any
    reply: Reply

    @property
    def key(self) -> tuple[str, str, datetime]:
        """What tells it apart from all others."""
        return self.device, self.channel.id, self.at

    @property
    def shown(self) -> str:
        """The value, for a finding."""
        return f"{self.channel.kind} of {self.device}"

    def among(self, messages: tuple[Record, ...]) -> list[Record]:
        """The messages that tell it, in order."""
        return [message for message in messages if self.key in [one.key for one in told(message)]]


class Subscriber:
    """Subscribes and posts, for one check.

    Args:
        sut: the platform.
        name: of the check.
    """

    def __init__(self, sut: Sut, name: str) -> None:
        self._sut = sut
        self._name = name
        self._made = 0
        self._at = sut.now - LAG
        self.push = push_of(sut)

    def device(self, name: str = "") -> Bench | None:
        """A device of ours."""
        return bench(self._sut, self._name + name)

    def subscribe(self, sink: Sink, device: Bench, channel: Channel, **changes: Any) -> Subscription | None:  # noqa: ANN401 -- values of members
        """Subscribe to one kind of one device; ``None`` where it is refused and ``accept`` says that it may be."""
        self._made += 1
        accept = changes.pop("accept", ())
        random = self._sut.random(f"{self._name}/{self._made}")
        secret = random.randbytes(16).hex()
        body = {
            "subId": f"{self._sut.prefix}{self._name}-{self._made}",
            "filter": {"kinds": [channel.kind], "deviceIds": [device.id]},
            "sink": sink.url,
            "secret": secret,
            "format": "json",
        }
        reply = self._sut.ask("subscribe_observations", body=body | changes, accept=accept)
        self._at = max(self._at, reply.sent.replace(microsecond=0) - LAG)
        if not reply.fine:
            return None
        return Subscription(reply.record.text("subId") or str(body["subId"]), sink, secret, reply)

    def leave(self, subscription: Subscription) -> None:
        """Unsubscribe."""
        self._sut.ask("unsubscribe_observations", subscription=subscription.id, accept=ANY)

    def post(self, device: Bench, channel: Channel) -> Posted:
        """Post a value of now, later than all before it."""
        self._at += APART
        row = device.row(channel=channel, phenomenonTime=written(self._at))
        reply = device.post(row)
        return Posted(device.id, channel, datetime.fromisoformat(row["phenomenonTime"]), row["value"], reply)


def is_stored(device: Bench, value: Posted) -> bool:
    """Whether the platform shows a value: of what it has lost it cannot tell."""
    rows = device.stored(channelId=value.channel.id)
    return any(row.time("phenomenonTime") == value.at for row in rows)


def present(reply: Reply) -> datetime:
    """The platform's own present, by the answer's date; ours where it has none."""
    try:
        found = parsedate_to_datetime(reply.response.header("date") or "")
    except ValueError:
        return reply.sent
    return found if found.tzinfo else reply.sent

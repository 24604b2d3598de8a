"""Subscriptions: who subscribed is told what it asked for, soon, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement

from .bench import written
from .pushed_messages import same_value, told
from .subscriber import Subscriber, is_stored, present

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

    from .bench import Bench
    from .subscriber import Posted, Subscription

ANY = (0,)
PATIENCE = 20
"""Seconds beyond what is due in which a message that comes too late is still seen."""
GLANCE = 1
"""Seconds for which a message is waited for that has had all the time there is already."""
SILENCE = 3
"""Seconds in which nothing may come."""
LIFETIME, AFTER = 4, 6
"""Seconds that a short subscription has; seconds until it has surely ended."""
COPIES = 2
"""So often one observation may come: at least once means that it may come again, not again and again."""
GRACE = timedelta(seconds=1)
"""By so much a message may be late: on its way, or because seconds are declared as whole ones."""


@requirement("AIF-070")
def test_subscribers_are_told_what_they_asked_for(sut: Sut) -> Iterator[Observation]:
    """Two devices, two kinds, two subscriptions to one of each; then a third one that has expired meanwhile."""
    subscriber = Subscriber(sut, "070")
    device, other = subscriber.device(), subscriber.device("-other")
    if device is None or other is None or len({channel.kind for channel in device.channels}) < 2:  # noqa: PLR2004 -- two kinds
        return
    first = device.channel
    second = next(channel for channel in device.channels if channel.kind != first.kind)
    one = subscriber.subscribe(sut.sink(), device, first)
    two = subscriber.subscribe(sut.sink(), other, second)
    if one is None or two is None:
        return
    until = written(present(two.reply) + timedelta(seconds=LIFETIME))
    short = subscriber.subscribe(sut.sink(), device, first, expiresAt=until, accept=ANY)
    pairs = ((device, first), (device, second), (other, first), (other, second))
    posted = [subscriber.post(*pair) for pair in pairs]
    wait = subscriber.push.delay + PATIENCE
    for subscription, where, value in ((one, device, posted[0]), (two, other, posted[3])):
        yield from _told_soon(subscriber, subscription, where, value, wait)
        wait = wait if value.among(subscription.now()) else GLANCE  # as long has passed for all of them
    sut.wait(AFTER)
    if short is not None and posted[0].among(one.now()):
        yield from _over(subscriber, device, one, short)
    yield from _nothing_else(one, posted[0], posted, two)
    yield from _nothing_else(two, posted[3], posted, one)


def _told_soon(
    subscriber: Subscriber, to: Subscription, device: Bench, value: Posted, wait: int
) -> Iterator[Observation]:
    """An observation comes to whoever asked for it, in time and as it was posted."""
    delay = subscriber.push.delay
    came = value.among(to.came(lambda seen: bool(value.among(seen)), wait))
    if not came:
        if is_stored(device, value):
            soon = f"{value.shown}: pushed within {delay} s"
            yield expect(False, value.reply.at(), expected=soon, observed="not pushed")  # noqa: FBT003 -- it did not
        return
    at, due = came[0].time("at"), value.reply.sent + timedelta(seconds=delay + value.reply.elapsed)
    if at is not None:
        late = f"after {(at - value.reply.sent).total_seconds():.1f} s"
        yield expect(
            at <= due + GRACE, came[0].at("at"), expected=f"{value.shown}: pushed within {delay} s", observed=late
        )
    for one in told(came[0]):
        if one.key == value.key:
            same = same_value(one.value, value.value)
            yield expect(same, came[0].at("body"), expected=f"the value as posted: {value.value}", observed=one.value)


def _nothing_else(to: Subscription, wanted: Posted, posted: list[Posted], other: Subscription) -> Iterator[Observation]:
    """Nothing comes but what was asked for, and that not again and again."""
    came = to.now()
    if not any(value.among(came) for value in posted):
        return  # where nothing comes at all, nothing is shown by what does not come
    for value in posted:
        telling = value.among(came)
        if value is wanted:
            if telling:
                said = f"{len(telling)} times, though the first was answered 200"
                few = len(telling) <= COPIES
                yield expect(few, telling[-1].at("body"), expected=f"{value.shown}: pushed once", observed=said)
            continue
        at = telling[0].at("body") if telling else to.reply.at()
        asked = f"only {wanted.shown}, as the filter says"
        yield expect(not telling, at, expected=asked, observed=_fault(value, wanted, telling, other))
    names = [message for message in came if _subscription(message) == other.id]
    at = names[0].at("body") if names else to.reply.at()
    why = f"messages of {other.id}: the wrong sink"
    yield expect(not names, at, expected=f"only messages of {to.id}", observed=why)


def _fault(value: Posted, wanted: Posted, telling: list[Record], other: Subscription) -> str:
    """What is likely wrong where an observation came that nobody asked for here."""
    if any(_subscription(message) == other.id for message in telling):
        return f"{value.shown}: of another subscription, the wrong sink"
    if value.device == wanted.device:
        return f"{value.shown}: another kind, the filter is ignored"
    if value.channel.kind == wanted.channel.kind:
        return f"{value.shown}: another device, the filter is ignored"
    return f"{value.shown}: another device and kind, the wrong sink or the filter is ignored"


def _subscription(message: Record) -> str | None:
    body = message.get("body")
    found = body.get("subId") if isinstance(body, dict) else None
    return found if isinstance(found, str) else None


def _over(subscriber: Subscriber, device: Bench, still: Subscription, short: Subscription) -> Iterator[Observation]:
    """Once a subscription has expired, nothing new comes to it; to another with the same filter it does."""
    value = subscriber.post(device, device.channel)
    if not value.among(still.came(lambda seen: bool(value.among(seen)), subscriber.push.delay + PATIENCE)):
        return
    late = value.among(short.came(lambda seen: bool(value.among(seen)), SILENCE))
    at = late[0].at("body") if late else short.reply.at()
    yield expect(not late, at, expected="nothing after expiresAt", observed="pushed to an expired subscription")

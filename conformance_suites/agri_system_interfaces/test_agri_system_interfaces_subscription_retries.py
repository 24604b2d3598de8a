"""Pushes that are not taken: signed, sent again at growing gaps under one id, and no more after 410."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement

from .pushed_messages import computable, id_of, is_signed, told
from .subscriber import Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_szxc import Observation, Record, Sut

    from .bench import Bench
    from .subscriber import Posted, Push, Subscription

PATIENCE = 20
"""Seconds beyond what is due in which a first message is waited for."""
TRIES = 4
"""One try and three more."""
FAILURES = 8
"""So often the first receiver fails: a platform may send something else first, and again too."""
GROWTH, SHRINK = 1.2, 0.8
"""The last gap is so many times the first at least, and none so much shorter than the one before: a little chance in
them is usual."""
SHORTEST = 2.0
"""Seconds for which it is watched at least whether something comes that must not; twice as long as the like took, where
that is longer."""
TWICE = 2
SLOW = 2.0
"""Seconds that the slow receiver takes for its answer."""
SOON = 0.5
"""Seconds within which its answer counts as given."""


@requirement("AIF-071")
def test_pushes_are_signed_and_repeated(sut: Sut) -> Iterator[Observation]:
    """A receiver that fails again and again, one that has gone for good, and one that is slow, one after another."""
    subscriber = Subscriber(sut, "071")
    device = subscriber.device()
    if device is None:
        return
    failing = subscriber.subscribe(sut.sink(*[500] * FAILURES, 200), device, device.channel)
    if failing is None:
        return
    value = subscriber.post(device, device.channel)
    tries = _tries(subscriber, failing, value)
    if not tries:
        return  # that nothing comes at all is another requirement's matter
    yield from _signed(subscriber.push, failing, tries)
    if not subscriber.push.patient or len(tries) == TRIES:
        yield from _repeated(tries)
    subscriber.leave(failing)
    yield from _gone(sut, subscriber, device, _gap(tries))
    yield from _waited_for(sut, subscriber, device)


def _tries(subscriber: Subscriber, failing: Subscription, value: Posted) -> list[Record]:
    """The message and its repetitions, as far as they come."""
    push = subscriber.push
    first = failing.came(lambda seen: bool(value.among(seen)), push.delay + PATIENCE)
    if not value.among(first):
        return []
    return value.among(failing.came(lambda seen: len(value.among(seen)) >= TRIES, push.retry))[:TRIES]


def _signed(push: Push, to: Subscription, tries: list[Record]) -> Iterator[Observation]:
    """Each message bears the signature of its body, made with the subscription's own secret."""
    if not computable(push.algorithm):
        return
    declared = "a header with the signature, named in push.signatureHeader"
    yield expect(push.header is not None, tries[0].at("headers"), expected=declared, observed=None)
    for message in tries if push.header else ():
        right = is_signed(message, push.header or "", push.algorithm, to.secret)
        wanted = f"{push.header}: {push.algorithm} of the body with the subscription's secret"
        headers = message.get("headers")
        seen = headers.get((push.header or "").lower(), "no such header") if isinstance(headers, dict) else None
        yield expect(right, message.at("headers"), expected=wanted, observed=seen)


def _repeated(tries: list[Record]) -> Iterator[Observation]:
    """Three repetitions at least, each after a longer pause."""
    times = [at for message in tries if (at := message.time("at")) is not None]
    gaps = [_between(one, other) for one, other in pairwise(times)]
    said = f"{len(gaps)} repetitions" if gaps else "never sent again"
    yield expect(len(gaps) >= TRIES - 1, tries[-1].at("status"), expected="3 repetitions after 500", observed=said)
    if len(gaps) >= TRIES - 1:
        steady = all(after >= SHRINK * before for before, after in pairwise(gaps))
        shown = ", ".join(f"{gap:.1f} s" for gap in gaps)
        growing = steady and gaps[-1] >= GROWTH * gaps[0] > 0
        yield expect(growing, tries[-1].at("at"), expected="growing gaps", observed=shown)


def _between(one: datetime, other: datetime) -> float:
    return (other - one).total_seconds()


def _gap(tries: list[Record]) -> float:
    """Seconds in which a repetition would have come, by the first one that was seen."""
    times = [at for message in tries[:2] if (at := message.time("at")) is not None]
    return max(SHORTEST, TWICE * _between(*times)) if len(times) > 1 else SHORTEST


def _gone(sut: Sut, subscriber: Subscriber, device: Bench, wait: float) -> Iterator[Observation]:
    """Who answers 410 is told nothing further: not the same once more, nor anything new."""
    gone = subscriber.subscribe(sut.sink(410), device, device.channel)
    if gone is None:
        return
    value = subscriber.post(device, device.channel)
    if not value.among(gone.came(lambda seen: bool(value.among(seen)), subscriber.push.delay + PATIENCE)):
        return
    again = gone.came(lambda seen: len(value.among(seen)) > 1, wait)
    yield _silent(gone, value.among(again)[1:], "sent again")
    due = max(subscriber.push.delay, TWICE * _taken(value, again))
    later = subscriber.post(device, device.channel)
    yield _silent(gone, later.among(gone.came(lambda seen: bool(later.among(seen)), due + 1)), "a new message")
    subscriber.leave(gone)


def _taken(value: Posted, came: tuple[Record, ...]) -> float:
    """Seconds that a message took."""
    at = value.among(came)[0].time("at")
    return _between(value.reply.sent, at) if at else 0.0


def _silent(gone: Subscription, further: list[Record], what: str) -> Observation:
    at = further[0].at("status") if further else gone.reply.at()
    return expect(not further, at, expected="nothing after 410: it ends the subscription", observed=what)


def _waited_for(sut: Sut, subscriber: Subscriber, device: Bench) -> Iterator[Observation]:
    """Who takes two seconds to answer is not sent the same meanwhile."""
    slow = subscriber.subscribe(sut.sink(200, delay=SLOW), device, device.channel)
    if slow is None:
        return
    value = subscriber.post(device, device.channel)
    came = value.among(slow.came(lambda seen: bool(value.among(seen)), subscriber.push.delay + PATIENCE))
    first = came[0].time("at") if came else None
    if first is None:
        return
    came = value.among(slow.came(lambda seen: len(value.among(seen)) > 1, SLOW))
    times = [at for message in came[1:] if (at := message.time("at")) is not None]
    early = [at for at in times if _between(first, at) < SLOW - SOON]
    said = f"{len(early)} further times within {SLOW:.0f} s"
    yield expect(not early, came[0].at("at"), expected="sent once while the answer is waited for", observed=said)


@requirement("AIF-072")
def test_message_ids_are_stable(sut: Sut) -> Iterator[Observation]:
    """Two values at once, the first messages refused: the same message keeps its id, another one has another."""
    subscriber = Subscriber(sut, "072")
    device = subscriber.device()
    receiver = subscriber.subscribe(sut.sink(*[500] * TWICE, 200), device, device.channel) if device else None
    if device is None or receiver is None:
        return
    values = [subscriber.post(device, device.channel) for _ in range(TWICE)]

    def complete(seen: tuple[Record, ...]) -> bool:
        counts = [len(value.among(seen)) for value in values]
        return min(counts) > 0 and max(counts) > 1

    came = [message for message in receiver.came(complete, subscriber.push.retry) if told(message)]
    if not complete(tuple(came)):
        return  # without a repetition there is nothing to compare: that there must be one is another's matter
    yield from _named(came, subscriber.push.member)
    yield from _stable(came, values, subscriber.push.member)


def _named(came: list[Record], member: str) -> Iterator[Observation]:
    """Each message has an id, and what has one id tells one thing."""
    contents: dict[str, frozenset[object]] = {}
    for message in came:
        name = id_of(message, member)
        yield expect(name is not None, message.at("body"), expected=f"id of the message ({member})", observed=name)
        if name is not None:
            content = frozenset(one.key for one in told(message))
            same = contents.setdefault(name, content) == content
            yield expect(same, message.at("body"), expected="another id for another message", observed=name)


def _stable(came: list[Record], values: list[Posted], member: str) -> Iterator[Observation]:
    """What is sent again has the id that it had."""
    for value in values:
        names = [name for message in value.among(tuple(came)) if (name := id_of(message, member)) is not None]
        for name in names[1:]:
            yield expect(name == names[0], came[-1].at("body"), expected=f"the same id: {names[0]}", observed=name)

"""Envelopes: what every answer holds beside its content, and the ids of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from pytest_szxc.checks.rules import expect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc.checks.rules import Observation
    from pytest_szxc.model import Json
    from pytest_szxc.target.sut import Reply, Sut

MEMBERS = ("code", "message", "requestId", "timestamp")
HEADER = "x-request-id"


def enveloped(reply: Reply, *, worded: bool) -> Iterator[Observation]:
    """Whether an answer has code, message, request id and time, each of them a plain value.

    Args:
        reply: any answer.
        worded: whether its message must say something.
    """
    for name in MEMBERS:
        value = reply.envelope.get(name)
        said = value is not None and (value != "" if worded or name != "message" else True)
        yield expect(said and not isinstance(value, dict | list), reply.at(name), expected=name, observed=value)


def echoed(sut: Sut, operation: str, names: Iterable[str]) -> Iterator[Observation]:
    """Whether ids that the caller gives come back, in envelope or header.

    Args:
        sut: the platform.
        operation: a read without parameters.
        names: one for each call; its id grows from the name and the run's seed.

    Raises:
        SzxcError: no usable answer.
    """
    for name in names:
        given = str(UUID(int=sut.random(name).getrandbits(128), version=4))
        named: dict[str, Json] = {":X-Request-Id": given}
        reply = sut.ask(operation, **named)
        told = (reply.envelope.get("requestId"), reply.response.header(HEADER))
        yield expect(given in told, reply.at("requestId"), expected=given, observed=told[0] or told[1])


def distinct(replies: Iterable[Reply]) -> Iterator[Observation]:
    """Whether no id stands in two answers to callers who gave none; answers without one are another rule's."""
    seen: dict[str | int, str] = {}
    for reply in replies:
        own = reply.envelope.get("requestId") or reply.response.header(HEADER)
        if isinstance(own, str | int):
            first = seen.setdefault(own, reply.exchange)
            yield expect(first == reply.exchange, reply.at("requestId"), expected="an id of its own", observed=own)

"""The envelope of every answer: names of members, the members themselves, request ids, notation of times."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from pytest_szxc import expect, requirement

from .answers import good, possible, refusals
from .capability import resources
from .moments import LEGAL, moments
from .naming import is_camel, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Reply, Sut

MEMBERS = ("code", "message", "requestId", "timestamp")
GIVEN_IDS, CALLS = 4, 20


@requirement("IC-006")
def test_members_have_camel_case_names(sut: Sut) -> Iterator[Observation]:
    """Names of members as they came, one look at each; a resource's own columns and keys that are data do not count."""
    seen: set[str] = set()
    for _, reply in good(sut):
        for name, place in names(reply.document):
            if name not in seen:
                seen.add(name)
                yield expect(is_camel(name), reply.at(place), expected="camelCase", observed=name)


@requirement("IC-007")
def test_every_answer_has_the_envelope(sut: Sut) -> Iterator[Observation]:
    """Good answers and refusals alike have code, message, request id and time; a refusal's message says something."""
    for _, reply in good(sut):
        yield from _enveloped(reply, worded=False)
    for _, reply in refusals(sut):
        yield from _enveloped(reply, worded=not reply.fine)


def _enveloped(reply: Reply, *, worded: bool) -> Iterator[Observation]:
    for name in MEMBERS:
        value = reply.envelope.get(name)
        said = value is not None and (value != "" if worded or name != "message" else True)
        yield expect(said and not isinstance(value, dict | list), reply.at(name), expected=name, observed=value)


@requirement("IC-008")
def test_request_ids(sut: Sut) -> Iterator[Observation]:
    """An id that the caller gives comes back, in envelope or header; answers to others have ids of their own each."""
    for number in range(GIVEN_IDS):
        given = str(UUID(int=sut.random(f"IC-008/{number}").getrandbits(128), version=4))
        reply = sut.ask("heartbeat", **{":X-Request-Id": given})
        told = (reply.envelope.get("requestId"), reply.response.header("x-request-id"))
        yield expect(given in told, reply.at("requestId"), expected=given, observed=told[0] or told[1])
    yield from _distinct(sut)


def _distinct(sut: Sut) -> Iterator[Observation]:
    """Queries with another page size each, and refusals: no id stands in two answers."""
    seen: dict[str | int, str] = {}
    for reply in (*_queries(sut), *(reply for _, reply in refusals(sut))):
        own = reply.envelope.get("requestId") or reply.response.header("x-request-id")
        if isinstance(own, str | int):
            first = seen.setdefault(own, reply.exchange)
            yield expect(first == reply.exchange, reply.at("requestId"), expected="an id of its own", observed=own)


def _queries(sut: Sut) -> Iterator[Reply]:
    listed = resources(sut)
    for size in range(1, CALLS + 1) if listed else ():
        page = possible(
            lambda size=size: (
                next(iter(sut.walk("list_records", size=size, pages=1, resource=listed[0].get("resourceCode")))).reply
            )
        )
        if page is not None:
            yield page


@requirement("IC-009")
def test_times_have_one_notation(sut: Sut) -> Iterator[Observation]:
    """Times as they came are RFC 3339 with offset or milliseconds since 1970, and all of them the same."""
    found = [(reply, moment) for _, reply in (*good(sut), *refusals(sut)) for moment in moments(reply.document)]
    written = [moment.notation for _, moment in found]
    usual = max(LEGAL, key=written.count)
    for reply, moment in found:
        holds = moment.notation == usual
        seen = f"{moment.written} ({moment.notation})"
        yield expect(holds, reply.at(moment.place), expected=usual, observed=seen)

"""The envelope of every answer: names of members, the members themselves, request ids, notation of times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import answers, envelopes, expect, naming, requirement

from .answers import good, refusals
from .capability import resources
from .moments import LEGAL, moments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Reply, Sut

GIVEN_IDS, CALLS = 4, 20


@requirement("IC-006")
def test_members_have_camel_case_names(sut: Sut) -> Iterator[Observation]:
    """Names of members as they came, one look at each; a resource's own columns and keys that are data do not count."""
    seen: set[str] = set()
    for _, reply in good(sut):
        for name, place in naming.names(reply.document):
            if name not in seen:
                seen.add(name)
                yield expect(naming.is_camel(name), reply.at(place), expected="camelCase", observed=name)


@requirement("IC-007")
def test_every_answer_has_the_envelope(sut: Sut) -> Iterator[Observation]:
    """Good answers and refusals alike have code, message, request id and time; a refusal's message says something."""
    for _, reply in good(sut):
        yield from envelopes.enveloped(reply, worded=False)
    for _, reply in refusals(sut):
        yield from envelopes.enveloped(reply, worded=not reply.fine)


@requirement("IC-008")
def test_request_ids(sut: Sut) -> Iterator[Observation]:
    """An id that the caller gives comes back, in envelope or header; answers to others have ids of their own each."""
    yield from envelopes.echoed(sut, "heartbeat", (f"IC-008/{number}" for number in range(GIVEN_IDS)))
    yield from envelopes.distinct((*_queries(sut), *(reply for _, reply in refusals(sut))))


def _queries(sut: Sut) -> Iterator[Reply]:
    listed = resources(sut)
    for size in range(1, CALLS + 1) if listed else ():
        page = answers.possible(
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

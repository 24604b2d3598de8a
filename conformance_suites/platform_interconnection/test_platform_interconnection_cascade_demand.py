"""The cascade of supply and demand: requests for data, when they are answered, and corrections."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_szxc import expect, requirement, schema

from . import cascade_specimens as specimens
from . import cascade_tables as tables
from .capability import capability, resources
from .working_days import beijing_day, latest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

REQUEST = "urn:szxc:platform_interconnection:data-request"
CORRECTION = "urn:szxc:platform_interconnection:correction"
GONE = (404, 410)
LIMITS = ("immediate", "ordinary", "complex")
REFUSED = range(400, 500)
NO_REFUSALS = (401, 404, 405, 408, 429)
"""Answers of 4xx that say nothing about the state of what was asked for."""


@requirement("IC-051")
def test_requests_are_answered_step_by_step(sut: Sut) -> Iterator[Observation]:
    """States are of the table and follow each other as they may; what is answered or withdrawn stays so."""
    for request in sut.records("list_requests"):
        yield from schema.conforms(request, REQUEST)
        yield from _state(request, "request_states")
        yield from _steps(request)
    code = next((resource.text("resourceCode") for resource in resources(sut)), None)
    if code:
        yield from _answered_once(sut, code)
        yield from _not_answered_when_withdrawn(sut, code)


def _state(record: Record, table: str, wanted: frozenset[str] = frozenset()) -> Iterator[Observation]:
    """The state is one of the table, and one of those that are wanted, if any are."""
    written = record.text("state")
    code = tables.code_of(table, written)
    holds = code in wanted if wanted else code is not None
    expected = " | ".join(sorted(wanted)) or tables.listed(table)
    yield expect(holds, record.at("state"), expected=expected, observed=written)


def _steps(request: Record) -> Iterator[Observation]:
    """The changes of a request follow the table, in time, and lead to its state."""
    changes = request.children("history")
    states = [tables.code_of("request_states", change.text("to")) for change in changes]
    for (before, change), (old, new) in zip(pairwise(changes), pairwise(states), strict=True):
        legal = new is not None and (new == old or new in tables.followers().get(old or "", ()))
        observed = f"{before.text('to')} → {change.text('to')}"
        yield expect(legal, change.at("to"), expected=f"what may follow {old}", observed=observed)
        earlier, later = before.time("at"), change.time("at")
        if earlier and later:
            yield expect(earlier <= later, change.at("at"), expected=f">= {earlier}", observed=str(later))
    if states:
        first = tables.marked("request_states", "initial")
        begun = changes[0].has("from") or states[0] in first
        yield expect(begun, changes[0].at("to"), expected=" | ".join(sorted(first)), observed=changes[0].text("to"))
        final = tables.code_of("request_states", request.text("state"))
        yield expect(final == states[-1], request.at("state"), expected=states[-1], observed=request.text("state"))


def _submitted(sut: Sut, code: str, number: int) -> tuple[Reply, str]:
    """A request that was just made, and its id; empty where the answer has none."""
    reply = sut.ask("request_resource", body=specimens.application(sut, code, number))
    return reply, reply.record.text("id") or ""


def _answered_once(sut: Sut, code: str) -> Iterator[Observation]:
    made, id_ = _submitted(sut, code, 1)
    yield expect(bool(id_), made.at("/id"), expected="an id", observed=made.record.get("id"))
    if not id_:
        return
    waiting = sut.ask("read_request", request=id_, accept=GONE)
    yield expect(waiting.response.status not in GONE, waiting.at(), expected=id_, observed=waiting.response.status)
    if waiting.response.status in GONE:
        return
    yield from _kept(waiting.record, {"id": id_, "resourceCode": code})
    yield from _state(waiting.record, "request_states", tables.marked("request_states", "initial"))
    there = any(request.text("id") == id_ for request in sut.records("list_requests"))
    yield expect(there, made.at("/id"), expected=f"{id_} in list_requests", observed=there)
    sut.ask("answer_request", request=id_, body={"decision": "approved", "opinion": "一致性测试"})
    approved = sut.ask("read_request", request=id_).record
    agreed = tables.reachable("approved") - {"withdrawn"}
    yield from _state(approved, "request_states", agreed)
    yield from _steps(approved)
    if tables.code_of("request_states", approved.text("state")) in agreed:
        yield from _refused(sut, id_, "rejected")
        yield from _state(sut.ask("read_request", request=id_).record, "request_states", agreed)


def _kept(record: Record, sent: dict[str, str]) -> Iterator[Observation]:
    """A record still says what was sent."""
    for member, value in sent.items():
        yield expect(record.get(member) == value, record.at(member), expected=value, observed=record.get(member))


def _refused(sut: Sut, id_: str, decision: str, *also: int) -> Iterator[Observation]:
    """An answer that the state does not allow is refused, by status or by the envelope's code."""
    reply = sut.ask("answer_request", request=id_, body={"decision": decision, "opinion": "一致性测试"}, accept=(0,))
    status = reply.response.status
    if status in NO_REFUSALS and status not in also:
        return
    refused = status in REFUSED or _is_error(reply)
    yield expect(refused, reply.at(), expected=f"{decision} refused (409)", observed=f"HTTP {status}, {reply.code}")


def _is_error(reply: Reply) -> bool:
    """Whether a good status carries a result code of the envelope that means an error: then there is no record."""
    return reply.code is not None and not reply.record.value


def _not_answered_when_withdrawn(sut: Sut, code: str) -> Iterator[Observation]:
    _, id_ = _submitted(sut, code, 2)
    if not id_:
        return
    sut.ask("withdraw_request", request=id_)
    left = sut.ask("read_request", request=id_, accept=GONE)
    if left.response.status not in GONE:
        yield from _state(left.record, "request_states", frozenset({"withdrawn"}))
    yield from _refused(sut, id_, "approved", *GONE)


@requirement("IC-052")
def test_requests_are_answered_in_time(sut: Sut) -> Iterator[Observation]:
    """Limits in working days are declared and not longer than known ones; requests are answered within them."""
    known = capability(sut)
    limits = {name: days for name in LIMITS if (days := _days(known, name)) is not None}
    for name in LIMITS:
        here = known.at(f"replyWorkingDays.{name}")
        yield expect(name in limits, here, expected="working days", observed=known.get(f"replyWorkingDays.{name}"))
    if len(limits) < len(LIMITS):
        return
    written = "/".join(str(limits[name]) for name in LIMITS)
    allowed = any(all(limits[name] <= int(row[name]) for name in LIMITS) for row in tables.rows("reply_limits"))
    wanted = " | ".join("/".join(row[name] for name in LIMITS) for row in tables.rows("reply_limits"))
    yield expect(allowed, known.at("replyWorkingDays"), expected=f"<= {wanted}", observed=written)
    for request in sut.records("list_requests"):
        kind = tables.code_of("reply_kinds", request.text("kind"))
        yield from _in_time(request, limits.get(kind or "", max(limits.values())))


def _days(known: Record, name: str) -> int | None:
    found = known.get(f"replyWorkingDays.{name}")
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def _in_time(request: Record, limit: int) -> Iterator[Observation]:
    """An answer has a time, not before the request and not after its last day; where none is owed yet, nothing."""
    state = tables.code_of("request_states", request.text("state"))
    answered = state in tables.marked("request_states", "answered")
    returned = any(change.text("to") == "returned" for change in request.children("history"))
    if not (answered or state in tables.marked("request_states", "initial")) or returned:
        return
    for member in ("submittedAt", "answeredAt") if answered else ("submittedAt",):
        yield expect(request.has(member), request.at(member), expected="a time", observed=request.get(member))
    begun = request.time("submittedAt")
    ended = request.time("answeredAt") if answered else request.observed_at
    if begun and ended:
        here, last = request.at("answeredAt"), latest(beijing_day(begun), limit)
        observed = f"{beijing_day(ended)}" if answered else f"no answer on {beijing_day(ended)}"
        yield expect(beijing_day(ended) <= last, here, expected=f"<= {last}, {limit} working days", observed=observed)
        if answered:
            yield expect(begun <= ended, here, expected=f">= {begun.isoformat()}", observed=ended.isoformat())


@requirement("IC-053")
def test_corrections_are_taken_and_kept(sut: Sut) -> Iterator[Observation]:
    """Two corrections have ids of their own, are found again as they were sent, and have a state of the table."""
    code = next((resource.text("resourceCode") for resource in resources(sut)), None)
    if code is None:
        return
    bodies = [specimens.correction(sut, code, number) for number in (1, 2)]
    made = [sut.ask("submit_correction", body=body) for body in bodies]
    ids = [reply.record.text("id") or "" for reply in made]
    yield expect(all(ids) and len({*ids}) == len(ids), made[-1].at("/id"), expected="ids of their own", observed=ids)
    for id_, body, reply in zip(ids, bodies, made, strict=True):
        if id_:
            yield from _kept_correction(sut, id_, body, reply)


def _kept_correction(sut: Sut, id_: str, body: dict[str, str], made: Reply) -> Iterator[Observation]:
    found = sut.ask("read_correction", correction=id_, accept=GONE)
    status = found.response.status
    yield expect(status not in GONE, made.at("/id"), expected=f"{id_} found", observed=f"HTTP {status}")
    if status not in GONE:
        yield from schema.conforms(found.record, CORRECTION)
        yield from _kept(found.record, {"id": id_, "resourceCode": body["resourceCode"], "problem": body["problem"]})
        yield from _state(found.record, "correction_states", tables.marked("correction_states", "initial"))

"""Grants: what was not subscribed to is refused, what was is shown as far as granted, and not oftener than agreed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, answers, expect, rates, requirement

from .capability import limit, resources
from .credentials import guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

LOW = "low_right"
SPOKEN = 4
"""Characters from which on a withheld value cannot stand somewhere else by chance."""
BURST = 200
"""Requests that a check sends at most to reach a limit."""
_FORBIDDEN = 403
_PUBLIC = frozenset({"resourceCode", "regionCode", "kind"})
"""Members that a refusal may name: they tell which resource it is, and nothing in it."""


@requirement("IC-020")
def test_what_was_not_subscribed_to_is_refused(sut: Sut) -> Iterator[Observation]:
    """Of the resources that ``primary`` reads, ``low_right`` reads some, and is refused at least one everywhere."""
    readable = [code for code in _codes(sut) if _read(sut, code, "primary") is not None]
    replies = {code: sut.ask("count_records", account=LOW, accept=answers.ANY, resource=code) for code in readable}
    refused = [code for code, reply in replies.items() if not _lets_in(reply)]
    if not replies or len(refused) == len(replies) or (len(replies) == 1 and not refused):
        return  # who is refused everything may simply not be let in; the only resource is that of other requirements
    if not refused:
        last = replies[readable[-1]]
        yield expect(holds=False, at=last.at(LOW), expected="403", observed=f"{len(replies)} readable")
    for code in refused:
        reply = replies[code]
        seen = f"{reply.response.status} {reply.code or ''}".strip()
        held = reply.response.status == _FORBIDDEN or (200 <= reply.response.status < 300 and reply.denied)  # noqa: PLR2004 -- HTTP
        yield expect(held, reply.at(f"{LOW}: count_records {code}"), expected="403", observed=seen)
        yield from _elsewhere(sut, code, reply)


def _elsewhere(sut: Sut, code: str, refusal: Reply) -> Iterator[Observation]:
    """Other ways to the same resource, which must be closed too; one that is not there is."""
    for operation, params in (("granted_record", {}), ("list_records", {}), ("list_changes", {"since": "0"})):
        at = f"{LOW}: {operation} {code}"
        try:
            reply = sut.ask(operation, account=LOW, accept=answers.ANY, resource=code, **params)
        except SzxcError as reason:
            if reason.code == "envelope.object-missing":  # a page of records is no object: it was shown
                yield expect(holds=False, at=refusal.at(at), expected="403", observed="records")
            elif not reason.code.startswith(("binding.", "http.", "envelope.")):
                raise
            continue
        yield expect(not _lets_in(reply), reply.at(at), expected="403", observed=reply.response.status)
        if operation == "granted_record" and not _lets_in(reply):
            yield from _says_nothing(sut, code, reply)


def _says_nothing(sut: Sut, code: str, refusal: Reply) -> Iterator[Observation]:
    """A refusal does not hold what it refuses."""
    try:
        whole = sut.ask("granted_record", resource=code)
    except SzxcError as reason:
        if reason.code.startswith(("http.", "envelope.", "binding.")):
            return
        raise
    rest = json.dumps(refusal.document, ensure_ascii=False, default=str)
    members = {name: value for name, value in _columns(whole.record).items() if name not in _PUBLIC}
    told = sorted(name for name, value in members.items() if any(text in rest for text in _texts(value)))
    yield expect(not told, refusal.at(LOW), expected="no data in a refusal", observed=told)


@requirement("IC-021")
def test_columns_are_those_that_were_granted(sut: Sut) -> Iterator[Observation]:
    """The same record for two accounts: the one with fewer rights sees fewer columns, and the rest nowhere else."""
    for code in _codes(sut):
        try:
            whole = sut.ask("granted_record", resource=code)
            part = sut.ask("granted_record", account=LOW, resource=code)
        except SzxcError as reason:
            if reason.code.startswith(("http.", "envelope.")):
                continue
            raise
        yield from _filtered(whole, part)
        return


def _filtered(whole: Reply, part: Reply) -> Iterator[Observation]:
    seen, shown = (_columns(reply.record) for reply in (whole, part))
    withheld = {name: value for name, value in seen.items() if name not in shown}
    yield expect(bool(withheld), part.at("record"), expected="fewer columns", observed=sorted(shown))
    same = {name: value for name, value in shown.items() if seen.get(name) != value}
    yield expect(not same, part.at("record"), expected="the same values", observed=sorted(same))
    rest = json.dumps(part.document, ensure_ascii=False, default=str)
    spoken = {name for name, value in withheld.items() for text in _texts(value) if text in rest}
    yield expect(not spoken, part.at("record"), expected="withheld nowhere else", observed=sorted(spoken))
    for reply, columns in ((whole, seen), (part, shown)):
        said = reply.record.get("columns")
        if isinstance(said, list):
            beyond = sorted(set(columns) - {str(name) for name in said})
            yield expect(not beyond, reply.at("columns"), expected=said, observed=beyond)


def _columns(record: Record) -> dict[str, object]:
    """The columns that say anything; one that is null is withheld too."""
    found = record.get("record")
    members = found if isinstance(found, dict) else record.value
    return {name: value for name, value in members.items() if value not in (None, "", [], {}) and name != "columns"}


def _texts(value: object) -> Iterator[str]:
    """The texts in a value that are long enough to be known again."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) and len(value) >= SPOKEN:
        yield value


@requirement("IC-022")
def test_who_asks_too_often_is_told_to_wait(sut: Sut) -> Iterator[Observation]:
    """More requests of the account ``metered`` within a minute than any way of counting the declared rate lets through.

    A platform that had enough before we began, or that is too slow for its own limit, shows nothing.
    """
    declared = limit(sut, "ratePerMinute")
    if declared is None or rates.most_let_through(declared) > BURST:
        return
    replies = rates.burst(rates.most_let_through(declared), lambda number: _metered(sut, f"{number}"))
    if not replies:
        return
    yield from rates.limited(replies)
    if replies[-1].response.status == rates.TOO_MANY:
        yield from rates.may_come_back(sut, replies[-1], lambda: _metered(sut, "after"))


def _metered(sut: Sut, mark: str) -> Reply:
    """A request that nobody else asks for, so that it is sent."""
    operation, place = guarded(sut)
    named = {":X-Request-Id": f"{sut.prefix}rate-{mark}"}
    return sut.ask(operation, account="metered", accept=rates.BUSY, **place, **named)


def _codes(sut: Sut) -> list[str]:
    return [str(resource.get("resourceCode")) for resource in resources(sut)]


def _read(sut: Sut, code: str, account: str) -> Reply | None:
    try:
        return sut.ask("count_records", account=account, resource=code)
    except SzxcError as reason:
        if reason.code.startswith(("http.", "envelope.")):
            return None
        raise


def _lets_in(reply: Reply) -> bool:
    return 200 <= reply.response.status < 300 and not reply.denied  # noqa: PLR2004 -- HTTP

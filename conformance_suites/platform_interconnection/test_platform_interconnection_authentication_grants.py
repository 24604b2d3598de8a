"""Grants: what was not subscribed to is refused, what was is shown as far as granted, and not oftener than agreed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, requirement

from .capability import limit, resources
from .credentials import ANY, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Reply, Sut

LOW = "low_right"
SPOKEN = 4
"""Characters from which on a withheld value cannot stand somewhere else by chance."""
BURST, BEYOND = 200, 5
"""Requests that a check sends at most to reach a limit, and how many it sends beyond the limit."""
MINUTE = 60.0
LONGEST_WAIT = 90.0
_FORBIDDEN, _TOO_MANY = 403, 429
_PUBLIC = frozenset({"resourceCode", "regionCode", "kind"})
"""Members that a refusal may name: they tell which resource it is, and nothing in it."""
_BUSY = (429, 403, 503)


@requirement("IC-020")
def test_what_was_not_subscribed_to_is_refused(sut: Sut) -> Iterator[Observation]:
    """Of the resources that ``primary`` reads, ``low_right`` reads some, and is refused at least one everywhere."""
    readable = [code for code in _codes(sut) if _read(sut, code, "primary") is not None]
    replies = {code: sut.ask("count_records", account=LOW, accept=ANY, resource=code) for code in readable}
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
            reply = sut.ask(operation, account=LOW, accept=ANY, resource=code, **params)
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

    Who counts minutes of the clock, or fills a bucket again all the time, lets through up to twice the rate.
    """
    declared = limit(sut, "ratePerMinute")
    if declared is None or 2 * declared > BURST - BEYOND:
        return
    first, last = _burst(sut, 2 * declared + BEYOND)
    if first is None or last is None:
        return
    limited = last.response.status in _BUSY
    if not limited and (last.sent - first.sent).total_seconds() >= MINUTE:
        return  # so slowly that no limit of a minute was reached
    yield expect(last.response.status == _TOO_MANY, last.at("metered"), expected="429", observed=last.response.status)
    if last.response.status == _TOO_MANY:
        yield from _may_come_back(sut, last)


def _burst(sut: Sut, count: int) -> tuple[Reply | None, Reply | None]:
    """The first answer, and the one at which the platform had enough, or the last."""
    first = last = None
    for number in range(count):
        last = _metered(sut, f"{number}")
        if first is None and last.response.status in _BUSY:
            return None, None  # spent before we began: that shows nothing of the limit
        first = first or last
        if last.response.status in _BUSY:
            break
    return first, last


def _metered(sut: Sut, mark: str) -> Reply:
    """A request that nobody else asks for, so that it is sent."""
    operation, place = guarded(sut)
    named = {":X-Request-Id": f"{sut.prefix}rate-{mark}"}
    return sut.ask(operation, account="metered", accept=_BUSY, **place, **named)


def _may_come_back(sut: Sut, refused: Reply) -> Iterator[Observation]:
    text = refused.response.header("retry-after")
    pause = _pause(text, refused)
    yield expect(pause is not None, refused.at("header Retry-After"), expected="seconds or a date", observed=text)
    if pause is not None and pause <= LONGEST_WAIT:
        sut.wait(pause + 1.0)
        again = _metered(sut, "after")
        seen = again.response.status
        yield expect(seen not in _BUSY, again.at("after Retry-After"), expected="2xx", observed=seen)


def _pause(text: str | None, reply: Reply) -> float | None:
    """The seconds that ``Retry-After`` asks for; ``None`` if it asks for nothing."""
    if text and text.strip().isascii() and text.strip().isdigit():
        return float(text) if float(text) > 0 else None
    try:
        until = parsedate_to_datetime(text) if text else None
        said = reply.response.header("date")
        now = parsedate_to_datetime(said) if said else reply.sent
    except ValueError:
        return None
    return max(0.0, (until.astimezone(UTC) - _aware(now)).total_seconds()) if until and until.tzinfo else None


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


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

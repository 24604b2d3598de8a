"""Notices: what stops no run and changes no verdict, but what a reader of the result should know.

They follow from the recording alone, so that judging it again gives the same.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pytest_szxc.catalogue.schemas import validator
from pytest_szxc.errors import TransportFault
from pytest_szxc.model import Cause
from pytest_szxc.printable import bare_url, show
from pytest_szxc.target.answers import BYTES
from pytest_szxc.target.discovery import CAPABILITY, SCHEMA
from pytest_szxc.target.evidence_folder import DIGEST, MANIFEST, OPERATION
from pytest_szxc.target.file_reading import METHOD as FILE
from pytest_szxc.target.redirects import FOLLOWED
from pytest_szxc.target.skew import skew_of
from pytest_szxc.target.strict_json import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pytest_szxc.model import Exchange, Json, Response, Suite
    from pytest_szxc.target.statement import Statement

_OK = range(200, 300)
_JSON = (b"{", b"[")
_BLANK = b" \t\r\n"
_TOO_MANY = 429
_NAMED = 5
"""Files of a folder that are named one by one for the same fault; of more, only their number is said."""


def notices(
    exchanges: Iterable[Exchange], statement: Statement, suites: Mapping[str, Suite], *, insecure: bool = False
) -> tuple[Cause, ...]:
    """What a reader should know, each thing once, with the exchange that shows it and how often it was seen.

    Args:
        exchanges: of the run, in the order in which they were begun.
        statement: of the run.
        suites: of the run, by id.
        insecure: whether certificates were left unverified.
    """
    skew = None
    seen: dict[str, list[tuple[tuple[str, str, str], Cause]]] = {}
    for exchange in exchanges:
        skew = skew or skew_of((exchange,))
        place = (exchange.operation, exchange.request.url, exchange.id)  # names the same one in every run
        for cause in _of(exchange, statement, suites):
            seen.setdefault(cause.code, []).append((place, cause))
    found = [
        cause for _, rows in sorted(seen.items()) for cause in _told([cause for _, cause in sorted(rows, key=_place)])
    ]
    if skew and skew.telling:
        found.insert(0, Cause("notice.clock-skew", {"difference": skew.words}, skew.exchange))
    found += _replaced(statement)
    return (*found, Cause("notice.insecure")) if insecure else tuple(found)


def _replaced(statement: Statement) -> list[Cause]:
    """Which limits are not the suite's own."""
    return [
        Cause("notice.profile", {"suite": suite, "table": name, "file": show(own.file), "digest": own.digest})
        for suite, tables in sorted(statement.profiles.items())
        for name, own in sorted(tables.items())
    ]


def _place(row: tuple[tuple[str, str, str], Cause]) -> tuple[str, str, str]:
    return row[0]


def _told(causes: list[Cause]) -> Iterator[Cause]:
    """The first of causes of one code, with their number; of files that are not as stated, a few by name."""
    if not causes[0].code.startswith("file."):
        yield _counted(causes)
        return
    yield from (_counted([cause]) for cause in causes[:_NAMED])
    if len(causes) > _NAMED:
        yield Cause("notice.evidence-more", {"fault": causes[0].code, "count": str(len(causes) - _NAMED)})


def _counted(causes: list[Cause]) -> Cause:
    first = causes[0]
    return Cause(first.code, {**first.params, "count": str(len(causes))}, first.exchange)


def _of(exchange: Exchange, statement: Statement, suites: Mapping[str, Suite]) -> Iterator[Cause]:
    response = exchange.response
    if exchange.operation == OPERATION:
        yield from _of_folder(exchange)
    if response is None or exchange.request.method == FILE:
        return
    if any(attempt.status == _TOO_MANY for attempt in exchange.earlier) and response.status in _OK:
        yield Cause("notice.slowed", {}, exchange.id)
    target = _led_to(response)
    if target:
        shown = {"url": show(bare_url(exchange.request.url)), "target": show(target)}
        yield Cause("notice.redirect", shown, exchange.id)
    kind = response.header("content-type") or "-"
    if response.status in _OK and "json" not in kind.lower() and _wants_json(exchange, response, suites):
        yield Cause("notice.media-type", {"kind": show(kind), "operation": exchange.operation}, exchange.id)
    if exchange.request.url.endswith(CAPABILITY) and response.status in _OK:
        yield from (
            Cause(code, params, exchange.id) for code, params in version_differences(response, statement, suites)
        )


def _of_folder(exchange: Exchange) -> Iterator[Cause]:
    """Which evidence was judged, and which files of it are not as the manifest states them."""
    if exchange.request.method == DIGEST and exchange.fault:
        yield Cause(exchange.fault, dict(exchange.fault_params), exchange.id)
    elif exchange.request.url == MANIFEST and exchange.response:
        digest = hashlib.sha256(exchange.response.body).hexdigest()
        yield Cause("notice.evidence-folder", {"digest": digest}, exchange.id)


def _led_to(response: Response) -> str | None:
    """Where the last redirect led that was followed."""
    hops = [value for name, value in response.headers if name == FOLLOWED]
    return hops[-1].partition(" ")[2] if hops else None


def _wants_json(exchange: Exchange, response: Response, suites: Mapping[str, Suite]) -> bool:
    """Whether a body is JSON where JSON is asked for; a document may be of any kind."""
    kinds = {
        suite.operations[exchange.operation].answer
        for suite in suites.values()
        if exchange.operation in suite.operations
    }
    return bool(kinds) and not kinds & BYTES and response.body[:64].lstrip(_BLANK).startswith(_JSON)


def version_differences(
    response: Response, statement: Statement, suites: Mapping[str, Suite]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Where a capability document names other versions than the statement and the suites do, as code and parameters."""
    document = capability_of(response)
    if document is None:
        return
    said = document.get("system", {}).get("version", "")
    if statement.declared and statement.version and said and said != statement.version:
        yield "notice.version", {"declared": show(statement.version), "found": show(said)}
    for name, claim in document["claims"].items():
        version = claim.get("version")
        if name in suites and version and version != suites[name].version:
            yield "notice.suite-version", {"suite": name, "ours": suites[name].version, "found": show(version)}


def capability_of(response: Response) -> dict[str, Json] | None:
    """The capability document of an answer, if it is one."""
    try:
        document = parse(response.body)
    except TransportFault:
        return None
    return document if isinstance(document, dict) and validator(SCHEMA).holds(document) else None

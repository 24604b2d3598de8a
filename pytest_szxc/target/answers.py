"""A recorded exchange → what the SUT meant: status, envelope and payload read, errors told apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pytest_szxc.errors import Absent, Refused, TransportFault, Unjudgeable
from pytest_szxc.model import Effect, Response
from pytest_szxc.printable import show
from pytest_szxc.target import strict_json
from pytest_szxc.target.canonical import as_text
from pytest_szxc.target.paths import compiled
from pytest_szxc.target.xml_answers import parse_xml

if TYPE_CHECKING:
    from pytest_szxc.model import Exchange, Json, Operation
    from pytest_szxc.target.statement import BoundOperation, Envelope

_ABSENT = {404, 405, 501}
_DENIED = {401, 403}
_OK = range(200, 300)
_NO_CONTENT = 204
_OUTAGE = 500
_TOO_MANY = 429
_PAGES = ("text/html", "application/xhtml")
_PAGE_STARTS = (b"<!doctype html", b"<html")
_CODES = {401: "http.unauthorised", 403: "http.forbidden", 429: "http.rate-limited"}
_CLASSES = {1: "http.informational", 3: "http.redirect", 4: "http.client-error", 5: "http.server-error"}
_KEYS_SHOWN = 10
BYTES = frozenset({"document", "table"})
"""Kinds of answers whose body is no JSON of the API's own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer read.

    Attributes:
        exchange: id of the exchange.
        response: as it came.
        code: the envelope's own result code, as text.
        denied: whether status or code says that the account may not do this.
        payload: what is meant; ``None`` for a document, for an accepted error and for a write that says nothing.
        fine: whether status and code mean success.
        document: the JSON of the body as it came, of errors too; ``None`` where there is none.
    """

    exchange: str
    response: Response
    code: str | None = None
    denied: bool = False
    payload: Json = None
    fine: bool = True
    document: Json = None


def response_of(exchange: Exchange) -> Response:
    """The response of an exchange.

    Raises:
        TransportFault: the recorded fault.
    """
    if exchange.response is None:
        raise TransportFault(exchange.fault or "transport.other", exchange.id, **exchange.fault_params)
    return exchange.response


def read_answer(
    operation: Operation, bound: BoundOperation, exchange: Exchange, accept: tuple[int, ...] = ()
) -> Answer:
    """What an exchange says.

    Args:
        operation: of the suite.
        bound: its binding.
        exchange: recorded.
        accept: error statuses that the caller wants to see; ``0`` takes any below 500, envelope codes included: an
            outage is no answer, and "not now" (429) says nothing of what was asked. A denial that is said by an
            envelope code alone counts as 403.

    Raises:
        TransportFault: the recorded fault, or ``json.*``.
        Refused: ``http.*``, ``envelope.*``.
        Absent: 404, 405, 501.
    """
    response = response_of(exchange)
    if response.status not in _OK:
        return _error(operation, bound, exchange.id, response, accept)
    if operation.answer in BYTES:
        return _document_answer(bound, exchange.id, response, accept)
    if operation.effect is not Effect.READ and (response.status == _NO_CONTENT or not response.body.strip()):
        return Answer(exchange.id, response)
    document = parsed(response, exchange.id, bound.format)
    answer = _opened(bound.envelope, document, exchange.id, response, accept)
    payload = compiled(bound.envelope.payload)(document) if answer.fine else None
    if answer.fine and payload is None and operation.effect is Effect.READ:
        raise Refused("envelope.payload-missing", exchange.id, path=bound.envelope.payload, keys=keys_of(document))
    return replace(answer, payload=payload)


def _opened(envelope: Envelope, document: Json, exchange: str, response: Response, accept: tuple[int, ...]) -> Answer:
    """What the envelope's code says; a code that does not mean success is an error unless accepted."""
    code = _code(envelope, document)
    denied = code is not None and code in envelope.denied
    fine = not envelope.success or code in envelope.success
    if not fine and 0 not in accept and not (denied and _DENIED.intersection(accept)):
        raise _refusal(envelope, document, code, exchange, denied=denied)
    return Answer(exchange, response, code, denied, fine=fine, document=document)


def envelope_members(envelope: Envelope, document: Json) -> dict[str, Json]:
    """What an envelope holds beside its content, ``None`` where the binding finds nothing or names no place."""
    places = {
        "code": envelope.code,
        "message": envelope.message,
        "requestId": envelope.request_id,
        "timestamp": envelope.timestamp,
    }
    return {name: compiled(path)(document) if path else None for name, path in places.items()}


def _document_answer(bound: BoundOperation, exchange: str, response: Response, accept: tuple[int, ...]) -> Answer:
    """A document stays bytes, unless it is a web page or the envelope with an error in the document's place.

    A gateway's or a portal's page says nothing of the export; no operation so far asks for HTML.

    Raises:
        TransportFault: ``http.page``.
    """
    if _is_page(response):
        raise TransportFault("http.page", exchange, start=show(response.body[:60].decode("utf-8", "replace")))
    speaks = bound.envelope.code is not None and bound.format in (response.header("content-type") or "")
    document = _document(response, bound.format) if speaks else None
    if _code(bound.envelope, document) is None:
        return Answer(exchange, response)
    return _opened(bound.envelope, document, exchange, response, accept)


def _is_page(response: Response) -> bool:
    kind = (response.header("content-type") or "").lower()
    return kind.startswith(_PAGES) or response.body[:200].lstrip().lower().startswith(_PAGE_STARTS)


def parsed(response: Response, exchange: str, form: str = "json") -> Json:
    """The JSON of a response, or what its XML comes to (``form`` is ``xml``).

    Raises:
        TransportFault: ``json.*`` or ``xml.*``, with the exchange.
    """
    try:
        return _READERS[form](response)
    except TransportFault as fault:
        raise TransportFault(fault.code, exchange, **fault.params) from None


def _from_json(response: Response) -> Json:
    document = strict_json.parse(response.body)
    strict_json.check_charset(response.body, response.header("content-type") or "")
    return document


def _from_xml(response: Response) -> Json:
    return parse_xml(response.body, response.header("content-type") or "")


_READERS = {"json": _from_json, "xml": _from_xml}


def keys_of(value: Json) -> str:
    """The members of an object, or the kind of another value, for a message."""
    if isinstance(value, dict):
        return show(", ".join(list(value)[:_KEYS_SHOWN]) or "{}")
    return "[…]" if isinstance(value, list) else show(value, 40)


def _error(
    operation: Operation, bound: BoundOperation, exchange: str, response: Response, accept: tuple[int, ...]
) -> Answer:
    status, envelope = response.status, bound.envelope
    document = _document(response, bound.format)
    code = _code(envelope, document)
    if status in accept or (0 in accept and status < _OUTAGE and status != _TOO_MANY):
        denied = status in _DENIED or (code is not None and code in envelope.denied)
        return Answer(exchange, response, code, denied, fine=False, document=document)
    if status in _ABSENT:
        raise Absent(operation.id, exchange, status=status)
    name = _CODES.get(status) or _CLASSES.get(status // 100, "http.status")
    raise Refused(name, exchange, status=status, result=show(code or "-", 40), message=_message(envelope, document))


def _refusal(envelope: Envelope, document: Json, code: str | None, exchange: str, *, denied: bool) -> Unjudgeable:
    if code is None:
        return Refused("envelope.code-missing", exchange, path=envelope.code or "", keys=keys_of(document))
    name = "envelope.denied" if denied else "envelope.refused"
    return Refused(name, exchange, result=show(code, 40), message=_message(envelope, document))


def _document(response: Response, form: str) -> Json:
    """What an error answer says, if it can be read; whoever answers XML may have a gateway that says no in JSON."""
    try:
        return _from_xml(response) if form == "xml" else strict_json.parse(response.body)
    except TransportFault:
        return None if form == "json" else _document(response, "json")


def _code(envelope: Envelope, document: Json) -> str | None:
    found = compiled(envelope.code)(document) if envelope.code else None
    return None if found is None else as_text(found)


def _message(envelope: Envelope, document: Json) -> str:
    found = compiled(envelope.message)(document) if envelope.message else None
    return show(found) if isinstance(found, str) else "-"

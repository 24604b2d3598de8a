"""An HTTP API as a source of canonical values: bind, send once, record, read, translate."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from pytest_szxc.errors import PermissionMissing, Refused, TransportFault, Unjudgeable
from pytest_szxc.model import Effect, Exchange, Location, Request, Response
from pytest_szxc.record import instant
from pytest_szxc.target.answers import Answer, envelope_members, keys_of, read_answer, response_of
from pytest_szxc.target.binding import build_request, encode, held_credential, unprotected
from pytest_szxc.target.canonical import shape_of
from pytest_szxc.target.outgoing import coded, coded_body, written
from pytest_szxc.target.own_devices import names
from pytest_szxc.target.paging import Page, collect, declared_total, first_request, total_of
from pytest_szxc.target.paths import compiled
from pytest_szxc.target.statement import BoundOperation
from pytest_szxc.target.streams import Adapter, Call, Probe, Stream, record_of
from pytest_szxc.target.strict_json import parse
from pytest_szxc.target.sut import EPOCH, PageSeen, Reply
from pytest_szxc.target.tabular.shelf import TableShelf
from pytest_szxc.target.walking import Walk, pages_of
from pytest_szxc.target.xml_answers import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pytest_szxc.model import Json, Operation, Suite
    from pytest_szxc.record import Record
    from pytest_szxc.target.canonical import Shape
    from pytest_szxc.target.courier import Courier
    from pytest_szxc.target.crew import Crew
    from pytest_szxc.target.statement import Account, Statement

HOOK = "HOOK"
"""Method of the records that hold what a plugin's hook made of an answer; nothing was sent."""
DISCOVERY = "discovery"
"""What exchanges are named that belong to no suite."""
PLAIN = "plain"
"""Forgery of a request that is sent without encryption, and without credentials."""
_GRAVITY = (Effect.READ, Effect.WRITE, Effect.ACTUATE)


class ApiSource:
    """See ``streams.Source``.

    Args:
        statement: bindings, base URL, limits, time profile.
        courier: sends.
        now: the instant at which the run judges.
        crew: asks for pages that do not depend on each other.
        adapter: a plugin's own reading of payloads.
    """

    def __init__(
        self, statement: Statement, courier: Courier, now: datetime, crew: Crew, adapter: Adapter | None = None
    ) -> None:
        self._statement = statement
        self._courier = courier
        self._crew = crew
        self._now = now
        self._observe = adapter.observe if adapter else None
        self._shapes: dict[tuple[str, str], Shape] = {}
        self._tables = TableShelf(statement)

    def effect(self, suite: Suite, operation: Operation) -> Effect:
        """See ``Source``."""
        bound = self._statement.operations.get((suite.id, operation.id))
        effects = [operation.effect, bound.effect] if bound else [operation.effect]
        return max(effects, key=_GRAVITY.index)

    def stream(self, call: Call) -> Stream:
        """See ``Source``."""
        bound = self._bound(call.suite, call.operation)
        request = self._request(bound, call)
        pages = collect(request, bound.paging, partial(self._pages, call, bound), self._statement.limits.records)
        shape = self._shape(call.suite, call.operation, bound)
        records = tuple(self._records(call.operation, shape, pages))
        return Stream(records, tuple(page.answer.exchange for page in pages), declared_total(pages))

    def reply(self, call: Call) -> Reply:
        """See ``Source``."""
        bound = self._bound(call.suite, call.operation)
        return self._reply(call, bound, self._answer(call, bound, self._request(bound, call)))

    def walk(self, call: Call, size: int | None, first: int, pages: int | None) -> Iterator[PageSeen]:
        """See ``Source``."""
        bound = self._bound(call.suite, call.operation)
        walk = Walk(size, first, pages, self._statement.limits.records)
        paging = walk.sized(bound.paging, call.operation.id)
        shape = self._shape(call.suite, call.operation, bound)
        ask = partial(self._page, call, bound)
        for number, page in enumerate(pages_of(self._request(bound, call), paging, walk, ask), start=1):
            at = Location(page.answer.exchange)
            records = tuple(record_of(call.operation, shape.of_kept(item), at, self._now) for item in page.items)
            yield PageSeen(number, records, page.total, self._reply(call, replace(bound, items="`{}`"), page.answer))

    def probe(self, call: Call) -> Probe:
        """See ``Source``."""
        bound = self._bound(call.suite, call.operation)
        request = self._request(bound, call)
        if call.operation.answer != "records":
            answer = self._answer(call, bound, request)
            return Probe(answer.exchange, answer.payload, self._reply(call, bound, answer).record)
        page = self._page(call, bound, first_request(request, bound.paging))
        first = next(self._records(call.operation, self._shape(call.suite, call.operation, bound), [page]), None)
        return Probe(page.answer.exchange, page.items[0] if page.items else None, first)

    def look(self, path: str, account: Account) -> Json:
        """See ``Source``."""
        bound = BoundOperation(DISCOVERY, "GET", path)
        request = build_request(bound, {}, base_url=self._statement.base_url, account=account)
        response = response_of(self._courier.fetch(DISCOVERY, request))
        try:
            return parse(response.body) if response.status == HTTPStatus.OK else None
        except TransportFault:
            return None

    def _bound(self, suite: Suite, operation: Operation) -> BoundOperation:
        bound = self._statement.operations.get((suite.id, operation.id))
        if bound is None:
            raise Unjudgeable("binding.missing", operation=operation.id, suite=suite.id)
        return bound

    def _request(self, bound: BoundOperation, call: Call) -> Request:
        base_url, profile = self._statement.base_url, self._statement.time_profile
        params = written(coded(call.params, bound.values), profile)
        body = written(coded_body(call.body, bound.values), profile)
        request = build_request(bound, params, base_url=base_url, account=call.account, body=body)
        if call.moves and not names(request, call.moves):  # the binding moves another device
            raise PermissionMissing(Effect.ACTUATE.value, call.operation.id)
        request = replace(request, holds=held_credential(bound, call.operation))
        return unprotected(request) if call.forged == PLAIN else replace(request, forged=call.forged)

    def _shape(self, suite: Suite, operation: Operation, bound: BoundOperation) -> Shape:
        key = (suite.id, operation.id)
        if key not in self._shapes:
            self._shapes[key] = shape_of(bound, operation.schema, self._statement.time_profile)
        return self._shapes[key]

    def _answer(self, call: Call, bound: BoundOperation, request: Request) -> Answer:
        repeatable = call.removal or self.effect(call.suite, call.operation) is Effect.READ
        exchange = self._courier.fetch(
            call.operation.id,
            request,
            call.ordinal,
            repeatable=repeatable,
            accept=call.accept,
            removal=call.removal,
        )
        answer = read_answer(call.operation, bound, exchange, call.accept)
        hooked = None if answer.payload is None else self._hooked(call.operation.id, answer)
        return answer if hooked is None else replace(answer, payload=parse(hooked))

    def _hooked(self, operation: str, answer: Answer) -> bytes | None:
        """What a plugin's hook made of a payload; recorded, so that judging again needs no plugin."""
        store, key = self._courier.store, f"{answer.exchange}-hook"
        if self._observe is None:
            known = store.get(key)
        else:
            seen = self._observe(operation, answer.payload)
            if seen is None:
                return None
            made = Exchange(key, operation, Request(HOOK, answer.exchange), Response(HTTPStatus.OK, (), encode(seen)))
            known = store.fetch(key, lambda: made)
        return known.response.body if known and known.response else None

    def _reply(self, call: Call, bound: BoundOperation, answer: Answer) -> Reply:
        value = self._object(call, bound, answer)
        record = record_of(call.operation, value, Location(answer.exchange), self._now)
        made = self._courier.store.get(answer.exchange)
        tabular = made if call.operation.answer == "table" and answer.fine else None
        return Reply(
            answer.exchange,
            answer.response,
            record,
            answer.code,
            answer.denied,
            document=answer.document,
            envelope=envelope_members(bound.envelope, answer.document),
            elapsed=made.elapsed if made else 0.0,
            sent=(instant(made.started) if made else None) or EPOCH,
            request=made.request if made else None,
            fine=answer.fine,
            table=self._tables.of(call, tabular, record.origin) if tabular else None,
            refusal=None if answer.fine else replace(record, value=self._refusal(call, bound, answer)),
        )

    def _pages(self, call: Call, bound: BoundOperation, requests: Sequence[Request]) -> Iterator[Page]:
        jobs = [partial(self._page, call, bound, request) for request in requests]
        for page in self._crew.each(jobs, urgent=True):  # many checks wait for a stream
            if isinstance(page, Exception):
                raise page
            yield page

    def _page(self, call: Call, bound: BoundOperation, request: Request) -> Page:
        answer = self._answer(call, bound, request)
        if not answer.fine:
            return Page(answer, [])
        items = compiled(bound.items)(answer.payload)
        items = listed(items) if bound.format == "xml" else items
        if not isinstance(items, list):
            raise Refused("envelope.items-missing", answer.exchange, path=bound.items, keys=keys_of(answer.payload))
        for index, item in enumerate(items):
            if not isinstance(item, dict):
                raise Refused("envelope.item-not-object", answer.exchange, index=index, item=keys_of(item))
        return Page(answer, items, total_of(compiled(bound.total)(answer.payload)) if bound.total else None)

    def _records(self, operation: Operation, shape: Shape, pages: list[Page]) -> Iterator[Record]:
        for page in pages:
            at = Location(page.answer.exchange)
            for item in page.items:
                yield record_of(operation, shape.canonical(item), at, self._now)

    def _object(self, call: Call, bound: BoundOperation, answer: Answer) -> dict[str, Json]:
        """The canonical object; empty for documents, single pages, accepted errors and a write that says nothing."""
        found = compiled(bound.items)(answer.payload) if answer.payload is not None else None
        if isinstance(found, dict):
            return self._shape(call.suite, call.operation, bound).of_kept(found)
        if answer.payload is None or call.operation.effect is not Effect.READ or call.operation.answer == "records":
            return {}
        raise Refused("envelope.object-missing", answer.exchange, path=bound.items, keys=keys_of(answer.payload))

    def _refusal(self, call: Call, bound: BoundOperation, answer: Answer) -> dict[str, Json]:
        """The canonical object of an accepted error: where answers have theirs, or else the whole of its body."""
        payload = compiled(bound.envelope.payload)(answer.document)
        places = (compiled(bound.items)(payload), payload, answer.document)
        found = next((place for place in places if isinstance(place, dict) and place), {})
        return self._shape(call.suite, call.operation, bound).of_kept(found)

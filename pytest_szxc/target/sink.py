"""A receiver for notices that a platform sends of itself (webhooks), while one check lives; recorded like all else.

What came is read from the recording when a run is judged again; nothing listens then.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.model import Exchange, Location, Request, Response
from pytest_szxc.record import Record
from pytest_szxc.target import strict_json
from pytest_szxc.target.listener import Delivery, Listener, Place, Script
from pytest_szxc.target.store import exchange_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pytest_szxc.model import Json
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.store import ExchangeStore

METHOD = "SINK"
"""Method of the records of what came in; nothing was sent."""
OPERATION = "sink"
LONGEST_WAIT = 60.0
_STEP = 0.05
_METHOD, _AT = ":method", ":at"
"""Where a record of a notice keeps its method and when it came; no header is named so."""
_NAMES = ("localhost", ".localhost", ".invalid")
"""Ends of names that mean this machine; ``.invalid`` is what a target in process is called."""


def place_for(base_url: str, declared: str, *, in_process: bool) -> Place:
    """Where to listen so that the platform can reach it.

    Args:
        base_url: the target's.
        declared: ``[target] sink`` of the statement: the address under which the platform reaches this machine.
        in_process: whether the target is called in process.

    Raises:
        Unjudgeable: ``sink.unreachable``, the target is elsewhere and nothing is declared.
    """
    if declared:
        return Place("0.0.0.0", urlsplit(declared).port or 80, declared.rstrip("/"))  # noqa: S104 -- it must be reached from outside
    if in_process or _is_here(urlsplit(base_url).hostname or ""):
        return Place()
    raise Unjudgeable("sink.unreachable")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.endswith(_NAMES)


@dataclass(slots=True)
class Sink:
    """A receiver as a check sees it.

    Attributes:
        url: what the platform shall send to.
    """

    url: str
    _key: str
    _store: ExchangeStore
    _clock: Clock
    _now: datetime
    _use: Callable[..., None]
    _hide: Callable[[Request], Request]
    _listener: Listener | None = None
    _asked: int = field(default=0)

    def received(self, count: int = 1, wait: float = 5.0) -> tuple[Record, ...]:
        """What came so far, in order; waits until there are ``count`` notices or ``wait`` seconds have passed.

        Each is a record with ``method``, ``contentType``, ``headers`` (names in lower case), ``at`` (when it came, RFC
        3339), ``status`` (what it was answered), ``text`` (the body as it came, as UTF-8) and ``body``: its JSON value,
        ``None`` where it is none.

        Secrets of accounts are placeholders in it, as in answers. What was signed over a body that held one cannot be
        verified then; ``text`` is else what a signature stands for, byte for byte, as far as it is UTF-8.
        """
        self._asked += 1
        key = f"{self._key}-{self._asked}"
        seen = self._store.fetch(key, lambda: self._looked(key, count, min(wait, LONGEST_WAIT)))
        names: list[str] = json.loads(seen.response.body) if seen.response else []
        self._use(key, *names)
        return tuple(self._record(name) for name in names)

    def close(self) -> None:
        """Stop listening, if anything does."""
        if self._listener:
            self._listener.close()
            self._listener = None

    def _looked(self, key: str, count: int, wait: float) -> Exchange:
        if self._listener is None:
            raise TransportFault("replay.missing", method=METHOD, url=self.url)
        until = self._clock.monotonic() + wait
        while len(self._listener.deliveries) < count and self._clock.monotonic() < until:
            self._clock.sleep(_STEP)
        names = [self._kept(number, one) for number, one in enumerate(self._listener.deliveries, 1)]
        return _exchange(key, self.url, Response(HTTPStatus.OK, (), json.dumps(names).encode()))

    def _kept(self, number: int, one: Delivery) -> str:
        key = f"{self._key}-d{number}"
        request = Request(METHOD, self.url, (*one.headers, (_METHOD, one.method), (_AT, one.at)), one.body, "")
        status = self._listener.script.status(number) if self._listener else 0
        if self._store.get(key) is None:
            self._store.fetch(key, lambda: Exchange(key, OPERATION, self._hide(request), Response(status)))
        return key

    def _record(self, name: str) -> Record:
        found = self._store.get(name)
        request = found.request if found else Request(METHOD, self.url)
        headers = dict(request.headers)
        value = {
            "method": headers.pop(_METHOD, ""),
            "at": headers.pop(_AT, ""),
            "contentType": headers.get("content-type", ""),
            "headers": headers,
            "status": found.response.status if found and found.response else 0,
            "text": request.body.decode("utf-8", "replace"),
            "body": _json(request.body),
        }
        return Record(value, Location(name), self._now)


def open_sink(  # noqa: PLR0913, PLR0917 -- what a receiver is made of
    name: str,
    place: Callable[[], Place],
    secret: str,
    store: ExchangeStore,
    times: tuple[Clock, datetime],
    use: Callable[..., None],
    script: Script,
    hide: Callable[[Request], Request] = lambda notice: notice,
) -> Sink:
    """Open a receiver, or find the one that a recording had.

    Args:
        name: tells it apart from all others of the run.
        place: where to listen; asked only if anything is to listen.
        secret: path that cannot be guessed.
        store: keeps what came.
        times: the clock for waiting, and the instant at which the run judges.
        use: told of the exchanges that the check has seen.
        script: what notices are answered.
        hide: takes secrets out of what came, before it is kept.

    Raises:
        Unjudgeable: ``sink.*``, ``replay.missing``.
    """
    key = exchange_id(OPERATION, Request(METHOD, OPERATION, account=""), name)
    opened: list[Listener] = []

    def listen() -> Exchange:
        try:
            opened.append(Listener(place(), secret, script, times[0]))
        except TransportFault:  # a recording without it
            raise
        except Unjudgeable as reason:  # recorded, or judging again would find another cause
            said = {name: str(value) for name, value in reason.params.items()}
            return replace(_exchange(key, "-", None), fault=reason.code, fault_params=said)
        return _exchange(key, opened[0].url, Response(HTTPStatus.OK))

    made = store.fetch(key, listen)
    if made.fault:
        raise Unjudgeable(made.fault, **made.fault_params)
    return Sink(made.request.url, key, store, *times, use, hide, opened[0] if opened else None)


def _exchange(key: str, url: str, response: Response | None) -> Exchange:
    return Exchange(key, OPERATION, Request(METHOD, url, account=""), response)


def _json(body: bytes) -> Json:
    try:
        return strict_json.parse(body)
    except TransportFault:
        return None

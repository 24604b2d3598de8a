"""The system under test as checks see it, over an API or files: shared streams, effects gated, use recorded."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from pytest_szxc.errors import PermissionMissing, RunEnded, TransportFault, Unjudgeable
from pytest_szxc.model import Effect
from pytest_szxc.printable import show
from pytest_szxc.target.accounts import facts_of
from pytest_szxc.target.api import ApiSource
from pytest_szxc.target.binding import encode
from pytest_szxc.target.courier import Courier
from pytest_szxc.target.crew import Crew
from pytest_szxc.target.ledger import Ledger
from pytest_szxc.target.outgoing import written
from pytest_szxc.target.own_devices import OwnDevices
from pytest_szxc.target.profiles import shipped_profile
from pytest_szxc.target.retrying import TRIES
from pytest_szxc.target.sink import METHOD as SINK
from pytest_szxc.target.sink import Sink, open_sink, place_for
from pytest_szxc.target.statement import Account
from pytest_szxc.target.streams import Call, Stream
from pytest_szxc.target.tidying import Tidying
from pytest_szxc.target.view import PRIMARY, SutView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from pytest_szxc.model import Json, Operation, Request, Response, Suite
    from pytest_szxc.target.accounts import AccountFacts
    from pytest_szxc.target.clock import Clock
    from pytest_szxc.target.listener import Place, Script
    from pytest_szxc.target.pace import Pace
    from pytest_szxc.target.statement import Statement
    from pytest_szxc.target.store import ExchangeStore
    from pytest_szxc.target.streams import Adapter, Probe, Source
    from pytest_szxc.target.sut import PageSeen, Reply
    from pytest_szxc.target.transports import Transport


class LiveSut:
    """One run's system under test.

    Args:
        suites: all suites of the run, by id.
        statement: bindings, accounts, limits.
        store: keeps exchanges.
        clock: stamps them.
        now: the instant at which the run judges (aware, UTC).
        seed: of everything random.
        permissions: of ``write``, ``actuate``, what the user allowed.
        prefix: what created objects are named with.
        transport: carries requests; not needed where ``source`` is given.
        pace: spares the target; ``None`` does not.
        adapter: a plugin's own reading of payloads.
        source: where values come from, if not from the API that the statement binds.
        width: how many requests may be under way at once.
        tries: how often a request that changes nothing is sent at most.
        ledger: writes down what may be made before it is; without one that is remembered only.
        exploring: whether checks search beyond their seeded plans.
    """

    def __init__(  # noqa: PLR0913 -- a run is made of these
        self,
        *,
        suites: Mapping[str, Suite],
        statement: Statement,
        store: ExchangeStore,
        clock: Clock,
        now: datetime,
        seed: str,
        permissions: frozenset[str] = frozenset(),
        prefix: str = "szxc-",
        transport: Transport | None = None,
        pace: Pace | None = None,
        adapter: Adapter | None = None,
        source: Source | None = None,
        width: int = 1,
        tries: int = TRIES,
        ledger: Ledger | None = None,
        exploring: bool = False,
    ) -> None:
        self.suites = suites
        self.ledger = ledger or Ledger()
        self.store = store
        self.now = now
        self.prefix = prefix
        self.devices = OwnDevices(prefix)
        self.seed = seed
        self.exploring = exploring
        self._statement = statement
        self._permissions = permissions
        self._courier = Courier(transport or _Nowhere(), store, clock, pace, tries)
        self._crew = Crew(width)
        self._source = source or ApiSource(statement, self._courier, now, self._crew, adapter)
        self._owners = {row.id: suite for suite in suites.values() for row in suite.requirements}
        self._streams: dict[tuple[str, str, bytes], Future[Stream]] = {}
        self._unused: set[tuple[str, str, bytes]] = set()
        self._lock = threading.Lock()
        self._whole = SutView(self, None, "")

    def for_requirement(self, requirement: str) -> SutView:
        """The SUT as the check of one requirement uses it: its suite's operations, and a list of what it used."""
        return SutView(self, self._owners.get(requirement), requirement)

    @property
    def width(self) -> int:
        """How many requests may be under way at once."""
        return self._crew.size

    @property
    def primary(self) -> Account:
        """The account in whose name everything is asked, unless another is named."""
        return self._statement.accounts.get(PRIMARY) or Account(PRIMARY)

    @property
    def regions(self) -> tuple[str, ...]:
        """See ``Sut``."""
        return self._statement.regions

    def profile(self, suite: Suite, name: str) -> tuple[Mapping[str, str], ...]:
        """See ``Sut``; the suite's own table unless the statement replaces it."""
        own = self._statement.profiles.get(suite.id, {}).get(name)
        return (own or shipped_profile(suite.folder, name)).rows

    @property
    def accounts(self) -> tuple[AccountFacts, ...]:
        """See ``Sut``."""
        return tuple(map(facts_of, self._statement.accounts.values()))

    def written(self, value: Json) -> Json:
        """See ``Sut``."""
        return written(value, self._statement.time_profile)

    def random(self, name: str) -> Random:
        """See ``Sut``."""
        return Random(hashlib.sha256(f"{self.seed}:{name}".encode()).digest())  # noqa: S311 -- to be repeatable

    def records(self, operation: str, **params: Json) -> Stream:
        """See ``Sut``."""
        return self._whole.records(operation, **params)

    def ask(
        self,
        operation: str,
        *,
        account: str = PRIMARY,
        body: Json = None,
        accept: tuple[int, ...] = (),
        **params: Json,
    ) -> Reply:
        """See ``Sut``."""
        return self._whole.ask(operation, account=account, body=body, accept=accept, **params)

    def probe(self, suite: str, operation: str, body: Json = None, **params: Json) -> Probe:
        """Ask a read operation once, as little as possible.

        Raises:
            Unjudgeable: no usable answer.
        """
        row = self.suites[suite].operations[operation]
        effect = self.allow(self.suites[suite], row)
        call = Call(self.suites[suite], row, params, self.account(PRIMARY, row), body)
        if effect is not Effect.READ:  # a binding says so, or a user asks whether the account may write
            Tidying(self.ledger, "", self.prefix).before(call, self.require_removable(self.suites[suite], row))
        return self._source.probe(call)

    def probe_each(self, places: Sequence[tuple[str, str]]) -> list[Probe | Exception]:
        """What each of some operations showed, by suite and operation, or why it showed nothing; asked side by side.

        Each of them is asked: that one runs out of time does not say what another would have shown.
        """
        return self._crew.each([partial(self._probed, *place) for place in places])

    def _probed(self, suite: str, operation: str) -> Probe | Exception:
        try:
            return self.probe(suite, operation)
        except Unjudgeable as reason:
            return reason

    def look(self, path: str) -> Json:
        """The JSON document at a path below the base URL; ``None`` if there is none.

        Raises:
            TransportFault: no answer.
        """
        return self._source.look(path, self.primary)

    def wind_up(self) -> None:
        """Send nothing further but removals of what was made."""
        self._courier.wind_up()

    def require_removable(self, suite: Suite, operation: Operation) -> datetime:
        """Refuse to make what could not be removed again; the instant at which it is about to be made.

        Raises:
            RunEnded: the run is about to end.
            PermissionMissing: the user did not allow what removes it.
            Unjudgeable: ``binding.missing``, the statement binds nothing that removes it.
        """
        if self._courier.winding.is_set() or self._courier.ended.is_set():
            raise RunEnded
        if operation.undo:
            undo = suite.operations[operation.undo.operation]
            if (suite.id, undo.id) not in self._statement.operations:
                raise Unjudgeable("binding.missing", operation=undo.id, suite=suite.id)
            self.allow(suite, undo)
        return self._courier.clock.now()

    def close(self) -> None:
        """Let go of connections; threads that still ask stop. The store is whose who opened it."""
        self._crew.close()
        self._courier.end()

    def find(self, suite: Suite | None, operation: str) -> tuple[Suite, Operation]:
        """An operation by name, of one suite or of the first that has it.

        Raises:
            LookupError: no suite has it, which is a fault of the check.
        """
        for candidate in [suite] if suite else self.suites.values():
            if operation in candidate.operations:
                return candidate, candidate.operations[operation]
        raise LookupError(operation)

    def effect(self, suite: str, operation: str) -> Effect:
        """What an operation does to the SUT, by suite and binding."""
        return self._source.effect(self.suites[suite], self.suites[suite].operations[operation])

    def read_ahead(self, suite: str, operation: str) -> None:
        """Read a whole stream for all who will ask for it; why it cannot be had, they will be told."""
        with suppress(Unjudgeable):
            call = SutView(self, self.suites[suite], "").call(operation, PRIMARY, None, (), {})
            self.stream(call, ahead=True)

    def allow(self, suite: Suite, operation: Operation, moved: str = "") -> Effect:
        """The operation's effect, if the user allowed it; whoever may write may move a device of the run's own.

        Args:
            suite: of the operation.
            operation: what is to be called.
            moved: the device of ours that it moves; empty for any other.

        Raises:
            PermissionMissing: ``write`` or ``actuate`` was not allowed.
        """
        effect = self._source.effect(suite, operation)
        needed = Effect.WRITE if effect is Effect.ACTUATE and moved else effect
        if needed is not Effect.READ and needed.value not in self._permissions:
            raise PermissionMissing(needed.value, operation.id)
        return effect

    def may_move(self) -> bool:
        """Whether the user allowed that any device is moved."""
        return Effect.ACTUATE.value in self._permissions

    def account(self, name: str, operation: Operation) -> Account:
        """An account of the statement; a statement without accounts has a nameless primary one.

        Raises:
            PermissionMissing: the statement gives no such account.
        """
        found = self._statement.accounts.get(name)
        if found is None and name != PRIMARY:
            raise PermissionMissing(name, operation.id)
        return found or Account(PRIMARY)

    def stream(self, call: Call, *, ahead: bool = False) -> Stream:
        """A stream, read once in this process if it may be shared; who comes later waits for who reads it.

        Args:
            call: what is asked.
            ahead: whether no check has asked for it yet; who asks first then is not spared a request.

        Raises:
            Unjudgeable: no usable answer.
        """
        if call.ordinal:
            return self._source.stream(call)
        key = (call.suite.id, call.operation.id, encode(sorted(call.params.items())))
        with self._lock:
            first = key not in self._streams
            reading = self._streams.setdefault(key, Future())
            spared = not first and not ahead and key not in self._unused
            if first and ahead:
                self._unused.add(key)
            elif not ahead:
                self._unused.discard(key)
        if first:
            _fill(reading, partial(self._source.stream, call))
        stream = _stream_of(reading)
        if spared:
            self.store.count_saved(len(stream.exchanges))
        return stream

    def reply(self, call: Call) -> Reply:
        """One answer.

        Raises:
            Unjudgeable: no usable answer.
        """
        return self._source.reply(call)

    def walk(self, call: Call, size: int | None, first: int, pages: int | None) -> Iterator[PageSeen]:
        """See ``Sut``."""
        return self._source.walk(call, size, first, pages)

    def wait(self, seconds: float, name: str) -> None:
        """See ``Sut``; ``name`` tells this wait apart from all others of the run."""
        self._courier.wait(seconds, name)

    def sink(self, name: str, use: Callable[..., None], script: Script) -> Sink:
        """See ``Sut``.

        Args:
            name: tells it apart from all others of the run.
            use: told of the exchanges that the check has seen.
            script: what notices are answered.
        """
        secret = self.random(f"sink:{name}").randbytes(12).hex()
        times = (self._courier.clock, self.now)
        hide = getattr(self._courier.transport, "hidden", _as_it_is)
        return open_sink(name, self._sink_place, secret, self.store, times, use, script, hide)

    def _sink_place(self) -> Place:
        kind = getattr(self._courier.transport, "kind", "network")
        if kind == "recorded":
            raise TransportFault("replay.missing", method=SINK, url="-")
        return place_for(self._statement.base_url, self._statement.sink, in_process=kind == "in-process")

    def replies(self, calls: Sequence[Call]) -> list[Reply | Exception]:
        """The answers to calls that do not depend on each other, or why there are none; see ``Sut.ask_each``."""
        return self._crew.each([partial(self.reply, call) for call in calls])


def _as_it_is(notice: Request) -> Request:
    return notice


def _fill(reading: Future[Stream], read: Callable[[], Stream]) -> None:
    """Read for all who wait; whatever happens, they must not wait for ever."""
    try:
        reading.set_result(read())
    except BaseException as error:
        reading.set_exception(error)
        if not isinstance(error, Exception):
            raise


def _stream_of(reading: Future[Stream]) -> Stream:
    """What was read, by whoever did."""
    reason = reading.exception()
    if reason is not None:
        raise reason.with_traceback(None)
    return reading.result()


class _Nowhere:
    """The transport of a run that was given none: with a recording in its store, none is needed."""

    kind = "recorded"

    def send(self, request: Request) -> Response:
        """Refuse."""
        raise TransportFault("replay.missing", method=request.method, url=show(request.url))

    def close(self) -> None:
        """Nothing to let go of."""

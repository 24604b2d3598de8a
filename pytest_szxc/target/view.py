"""The system under test as one check sees it: its own suite's operations, and a list of what it used."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Effect
from pytest_szxc.target.listener import Script
from pytest_szxc.target.noting import noted
from pytest_szxc.target.streams import Call
from pytest_szxc.target.tidying import Tidying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from random import Random

    from pytest_szxc.model import Json, Suite
    from pytest_szxc.target.accounts import AccountFacts
    from pytest_szxc.target.ledger import Debt
    from pytest_szxc.target.live import LiveSut
    from pytest_szxc.target.sink import Sink
    from pytest_szxc.target.streams import Stream
    from pytest_szxc.target.sut import PageSeen, Reply

PRIMARY = "primary"


class SutView:
    """The ``Sut`` of one check.

    Args:
        live: the run's SUT.
        suite: whose operations the check names; ``None`` looks in all.
        requirement: which requirement asks.
    """

    def __init__(self, live: LiveSut, suite: Suite | None, requirement: str) -> None:
        self._live = live
        self._suite = suite
        self._requirement = requirement
        self._used: dict[str, None] = {}
        self._empty: dict[str, None] = {}
        self._written = False
        self._own = self._waits = 0
        self._tidying = Tidying(live.ledger, requirement, live.prefix)
        self._walked: list[object] = []
        self._sinks: list[Sink] = []

    @property
    def now(self) -> datetime:
        """See ``Sut``."""
        return self._live.now

    @property
    def prefix(self) -> str:
        """See ``Sut``."""
        return self._live.prefix

    @property
    def seed(self) -> str:
        """See ``Sut``."""
        return self._live.seed

    @property
    def exploring(self) -> bool:
        """See ``Sut``."""
        return self._live.exploring

    def noted(self, name: str, make: Callable[[], Json]) -> Json:
        """See ``Sut``."""
        return noted(self._live.store, f"{self._requirement}/{name}", make)

    @property
    def regions(self) -> tuple[str, ...]:
        """See ``Sut``."""
        return self._live.regions

    def profile(self, name: str) -> tuple[Mapping[str, str], ...]:
        """See ``Sut``."""
        if self._suite is None or name not in self._suite.profiles:
            raise LookupError(name)  # a fault of the check
        return self._live.profile(self._suite, name)

    @property
    def accounts(self) -> tuple[AccountFacts, ...]:
        """See ``Sut``."""
        return self._live.accounts

    @property
    def exchanges(self) -> tuple[str, ...]:
        """Ids of the exchanges that the check has used, in order of first use."""
        return tuple(self._used)

    @property
    def tries(self) -> int:
        """How often the request had to be sent that needed most tries."""
        return max(map(self._live.store.tries, self._used), default=1)

    @property
    def empty(self) -> tuple[str, ...]:
        """Operations whose stream gave the check no record at all."""
        return tuple(self._empty)

    def written(self, value: Json) -> Json:
        """See ``Sut``."""
        return self._live.written(value)

    def random(self, name: str) -> Random:
        """See ``Sut``."""
        return self._live.random(name)

    def records(self, operation: str, **params: Json) -> Stream:
        """See ``Sut``."""
        call = self.call(operation, PRIMARY, None, (), params)
        try:
            stream = self._live.stream(call)
        except Unjudgeable as reason:
            self._use(reason.exchange)
            raise
        self._use(*stream.exchanges)
        if not stream:
            self._empty[operation] = None
        return stream

    def ask(
        self,
        operation: str,
        *,
        account: str = PRIMARY,
        body: Json = None,
        accept: tuple[int, ...] = (),
        forged: str = "",
        **params: Json,
    ) -> Reply:
        """See ``Sut``."""
        call = self.call(operation, account, body, accept, params)
        if forged:  # what was asked rightly says nothing of what is asked wrongly, and is never shared with it
            call = replace(call, forged=forged, ordinal=call.ordinal or self._mark(forged))
        try:
            reply = self._live.reply(call)
        except Unjudgeable as reason:
            self._tidying.failed(call, reason)
            self._use(reason.exchange)
            raise
        self._tidying.answered(call, reply)
        if reply.fine:
            self._live.devices.learn(call)
        self._use(reply.exchange)
        return reply

    @contextmanager
    def tidied(self) -> Iterator[None]:
        """Around a check: what it has made is removed again, however the check ends."""
        try:
            yield
        finally:
            try:
                self._tidying.run(self)
            finally:
                for sink in self._sinks:
                    sink.close()

    def removal(self, debt: Debt) -> Reply:
        """The answer to the removal of something that the run has made; it goes out beyond the budget too.

        Raises:
            Unjudgeable: there is none.
        """
        call = self._call(debt.undo or "", debt.account, None, (0,), debt.params)
        return self._live.reply(replace(call, removal=True))

    def walk(  # noqa: PLR0913 -- a walk has so many ways
        self,
        operation: str,
        *,
        size: int | None = None,
        first: int = 1,
        pages: int | None = None,
        account: str = PRIMARY,
        accept: tuple[int, ...] = (),
        **params: Json,
    ) -> Iterator[PageSeen]:
        """See ``Sut``."""
        call = self.call(operation, account, None, accept, params)
        asked = (operation, size, first, account, sorted(params.items()))
        again = self._walked.count(asked)
        self._walked.append(asked)
        if again:  # the same walk once more is asked once more, or it would show nothing
            call = replace(call, ordinal=call.ordinal or self._mark("walk"))
        try:
            for page in self._live.walk(call, size, first, pages):
                self._use(page.reply.exchange)
                yield page
        except Unjudgeable as reason:
            self._use(reason.exchange)
            raise

    def wait(self, seconds: float) -> None:
        """See ``Sut``."""
        self._waits += 1
        self._live.wait(seconds, f"{self._requirement}#{self._waits}")

    def sink(self, *statuses: int, delay: float = 0.0) -> Sink:
        """See ``Sut``."""
        name = f"{self._requirement}-{len(self._sinks) + 1}"
        self._sinks.append(self._live.sink(name, self._use, Script(statuses or (200,), delay)))
        return self._sinks[-1]

    def ask_each(
        self,
        operation: str,
        questions: Iterable[Mapping[str, Json]],
        *,
        account: str = PRIMARY,
        accept: tuple[int, ...] = (),
    ) -> Iterator[Reply]:
        """See ``Sut``."""
        calls = [
            self.call(operation, account, question.get("body"), accept, _without_body(question))
            for question in questions
        ]
        if any(call.operation.effect is not Effect.READ for call in calls):
            raise ValueError(operation)  # our own fault: what a write did to one question, another one would see
        one_by_one = any(call.ordinal for call in calls)  # the check has written, or a binding says that this writes
        answers = (self._live.replies([call])[0] for call in calls) if one_by_one else self._live.replies(calls)
        for reply in answers:
            if isinstance(reply, Unjudgeable):
                self._use(reply.exchange)
            if isinstance(reply, Exception):
                raise reply
            self._use(reply.exchange)
            yield reply

    def call(
        self, operation: str, account: str, body: Json, accept: tuple[int, ...], params: Mapping[str, Json]
    ) -> Call:
        """What a question comes to, if it may be asked; what has an effect is in the ledger when this returns.

        Raises:
            PermissionMissing: the user did not allow it, or the statement has no such account.
            Unjudgeable: ``binding.missing``, what it makes could not be removed again.
        """
        call = self._call(operation, account, body, accept, params)
        if self._live.effect(call.suite.id, operation) is not Effect.READ:
            self._tidying.before(call, self._live.require_removable(call.suite, call.operation))
        return call

    def _call(
        self, operation: str, account: str, body: Json, accept: tuple[int, ...], params: Mapping[str, Json]
    ) -> Call:
        suite, row = self._live.find(self._suite, operation)
        moved = "" if self._live.may_move() else self._live.devices.moved(row, params, body)
        effect = self._live.allow(suite, row, moved)
        ordinal = self._ordinal(effect)
        return Call(suite, row, params, self._live.account(account, row), body, accept, ordinal, moves=moved)

    def _ordinal(self, effect: Effect) -> str:
        """Writes are never shared, nor are a check's reads once it has written: they must see what it wrote."""
        self._written = self._written or effect is not Effect.READ
        return self._mark("") if self._written else ""

    def _mark(self, what: str) -> str:
        """Tells this exchange apart from all others of the run."""
        self._own += 1
        return f"{self._requirement}#{self._own}{what}"

    def _use(self, *exchanges: str | None) -> None:
        self._used.update((exchange, None) for exchange in exchanges if exchange)


def _without_body(question: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in question.items() if name != "body"}

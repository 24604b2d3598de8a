"""The system under test as one check sees it: its own suite's operations, and a list of what it used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Effect
from pytest_szxc.target.streams import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from random import Random

    from pytest_szxc.model import Json, Suite
    from pytest_szxc.target.live import LiveSut
    from pytest_szxc.target.streams import Stream
    from pytest_szxc.target.sut import Reply

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
        self._own = 0

    @property
    def now(self) -> datetime:
        """See ``Sut``."""
        return self._live.now

    @property
    def prefix(self) -> str:
        """See ``Sut``."""
        return self._live.prefix

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
        **params: Json,
    ) -> Reply:
        """See ``Sut``."""
        call = self.call(operation, account, body, accept, params)
        try:
            reply = self._live.reply(call)
        except Unjudgeable as reason:
            self._use(reason.exchange)
            raise
        self._use(reply.exchange)
        return reply

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
        """What a question comes to, if it may be asked.

        Raises:
            PermissionMissing: the user did not allow it, or the statement has no such account.
        """
        suite, row = self._live.find(self._suite, operation)
        effect = self._live.allow(suite, row)
        ordinal = self._ordinal(effect)
        return Call(suite, row, params, self._live.account(account, row), body, accept, ordinal)

    def _ordinal(self, effect: Effect) -> str:
        """Writes are never shared, nor are a check's reads once it has written: they must see what it wrote."""
        self._written = self._written or effect is not Effect.READ
        if not self._written:
            return ""
        self._own += 1
        return f"{self._requirement}#{self._own}"

    def _use(self, *exchanges: str | None) -> None:
        self._used.update((exchange, None) for exchange in exchanges if exchange)


def _without_body(question: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in question.items() if name != "body"}

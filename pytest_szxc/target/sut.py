"""The system under test as a check sees it: canonical records, objects and documents, and nothing else of the world.

Clock and random values come from here too, so that judging a recording again gives the same verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from random import Random

    from pytest_szxc.model import Json, Location, Request, Response
    from pytest_szxc.record import Record
    from pytest_szxc.target.accounts import AccountFacts
    from pytest_szxc.target.sink import Sink
    from pytest_szxc.target.tabular.table import Table

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When something was sent that was not: read from a file."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    Attributes:
        exchange: id of the exchange.
        response: status, headers and body as they came.
        code: the envelope's own result code, if the binding names one.
        denied: whether status or envelope code says that the account may not do this.
        record: the canonical object (operations that answer ``object``), empty otherwise.
        fine: whether status and code mean success; an error that was accepted is none.
        document: the JSON of the body as it came; ``None`` where there is none.
        envelope: ``code``, ``message``, ``requestId`` and ``timestamp``, ``None`` where the binding finds none.
        elapsed: seconds that the answer took.
        sent: when the request was sent (aware, UTC).
        request: what was sent, as it is recorded, its credentials placeholders.
        table: the columns of the body (operations that answer ``table``).
        refusal: the canonical object of an error that was accepted, its members renamed and its codes mapped as the
            binding says of the operation's answers; empty where the error holds no object, ``None`` where it is none.
    """

    exchange: str
    response: Response
    record: Record
    code: str | None = None
    denied: bool = False
    document: Json = None
    envelope: Mapping[str, Json] = field(default_factory=dict)
    elapsed: float = 0.0
    sent: datetime = EPOCH
    fine: bool = True
    request: Request | None = None
    table: Table | None = None
    refusal: Record | None = None

    def at(self, pointer: str = "") -> Location:
        """A location in this exchange; ``pointer`` is free text such as ``header X-Data-Level``."""
        return self.record.origin._replace(pointer=pointer)


@dataclass(frozen=True, slots=True)
class PageSeen:
    """One page of a walk through a stream.

    Attributes:
        number: which page of the walk, from 1.
        records: what is on it.
        total: how many records the page says the whole stream has, if it says so.
        reply: the answer itself.
    """

    number: int
    records: tuple[Record, ...]
    total: int | None
    reply: Reply


class Sut(Protocol):
    """What a check may ask."""

    @property
    def now(self) -> datetime:
        """The instant at which the run judges."""

    @property
    def prefix(self) -> str:
        """What every object the run creates is named with."""

    def wait(self, seconds: float) -> None:
        """Let time pass, by the run's clock: at once in a self-test, not at all when a recording is judged again.

        Raises:
            Unjudgeable: ``budget.minutes``, the run has not so much time left.
        """

    def sink(self, *statuses: int, delay: float = 0.0) -> Sink:
        """A receiver for notices that the platform sends of itself; it listens while the check lives.

        Args:
            statuses: what notices are answered, one after the other; the last answers all others, 200 without any.
            delay: seconds before that.

        Raises:
            Unjudgeable: ``sink.unreachable``, the platform is elsewhere and the statement does not say how it reaches
                this machine; ``sink.port``.
        """

    @property
    def accounts(self) -> tuple[AccountFacts, ...]:
        """What is to be known of the statement's accounts, in its order."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Codes of the regions that exist, of 6, 9 or 12 digits, as the statement lists them; empty without a list."""

    def profile(self, name: str) -> tuple[Mapping[str, str], ...]:
        """The rows of a table of limits (``profiles`` in suite.toml): the suite's own, or what the statement gives.

        Args:
            name: of the table, without ``.csv``.
        """

    @property
    def seed(self) -> str:
        """The run's seed."""

    @property
    def exploring(self) -> bool:
        """Whether checks search beyond their seeded plans (``--szxc-explore``)."""

    def noted(self, name: str, make: Callable[[], Json]) -> Json:
        """A value of the check that is made once, and is the same when the recording is judged again.

        Args:
            name: unique in the check.
            make: makes it; plain JSON, not null.
        """

    def written(self, value: Json) -> Json:
        """A canonical value as it will be sent, times in the statement's time profile: what a digest is taken over."""

    def random(self, name: str) -> Random:
        """A generator seeded from the run's seed and ``name``."""

    def records(self, operation: str, **params: Json) -> Iterable[Record]:
        """The whole stream of a ``records`` operation, all pages, or all rows of a file target; repeatable, sent once.

        Raises:
            Unjudgeable: no usable answer; the requirement becomes inconclusive.
        """

    def ask(
        self,
        operation: str,
        *,
        account: str = "primary",
        body: Json = None,
        accept: tuple[int, ...] = (),
        forged: str = "",
        **params: Json,
    ) -> Reply:
        """Call an ``object`` or ``document`` operation once; a read with the same parameters is sent once in a run.

        Args:
            operation: name from the suite.
            account: which of the statement's accounts asks.
            body: canonical body for the binding's body template.
            accept: error statuses that the check wants to see instead of ``Unjudgeable``; ``0`` accepts any below 500.
            forged: what is wrong with the credentials on purpose, one of ``target.forging``.
            params: values for path, query and header templates.

        Raises:
            Unjudgeable: no usable answer, an error status, or a permission that was not given.
        """

    def walk(  # noqa: PLR0913 -- a walk has so many ways
        self,
        operation: str,
        *,
        size: int | None = None,
        first: int = 1,
        pages: int | None = None,
        account: str = "primary",
        accept: tuple[int, ...] = (),
        **params: Json,
    ) -> Iterator[PageSeen]:
        """The pages of a ``records`` operation one by one, as they come; nothing of them is kept, none is shared.

        A walk ends after an empty page, where no next place is named, when the declared total is reached, or after
        ``pages`` pages. Unlike ``records`` it does not mind pages that overlap, repeat or contradict each other.

        Args:
            operation: name from the suite.
            size: records on a page; the binding's own without it.
            first: where to begin, a page number; only where pages have numbers or offsets.
            pages: how many pages are asked for at most.
            account: see ``ask``.
            accept: see ``ask``; a page that is an error holds no records.
            params: values for templates.

        Raises:
            Unjudgeable: no usable answer; ``paging.no-random-access``, ``paging.no-size``.
        """

    def ask_each(
        self,
        operation: str,
        questions: Iterable[Mapping[str, Json]],
        *,
        account: str = "primary",
        accept: tuple[int, ...] = (),
    ) -> Iterator[Reply]:
        """Call an operation once for each question, side by side as far as the target allows connections.

        All of them are asked, even if one has no usable answer, so that any run asks the same; but once a request has
        run out of time, no other is begun.

        Args:
            operation: name from the suite; it must be a read.
            questions: for each call the values for templates, and ``body``: what ``ask`` takes by keyword.
            account: see ``ask``.
            accept: see ``ask``.

        Yields:
            The replies, in the order of the questions.

        Raises:
            Unjudgeable: as ``ask``, where the reply would stand.
        """

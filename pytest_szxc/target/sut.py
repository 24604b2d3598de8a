"""The system under test as a check sees it: canonical records, objects and documents, and nothing else of the world.

Clock and random values come from here too, so that judging a recording again gives the same verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from random import Random

    from pytest_szxc.model import Json, Location, Response
    from pytest_szxc.record import Record


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    Attributes:
        exchange: id of the exchange.
        response: status, headers and body as they came.
        code: the envelope's own result code, if the binding names one.
        denied: whether status or envelope code says that the account may not do this.
        record: the canonical object (operations that answer ``object``), empty otherwise.
    """

    exchange: str
    response: Response
    record: Record
    code: str | None = None
    denied: bool = False

    def at(self, pointer: str = "") -> Location:
        """A location in this exchange; ``pointer`` is free text such as ``header X-Data-Level``."""
        return self.record.origin._replace(pointer=pointer)


class Sut(Protocol):
    """What a check may ask."""

    @property
    def now(self) -> datetime:
        """The instant at which the run judges."""

    @property
    def prefix(self) -> str:
        """What every object the run creates is named with."""

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
        **params: Json,
    ) -> Reply:
        """Call an ``object`` or ``document`` operation once; a read with the same parameters is sent once in a run.

        Args:
            operation: name from the suite.
            account: which of the statement's accounts asks.
            body: canonical body for the binding's body template.
            accept: error statuses that the check wants to see instead of ``Unjudgeable``; ``0`` accepts any below 500.
            params: values for path, query and header templates.

        Raises:
            Unjudgeable: no usable answer, an error status, or a permission that was not given.
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

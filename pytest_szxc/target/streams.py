"""What a source of canonical values is, and the streams it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pytest_szxc.model import Location
from pytest_szxc.printable import show
from pytest_szxc.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from pytest_szxc.model import Effect, Json, Operation, Suite
    from pytest_szxc.target.statement import Account
    from pytest_szxc.target.sut import PageSeen, Reply

_KEY_CLIP = 80


@dataclass(frozen=True, slots=True)
class Stream:
    """All canonical records of one operation.

    Attributes:
        items: the records in the SUT's order.
        exchanges: ids of the exchanges they came in.
        declared_total: how many records the SUT says there are, if it says so.
    """

    items: tuple[Record, ...]
    exchanges: tuple[str, ...]
    declared_total: int | None = None

    def __iter__(self) -> Iterator[Record]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of a source.

    Attributes:
        suite: whose operation it is.
        operation: what is asked.
        params: values of templates.
        account: who asks.
        body: canonical body.
        accept: error statuses that the caller wants to see.
        ordinal: empty where the answer may be shared; see ``store.exchange_id``.
        forged: see ``Sut.ask``.
        removal: whether it removes what the run has made: that goes out even when the budget is used up.
        moves: the device of ours that alone may be moved by it; empty where nothing is moved, or any may be.
    """

    suite: Suite
    operation: Operation
    params: Mapping[str, Json]
    account: Account
    body: Json = None
    accept: tuple[int, ...] = ()
    ordinal: str = ""
    forged: str = ""
    removal: bool = False
    moves: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What asking an operation once, as little as possible, showed.

    Attributes:
        exchange: id of the exchange.
        came: the vendor's own object, the first of a stream; ``None`` if there was none.
        seen: the same as the suite sees it.
    """

    exchange: str
    came: Json = None
    seen: Record | None = None


class Source(Protocol):
    """Where canonical values come from: an API, or files."""

    def effect(self, suite: Suite, operation: Operation) -> Effect:
        """What the operation does to the SUT, by suite and binding; the graver of both."""

    def stream(self, call: Call) -> Stream:
        """The whole stream of a ``records`` operation."""

    def reply(self, call: Call) -> Reply:
        """The answer of an ``object`` or ``document`` operation."""

    def walk(self, call: Call, size: int | None, first: int, pages: int | None) -> Iterator[PageSeen]:
        """The pages of a ``records`` operation as they come; see ``Sut.walk``."""

    def probe(self, call: Call) -> Probe:
        """Ask once, as little as possible. Raises as ``stream`` and ``reply`` do."""

    def look(self, path: str, account: Account) -> Json:
        """The JSON document at a path; ``None`` if there is none.

        Raises:
            TransportFault: no answer.
        """


@dataclass(frozen=True, slots=True)
class Adapter:
    """What a plugin adds where a binding file cannot say it.

    Attributes:
        auth: headers for one request of an account, or ``None`` if it does not know its scheme; never recorded.
        observe: operation's id and payload → the payload that the binding sees; ``None`` leaves it.
    """

    auth: Callable[..., Mapping[str, str] | None] | None = None
    observe: Callable[[str, Json], Json] | None = None


def record_of(operation: Operation, value: dict[str, Json], at: Location, now: datetime) -> Record:
    """A canonical object with its place; the operation's key member names it to a person."""
    key = value.get(operation.key) if operation.key else None
    if key is None:
        return Record(value, at, now)
    named = Location(at.exchange, show(key, _KEY_CLIP), at.pointer, at.file, at.row)
    return Record(value, named, now)

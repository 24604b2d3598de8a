"""The exchange store: every request of a run is sent once, by whichever process needs it first, and kept.

Without a path it lives in memory (self-test, replay); with one it is an SQLite file, written by one process alone or
shared by all workers of a run.
"""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pytest_szxc.target.auth import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pytest_szxc.model import Exchange, Json, Request

NOT_SENT = frozenset({"FILE", "DIGEST", "HOOK", "SINK", "NOTE"})
"""Methods of records for which nothing was sent: a file read or held against its digest, a hook's work, a check's note,
a notice that came in."""
OWN_FAULTS = ("budget.", "forging.", "replay.")
"""Faults of exchanges for which nothing was sent."""


def exchange_id(operation: str, request: Request, ordinal: str = "") -> str:
    """The id of an exchange: the same in every run that sends the same request for the same operation.

    Args:
        operation: name from the suite.
        request: as recorded; headers that hold credentials do not count.
        ordinal: empty for a read that all checks share; otherwise it tells apart equal requests that must each be sent.
    """
    digest = hashlib.sha256()
    headers = [f"{name}:{value}" for name, value in request.headers if not is_placeholder(value)]
    for part in (operation, request.method, request.url, *headers, request.account, ordinal):
        digest.update(part.encode("utf-8", "surrogateescape") + b"\0")
    if request.forged:  # others keep the id that they had before anything could be forged
        digest.update(b"forged\0" + request.forged.encode("utf-8", "surrogateescape") + b"\0")
    digest.update(request.body)
    return "x" + digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Counters:
    """Requests sent, and requests that a check needed and another had sent already."""

    sent: int
    saved: int


class Shelf(Protocol):
    """Where exchanges and the run's values are kept; knows nothing of sending."""

    def take(self, key: str) -> Exchange | bool:
        """The exchange if it is there; otherwise whether the caller shall send it (then ``put`` or ``release``)."""

    def find(self, key: str) -> Exchange | None:
        """The exchange if it is there."""

    def wait(self, key: str) -> None:
        """Wait until the exchange may be there, or a little while."""

    def put(self, key: str, exchange: Exchange) -> Exchange:
        """Keep an exchange; the one that counts comes back."""

    def release(self, key: str) -> None:
        """Give up sending."""

    def exchanges(self) -> Iterator[Exchange]:
        """All exchanges in the order in which they were begun."""

    def value(self, name: str) -> Json:
        """A value of the run; ``None`` if it is not there."""

    def update(self, name: str, change: Callable[[Json], Json]) -> Json:
        """Change a value as one step for all processes; the new value comes back."""

    def flush(self) -> None:
        """See to it that what was put survives the end of this process, whatever ends it."""

    def close(self) -> None:
        """Let go of files."""


class ExchangeStore:
    """What a run asked and was answered.

    Args:
        path: the SQLite file; ``None`` keeps everything in memory.
        shared: whether other processes use the file at the same time.
    """

    def __init__(self, path: Path | None = None, *, shared: bool = True) -> None:
        self._shelf: Shelf = _open_shelf(path, shared=shared)
        self._sent = self._saved = 0
        self._tries: dict[str, int] = {}
        self._broken: Exception | None = None
        self._lock = threading.Lock()

    @classmethod
    def of(cls, exchanges: Iterable[Exchange], meta: dict[str, Json] | None = None) -> ExchangeStore:
        """A recording in memory, to be judged again."""
        store = cls(None)
        for exchange in exchanges:
            store._shelf.put(exchange.id, exchange)
        for name, value in (meta or {}).items():
            store.set_meta(name, value)
        return store

    def fetch(self, key: str, send: Callable[[], Exchange]) -> Exchange:
        """The exchange with this id, sent by the first caller of all processes; the others wait for it.

        Args:
            key: ``exchange_id`` of the request.
            send: sends it; a fault is recorded in the exchange, not raised.

        Raises:
            Exception: what the shelf failed with once. Nothing is sent any more then: it would be on no record.
        """
        while True:
            self._require_whole()
            found = self._shelf.take(key)
            if found is True:
                return self._noted(self._send(key, send))
            if found is not False:
                self.count_saved(1)
                return self._noted(found)
            self._shelf.wait(key)

    def _noted(self, exchange: Exchange) -> Exchange:
        if exchange.earlier:
            self._tries[exchange.id] = 1 + len(exchange.earlier)
        return exchange

    def tries(self, key: str) -> int:
        """How often the request of an exchange had to be sent, as far as this process has fetched it."""
        return self._tries.get(key, 1)

    def _send(self, key: str, send: Callable[[], Exchange]) -> Exchange:
        try:
            made = send()
            with self._lock:
                self._sent += len(made.earlier) + _was_sent(made)
            with self._watched():
                return self._shelf.put(key, made)
        except BaseException:  # also a full disk: nobody must wait for what will not come
            with suppress(Exception):  # what cannot keep an exchange may not be able to give up a claim either
                self._shelf.release(key)
            raise

    def _require_whole(self) -> None:
        if self._broken:
            raise self._broken.with_traceback(None)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Remember what the shelf failed with: what it lost then, no verdict may rest on."""
        try:
            yield
        except Exception as error:
            self._broken = error
            raise

    def get(self, key: str) -> Exchange | None:
        """The exchange with this id, if it was made."""
        return self._shelf.find(key)

    def all(self) -> Iterator[Exchange]:
        """All exchanges in canonical order: the same list for one seed, whatever worker sent what and when."""
        yield from sorted(self._shelf.exchanges(), key=_canonical)

    def chronological(self) -> Iterator[Exchange]:
        """All exchanges in the order in which they were begun."""
        return self._shelf.exchanges()

    def meta(self, key: str) -> Json:
        """A value of the run (plain JSON), or ``None``."""
        return self._shelf.value(key)

    def set_meta(self, key: str, value: Json) -> None:
        """Keep a value of the run."""
        self._shelf.update(key, lambda _: value)

    def update_meta(self, key: str, change: Callable[[Json], Json]) -> Json:
        """Change a value as one step for all processes; the new value comes back. The old one must not be changed."""
        return self._shelf.update(key, change)

    def count_saved(self, count: int) -> None:
        """Note requests that need not be sent."""
        with self._lock:
            self._saved += count

    def counters(self) -> Counters:
        """Requests sent and saved by all processes; those of other processes count once they have closed the store."""
        sent, saved = (self._shelf.value(name) or 0 for name in ("sent", "saved"))
        return Counters(self._sent + sent, self._saved + saved)

    def flush(self) -> None:
        """See to it that all exchanges so far survive; asked for before a verdict that rests on them is stated.

        Raises:
            Exception: they do not, or earlier ones did not.
        """
        self._require_whole()
        with self._watched():
            self._shelf.flush()

    def close(self) -> None:
        """Hand in the counters and let go of files; the store opens again when used."""
        with self._lock:
            counts, self._sent, self._saved = {"sent": self._sent, "saved": self._saved}, 0, 0
        for name, count in counts.items():
            if count:
                self._shelf.update(name, lambda old, count=count: (old or 0) + count)  # type: ignore[misc]
        self._shelf.close()


def _was_sent(exchange: Exchange) -> bool:
    return exchange.request.method not in NOT_SENT and not (exchange.fault or "").startswith(OWN_FAULTS)


def _canonical(exchange: Exchange) -> tuple[str, str, str, str, str]:
    request = exchange.request
    return exchange.operation, request.method, request.url, request.account, exchange.id


def _open_shelf(path: Path | None, *, shared: bool) -> Shelf:
    if path is None:
        return MemoryShelf()
    from pytest_szxc.target.store_sqlite import LoneShelf, SqliteShelf  # noqa: PLC0415 -- memory needs no SQLite

    return SqliteShelf(path) if shared else LoneShelf(path)


class MemoryShelf:
    """A shelf for one process, its threads included."""

    def __init__(self) -> None:
        self._exchanges: dict[str, Exchange] = {}
        self._claimed: dict[str, None] = {}
        self._values: dict[str, Json] = {}
        self._changed = threading.Condition(threading.RLock())

    def take(self, key: str) -> Exchange | bool:
        """See ``Shelf``."""
        with self._changed:
            found = self.find(key)
            if found:
                return found
            if key in self._claimed:
                return False
            self._claimed[key] = None
            return True

    def find(self, key: str) -> Exchange | None:
        """See ``Shelf``."""
        return self._exchanges.get(key)

    def wait(self, key: str) -> None:
        """See ``Shelf``."""
        with self._changed:
            self._changed.wait_for(lambda: key not in self._claimed, timeout=1.0)

    def put(self, key: str, exchange: Exchange) -> Exchange:
        """See ``Shelf``."""
        with self._changed:
            self._claimed.pop(key, None)
            kept = self._keep(key, exchange)
            self._changed.notify_all()
            return kept

    def _keep(self, key: str, exchange: Exchange) -> Exchange:
        return self._exchanges.setdefault(key, exchange)

    def release(self, key: str) -> None:
        """See ``Shelf``."""
        with self._changed, suppress(KeyError):
            del self._claimed[key]
            self._changed.notify_all()

    def exchanges(self) -> Iterator[Exchange]:
        """See ``Shelf``."""
        with self._changed:
            return iter(list(self._exchanges.values()))

    def value(self, name: str) -> Json:
        """See ``Shelf``."""
        return self._values.get(name)

    def update(self, name: str, change: Callable[[Json], Json]) -> Json:
        """See ``Shelf``."""
        with self._changed:
            self._values[name] = change(self._values.get(name))
            return self._values[name]

    def flush(self) -> None:
        """See ``Shelf``; memory survives nothing."""

    def close(self) -> None:
        """See ``Shelf``."""

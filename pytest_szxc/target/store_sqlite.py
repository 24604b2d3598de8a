"""Exchange shelves in one SQLite file: shared by the processes of a run, or of one process alone.

Shared, who wants to send inserts a claim row; the others wait for its answer, and take over when the claimant is gone.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc.model import Attempt, Exchange, Request, Response
from pytest_szxc.target.store import MemoryShelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.model import Json

LEASE = 300.0
"""Seconds after which a claim is void even if its process seems alive (its number may have been given away)."""
POLL = 0.005
_LOOSE = 32
"""Exchanges that may be lost with the process, if no verdict rests on them yet."""
_SMALL, _RECENT = 64 * 1024, 512
"""Bytes of a body, and number of exchanges, that are kept at hand."""
_BUSY = 30.0

_TABLES = """
CREATE TABLE IF NOT EXISTS claim (key TEXT PRIMARY KEY, pid INTEGER NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS value (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exchange (
  sequence INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, operation TEXT NOT NULL,
  method TEXT NOT NULL, url TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL,
  account TEXT NOT NULL, forged TEXT NOT NULL,
  status INTEGER, answer_headers TEXT NOT NULL, answer_body BLOB NOT NULL, tls TEXT NOT NULL,
  fault TEXT, fault_params TEXT NOT NULL, started TEXT NOT NULL, elapsed REAL NOT NULL, earlier TEXT NOT NULL
);
"""
_COLUMNS = (
    "key, operation, method, url, headers, body, account, forged, status, answer_headers, answer_body, tls, "
    "fault, fault_params, started, elapsed, earlier"
)
_SELECT = f"SELECT {_COLUMNS} FROM exchange"  # noqa: S608 -- a constant
_SELECT_AFTER = f"SELECT sequence, {_COLUMNS} FROM exchange WHERE sequence > ? ORDER BY sequence LIMIT ?"  # noqa: S608
_INSERT = f"INSERT OR IGNORE INTO exchange ({_COLUMNS}) VALUES ({', '.join('?' * 17)})"  # noqa: S608 -- a constant


class SqliteShelf:
    """See ``store.Shelf``.

    Processes wait for each other in real time: what they do to each other is not what a SUT's clock is about.

    Args:
        path: the file; made readable by its owner alone, because answers may hold personal data.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.RLock()
        _prepare(path, self._connection)

    def _connection(self) -> sqlite3.Connection:
        """The connection of this thread in this process: SQLite's must not cross a fork."""
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            return held[1]
        made = _connect(self._path)
        self._local.held = (os.getpid(), made)
        self._open.append(made)
        return made

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        with self._lock, _transaction(connection):  # SQLite would let threads try again and again
            yield connection

    def take(self, key: str) -> Exchange | bool:
        """See ``Shelf``."""
        connection = self._connection()
        found = self.find(key)
        if found:
            return found
        if not _claim(connection, key):
            return False
        found = self.find(key)  # its sender may have finished between our look and our claim
        if found:
            self.release(key)
        return found or True

    def find(self, key: str) -> Exchange | None:
        """See ``Shelf``."""
        row = self._connection().execute(f"{_SELECT} WHERE key = ?", (key,)).fetchone()
        return _exchange(row) if row else None

    def wait(self, key: str) -> None:  # noqa: ARG002 -- another process does not say when it is done
        """See ``Shelf``."""
        time.sleep(POLL)

    def put(self, key: str, exchange: Exchange) -> Exchange:
        """See ``Shelf``."""
        with self._writing() as connection:
            kept = connection.execute(_INSERT, _row(key, exchange)).rowcount
            connection.execute("DELETE FROM claim WHERE key = ?", (key,))
        return exchange if kept else self.find(key) or exchange

    def release(self, key: str) -> None:
        """See ``Shelf``."""
        self._connection().execute("DELETE FROM claim WHERE key = ? AND pid = ?", (key, os.getpid()))

    def exchanges(self) -> Iterator[Exchange]:
        """See ``Shelf``."""
        for row in self._connection().execute(f"{_SELECT} ORDER BY sequence"):
            yield _exchange(row)

    def value(self, name: str) -> Json:
        """See ``Shelf``."""
        return _value(self._connection(), name)

    def update(self, name: str, change: Callable[[Json], Json]) -> Json:
        """See ``Shelf``."""
        with self._writing() as connection:
            new = change(_value(connection, name))
            connection.execute("INSERT OR REPLACE INTO value VALUES (?, ?)", (name, json.dumps(new)))
        return new

    def flush(self) -> None:
        """See ``Shelf``; every exchange is written for good at once."""

    def close(self) -> None:
        """See ``Shelf``."""
        while self._open:
            self._open.pop().close()
        self._local = threading.local()


class LoneShelf(MemoryShelf):
    """See ``store.Shelf``: exchanges in a file that no other process writes; the rest needs no file while it runs.

    A few exchanges are written at a time: to write for good takes longer than all the rest. The file has a lock of its
    own, so that nobody waits for it who only looks at a claim or at the pace.

    Args:
        path: the file; made readable by its owner alone, because answers may hold personal data.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file = threading.RLock()
        self._connected: sqlite3.Connection | None = None
        self._filed: set[str] = set()
        self._loose: list[tuple[object, ...]] = []
        _prepare(path, self._connection)

    def _connection(self) -> sqlite3.Connection:
        if self._connected is None:
            self._connected = _connect(self._path)
        return self._connected

    def take(self, key: str) -> Exchange | bool:
        """See ``Shelf``."""
        with self._changed:
            if key not in self._filed:
                return super().take(key)
        return self.find(key) or False

    def find(self, key: str) -> Exchange | None:
        """See ``Shelf``."""
        with self._changed:
            found, filed = self._exchanges.get(key), key in self._filed
        if found is None and filed:
            with self._file:
                self.flush()
                row = self._connection().execute(f"{_SELECT} WHERE key = ?", (key,)).fetchone()
            found = _exchange(row)
        return found

    def put(self, key: str, exchange: Exchange) -> Exchange:
        """See ``Shelf``."""
        with self._file:
            if key not in self._filed:
                self._loose.append(_row(key, exchange))
                if len(self._loose) >= _LOOSE or not _is_small(exchange):
                    self.flush()
        return super().put(key, exchange)

    def _keep(self, key: str, exchange: Exchange) -> Exchange:
        """Keep small exchanges at hand: reading one back costs more than a short look."""
        if key in self._filed:
            return self.find(key) or exchange
        self._filed.add(key)
        if _is_small(exchange):
            self._exchanges[key] = exchange
            if len(self._exchanges) > _RECENT:
                del self._exchanges[next(iter(self._exchanges))]
        return exchange

    def exchanges(self) -> Iterator[Exchange]:
        """See ``Shelf``; a few at a time, for bodies may be large."""
        last = 0
        while True:
            with self._file:
                self.flush()
                rows = self._connection().execute(_SELECT_AFTER, (last, _LOOSE)).fetchall()
            yield from (_exchange(row[1:]) for row in rows)
            if not rows:
                return
            last = rows[-1][0]

    def flush(self) -> None:
        """See ``Shelf``."""
        with self._file:
            rows, self._loose = self._loose, []
            if rows:
                with _transaction(self._connection()) as connection:
                    connection.executemany(_INSERT, rows)

    def close(self) -> None:
        """See ``Shelf``; the run's values go into the file too."""
        with self._file:
            connection = self._connection()
            try:
                self.flush()
                values = [(name, json.dumps(value)) for name, value in self._values.items()]
                connection.executemany("INSERT OR REPLACE INTO value VALUES (?, ?)", values)
            finally:
                connection.close()
                self._connected = None


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing; SQLite itself may have ended it already, on a full disk."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _is_small(exchange: Exchange) -> bool:
    return exchange.response is None or len(exchange.response.body) <= _SMALL


def _value(connection: sqlite3.Connection, name: str) -> Json:
    row = connection.execute("SELECT value FROM value WHERE name = ?", (name,)).fetchone()
    return json.loads(row[0]) if row else None


def _connect(path: Path) -> sqlite3.Connection:
    made = sqlite3.connect(path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
    made.execute("PRAGMA journal_mode=WAL")
    made.execute("PRAGMA synchronous=NORMAL")
    return made


def _prepare(path: Path, connection: Callable[[], sqlite3.Connection]) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection().executescript(_TABLES)


def _claim(connection: sqlite3.Connection, key: str) -> bool:
    """Claim a key unless a living process holds it."""
    mine = (os.getpid(), time.time() + LEASE)
    if connection.execute("INSERT OR IGNORE INTO claim VALUES (?, ?, ?)", (key, *mine)).rowcount:
        return True
    row = connection.execute("SELECT pid, until FROM claim WHERE key = ?", (key,)).fetchone()
    if row is None or (row[1] > time.time() and alive(row[0])):
        return False
    succeed = "UPDATE claim SET pid = ?, until = ? WHERE key = ? AND pid = ? AND until = ?"
    return connection.execute(succeed, (*mine, key, *row)).rowcount > 0


def alive(pid: int) -> bool:
    """Whether a process of this machine is still there; where that cannot be asked harmlessly, its lease decides."""
    if pid == os.getpid():
        return True
    if os.name == "nt":
        return True  # there, os.kill would end the process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _ended(pid)


def _ended(pid: int) -> bool:
    """Whether a process has ended and its parent has not yet asked how; a killed worker may stay so for the whole run.

    Where the system has no ``/proc``, nobody says so.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    return stat.rpartition(b")")[2].split()[:1] == [b"Z"]


def _row(key: str, exchange: Exchange) -> tuple[object, ...]:
    request, response = exchange.request, exchange.response or Response(0)
    return (
        key,
        exchange.operation,
        request.method,
        request.url,
        json.dumps(request.headers),
        request.body,
        request.account,
        request.forged,
        response.status if exchange.response else None,
        json.dumps(response.headers),
        response.body,
        response.tls,
        exchange.fault,
        json.dumps(exchange.fault_params),
        exchange.started,
        exchange.elapsed,
        json.dumps([[one.fault, one.status, one.started, one.elapsed] for one in exchange.earlier]),
    )


def _exchange(row: tuple[str, ...]) -> Exchange:
    key, operation, method, url, headers, body, account, forged, status, answer_headers, answer_body, *rest = row
    tls, fault, fault_params, started, elapsed, earlier = rest
    response = None if status is None else Response(int(status), _pairs(answer_headers), bytes(answer_body), tls)  # type: ignore[arg-type] # a blob
    request = Request(method, url, _pairs(headers), bytes(body), account, forged)  # type: ignore[arg-type] # a blob
    tries = tuple(Attempt(*one) for one in json.loads(earlier))
    return Exchange(key, operation, request, response, fault, json.loads(fault_params), started, float(elapsed), tries)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in json.loads(text))

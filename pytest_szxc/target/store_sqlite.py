"""An exchange shelf in one SQLite file, shared by the processes of a run.

Who wants to send inserts a claim row; the others wait for its answer, and take over when the claimant is gone.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_szxc.model import Exchange, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LEASE = 300.0
"""Seconds after which a claim is void even if its process seems alive (its number may have been given away)."""
POLL = 0.005
_BUSY = 30.0

_TABLES = """
CREATE TABLE IF NOT EXISTS claim (key TEXT PRIMARY KEY, pid INTEGER NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS value (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exchange (
  sequence INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, operation TEXT NOT NULL,
  method TEXT NOT NULL, url TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL, account TEXT NOT NULL,
  status INTEGER, answer_headers TEXT NOT NULL, answer_body BLOB NOT NULL,
  fault TEXT, fault_params TEXT NOT NULL, started TEXT NOT NULL, elapsed REAL NOT NULL
);
"""
_COLUMNS = (
    "key, operation, method, url, headers, body, account, status, answer_headers, answer_body, "
    "fault, fault_params, started, elapsed"
)
_SELECT = f"SELECT {_COLUMNS} FROM exchange"  # noqa: S608 -- a constant
_INSERT = f"INSERT OR IGNORE INTO exchange ({_COLUMNS}) VALUES ({', '.join('?' * 14)})"  # noqa: S608 -- a constant


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
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._connection().executescript(_TABLES)

    def _connection(self) -> sqlite3.Connection:
        """The connection of this thread in this process: SQLite's must not cross a fork."""
        held: tuple[int, sqlite3.Connection] | None = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            return held[1]
        made = sqlite3.connect(self._path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("PRAGMA synchronous=NORMAL")
        self._local.held = (os.getpid(), made)
        self._open.append(made)
        return made

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

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

    def wait(self) -> None:
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

    def value(self, name: str) -> str | None:
        """See ``Shelf``."""
        row = self._connection().execute("SELECT value FROM value WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def update(self, name: str, change: Callable[[str | None], str]) -> str:
        """See ``Shelf``."""
        with self._writing() as connection:
            row = connection.execute("SELECT value FROM value WHERE name = ?", (name,)).fetchone()
            new = change(str(row[0]) if row else None)
            connection.execute("INSERT OR REPLACE INTO value VALUES (?, ?)", (name, new))
        return new

    def close(self) -> None:
        """See ``Shelf``."""
        while self._open:
            self._open.pop().close()
        self._local = threading.local()


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
    if os.name == "nt":
        return True  # there, os.kill would end the process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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
        response.status if exchange.response else None,
        json.dumps(response.headers),
        response.body,
        exchange.fault,
        json.dumps(exchange.fault_params),
        exchange.started,
        exchange.elapsed,
    )


def _exchange(row: tuple[str, ...]) -> Exchange:
    key, operation, method, url, headers, body, account, status, answer_headers, answer_body, *rest = row
    fault, fault_params, started, elapsed = rest
    response = None if status is None else Response(int(status), _pairs(answer_headers), bytes(answer_body))  # type: ignore[arg-type] # a blob
    request = Request(method, url, _pairs(headers), bytes(body), account)  # type: ignore[arg-type] # a blob
    return Exchange(key, operation, request, response, fault, json.loads(fault_params), started, float(elapsed))


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in json.loads(text))

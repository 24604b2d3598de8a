"""The demo platform's tables: JSON documents in SQLite, one table per collection, in the order they came.

One connection is shared by all threads of the server, behind a lock.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from pytest_szxc.model import Json


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in SQL over ``body`` (``json_extract(body, '$.level') = ?``) with its values."""

    sql: str = "1"
    values: tuple[object, ...] = ()


EVERYTHING = Where()


class Store:
    """Collections of JSON documents.

    Args:
        path: a database file; in memory without one.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._database = sqlite3.connect(str(path or ":memory:"), check_same_thread=False, isolation_level=None)
        self._lock = RLock()
        weakref.finalize(self, self._database.close)  # a forgotten platform leaves no open database behind

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def load(self, collection: str, rows: Iterable[tuple[str, str]]) -> None:
        """Make the collection and fill it with (key, JSON text)."""
        columns = "position INTEGER PRIMARY KEY, key TEXT NOT NULL, body TEXT NOT NULL"
        self._run(f'CREATE TABLE "{collection}" ({columns})')
        self._run(f'CREATE INDEX "{collection}_key" ON "{collection}" (key)')
        self.extend(collection, rows)

    def extend(self, collection: str, rows: Iterable[tuple[str, str]]) -> None:
        """Append (key, JSON text) to a collection."""
        with self._lock:
            self._run("BEGIN")
            self._database.executemany(f'INSERT INTO "{collection}" (key, body) VALUES (?, ?)', rows)  # noqa: S608 -- our names
            self._run("COMMIT")

    def count(self, collection: str, where: Where = EVERYTHING) -> int:
        """How many documents meet a condition."""
        found = self._run(f'SELECT count(*) FROM "{collection}" WHERE {where.sql}', where.values)  # noqa: S608 -- our names
        return int(found[0][0])

    def page(
        self, collection: str, offset: int, limit: int, where: Where = EVERYTHING, order: str = "position"
    ) -> list[Json]:
        """A window of the documents that meet a condition; ``limit`` -1 takes all."""
        sql = f'SELECT body FROM "{collection}" WHERE {where.sql} ORDER BY {order} LIMIT ? OFFSET ?'  # noqa: S608 -- our names
        return [json.loads(body) for (body,) in self._run(sql, (*where.values, limit, offset))]

    def all(self, collection: str, where: Where = EVERYTHING) -> list[Json]:
        """All documents that meet a condition."""
        return self.page(collection, 0, -1, where)

    def get(self, collection: str, key: str) -> Json:
        """The first document with a key, or ``None``."""
        found = self.page(collection, 0, 1, Where("key = ?", (key,)))
        return found[0] if found else None

    def add(self, collection: str, key: str, document: Json) -> None:
        """Append a document; a key may stand twice (a faulty platform's may)."""
        self.extend(collection, [(key, _text(document))])

    def remove(self, collection: str, key: str) -> None:
        """Remove all documents with a key."""
        self._run(f'DELETE FROM "{collection}" WHERE key = ?', (key,))  # noqa: S608 -- our names

    def replace(self, collection: str, key: str, document: Json) -> None:
        """Put another document in the place of the one with that key."""
        self._run(f'UPDATE "{collection}" SET body = ? WHERE key = ?', (_text(document), key))  # noqa: S608 -- our names

    def rename(self, collection: str, key: str, other: str) -> None:
        """Give all documents with a key another one; the documents stay as they are."""
        self._run(f'UPDATE "{collection}" SET key = ? WHERE key = ?', (other, key))  # noqa: S608 -- our names

    def reverse(self, collection: str) -> None:
        """Turn the order of a collection round."""
        self._run(f'UPDATE "{collection}" SET position = -position')  # noqa: S608 -- our names

    def edit(self, collection: str, change: Callable[[Json], object], where: Where = EVERYTHING) -> None:
        """Let ``change`` alter, in place, every document that meets a condition."""
        sql = f'SELECT position, body FROM "{collection}" WHERE {where.sql}'  # noqa: S608 -- our names
        with self._lock:
            for position, body in self._run(sql, where.values):
                document = json.loads(body)
                change(document)
                sql = f'UPDATE "{collection}" SET body = ? WHERE position = ?'  # noqa: S608 -- our names
                self._run(sql, (_text(document), position))

    def _run(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Json, ...]]:
        with self._lock:
            return self._database.execute(sql, values).fetchall()


def _text(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False)

"""Tables that answers hold: each is read once in a process, and kept while there is room."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc.model import Exchange, Location
    from pytest_szxc.target.statement import Statement
    from pytest_szxc.target.streams import Call
    from pytest_szxc.target.tabular.table import Table

ROWS_KEPT = 1_000_000
"""Rows of all tables together; the one asked for last stays whatever its size."""


class TableShelf:
    """Takes the body of an answer apart into columns, as the operation's row schema and the binding say.

    Args:
        statement: names of columns, codes and time profile, where it binds the operation.
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._keys: dict[str, str] = {}

    def of(self, call: Call, exchange: Exchange, at: Location) -> Table:
        """The table that a recorded answer holds.

        Args:
            call: what was asked; its operation names the row schema.
            exchange: the answer.
            at: where the table stands.

        Raises:
            TransportFault: ``table.*``, no row of it can be read.
            Unjudgeable: ``extra.missing``.
        """
        from pytest_szxc.target.tabular.table import codes_of, names_of, read_table  # noqa: PLC0415 -- needs an extra

        bound = self._statement.operations.get((call.suite.id, call.operation.id))
        body = exchange.response.body if exchange.response else b""
        kind, profile, schema = _kind(exchange, body), self._statement.time_profile, call.operation.schema or ""
        names, codes = names_of(bound), codes_of(bound)
        said = json.dumps([exchange.id, kind, schema, names, codes, profile, at])
        with _LOCK:  # who needs the same table waits for it
            if said not in self._keys:  # an exchange never changes, and hashing a large one takes its time
                self._keys[said] = _digest(said, body)
            key = self._keys[said]
            if key not in _KEPT:
                _KEPT[key] = read_table(
                    body, kind, schema=schema, names=names, codes=codes, time_profile=profile, origin=at
                )
            return _kept(key)


_LOCK = threading.Lock()
_KEPT: OrderedDict[str, Table] = OrderedDict()
"""Tables by all that they follow from, those asked for last at the end; a table is never changed."""


def _digest(said: str, body: bytes) -> str:
    digest = hashlib.sha256(said.encode() + b"\0")
    digest.update(body)  # no copy of it: it may be large
    return digest.hexdigest()


def _kept(key: str) -> Table:
    """A table that is kept; others make room for it."""
    _KEPT.move_to_end(key)
    while len(_KEPT) > 1 and sum(table.rows for table in _KEPT.values()) > ROWS_KEPT:
        _KEPT.popitem(last=False)
    return _KEPT[key]


def _kind(exchange: Exchange, body: bytes) -> str:
    """The format: by the file's name, the media type, or what the bytes begin with."""
    from pytest_szxc.target.tabular.table import kind_of  # noqa: PLC0415 -- needs an extra

    media = exchange.response.header("content-type") if exchange.response else None
    for name in (media or "", exchange.request.url.partition("?")[0]):
        kind = kind_of(name)
        if kind:
            return kind
    if body.startswith(b"PAR1"):
        return "parquet"
    return "ndjson" if body.lstrip()[:1] == b"{" else "csv"

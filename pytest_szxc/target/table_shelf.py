"""Tables that answers hold: each is read once in a process, and kept while there is room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc.model import Exchange, Location
    from pytest_szxc.target.statement import Statement
    from pytest_szxc.target.streams import Call
    from pytest_szxc.target.tables import Table

ROWS_KEPT = 1_000_000
"""Rows of all tables together; the one asked for last stays whatever its size."""


class TableShelf:
    """Takes the body of an answer apart into columns, as the operation's row schema and the binding say.

    Args:
        statement: names of columns, codes and time profile, where it binds the operation.
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Table] = OrderedDict()

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
        with self._lock:  # who needs the same table waits for it
            if exchange.id not in self._kept:
                self._kept[exchange.id] = self._read(call, exchange, at)
            self._kept.move_to_end(exchange.id)
            self._make_room()
            return self._kept[exchange.id]

    def _read(self, call: Call, exchange: Exchange, at: Location) -> Table:
        from pytest_szxc.target.tables import codes_of, names_of, read_table  # noqa: PLC0415 -- needs an extra

        bound = self._statement.operations.get((call.suite.id, call.operation.id))
        body = exchange.response.body if exchange.response else b""
        return read_table(
            body,
            _kind(exchange, body),
            schema=call.operation.schema or "",
            names=names_of(bound),
            codes=codes_of(bound),
            time_profile=self._statement.time_profile,
            origin=at,
        )

    def _make_room(self) -> None:
        while len(self._kept) > 1 and sum(table.rows for table in self._kept.values()) > ROWS_KEPT:
            self._kept.popitem(last=False)


def _kind(exchange: Exchange, body: bytes) -> str:
    """The format: by the file's name, the media type, or what the bytes begin with."""
    from pytest_szxc.target.tables import kind_of  # noqa: PLC0415 -- needs an extra

    media = exchange.response.header("content-type") if exchange.response else None
    for name in (media or "", exchange.request.url.partition("?")[0]):
        kind = kind_of(name)
        if kind:
            return kind
    if body.startswith(b"PAR1"):
        return "parquet"
    return "ndjson" if body.lstrip()[:1] == b"{" else "csv"

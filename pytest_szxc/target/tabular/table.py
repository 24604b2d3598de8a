"""A table of numbers that came as a file: a log of a machine, in CSV, NDJSON or Parquet, as typed columns.

One bad cell never costs the file: it has no value, and it is named by column and row.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_szxc.errors import TransportFault, Unjudgeable
from pytest_szxc.model import Location
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from pytest_szxc.target.statement import BoundOperation
    from pytest_szxc.target.tabular.batches import Reading
    from pytest_szxc.target.tabular.faults import CellFault

    Array = np.ndarray[Any, Any]

KINDS = ("csv", "ndjson", "parquet")
_WORDS = {
    "csv": ("csv", "text/csv", "application/csv", "tsv", "text/tab-separated-values"),
    "ndjson": ("ndjson", "jsonl", "application/x-ndjson", "application/ndjson", "application/jsonl"),
    "parquet": ("parquet", "application/vnd.apache.parquet", "application/x-parquet"),
}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_HEADERS_SHOWN = 20


@dataclass(frozen=True, eq=False, weakref_slot=True, slots=True)
class Table:
    """Typed columns of a file.

    Attributes:
        rows: how many.
        row_numbers: of each row, 1-based, as an editor counts lines; of Parquet, as rows are counted (rows,).
        faults: what is wrong with single cells and rows.
        origin: the exchange and the file.
        found: the names of the columns as they stand in the file.
        names: canonical column → name in the file, where it is another.
        columns: the values by canonical name; see ``column``.
        reading: the file, for what is only looked at when somebody asks.
        known_decimals: what ``decimals`` has found so far.
        kept: what others have made of the table and keep with it, under keys of their own.
        lock: for both.
    """

    rows: int
    row_numbers: Array
    faults: tuple[CellFault, ...]
    origin: Location
    found: tuple[str, ...]
    names: Mapping[str, str]
    columns: Mapping[str, Array]
    reading: Reading = field(repr=False)
    known_decimals: dict[str, int | None] = field(default_factory=dict, repr=False)
    kept: dict[object, object] = field(default_factory=dict, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def has(self, name: str) -> bool:
        """Whether the file has a column."""
        return name in self.columns

    def column(self, name: str) -> Array:
        """The values of a column (rows,), not to be written to.

        Numbers are float64 with NaN where there is none, truth values bool (false where there is none), times int64
        microseconds since 1970 in UTC (``times.MISSING`` where there is none), texts objects ("" where none).

        Raises:
            Unjudgeable: ``table.column-missing``.
        """
        if name not in self.columns:
            raise Unjudgeable(
                "table.column-missing",
                self.origin.exchange,
                column=show(self.names.get(name, name)),
                file=self.origin.file or "",
                found=headers_shown(self.found),
            )
        return self.columns[name]

    def decimals(self, name: str) -> int | None:
        """The most decimals written in a column; ``None`` for Parquet, whose numbers are not written in digits.

        Raises:
            Unjudgeable: ``table.column-missing``.
        """
        self.column(name)
        with self.lock:
            if name not in self.known_decimals:
                self.known_decimals[name] = self.reading.decimals(name)
            return self.known_decimals[name]

    def at(self, row: int, column: str = "") -> Location:
        """Where a value stands: exchange, file, row as an editor counts it, and its column.

        Args:
            row: index into the columns.
            column: canonical name.
        """
        pointer = f"/{column}" if column else ""
        return self.origin._replace(row=int(self.row_numbers[row]), pointer=pointer)


def read_table(  # noqa: PLR0913 -- what reading a table depends on
    body: bytes,
    kind: str,
    *,
    schema: str,
    names: Mapping[str, str] | None = None,
    codes: Mapping[str, Mapping[str, str]] | None = None,
    time_profile: str = "rfc3339",
    origin: Location | None = None,
) -> Table:
    """A file as a table.

    Args:
        body: the file.
        kind: ``csv``, ``ndjson`` or ``parquet``.
        schema: ``$id`` of the schema of a row, whose members are the canonical columns.
        names: canonical column → name of the column in the file, see ``names_of``.
        codes: canonical column → the file's code → canonical text, see ``codes_of``.
        time_profile: how the vendor writes times.
        origin: the exchange and the file, for faults and findings.

    Raises:
        TransportFault: ``table.kind``, ``table.empty``, ``table.encoding``, ``table.encoding-gbk``,
            ``table.duplicate-header``, ``table.too-many-columns``, ``table.too-many-rows``, ``table.too-large``,
            ``table.line-too-long``, ``table.no-known-column``, ``table.no-rows``, ``table.rows-differ``,
            ``table.unreadable``; each names the file.
        Unjudgeable: ``extra.missing``, ``table.disk``.
    """
    place = origin or Location()
    from pytest_szxc.target.tabular.reading import made_table  # noqa: PLC0415 -- numpy and duckdb are an extra

    try:
        return made_table(body, kind, schema, names or {}, codes or {}, time_profile, place)
    except TransportFault as fault:
        params = {"file": place.file or "", **fault.params}
        raise TransportFault(fault.code, place.exchange, **params) from None


def kind_of(name: str) -> str | None:
    """The kind of a table: by the ending of a file's name or by a content type; ``None`` of anything else."""
    word = name.partition(";")[0].strip().lower()
    ending = word.rpartition(".")[2]
    return next((kind for kind, words in _WORDS.items() if word in words or ending in words), None)


def names_of(bound: BoundOperation | None) -> dict[str, str]:
    """Canonical column → name in the file, as a binding's ``fields`` say: plain, or quoted as JMESPath does."""
    return {name: _plain(source) for name, source in (bound.fields if bound else {}).items()}


def codes_of(bound: BoundOperation | None) -> dict[str, dict[str, str]]:
    """Canonical column → the file's code → canonical text, as a binding's ``values`` say; truth values as in JSON."""
    tables = (bound.values if bound else {}).items()
    return {name: {str(code): _text(meaning) for code, meaning in table.items()} for name, table in tables}


def headers_shown(found: tuple[str, ...]) -> str:
    """The names of a file's columns for a message."""
    more = " …" if len(found) > _HEADERS_SHOWN else ""
    return show(", ".join(name[:40] for name in found[:_HEADERS_SHOWN])) + more


def _plain(source: str) -> str:
    quoted = _QUOTED.fullmatch(source.strip())
    return re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else source


def _text(meaning: object) -> str:
    return str(meaning).lower() if isinstance(meaning, bool) else str(meaning)

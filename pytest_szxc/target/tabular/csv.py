"""CSV with a header as a table: RFC 4180, the delimiter a comma, a semicolon or a tab, as the header shows."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show
from pytest_szxc.target.tabular.batches import MOST_COLUMNS, MOST_ROWS, Batch
from pytest_szxc.target.tabular.columns import NUMBER, coded_sql, unread_sql, value_sql
from pytest_szxc.target.tabular.decimals import decimals_sql, most_decimals, quick_decimals_sql
from pytest_szxc.target.tabular.engine import engine, quoted
from pytest_szxc.target.tabular.pieces import LONGEST_LINE, ROW_FAULTS, Form, has_grouped_digits, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from pytest_szxc.target.tabular.columns import Column
    from pytest_szxc.target.tabular.pieces import Piece

DELIMITERS = (",", ";", "\t")
_BOM = b"\xef\xbb\xbf"
_DIGITS, _UNREAD = " digits", " unread"


@dataclass(frozen=True, slots=True)
class Header:
    """The header row: delimiter, names, and where the rows after it begin, as offset and 1-based line."""

    delimiter: str
    names: tuple[str, ...]
    start: int
    line: int


class CsvReading:
    """See ``batches.Reading``.

    Args:
        body: the file, in UTF-8.
        names: canonical column → header in the file, where it is another.
        codes: canonical column → the file's code → canonical text.
        wanted: canonical columns that the file may have.

    Raises:
        TransportFault: ``table.duplicate-header``, ``table.too-many-columns``, ``table.line-too-long``.
    """

    def __init__(
        self,
        body: bytes,
        names: Mapping[str, str],
        codes: Mapping[str, Mapping[str, str]],
        wanted: Collection[str],
    ) -> None:
        if b"\n" not in body:  # lines that end as they did on the first Macintosh
            body = body.replace(b"\r", b"\n")
        self._header = header_of(body, {names.get(name, name) for name in wanted})
        self._body = body
        self._names = names
        self._codes = codes
        self._decimals: dict[str, int | None] = {}
        self._form = Form(ord(self._header.delimiter), len(self._header.names), quotes=b'"' in body)
        self.found = self._header.names

    def batches(self, columns: Mapping[str, Column]) -> Iterator[Batch]:
        """See ``Reading``.

        Raises:
            TransportFault: ``table.too-many-rows``, ``table.rows-differ``, ``table.line-too-long``.
        """
        rows = 0
        for piece in self._pieces():
            rows += len(piece.lines)
            if rows > MOST_ROWS:
                raise TransportFault("table.too-many-rows", limit=MOST_ROWS)
            yield self._batch(piece, columns)

    def decimals(self, column: str) -> int | None:
        """See ``Reading``; of the columns that every row needs it is known once the rows have been read."""
        known = self._decimals.get(column)
        if known is not None:
            return known
        sql = decimals_sql(coded_sql(self._cell(column), self._codes.get(column, {})))
        return most_decimals(self._read(piece, sql) for piece in self._pieces())

    def _pieces(self) -> Iterator[Piece]:
        return pieces(self._body, self._header.start, self._header.line, self._form)

    def _cell(self, column: str) -> str:
        return f"c{self.found.index(self._names.get(column, column))}"

    def _batch(self, piece: Piece, columns: Mapping[str, Column]) -> Batch:
        cells = {name: (self._cell(name), self._codes.get(name, {})) for name in columns}
        bare = {name for name, column in columns.items() if column.kind == NUMBER and not self._codes.get(name)}
        asked = {name for name in bare if columns[name].required}

        def texts(name: str) -> np.ndarray[Any, Any]:
            return self._read(piece, {"text": coded_sql(*cells[name])})["text"]

        def values(*, careful: bool) -> dict[str, np.ndarray[Any, Any]]:
            sql = {name: value_sql(columns[name], *cell, careful=careful) for name, cell in cells.items()}
            if not careful:
                sql |= {name + _DIGITS: quick_decimals_sql(cells[name][0]) for name in asked}
                sql[_UNREAD] = unread_sql([cells[name][0] for name in sorted(bare)])
            return self._read(piece, sql)

        broken = {kind: piece.faults == at for at, kind in enumerate(ROW_FAULTS, start=1)}
        found = self._values(piece, values)
        self._learn(asked, found)
        unread = found.pop(_UNREAD, None)
        sure = unread is not None and not np.any(unread)
        return Batch(piece.lines, found, broken, texts, sure=frozenset(bare) if sure else frozenset())

    def _learn(self, asked: Collection[str], found: dict[str, np.ndarray[Any, Any]]) -> None:
        """The most decimals so far; ``None`` from the first piece on that does not say."""
        for name in asked:
            digits, values = found.pop(name + _DIGITS, None), found[name]
            known = self._decimals.setdefault(name, 0)
            plain = digits is not None and not np.any(np.ma.getmaskarray(digits) | np.ma.getmaskarray(values))
            least = int(np.max(digits, initial=0)) if plain and digits is not None else None
            self._decimals[name] = None if known is None or least is None else max(known, least)

    def _values(
        self, piece: Piece, values: Callable[..., dict[str, np.ndarray[Any, Any]]]
    ) -> dict[str, np.ndarray[Any, Any]]:
        """All values of a piece. The quick way lets duckdb convert as it reads, which may break down on a bad cell."""
        if not has_grouped_digits(piece):
            try:
                return values(careful=False)
            except TransportFault:
                pass
        return values(careful=True)

    def _read(self, piece: Piece, values: Mapping[str, str]) -> dict[str, np.ndarray[Any, Any]]:
        """Values of a piece by name; as many as it has rows, which duckdb is not trusted to see to."""
        if not len(piece.lines):
            return {name: np.empty(0, dtype=object) for name in values}
        with engine().file(piece.body, ".csv") as path:
            listed = ", ".join(f"{sql} AS v{at}" for at, sql in enumerate(values.values()))
            found = engine().columns(f"SELECT {listed} FROM {self._source(path)}")  # noqa: S608 -- ours, names are numbers
        if any(len(column) != len(piece.lines) for column in found.values()):
            raise TransportFault("table.rows-differ", row=int(piece.lines[0]), rows=len(piece.lines))
        return {name: found[f"v{at}"] for at, name in enumerate(values)}

    def _source(self, path: str) -> str:
        quote = '"' if self._form.quotes else ""
        columns = ", ".join(f"c{at}: 'VARCHAR'" for at in range(len(self.found)))
        return (
            f"read_csv({quoted(path)}, auto_detect = false, header = false, delim = {quoted(self._header.delimiter)}, "
            f"quote = '{quote}', escape = '{quote}', new_line = '\\n', parallel = false, "
            f"max_line_size = {2 * LONGEST_LINE}, columns = {{{columns}}})"
        )


def header_of(body: bytes, wanted: Collection[str]) -> Header:
    """The header of a CSV file: the first line that is not blank.

    Args:
        body: the file, in UTF-8, not blank.
        wanted: names that it may have; the delimiter that gives most of them is the file's.

    Raises:
        TransportFault: ``table.duplicate-header``, ``table.too-many-columns``, ``table.line-too-long``.
    """
    start, line = _first_line(body)
    end = _end_of_header(body, start, line)
    text = body[start:end].decode("utf-8", "replace").rstrip("\r\n")
    split = {delimiter: _cells(text, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: (len(set(split[one]) & set(wanted)), len(split[one])))
    names = split[delimiter]
    if len(names) > MOST_COLUMNS:
        raise TransportFault("table.too-many-columns", found=len(names), limit=MOST_COLUMNS)
    for at, name in enumerate(names):
        if name and name in names[:at]:
            raise TransportFault("table.duplicate-header", header=show(name))
    return Header(delimiter, names, end, line + body.count(b"\n", start, end))


def _first_line(body: bytes) -> tuple[int, int]:
    bare = body.removeprefix(_BOM)
    blank = len(bare) - len(bare.lstrip(b" \r\n"))
    start = len(body) - len(bare) + blank
    return start, 1 + body.count(b"\n", 0, start)


def _end_of_header(body: bytes, start: int, line: int) -> int:
    head = np.frombuffer(body, np.uint8, min(len(body) - start, LONGEST_LINE), start)
    opened = np.cumsum(head == ord('"'), dtype=np.int32) & 1
    ends = np.flatnonzero((head == ord("\n")) & (opened == 0))
    if not len(ends):
        ends = np.flatnonzero(head == ord("\n"))
    if not len(ends) and len(head) == LONGEST_LINE:
        raise TransportFault("table.line-too-long", row=line, limit=LONGEST_LINE)
    return start + int(ends[0]) + 1 if len(ends) else len(body)


def _cells(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        rows = list(csv.reader([text], delimiter=delimiter))
    except csv.Error:  # a cell longer than the reader takes
        return tuple(text.split(delimiter))
    return tuple(cell.strip() for cell in rows[0]) if rows else ()

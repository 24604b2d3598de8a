"""Parquet as a table: its plain columns with their own types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_szxc.errors import TransportFault
from pytest_szxc.printable import show
from pytest_szxc.target.tabular.batches import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Batch
from pytest_szxc.target.tabular.columns import BOOLEAN, NUMBER, TIME, coded_sql, value_sql
from pytest_szxc.target.tabular.engine import engine, identifier, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_szxc.target.tabular.columns import Column

    Array = np.ndarray[Any, Any]

_ROWS = 65_536
_FOOTER_BYTES = 8 * 1024 * 1024
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "FLOAT")
_NUMERIC = (*_NUMBERS, "HUGEINT", "UHUGEINT", "DOUBLE", "DECIMAL")
_ZONED = "TIMESTAMP WITH TIME ZONE"


class ParquetReading:
    """See ``batches.Reading``.

    Args:
        body: the file.
        names: canonical column → name in the file, where it is another.
        codes: canonical column → the file's code → canonical text.

    Raises:
        TransportFault: ``table.unreadable``, ``table.duplicate-header``, ``table.too-many-columns``,
            ``table.too-many-rows``, ``table.too-large``.
    """

    def __init__(self, body: bytes, names: Mapping[str, str], codes: Mapping[str, Mapping[str, str]]) -> None:
        _check_frame(body)
        self._body = body
        self._names = names
        self._codes = codes
        with engine().file(body, ".parquet") as path:
            self._rows = _measured(path)
            self.found = _top_names(path)
            self._columns = dict(zip(self.found, _described(path), strict=True))

    def batches(self, columns: Mapping[str, Column]) -> Iterator[Batch]:
        """See ``Reading``."""
        values = {name: self._value(column) for name, column in columns.items()}
        unzoned = frozenset(name for name, column in columns.items() if self._unzoned(column))
        for start in range(0, self._rows, _ROWS):
            numbers = np.arange(start + 1, min(start + _ROWS, self._rows) + 1)

            def texts(name: str, start: int = start) -> Array:
                return self._read(start, {"text": self._text(name)})["text"]

            found = self._read(start, values)
            if any(len(column) != len(numbers) for column in found.values()):
                raise TransportFault("table.rows-differ", row=start + 1, rows=len(numbers))
            yield Batch(numbers, found, {}, texts, unzoned)

    def decimals(self, column: str) -> int | None:
        """See ``Reading``: numbers of Parquet are not written in digits."""
        del column
        return None

    def _type(self, name: str) -> tuple[str, str]:
        """SQL identifier and type of a canonical column."""
        described, kind = self._columns[self._names.get(name, name)]
        return identifier(described), kind

    def _text(self, name: str) -> str:
        return coded_sql(f"CAST({self._type(name)[0]} AS VARCHAR)", self._codes.get(name, {}))

    def _value(self, column: Column) -> str:
        cell, kind = self._type(column.name)
        if column.kind == NUMBER and kind.partition("(")[0] in _NUMERIC and column.name not in self._codes:
            return f"CAST({cell} AS DOUBLE)"
        if column.kind == BOOLEAN and kind == "BOOLEAN":
            return f"CAST(CAST({cell} AS TINYINT) AS DOUBLE)"
        if column.kind == TIME and kind.startswith("TIMESTAMP"):
            return f"epoch_us({cell if kind == _ZONED else f'CAST({cell} AS TIMESTAMP)'})"
        return value_sql(column, f"CAST({cell} AS VARCHAR)", self._codes.get(column.name, {}), careful=True)

    def _unzoned(self, column: Column) -> bool:
        kind = self._type(column.name)[1]
        return column.kind == TIME and kind.startswith("TIMESTAMP") and kind != _ZONED

    def _read(self, start: int, values: Mapping[str, str]) -> dict[str, Array]:
        listed = ", ".join(f"{sql} AS v{at}" for at, sql in enumerate(values.values()))
        with engine().file(self._body, ".parquet") as path:
            found = engine().columns(
                f"SELECT {listed} FROM read_parquet({quoted(path)}, file_row_number = true) "  # noqa: S608 -- quoted
                f"WHERE file_row_number >= {start} AND file_row_number < {start + _ROWS}"
            )
        return {name: found[f"v{at}"] for at, name in enumerate(values)}


def _check_frame(body: bytes) -> None:
    """Refuse what cannot be Parquet before anybody reads it: its marks at both ends, the size of its footer."""
    if not body.startswith(b"PAR1"):
        raise TransportFault("table.unreadable", problem="no PAR1 at the beginning: no Parquet file")
    if not body.endswith(b"PAR1"):
        raise TransportFault("table.unreadable", problem="no PAR1 at the end: the file was cut off")
    footer = int.from_bytes(body[-8:-4], "little")
    if footer > len(body):
        raise TransportFault("table.unreadable", problem=f"the footer says that it has {footer} bytes")
    if footer > _FOOTER_BYTES:
        raise TransportFault("table.too-large", found=footer, limit=_FOOTER_BYTES)


def _measured(path: str) -> int:
    """How many rows the file says it has, after a look at how large they say they are."""
    asked = f"SELECT num_rows FROM parquet_file_metadata({quoted(path)})"  # noqa: S608 -- quoted
    rows = int(engine().columns(asked)["num_rows"][0])
    if rows > MOST_ROWS:
        raise TransportFault("table.too-many-rows", limit=MOST_ROWS)
    asked = f"SELECT total_uncompressed_size::DOUBLE AS n FROM parquet_metadata({quoted(path)})"  # noqa: S608 -- quoted
    sizes = engine().columns(asked)
    size = int(sizes["n"].sum())
    if size > MOST_BYTES:
        raise TransportFault("table.too-large", found=size, limit=MOST_BYTES)
    return rows


def _top_names(path: str) -> tuple[str, ...]:
    """The names of the columns as they stand in the file; members of nested ones are not among them."""
    found = engine().columns(f"SELECT name, num_children::DOUBLE AS n FROM parquet_schema({quoted(path)})")  # noqa: S608 -- quoted
    children = np.ma.filled(found["n"], 0).astype(np.int64)
    names: list[str] = []
    nested = 0
    for name, count in zip(found["name"].tolist()[1:], children.tolist()[1:], strict=True):
        if nested:
            nested -= 1
        elif name in names:
            raise TransportFault("table.duplicate-header", header=show(name))
        else:
            names.append(name)
        nested += count
    if len(names) > MOST_COLUMNS:
        raise TransportFault("table.too-many-columns", found=len(names), limit=MOST_COLUMNS)
    return tuple(names)


def _described(path: str) -> list[tuple[str, str]]:
    """Name and type of each column as SQL has them: of names that differ only in case, one is called otherwise."""
    found = engine().columns(f"DESCRIBE SELECT * FROM read_parquet({quoted(path)})")  # noqa: S608 -- quoted
    return list(zip(found["column_name"].tolist(), found["column_type"].tolist(), strict=True))

"""Logs as Parquet files, written plainly: one row group, one page for each column, no compression.

Apache Parquet format 2; the metadata is in Thrift's compact protocol. Only what a log needs: texts, numbers, truth
values and instants, each of which may be missing.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MAGIC = b"PAR1"
BOOLEAN, INT64, DOUBLE, BYTE_ARRAY = 0, 2, 5, 6
UTF8, TIMESTAMP_MICROS = 0, 10
PLAIN, RLE = 0, 3
OPTIONAL = 1
KINDS = {
    "t": (INT64, TIMESTAMP_MICROS),
    "fix": (INT64, None),
    "engaged": (BOOLEAN, None),
    "line_id": (BYTE_ARRAY, UTF8),
    "pass_id": (BYTE_ARRAY, UTF8),
    "mode": (BYTE_ARRAY, UTF8),
    "implement_state": (BYTE_ARRAY, UTF8),
    "event": (BYTE_ARRAY, UTF8),
}
"""Column → physical type and what it stands for; others are doubles."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Column:
    """A column ready to be written: physical type, converted type, its only page, whether it holds instants in UTC.

    Times of which one has no offset are written as local times.
    """

    name: str
    kind: int
    converted: int | None
    page: bytes
    is_instant: bool


def parquet(columns: Mapping[str, Sequence[str]]) -> bytes:
    """A file of columns of text; a column that is not known by name holds numbers where all its texts are some.

    Raises:
        ValueError: a text in a column of numbers or instants is none.
    """
    rows = len(next(iter(columns.values()), ()))
    made = [_column(name, texts) for name, texts in columns.items()]
    body, chunks = bytearray(MAGIC), []
    for column in made:
        chunks.append(_chunk(column, len(body), rows))
        body += column.page
    group = _struct({1: _list(12, chunks), 2: _i64(len(body) - len(MAGIC)), 3: _i64(rows)})
    schema = [_struct({4: _text("log"), 5: _i32(len(made))}), *map(_element, made)]
    footer = _struct({1: _i32(1), 2: _list(12, schema), 3: _i64(rows), 4: _list(12, [group]), 6: _text("szxc")})
    return bytes(body) + footer + struct.pack("<I", len(footer)) + MAGIC


def _column(name: str, texts: Sequence[str]) -> Column:
    kind, converted = KINDS.get(name) or ((DOUBLE, None) if _are_numbers(texts) else (BYTE_ARRAY, UTF8))
    data = _levels([bool(text) for text in texts]) + _plain([text for text in texts if text], kind, converted)
    levels = {1: _i32(len(texts)), 2: _i32(PLAIN), 3: _i32(RLE), 4: _i32(RLE)}
    header = _struct({1: _i32(0), 2: _i32(len(data)), 3: _i32(len(data)), 5: (12, _struct(levels))})
    is_instant = converted == TIMESTAMP_MICROS and all(datetime.fromisoformat(text).tzinfo for text in texts if text)
    return Column(name, kind, converted, header + data, is_instant)


def _are_numbers(texts: Iterable[str]) -> bool:
    try:
        return bool([float(text) for text in texts if text])
    except ValueError:
        return False


def _levels(present: Sequence[bool]) -> bytes:
    """Definition levels, one bit each, in one bit-packed run."""
    groups = (len(present) + 7) // 8
    bits = sum(1 << index for index, one in enumerate(present) if one) if groups else 0
    run = _varint(groups << 1 | 1) + bits.to_bytes(groups, "little")
    return struct.pack("<I", len(run)) + run


def _plain(texts: Sequence[str], kind: int, converted: int | None) -> bytes:
    """The values of texts in the encoding PLAIN."""
    if kind == BOOLEAN:
        bits = sum(1 << index for index, text in enumerate(texts) if text == "true")
        return bits.to_bytes((len(texts) + 7) // 8, "little")
    if kind == INT64:
        numbers = [_micros(text) if converted == TIMESTAMP_MICROS else int(text) for text in texts]
        return struct.pack(f"<{len(numbers)}q", *numbers)
    if kind == DOUBLE:
        return struct.pack(f"<{len(texts)}d", *map(float, texts))
    coded = [text.encode() for text in texts]
    return b"".join(struct.pack("<I", len(one)) + one for one in coded)


def _micros(text: str) -> int:
    """Microseconds since 1970 UTC; a time without an offset is written as it stands."""
    at = datetime.fromisoformat(text)
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - EPOCH) // timedelta(microseconds=1)


def _element(column: Column) -> bytes:
    told = {1: _i32(column.kind), 3: _i32(OPTIONAL), 4: _text(column.name)}
    if column.converted is not None:
        told[6] = _i32(column.converted)
    return _struct({**told, 10: (12, INSTANT)} if column.is_instant else told)


def _chunk(column: Column, at: int, rows: int) -> bytes:
    size = len(column.page)
    told = {
        1: _i32(column.kind),
        2: _list(5, [_zigzag(PLAIN), _zigzag(RLE)]),
        3: _list(8, [_text(column.name)[1]]),
        4: _i32(0),
        5: _i64(rows),
        6: _i64(size),
        7: _i64(size),
        9: _i64(at),
    }
    return _struct({2: _i64(at), 3: (12, _struct(told))})


Value = tuple[int, bytes]
"""A Thrift type of the compact protocol, and the value as bytes."""


def _struct(fields: Mapping[int, Value]) -> bytes:
    made, last = bytearray(), 0
    for number, (kind, value) in fields.items():
        made.append((number - last) << 4 | kind)
        made += value
        last = number
    return bytes(made) + b"\x00"


def _list(kind: int, values: Sequence[bytes]) -> Value:
    short = 15
    size = bytes([len(values) << 4 | kind]) if len(values) < short else bytes([0xF0 | kind]) + _varint(len(values))
    return 9, size + b"".join(values)


def _i32(number: int) -> Value:
    return 5, _zigzag(number)


def _i64(number: int) -> Value:
    return 6, _zigzag(number)


def _text(text: str) -> Value:
    coded = text.encode()
    return 8, _varint(len(coded)) + coded


def _true() -> Value:
    return 1, b""


def _zigzag(number: int) -> bytes:
    return _varint(number << 1)  # nothing that is written is negative


def _varint(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:  # noqa: PLR2004 -- seven bits at a time
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


INSTANT = _struct({8: (12, _struct({1: _true(), 2: (12, _struct({2: (12, _struct({}))}))}))})
"""The logical type of instants: microseconds, adjusted to UTC."""

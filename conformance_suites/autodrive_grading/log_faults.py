"""What may be wrong with how a log is written: columns of text for columns of text, bytes for bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .drive_writer import Columns

OFFSET_CHARACTERS = len("+08:00")


def local_time(columns: Mapping[str, Sequence[str]]) -> Columns:
    """Times without their offset."""
    return _with(columns, t=[text[:-OFFSET_CHARACTERS] for text in columns["t"]])


def in_utc_letter(columns: Mapping[str, Sequence[str]]) -> Columns:
    """Local times that claim to be UTC: 8 hours in the future of what was."""
    return _with(columns, t=[text[:-OFFSET_CHARACTERS] + "Z" for text in columns["t"]])


def fewer_decimals(columns: Mapping[str, Sequence[str]], decimals: int) -> Columns:
    """Positions cut (not rounded) to so many decimals."""
    cut = {name: [_cut(text, decimals) for text in columns[name]] for name in ("lat", "lon")}
    return _with(columns, **cut)


def _cut(text: str, decimals: int) -> str:
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest[:decimals]}" if rest else text


def put(columns: Mapping[str, Sequence[str]], name: str, text: str, rows: Iterable[int]) -> Columns:
    """A text in some cells of a column: ``NaN``, ``--``, ``1,5``; rows count from 0."""
    made = list(columns[name])
    for row in rows:
        made[row] = text
    return _with(columns, **{name: made})


def coded(columns: Mapping[str, Sequence[str]], name: str, codes: Mapping[str, str]) -> Columns:
    """Other codes in a column: a vendor's own, or Chinese words."""
    return _with(columns, **{name: [codes.get(text, text) for text in columns[name]]})


def without(columns: Mapping[str, Sequence[str]], *names: str) -> Columns:
    """Without some columns."""
    return {name: list(texts) for name, texts in columns.items() if name not in names}


def reordered(columns: Mapping[str, Sequence[str]]) -> Columns:
    """The columns in the opposite order, which is legal."""
    return {name: list(columns[name]) for name in reversed(list(columns))}


def _with(columns: Mapping[str, Sequence[str]], **changed: list[str]) -> Columns:
    return {name: changed.get(name) or list(texts) for name, texts in columns.items()}


def truncated(body: bytes, share: float = 0.6) -> bytes:
    """Only the beginning of the file, which ends within a row."""
    cut = body[: max(1, int(len(body) * share))]
    return cut[:-1] if cut.endswith(b"\n") else cut


def emptied(_: bytes) -> bytes:
    """A file of no bytes."""
    return b""


def header_only(body: bytes) -> bytes:
    """A header without rows."""
    return body.partition(b"\n")[0] + b"\n"


def headless(body: bytes) -> bytes:
    """Rows without their header."""
    return body.partition(b"\n")[2]


def header_twice(body: bytes) -> bytes:
    """The header again in the middle, as after a restart of the logger."""
    head, _, rest = body.partition(b"\n")
    rows = rest.split(b"\n")
    middle = len(rows) // 2
    return b"\n".join([head, *rows[:middle], head, *rows[middle:]])


def column_twice(body: bytes) -> bytes:
    """The second column named as the first."""
    head, _, rest = body.partition(b"\n")
    names = head.split(b",")
    return b",".join([names[0], names[0], *names[2:]]) + b"\n" + rest


def short_row(body: bytes, row: int = 5) -> bytes:
    """One row, counted from 0, without its last two cells."""
    lines = body.split(b"\n")
    lines[row + 1] = lines[row + 1].rsplit(b",", 2)[0]
    return b"\n".join(lines)


def in_gbk(body: bytes) -> bytes:
    """In the encoding of Chinese office programs; differs only where the file has Chinese names or codes."""
    return body.decode().encode("gbk")


def with_mark(body: bytes) -> bytes:
    """With the byte order mark of Windows programs, which is legal."""
    return b"\xef\xbb\xbf" + body


def with_semicolons(body: bytes) -> bytes:
    """Cells apart by semicolons."""
    return body.replace(b",", b";")


def with_crlf(body: bytes) -> bytes:
    """Lines that end as on Windows, which is legal."""
    return body.replace(b"\n", b"\r\n")

"""A text file of lines in pieces of bounded size, each row accounted for before anybody reads what it holds.

What a reader of CSV makes of a stray quote or a short row is the reader's own affair; here rows, their lines in the
file and the number of their cells are counted independently, and a row that is not well formed is replaced by an empty
one, so that it is there, has no values, and is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_szxc.errors import TransportFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    Ints = np.ndarray[Any, np.dtype[np.int64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]
    Bytes = np.ndarray[Any, np.dtype[np.uint8]]

PIECE = 2 * 1024 * 1024
LONGEST_LINE = 1024 * 1024
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34


@dataclass(frozen=True, slots=True)
class Form:
    """How rows are written.

    Attributes:
        delimiter: its byte; 0 where lines are not divided.
        cells: of a row.
        quotes: whether there are quotes about.
    """

    delimiter: int
    cells: int
    quotes: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows.

    Attributes:
        body: the rows, each ended by a line feed, those that are not well formed as empty rows of the right width.
        lines: 1-based line of the file on which each row begins (n,).
        faults: for each row (n,) 0 or 1 + index in ``ROW_FAULTS``.
    """

    body: bytes | memoryview
    lines: Ints
    faults: Ints


ROW_FAULTS = ("cells", "cut-off", "quote")
_CELLS, _CUT_OFF, _BAD_QUOTE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where rows lie in a piece: begin and end (n,), which bytes stand in quotes, which rows are ill quoted."""

    starts: Ints
    ends: Ints
    inside: Flags | None
    ill: Flags | None


def pieces(body: bytes, start: int, line: int, form: Form) -> Iterator[Piece]:
    """The rows of a body from an offset on.

    Args:
        body: the file.
        start: where the first row begins.
        line: the 1-based line of the first row.
        form: how the rows are written.

    Raises:
        TransportFault: ``table.line-too-long``.
    """
    while start < len(body):
        last = start + PIECE >= len(body)
        stop = len(body) if last else body.rfind(b"\n", start, start + PIECE) + 1
        if not stop:
            raise TransportFault("table.line-too-long", row=line, limit=LONGEST_LINE)
        if not body[start:stop].strip():
            start, line = stop, line + body.count(b"\n", start, stop)
            continue
        raw = np.frombuffer(body, np.uint8, stop - start, start)
        newlines = np.flatnonzero(raw == _NEWLINE)
        cut = _cut(raw, newlines, form, last=last)
        used = len(raw) if last else int(cut.ends[-1]) + 1
        newlines = newlines[: np.searchsorted(newlines, used)]
        lines = line + np.searchsorted(newlines, cut.starts)
        _check_lengths(cut, lines)
        yield _piece(raw[:used], cut, lines, form, ended=not last or (used > 0 and raw[-1] == _NEWLINE))
        start, line = start + used, line + len(newlines)


def has_grouped_digits(piece: Piece) -> bool:
    """Whether an underscore stands between two digits somewhere: SQL would take ``1_000`` for a number."""
    raw = np.frombuffer(piece.body, np.uint8)
    at = np.flatnonzero(raw[1:-1] == ord("_")) + 1
    digits = (raw >= ord("0")) & (raw <= ord("9")) if len(at) else raw
    return bool(len(at) and (digits[at - 1] & digits[at + 1]).any())


def _check_lengths(cut: _Cut, lines: Ints) -> None:
    long = cut.ends - cut.starts > LONGEST_LINE
    if long.any():
        raise TransportFault("table.line-too-long", row=int(lines[long][0]), limit=LONGEST_LINE)


def _cut(raw: Bytes, ends: Ints, form: Form, *, last: bool) -> _Cut:
    quotes = raw == _QUOTE if form.quotes else None
    if quotes is None or not quotes.any():
        return _rows(ends, len(raw), None, None, last=last)
    opened = np.cumsum(quotes, dtype=np.int32) & 1
    outside = ends[opened[ends] == 0]
    torn = opened[-1] and (last or not len(outside))
    if torn or _strays(raw, np.flatnonzero(quotes), form.delimiter).any():
        return _line_by_line(raw, ends, quotes, form, last=last)
    cut = _rows(outside, len(raw), opened.astype(bool), None, last=last)
    return _line_by_line(raw, ends, quotes, form, last=last) if _swallows(raw, ends, cut, form) else cut


def _swallows(raw: Bytes, ends: Ints, cut: _Cut, form: Form) -> bool:
    """Whether some row of several lines has the wrong number of cells: a quote that was never closed made it one."""
    if len(ends) <= len(cut.ends):
        return False
    several = np.searchsorted(ends, cut.ends) - np.searchsorted(ends, cut.starts) > 0
    return bool((several & (_counts(raw, cut, form) != form.cells)).any())


def _rows(ends: Ints, size: int, inside: Flags | None, ill: Flags | None, *, last: bool) -> _Cut:
    if last and (not len(ends) or ends[-1] != size - 1):
        ends = np.append(ends, size)
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    return _Cut(starts, ends, inside, ill)


def _strays(raw: Bytes, at: Ints, delimiter: int) -> Flags:
    """Which quotes (at, in turn opening and closing) stand where they cannot."""
    padded = np.concatenate(([_NEWLINE], raw, [_NEWLINE]))
    before, after = padded[at], padded[at + 2]
    opens = np.isin(before, (delimiter, _NEWLINE, _QUOTE))
    closes = np.isin(after, (delimiter, _NEWLINE, _RETURN, _QUOTE))
    turn: Flags = np.arange(len(at)) % 2 == 0
    return ~np.where(turn, opens, closes)


def _line_by_line(raw: Bytes, ends: Ints, quotes: Flags, form: Form, *, last: bool) -> _Cut:
    """Every line for itself: one stray quote must not swallow the lines that follow it."""
    whole = _rows(ends, len(raw), None, None, last=last)
    at = np.flatnonzero(quotes)
    row = np.searchsorted(whole.ends, at)
    first = np.searchsorted(at, whole.starts)
    turn = np.arange(len(at)) - first[row]
    ill = np.bincount(row, minlength=len(whole.ends)) % 2 == 1
    opens, closes = turn % 2 == 0, turn % 2 == 1
    padded = np.concatenate(([_NEWLINE], raw, [_NEWLINE]))
    stray = opens & ~np.isin(padded[at], (form.delimiter, _NEWLINE, _QUOTE))
    stray |= closes & ~np.isin(padded[at + 2], (form.delimiter, _NEWLINE, _RETURN, _QUOTE))
    ill[row[stray]] = True
    marks = np.zeros(len(raw) + 1, dtype=np.int32)
    marks[at[opens]], marks[at[closes]] = 1, -1
    odd = np.flatnonzero(np.bincount(row, minlength=len(whole.ends)) % 2 == 1)
    marks[whole.ends[odd]] -= 1
    return _Cut(whole.starts, whole.ends, np.cumsum(marks[:-1]).astype(bool), ill)


def _piece(raw: Bytes, cut: _Cut, lines: Ints, form: Form, *, ended: bool) -> Piece:
    faults = np.zeros(len(cut.ends), dtype=np.int64)
    returns, bare_ends = _returns(raw, cut)
    blank = bare_ends == cut.starts
    if form.delimiter:
        counts = _counts(raw, cut, form)
        blank |= (counts == form.cells) & (bare_ends - cut.starts == form.cells - 1)
        faults[counts != form.cells] = _CELLS
        faults[_torn_rows(raw, cut, returns)] = _CELLS
        if not ended and len(faults) and counts[-1] < form.cells:
            faults[-1] = _CUT_OFF
        if cut.ill is not None:
            faults[cut.ill] = _BAD_QUOTE
    else:
        blank |= _spaces(raw, cut)
    faults[blank] = 0
    kept = ~blank
    return Piece(_written(raw, cut, returns, faults, blank, form), lines[kept], faults[kept])


def _returns(raw: Bytes, cut: _Cut) -> tuple[Ints, Ints]:
    """Where carriage returns end rows, and where rows end without them."""
    before = raw[np.maximum(cut.ends - 1, 0)] if len(raw) else raw
    ended = (before == _RETURN) & (cut.ends > cut.starts)
    return cut.ends[ended] - 1, cut.ends - ended


def _spaces(raw: Bytes, cut: _Cut) -> Flags:
    """Which lines hold nothing but blanks; only those that begin with one are looked at."""
    first = raw[np.minimum(cut.starts, max(len(raw) - 1, 0))] if len(raw) else raw
    blank = np.zeros(len(cut.ends), dtype=bool)
    for row in np.flatnonzero(np.isin(first, (9, 32))):
        blank[row] = not raw[cut.starts[row] : cut.ends[row]].tobytes().strip()
    return blank


def _counts(raw: Bytes, cut: _Cut, form: Form) -> Ints:
    """How many cells each row has."""
    divides = raw == form.delimiter
    if cut.inside is not None:
        divides &= ~cut.inside[: len(raw)]
    upto = np.searchsorted(np.flatnonzero(divides), cut.ends)
    return np.diff(upto, prepend=0) + 1


def _torn_rows(raw: Bytes, cut: _Cut, returns: Ints) -> Ints:
    """Rows with a carriage return in the middle, which some would take for the end of a line."""
    alone = raw == _RETURN
    if not alone.any():
        return returns
    if cut.inside is not None:
        alone &= ~cut.inside[: len(raw)]
    alone[returns] = False
    return np.searchsorted(cut.ends, np.flatnonzero(alone))


def _written(  # noqa: PLR0913, PLR0917 -- what a piece is made of
    raw: Bytes, cut: _Cut, returns: Ints, faults: Ints, blank: Flags, form: Form
) -> bytes | memoryview:
    whole = len(cut.ends) == 0 or cut.ends[-1] < len(raw)
    changed = np.flatnonzero((faults > 0) | blank)
    if whole and not len(returns) and not len(changed):
        return raw.data
    keep = np.ones(len(raw), dtype=bool)
    keep[returns] = False
    empty = bytes([form.delimiter]) * (form.cells - 1) + b"\n"
    parts: list[bytes] = []
    done = 0
    for first, last in _runs(changed, faults):
        begin, end = int(cut.starts[first]), min(int(cut.ends[last]) + 1, len(raw))
        parts += (raw[done:begin][keep[done:begin]].tobytes(), empty * (last - first + 1) if faults[first] else b"")
        done = end
    parts.append(raw[done:][keep[done:]].tobytes())
    return b"".join(parts) + (b"" if whole or (len(changed) and changed[-1] == len(cut.ends) - 1) else b"\n")


def _runs(changed: Ints, faults: Ints) -> Iterator[tuple[int, int]]:
    """Stretches of rows that are left out, or replaced: the first and the last; a hostile file has millions."""
    if not len(changed):
        return
    breaks = np.flatnonzero((np.diff(changed) > 1) | np.diff(faults[changed] > 0)) + 1
    firsts, lasts = changed[np.concatenate(([0], breaks))], changed[np.concatenate((breaks - 1, [len(changed) - 1]))]
    yield from zip(firsts.tolist(), lasts.tolist(), strict=True)

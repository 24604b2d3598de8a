"""On which line of a TOML text a key stands; tomllib parses, but forgets positions.

The text is known to be valid TOML when it comes here, so a small scan of headers, keys and brackets is enough.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]

_KEY = re.compile(r"""\s*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)\s*(\.?)""")
_PIECE = re.compile(r'''"""|\'\'\'|"(?:\\.|[^"\\])*"|'[^']*'|#.*|[\[{]|[\]}]''')
_CLOSE = {'"""': re.compile(r'(?:\\.|[^\\])*?"""'), "'''": re.compile(r".*?'''")}


def line_of(text: str, path: Path) -> int:
    """The 1-based line of the key, of the nearest table around it, or 1."""
    lines = _Scan(text).lines
    return next((lines[path[:size]] for size in range(len(path), 0, -1) if path[:size] in lines), 1)


class _Scan:
    """One pass over a text; ``lines`` maps every table and key to its line."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        self._table: Path = ()
        self._depth = 0
        self._quote = ""
        for number, line in enumerate(text.split("\n"), start=1):
            self._line(number, line)

    def _line(self, number: int, line: str) -> None:
        if self._depth or self._quote:
            self._value(line)
        elif line.lstrip().startswith("["):
            self._header(number, line.strip())
        else:
            keys, rest = _keys(line)
            if keys:
                self._mark((*self._table, *keys), number)
                self._value(rest)

    def _header(self, number: int, line: str) -> None:
        listed = line.startswith("[[")
        keys, _ = _keys(line.lstrip("["))
        parent = self._placed(keys[:-1])
        table: Path = (*parent, *keys[-1:])
        if listed:
            self._mark(table, number)
            self._counts[table] = self._counts.get(table, -1) + 1
            table = (*table, self._counts[table])
        self._table = table
        self._mark(table, number)

    def _placed(self, keys: list[str]) -> Path:
        """The path of a header, with the index of the last element of each array of tables on the way."""
        place: Path = ()
        for key in keys:
            place = (*place, key)
            if place in self._counts:
                place = (*place, self._counts[place])
        return place

    def _mark(self, path: Path, number: int) -> None:
        for size in range(1, len(path) + 1):
            self.lines.setdefault(path[:size], number)

    def _value(self, text: str) -> None:
        """Follow brackets and long strings to where a value ends."""
        at = 0
        while at < len(text):
            if self._quote:
                closing = _CLOSE[self._quote].match(text, at)
                if closing is None:
                    return
                self._quote, at = "", closing.end()
                continue
            piece = _PIECE.search(text, at)
            if piece is None:
                return
            self._piece(piece[0])
            at = piece.end()

    def _piece(self, piece: str) -> None:
        if piece in _CLOSE:
            self._quote = piece
        elif piece in "[{":
            self._depth += 1
        elif piece in "]}":
            self._depth -= 1


def _keys(line: str) -> tuple[list[str], str]:
    """The dotted key at the start of a line, and what follows it."""
    found = list(_dotted(line))
    return [key for key, _ in found], line[found[-1][1] :] if found else ""


def _dotted(line: str) -> Iterator[tuple[str, int]]:
    at = 0
    while (match := _KEY.match(line, at)) is not None:
        raw, at = match[1], match.end()
        yield (tomllib.loads(f"k={raw}")["k"] if raw[0] in "\"'" else raw), at
        if not match[2]:
            return

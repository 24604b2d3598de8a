"""NDJSON as a table: one JSON object on each line, its plain members the columns."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_szxc.errors import TransportFault
from pytest_szxc.target.tabular.batches import MOST_COLUMNS, MOST_ROWS, Batch
from pytest_szxc.target.tabular.columns import coded_sql, value_sql
from pytest_szxc.target.tabular.engine import engine, identifier, quoted
from pytest_szxc.target.tabular.pieces import LONGEST_LINE, Form, has_grouped_digits, pieces

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pytest_szxc.target.tabular.columns import Column
    from pytest_szxc.target.tabular.pieces import Piece

    Array = np.ndarray[Any, Any]

_BOM = b"\xef\xbb\xbf"
_LOOKED_AT = 100
_HEAD = 256 * 1024
_LINES = Form(0, 1, quotes=False)


class NdjsonReading:
    """See ``batches.Reading``.

    Args:
        body: the file, in UTF-8.
        names: canonical column → member in the file, where it is another.
        codes: canonical column → the file's code → canonical text.
        wanted: canonical columns that the file may have.

    Raises:
        TransportFault: ``table.too-many-columns``.
    """

    def __init__(
        self,
        body: bytes,
        names: Mapping[str, str],
        codes: Mapping[str, Mapping[str, str]],
        wanted: Collection[str],
    ) -> None:
        self._body = body
        self._start = len(_BOM) if body.startswith(_BOM) else 0
        self._names = names
        self._codes = codes
        self.found = members_of(body, {names.get(name, name) for name in wanted})

    def batches(self, columns: Mapping[str, Column]) -> Iterator[Batch]:
        """See ``Reading``.

        Raises:
            TransportFault: ``table.too-many-rows``, ``table.rows-differ``, ``table.line-too-long``.
        """
        rows = 0
        for piece in pieces(self._body, self._start, 1, _LINES):
            rows += len(piece.lines)
            if rows > MOST_ROWS:
                raise TransportFault("table.too-many-rows", limit=MOST_ROWS)
            yield self._batch(piece, columns)

    def decimals(self, column: str) -> int | None:
        """See ``Reading``; what SQL makes of JSON has lost the zeros at the end, so the bytes are looked at."""
        written = _number_of(self._names.get(column, column))
        parts = (bytes(piece.body) for piece in pieces(self._body, self._start, 1, _LINES))
        found = (_most(written, part) for part in parts)
        return max((most for most in found if most is not None), default=None)

    def _batch(self, piece: Piece, columns: Mapping[str, Column]) -> Batch:
        members = {name: self._names.get(name, name) for name in columns}
        cells = {name: (identifier(member), self._codes.get(name, {})) for name, member in members.items()}
        careful = has_grouped_digits(piece)
        values = {name: value_sql(columns[name], *cell, careful=careful) for name, cell in cells.items()}
        values["·absent"] = " AND ".join(f"{identifier(member)} IS NULL" for member in set(members.values()))

        def texts(name: str) -> Array:
            return self._read(piece, {"text": coded_sql(*cells[name])}, {members[name]})["text"]

        found = self._read(piece, values, set(members.values()))
        absent = np.flatnonzero(np.asarray(found.pop("·absent"), dtype=bool))
        return Batch(piece.lines, found, self._broken(piece, absent, set(members.values())), texts)

    def _broken(self, piece: Piece, absent: Array, members: Collection[str]) -> dict[str, Array]:
        """Which of the rows without any member are no objects; the last line of all may be one that was cut off."""
        broken, cut_off = np.zeros((2, len(piece.lines)), dtype=bool)
        if len(absent):
            lines = bytes(piece.body).split(b"\n")
            broken[absent] = [not _lacks(lines[row], members) for row in absent]
            last = int(piece.lines[-1]) if len(piece.lines) else 0
            if broken[-1] and last == self._body.count(b"\n") + 1:
                broken[-1], cut_off[-1] = False, True
        return {"not-an-object": broken, "cut-off": cut_off}

    def _read(self, piece: Piece, values: Mapping[str, str], members: Collection[str]) -> dict[str, Array]:
        if not len(piece.lines):
            return {name: np.empty(0, dtype=object) for name in values}
        columns = ", ".join(f"{quoted(member)}: 'VARCHAR'" for member in sorted(members))
        listed = ", ".join(f"{sql} AS v{at}" for at, sql in enumerate(values.values()))
        with engine().file(piece.body, ".ndjson") as path:
            found = engine().columns(
                f"SELECT {listed} FROM read_json({quoted(path)}, format = 'newline_delimited', "  # noqa: S608 -- quoted
                f"auto_detect = false, records = true, ignore_errors = true, maximum_object_size = {2 * LONGEST_LINE}, "
                f"columns = {{{columns}}})"
            )
        if any(len(column) != len(piece.lines) for column in found.values()):
            raise TransportFault("table.rows-differ", row=int(piece.lines[0]), rows=len(piece.lines))
        return {name: found[f"v{at}"] for at, name in enumerate(values)}


def members_of(body: bytes, wanted: Collection[str]) -> tuple[str, ...]:
    """The members of the first objects, and those wanted that are first seen later.

    Args:
        body: the file.
        wanted: names of members that it may have.

    Raises:
        TransportFault: ``table.too-many-columns``.
    """
    found: dict[str, None] = {}
    for line in body[:_HEAD].removeprefix(_BOM).split(b"\n")[:_LOOKED_AT]:
        found.update(dict.fromkeys(_object(line)))
    late = [name for name in sorted(wanted) if name not in found and _written(name) in body]
    names = (*found, *late)
    if len(names) > MOST_COLUMNS:
        raise TransportFault("table.too-many-columns", found=len(names), limit=MOST_COLUMNS)
    return names


def _number_of(name: str) -> re.Pattern[bytes]:
    """Finds a member's numbers as they are written: the digits after the point, and the exponent."""
    members = b"|".join(re.escape(member) for member in {_written(name), json.dumps(name).encode()})
    return re.compile(rb"(?:" + members + rb')\s*:\s*"?[+-]?[0-9]+(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,4}))?')


def _most(written: re.Pattern[bytes], part: bytes) -> int | None:
    found = written.findall(part)
    return max((max(len(fraction) - int(power or 0), 0) for fraction, power in found), default=None)


def _written(name: str) -> bytes:
    return json.dumps(name, ensure_ascii=False).encode("utf-8", "replace")


def _object(line: bytes) -> dict[str, object]:
    """The object on a line; none where there is no object."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _lacks(line: bytes, members: Collection[str]) -> bool:
    """Whether a line is an object that has none of the members, and not one that SQL could not read."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and all(value.get(member) is None for member in members)

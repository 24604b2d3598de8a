"""What is wrong with single cells of a table: named by column, kind and the rows as an editor counts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_szxc.printable import show

if TYPE_CHECKING:
    import numpy as np

ROWS_NAMED = 5
KINDS = (
    "cells",
    "cut-off",
    "quote",
    "not-an-object",
    "blank",
    "not-a-number",
    "decimal-comma",
    "nan",
    "fraction",
    "out-of-range",
    "not-a-time",
    "no-offset",
    "time-profile",
    "not-a-boolean",
    "unknown-code",
)
"""``cells``: a row with too few or too many cells; ``cut-off``: such a row at the end of the file; ``quote``: a row in
which quotes open or close where they cannot; ``not-an-object``: a line of NDJSON that holds none; the rest: one cell.
"""


@dataclass(frozen=True, slots=True)
class CellFault:
    """One kind of fault in one column.

    Attributes:
        column: canonical name; empty for faults of whole rows (``cells``, ``cut-off``, ``quote``, ``not-an-object``).
        kind: one of ``KINDS``.
        count: how many cells, or rows, have it.
        rows: the first rows that have it, 1-based as an editor counts lines.
        sample: what stands in the first of them, printable.
    """

    column: str
    kind: str
    count: int
    rows: tuple[int, ...]
    sample: str


class Faults:
    """Collects faults over the batches of a table."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], CellFault] = {}

    def add(self, column: str, kind: str, numbers: np.ndarray[Any, Any], sample: object = "") -> None:
        """Some more rows with a fault.

        Args:
            column: canonical name, or empty.
            kind: one of ``KINDS``.
            numbers: their row numbers (n,); none is no fault.
            sample: what stands in the first of them.
        """
        if not len(numbers):
            return
        known = self._found.get((column, kind))
        before, count, text = (
            (known.rows, known.count, known.sample) if known else ((), 0, "" if sample is None else show(sample, 60))
        )
        rows = (*before, *(int(number) for number in numbers[:ROWS_NAMED]))[:ROWS_NAMED]
        self._found[column, kind] = CellFault(column, kind, count + len(numbers), rows, text)

    def all(self) -> tuple[CellFault, ...]:
        """All faults: those of whole rows first, then in the order of their rows and kinds."""
        return tuple(sorted(self._found.values(), key=lambda fault: (fault.column != "", fault.rows[0], fault.kind)))

"""Rows of a file as they come out of SQL, some thousands at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np

    from pytest_szxc.target.tabular.columns import Column

MOST_ROWS = 5_000_000
MOST_COLUMNS = 1_000
MOST_BYTES = 512 * 1024 * 1024
"""Bytes of a file once unpacked."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows.

    Attributes:
        numbers: their 1-based rows as an editor counts lines (n,).
        columns: by canonical name: doubles (numbers, truth values as 1 and 0), int64 (times in microseconds) or texts;
            masked where there is no value.
        unzoned: columns whose times are local and say no offset.
        broken: kind of a fault of whole rows → which rows have it (n,); they hold no values.
        texts: the texts of a column whose values could not all be made, for saying what stands there.
        sure: columns in which a missing value is a blank cell for certain; nothing need be looked up.
    """

    numbers: np.ndarray[Any, Any]
    columns: Mapping[str, np.ndarray[Any, Any]]
    broken: Mapping[str, np.ndarray[Any, Any]]
    texts: Callable[[str], np.ndarray[Any, Any]]
    unzoned: frozenset[str] = frozenset()
    sure: frozenset[str] = frozenset()


class Reading(Protocol):
    """A file that is being read."""

    found: tuple[str, ...]
    """The names of its columns as they stand in the file."""

    def batches(self, columns: Mapping[str, Column]) -> Iterator[Batch]:
        """All rows, with these columns, which the file has."""

    def decimals(self, column: str) -> int | None:
        """The most decimals written in a column; ``None`` where nothing is written in digits."""

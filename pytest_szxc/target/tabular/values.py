"""A column's raw values → its canonical array, and what is wrong with single cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from pytest_szxc.target.tabular.columns import BOOLEAN, NUMBER, TIME
from pytest_szxc.target.tabular.times import BEIJING_US, KINDS, MISSING, NO_OFFSET, OK, times_of

if TYPE_CHECKING:
    from pytest_szxc.target.tabular.batches import Batch
    from pytest_szxc.target.tabular.columns import Column
    from pytest_szxc.target.tabular.faults import Faults

    Array = np.ndarray[Any, Any]

_COMMA = re.compile(r"\s*[+-]?[0-9]+,[0-9]+\s*")
LOCAL_PROFILES = frozenset({"beijing", "compact"})
"""Time profiles in which a time without offset is what was declared."""


class Values:
    """Makes canonical arrays of batches.

    Args:
        time_profile: how the vendor writes times.
        faults: takes what is wrong.
    """

    def __init__(self, time_profile: str, faults: Faults) -> None:
        self._profile = time_profile
        self._faults = faults
        self._pool: dict[str | None, str | None] = {None: ""}

    def of(self, batch: Batch, column: Column) -> Array:
        """The canonical values of one column of a batch (n,): float64 with NaN, bool, int64 microseconds or texts."""
        raw = batch.columns[column.name]
        if column.kind == TIME:
            return self._times(batch, column, raw)
        if column.kind in {NUMBER, BOOLEAN}:
            return self._numbers(batch, column, raw)
        return self._texts(batch, column, raw)

    def _sound(self, batch: Batch) -> Array:
        """Which rows are not broken as a whole; only these have faults of cells."""
        broken: Array = np.any(list(batch.broken.values()), axis=0) if batch.broken else np.zeros(1, dtype=bool)
        return ~broken

    def _note(self, batch: Batch, column: Column, kind: str, which: Array, sample: Array | None = None) -> None:
        rows = np.flatnonzero(which)
        if len(rows):
            text = "" if sample is None else sample[rows[0]]
            self._faults.add(column.name, kind, batch.numbers[rows], text)

    def _numbers(self, batch: Batch, column: Column, raw: Array) -> Array:
        values = np.asarray(np.ma.filled(raw.astype(np.float64), np.nan))
        missing = np.ma.getmaskarray(raw) & self._sound(batch)
        if missing.any() and not (column.name in batch.sure and not column.required):
            self._unread(batch, column, missing)
        infinite = ~np.isfinite(values) & ~np.ma.getmaskarray(raw)
        if infinite.any():
            self._note(batch, column, "nan", infinite, values.astype(str))
            values[infinite] = np.nan
        if column.kind == BOOLEAN:
            true: Array = values == 1
            return true
        self._bounds(batch, column, values)
        return values

    def _unread(self, batch: Batch, column: Column, missing: Array) -> None:
        """Name the cells of which no value could be made."""
        texts, rows = batch.texts(column.name), np.flatnonzero(missing)
        listed = _listed(texts[rows])
        written, comma = np.zeros(len(missing), dtype=bool), np.zeros(len(missing), dtype=bool)
        written[rows] = [bool(text and text.strip()) for text in listed]
        if column.required or column.kind == BOOLEAN:
            self._note(batch, column, "blank", missing & ~written)
        if column.kind == NUMBER:
            comma[rows] = [bool(text and _COMMA.fullmatch(text)) for text in listed]
        self._note(batch, column, "decimal-comma", missing & comma, texts)
        other = "not-a-boolean" if column.kind == BOOLEAN else "not-a-number"
        self._note(batch, column, other, missing & written & ~comma, texts)

    def _bounds(self, batch: Batch, column: Column, values: Array) -> None:
        low = -np.inf if column.low is None else column.low
        high = np.inf if column.high is None else column.high
        beyond = (values < low) | (values > high)
        if beyond.any():
            self._note(batch, column, "out-of-range", beyond, values.astype(str))
        if column.whole:
            fraction = np.isfinite(values) & (values != np.floor(values))
            self._note(batch, column, "fraction", fraction, values.astype(str) if fraction.any() else None)

    def _times(self, batch: Batch, column: Column, raw: Array) -> Array:
        if raw.dtype != object:
            return self._native(batch, column, raw)
        texts = _listed(raw)
        found = times_of(texts, self._profile)
        if (found.kinds != OK).any():
            sound = self._sound(batch)
            for kind, name in KINDS.items():
                self._note(batch, column, name, (found.kinds == kind) & sound, np.array(texts, dtype=object))
        return found.us

    def _native(self, batch: Batch, column: Column, raw: Array) -> Array:
        missing = np.ma.getmaskarray(raw)
        us = np.ma.filled(raw, 0).astype(np.int64)
        if column.name in batch.unzoned:
            us = us - BEIJING_US
            if self._profile not in LOCAL_PROFILES:
                self._note(batch, column, KINDS[NO_OFFSET], ~missing)
        us[missing] = MISSING
        self._note(batch, column, "blank", missing)
        return us

    def _texts(self, batch: Batch, column: Column, raw: Array) -> Array:
        listed = _listed(raw)
        made = np.empty(len(raw), dtype=object)
        made[:] = list(map(self._pool.setdefault, listed, listed))  # few texts, often repeated: each is kept once
        blank = made == ""
        if column.required:
            self._note(batch, column, "blank", blank & self._sound(batch))
        if column.codes and not column.codes.issuperset(set(made.tolist()) - {""}):
            unknown = np.array([text not in column.codes for text in made.tolist()]) & ~blank
            self._note(batch, column, "unknown-code", unknown, made)
        return made


def _listed(raw: Array) -> list[str | None]:
    """Texts as a list, ``None`` where one is masked."""
    listed: list[str | None] = raw.tolist()
    return listed

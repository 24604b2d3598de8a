"""Logs as they are written: a drive's columns as text, and these as CSV or NDJSON; Parquet see ``parquet_writer``."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from pytest_szxc import trajectory

from .drive import COLUMNS
from .parquet_writer import parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from .drive import Array, Drive

Columns = dict[str, list[str]]
"""A log's columns as text, in the order of the file; an empty text is a missing value."""
OFFSET = "+08:00"
FORMATS = {
    "h": "%.3f",
    "fix": "%.0f",
    "hdop": "%.1f",
    "corr_age_s": "%.1f",
    "heading_deg": "%.2f",
    "speed_mps": "%.3f",
    "roll_deg": "%.2f",
    "xte_m": "%.3f",
    "curvature_1_km": "%.1f",
    "speed_set_mps": "%.3f",
}
"""Decimals of the numbers; positions have those of their drive."""
QUOTED = {"t", "line_id", "pass_id", "mode", "implement_state", "event"}
KINDS = {"csv": "text/csv", "ndjson": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}
"""Kind of a log → its media type."""
OTHER_NAMES = {
    "t": "采样时间",
    "lat": "纬度",
    "lon": "经度",
    "h": "大地高",
    "fix": "解状态",
    "xte_m": "横向偏差",
    "pass_id": "趟号",
    "line_id": "导航线",
    "mode": "模式",
    "engaged": "接入",
}
"""Column → a name under which a vendor may write it."""


def columns_of(drive: Drive, start: datetime) -> Columns:
    """A drive's columns as text.

    Args:
        drive: the drive.
        start: local time of its first sample; written to the millisecond, with the offset of China.
    """
    written = {name: _texts(drive, name, start) for name in COLUMNS if name == "t" or name in drive.columns}
    return written | {name: list(map(str, drive[name])) for name in drive.columns if name not in {*COLUMNS, "t_s"}}


def _texts(drive: Drive, name: str, start: datetime) -> list[str]:
    if name == "t":
        return times(drive["t_s"], start)
    form = f"%.{drive.decimals}f" if name in {"lat", "lon"} else FORMATS.get(name, "")
    return list(_column_texts(_Same(drive[name]), form))


class _Same:
    """An array as a key: equal to itself alone. Drives share the columns that they do not change."""

    def __init__(self, array: Array) -> None:
        self.array = array

    def __hash__(self) -> int:
        return id(self.array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.array is self.array


@lru_cache(maxsize=1024)
def _column_texts(column: _Same, form: str) -> tuple[str, ...]:
    """A column as text by a number's form; truth values and texts have none. A NaN is an empty text."""
    values = column.array.tolist()
    if not form:
        return tuple(value if isinstance(value, str) else str(value).lower() for value in values)
    return tuple("" if text == "nan" else text for text in map(form.__mod__, values))


def times(t_s: Array, start: datetime) -> list[str]:
    """Instants as text with the offset of China."""
    np = trajectory.numpy
    instants = np.datetime64(start.replace(tzinfo=None), "ms") + np.round(t_s * 1000).astype("timedelta64[ms]")
    return [f"{text}{OFFSET}" for text in np.datetime_as_string(instants, unit="ms").tolist()]


def csv(columns: Mapping[str, list[str]]) -> bytes:
    """Comma-separated, UTF-8 without a byte order mark; the texts hold nothing that needs quotes."""
    lines = [",".join(columns), *map(",".join, zip(*columns.values(), strict=True)), ""]
    return "\n".join(lines).encode()


def ndjson(columns: Mapping[str, list[str]]) -> bytes:
    """One JSON object for each row; a missing value is left out."""
    parts = [_members(name, column) for name, column in columns.items()]
    rows = zip(*parts, strict=True)
    return "".join(f"{{{','.join(filter(None, row))}}}\n" for row in rows).encode()


def _members(name: str, column: list[str]) -> list[str]:
    key = json.dumps(name, ensure_ascii=False)
    form = f'{key}:"%s"' if name in QUOTED or name not in COLUMNS else f"{key}:%s"
    return [form % text if text else "" for text in column]


WRITERS: dict[str, Callable[[Mapping[str, list[str]]], bytes]] = {"csv": csv, "ndjson": ndjson, "parquet": parquet}


def renamed(columns: Mapping[str, list[str]], names: Mapping[str, str] | None = None) -> Columns:
    """The columns under other names: ``OTHER_NAMES`` unless told."""
    told = OTHER_NAMES if names is None else names
    return {told.get(name, name): column for name, column in columns.items()}


@lru_cache(maxsize=64)
def written(drive: Drive, start: datetime, kind: str = "csv") -> bytes:
    """The log of a drive as a file; kept, as a drive never changes.

    Raises:
        KeyError: no such kind.
    """
    return WRITERS[kind](columns_of(drive, start))

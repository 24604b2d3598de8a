"""Quality indicators recomputed from rows (X = A/B, codes after GB/T 36344)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from pytest_szxc import masks

from . import tables

if TYPE_CHECKING:
    from pytest_szxc import Record

FILLED, FORMAT, REPEATED, UNIQUE = "0201", "0302", "0303", "0304"
NUMERIC = frozenset({"number", "integer"})
_FORMATS: dict[str, re.Pattern[str]] = {
    "number": re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?"),
    "integer": re.compile(r"[+-]?[0-9]{1,30}(?:\.0{1,30})?"),
    "date": re.compile(r"[0-9]{4}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{1,2}日?"),
    "datetime": re.compile(
        r"[0-9]{4}[-/]?[0-9]{1,2}[-/]?[0-9]{1,2}[ Tt]?[0-9]{2}:?[0-9]{2}(?::?[0-9]{2})?[0-9.Zz:+-]{0,16}"
    ),
    "logical": re.compile("(?i:true|false|[01yntf是否])"),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in some rows; fractions are (numerator, denominator) by indicator code."""

    fractions: dict[str, tuple[int, int]]

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            {
                code: (a + other.fractions[code][0], b + other.fractions[code][1])
                for code, (a, b) in self.fractions.items()
            }
        )


def counted(entry: Record, rows: tuple[Record, ...]) -> Counted:
    """The four indicators that rows alone can show, over all rows and all items of an entry."""
    kinds = {item.text("name") or "": _kind(item) for item in entry.children("items")}
    cells = [(kind, row.value.get(field)) for row in rows for field, kind in kinds.items()]
    filled = [(kind, value) for kind, value in cells if not is_blank(value)]
    good = sum(_in_format(kind, value) for kind, value in filled)
    distinct = len({json.dumps(row.value, sort_keys=True, default=str) for row in rows})
    return Counted(
        {
            FILLED: (len(filled), len(cells)),
            FORMAT: (good, len(filled)),
            REPEATED: (len(rows) - distinct, len(rows)),
            UNIQUE: (distinct, len(rows)),
        }
    )


def is_blank(value: object) -> bool:
    """Whether a cell says nothing."""
    return value in (None, "", [], {}) or (isinstance(value, str) and not value.strip())


def shows_masks(rows: tuple[Record, ...]) -> bool:
    """Whether some cell is masked, so that rows as read are not the rows as stored."""
    return any(isinstance(value, str) and masks.has_mask(value) for row in rows for value in row.value.values())


def _kind(item: Record) -> str:
    return tables.column("data_types", "kind").get(item.text("dataType") or "", "text")


def _in_format(kind: str, value: object) -> bool:
    pattern = _FORMATS.get(kind)
    if pattern is None:
        return True
    if kind in NUMERIC and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return kind == "number" or isinstance(value, int) or value == value.to_integral_value()
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return pattern.fullmatch(text.strip()) is not None

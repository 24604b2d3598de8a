"""What the reference platform does with its catalogue: grading, clearance, labels, masking, quality, filing.

Every decision is one small method, so that a faulty platform differs from this one in one place.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from .reference_data import kinds, rows
from .reference_grading import GRADES, as_members, grade_in, grade_of, rank
from .reference_values import MASKED_FROM, MASKS, stars

if TYPE_CHECKING:
    from collections.abc import Callable

    from .reference_values import Value

Entry = dict[str, Any]
NINE = ("agriClass", "scale", "purpose", "useScope", "responsible", "externalSharing", "crossBorder", "protection")
LIMIT = 30
_NUMBERS = frozenset("NYBFI")
_TIMES = frozenset("DT")


class Catalogue:
    """The rules of one platform.

    Attributes:
        masks: kind of value → how it is masked.
    """

    def __init__(self, seed: int, now: Callable[[], datetime]) -> None:
        self._seed = seed
        self._now = now
        self.masks = dict(MASKS)

    def evaluate(self, impacts: list[dict[str, str]]) -> Entry:
        """The level that impacts lead to."""
        return as_members(grade_of(impacts))

    def may_read(self, clearance: int, entry: Entry) -> bool:
        """Whether a clearance reaches the entry's grade."""
        return clearance >= weight(entry)

    def label(self, entry: Entry) -> Entry:
        """The label in the body of a data answer."""
        return {name: entry[name] for name in ("level", "subLevel") if name in entry}

    def header(self, entry: Entry) -> str:
        """The label in the header of a data answer."""
        return grade_in(entry)

    def raw(self, entry: Entry) -> list[dict[str, Value]]:
        """The data rows behind an entry."""
        return rows(self._seed, entry)

    def shown(self, entry: Entry) -> list[dict[str, Value]]:
        """The data rows as they are answered: fields of grade G3 and above are masked."""
        kind = kinds(entry)
        grave = {row["field"] for row in entry.get("fieldLevels", []) if _rank(row.get("level")) >= MASKED_FROM}
        return [
            {name: self.mask(kind[name], value) if name in grave else value for name, value in row.items()}
            for row in self.raw(entry)
        ]

    def mask(self, kind: str, value: Value) -> Value:
        """One value as it is shown in a masked field."""
        return None if value is None else self.masks.get(kind, stars)(str(value))

    def quality(self, entry: Entry) -> Entry:
        """The quality report, measured on the rows as they are answered."""
        measured = self.indicators(entry, self.shown(entry))
        return {
            "resourceCode": entry["resourceCode"],
            "measuredAt": self._now().isoformat(timespec="seconds"),
            "indicators": [_indicator(code, part, whole) for code, (part, whole) in measured.items() if whole],
        }

    def indicators(self, entry: Entry, shown: list[dict[str, Value]]) -> dict[str, tuple[int, int]]:
        """Numerator and denominator of each indicator (GB/T 36344 codes)."""
        types = {item["name"]: item.get("dataType", "") for item in entry["items"]}
        filled = [(name, value) for row in shown for name, value in row.items() if value not in (None, "")]
        distinct = len({tuple(map(repr, row.items())) for row in shown})
        formed = sum(_formed(types[name], value) for name, value in filled)
        full = sum(None not in row.values() for row in shown)
        count = len(shown)
        return {
            "0101": (len(types), len(types)),
            "0201": (len(filled), count * len(types)),
            "0202": (full, count),
            "0302": (formed, len(filled)),
            "0303": (count - distinct, count),
            "0304": (distinct, count),
            "0401": (count, count),
            "0502": (count, count),
            "0601": (count, count),
        }

    def report_due(self, filing: Entry) -> bool:
        """Whether core or important data changed so much that they are to be reported anew."""
        changes = (beyond(filing["previous"], filing["current"], name) for name in ("records", "bytes"))
        return any(changes) or "otherReason" in filing

    def important_item(self, entry: Entry) -> Entry:
        """One row of the important-data list: what is filed, never the data."""
        found = {name: entry[name] for name in NINE if name in entry}
        return {"resourceCode": entry["resourceCode"], "title": entry["title"], "level": entry["level"], **found}


def weight(entry: Entry) -> int:
    """The rank of an entry's grade; one that is not legal weighs more than any."""
    grade = grade_in(entry)
    return rank(grade) if grade in GRADES else len(GRADES) + 1


def _rank(grade: object) -> int:
    return rank(str(grade)) if grade in GRADES else 0


def _indicator(code: str, part: int, whole: int) -> Entry:
    return {"code": code, "numerator": part, "denominator": whole, "value": round(part / whole, 6)}


def beyond(was: Entry, is_: Entry, name: str) -> bool:
    """Whether a size changed by more than the limit, upwards or downwards."""
    return abs(is_[name] - was[name]) * 100 > was[name] * LIMIT


def _formed(data_type: str, value: Value) -> bool:
    """Whether a shown value has the format of its data type; a masked one keeps none and is not held against it."""
    if isinstance(value, str) and "*" in value:
        return True
    if data_type in _NUMBERS:
        return isinstance(value, int | float)
    return isinstance(value, str) and (data_type not in _TIMES or _dated(value))


def _dated(value: str) -> bool:
    try:
        date.fromisoformat(value[:10])
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True

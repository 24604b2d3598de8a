"""What an operating domain has to say, and in which units: the members of the table ``operating_domain`` in effect."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from .declarations import grade_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_szxc import Record

ODD = "odd"
WITH_LINK = "remote"
UNLIMITED = "unlimited"
METRES_PER_SECOND = "m/s"
KMH = Decimal("3.6")


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an operating domain.

    Attributes:
        path: dotted, below ``odd``.
        kind: ``number``, ``list``, ``text``, ``flag`` or ``object``.
        unit: of a number; ``1`` for a plain one.
        least: the smallest number, or the fewest entries of a list.
        most: the largest number; no machine goes beyond it.
        from_grade: from which grade on it has to be said.
        conditions: ``limited``: not where the domain has no limits; ``remote``: only where the operator is.
    """

    path: str
    kind: str
    unit: str
    least: Decimal
    most: Decimal
    from_grade: Decimal
    conditions: tuple[str, ...]

    def needed(self, declaration: Record) -> bool:
        """Whether a declaration has to say it."""
        grade = grade_of(declaration)
        if not grade or grade < self.from_grade:
            return False
        if declaration.text("odd_limit") == UNLIMITED and "limited" in self.conditions:
            return False
        return WITH_LINK not in self.conditions or declaration.text("operator_location") == WITH_LINK

    def is_said(self, declaration: Record) -> bool:
        """Whether a declaration says it; a list may be empty if ``least`` allows that. Its type is for the schema."""
        found = declaration.get(f"{ODD}.{self.path}")
        if isinstance(found, list):
            return len(found) >= self.least
        return declaration.has(f"{ODD}.{self.path}")

    def wrong(self, value: Decimal) -> str:
        """What is wrong with a number, with the mistake that is likely; empty where nothing is."""
        if not value.is_finite():
            return str(value)
        if self.least <= value <= self.most:
            return ""
        if self.unit == METRES_PER_SECOND and self.least <= value / KMH <= self.most:
            return f"{value} (km/h?)"
        return str(value)

    @property
    def range(self) -> str:
        """The numbers that it may have, with the unit."""
        return f"{self.least} … {self.most} {self.unit if self.unit != '1' else ''}".strip()


def members(rows: Sequence[Mapping[str, str]]) -> Iterator[Member]:
    """The members by the table in effect."""
    for row in rows:
        yield Member(
            row["id"],
            row["kind"],
            row["unit"],
            Decimal(row["least"] or 0),
            Decimal(row["most"] or "Infinity"),
            Decimal(row["from_grade"]),
            tuple(row["condition"].split()),
        )

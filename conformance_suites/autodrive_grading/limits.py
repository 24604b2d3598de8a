"""The limits in effect: what a profile asks of a metric in an accuracy class, and the minima of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc import Sut

CENTIMETRES = {"cm": 0.01, "m": 1.0}
"""Units of lengths in metres."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    Attributes:
        metric: its id, such as ``track_rms``.
        value: in ``unit``.
        unit: ``cm``, ``m``, ``m2``, ``s``, ``%`` or ``1``.
        least: whether it is a least value; else a largest one.
        from_grade: the grade from which it is asked.
        title: in zh and en.
    """

    metric: str
    value: float
    unit: str
    least: bool
    from_grade: int
    title: Mapping[str, str]

    def met(self, value: float) -> bool:
        """Whether a value, in the limit's unit, meets it; the last bits of a computed value do not matter."""
        slack = 1e-9 * max(1.0, abs(self.value))
        return value >= self.value - slack if self.least else value <= self.value + slack

    @property
    def words(self) -> str:
        """The limit as a finding says it."""
        return f"{self.metric} {'>=' if self.least else '<='} {self.value:g} {self.unit}"


def limits(sut: Sut, accuracy: str) -> dict[str, Limit]:
    """The limits of an accuracy class by metric."""
    rows = (row for row in sut.profile("performance_limits") if row["accuracy_class"] == accuracy)
    return {row["metric"]: _limit(row) for row in rows}


def _limit(row: Mapping[str, str]) -> Limit:
    title = {"zh": row["title_zh"], "en": row["title_en"]}
    value, grade = float(Decimal(row["limit"])), int(row["from_grade"])
    return Limit(row["metric"], value, row["unit"], row["bound"] == "min", grade, title)


def minimum(sut: Sut, name: str) -> float:
    """One of the minima of evidence, in the unit of its row."""
    return next(float(Decimal(row["limit"])) for row in sut.profile("evidence_minima") if row["id"] == name)

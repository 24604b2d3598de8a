"""All figures that can be computed anew, by kind of session and by metric: each topic's module adds its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc import Sut

    from .trials import Trial

    Shown = Mapping[str, tuple[float, int]]
    """Metric → value in the unit of its limit, and number of values behind it."""

PARTS = (figures,)
"""Modules with ``FIGURES`` (kind → function), ``METRICS`` (kind → metrics) and ``COLUMNS`` (kind → columns)."""
PERCENTILES = frozenset({"track_p95"})
"""Metrics that come out otherwise by another method, which an item of evidence therefore states."""
SIGNED = frozenset({"row_mean"})
"""Metrics whose sign says something; of the others, sizes are compared."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How a metric is computed from a log.

    Attributes:
        kind: the kind of session that is evidence of it.
        of: computes all metrics of the kind.
        columns: which it reads beside the usual ones.
    """

    kind: str
    of: Callable[..., Shown]
    columns: frozenset[str]

    def shown(self, sut: Sut, trial: Trial, method: str | None = None) -> Shown:
        """The metrics of the kind that a log shows; ``method`` is that of a percentile."""
        return self.of(sut, trial, method) if method else self.of(sut, trial)


FIGURES = {
    metric: Figure(kind, part.FIGURES[kind], part.COLUMNS.get(kind, frozenset()))
    for part in PARTS
    for kind, metrics in part.METRICS.items()
    for metric in metrics
}
"""By metric."""

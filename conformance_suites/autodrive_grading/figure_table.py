"""All figures that can be computed anew, by kind of session and by metric: each topic's module adds its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .field_figures import FIELD_COLUMNS, FIELD_FIGURES, FIELD_METRICS
from .figures import COLUMNS, FIGURES, METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc import Sut

    from .trials import Trial

    Shown = Mapping[str, tuple[float, int]]
    """Metric → value in the unit of its limit, and number of values behind it."""

OF_EVENTS = frozenset({"take_over", "minimum_risk"})
"""Kinds of session whose figures rest on the event log; those of the others on the trajectory log."""
PERCENTILES = frozenset({"track_p95"})
"""Metrics that come out otherwise by another method, which an item of evidence therefore states."""
OF_ALL_SAMPLES = frozenset({"off_zone_area", "zone_excursion", "zone_excursion_time"})
"""Metrics for which all samples of a log may have been looked at, whoever drove."""
SIGNED = frozenset({"row_mean"})
"""Metrics whose sign says something; of the others, sizes are compared."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How a metric is computed from a log, or from events.

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

    @property
    def of_events(self) -> bool:
        """Whether it rests on the event log alone."""
        return self.kind in OF_EVENTS


KNOWN = {
    metric: Figure(kind, functions[kind], columns.get(kind, frozenset()))
    for functions, table, columns in ((FIGURES, METRICS, COLUMNS), (FIELD_FIGURES, FIELD_METRICS, FIELD_COLUMNS))
    for kind, metrics in table.items()
    for metric in metrics
}
"""All metrics that can be computed anew; contacts and clearances are told by scenarios, which no log shows."""

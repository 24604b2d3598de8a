"""What a declaration states of a test is what the test's log shows (ADG-040)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, requirement

from .agreement import apart, in_unit, methods, slack
from .figure_table import KNOWN, OF_ALL_SAMPLES, PERCENTILES, SIGNED
from .limits import limits, minimum
from .trials import features_of, number, of_version, opened, unlogged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Record, Sut

    from .figure_table import Figure, Shown
    from .trials import Trial


@requirement("ADG-040")
def test_evidence_can_be_recomputed(sut: Sut) -> Iterator[Observation]:
    """Every item of evidence of a metric that is known; an item that cannot be judged hides none of the others."""
    bench = Bench(sut)
    lost: SzxcError | None = None
    for feature in bench.features.values():
        for item in feature.children("evidence"):
            try:
                yield from _judged(bench, feature, item)
            except SzxcError as reason:
                lost = lost or reason
    if lost:
        raise lost


class Bench:
    """Sessions by id, each opened and computed once.

    Args:
        sut: the system under test.
    """

    def __init__(self, sut: Sut) -> None:
        self.sut = sut
        self._trials: dict[tuple[str, frozenset[str]], Trial | SzxcError] = {}
        self._shown: dict[tuple[str, str, str | None], Shown] = {}

    @cached_property
    def features(self) -> dict[str, Record]:
        """The declarations in force by feature."""
        return features_of(self.sut)

    @cached_property
    def sessions(self) -> dict[str, Record]:
        """The sessions by id."""
        return {name: one for one in self.sut.records("list_sessions") if (name := one.text("session_id"))}

    def trial(self, session: Record, figure: Figure) -> Trial:
        """A session's trial, as a figure reads it.

        Raises:
            SzxcError: as ``opened``.
        """
        if figure.of_events:
            return unlogged(session, self.features.get(session.text("feature_id") or ""))
        key = (str(session.get("session_id")), figure.columns)
        if key not in self._trials:
            try:
                self._trials[key] = opened(self.sut, session, figure.columns, self.features)
            except SzxcError as reason:
                self._trials[key] = reason
        found = self._trials[key]
        if isinstance(found, SzxcError):
            raise found
        return found

    def values(self, trial: Trial, metric: str, stated_method: str) -> list[tuple[float, int]]:
        """What the log shows of a metric, by each method that the statement may mean; nothing if it does not show it.

        Raises:
            SzxcError: rows that could not be read are left out of it.
        """
        figure = KNOWN[metric]
        ways = methods(stated_method) if metric in PERCENTILES else (None,)
        shown = [self._computed(trial, figure, way) for way in ways]
        found = [one[metric] for one in shown if metric in one]
        if trial.problems:
            raise trial.problems[0].unjudgeable()
        return found

    def _computed(self, trial: Trial, figure: Figure, way: str | None) -> Shown:
        key = (trial.name, figure.kind, way)
        if key not in self._shown:
            self._shown[key] = figure.shown(self.sut, trial, way)
        return self._shown[key]


def _judged(bench: Bench, feature: Record, item: Record) -> Iterator[Observation]:
    """One item. What is no metric, number or text is the schema's business; other metrics are left out."""
    metric, value, name = item.text("metric"), number(item.get("value")), item.text("log_ref")
    if metric not in KNOWN or value is None or name is None:
        return
    session, figure = bench.sessions.get(name), KNOWN[metric]
    reason = _no_evidence(feature, session, figure)
    seen = f"{metric}: {name}"
    yield expect(not reason, item.at("log_ref"), expected=reason or "-", observed=seen)
    if session is not None and not reason:
        trial = bench.trial(session, figure)
        yield from _compared(bench, trial, item, metric, value)


def _no_evidence(feature: Record, session: Record | None, figure: Figure) -> str:
    """Why a session proves nothing of a feature; empty where it may."""
    if session is None:
        return "a listed session"
    if session.text("feature_id") != feature.text("feature_id"):
        return f"a session of feature {feature.text('feature_id')}"
    if not of_version(session, feature):
        return f"a session of version {feature.text('system_version')}"
    if figure.of_events:
        return "" if session.flag("events") is not False else "a session with an event log"
    return "" if session.get("log") else "a session with a trajectory log"


def _compared(bench: Bench, trial: Trial, item: Record, metric: str, stated: float) -> Iterator[Observation]:
    """The stated value and number of samples, each against what the log shows."""
    limit = limits(bench.sut, trial.accuracy or "A").get(metric) or limits(bench.sut, "A")[metric]
    unit = item.text("unit") or ""
    value = in_unit(stated, unit, limit.unit)
    if value is None:
        wants = f"a unit of {metric}, such as {limit.unit}"
        yield expect(holds=False, at=item.at("unit"), expected=wants, observed=unit)
        return
    found = bench.values(trial, metric, item.text("method") or "")
    signed = metric in SIGNED
    allowed = {shown: slack(bench.sut, trial, shown, limit.unit) for shown, _ in found}
    near = [(shown, n) for shown, n in found if apart(value, shown, signed=signed) <= allowed[shown]]
    for shown, n in near[:1] or found[:1]:
        wants = f"{metric} of {shown:.4g} {limit.unit} that {trial.name} shows, within {allowed[shown]:.3g}"
        yield expect(bool(near), item.at("value"), expected=wants, observed=f"{value:.6g} {limit.unit}")
        whole = trial.log.table.rows if metric in OF_ALL_SAMPLES else 0
        yield from _counted(bench.sut, item, max(n, whole))
    if not found:
        wants = f"{metric} of a log that shows it, which {trial.name} does not"
        yield expect(holds=False, at=item.at("value"), expected=wants, observed=f"{stated:g} {unit}")


def _counted(sut: Sut, item: Record, n: int) -> Iterator[Observation]:
    """No more samples than the log holds; fewer may have been looked at."""
    stated = number(item.get("n"))
    if stated is not None:
        most = n * (1 + minimum(sut, "recompute_share") / 100)
        yield expect(
            stated <= most, item.at("n"), expected=f"n <= {n}, as many as the log holds", observed=f"{stated:g}"
        )

"""What the logs prove of guidance: tracking, adjacent rows, stops, coming to the line, initialisation, endurance."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from pytest_szxc import Finding, SzxcError, Unjudgeable, expect, requirement, trajectory

from .declarations import grade_of
from .figures import COLUMNS, FIGURES, METRICS, off_after_restart
from .guided_passes import passes
from .limits import limits, minimum
from .performance_pictures import PICTURED, field_picture, track_picture
from .too_coarse import refusal, rests_on_m, surely_broken
from .trials import each_trial, features_of, unreduced
from .weighed_tracking import weighed_track
from .whole_passes import driven_whole, incomplete, poorly_fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc import Exhibit, Observation, Sut

    from .limits import Limit
    from .trials import Trial


ON_LINES = frozenset(FIGURES) - {"initialisation"}
"""Kinds of session whose figures are those of passes on guidance lines."""
STEERS_FROM = 1
"""The grade from which evidence of tracking is asked of a feature that steers."""


@requirement("ADG-031")
def test_tracking_is_within_the_limits(sut: Sut) -> Iterator[Observation]:
    """Mean, RMS and 95th percentile of the cross-track errors (F3, F4, F6)."""
    yield from _pictured(sut, "track", track_picture, _undiluted)


def _undiluted(sut: Sut, trial: Trial) -> Iterator[Observation]:
    """Limits that are kept by samples alone: those where the machine was off are too few for their time and way."""
    asked, by_samples = limits(sut, trial.accuracy or "A"), FIGURES["track"](sut, trial)
    for metric, value in weighed_track(sut, trial).items():
        limit = asked.get(metric)
        if limit and limit.met(abs(by_samples[metric][0])) and not limit.met(value) and not refusal(sut, trial, limit):
            seen = f"{value:.3f} {limit.unit} by time and by way; {abs(by_samples[metric][0]):.3f} by samples"
            yield expect(False, trial.at(f"/{metric}"), expected=limit.words, observed=seen)  # noqa: FBT003 -- a finding


@requirement("ADG-032")
def test_adjacent_rows_are_within_the_limits(sut: Sut) -> Iterator[Observation]:
    """Mean and RMS of what adjacent rows are further apart than planned (F7)."""
    yield from _pictured(sut, "row_spacing", field_picture)


def _nothing_more(sut: Sut, trial: Trial) -> Iterator[Observation]:  # noqa: ARG001 -- as the others
    """Some kinds have nothing beside their figures."""
    yield from ()


def _pictured(
    sut: Sut,
    kind: str,
    picture: Callable[[Sut, Trial], Iterator[Exhibit]],
    more: Callable[[Sut, Trial], Iterator[Observation]] = _nothing_more,
) -> Iterator[Observation]:
    """The figures of all sessions of a kind, and pictures of a few: of those that break a limit before others."""
    told: list[tuple[bool, Trial]] = []

    def look(trial: Trial) -> Iterator[Observation]:
        broken = False
        told.append((not broken, trial))
        for one in _figures(sut, trial, kind, more):
            broken = broken or isinstance(one, Finding)
            told[-1] = (not broken, trial)
            yield one

    lost: SzxcError | None = None
    try:
        yield from each_trial(sut, kind, look)
    except SzxcError as reason:
        lost = reason
    for _, trial in sorted(told, key=itemgetter(0))[:PICTURED]:
        yield from picture(sut, trial)
    lost = lost or _unproved_feature(sut, {trial.session.text("feature_id") for _, trial in told})
    if lost:
        raise lost


def _unproved_feature(sut: Sut, seen: set[str | None]) -> SzxcError | None:
    """The first feature from grade 1 on that steers by itself, and that no session shows."""
    for name, feature in features_of(sut).items():
        grade = grade_of(feature)
        if name not in seen and grade is not None and grade >= STEERS_FROM and feature.text("lateral") == "system":
            params = {"feature": name, "grade": str(grade), "what_zh": "可用的场次", "what_en": "session of this kind"}
            return Unjudgeable("evidence.of-no-feature", feature.origin.exchange, **params)
    return None


@requirement("ADG-033")
def test_stops_disturb_within_the_limits(sut: Sut) -> Iterator[Observation]:
    """Error after a restart, against that before the stop and by itself (F10)."""
    yield from each_trial(sut, "stop_start", partial(_figures, sut, kind="stop_start", more=_on_line_again))


def _on_line_again(sut: Sut, trial: Trial) -> Iterator[Observation]:
    """The largest error after a restart, unless positions are too coarse to show it."""
    largest, most = off_after_restart(sut, trial)
    if refusal(sut, trial, limits(sut, trial.accuracy or "A")["stop_start"]) is None:
        wants = f"|e| <= {most:g} cm after a restart"
        yield expect(largest <= most, trial.at("/stop_start"), expected=wants, observed=f"{largest:.3f} cm")


@requirement("ADG-034")
def test_the_line_is_reached_within_the_limits(sut: Sut) -> Iterator[Observation]:
    """Way from engaging to holding the line (F9)."""
    yield from each_trial(sut, "on_line", partial(_figures, sut, kind="on_line"))


@requirement("ADG-035")
def test_the_fix_comes_within_the_limits(sut: Sut) -> Iterator[Observation]:
    """Time from power-on to a fix that lasts (F12)."""
    look = partial(_figures, sut, kind="initialisation")
    yield from each_trial(sut, "initialisation", look, COLUMNS["initialisation"])


@requirement("ADG-036")
def test_the_line_is_held_without_corrections(sut: Sut) -> Iterator[Observation]:
    """Time from the loss of corrections to 10 cm off the line (F11)."""
    yield from each_trial(sut, "endurance", partial(_figures, sut, kind="endurance"), COLUMNS["endurance"])


def _figures(
    sut: Sut,
    trial: Trial,
    kind: str,
    more: Callable[[Sut, Trial], Iterator[Observation]] = _nothing_more,
) -> Iterator[Observation]:
    """The figures of a kind of session, each against the limit of its accuracy class, and what else they show.

    Raises:
        SzxcError: the log does not show them, or is too coarse to prove a limit, or to prove it broken.
    """
    if not _steered(trial):
        return
    if trial.accuracy is None:
        raise _lacking("evidence.untold", trial, member="accuracy_class")
    asked = limits(sut, trial.accuracy)
    if asked.keys().isdisjoint(METRICS[kind]):  # such as the endurance of class C
        return
    unproved = None
    shown = FIGURES[kind](sut, trial)
    if not shown and not trial.problems:
        raise _lacking("evidence.not-shown", trial, metrics=", ".join(METRICS[kind]))
    for metric, (value, n) in shown.items():
        limit = asked.get(metric)
        if limit is None:
            continue
        reason = None if surely_broken(trial, limit, abs(value)) else refusal(sut, trial, limit)
        unproved = unproved or reason
        if reason is None:
            seen = _observed(value, limit, n)
            yield expect(limit.met(abs(value)), trial.at(f"/{metric}"), expected=limit.words, observed=seen)
    yield from more(sut, trial) if shown else ()
    unproved = unproved or (incomplete(trial) or unreduced(trial) if kind in ON_LINES else None)
    unproved = unproved or (poorly_fixed(sut, trial) if kind in ON_LINES - {"endurance"} else None)
    if unproved:
        raise unproved


def _lacking(code: str, trial: Trial, **params: str) -> SzxcError:
    """Why a session says nothing of what it is said to be evidence of."""
    return Unjudgeable(code, trial.log.table.origin.exchange, session=trial.name, **params)


def _observed(value: float, limit: Limit, n: int) -> str:
    return f"{abs(value):.3f} {limit.unit} (n={n})"


def _steered(trial: Trial) -> bool:
    """Whether the feature steers by itself; the figures of guidance say nothing of one that does not."""
    return trial.feature is None or trial.feature.get("lateral") != "operator"


@requirement("ADG-041")
def test_samples_are_enough(sut: Sut) -> Iterator[Observation]:
    """Passes, samples and length (F14)."""
    seen = set[str | None]()
    yield from each_trial(sut, "track", partial(_enough, sut, seen))
    lost = _unproved_feature(sut, seen)
    if lost:
        raise lost


def _enough(sut: Sut, seen: set[str | None], trial: Trial) -> Iterator[Observation]:
    seen.add(trial.session.text("feature_id"))
    least, length = int(minimum(sut, "samples_per_pass")), minimum(sut, "pass_length")
    wanted = int(minimum(sut, "passes"))
    found = [
        (sum(int(one.counts.sum()) for one in parts), sum(one.length_m for one in parts))
        for parts in driven_whole(trial, passes(sut, trial))
    ]
    whole = [1 for samples, way in found if samples >= least and way >= length]
    if len(whole) < wanted:
        _need_whole_and_fine(sut, trial)
    shown = ", ".join(f"{samples}/{way:.1f} m" for samples, way in found) or "-"
    wants = f">= {wanted} passes of >= {least} samples and >= {length:g} m"
    yield expect(len(whole) >= wanted, trial.at("/pass_id"), expected=wants, observed=shown)
    lost = incomplete(trial)
    if lost:
        raise lost


def _need_whole_and_fine(sut: Sut, trial: Trial) -> None:
    """Too few samples say nothing where rows were left out, or where coarse positions do not show the line is held."""
    if trial.bad and trial.problems:
        raise trial.problems[0].unjudgeable()
    coarse = refusal(sut, trial, limits(sut, trial.accuracy or "A")["on_line"])
    if coarse:
        raise coarse


@requirement("ADG-042")
def test_positions_are_fine_enough(sut: Sut) -> Iterator[Observation]:
    """One step of the positions against a fifth of each length that the log shall prove (F15)."""
    lost: SzxcError | None = None
    for kind in FIGURES:
        try:
            yield from each_trial(sut, kind, partial(_resolution, sut, kind))
        except SzxcError as reason:
            lost = lost or reason
    if lost:
        raise lost


def _resolution(sut: Sut, kind: str, trial: Trial) -> Iterator[Observation]:
    known = limits(sut, trial.accuracy or "A")
    share = minimum(sut, "resolution_share")
    for limit in (known[metric] for metric in METRICS[kind] if metric in known):
        rests_on = rests_on_m(sut, trial, limit)
        if rests_on:
            wants = f"positions in steps of <= {share * rests_on:.4g} m for {limit.words}"
            seen = f"{trajectory.coarseness_m(trial.log):.4g} m"
            yield expect(refusal(sut, trial, limit) is None, trial.at("/lat"), expected=wants, observed=seen)

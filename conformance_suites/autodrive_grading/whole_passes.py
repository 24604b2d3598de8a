"""Whether passes are shown from end to end: each on a guidance line, none with samples taken out of its midst."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import Unjudgeable, trajectory

from .guided_passes import line_id_of, passes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_szxc import Sut, SzxcError

    from .guided_passes import PassErrors
    from .trials import Array, Trial

WEAK = {"A": (0, 1, 2, 3, 5, 6, 7, 8), "B": (0, 1, 6, 7, 8), "C": (0, 6, 7, 8)}
"""Accuracy class → qualities of a fix whose positions are no evidence of it: none, or of a weaker solution than that of
the class; 6 to 8 are reckoned, entered by hand and simulated."""
WEAK_SHARE = 0.05
"""Of so many samples the 95th percentile takes no notice either."""
SHORT_S = 60.0
"""A pass that goes on after a longer time was interrupted: there was something else in between."""


def incomplete(trial: Trial) -> SzxcError | None:
    """Why some pass cannot be judged wholly; ``None`` where all can."""
    found: SzxcError | None = trial.kept((incomplete.__name__, trial.name), lambda: _incomplete(trial))
    return found


def _incomplete(trial: Trial) -> SzxcError | None:
    if trial.log.engaged is None:
        return None
    for name in trial.passes:
        rows = trial.rows(name)
        if trial.log.engaged[rows].any():
            found = _without_line(trial, name, rows) or _with_hole(trial, name, rows)
            if found:
                return found
    return None


def _without_line(trial: Trial, name: str, rows: Array) -> SzxcError | None:
    line = line_id_of(trial, rows)
    if line in trial.lines:
        return None
    params = {"session": trial.name, "name": name, "line": line or "-"}
    return Unjudgeable("evidence.no-line", trial.log.table.origin.exchange, **params)


def _with_hole(trial: Trial, name: str, rows: Array) -> SzxcError | None:
    np, log = trajectory.numpy, trial.log
    before, after = rows[:-1], rows[1:]
    lasting = log.t_s[after] - log.t_s[before]
    steered = np.concatenate(([0], np.cumsum(log.engaged)))
    throughout = steered[after + 1] - steered[before] == after - before + 1
    holes = np.flatnonzero((after - before > 1) & throughout & (lasting <= SHORT_S))
    if not len(holes):
        return None
    params = {
        "session": trial.name,
        "name": name,
        "rows": str(int(log.row_numbers[before[holes[0]] + 1])),
        "seconds": f"{float(lasting[holes[0]]):.1f}",
    }
    return Unjudgeable("evidence.pass-with-hole", log.table.origin.exchange, **params)


def poorly_fixed(sut: Sut, trial: Trial) -> SzxcError | None:
    """Why positions prove nothing of tracking: too many were had by a weaker solution than the accuracy class is of."""
    if trial.log.fix is None:
        return None
    np = trajectory.numpy
    counted = [one.rows[one.counts] for one in passes(sut, trial)]
    fixes = trial.log.fix[np.concatenate(counted)] if counted else np.zeros(0)
    weak = np.isin(fixes, WEAK[trial.accuracy or "A"])
    if weak.sum() <= WEAK_SHARE * len(fixes):
        return None
    params = {
        "session": trial.name,
        "percent": f"{float(weak.mean()) * 100:.0f}",
        "fixes": ", ".join(f"{value:g}" for value in np.unique(fixes[weak]).tolist()),
        "accuracy": trial.accuracy or "A",
    }
    return Unjudgeable("evidence.weak-fix", trial.log.table.origin.exchange, **params)


def driven_whole(trial: Trial, found: Iterable[PassErrors]) -> list[list[PassErrors]]:
    """Passes as they were driven: ids that follow each other on one line, without letting go between, are one."""
    whole: list[list[PassErrors]] = []
    for one in sorted(found, key=lambda it: int(it.rows[0])):
        if whole and _without_letting_go(trial, whole[-1][-1], one):
            whole[-1].append(one)
        else:
            whole.append([one])
    return whole


def _without_letting_go(trial: Trial, before: PassErrors, after: PassErrors) -> bool:
    """Whether a pass is driven on from another: steered all the way, on the same line, further along it."""
    first, last, log = int(before.rows[-1]), int(after.rows[0]), trial.log
    near = first < last and float(log.t_s[last] - log.t_s[first]) <= SHORT_S
    return near and bool(log.engaged[first : last + 1].all()) and before.goes_on_as(after)

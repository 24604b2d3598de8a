"""Whether passes are shown from end to end: each on a guidance line, none with samples taken out of its midst."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import Unjudgeable, trajectory

from .figures import line_id_of

if TYPE_CHECKING:
    from pytest_szxc import SzxcError

    from .trials import Array, Trial

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

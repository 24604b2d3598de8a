"""What the implement did, by the log's states, against what was planned: lowered and raised where.

It is lowered at the first ``working`` sample after it was raised, and raised at the sample after the last ``working``
one before it is raised: ``transition`` and ``unknown`` are neither. Errors count along the pass's guidance line:
what the machine is beside it is no matter of the implement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_szxc import trajectory

from .guided_passes import passes
from .headland_entries import Place, place_of
from .trials import level, listed, position
from .zone_keeping import driven

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Sut

    from .trials import Trial

WORKING, RAISED = "working", "raised"
LOWER, RAISE = "lower", "raise"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that the implement did.

    Attributes:
        action: ``lower`` or ``raise``.
        row: the sample at which it did.
        pass_id: of the pass to which that belongs.
        driven: whether the system moved the machine then.
    """

    action: str
    row: int
    pass_id: str
    driven: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned action, and the one of the log that answers it: the nearest of the same kind on the same pass.

    Attributes:
        action: ``lower`` or ``raise``.
        pass_id: on which pass.
        place: where it was done; ``None`` where the log does not show it.
    """

    action: str
    pass_id: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Plan and log.

    Attributes:
        planned: all planned actions of passes that can be judged.
        extra: actions of the log, under the system, that nobody planned.
    """

    planned: tuple[Planned, ...] = ()
    extra: tuple[Action, ...] = field(default=())


def compared(sut: Sut, trial: Trial) -> Comparison:
    """The implement's plan against the log; nothing where there is no plan.

    Raises:
        SzxcError: the log has no states of the implement.
    """
    plan = list(_plan(trial))
    if not plan:
        return Comparison()
    left = list(actions(trial))
    lines = {one.name: trial.lines[one.line_id] for one in passes(sut, trial)}
    planned = []
    for action, pass_id, wanted in plan:
        fits = [one for one in left if (one.action, one.pass_id) == (action, pass_id)]
        places = [(_place(trial, one.row, wanted, lines.get(pass_id)), one) for one in fits]
        nearest = min(places, key=lambda pair: pair[0].error_m, default=None)
        if nearest:
            left.remove(nearest[1])
        planned.append(Planned(action, pass_id, nearest[0] if nearest else None))
    return Comparison(tuple(planned), tuple(one for one in left if one.driven and one.pass_id not in trial.bad))


def _place(trial: Trial, row: int, wanted: tuple[float, float], line: Any) -> Place:  # noqa: ANN401 -- a Path
    """How far along its line a sample is from a planned place; as the crow flies on a pass without one."""
    found = place_of(trial, row, wanted)
    if line is None:
        return found
    points = [level([wanted], trial.log.origin)[0], trial.log.points_m[max(row - 1, 0)], trial.log.points_m[row]]
    planned, before, here = line.station_m(points).tolist()
    low, high = sorted((before, here)) if before == before else (here, here)  # noqa: PLR0124 -- NaN, of a sample without a position
    proved = max(low - planned, planned - high, 0.0)
    return Place(row, abs(here - planned), proved, found.step_m)


def _plan(trial: Trial) -> Iterator[tuple[str, str, tuple[float, float]]]:
    for told in listed(trial.session, "implement_plan"):
        action, name, wanted = told.get("action"), told.get("pass_id"), position(told.get("at"))
        if action in (LOWER, RAISE) and isinstance(name, str) and wanted is not None and name not in trial.bad:
            yield action, name, wanted


def actions(trial: Trial) -> Iterator[Action]:
    """What the implement did, in the order of the log.

    Raises:
        SzxcError: the log has no states of the implement.
    """
    np, states, moved = trajectory.numpy, trial.log.table.column("implement_state"), driven(trial)
    told = np.nonzero((states == WORKING) | (states == RAISED))[0]
    works = states[told] == WORKING
    # a log that begins or ends at work does not show where the implement was lowered, or raised
    for change in np.nonzero(works[1:] != works[:-1])[0].tolist():
        before, after, lowered = int(told[change]), int(told[change + 1]), bool(works[change + 1])
        row = after if lowered else before + 1
        name = _pass_after(trial, after) if lowered else _pass_before(trial, before)
        yield Action(LOWER if lowered else RAISE, row, name, bool(moved[max(row - 1, 0) : row + 1].any()))


def _pass_after(trial: Trial, row: int) -> str:
    """The pass of a sample; in a turn, the next one."""
    if trial.log.pass_id is None:
        return ""
    ids = trial.log.pass_id[row:]
    return str(ids[int((ids != "").argmax())])


def _pass_before(trial: Trial, row: int) -> str:
    """The pass of a sample; in a turn, the one before."""
    if trial.log.pass_id is None:
        return ""
    ids = trial.log.pass_id[row::-1]
    return str(ids[int((ids != "").argmax())])

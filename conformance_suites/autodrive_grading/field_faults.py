"""What may go wrong in the field: out of the zone, beside an entry, with the implement. Each is a drive for a drive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc import trajectory

from .drive_faults import astray
from .drive_plan import STEP_S

if TYPE_CHECKING:
    from .drive import Array, Drive

ON_FIRST_S, ON_FIRST_LASTING_S = 12.0, 38.0
"""When the first row of the field session is driven: after the approach, before the first turn."""
ON_THIRD_S = 140.0
"""When the third one is: with the pump house of the exclusions to the right."""
FIRST_TURN_S, TURN_LASTING_S = 56.2, 14.8
"""When the first headland turn is driven."""


def towards_border(drive: Drive, metres: float) -> Drive:
    """On the first row, the machine goes so far to the left and back: the zone's border is 8 m from the row."""
    return astray(drive, -metres, ON_FIRST_S, ON_FIRST_LASTING_S)


def towards_pump_house(drive: Drive, metres: float) -> Drive:
    """On the third row, the machine goes so far to the right and back: the pump house is 3.5 m from the row."""
    return astray(drive, metres, ON_THIRD_S, 40.0)


def for_one_sample(drive: Drive, right_m: float, at_s: float) -> Drive:
    """At one sample alone the machine is further right."""
    np = trajectory.numpy
    return drive.moved(np.where(np.arange(len(drive)) == row_at(at_s), right_m, 0.0))


def ahead(drive: Drive, metres: float, from_s: float = 0.0, to_s: float = float("inf")) -> Drive:
    """The machine is so much further along its heading, between two times."""
    np = trajectory.numpy
    heading = np.radians(drive["heading_deg"])
    mask = (drive["t_s"] >= from_s) & (drive["t_s"] < to_s)
    way = np.stack([np.sin(heading), np.cos(heading)], axis=1) * (metres * mask)[:, None]
    return replace(drive, vehicle_m=drive.vehicle_m + way).located()


def in_mode_drifting(drive: Drive, mode: str, right_mps: float, beside_m: float) -> Drive:
    """Beside its line all the time, and ever further right once it is in a mode."""
    np = trajectory.numpy
    rows = drive["mode"] == mode
    since = np.where(rows, drive["t_s"] - drive["t_s"][rows][0], 0.0)
    return drive.moved(beside_m + right_mps * since)


def said_by_hand(drive: Drive, from_s: float, to_s: float, *, engaged: bool, mode: str = "manual") -> Drive:
    """Rows of a time say that they were driven by hand, or that the system stood by."""
    np = trajectory.numpy
    rows = (drive["t_s"] >= from_s) & (drive["t_s"] < to_s)
    modes = np.where(rows, mode, drive["mode"].astype(str)).astype(object)
    return drive.with_columns(mode=modes, engaged=drive["engaged"] & (~rows | engaged))


def driven_at(drive: Drive, share: float, pass_id: str) -> Drive:
    """On one pass, another speed was set than is driven: so much more of it."""
    np = trajectory.numpy
    set_mps = drive["speed_set_mps"]
    return drive.with_columns(speed_set_mps=np.where(drive["pass_id"] == pass_id, set_mps * (1.0 + share), set_mps))


def set_as_driven(drive: Drive) -> Drive:
    """The set speed is only what was measured."""
    return drive.with_columns(speed_set_mps=drive["speed_mps"].copy())


def with_states(drive: Drive, rows: Array, state: str) -> Drive:
    """Some rows have another state of the implement."""
    made = drive["implement_state"].copy()
    made[rows] = state
    return drive.with_columns(implement_state=made)


def raised_late(drive: Drive, pass_id: str, samples: int) -> Drive:
    """After one pass the implement goes on working for so many samples."""
    last = int((drive["pass_id"] == pass_id).nonzero()[0][-1])
    return with_states(drive, slice(last, last + samples + 1), "working")


def lowered_late(drive: Drive, pass_id: str, samples: int) -> Drive:
    """On one pass the implement comes down so many samples late."""
    first = int((drive["pass_id"] == pass_id).nonzero()[0][0])
    return with_states(drive, slice(first, first + samples), "transition")


def swapped(drive: Drive) -> Drive:
    """Working where it should be raised, and the other way round."""
    states = {"working": "raised", "raised": "working"}
    column = [states.get(one, one) for one in drive["implement_state"].tolist()]
    return drive.with_columns(implement_state=trajectory.numpy.array(column, dtype=object))


def row_at(at_s: float) -> int:
    """The sample at a time."""
    return round(at_s / STEP_S)

"""From the antenna to the machine (F2): the representative vehicle point by lever arm and roll."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Lever:
    """Where the antenna stands, seen from the representative vehicle point.

    Attributes:
        height_m: above the point.
        forward_m: ahead of it, in the direction of the heading.
        right_m: right of it.
    """

    height_m: float
    forward_m: float = 0.0
    right_m: float = 0.0


def at_vehicle(points_m: ArrayLike, heading_deg: ArrayLike, roll_deg: ArrayLike, lever: Lever) -> NDArray[np.float64]:
    """The representative vehicle points under antenna positions.

    The cross-track error changes by ``−height·sin(roll)``. Pitch is not taken into account; no log gives it.

    Args:
        points_m: (n, 2) east, north of the antenna.
        heading_deg: clockwise from north, n or one for all.
        roll_deg: positive where the right side is down, n or one for all; 0 for a log that is levelled already.
        lever: of the antenna.

    Returns:
        (n, 2) east, north of the vehicle point; NaN where the position, heading or roll is.
    """
    points = np.asarray(points_m, dtype=np.float64).reshape(-1, 2)
    heading, roll = np.radians(np.asarray(heading_deg, float)), np.radians(np.asarray(roll_deg, float))
    sin, cos = np.sin(heading), np.cos(heading)
    right = lever.height_m * np.sin(roll) + lever.right_m * np.cos(roll)
    east = points[:, 0] - (lever.forward_m * sin + right * cos)
    north = points[:, 1] - (lever.forward_m * cos - right * sin)
    return np.column_stack((east, north))

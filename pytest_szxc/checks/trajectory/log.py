"""A trajectory log: where a machine was and what it did, from the rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from pytest_szxc.checks.trajectory.motion import last_known
from pytest_szxc.checks.trajectory.projection import Origin, centroid, level_m
from pytest_szxc.checks.trajectory.reduction import Lever, at_vehicle
from pytest_szxc.errors import Unjudgeable
from pytest_szxc.target.tabular.times import MISSING

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from pytest_szxc.target.tabular.table import Table

    Floats = NDArray[np.float64]

STANDSTILL_MPS = 0.1
TURN_DEG = 360.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ABSENT = None


@dataclass(frozen=True, eq=False)
class Log:
    """A trajectory log of n samples, in the order of the file. What the file has no column for is ``None``.

    Attributes:
        table: the table that it is made of.
        t_s: seconds since ``start`` (n,); NaN where there is no time.
        start: time of the first sample that has one, UTC.
        points_m: east and north of the origin (n, 2), of the vehicle point where a lever was given, else of the
            antenna; NaN where there is no position.
        origin: of the frame in which the points are.
        row_numbers: of each sample, as an editor counts lines (n,).
        fix: quality of the position, 0 to 8 (n,).
        hdop: horizontal dilution of precision (n,).
        corr_age_s: age of the corrections (n,).
        heading_deg: clockwise from north (n,).
        speed_mps: (n,).
        speed_set_mps: the speed that was asked for (n,).
        roll_deg: positive where the right side is down (n,).
        xte_m: cross-track error as the system itself reports it, positive right of travel (n,).
        engaged: whether the system steers (n,), false where the file does not say.
        mode: (n,) texts, "" where the file does not say; so the next ones.
        pass_id: id of the pass (n,).
        line_id: id of the guidance line (n,).
        implement_state: (n,).
        event: (n,).
        lever: where the antenna stands; ``None`` where the points are those of the positions themselves.
    """

    table: Table
    t_s: Floats
    start: datetime
    points_m: Floats
    origin: Origin
    row_numbers: NDArray[np.int64]
    fix: Floats | None
    hdop: Floats | None
    corr_age_s: Floats | None
    heading_deg: Floats | None
    speed_mps: Floats | None
    speed_set_mps: Floats | None
    roll_deg: Floats | None
    xte_m: Floats | None
    engaged: NDArray[np.bool_] | None
    mode: NDArray[np.object_] | None
    pass_id: NDArray[np.object_] | None
    line_id: NDArray[np.object_] | None
    implement_state: NDArray[np.object_] | None
    event: NDArray[np.object_] | None
    lever: Lever | None = None

    @classmethod
    def of(cls, table: Table, lever: Lever | None = None, origin: Origin | None = None) -> Log:
        """The log that a table holds; made once for a table, a lever and an origin.

        Args:
            table: with the columns ``t``, ``lat`` and ``lon``; with a lever ``heading_deg`` too.
            lever: where the antenna stands; ``None`` for positions of the vehicle point. A log without ``roll_deg``
                counts as levelled.
            origin: of the frame; ``None`` for the middle of the positions.

        Raises:
            Unjudgeable: ``table.column-missing``; ``trajectory.no-samples``: no row has a time, or a position.
        """
        key = (cls, lever, origin)
        found = table.kept.get(key)
        if not isinstance(found, cls):
            found = table.kept.setdefault(key, cls._made(table, lever, origin))
        if not isinstance(found, cls):
            raise TypeError(key)
        return found

    @classmethod
    def _made(cls, table: Table, lever: Lever | None, origin: Origin | None) -> Log:
        times, (lat, lon) = table.column("t"), positions_deg(table)
        timed = times != MISSING
        if not timed.any():
            raise Unjudgeable("trajectory.no-samples", table.origin.exchange, what="t")
        frame = origin or centroid(lat, lon, 0.0)
        first = int(times[timed][0])
        points = level_m(lat, lon, frame)
        return cls(
            table=table,
            t_s=np.where(timed, (times - first) / 1e6, np.nan),
            start=_EPOCH + timedelta(microseconds=first),
            points_m=points if lever is None else _reduced(table, points, lever),
            origin=frame,
            row_numbers=table.row_numbers,
            lever=lever,
            **{name: table.column(name) if table.has(name) else _ABSENT for name in _OPTIONAL},
        )


def positions_deg(table: Table) -> tuple[Floats, Floats]:
    """Latitudes and longitudes (n,); NaN where a receiver without a fix writes 0 and 0, and where no angle stands."""
    lat, lon = table.column("lat"), table.column("lon")
    nowhere = ((lat == 0) & (lon == 0)) | (np.abs(lat) > TURN_DEG) | (np.abs(lon) > TURN_DEG)
    if not nowhere.any():
        return lat, lon
    return np.where(nowhere, np.nan, lat), np.where(nowhere, np.nan, lon)


_OPTIONAL = (
    "fix",
    "hdop",
    "corr_age_s",
    "heading_deg",
    "speed_mps",
    "speed_set_mps",
    "roll_deg",
    "xte_m",
    "engaged",
    "mode",
    "pass_id",
    "line_id",
    "implement_state",
    "event",
)


def _reduced(table: Table, points: Floats, lever: Lever) -> Any:  # noqa: ANN401 -- an array
    roll = table.column("roll_deg") if table.has("roll_deg") else 0.0
    heading = table.column("heading_deg")
    if table.has("speed_mps"):  # many receivers have no heading while the machine stands: it is still the last one
        stood = np.isnan(heading) & (np.abs(table.column("speed_mps")) < STANDSTILL_MPS)
        heading = np.where(stood, last_known(heading), heading)
    return at_vehicle(points, heading, roll, lever)

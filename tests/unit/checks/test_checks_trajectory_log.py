import gc
import weakref
from datetime import UTC, datetime

import numpy as np
import pytest

from pytest_szxc.checks.trajectory.log import Log
from pytest_szxc.checks.trajectory.projection import Origin
from pytest_szxc.checks.trajectory.reduction import Lever
from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Location
from pytest_szxc.target.tabular.table import read_table

ORIGIN = Origin(31.0, 117.0)


def table_of(body):
    place = Location("E0001", file="log.csv")
    return read_table(body, "csv", schema="urn:szxc:autodrive_grading:log-row", origin=place)


BODY = b"""t,lat,lon,heading_deg,roll_deg,engaged,pass_id
,31.0,117.0,0,0,true,P1
2026-04-01T08:00:00+08:00,31.0,117.0,0,30,true,P1
2026-04-01T08:00:00.5+08:00,,117.0,90,0,false,
"""


def test_a_log_of_a_table():
    log = Log.of(table_of(BODY), origin=ORIGIN)
    assert np.array_equal(log.t_s, [np.nan, 0, 0.5], equal_nan=True)
    assert log.start == datetime(2026, 4, 1, tzinfo=UTC)
    assert log.points_m[1] == pytest.approx([0, 0], abs=1e-6)
    assert np.isnan(log.points_m[2]).all()
    assert log.row_numbers.tolist() == [2, 3, 4]
    assert log.engaged is not None
    assert log.engaged.tolist() == [True, True, False]
    assert log.pass_id is not None
    assert log.pass_id.tolist() == ["P1", "P1", ""]
    assert (log.speed_mps, log.mode, log.event) == (None, None, None)


def test_the_lever_takes_the_antenna_down_to_the_machine():
    log = Log.of(table_of(BODY), Lever(3.0, 0.5, 0.0), ORIGIN)
    assert log.points_m[1] == pytest.approx([-1.5, -0.5], abs=1e-6)


def test_a_log_without_roll_is_levelled_and_one_without_heading_has_no_lever():
    body = b"t,lat,lon,heading_deg\n2026-04-01T08:00:00Z,31,117,0\n"
    assert Log.of(table_of(body), Lever(3.0, 1.0), ORIGIN).points_m[0] == pytest.approx([0, -1], abs=1e-6)
    with pytest.raises(Unjudgeable, match="heading_deg"):
        Log.of(table_of(body.replace(b"heading_deg", b"h")), Lever(3.0))


def test_without_an_origin_the_middle_of_the_positions_is_one():
    log = Log.of(table_of(b"t,lat,lon\n2026-04-01T08:00:00Z,31,117\n2026-04-01T08:00:01Z,31.002,117\n"))
    assert log.points_m.mean(axis=0) == pytest.approx([0, 0], abs=1e-3)
    assert log.points_m[1, 1] == pytest.approx(110.9, abs=0.1)


def test_a_log_is_made_once_and_goes_with_its_table():
    table = table_of(BODY)
    assert Log.of(table, None, ORIGIN) is Log.of(table, None, ORIGIN)
    assert Log.of(table, Lever(1.0), ORIGIN) is not Log.of(table, None, ORIGIN)
    gone = weakref.ref(table)
    del table
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    ("body", "what"),
    [(b"t,lat,lon\n,31,117\n", "t"), (b"t,lat,lon\n2026-04-01T08:00:00Z,,\n", "lat"), (b"lat,lon\n31,117\n", "t")],
)
def test_without_times_or_positions_there_is_no_log(body, what):
    with pytest.raises(Unjudgeable, match=what):
        Log.of(table_of(body))

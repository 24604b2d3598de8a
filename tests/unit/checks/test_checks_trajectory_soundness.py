from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pytest_szxc.checks.trajectory.gcj02 import shifted
from pytest_szxc.checks.trajectory.log import Log
from pytest_szxc.checks.trajectory.log_units import unit_of
from pytest_szxc.checks.trajectory.projection import Origin, geodetic
from pytest_szxc.checks.trajectory.soundness import bad_passes, problems
from pytest_szxc.errors import Unjudgeable
from pytest_szxc.model import Location
from pytest_szxc.target.tabular.table import read_table

FIELD = Origin(31.0, 117.0)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
START = datetime(2026, 4, 1, tzinfo=UTC)
COUNT = 300


def samples():
    """Three passes of 100 samples, 10 Hz, 2 m/s north, with a wave of 2 cm across."""
    steps = np.arange(COUNT)
    swerve = 0.02 * np.sin(steps / 7)
    east = swerve + 3.0 * (steps // 100)
    lat, lon, _ = geodetic(np.column_stack((east, 0.2 * (steps % 100), np.zeros(COUNT))), FIELD)
    return {
        "t": [START + timedelta(milliseconds=100) * int(step) for step in steps],
        "lat": list(lat),
        "lon": list(lon),
        "speed_mps": [2.0] * COUNT,
        "xte_m": list(swerve),
        "pass_id": [f"P{step // 100}" for step in steps],
        "engaged": ["true"] * COUNT,
    }


def log_of(columns):
    """The log of columns; times are written with offset unless they are texts already."""
    made = dict(columns, t=[t if isinstance(t, str) else t.isoformat() for t in columns["t"]])
    lines = [",".join(made), *(",".join(map(str, row)) for row in zip(*made.values(), strict=True))]
    place = Location("E0001", file="log.csv")
    table = read_table("\n".join(lines).encode(), "csv", schema="urn:szxc:autodrive_grading:log-row", origin=place)
    return Log.of(table, None, FIELD)


def found(log, near=FIELD):
    return {problem.code: problem for problem in problems(log, NOW, near)}


def test_a_sound_log_has_no_problem():
    log = log_of(samples())
    assert problems(log, NOW, FIELD) == ()
    assert problems(log, NOW, None) == ()
    assert bad_passes(log) == frozenset()


def test_rows_out_of_order_leave_nothing_to_judge():
    columns = samples()
    order = [*range(0, COUNT, 2), *range(1, COUNT, 2)][::-1]
    log = log_of({name: [values[at] for at in order] for name, values in columns.items()})
    problem = found(log)["log.unsorted"]
    assert not problem.usable
    assert problem.count > 250
    assert problem.rows[0] == 3
    assert "log.csv" in problem.text("zh")
    assert "3, 4, 5" in problem.text("en")
    with pytest.raises(Unjudgeable, match="order of time"):
        raise problem.unjudgeable()


def test_a_clock_that_was_set_back_costs_its_passes():
    columns = samples()
    columns["t"] = [t - timedelta(seconds=3) * (at >= 250) for at, t in enumerate(columns["t"])]
    log = log_of(columns)
    problem = found(log)["log.clock-back"]
    assert (problem.usable, problem.rows, problem.params["seconds"]) == (True, (252,), "2.9")
    assert bad_passes(log) == {"P2"}


def test_times_that_stand_there_twice():
    columns = {name: [*values[:150], *values[149:]] for name, values in samples().items()}
    log = log_of(columns)
    assert found(log)["log.duplicate-time"].rows == (152,)
    assert bad_passes(log) == {"P1"}


def test_gaps_count_while_the_system_steers():
    columns = samples()
    columns["t"] = [t + timedelta(seconds=2) * (at >= 150) for at, t in enumerate(columns["t"])]
    log = log_of(columns)
    problem = found(log)["log.gap"]
    assert (problem.count, problem.rows, problem.params["seconds"]) == (1, (152,), "2.1")
    assert bad_passes(log) == {"P1"}
    columns["engaged"] = ["false"] * COUNT
    assert found(log_of(columns)) == {}


def test_times_to_come():
    columns = samples()
    columns["t"] = [t + timedelta(days=365) for t in columns["t"]]
    problem = found(log_of(columns))["log.future"]
    assert (problem.count, problem.usable) == (COUNT, True)


def test_times_without_offset_are_read_as_beijing():
    columns = samples()
    columns["t"] = [(t + timedelta(hours=8)).replace(tzinfo=None).isoformat() for t in columns["t"]]
    log = log_of(columns)
    assert log.start == START
    assert found(log)["log.no-offset"].usable
    assert found(log)["log.no-offset"].rows == (2, 3, 4, 5, 6)


def test_cells_that_cannot_be_read_cost_their_pass():
    columns = samples()
    columns["lat"][5] = "-"
    columns["lon"][6] = "nan"
    columns["h"] = ["x", *[1.0] * (COUNT - 1)]
    log = log_of(columns)
    assert {(one.code, one.rows, one.params["column"]) for one in problems(log, NOW)} == {
        ("log.not-a-number", (7,), "lat"),
        ("log.nan", (8,), "lon"),
        ("log.not-a-number", (2,), "h"),
    }
    assert bad_passes(log) == {"P0"}


def test_a_last_line_that_was_cut_off():
    body = b"t,lat,lon\n2026-04-01T08:00:00Z,31,117\n2026-04-01T08:00:01Z,31"
    table = read_table(body, "csv", schema="urn:szxc:autodrive_grading:log-row", origin=Location(file="log.csv"))
    problem = found(Log.of(table))["log.cut-off"]
    assert (problem.rows, problem.usable) == ((3,), True)


@pytest.mark.parametrize("near", [FIELD, None])
def test_swapped_axes(near):
    columns = samples()
    columns["lat"], columns["lon"] = columns["lon"], columns["lat"]
    problem = found(log_of(columns), near)["log.swapped"]
    assert (problem.usable, problem.count) == (False, COUNT)


def test_positions_of_a_map_platform():
    columns = samples()
    lat, lon = shifted(columns["lat"], columns["lon"])
    columns.update(lat=list(lat), lon=list(lon))
    problem = found(log_of(columns))["log.gcj02"]
    assert not problem.usable
    assert 100 < int(problem.params["metres"]) < 1_000


def test_a_log_of_another_place():
    columns = samples()
    columns["lat"] = [value + 3 for value in columns["lat"]]
    assert not found(log_of(columns))["log.elsewhere"].usable


@pytest.mark.parametrize(
    ("column", "factor", "unit"),
    [("speed_mps", 3.6, "km/h"), ("speed_mps", 1.943844, "kn"), ("xte_m", 100, "cm"), ("xte_m", 1000, "mm")],
)
def test_units_that_the_name_does_not_say(column, factor, unit):
    columns = samples()
    columns[column] = [value * factor for value in columns[column]]
    problem = found(log_of(columns))["log.units"]
    assert (problem.params["column"], problem.params["unit"], problem.usable) == (column, unit, True)


def test_a_curved_pass_or_a_standing_machine_shows_no_unit():
    columns = samples()
    columns["speed_mps"] = [0.0] * COUNT
    columns["xte_m"] = ["nan"] * COUNT
    assert "log.units" not in found(log_of(columns))
    assert unit_of(float("nan"), {"cm": 100.0}, 3.0) is None


def test_one_pass_only():
    columns = samples()
    columns["pass_id"] = ["P0"] * COUNT
    assert found(log_of(columns))["log.one-pass"].params["name"] == "P0"


def test_a_log_of_two_columns_more_is_enough():
    columns = {name: values[:100] for name, values in samples().items() if name in {"t", "lat", "lon"}}
    log = log_of(columns)
    assert problems(log, NOW, FIELD) == ()
    assert bad_passes(log) == frozenset()


def test_a_log_without_any_time_twice_in_order_or_place():
    single = {name: values[:1] for name, values in samples().items()}
    assert set(found(log_of(single))) == {"log.one-pass"}

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pytest_szxc.checks.trajectory.gcj02 import shifted
from pytest_szxc.checks.trajectory.log import Log
from pytest_szxc.checks.trajectory.log_units import unit_of
from pytest_szxc.checks.trajectory.projection import Origin, geodetic
from pytest_szxc.checks.trajectory.reduction import Lever
from pytest_szxc.checks.trajectory.soundness import bad_passes, problems, turn_gap
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


def log_of(columns, lever=None, origin=FIELD):
    """The log of columns; times are written with offset unless they are texts already."""
    made = dict(columns, t=[t if isinstance(t, str) else t.isoformat() for t in columns["t"]])
    lines = [",".join(made), *(",".join(map(str, row)) for row in zip(*made.values(), strict=True))]
    place = Location("E0001", file="log.csv")
    table = read_table("\n".join(lines).encode(), "csv", schema="urn:szxc:autodrive_grading:log-row", origin=place)
    return Log.of(table, lever, origin)


def found(log, near=FIELD, **told):
    return {problem.code: problem for problem in problems(log, NOW, near, **told)}


def later(columns, seconds, row):
    """From a row on, times are later."""
    columns["t"] = [t + timedelta(seconds=seconds) * (at >= row) for at, t in enumerate(columns["t"])]
    return columns


def put(columns, rows, **values):
    """Other values in some rows; a column that is new is blank elsewhere."""
    for name, value in values.items():
        cells = columns.setdefault(name, [""] * COUNT)
        for row in rows:
            cells[row] = value
    return columns


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


# --- logs that are sound, though not what one expects -----------------------------------------------------------------


def test_a_logger_that_records_only_while_working_has_no_gaps_but_no_turns_either():
    log = log_of(later(samples(), 30, 100))
    assert problems(log, NOW, FIELD) == ()
    assert bad_passes(log) == frozenset()
    told = turn_gap(log)
    assert (told.code, told.rows, told.params["seconds"]) == ("log.turn-gap", (102,), "30.1")
    assert turn_gap(log_of(samples())) is None


def test_a_logger_that_pauses_while_the_machine_waits_has_no_gap():
    columns = later(samples(), 1_200, 150)
    for name in ("lat", "lon"):
        columns[name][150] = columns[name][149]
    columns = put(columns, (149, 150), speed_mps=0.1)
    assert found(log_of(columns)) == {}
    assert "log.gap" in found(log_of(put(columns, (149, 150), speed_mps=2.0)))


@pytest.mark.parametrize("nowhere", [0, ""])
def test_before_the_first_fix_there_is_no_position(nowhere):
    columns = put(samples(), range(COUNT), fix=4)
    columns = put(columns, range(60), lat=nowhere, lon=nowhere, fix=0, pass_id="", engaged="false")
    log = log_of(columns)
    assert problems(log, NOW, FIELD) == ()
    assert np.isnan(log.points_m[:60]).all()
    assert log_of(columns, None, None).origin.lat_deg == pytest.approx(31, abs=0.001)


def test_a_receiver_without_heading_at_standstill_has_the_last_one():
    columns = put(samples(), range(COUNT), heading_deg=0.0, roll_deg=0.0)
    columns = put(columns, range(50, 60), heading_deg="", speed_mps=0.0)
    log = log_of(columns, Lever(3.0, 1.0))
    assert np.isfinite(log.points_m).all()
    assert problems(log, NOW, FIELD) == ()


# --- positions that cannot be true ------------------------------------------------------------------------------------


def test_a_missing_roll_costs_its_pass_and_is_named():
    columns = put(put(samples(), range(COUNT), heading_deg=0.0, roll_deg=0.0), range(120, 125), roll_deg="")
    log = log_of(columns, Lever(3.0))
    assert found(log)["log.unreduced"].rows == (122, 123, 124, 125, 126)
    assert bad_passes(log) == {"P1"}
    assert found(log_of(columns)) == {}


def test_a_position_of_nowhere_at_work():
    log = log_of(put(samples(), (120, 121), lat=0, lon=0))
    assert found(log)["log.zero-position"].rows == (122, 123)
    assert bad_passes(log) == {"P1"}


def test_positions_that_stay_while_the_machine_drives():
    columns = samples()
    columns = put(columns, range(120, 152), lat=columns["lat"][120], lon=columns["lon"][120])
    log = log_of(columns)
    assert found(log)["log.stuck"].count == 31
    assert bad_passes(log) == {"P1"}
    assert "log.stuck" not in found(log_of(put(columns, range(120, 153), speed_mps=0.0)))
    assert "log.stuck" not in found(log_of(put(columns, range(120, 152), engaged="false")))


def test_a_position_that_leaps():
    columns = samples()
    columns["lat"][120] += 5 / 111_000
    log = log_of(columns)
    assert found(log)["log.leap"].rows == (122, 123)
    assert bad_passes(log) == {"P1"}
    assert "log.leap" not in found(log_of(put(put(columns, range(COUNT), fix=4), (120,), fix=5)))


@pytest.mark.parametrize("wrong", [90.0, 270.0, 45.0])
def test_headings_that_are_none(wrong):
    columns = put(samples(), range(COUNT), heading_deg=wrong)
    assert not found(log_of(columns, Lever(3.0, 1.0)))["log.heading"].usable
    assert found(log_of(columns)) == {}


@pytest.mark.parametrize("right", [0.0, 359.9, 180.0, 12.0])
def test_headings_of_machines_that_reverse_or_crab(right):
    assert found(log_of(put(samples(), range(COUNT), heading_deg=right), Lever(3.0, 1.0))) == {}


# --- who is wrong, the log or the field -------------------------------------------------------------------------------


def test_lines_of_a_map_platform_are_not_the_logs_fault():
    (lat,), (lon,) = shifted(FIELD.lat_deg, FIELD.lon_deg)
    near = Origin(float(lat), float(lon))
    assert set(found(log_of(samples(), None, near), near)) == {"log.field-gcj02"}
    columns = samples()
    lats, lons = shifted(columns["lat"], columns["lon"])
    columns.update(lat=list(lats), lon=list(lons))
    assert found(log_of(columns, None, near), near) == {}, "where both are shifted nobody can tell"


def test_lines_with_the_latitude_first():
    near = Origin(FIELD.lon_deg, FIELD.lat_deg)
    assert not found(log_of(samples(), None, FIELD), near)["log.field-swapped"].usable


def test_a_part_of_a_large_field_is_not_taken_for_a_shifted_one():
    (lat,), (lon,) = shifted(FIELD.lat_deg, FIELD.lon_deg)
    columns = samples()
    columns.update(
        lat=[value + float(lat) - FIELD.lat_deg for value in columns["lat"]],
        lon=[value + float(lon) - FIELD.lon_deg for value in columns["lon"]],
    )
    log = log_of(columns)
    assert "log.gcj02" in found(log)
    beside = log.points_m[[0, 99]]
    assert found(log, lines=[beside, beside + 3.0]) == {}
    afar = beside - log.points_m.mean(axis=0)
    assert "log.gcj02" in found(log, lines=[afar])


def test_a_log_eight_hours_off_its_session():
    log = log_of(samples())
    for began in (START + timedelta(hours=8), START - timedelta(hours=8, minutes=5)):
        assert not found(log, began=began)["log.eight-hours"].usable
    for began in (START, START - timedelta(hours=3), START.replace(tzinfo=None), None):
        assert found(log, began=began) == {}

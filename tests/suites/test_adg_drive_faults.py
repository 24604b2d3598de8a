"""Every fault of a drive does what it says, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from adg_drives import read, sessions
from adg_judging import part

from pytest_szxc import trajectory

faults = part("drive_faults")
PLACED = {"lat", "lon"}
FIELD = sessions.session("s01-field")
DRIVE = FIELD.drive
TRACK = FIELD.planted["track_rms"][0]


def errors_cm(drive: Any) -> np.ndarray:
    """Cross-track errors of the samples of passes, on the line."""
    log = read(replace(FIELD, drive=drive))
    found = log.errors_m()[log.columns["pass_id"] != ""] * 100
    return found[np.abs(found) < 60.0] if len(found) else found


def changed(drive: Any) -> set[str]:
    """The columns that are not as in the sound drive."""
    return {
        name
        for name, column in DRIVE.columns.items()
        if name not in drive.columns
        or len(column) != len(drive[name])
        or column.astype(str).tolist() != drive[name].astype(str).tolist()
    }


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("beside", (0.06,)),
        ("drifting", (0.002,)),
        ("weaving", (0.05, 20.0)),
        ("shaken", (0.04,)),
        ("astray", (0.3, 60, 30)),
    ],
)
def test_driven_worse(name: str, args: tuple[float, ...]) -> None:
    made = getattr(faults, name)(DRIVE, *args)
    assert changed(made) == PLACED
    assert np.sqrt(np.mean(errors_cm(made) ** 2)) > 2.5 > TRACK
    assert np.hypot(*(made.vehicle_m - DRIVE.vehicle_m).T).max() > 0.04


def test_beside_moves_the_mean_by_so_much_and_one_pass_alone() -> None:
    wider = faults.beside(DRIVE, 0.06)
    assert np.mean(errors_cm(wider)) - np.mean(errors_cm(DRIVE)) == pytest.approx(6.0, abs=0.1)
    moved = np.hypot(*(faults.beside(DRIVE, 0.06, "P2").vehicle_m - DRIVE.vehicle_m).T)
    assert set(DRIVE["pass_id"][moved > 0.05].tolist()) == {"P2"}
    assert moved.max() == pytest.approx(0.06)


def test_astray_leaves_the_rest() -> None:
    moved = np.hypot(*(faults.astray(DRIVE, 0.5, 60.0, 10.0).vehicle_m - DRIVE.vehicle_m).T)
    assert moved.max() == pytest.approx(0.5, abs=0.01)
    assert moved[(DRIVE["t_s"] < 60.0) | (DRIVE["t_s"] > 70.0)].max() < 1e-9


def test_late_implement() -> None:
    made = faults.late_implement(DRIVE, 4)
    first = [int(np.argmax(one["implement_state"] == "working")) for one in (DRIVE, made)]
    assert (changed(made), first[1] - first[0]) == ({"implement_state"}, 4)


def test_slower_than_set() -> None:
    made = faults.slower_than_set(DRIVE, 0.1)
    ratio = made["speed_set_mps"] / DRIVE["speed_set_mps"]
    assert np.nanmin(ratio) == pytest.approx(1.1)


def test_in_mode() -> None:
    made = faults.in_mode(DRIVE, "standby", "fault")
    assert (changed(made), set(made["mode"].tolist())) == ({"mode"}, {"manual", "fault", "auto"})


def test_outage_takes_rows_away() -> None:
    made = faults.outage(DRIVE, 40.0, 55.0)
    assert len(DRIVE) - len(made) == 75
    assert np.diff(made["t_s"]).max() == pytest.approx(15.2)


def test_fix_lost() -> None:
    made = faults.fix_lost(DRIVE, 40.0, 50.0)
    assert (changed(made), int((made["fix"] == 5).sum())) == ({"fix"}, 50)


@pytest.mark.parametrize(("decimals", "step_m"), [(5, 1.11), (6, 0.111), (7, 0.0111)])
def test_quantised(decimals: int, step_m: float) -> None:
    for written in (None, 10):
        made = faults.quantised(DRIVE, decimals, written)
        assert changed(made) == PLACED
        lat = read(replace(FIELD, drive=made)).columns["lat"][0].partition(".")[2]
        assert (len(lat), lat[decimals:].strip("0")) == (written or decimals, "")
        assert 0.1 * step_m < np.abs(made["lat"] - DRIVE["lat"]).max() * 111_132 <= 0.51 * step_m


def test_the_resolution_gate_sees_it() -> None:
    made = faults.quantised(DRIVE, 6, 10)
    coarse = trajectory.quantisation_m(made["lat"], 10, 45.1)
    assert coarse == pytest.approx(0.111, rel=0.01)
    assert not trajectory.gate(coarse, 0.025)
    assert trajectory.gate(trajectory.quantisation_m(DRIVE["lat"], 9, 45.1), 0.025)


def test_clocks() -> None:
    shifted = faults.clock_shifted(DRIVE, 3600.0)
    back = faults.clock_back(DRIVE, 50.0, 30.0)
    stopped = faults.clock_stopped(DRIVE, 50.0, 60.0)
    assert changed(shifted) == changed(back) == changed(stopped) == {"t_s"}
    assert (shifted["t_s"] - DRIVE["t_s"] == 3600.0).all()
    assert (np.diff(back["t_s"]) < 0).sum() == 1
    assert (stopped["t_s"] == 50.0).sum() == 50


def test_gcj02_shifts_by_hundreds_of_metres_and_is_known_for_it() -> None:
    made = faults.gcj02(DRIVE)
    metres = np.hypot((made["lat"] - DRIVE["lat"]) * 111_132, (made["lon"] - DRIVE["lon"]) * 78_700)
    assert changed(made) == PLACED
    assert 100 < metres.min() < metres.max() < 1_000
    assert trajectory.looks_shifted(made["lat"], made["lon"], DRIVE["lat"], DRIVE["lon"])


def test_swapped_axes() -> None:
    made = faults.swapped_axes(DRIVE)
    assert (made["lat"] == DRIVE["lon"]).all()
    assert (made["lon"] == DRIVE["lat"]).all()


def test_blanked() -> None:
    made = faults.blanked(DRIVE, "roll_deg", 50.0, 51.0)
    assert (changed(made), int(np.isnan(made["roll_deg"]).sum())) == ({"roll_deg"}, 5)


def test_stuck_and_leaping() -> None:
    stuck, leaping = faults.stuck(DRIVE, 50.0, 52.0), faults.leaping(DRIVE, 50.0, 2.0)
    assert len(set(stuck["lat"][(DRIVE["t_s"] >= 50.0) & (DRIVE["t_s"] < 52.0)].tolist())) == 1
    assert (leaping["lat"] != DRIVE["lat"]).sum() == 1
    assert leaping.vehicle_m is DRIVE.vehicle_m


def test_rows_twice_and_in_reverse() -> None:
    twice, reverse = faults.duplicated(DRIVE, 50.0, 51.0), faults.unsorted(DRIVE, 50.0, 51.0)
    assert len(twice) - len(DRIVE) == (np.diff(twice["t_s"]) == 0).sum() == 5
    assert (np.diff(reverse["t_s"]) < 0).sum() == 5 - 1
    assert (np.sort(reverse["t_s"]) == DRIVE["t_s"]).all()


def test_units() -> None:
    centimetres, kmh = faults.in_centimetres(DRIVE), faults.in_kmh(DRIVE)
    assert np.nanmax(centimetres["xte_m"]) == pytest.approx(100.0 * np.nanmax(DRIVE["xte_m"]))
    assert (changed(centimetres), changed(kmh)) == ({"xte_m"}, {"speed_mps", "speed_set_mps"})
    assert kmh["speed_mps"].max() == pytest.approx(3.6 * DRIVE["speed_mps"].max())


def test_passes() -> None:
    assert set(faults.passes_kept(DRIVE, "P2")["pass_id"].tolist()) == {"P2"}
    assert set(faults.one_pass_id(DRIVE)["pass_id"].tolist()) == {"", "P1"}
    short = faults.short_passes(DRIVE, 150)["pass_id"].tolist()
    assert [short.count(name) for name in ("P1", "P2", "P3")] == [150, 150, 150]


def test_lever_arm_not_reduced_shows_in_the_errors() -> None:
    """The antenna's positions said to be the vehicle's: slope and mounting move the mean by 2.9·sin 1.1° + 0.12 m."""
    said = replace(FIELD, reference_point="vehicle")
    log = read(said)
    found = log.errors_m()[log.columns["pass_id"] != ""] * 100
    assert np.median(found) == pytest.approx(100 * (2.9 * np.sin(np.radians(1.1)) + 0.12), abs=1.0)


def test_reduced_positions_are_right_where_the_record_says_so() -> None:
    reduced = faults.at_vehicle_point(DRIVE)
    right = read(replace(FIELD, drive=reduced, reference_point="vehicle"))
    assert np.nanmax(np.abs(right.errors_m() - read(FIELD).errors_m())) < 0.001
    assert np.mean(np.abs(errors_cm(reduced))) > 10.0  # reduced twice


def test_flattered_hides_what_the_positions_show() -> None:
    worse = faults.flattered(faults.weaving(DRIVE, 0.08, 15.0))
    assert np.nanmax(np.abs(worse["xte_m"])) < 0.2
    assert np.nanmax(np.abs(worse["xte_m"][DRIVE["line_id"] == "L2"])) < 0.01
    assert np.abs(errors_cm(worse)).max() > 8.0


def test_without_a_column() -> None:
    assert changed(faults.without(DRIVE, "heading_deg")) == {"heading_deg"}

"""What may be wrong with a log or with the driving: each a drive for a drive.

Faults of what is written (texts, bytes) are in ``log_faults``. Only what a fault is about changes: where the machine
goes elsewhere (``moved``), its positions follow and its self-report does not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc import trajectory

from .drive import Antenna, Drive
from .drive_errors import noise

if TYPE_CHECKING:
    from .drive import Array

POSITIONS = ("lat", "lon", "h")


# --- driven worse -----------------------------------------------------------------------------------------------------


def beside(drive: Drive, right_m: float, pass_id: str | None = None) -> Drive:
    """A constant error to the right; of one pass alone where it is named."""
    return drive.moved(right_m * _in_pass(drive, pass_id))


def drifting(drive: Drive, right_mps: float, from_s: float = 0.0) -> Drive:
    """Positions and machine drift to the right, so many metres a second."""
    np = trajectory.numpy
    return drive.moved(right_mps * np.maximum(drive["t_s"] - from_s, 0.0))


def weaving(drive: Drive, amplitude_m: float, period_s: float) -> Drive:
    """The machine swings about its line."""
    np = trajectory.numpy
    return drive.moved(amplitude_m * np.sin(2 * np.pi * drive["t_s"] / period_s))


def shaken(drive: Drive, rms_m: float, seed: str = "shaken") -> Drive:
    """More noise, without a mean."""
    return drive.moved(trajectory.numpy.array(noise(len(drive), seed, 0.0, rms_m)))


def astray(drive: Drive, right_m: float, at_s: float, lasting_s: float) -> Drive:
    """Smoothly away to the right and back, farthest in the middle of a time: over the zone's edge, past an entry."""
    np = trajectory.numpy
    part = np.clip((drive["t_s"] - at_s) / lasting_s, 0.0, 1.0)
    return drive.moved(right_m * np.sin(np.pi * part) ** 2)


def late_implement(drive: Drive, samples: int) -> Drive:
    """The implement does everything so many samples later (negative: earlier)."""
    np = trajectory.numpy
    index = np.clip(np.arange(len(drive)) - samples, 0, len(drive) - 1)
    return drive.with_columns(implement_state=drive["implement_state"][index])


def slower_than_set(drive: Drive, share: float) -> Drive:
    """The set speed was higher by a share of it than what was driven."""
    return drive.with_columns(speed_set_mps=drive["speed_set_mps"] * (1.0 + share))


def in_mode(drive: Drive, before: str, after: str) -> Drive:
    """Rows of one mode in another."""
    return drive.with_columns(mode=_replaced(drive["mode"], before, after))


# --- logged worse -----------------------------------------------------------------------------------------------------


def outage(drive: Drive, from_s: float, to_s: float) -> Drive:
    """Nothing was logged for a time."""
    return drive.kept(~_between(drive, from_s, to_s))


def fix_lost(drive: Drive, from_s: float, to_s: float, fix: int = 5) -> Drive:
    """Another kind of fix for a time."""
    np = trajectory.numpy
    return drive.with_columns(fix=np.where(_between(drive, from_s, to_s), float(fix), drive["fix"]))


def quantised(drive: Drive, decimals: int, written: int | None = None) -> Drive:
    """Positions rounded to so many decimals of degrees; written with as many, or with more that end in zeros."""
    np = trajectory.numpy
    rounded = {name: np.round(drive[name], decimals) for name in ("lat", "lon")}
    return replace(drive.with_columns(**rounded), decimals=decimals if written is None else written)


def clock_shifted(drive: Drive, by_s: float) -> Drive:
    """The clock is wrong by so many seconds."""
    return drive.with_columns(t_s=drive["t_s"] + by_s)


def clock_back(drive: Drive, at_s: float, by_s: float) -> Drive:
    """The clock steps back once and goes on from there."""
    np = trajectory.numpy
    return drive.with_columns(t_s=np.where(drive["t_s"] >= at_s, drive["t_s"] - by_s, drive["t_s"]))


def clock_stopped(drive: Drive, from_s: float, to_s: float) -> Drive:
    """The same time stands at all samples for a time."""
    np = trajectory.numpy
    return drive.with_columns(t_s=np.where(_between(drive, from_s, to_s), from_s, drive["t_s"]))


def gcj02(drive: Drive) -> Drive:
    """Positions as Chinese maps shift them."""
    lat, lon = trajectory.shifted(drive["lat"], drive["lon"])
    return drive.with_columns(lat=lat, lon=lon)


def swapped_axes(drive: Drive) -> Drive:
    """Latitude and longitude under each other's name."""
    return drive.with_columns(lat=drive["lon"], lon=drive["lat"])


def blanked(drive: Drive, column: str, from_s: float, to_s: float) -> Drive:
    """No number in a column for a time (an empty cell)."""
    np = trajectory.numpy
    values = drive[column].astype(float)
    values[_between(drive, from_s, to_s)] = np.nan
    return drive.with_columns(**{column: values})


def stuck(drive: Drive, from_s: float, to_s: float) -> Drive:
    """The receiver repeats one position for a time while the machine goes on."""
    np = trajectory.numpy
    mask = _between(drive, from_s, to_s)
    first = int(np.argmax(mask))
    repeated = {name: np.where(mask, drive[name][first], drive[name]) for name in POSITIONS}
    return drive.with_columns(**repeated)


def leaping(drive: Drive, at_s: float, right_m: float) -> Drive:
    """One sample lies elsewhere, as after a reflection of the signal; the machine was not there."""
    np = trajectory.numpy
    index = int(np.argmax(drive["t_s"] >= at_s))
    other = drive.moved(np.where(np.arange(len(drive)) == index, right_m, 0.0))
    return drive.with_columns(lat=other["lat"], lon=other["lon"])


def duplicated(drive: Drive, from_s: float, to_s: float) -> Drive:
    """Rows of a time stand twice, each beside itself."""
    np = trajectory.numpy
    return drive.kept(np.repeat(np.arange(len(drive)), np.where(_between(drive, from_s, to_s), 2, 1)))


def unsorted(drive: Drive, from_s: float, to_s: float) -> Drive:
    """Rows of a time stand in reverse."""
    np = trajectory.numpy
    index = np.arange(len(drive))
    places = np.nonzero(_between(drive, from_s, to_s))[0]
    index[places] = places[::-1]
    return drive.kept(index)


def in_centimetres(drive: Drive) -> Drive:
    """The self-reported error in centimetres, in the column of metres."""
    return drive.with_columns(xte_m=drive["xte_m"] * 100.0)


def in_kmh(drive: Drive) -> Drive:
    """Both speeds in kilometres an hour, in the columns of metres a second."""
    return drive.with_columns(speed_mps=drive["speed_mps"] * 3.6, speed_set_mps=drive["speed_set_mps"] * 3.6)


def passes_kept(drive: Drive, *pass_ids: str) -> Drive:
    """Only the rows of some passes: with one of them, a log of one pass only."""
    return drive.kept(trajectory.numpy.isin(drive["pass_id"].astype(str), pass_ids))


def one_pass_id(drive: Drive) -> Drive:
    """All passes under the id of the first."""
    ids = drive["pass_id"].copy()
    ids[ids != ""] = next((name for name in ids.tolist() if name), "")
    return drive.with_columns(pass_id=ids)


def short_passes(drive: Drive, samples: int) -> Drive:
    """Only the first so many samples of each pass; the rest as if it belonged to none."""
    ids = drive["pass_id"].copy()
    for name in {one for one in ids.tolist() if one}:
        ids[(drive["pass_id"] == name).nonzero()[0][samples:]] = ""
    return drive.with_columns(pass_id=ids)


def at_vehicle_point(drive: Drive) -> Drive:
    """Positions reduced to the vehicle point: right where the record says so, else reduced twice by who reads it."""
    reduced = replace(drive, antenna=Antenna(0.0, 0.0, 0.0)).located()
    return replace(reduced, antenna=drive.antenna)


def flattered(drive: Drive, share: float = 0.2, samples: int = 15) -> Drive:
    """The self-report is smoothed and made smaller: it hides the error that the positions show."""
    np = trajectory.numpy
    known = np.nan_to_num(drive["xte_m"])
    smooth = np.convolve(known, np.ones(samples) / samples, mode="same") * share
    return drive.with_columns(xte_m=np.where(np.isnan(drive["xte_m"]), np.nan, np.round(smooth, 3)))


def without(drive: Drive, column: str) -> Drive:
    """Without a column."""
    return replace(drive, columns={name: values for name, values in drive.columns.items() if name != column})


def _between(drive: Drive, from_s: float, to_s: float) -> Array:
    """Which rows lie in a time, its beginning included."""
    return (drive["t_s"] >= from_s) & (drive["t_s"] < to_s)


def _in_pass(drive: Drive, pass_id: str | None) -> Array:
    np = trajectory.numpy
    return np.ones(len(drive)) if pass_id is None else (drive["pass_id"] == pass_id).astype(float)


def _replaced(column: Array, before: str, after: str) -> Array:
    made = column.copy()
    made[made == before] = after
    return made

"""What may be wrong with how passes are told, and legal orders to drive them: each a drive for a drive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc import trajectory

if TYPE_CHECKING:
    from .drive import Array, Drive


def pass_ids(drive: Drive) -> list[str]:
    """The ids of the passes, in the order as driven."""
    return list(dict.fromkeys(name for name in drive["pass_id"].tolist() if name))


def in_pass(drive: Drive, name: str) -> Array:
    """Which samples (n,) belong to a pass."""
    return drive["pass_id"] == name


def since_pass_began_s(drive: Drive, name: str) -> Array:
    """Seconds since the pass began (n,); 0 of samples of others."""
    np, mask = trajectory.numpy, in_pass(drive, name)
    return np.where(mask, drive["t_s"] - drive["t_s"][np.argmax(mask)], 0.0)


def rows_of(drive: Drive, name: str) -> Array:
    """Indices of a pass's samples."""
    return trajectory.numpy.flatnonzero(in_pass(drive, name))


def in_order(drive: Drive, *names: str) -> Drive:
    """Only the passes, driven in this order one after another; the clock goes on evenly."""
    np = trajectory.numpy
    made = drive.kept(np.concatenate([rows_of(drive, name) for name in names]))
    return evenly(made, float(drive["t_s"][1] - drive["t_s"][0]))


def evenly(drive: Drive, step_s: float) -> Drive:
    """A sample every so many seconds."""
    return drive.with_columns(t_s=trajectory.numpy.round(trajectory.numpy.arange(len(drive)) * step_s, 3))


def disengaged_after(drive: Drive, samples: int) -> Drive:
    """The system lets go after so many samples of each pass, where it would have to show its errors."""
    engaged, mode = drive["engaged"].copy(), drive["mode"].copy()
    for name in pass_ids(drive):
        late = rows_of(drive, name)[samples:]
        engaged[late], mode[late] = False, "standby"
    return drive.with_columns(engaged=engaged, mode=mode)


def let_go(drive: Drive, at_s: float) -> Drive:
    """The system lets go at a time, and stays so."""
    late = drive["t_s"] >= at_s
    mode = drive["mode"].copy()
    mode[late] = "standby"
    return drive.with_columns(engaged=drive["engaged"] & ~late, mode=mode)


def split(drive: Drive, pieces: int) -> Drive:
    """The first pass under as many ids, as if it were so many passes; the others are left out."""
    np = trajectory.numpy
    rows = rows_of(drive, pass_ids(drive)[0])
    made = drive.kept(rows)
    ids = np.array([f"Q{1 + number * pieces // len(rows)}" for number in range(len(rows))], dtype=object)
    return made.with_columns(pass_id=ids)


def thinned(drive: Drive, every: int) -> Drive:
    """Only every so-manieth sample."""
    return drive.kept(slice(None, None, every))


def lines_swapped(drive: Drive, one: str, other: str) -> Drive:
    """Two passes under each other's line."""
    names = drive["line_id"].copy()
    names[drive["line_id"] == one], names[drive["line_id"] == other] = other, one
    return drive.with_columns(line_id=names)


def stepped(drive: Drive, step_deg: float, axes: tuple[str, ...] = ("lat", "lon")) -> Drive:
    """Positions in multiples of a step, written with as many decimals as before."""
    np = trajectory.numpy
    return drive.with_columns(**{name: np.round(drive[name] / step_deg) * step_deg for name in axes})


def in_float32(drive: Drive) -> Drive:
    """Positions that were kept in four bytes on their way."""
    np = trajectory.numpy
    return drive.with_columns(**{name: drive[name].astype(np.float32).astype(float) for name in ("lat", "lon")})


def levelled(drive: Drive) -> Drive:
    """A machine that stands level, without a column for roll."""
    flat = drive.with_columns(roll_deg=drive["roll_deg"] * 0.0).located()
    return replace(flat, columns={name: column for name, column in flat.columns.items() if name != "roll_deg"})


def with_again(drive: Drive, name: str) -> Drive:
    """With one pass driven once more at the end, under another id; the clock goes on."""
    np, rows = trajectory.numpy, rows_of(drive, name)
    step = float(drive["t_s"][1] - drive["t_s"][0])
    made = drive.kept(np.concatenate([np.arange(len(drive)), rows]))
    late = np.arange(len(made)) >= len(drive)
    ids, t_s = made["pass_id"].copy(), made["t_s"].copy()
    ids[late] = f"{name}-2"
    t_s[late] = np.round(drive["t_s"][-1] + step * np.arange(1, len(rows) + 1), 3)
    return made.with_columns(pass_id=ids, t_s=t_s)


def by_hand_first(drive: Drive, samples: int) -> Drive:
    """With a stretch before the rest that was driven by hand, far beside the first line and under its pass's id."""
    np = trajectory.numpy
    back = np.maximum(np.arange(-samples, len(drive)), 0)
    made = drive.kept(back)
    early = np.arange(len(made)) < samples
    way = np.where(early, np.arange(samples, samples - len(made), -1) * 0.3, 0.0)
    columns = {name: made[name].copy() for name in ("engaged", "mode", "pass_id", "line_id", "t_s")}
    columns["engaged"][early], columns["mode"][early] = False, "manual"
    columns["pass_id"][early], columns["line_id"][early] = "P1", "L1"
    columns["t_s"] = np.round(np.arange(len(made)) * float(drive["t_s"][1] - drive["t_s"][0]), 3)
    return made.with_columns(**columns).moved(way)


def doubled(drive: Drive) -> Drive:
    """Twice as many samples a second: between two there is another, half-way."""
    np = trajectory.numpy
    made = drive.kept(np.repeat(np.arange(len(drive)), 2)[:-1])
    between = np.arange(1, len(made), 2)
    vehicle_m, t_s = made.vehicle_m.copy(), made["t_s"].copy()
    vehicle_m[between] = (made.vehicle_m[between - 1] + made.vehicle_m[between + 1]) / 2
    t_s[between] = np.round((t_s[between - 1] + t_s[between + 1]) / 2, 3)
    return replace(made.with_columns(t_s=t_s), vehicle_m=vehicle_m).located()


def diluted(drive: Drive, good: Array, times: int) -> Drive:
    """So many times as many samples, at odd moments, where the machine is good (n,)."""
    np = trajectory.numpy
    again = np.where(good & np.append(good[1:], False), times, 1)
    made = drive.kept(np.repeat(np.arange(len(drive)), again))
    part = np.concatenate([np.arange(one) / one for one in again])
    after = np.minimum(np.cumsum(np.ones(len(made), dtype=int)) - 1, len(made) - 1)
    nxt = np.minimum(np.repeat(np.arange(len(drive)), again)[after] + 1, len(drive) - 1)
    vehicle_m = made.vehicle_m + part[:, None] * (drive.vehicle_m[nxt] - made.vehicle_m)
    t_s = np.round(made["t_s"] + part * (drive["t_s"][nxt] - made["t_s"]), 3)
    return replace(made.with_columns(t_s=t_s), vehicle_m=vehicle_m).located()


def on_one_line(drive: Drive, name: str) -> Drive:
    """All passes under the name of one line, as systems with a single AB line log them."""
    names = drive["line_id"].copy()
    names[names != ""] = name
    return drive.with_columns(line_id=names)


def numbered_anew(drive: Drive, names: dict[str, str]) -> Drive:
    """Passes under other ids."""
    ids = drive["pass_id"].copy()
    for name, other in names.items():
        ids[drive["pass_id"] == name] = other
    return drive.with_columns(pass_id=ids)


def paused(drive: Drive, name: str, samples: int, approach: int) -> Drive:
    """A pass left in its midst: driven aside by hand, and 0.4 m beside the line when the system takes over again."""
    np, rows = trajectory.numpy, rows_of(drive, name)
    begun = int(rows[len(rows) // 2])
    by_hand = slice(begun, begun + samples)
    columns = {key: drive[key].copy() for key in ("engaged", "mode", "pass_id", "line_id")}
    for key, value in (("engaged", False), ("mode", "manual"), ("pass_id", ""), ("line_id", "")):
        columns[key][by_hand] = value
    aside = np.zeros(len(drive))
    aside[by_hand] = 0.4 * np.sin(np.linspace(0.0, 0.5 * np.pi, samples))
    aside[begun + samples : begun + samples + approach] = np.linspace(0.4, 0.0, approach)
    return drive.with_columns(**columns).moved(aside)

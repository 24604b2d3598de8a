"""The way of a machine and its zone from above, with the places where it was out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import Text, exhibits, trajectory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Exhibit

    from .trials import Trial
    from .zone_keeping import Keeping, Zone

MARKED = 3
"""Excursions that are pointed out."""


def excursion_picture(trial: Trial, zone: Zone, kept: Keeping) -> Exhibit:
    """The way that the system drove, in its zone; the farthest place of each excursion is marked."""
    np = trajectory.numpy
    way = np.where(kept.driven[:, None], trial.log.points_m, np.nan)
    title = Text(f"作业区内的行驶：{trial.name}", f"Way in the zone: {trial.name}")
    marks = [(f"{kept.beyond_m[row]:.2f} m", trial.log.points_m[row]) for row in _worst_rows(kept)]
    tracks = [(trial.name, way)]
    return exhibits.field_map(title, zone=zone.outline, exclusions=zone.closed_off, tracks=tracks, marks=marks)


def _worst_rows(kept: Keeping) -> Iterator[int]:
    """The farthest sample of each excursion, of the farthest ones."""
    np = trajectory.numpy
    spans = [(start, end) for out, start, end in trajectory.runs(kept.proved) if out]
    rows = [int(start + np.argmax(kept.beyond_m[start:end])) for start, end in spans]
    yield from sorted(rows, key=lambda row: -kept.beyond_m[row])[:MARKED]

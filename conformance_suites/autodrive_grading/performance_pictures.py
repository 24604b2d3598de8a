"""Pictures of a log: cross-track error over distance with the limit's band, and the field from above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import Text, exhibits, trajectory

from .figures import CM
from .guided_passes import passes
from .limits import limits
from .trials import level, positions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Exhibit, Sut

    from .guided_passes import PassErrors
    from .trials import Array, Trial

PICTURED = 2
"""Sessions that are drawn for one requirement."""
CURVES, TRACK_POINTS = 12, 60
"""Passes of which a curve is drawn, those with the largest errors; points of a pass on a map."""


def track_picture(sut: Sut, trial: Trial) -> Iterator[Exhibit]:
    """The cross-track error of each pass over the distance on its line; of many, those with the largest errors."""
    np = trajectory.numpy
    limit = limits(sut, trial.accuracy or "A").get("track_p95")
    series = []
    for one in _worst(passes(sut, trial)):
        errors = np.where(one.counts, one.errors_m * CM, np.nan)
        series.append((one.name, np.column_stack([one.station_m, errors])))
    if series:
        yield exhibits.curve(
            Text(f"横向偏差：{trial.name}", f"Cross-track error: {trial.name}"),
            exhibits.Axis("沿导航线的距离", "distance along the line", "m"),
            exhibits.Axis("横向偏差（行进方向右侧为正）", "cross-track error, positive right of travel", "cm"),
            series,
            band=(-limit.value, limit.value) if limit else None,
        )


def _worst(found: Iterable[PassErrors]) -> list[PassErrors]:
    """Passes with the largest errors, in the order of the log."""
    np = trajectory.numpy
    sizes = {one.name: float(np.nanmax(np.abs(one.errors_m[one.counts]), initial=0.0)) for one in found}
    largest = sorted(sizes, key=sizes.__getitem__, reverse=True)[:CURVES]
    return [one for one in found if one.name in largest]


def field_picture(sut: Sut, trial: Trial) -> Iterator[Exhibit]:  # noqa: ARG001 -- as the others
    """The passes and the declared zone from above, in metres of the field's own frame."""
    zone, exclusions = zone_of(trial)
    tracks = [(name, trial.log.points_m[_some(trial.rows(name))]) for name in trial.passes]
    if tracks:
        title = Text(f"作业行与作业区：{trial.name}", f"Passes and zone: {trial.name}")
        yield exhibits.field_map(title, zone=zone, exclusions=exclusions, tracks=tracks)


def _some(rows: Array) -> Array:
    """Rows at even distances, the first and the last among them: a pass is no wiggly line."""
    np = trajectory.numpy
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), TRACK_POINTS)).round().astype(int))]


def zone_of(trial: Trial) -> tuple[Array | None, list[Array]]:
    """The declared zone's outer ring and the exclusions' rings, in the log's frame; ``None`` and none without."""
    odd = trial.feature.get("odd") if trial.feature else None
    if not isinstance(odd, dict):
        return None, []
    zone, exclusions = _ring(odd.get("zone"), trial), odd.get("exclusions")
    rings = [_ring(one, trial) for one in exclusions] if isinstance(exclusions, list) else []
    return zone, [ring for ring in rings if ring is not None]


def _ring(polygon: object, trial: Trial) -> Array | None:
    coordinates = polygon.get("coordinates") if isinstance(polygon, dict) else None
    outer = coordinates[0] if isinstance(coordinates, list) and coordinates else None
    places = positions(outer)
    return level(places, trial.log.origin) if places else None

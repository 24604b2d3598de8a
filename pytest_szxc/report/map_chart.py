"""A map: a field from above, zone, exclusions and passes in metres, equal in both directions, north upwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc.report.axes import Scale, measured, nice_step, widened
from pytest_szxc.report.svg import (
    WIDTH,
    dots,
    drawing,
    element,
    legend,
    line_style,
    runs,
    shortened,
    told,
    traced,
    width_of,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from markupsafe import Markup

    from pytest_szxc.model import Json, Text

_HIGHEST = 520
_LOWEST = 70
_MARGIN = 16
_BESIDE = 64
"""Room at the right for the north arrow."""
_NAMED = 10


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where the field lies in the picture."""

    x: Scale
    y: Scale

    def path(self, points: list[tuple[float, float]], *, closed: bool = False) -> str:
        """A path through points of the field."""
        return traced([(self.x(x), self.y(y)) for x, y in points], closed=closed)


def map_chart(data: Mapping[str, Json], title: Text, mark: str) -> Markup | None:
    """The picture of a map's data; none where there is nothing to draw."""
    places = [point for line in (*data["rings"], *data["tracks"]) for run in runs(line["points"]) for point in run]
    places += [tuple(one["at"]) for one in data["marks"]]
    if not places:
        return None
    entries, top = legend(_entries(data))
    ground = _ground(places, top + _MARGIN)
    parts = [entries, *_rings(data, ground), *_tracks(data, ground), *_marks(data, ground), *_furniture(ground)]
    return drawing(ground.y.start + 44, parts, mark, title, _described(data, places))


def _ground(places: list[tuple[float, float]], top: float) -> _Ground:
    """One metre is as long in both directions; the field stands in the middle of its room."""
    west, east = widened(min(x for x, _ in places), max(x for x, _ in places))
    south, north = widened(min(y for _, y in places), max(y for _, y in places))
    room = WIDTH - 2 * _MARGIN - _BESIDE
    metre = min(room / (east - west), _HIGHEST / (north - south))
    width, height = (east - west) * metre, (north - south) * metre
    left = _MARGIN + (room - width) / 2
    above = top + max(0.0, _LOWEST - height) / 2
    return _Ground(Scale(west, east, left, left + width), Scale(south, north, above + height, above))


def _entries(data: Mapping[str, Json]) -> Iterator[tuple[Markup, Text | str]]:
    for role in ("zone", "exclusion"):
        if any(ring["role"] == role for ring in data["rings"]):
            yield element("rect", x=0, y=-7, width=30, height=14, class_=role), told(f"exhibit.{role}")
    names = [line["name"] for line in data["tracks"]]
    for place, name in enumerate(names[:_NAMED]):
        yield element("path", d="M0,0H30", **line_style(place)), name
    if len(names) > _NAMED:
        yield element("path", d="M0,0H30", class_="axis"), told("exhibit.more", {"count": len(names) - _NAMED})
    if names:
        yield element("circle", cx=15, cy=0, r=4, class_="start"), told("exhibit.start")


def _rings(data: Mapping[str, Json], ground: _Ground) -> Iterator[Markup]:
    for ring in sorted(data["rings"], key=lambda ring: str(ring["role"]), reverse=True):  # exclusions over zones
        corners = [point for run in runs(ring["points"]) for point in run]
        if corners:
            yield element("path", d=ground.path(corners, closed=True), class_=ring["role"])


def _tracks(data: Mapping[str, Json], ground: _Ground) -> Iterator[Markup]:
    for place, line in enumerate(data["tracks"]):
        path = list(runs(line["points"]))
        if path:
            yield element("path", d="".join(map(ground.path, path)), **line_style(place))
            x, y = path[0][0]
            yield element("circle", cx=ground.x(x), cy=ground.y(y), r=4, class_=f"start c{place % 8}")


def _marks(data: Mapping[str, Json], ground: _Ground) -> Iterator[Markup]:
    """Marks as dots; a name stands beside its own, unless another name stands there already."""
    places = [(ground.x(mark["at"][0]), ground.y(mark["at"][1])) for mark in data["marks"]]
    if places:
        yield element("path", d=dots(places), class_="outside large")
    taken: list[tuple[float, float, float]] = []
    for (x, y), mark in zip(places, data["marks"], strict=True):
        said = shortened(mark["name"], 200)
        wide = width_of(said)
        left = x + 9 if x + 9 + wide < WIDTH else x - 9 - wide
        if all(abs(y - other) > 15 or left > end or left + wide < start for start, end, other in taken):  # noqa: PLR2004 -- a line
            taken.append((left, left + wide, y))
            yield words(said, left, y + 4.5, "worst")


def _furniture(ground: _Ground) -> Iterator[Markup]:
    """Scale bar and north arrow."""
    metre = (ground.x.end - ground.x.start) / (ground.x.high - ground.x.low)
    bar = nice_step(150 / metre, 1)
    bar = bar if bar * metre <= 300 else bar / 2  # noqa: PLR2004 -- a bar, no ruler
    left, low = float(_MARGIN), ground.y.start + 30
    end = left + bar * metre
    yield element("path", d=f"M{left:.1f},{low - 6:.1f}v6H{end:.1f}v-6", class_="bar")
    yield words(f"{measured(bar)} m", end + 8, low + 1)
    x, y = WIDTH - 34.0, ground.y.end + 4
    yield element("path", d=f"M{x:.1f},{y:.1f}l8,24l-8,-6l-8,6Z", class_="arrow")
    yield words(told("exhibit.north"), x, y + 42, text_anchor="middle")


def _described(data: Mapping[str, Json], places: list[tuple[float, float]]) -> Text:
    roles = [ring["role"] for ring in data["rings"]]
    return told(
        "exhibit.map-described",
        {
            "tracks": len(data["tracks"]),
            "zones": roles.count("zone"),
            "exclusions": roles.count("exclusion"),
            "marks": len(data["marks"]),
            "width": measured(max(x for x, _ in places) - min(x for x, _ in places)),
            "height": measured(max(y for _, y in places) - min(y for _, y in places)),
        },
    )

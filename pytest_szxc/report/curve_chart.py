"""A curve: values over a distance or a time, several lines, the band in which they ought to lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_szxc.model import Text
from pytest_szxc.report.axes import Scale, measured, nice_step, number, ticks, widened
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

    from pytest_szxc.model import Json

_HEIGHT = 250
_RIGHT = WIDTH - 14
_NAMED = 12
_LONGEST = 600
_HEADROOM = 0.08


@dataclass(frozen=True, slots=True)
class _Plot:
    """What is drawn, and where."""

    data: Mapping[str, Json]
    points: list[tuple[float, float]]
    x: Scale
    y: Scale

    @property
    def outside(self) -> list[tuple[float, float]]:
        """The points that lie outside the band."""
        band = self.data["band"]
        return [point for point in self.points if band and not band[0] <= point[1] <= band[1]]

    @property
    def worst(self) -> tuple[float, float] | None:
        """The point that lies farthest outside."""
        low, high = self.data["band"] or (0, 0)
        return max(self.outside, key=lambda point: max(low - point[1], point[1] - high), default=None)


def curve_chart(data: Mapping[str, Json], title: Text, mark: str) -> Markup | None:
    """The picture of a curve's data; none where there is no point to draw."""
    points = [point for line in data["series"] for run in runs(line["points"]) for point in run]
    if not points:
        return None
    entries, top = legend(_entries(data, points))
    plot = _plot(data, points, top + 32)
    parts = [entries, *_band(plot), *_axes(plot), *_series(plot), *_outside(plot)]
    return drawing(plot.y.start + 48, parts, mark, title, _described(plot))


def _plot(data: Mapping[str, Json], points: list[tuple[float, float]], top: float) -> _Plot:
    across = [x for x, _ in points]
    upward = [*(y for _, y in points), *(data["band"] or ())]
    x, y = widened(min(across), max(across)), widened(min(upward), max(upward), _HEADROOM)
    step = nice_step(y[1] - y[0], 6)
    left = 14 + max(width_of(number(tick, step)) for tick in ticks(*y, step))
    return _Plot(data, points, Scale(*x, left, _RIGHT), Scale(*y, top + _HEIGHT, top))


def _entries(data: Mapping[str, Json], points: list[tuple[float, float]]) -> Iterator[tuple[Markup, Text | str]]:
    names = [line["name"] for line in data["series"]]
    for place, name in enumerate(names[:_NAMED]):
        yield element("path", d="M0,0H30", **line_style(place)), name
    if len(names) > _NAMED:
        yield element("path", d="M0,0H30", class_="axis"), told("exhibit.more", {"count": len(names) - _NAMED})
    if data["band"]:
        sample = element("rect", x=0, y=-7, width=30, height=14, class_="band")
        yield sample, _limits(data)
        low, high = data["band"]
        if any(not low <= y <= high for _, y in points):
            yield element("path", d="M8,0h0M15,0h0M22,0h0", class_="outside"), told("exhibit.outside")


def _limits(data: Mapping[str, Json]) -> Text:
    low, high = (f"{limit:.6g}" for limit in data["band"])
    return told("exhibit.limits", {"low": low, "high": high, "unit": data["y"]["unit"]})


def _band(plot: _Plot) -> Iterator[Markup]:
    if plot.data["band"]:
        low, high = (plot.y(limit) for limit in plot.data["band"])
        yield element(
            "rect", x=plot.x.start, y=high, width=plot.x.end - plot.x.start, height=max(low - high, 0.5), class_="band"
        )


def _axes(plot: _Plot) -> Iterator[Markup]:
    bottom, left, right = plot.y.start, plot.x.start, plot.x.end
    step = nice_step(plot.y.high - plot.y.low, 6)
    for tick in ticks(plot.y.low, plot.y.high, step):
        at, said = plot.y(tick), number(tick, step)
        yield element("path", d=traced([(left, at), (right, at)]), class_="zero" if said == "0" else "grid")
        yield words(said, left - 8, at + 4.5, "soft", text_anchor="end")
    step = nice_step(plot.x.high - plot.x.low, 8)
    for tick in ticks(plot.x.low, plot.x.high, step):
        at, said = plot.x(tick), number(tick, step)
        yield element("path", d=traced([(at, bottom), (at, bottom + 5)]), class_="axis")
        inside = min(at, right - width_of(said) / 2 + 12)
        yield words(said, inside, bottom + 20, "soft", text_anchor="middle")
    yield element("path", d=traced([(left, bottom), (right, bottom)]), class_="axis")
    yield words(_axis_name(plot.data["x"]), (left + right) / 2, bottom + 42, text_anchor="middle")
    yield words(_axis_name(plot.data["y"]), 0, plot.y.end - 14)


def _axis_name(axis: Mapping[str, str]) -> Text:
    said = {lang: {"name": axis[lang], "unit": axis["unit"]} for lang in ("zh", "en")}
    name = told("exhibit.axis", said["zh"], said["en"])
    return Text(shortened(name.zh, _LONGEST), shortened(name.en, _LONGEST))


def _series(plot: _Plot) -> Iterator[Markup]:
    for place, line in enumerate(plot.data["series"]):
        path = "".join(traced([(plot.x(x), plot.y(y)) for x, y in run]) for run in runs(line["points"]))
        if path:
            yield element("path", d=path, **line_style(place))


def _outside(plot: _Plot) -> Iterator[Markup]:
    """The points outside as dots, and what the farthest of them is."""
    if plot.worst is None:
        return
    yield element("path", d=dots((plot.x(x), plot.y(y)) for x, y in plot.outside), class_="outside")
    x, y = plot.x(plot.worst[0]), plot.y(plot.worst[1])
    said = _worst(plot)
    half = width_of(said) / 2
    middle = min(max(x, plot.x.start + half + 4), plot.x.end - half)
    above = plot.worst[1] > plot.data["band"][1]
    beside = y - 9 if above else y + 19
    if not plot.y.end + 10 <= beside <= plot.y.start - 4:
        beside, middle = y + 4.5, x - half - 10 if x - 2 * half - 10 > plot.x.start else x + half + 10
    yield words(said, middle, beside, "worst", text_anchor="middle")


def _worst(plot: _Plot) -> str:
    x, y = plot.worst or (0, 0)
    return f"{measured(y)} {plot.data['y']['unit']} @ {measured(x)} {plot.data['x']['unit']}"


def _described(plot: _Plot) -> Text:
    values = [y for _, y in plot.points]
    facts = {"count": len(plot.data["series"]), "low": measured(min(values)), "high": measured(max(values))}
    x, y = _axis_name(plot.data["x"]), _axis_name(plot.data["y"])
    said = told("exhibit.curve-described", {**facts, "x": x.zh, "y": y.zh}, {**facts, "x": x.en, "y": y.en})
    if not plot.data["band"]:
        return said
    limits, worst = _limits(plot.data), _worst(plot)
    code = "exhibit.curve-outside" if plot.worst else "exhibit.curve-inside"
    more = told(code, {"limits": limits.zh, "worst": worst}, {"limits": limits.en, "worst": worst})
    return Text(said.zh + more.zh, f"{said.en} {more.en}")

"""Exhibits: what a check shows beside its observations, drawn on the report's page.

A check yields an exhibit as it yields an observation; it is kept and not counted, so a check that yields nothing else
has observed nothing. The data are plain JSON and bounded, whatever goes in: long lines of points are thinned (extremes
stay), numbers rounded, what is no number becomes a gap, names are made printable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from pytest_szxc.model import Exhibit, Text
from pytest_szxc.printable import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pytest_szxc.model import Json

POINTS = 1_200
"""Points of one exhibit, all its lines together: a picture is some 800 dots wide."""
LINES = 60
"""Lines, rings, spans' names, marks and rows of one exhibit."""
SPANS = 600
PARAGRAPHS = 12
UNIT_CLIP, NAME_CLIP, TITLE_CLIP, PARAGRAPH_CLIP = 12, 60, 120, 400
LARGEST = 1e9
"""What lies beyond, in metres of a field or seconds of a run, is no measurement: it is a gap."""
_DIGITS, _DECIMALS = 7, 4
_CURVE_AXES, _MAP_AXES = (1,), (0, 1)


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis of a curve shows: its name in both languages and its unit (``m``, ``cm``, ``s``)."""

    zh: str
    en: str
    unit: str


def curve(
    title: Text,
    x: Axis,
    y: Axis,
    series: Iterable[tuple[str, Iterable[Sequence[Any]]]],
    *,
    band: tuple[float, float] | None = None,
) -> Exhibit:
    """Values over a distance or a time, with the band in which they ought to lie.

    Args:
        title: what is shown.
        x: what the points' first numbers are.
        y: what their second numbers are.
        series: name and points ``(x, y)`` of each line, at most ``LINES``; a ``y`` that is ``None`` or NaN is a gap.
            An array of shape (n, 2) will do; long lines are ``thinned``.
        band: lower and upper limit, in the unit of ``y``.
    """
    axes = {"x": {"zh": x.zh, "en": x.en, "unit": x.unit}, "y": {"zh": y.zh, "en": y.en, "unit": y.unit}}
    lines = [{"name": name, "points": points} for name, points in series]
    return settled(Exhibit("curve", title, {**axes, "band": band, "series": lines}))


def field_map(
    title: Text,
    *,
    zone: Iterable[Sequence[Any]] | None = None,
    exclusions: Iterable[Iterable[Sequence[Any]]] = (),
    tracks: Iterable[tuple[str, Iterable[Sequence[Any]]]] = (),
    marks: Iterable[tuple[str, Sequence[Any]]] = (),
) -> Exhibit:
    """A field from above: metres east and north in the field's own frame, never absolute coordinates.

    Args:
        title: what is shown.
        zone: the ring of points ``(east_m, north_m)`` in which the machine may work.
        exclusions: rings that it may not enter.
        tracks: name and points of each pass, as travelled; ``None`` or NaN is a gap.
        marks: name and place of single points to be pointed out.
    """
    rings = [("zone", zone)] if zone is not None else []
    rings += [("exclusion", ring) for ring in exclusions]
    data = {
        "rings": [{"role": role, "points": points} for role, points in rings],
        "tracks": [{"name": name, "points": points} for name, points in tracks],
        "marks": [{"name": name, "at": at} for name, at in marks],
    }
    return settled(Exhibit("map", title, data))


def timeline(
    title: Text,
    spans: Iterable[tuple[float, float, str]],
    marks: Iterable[tuple[float, str]] = (),
    *,
    length_s: float | None = None,
) -> Exhibit:
    """Which state held from when to when, and what happened at some instant, in seconds from the beginning.

    Args:
        title: what is shown.
        spans: ``(from_s, to_s, name)``; spans of one name share a lane.
        marks: ``(at_s, name)``.
        length_s: where the time axis ends; without it, at the last end or mark.
    """
    spent = [{"from_s": start, "to_s": end, "name": name} for start, end, name in spans]
    seen = [{"at_s": at, "name": name} for at, name in marks]
    return settled(Exhibit("timeline", title, {"spans": spent, "marks": seen, "length_s": length_s}))


def explanation(title: Text, paragraphs: Iterable[Text] = (), rows: Iterable[tuple[Text, object]] = ()) -> Exhibit:
    """Paragraphs and a small table of names and values.

    Args:
        title: what is explained.
        paragraphs: sentences in both languages.
        rows: name in both languages, and value.
    """
    told = [{"zh": text.zh, "en": text.en} for text in paragraphs]
    named = [{"zh": text.zh, "en": text.en, "value": value} for text, value in rows]
    return settled(Exhibit("text", title, {"paragraphs": told, "rows": named}))


def thinned(points: Iterable[Sequence[Any]], limit: int = 600, axes: tuple[int, ...] = (1,)) -> list[Sequence[Any]]:
    """At most ``limit`` of the points: the first, the last, and the extremes of each stretch between, in their order.

    Where numbers are missing, one point of the stretch stays that lacks them, so that a gap stays a gap.

    Args:
        points: pairs of numbers, or an array of shape (n, 2).
        limit: how many to keep; at least the first and the last are.
        axes: of which numbers the extremes are kept: ``(1,)`` for a curve, ``(0, 1)`` for a track on a map.
    """
    rows: list[Sequence[Any]] = _listed(points)
    if len(rows) <= max(limit, 2):
        return rows
    values = [_numbers(rows, axis) for axis in axes]
    gaps = _gaps(values, len(rows))
    keys = [key for column in values for key in _keys(column)]
    kept = {0, len(rows) - 1}
    for stretch in _stretches(len(rows), (limit - 2) // (len(keys) + (1 in gaps))):
        gap = gaps.find(1, stretch.start, stretch.stop)
        kept |= {min(stretch, key=key) for key in keys} | ({gap} if gap >= 0 else set())
    return [rows[index] for index in sorted(kept)]


def _numbers(rows: list[Sequence[Any]], axis: int) -> list[float | None]:
    """One number of each point; a plain float, the usual case of hundreds of thousands, takes the short way."""
    column = [row[axis] for row in rows]
    return [one if type(one) is float and -LARGEST <= one <= LARGEST else _finite(one) for one in column]


def _gaps(values: list[list[float | None]], count: int) -> bytearray:
    """A one where a point lacks a number."""
    lacking = [column for column in values if None in column]
    return bytearray(any(column[index] is None for column in lacking) for index in range(count if lacking else 0))


def _keys(column: list[float | None]) -> tuple[Callable[[int], float], Callable[[int], float]]:
    """By what the smallest and the largest are found with ``min``; what is missing comes last."""
    low = [inf if one is None else one for one in column]
    high = [inf if one is None else -one for one in column]
    return low.__getitem__, high.__getitem__


def _stretches(count: int, stretches: int) -> list[range]:
    """What lies between the first and the last, cut in equal stretches."""
    edges = [1 + (count - 2) * number // stretches for number in range(stretches + 1)] if stretches > 0 else []
    return [range(start, end) for start, end in pairwise(edges) if start < end]


def settled(exhibit: Exhibit) -> Exhibit:
    """The exhibit in its bounded, printable form; one that has it already stays as it is.

    Raises:
        LookupError: its data have not the form of its kind.
        TypeError: the same.
    """
    forms = {"curve": _curve, "map": _map, "timeline": _timeline, "text": _text}
    return replace(exhibit, title=_titled(exhibit.title), data=forms[exhibit.kind](exhibit.data))


def _titled(title: Text) -> Text:
    return Text(show(title.zh, TITLE_CLIP) or "-", show(title.en, TITLE_CLIP) or "-")


def _curve(data: Mapping[str, Json]) -> dict[str, Json]:
    band = [_rounded(limit) for limit in data["band"]] if data["band"] is not None else None
    return {
        "x": _axis(data["x"]),
        "y": _axis(data["y"]),
        "band": sorted(band) if band and None not in band else None,
        "series": _lines(data["series"], _CURVE_AXES),
    }


def _axis(axis: Mapping[str, Json]) -> dict[str, str]:
    return {**_named(axis, NAME_CLIP, "zh", "en"), "unit": show(axis["unit"], UNIT_CLIP)}


def _map(data: Mapping[str, Json]) -> dict[str, Json]:
    rings = [
        {"role": "zone" if ring["role"] == "zone" else "exclusion", "points": ring["points"]} for ring in data["rings"]
    ]
    marks = [{"name": show(mark["name"], NAME_CLIP), "at": _point(mark["at"])} for mark in data["marks"][:LINES]]
    return {
        "rings": _lines(rings, _MAP_AXES),
        "tracks": _lines(data["tracks"], _MAP_AXES),
        "marks": [mark for mark in marks if None not in mark["at"]],
    }


def _timeline(data: Mapping[str, Json]) -> dict[str, Json]:
    spans = [_span(span) for span in data["spans"][:SPANS]]
    marks = [{"at_s": _rounded(mark["at_s"]), "name": show(mark["name"], NAME_CLIP)} for mark in data["marks"][:LINES]]
    return {
        "spans": [span for span in spans if None not in span.values() and span["to_s"] >= span["from_s"]],
        "marks": [mark for mark in marks if mark["at_s"] is not None],
        "length_s": _rounded(data["length_s"]),
    }


def _span(span: Mapping[str, Json]) -> dict[str, Json]:
    ends = {name: _rounded(span[name]) for name in ("from_s", "to_s")}
    return {**ends, "name": show(span["name"], NAME_CLIP)}


def _text(data: Mapping[str, Json]) -> dict[str, Json]:
    rows = data["rows"][:LINES]
    return {
        "paragraphs": [_named(text, PARAGRAPH_CLIP, "zh", "en") for text in data["paragraphs"][:PARAGRAPHS]],
        "rows": [{**_named(row, NAME_CLIP, "zh", "en"), "value": show(row["value"], TITLE_CLIP)} for row in rows],
    }


def _lines(lines: Iterable[Mapping[str, Json]], axes: tuple[int, ...]) -> list[dict[str, Json]]:
    """Lines with their points thinned and rounded; all of them together keep to ``POINTS``."""
    kept = list(lines)[:LINES]
    limit = POINTS // max(1, len(kept))
    return [
        {
            **{name: show(text, NAME_CLIP) for name, text in line.items() if name != "points"},
            "points": [_point(point) for point in thinned(line["points"], limit, axes)],
        }
        for line in kept
    ]


def _named(texts: Mapping[str, Json], clip: int, *names: str) -> dict[str, str]:
    return {name: show(texts[name], clip) for name in names}


def _point(point: Sequence[Any]) -> list[float | None]:
    return [_rounded(point[0]), _rounded(point[1])]


def _rounded(value: object) -> float | None:
    """A number as far as a picture can show it; what is none, or out of all bounds, is missing."""
    number = _finite(value)
    return None if number is None else round(float(f"{number:.{_DIGITS}g}"), _DECIMALS) + 0.0


def _finite(value: Any) -> float | None:  # noqa: ANN401 -- numbers of any kind: int, Decimal, a scalar of numpy
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) and abs(number) <= LARGEST else None


def _listed(points: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    """Points as a list; an array gives its numbers as Python's own, which is much quicker to walk."""
    tolist = getattr(points, "tolist", None)
    return list(tolist() if tolist is not None else points)

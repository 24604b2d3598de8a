"""A timeline: a lane for each state, spans in it, and marks for what happened at some instant."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pytest_szxc.report.axes import Scale, clock, clock_unit, measured, ticks, time_step, widened
from pytest_szxc.report.svg import WIDTH, drawing, element, shortened, told, traced, width_of, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from markupsafe import Markup

    from pytest_szxc.model import Json, Text

_LANE = 26
_LANES = 10
_LABELS = 8
_RIGHT = WIDTH - 18
_NAME_ROOM = 170
_LINE = 18


@dataclass(frozen=True, slots=True)
class _Board:
    """What is drawn, and where: names of the lanes, time, and the height of the first lane."""

    data: Mapping[str, Json]
    names: list[str]
    others: bool
    x: Scale
    top: float

    @property
    def lanes(self) -> int:
        """How many lanes there are."""
        return len(self.names) + self.others

    @property
    def bottom(self) -> float:
        """Where the last lane ends."""
        return self.top + _LANE * max(self.lanes, 1)

    def lane(self, name: str) -> int:
        """The lane of a state; the rarest share the last."""
        return self.names.index(name) if name in self.names else len(self.names)

    def middle(self, name: str) -> float:
        """Where a state's lane lies."""
        return self.top + _LANE * (self.lane(name) + 0.5)


@dataclass(frozen=True, slots=True)
class _Label:
    """The name of a mark: where the mark is, from where to where the name reaches, and in which row above the lanes."""

    said: str
    at: float
    start: float
    end: float
    row: int

    def drawn(self, rows: int) -> Markup:
        """The name beside its line, which goes down to the lanes."""
        y = 14 + _LINE * (rows - 1 - self.row)
        right = self.start >= self.at
        line = element("path", d=traced([(self.at, y - 10), (self.at, 8 + _LINE * rows)]), class_="mark")
        name = words(self.said, self.at + (5 if right else -5), y, text_anchor="start" if right else "end")
        return line + name


def timeline_chart(data: Mapping[str, Json], title: Text, mark: str) -> Markup | None:
    """The picture of a timeline's data; none where there is nothing to draw."""
    times = [span[end] for span in data["spans"] for end in ("from_s", "to_s")] + [one["at_s"] for one in data["marks"]]
    if not times:
        return None
    end = data["length_s"] if data["length_s"] is not None else max(times)
    low, high = min(0.0, *times), max(end, *times)
    names = _names(data)
    kept = names[: _LANES - 1] if len(names) > _LANES else names
    room = min(_NAME_ROOM, max(map(width_of, kept), default=0)) + 14
    low, high = (low, high) if high > low else widened(low, high)
    scale = Scale(low, high, room, _RIGHT)
    labels, top = _labels(data, scale)
    board = _Board(data, kept, len(names) > len(kept), scale, top)
    parts = [*_ground(board), *_links(board), *_spans(board), *_marks(board), *labels]
    facts = {"spans": len(data["spans"]), "names": len(names), "marks": len(data["marks"])}
    described = told("exhibit.timeline-described", {**facts, "length": measured(high - low)})
    return drawing(board.bottom + 48, parts, mark, title, described)


def _names(data: Mapping[str, Json]) -> list[str]:
    """The states in the order of their first span."""
    return list(dict.fromkeys(span["name"] for span in data["spans"]))


def _labels(data: Mapping[str, Json], scale: Scale) -> tuple[list[Markup], float]:
    """The marks' names, each above those that begin beside it, so that no line crosses a name; and how high all are."""
    placed: list[_Label] = []
    for one in sorted(data["marks"], key=lambda one: one["at_s"], reverse=True):
        said = shortened(one["name"], 200)
        at, wide = scale(one["at_s"]), width_of(said) + 12
        start = at if at + wide <= WIDTH else at - wide
        under = (label.row + 1 for label in placed if label.start <= start + wide and start <= label.end)
        label = _Label(said, at, start, start + wide, max(under, default=0))
        if label.row < _LABELS:
            placed.append(label)
    rows = max((label.row + 1 for label in placed), default=0)
    return [label.drawn(rows) for label in placed], 8.0 + _LINE * rows


def _ground(board: _Board) -> Iterator[Markup]:
    """Lanes with their names, and the axis of time."""
    left, right, bottom = board.x.start, board.x.end, board.bottom
    for place in range(0, board.lanes, 2):
        yield element("rect", x=0, y=board.top + place * _LANE, width=WIDTH, height=_LANE, class_="lane")
    for name in board.names:
        yield words(shortened(name, _NAME_ROOM), left - 10, board.middle(name) + 4.5, text_anchor="end")
    if board.others:
        yield words(told("exhibit.others"), left - 10, bottom - _LANE / 2 + 4.5, "soft", text_anchor="end")
    length = board.x.high - board.x.low
    step, unit = time_step(length, 8), clock_unit(length)
    for tick in ticks(board.x.low, board.x.high, step):
        at, said = board.x(tick), clock(tick, unit, step)
        yield element("path", d=traced([(at, board.top), (at, bottom)]), class_="grid")
        yield element("path", d=traced([(at, bottom), (at, bottom + 5)]), class_="axis")
        yield words(said, min(at, WIDTH - width_of(said) / 2), bottom + 20, "soft", text_anchor="middle")
    yield element("path", d=traced([(left, bottom), (right, bottom)]), class_="axis")
    yield words(told(f"exhibit.time-{unit}"), (left + right) / 2, bottom + 42, text_anchor="middle")


def _links(board: _Board) -> Iterator[Markup]:
    """From each span to the next, where the state changed."""
    spans = sorted(board.data["spans"], key=lambda span: span["from_s"])
    path = "".join(
        traced(
            [
                (board.x(after["from_s"]), board.middle(one["name"])),
                (board.x(after["from_s"]), board.middle(after["name"])),
            ]
        )
        for one, after in pairwise(spans)
        if board.lane(one["name"]) != board.lane(after["name"])
    )
    if path:
        yield element("path", d=path, class_="link")


def _spans(board: _Board) -> Iterator[Markup]:
    for span in board.data["spans"]:
        start, lane = board.x(span["from_s"]), board.lane(span["name"])
        yield element(
            "rect",
            x=start,
            y=board.top + lane * _LANE + 5,
            width=max(board.x(span["to_s"]) - start, 2.0),
            height=_LANE - 10,
            rx=2,
            class_=f"span c{lane % 8}",
        )


def _marks(board: _Board) -> Iterator[Markup]:
    path = "".join(
        traced([(board.x(one["at_s"]), board.top), (board.x(one["at_s"]), board.bottom)]) for one in board.data["marks"]
    )
    if path:
        yield element("path", d=path, class_="mark")

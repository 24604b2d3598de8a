from __future__ import annotations

import json
from decimal import Decimal
from math import isfinite

import numpy as np
import pytest
from hostile_texts import TEXTS
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc import Exhibit, Text, exhibits
from pytest_szxc.checks.exhibits import LINES, POINTS, SPANS, settled
from pytest_szxc.printable import line

TITLE = Text("标题", "title")
ALONG = exhibits.Axis("距离", "distance", "m")
ERROR = exhibits.Axis("偏差", "error", "cm")
KIB = 1024

numbers = st.one_of(
    st.floats(), st.integers(), st.none(), st.decimals(), st.text(max_size=3), st.sampled_from([1e300, -1e9, True])
)
points = st.lists(st.tuples(numbers, numbers), max_size=40)
names = st.one_of(st.text(max_size=80), st.sampled_from(TEXTS))
ANY = st.one_of(
    st.builds(
        lambda lines, band: exhibits.curve(TITLE, ALONG, ERROR, lines, band=band),
        st.lists(st.tuples(names, points), max_size=4),
        st.none() | st.tuples(numbers, numbers),
    ),
    st.builds(
        lambda zone, lines, marks: exhibits.field_map(
            TITLE, zone=zone, exclusions=[zone or ()], tracks=lines, marks=marks
        ),
        st.none() | points,
        st.lists(st.tuples(names, points), max_size=4),
        st.lists(st.tuples(names, st.tuples(numbers, numbers)), max_size=4),
    ),
    st.builds(
        lambda spans, marks, length: exhibits.timeline(TITLE, spans, marks, length_s=length),
        st.lists(st.tuples(numbers, numbers, names), max_size=8),
        st.lists(st.tuples(numbers, names), max_size=8),
        numbers,
    ),
    st.builds(
        lambda told, rows: exhibits.explanation(TITLE, told, rows),
        st.lists(st.builds(Text, names, names), max_size=4),
        st.lists(st.tuples(st.builds(Text, names, names), numbers | names), max_size=4),
    ),
)


def texts_in(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, str):
        yield value


@given(exhibit=ANY)
def test_whatever_goes_in_is_plain_bounded_and_printable(exhibit):
    written = json.dumps(exhibit.data, ensure_ascii=False, allow_nan=False)
    assert json.loads(written) == exhibit.data
    assert all(line(text, len(text) + 1) == text for text in texts_in(exhibit.data))
    assert len(written.encode("utf-8", "backslashreplace")) < 64 * KIB


@given(exhibit=ANY)
def test_what_has_its_form_keeps_it(exhibit):
    assert settled(exhibit) == exhibit
    assert settled(Exhibit(exhibit.kind, exhibit.title, json.loads(json.dumps(exhibit.data)))) == exhibit


@given(values=st.lists(st.one_of(st.floats(-1e6, 1e6), st.none()), min_size=1, max_size=400), limit=st.integers(5, 60))
def test_thinning_keeps_ends_extremes_and_gaps(values, limit):
    line_ = list(enumerate(values))
    kept = exhibits.thinned(line_, limit)
    assert len(kept) <= max(limit, 2)
    assert kept == sorted(kept, key=lambda point: point[0])
    assert set(kept) <= set(line_)
    assert (kept[0], kept[-1]) == (line_[0], line_[-1])
    known = [value for value in values if value is not None]
    seen = [value for _, value in kept if value is not None]
    if known:
        assert (min(seen), max(seen)) == (min(known), max(known))
    assert (None in values) == (None in [value for _, value in kept])


@given(line_=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=300))
def test_thinning_a_track_keeps_how_far_it_reaches(line_):
    kept = exhibits.thinned(line_, 40, axes=(0, 1))
    assert len(kept) <= 40
    for axis in (0, 1):
        for extreme in (min, max):
            assert extreme(point[axis] for point in kept) == extreme(point[axis] for point in line_)


@pytest.mark.parametrize("limit", [-5, 0, 1, 2, 3])
def test_a_limit_for_next_to_nothing_keeps_the_ends(limit):
    assert exhibits.thinned([(place, place) for place in range(9)], limit) == [(0, 0), (8, 8)]


def test_few_points_stay_as_they_are():
    assert exhibits.thinned([(0, 1), (1, None)]) == [(0, 1), (1, None)]
    assert exhibits.thinned([]) == []


def test_an_array_of_a_ten_hour_log_is_thinned():
    values = np.column_stack([np.arange(360_000) * 0.1, np.zeros(360_000)])
    values[123_456, 1] = 9.87654321
    values[200_000:200_100, 1] = np.nan
    made = exhibits.curve(TITLE, ALONG, ERROR, [("P01", values)])
    points_ = made.data["series"][0]["points"]
    assert len(points_) <= POINTS
    assert [12_345.6, 9.8765] in points_
    assert None in [y for _, y in points_]


def test_numbers_of_any_kind_become_plain_and_short():
    made = exhibits.curve(TITLE, ALONG, ERROR, [("a", [(Decimal("1.23456789"), np.float32(2)), (3, 1 / 3), ("x", 1)])])
    assert made.data["series"][0]["points"] == [[1.2346, 2.0], [3.0, 0.3333], [None, 1.0]]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "x", 10**400, 1e10, [], {}])
def test_what_is_no_measurement_is_a_gap(value):
    made = exhibits.curve(TITLE, ALONG, ERROR, [("a", [(0, value)])])
    assert made.data["series"][0]["points"] == [[0.0, None]]


def test_a_band_is_in_order_or_not_at_all():
    bands = [
        exhibits.curve(TITLE, ALONG, ERROR, [], band=band).data["band"] for band in ((2, -2), (float("nan"), 1), None)
    ]
    assert bands == [[-2.0, 2.0], None, None]


def test_an_exhibit_has_its_bounds():
    many = [("x" * 999, [(place, place) for place in range(100_000)])] * 3 + [("y", [(0, 0)])] * 200
    made = exhibits.field_map(TITLE, zone=many[0][1], tracks=many, marks=[("m", (0, 0))] * 999)
    assert len(made.data["tracks"]) == len(made.data["marks"]) == LINES
    assert sum(len(track["points"]) for track in made.data["tracks"]) <= POINTS
    assert {len(track["name"]) for track in made.data["tracks"][:3]} == {60}
    lanes = exhibits.timeline(TITLE, [(place, place + 1, "auto") for place in range(9_999)])
    assert len(lanes.data["spans"]) == SPANS
    told = exhibits.explanation(TITLE, [Text("长" * 9_999, "long" * 9_999)] * 99, [(TITLE, "x" * 9_999)] * 999)
    assert len(json.dumps(told.data, ensure_ascii=False).encode()) < 64 * KIB


def test_spans_and_marks_without_times_are_left_out():
    made = exhibits.timeline(TITLE, [(0, 5, "auto"), (None, 3, "x"), (5, 4, "back")], [(1, "a"), (float("nan"), "b")])
    assert [span["name"] for span in made.data["spans"]] == ["auto"]
    assert [mark["name"] for mark in made.data["marks"]] == ["a"]
    assert made.data["length_s"] is None


def test_roles_of_rings():
    made = exhibits.field_map(TITLE, zone=[(0, 0), (9, 0), (9, 9)], exclusions=[[(1, 1), (2, 1), (2, 2)]])
    assert [ring["role"] for ring in made.data["rings"]] == ["zone", "exclusion"]


def test_a_personal_number_in_a_name_is_masked():
    made = exhibits.explanation(TITLE, [], [(Text("操作者", "operator"), "13800138000")])
    assert made.data["rows"] == [{"zh": "操作者", "en": "operator", "value": "138****8000"}]


def test_an_empty_title_is_a_dash():
    assert exhibits.explanation(Text("", "")).title == Text("-", "-")


@pytest.mark.parametrize("data", [{}, {"series": 5}, None, {"x": {}, "y": {}, "band": None, "series": []}])
def test_data_of_another_form_are_a_fault_of_the_suite(data):
    with pytest.raises((LookupError, TypeError)):
        settled(Exhibit("curve", TITLE, data))


def test_the_numbers_of_a_settled_exhibit_are_finite():
    made = exhibits.curve(TITLE, ALONG, ERROR, [("a", [(1e9, -1e9), (1e9 + 1, 0)])])
    assert [point for point in made.data["series"][0]["points"] if None in point] == [[None, 0.0]]
    assert all(isfinite(x) for x, _ in made.data["series"][0]["points"][:1])

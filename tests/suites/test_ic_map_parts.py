"""What the map checks reckon with: CRS names, boxes, times, tiles, pictures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ic_judging import NOW, part

from pytest_szxc.model import Location
from pytest_szxc.record import Record

crs, geometry, image = part("map_crs"), part("map_geometry"), part("map_image")
times, tiles, drawn = part("map_times"), part("map_tiles"), part("reference_map_image")
TIANDITU = "urn:ogc:def:crs:EPSG::4490"
LONGITUDES = st.floats(73.5, 135.5)
LATITUDES = st.floats(3.5, 53.5)


def feature(coordinates: Any = None, kind: str = "Point", **properties: Any) -> Record:
    shape = None if coordinates is None else {"type": kind, "coordinates": coordinates}
    return Record({"id": "one", "geometry": shape, "properties": properties}, Location("x"), NOW)


def decimals(*places: tuple[float, float]) -> list[list[Decimal]]:
    return [[Decimal(str(x)), Decimal(str(y))] for x, y in places]


# --- CRS --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "EPSG:4490",
        "epsg:4490",
        "[EPSG:4490]",
        " EPSG:4490 ",
        TIANDITU,
        "urn:ogc:def:crs:EPSG:9.9.1:4490",
        "urn:x-ogc:def:crs:EPSG:4490",
        "http://www.opengis.net/def/crs/EPSG/0/4490",
        "https://www.opengis.net/def/crs/EPSG/10.0/4490",
        "http://www.opengis.net/gml/srs/epsg.xml#4490",
        "EPSG:4491",
        "EPSG:4513",
        "EPSG:4554",
    ],
)
def test_spellings_of_cgcs2000(written: str) -> None:
    assert crs.is_cgcs2000(written)
    assert not crs.is_shifted(written)


@pytest.mark.parametrize(
    "written",
    [
        "EPSG:4326",
        "CRS:84",
        "EPSG:4489",
        "EPSG:4555",
        "EPSG:44900",
        "4490",
        "CGCS2000",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "",
    ],
)
def test_what_is_not_cgcs2000(written: str) -> None:
    assert not crs.is_cgcs2000(written)


@pytest.mark.parametrize(
    "written", ["GCJ02", "GCJ-02", "gcj2", "BD09", "bd-09ll", "BD09MC", "火星坐标", "GCJ02_c", "Mars"]
)
def test_names_of_shifted_systems(written: str) -> None:
    assert crs.is_shifted(written)


@pytest.mark.parametrize("written", ["EPSG:4490", "marsh", "summars2", "abd-10", "CGCS2000", "c", "EPSG:4209"])
def test_names_that_only_look_shifted(written: str) -> None:
    assert not crs.is_shifted(written)


@given(st.text(max_size=60))
def test_any_text_is_read(written: str) -> None:
    assert crs.epsg(written) is None or crs.epsg(written) > 0
    assert crs.is_shifted(written) in (True, False)


def test_a_urn_without_version_is_understood_and_misspelt() -> None:
    assert crs.is_cgcs2000("urn:ogc:def:crs:EPSG:4490")
    assert crs.is_misspelt("urn:ogc:def:crs:EPSG:4490")
    assert not crs.is_misspelt(TIANDITU)
    assert not crs.is_misspelt("EPSG:4490")


# --- boxes ------------------------------------------------------------------------------------------------------------


@given(LONGITUDES, LATITUDES, LONGITUDES, LATITUDES, LONGITUDES, LATITUDES)
def test_a_point_lies_in_one_half_or_on_the_cut(
    x: float, y: float, west: float, south: float, cut: float, top: float
) -> None:
    point = feature(decimals((x, y))[0])
    lower, upper = sorted((south, top))
    left = geometry.Box(min(west, cut), lower, cut, upper + 1)
    right = geometry.Box(cut, lower, max(west, cut) + 60, upper + 1)
    both = [geometry.lies(point, left), geometry.lies(point, right)]
    assert both.count(geometry.Lies.IN) <= 1
    inside = left.west < x < right.east and lower < y < upper + 1 and abs(x - cut) > 1e-4
    margin = min(x - left.west, right.east - x, y - lower, upper + 1 - y)
    if inside and margin > 1e-4:
        assert both.count(geometry.Lies.IN) == 1


@given(LONGITUDES, LATITUDES, st.floats(1e-4, 5), st.floats(1e-4, 5))
def test_in_and_out_are_told_by_extent(x: float, y: float, width: float, height: float) -> None:
    ring = decimals((x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y))
    area = feature([ring], "Polygon")
    own = geometry.extent([area])
    assert geometry.lies(area, own.grown(0.01)) is geometry.Lies.IN
    assert geometry.lies(area, geometry.Box(own.east + 0.01, own.south, own.east + 1, own.north)) is geometry.Lies.OUT
    middle = geometry.Box(x + width / 3, y + height / 3, x + width / 2, y + height / 2)
    assert geometry.lies(area, middle) is geometry.Lies.UNSURE


def test_without_a_geometry_nothing_is_said() -> None:
    box = geometry.Box(100, 30, 101, 31)
    for strange in (None, [], "x", [None, "a"], [[[]]], {"x": 1}, [True, False]):
        assert geometry.lies(feature(strange), box) is geometry.Lies.UNSURE


@given(LONGITUDES, LATITUDES)
def test_exchanged_axes_show_in_china(x: float, y: float) -> None:
    assert geometry.is_in_china((x, y))
    assert not geometry.is_in_china((y, x))
    assert geometry.is_swapped((y, x))


def test_a_box_is_written_without_exponents() -> None:
    assert str(geometry.Box(1e-9, 2, 3, 4.5)) == "0.0000000,2.0000000,3.0000000,4.5000000"


# --- times ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "slack"),
    [
        ("2026-03-01T00:00:00Z", times.MOMENT),
        ("2026-03-01T08:00:00+08:00", times.MOMENT),
        ("2026-03-01 00:00:00", times.DAY),
        ("2026-03-01", times.DAY),
    ],
)
def test_times_and_how_far_they_may_be_off(written: str, slack: timedelta) -> None:
    assert times.time_of(feature(t=written), "t") == (datetime(2026, 3, 1, tzinfo=UTC), slack)


@pytest.mark.parametrize("written", ["", "x", "2026", "2026-02-30", 20260301, None, "2026-03-01Tx", "20260301"])
def test_what_is_no_time(written: Any) -> None:
    assert times.time_of(feature(t=written), "t") is None


def test_halves_hold_what_they_should() -> None:
    rows = [feature(t=f"2026-03-{day:02d}T00:00:00Z") for day in (1, 5, 9, 13)]
    (clock,) = times.clocks(rows)
    before, after, middle, future = times.spans(rows, clock)
    seen = [[clock.lies(row, span).value for row in rows] for span in (before, after, middle, future)]
    assert seen == [
        ["in", "in", "out", "out"],
        ["out", "out", "in", "in"],
        ["out", "in", "in", "out"],
        ["out", "out", "out", "out"],
    ]
    assert str(before) == "../2026-03-07T00:00:00Z"
    assert str(middle) == "2026-03-03T00:00:00Z/2026-03-11T00:00:00Z"


def test_a_member_must_be_a_time_everywhere_and_pairs_in_order() -> None:
    rows = [feature(a="2026-03-01", b="2026-03-02", c="x"), feature(a="2026-03-05", b="2026-03-06", c="2026-03-06")]
    assert times.clocks(rows) == [times.Clock("a", "a"), times.Clock("b", "b"), times.Clock("a", "b")]


# --- tiles ------------------------------------------------------------------------------------------------------------


def grid(corner: tuple[float, float], named: str, levels: int = 6) -> Any:
    made = [
        tiles.Matrix(str(level), 279541132.0143589 / 2**level, corner, (256, 256), (2 ** (level + 1), 2**level))
        for level in range(levels)
    ]
    return tiles.MatrixSet("g", named, tuple(made), ())


def layer(box: Any) -> Any:
    return tiles.TileLayer("l", "default", ("image/png",), {"g": {}}, box, by_template=False)


@given(LONGITUDES, LATITUDES, st.sampled_from([((90.0, -180.0), TIANDITU), ((-180.0, 90.0), "EPSG:4490")]))
def test_a_tile_holds_the_middle_of_its_layer(x: float, y: float, how: Any) -> None:
    one = grid(*how)
    for tile in tiles.tiles(layer(geometry.Box(x - 0.1, y - 0.1, x + 0.1, y + 0.1)), one):
        span = 180.0 / 2 ** int(tile.matrix.id)
        west, north = -180 + tile.column * span, 90 - tile.row * span
        assert west - 1e-6 <= x <= west + span + 1e-6
        assert north - span - 1e-6 <= y <= north + 1e-6


@given(LONGITUDES, LATITUDES)
def test_a_tile_of_web_mercator_is_inside_its_matrix(x: float, y: float) -> None:
    matrix = tiles.Matrix("8", 559082264.0287178 / 256, (-20037508.34, 20037508.34), (256, 256), (256, 256))
    one = tiles.MatrixSet("g", "EPSG:3857", (matrix,), ())
    (tile,) = tiles.tiles(layer(geometry.Box(x, y, x + 0.01, y + 0.01)), one)
    assert tile.column == int((x + 0.005 + 180) / 360 * 256)
    assert 0 <= tile.row < 128


def test_without_extent_or_with_another_crs_the_middle_of_the_coarsest_matrix_is_taken() -> None:
    one = grid((5_000_000.0, 35_000_000.0), "EPSG:4523")
    assert [(tile.matrix.id, tile.row, tile.column) for tile in tiles.tiles(layer(None), one)] == [("0", 0, 1)]
    limits = {"g": {"3": tiles.Limits((2, 4), (6, 6))}}
    limited = tiles.TileLayer("l", "default", (), limits, None, by_template=False)
    assert [(tile.matrix.id, tile.row, tile.column) for tile in tiles.tiles(limited, one)] == [("3", 3, 6)]


def test_of_a_large_matrix_that_cannot_be_reckoned_with_no_tile_is_taken() -> None:
    matrix = tiles.Matrix("0", 4_000_000.0, (10_002_100.0, 37_000_000.0), (256, 256), (64, 64))
    one = tiles.MatrixSet("g", "urn:ogc:def:crs:EPSG::4527", (matrix,), ())
    assert tiles.tiles(layer(geometry.Box(111.0, 30.0, 111.1, 30.1)), one) == []


def test_corners_with_exchanged_axes() -> None:
    assert tiles.exchanges_axes(grid((-180.0, 90.0), TIANDITU))
    assert not tiles.exchanges_axes(grid((90.0, -180.0), TIANDITU))
    assert not tiles.exchanges_axes(grid((-180.0, 90.0), "EPSG:4490"))
    assert not tiles.exchanges_axes(grid((36.0, 35.0), TIANDITU))


# --- pictures ---------------------------------------------------------------------------------------------------------

PNG, JPEG = drawn.png((0.0, 0.0, 1.0, 1.0), [(0.2, 0.2, 0.4, 0.9)]), drawn.jpeg()


@pytest.mark.parametrize(("body", "media_type"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
def test_pictures_tell_kind_and_size(body: bytes, media_type: str) -> None:
    assert image.picture(body) == (media_type, 256, 256, True)


@given(st.integers(0, len(PNG) - 1))
def test_a_png_that_is_cut_off_is_never_whole(length: int) -> None:
    found = image.picture(PNG[:length])
    assert found is None or not found.whole


@given(st.integers(16, len(PNG) - 1), st.integers(1, 255))
def test_a_png_with_a_changed_byte_is_never_whole(at: int, change: int) -> None:
    found = image.picture(PNG[:at] + bytes([PNG[at] ^ change]) + PNG[at + 1 :])
    assert found is None or not found.whole


@given(st.integers(0, len(JPEG) - 1))
def test_a_jpeg_that_is_cut_off_is_never_whole(length: int) -> None:
    found = image.picture(JPEG[:length])
    assert found is None or not found.whole


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", PNG[:40], JPEG[:60]]))
def test_any_bytes_are_read(junk: bytes, start: bytes) -> None:
    found = image.picture(start + junk)
    assert found is None or not found.whole or junk.count(b"\xff\xd9")

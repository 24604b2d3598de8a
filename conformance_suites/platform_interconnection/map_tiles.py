"""What a WMTS says of its layers and tile matrices, and which tile shows a layer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .map_crs import GEOGRAPHIC, epsg, fixes_axes
from .map_geometry import Box
from .map_interfaces import attribute, child, children, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

PIXEL = 0.00028
"""Metres of the pixel by which scale denominators are told."""
RADIUS = 6378137.0
METRES_PER_DEGREE = math.radians(RADIUS)
WEB_MERCATOR = frozenset({3857, 900913, 3785})
LATITUDE_FIRST = frozenset({GEOGRAPHIC, 4326})
LONGITUDE_FIRST = "CRS84"
QUARTER, HALF = 90.0, 180.0
MOST_MERCATOR = 85.0
MOST_COUNT = 10**9
FEW = 2
"""Tiles of a matrix of the whole world: the two hemispheres, of which the eastern has the layer."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """One tile matrix: scale denominator, upper left corner as written, pixels of a tile, tiles in each direction."""

    id: str
    scale: float
    corner: tuple[float, float]
    pixels: tuple[int, int]
    count: tuple[int, int]


@dataclass(frozen=True, slots=True)
class MatrixSet:
    """A set of tile matrices in one CRS, the coarsest first; ``broken`` names matrices that lack a value."""

    id: str
    crs: str
    matrices: tuple[Matrix, ...]
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """First and last row and column that have tiles."""

    rows: tuple[int, int]
    columns: tuple[int, int]


@dataclass(frozen=True, slots=True)
class TileLayer:
    """One layer.

    Attributes:
        style: identifier of the default style, which may be empty; ``None`` where there is none.
        links: by tile matrix set, the limits of each matrix; empty where the set is used as a whole.
        box: its extent, longitude first, if told.
    """

    id: str
    style: str | None
    formats: tuple[str, ...]
    links: Mapping[str, Mapping[str, Limits]]
    box: Box | None
    by_template: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: matrix, row, column."""

    matrix: Matrix
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What a capabilities document of a WMTS offers."""

    layers: tuple[TileLayer, ...] = ()
    sets: Mapping[str, MatrixSet] = field(default_factory=dict)
    by_query: bool = False


def contents_of(root: Element) -> Contents:
    """Layers and sets of a document; what cannot be read is missing from them."""
    inside = child(root, "Contents")
    if inside is None:
        return Contents()
    sets = [_set(one) for one in children(inside, "TileMatrixSet")]
    operations = child(root, "OperationsMetadata")
    named = [] if operations is None else [attribute(one, "name") for one in children(operations, "Operation")]
    layers = tuple(_layer(one) for one in children(inside, "Layer"))
    return Contents(layers, {one.id: one for one in sets}, "GetTile" in named)


def _layer(element: Element) -> TileLayer:
    styles = children(element, "Style")
    style = next((one for one in styles if attribute(one, "isDefault") in ("true", "1")), styles[0] if styles else None)
    links = {text(link, "TileMatrixSet"): _limits(link) for link in children(element, "TileMatrixSetLink")}
    templates = [attribute(one, "resourceType") for one in children(element, "ResourceURL")]
    return TileLayer(
        text(element, "Identifier"),
        text(style, "Identifier") if style is not None and child(style, "Identifier") is not None else None,
        tuple((one.text or "").strip() for one in children(element, "Format")),
        links,
        _box(element),
        "tile" in templates,
    )


def _box(layer: Element) -> Box | None:
    box = child(layer, "WGS84BoundingBox")
    if box is None:
        return None
    low, high = (numbers(text(box, name)) for name in ("LowerCorner", "UpperCorner"))
    return Box(*low, *high) if low and high else None


def _limits(link: Element) -> dict[str, Limits]:
    found = child(link, "TileMatrixSetLimits")
    rows = [] if found is None else children(found, "TileMatrixLimits")
    known = {text(row, "TileMatrix"): _limit(row) for row in rows}
    return {name: limit for name, limit in known.items() if limit is not None}


def _limit(row: Element) -> Limits | None:
    names = ("MinTileRow", "MaxTileRow", "MinTileCol", "MaxTileCol")
    top, bottom, left, right = (whole(text(row, name), least=0) for name in names)
    if top is None or bottom is None or left is None or right is None:
        return None
    return Limits((top, bottom), (left, right))


def _set(element: Element) -> MatrixSet:
    rows = children(element, "TileMatrix")
    read = [(text(row, "Identifier"), _matrix(row)) for row in rows]
    good = sorted((matrix for _, matrix in read if matrix), key=lambda matrix: -matrix.scale)
    broken = tuple(name for name, matrix in read if matrix is None)
    return MatrixSet(text(element, "Identifier"), text(element, "SupportedCRS"), tuple(good), broken)


def _matrix(row: Element) -> Matrix | None:
    scale, corner = numbers(text(row, "ScaleDenominator"), 1), numbers(text(row, "TopLeftCorner"))
    names = ("TileWidth", "TileHeight", "MatrixWidth", "MatrixHeight")
    wide, high, columns, rows = (whole(text(row, name)) for name in names)
    name = text(row, "Identifier")
    if not name or not scale or scale[0] <= 0 or not corner:
        return None
    if wide is None or high is None or columns is None or rows is None:
        return None
    return Matrix(name, scale[0], (corner[0], corner[1]), (wide, high), (columns, rows))


def numbers(written: str, count: int = 2) -> tuple[float, ...] | None:
    """So many finite numbers, with blanks between them; ``None`` for anything else."""
    parts = written.split()
    try:
        found = tuple(float(part) for part in parts)
    except ValueError:
        return None
    return found if len(found) == count and all(map(math.isfinite, found)) else None


def whole(written: str, least: int = 1) -> int | None:
    """A whole number of a sensible size; ``None`` for anything else."""
    found = int(written) if written.isdecimal() and len(written) <= 10 else None  # noqa: PLR2004 -- as MOST_COUNT
    return found if found is not None and least <= found <= MOST_COUNT else None


def is_longitude_first(one: MatrixSet) -> bool | None:
    """The order in which a geographic set writes its corners, by their values; ``None`` where they fit both."""
    for first, second in (matrix.corner for matrix in one.matrices):
        if abs(first) > QUARTER:
            return True
        if abs(second) > QUARTER:
            return False
    return None


def tiles(layer: TileLayer, one: MatrixSet) -> list[Tile]:
    """Tiles that show the layer: of the coarsest matrix, and of the first whose tiles are as small as the layer."""
    limits = layer.links.get(one.id, {})
    found: list[Tile] = []
    for matrix in one.matrices:
        if not limits or matrix.id in limits:
            tile = _tile(matrix, limits.get(matrix.id), layer, one)
            if tile is None:
                break
            found.append(tile)
            if layer.box is not None and _span(matrix) * matrix.pixels[0] <= (layer.box.east - layer.box.west):
                break
    return found[:1] + found[1:][-1:]


def _tile(matrix: Matrix, limit: Limits | None, layer: TileLayer, one: MatrixSet) -> Tile | None:
    """The tile in the middle of the layer, within the limits; without an extent, that in the middle of the limits.

    Without either, a matrix of a tile or two surely shows the layer: of more, nobody knows which are there.
    """
    place = _place(matrix, layer.box, one)
    if place is None and limit is None:
        few = matrix is one.matrices[0] and math.prod(matrix.count) <= FEW
        return Tile(matrix, matrix.count[1] // 2, matrix.count[0] // 2) if few else None
    if place is None and limit is not None:
        place = sum(limit.rows) // 2, sum(limit.columns) // 2
    row, column = place or (0, 0)
    rows, columns = (limit.rows, limit.columns) if limit else ((0, matrix.count[1] - 1), (0, matrix.count[0] - 1))
    return Tile(matrix, _within(row, rows), _within(column, columns))


def _within(number: int, bounds: tuple[int, int]) -> int:
    return max(bounds[0], min(number, bounds[1]))


def _place(matrix: Matrix, box: Box | None, one: MatrixSet) -> tuple[int, int] | None:
    """Row and column of the middle of a box, where the CRS is one that can be reckoned here."""
    if box is None:
        return None
    longitude, latitude = (box.west + box.east) / 2, (box.south + box.north) / 2
    code = epsg(one.crs)
    if code in LATITUDE_FIRST or one.crs.upper().endswith((LONGITUDE_FIRST, "CRS:84")):
        return _counted(matrix, _corner(matrix, one), (longitude, latitude), _span(matrix))
    if code in WEB_MERCATOR:
        north = max(-MOST_MERCATOR, min(latitude, MOST_MERCATOR))
        metres = math.radians(longitude) * RADIUS, math.asinh(math.tan(math.radians(north))) * RADIUS
        return _counted(matrix, matrix.corner, metres, matrix.scale * PIXEL)
    return None


def _corner(matrix: Matrix, one: MatrixSet) -> tuple[float, float]:
    """The upper left corner with the longitude first, by its values, or else by the CRS."""
    first, second = matrix.corner
    seen = is_longitude_first(one)
    if seen is None:
        seen = epsg(one.crs) is None
    return (first, second) if seen else (second, first)


def _span(matrix: Matrix) -> float:
    """Degrees of a pixel."""
    return matrix.scale * PIXEL / METRES_PER_DEGREE


def _counted(
    matrix: Matrix, corner: tuple[float, float], place: tuple[float, float], pixel: float
) -> tuple[int, int] | None:
    row = math.floor((corner[1] - place[1]) / (pixel * matrix.pixels[1]))
    column = math.floor((place[0] - corner[0]) / (pixel * matrix.pixels[0]))
    inside = 0 <= row < matrix.count[1] and 0 <= column < matrix.count[0]
    return (row, column) if inside else None


def exchanges_axes(one: MatrixSet) -> bool:
    """Whether a set whose CRS puts latitude first, and says so by URN or URI, writes longitude first."""
    return epsg(one.crs) in LATITUDE_FIRST and fixes_axes(one.crs) and is_longitude_first(one) is True

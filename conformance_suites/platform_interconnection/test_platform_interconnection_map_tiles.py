"""WMTS: the capabilities are complete, and a tile reckoned from them is the picture that they promise."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from pytest_szxc import Finding, SzxcError, expect, requirement, xml

from .map_image import JPEG, PNG, picture
from .map_interfaces import UNBOUND, WMTS_ROOT, Capabilities, asked, root_of
from .map_tiles import contents_of, tiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_szxc import Observation, Reply, Sut

    from .map_tiles import Contents, MatrixSet, Tile, TileLayer

MOST_LAYERS = 2
"""Layers of which tiles are asked for."""
MOST_DESCRIBED = 50
"""Layers and sets whose descriptions are read."""
FORMATS = (PNG, JPEG)
EITHER = "image/vnd.jpeg-png"
"""What GeoServer calls tiles that are PNG where they are transparent, and JPEG elsewhere."""


@requirement("IC-066")
def test_wmts_describes_itself_and_gives_tiles(sut: Sut) -> Iterator[Observation]:
    """GetCapabilities is complete; GetTile gives what it promises: kind, media type and size.

    Where there is no tile that can be judged, a document without faults proves nothing.
    """
    reply = asked(sut, "wmts_capabilities", UNBOUND)
    if reply is None:
        return
    fault = xml.broken(reply.response.body, reply.response.header("content-type") or "")
    if fault:
        yield expect(holds=False, at=reply.at(), expected="XML", observed=fault)
        return
    found = Capabilities(reply, root_of(reply))
    if not found.is_wmts:
        yield expect(holds=False, at=reply.at("/"), expected=WMTS_ROOT, observed=found.root.tag)
        return
    contents = contents_of(found.root)
    described = list(_described(contents, reply))
    shown = [layer for layer in contents.layers if _format_of(layer) and layer.links][:MOST_LAYERS]
    seen = [one for layer in shown for one in _tiles(sut, layer, contents)]
    yield from seen
    yield from described if seen else (one for one in described if isinstance(one, Finding))


def _described(contents: Contents, reply: Reply) -> Iterator[Observation]:
    at = reply.at("Contents")
    yield expect(bool(contents.layers), at, expected="Layer ≥ 1", observed=len(contents.layers))
    templates = any(layer.by_template for layer in contents.layers)
    wanted = "GetTile in OperationsMetadata, or ResourceURL"
    yield expect(contents.by_query or templates, reply.at(), expected=wanted, observed="neither")
    for layer in contents.layers[:MOST_DESCRIBED]:
        lacking = list(_lacks(layer, contents))
        yield expect(not lacking, reply.at(f"Layer {layer.id}"), expected="nothing missing", observed=lacking)
    for one in islice(contents.sets.values(), MOST_DESCRIBED):
        good = bool(one.crs and one.matrices) and not one.broken
        seen = one.broken or one.crs or "SupportedCRS: -"
        yield expect(good, reply.at(f"TileMatrixSet {one.id}"), expected="SupportedCRS, TileMatrix ≥ 1", observed=seen)


def _lacks(layer: TileLayer, contents: Contents) -> Iterator[str]:
    if not layer.id:
        yield "Identifier"
    if layer.style is None:
        yield "Style"
    if not any(layer.formats):
        yield "Format"
    if not layer.links:
        yield "TileMatrixSetLink"
    yield from (f"TileMatrixSet {name}" for name in layer.links if name not in contents.sets)


def _tiles(sut: Sut, layer: TileLayer, contents: Contents) -> Iterator[Observation]:
    """Tiles of a layer in the first set that can be reckoned with, in one of its formats that is a picture."""
    format_ = _format_of(layer)
    sets = [contents.sets[name] for name in layer.links if name in contents.sets]
    one, shown = next(((one, found) for one in sets if (found := tiles(layer, one))), (None, []))
    for tile in shown if one else ():
        reply = _asked_for(sut, layer, one, tile, format_)
        where = f"{layer.id} {one.id} {tile.matrix.id}/{tile.row}/{tile.column}"
        yield from _as_promised(reply, tile, _plain(format_), where)


def _format_of(layer: TileLayer) -> str:
    return next((one for one in layer.formats if _plain(one) in (*FORMATS, EITHER)), "")


def _asked_for(sut: Sut, layer: TileLayer, one: MatrixSet, tile: Tile, format_: str) -> Reply:
    return sut.ask(
        "wmts_tile",
        accept=(400, 404),
        layer=layer.id,
        style=layer.style or "",
        format=format_,
        tileMatrixSet=one.id,
        tileMatrix=tile.matrix.id,
        tileRow=tile.row,
        tileCol=tile.column,
    )


def _as_promised(reply: Reply, tile: Tile, promised: str, where: str) -> Iterator[Observation]:
    found = picture(reply.response.body)
    status, kind = reply.response.status, _plain(reply.response.header("content-type") or "")
    if found is None:
        seen = f"{status} {kind} {_root(reply)}"
        yield expect(holds=False, at=reply.at(where), expected=promised, observed=seen)
        return
    kinds = FORMATS if promised == EITHER else (promised,)
    seen = f"{status} {kind}, {found.media_type}"
    named = found.media_type in kinds and kind in (found.media_type, promised)
    yield expect(named and reply.fine, reply.at(f"{where} media type"), expected=promised, observed=seen)
    size = (found.width, found.height)
    yield expect(size == tile.matrix.pixels, reply.at(f"{where} size"), expected=tile.matrix.pixels, observed=size)
    yield expect(found.whole, reply.at(f"{where} picture"), expected="whole", observed="cut off or damaged")


def _plain(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _root(reply: Reply) -> str:
    """The name of a document's root element, where an exception came instead of a tile."""
    try:
        return xml.local(root_of(reply).tag)
    except SzxcError:
        return "-"

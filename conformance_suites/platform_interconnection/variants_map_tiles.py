"""Legal variants of the WMTS: sets of tile matrices that nobody here can reckon with, styles without a name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_szxc import reference as demo

from .reference import part
from .reference_map_image import png
from .reference_map_tiles import NOT_FOUND, exception

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call, Platform

VARIANTS = demo.Variants()
TOPIC = "map"
CAPABILITIES, TILE = "wmts_capabilities", "wmts_tile"
ONLY = ("3", "5")
"""Row and column of the one tile of the zone's set that shows anything: a cache holds no others."""
_ZONE = (
    "<TileMatrixSet><ows:Identifier>z</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::4527</ows:SupportedCRS>"
    "<TileMatrix><ows:Identifier>0</ows:Identifier><ScaleDenominator>4000000</ScaleDenominator>"
    "<TopLeftCorner>10002100.0 37000000.0</TopLeftCorner><TileWidth>256</TileWidth><TileHeight>256</TileHeight>"
    "<MatrixWidth>64</MatrixWidth><MatrixHeight>64</MatrixHeight></TileMatrix></TileMatrixSet>"
)


def _rewritten(platform: Platform, *pairs: tuple[str, str]) -> None:
    def altered(answer: Answer) -> Answer:
        document = (answer.document or b"").decode()
        for old, new in pairs:
            document = document.replace(old, new)
        return replace(answer, document=document.encode())

    platform.alter(CAPABILITIES, altered)


@VARIANTS.add("map-style-unnamed", "缺省样式的标识为空", "the identifier of the default style is empty")
def _style_unnamed(platform: Platform) -> None:
    _rewritten(platform, ("<ows:Identifier>default</ows:Identifier>", "<ows:Identifier/>"))


@VARIANTS.add("map-zone-first", "先列三度带瓦片，只存有数据的瓦片", "a zone of 3° comes first, with no empty tiles")
def _zone_first(platform: Platform) -> None:
    link = "<TileMatrixSetLink><TileMatrixSet>z</TileMatrixSet></TileMatrixSetLink>"
    own = f"<TileMatrixSetLink><TileMatrixSet>{part(platform, TOPIC).tiles.set}<"
    _rewritten(platform, (own, f"{link}{own}"), ("<TileMatrixSet><ows:", f"{_ZONE}<TileMatrixSet><ows:"))

    def cached(handler: demo.Handler) -> demo.Handler:
        def answer(call: Call) -> Answer:
            asked = {name.lower(): value for name, value in call.args.items()}
            if asked.get("tilematrixset") != "z":
                return handler(call)
            if (asked["tilerow"], asked["tilecol"]) != ONLY:
                return exception("TileOutOfRange", NOT_FOUND)
            return demo.Answer(document=png((0.0, 0.0, 1.0, 1.0), ()), content_type="image/png")

        return answer

    platform.rewire(TILE, cached)

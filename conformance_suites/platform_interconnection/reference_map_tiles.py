"""The reference node's WMTS and WMS: what their capabilities say, and its tiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr  # writes only

from pytest_szxc import reference as demo

from .reference_map_data import box_of
from .reference_map_image import SIDE, png

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_szxc.reference import Answer, Call

    from .reference_map_data import Box, MapLayer

URN = "urn:ogc:def:crs:EPSG::4490"
WHOLE = 279541132.0143589
"""Scale denominator of a tile of 180° with 256 pixels, by the pixel of 0.28 mm."""
LEVELS = (1, 8, 12, 15)
XML = "application/xml"
PNG = "image/png"
BAD, NOT_FOUND = 400, 404


@dataclass(frozen=True, slots=True)
class Level:
    """One tile matrix: how wide a tile is in degrees, and how many there are."""

    number: int

    @property
    def id(self) -> str:
        """Its name."""
        return str(self.number)

    @property
    def span(self) -> float:
        """Degrees of a tile's side."""
        return 180.0 / float(2 ** (self.number - 1))

    def tile(self, row: int, column: int) -> Box:
        """The extent of a tile."""
        west, north = -180.0 + column * self.span, 90.0 - row * self.span
        return west, north - self.span, west + self.span, north

    def limits(self, box: Box) -> tuple[int, int, int, int]:
        """First and last row, first and last column of the tiles that show a box."""
        rows = (int((90.0 - north) / self.span) for north in (box[3], box[1]))
        columns = (int((180.0 + east) / self.span) for east in (box[0], box[2]))
        return (*rows, *columns)  # type: ignore[return-value] # two and two


class Tiles:
    """What WMTS and WMS say; a faulty node says one thing otherwise.

    Attributes:
        crs: what the tile matrix set declares.
        corner: its upper left corner, in the order of the axes of the CRS.
        formats: media types of tiles, each with what draws one.
    """

    def __init__(self, layers: Mapping[str, MapLayer]) -> None:
        self.layers = layers
        self.set = "CGCS2000"
        self.crs = URN
        self.corner = "90.0 -180.0"
        self.formats = {PNG: self.drawn}
        self.wms_crs = ("EPSG:4490", "CRS:84")
        self.resource_url = ""

    # -- WMTS ---------------------------------------------------------------------------------------------------------

    def wmts_capabilities(self, call: Call) -> Answer:
        """The capabilities of the WMTS."""
        return demo.Answer(document=self.wmts(call.url.partition("?")[0]).encode(), content_type=XML)

    def wmts(self, address: str) -> str:
        """The document; ``address`` is where it was asked for."""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"'
            ' xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">'
            "<ows:ServiceIdentification><ows:Title>云禾县地图</ows:Title><ows:ServiceType>OGC WMTS</ows:ServiceType>"
            "<ows:ServiceTypeVersion>1.0.0</ows:ServiceTypeVersion></ows:ServiceIdentification>"
            f"{self.wmts_operations(address)}<Contents>{self.wmts_layers()}{self.matrix_sets()}</Contents></Capabilities>"
        )

    def wmts_operations(self, address: str) -> str:
        """Where the operations answer."""
        named = (("GetCapabilities", address), ("GetTile", f"{address}/tile"))
        return f"<ows:OperationsMetadata>{''.join(_kvp(*one) for one in named)}</ows:OperationsMetadata>"

    def wmts_layers(self) -> str:
        """All layers."""
        return "".join(self.wmts_layer(layer) for layer in self.layers.values())

    def wmts_layer(self, layer: MapLayer) -> str:
        """One layer, with the set and the limits in which it has tiles."""
        west, south, east, north = layer.box
        formats = "".join(f"<Format>{escape(name)}</Format>" for name in self.formats)
        return (
            f"<Layer><ows:Title>{layer.title}</ows:Title>"
            f"<ows:WGS84BoundingBox><ows:LowerCorner>{west} {south}</ows:LowerCorner>"
            f"<ows:UpperCorner>{east} {north}</ows:UpperCorner></ows:WGS84BoundingBox>"
            f"<ows:Identifier>{layer.id}</ows:Identifier>"
            '<Style isDefault="true"><ows:Identifier>default</ows:Identifier></Style>'
            f"{formats}<TileMatrixSetLink><TileMatrixSet>{self.set}</TileMatrixSet>{self.limits(layer)}"
            f"</TileMatrixSetLink>{self.resource_url.replace('LAYER', layer.id)}</Layer>"
        )

    def limits(self, layer: MapLayer) -> str:
        """Where a layer has tiles."""
        names = ("MinTileRow", "MaxTileRow", "MinTileCol", "MaxTileCol")
        rows = (
            f"<TileMatrixLimits><TileMatrix>{level.id}</TileMatrix>"
            + "".join(f"<{name}>{at}</{name}>" for name, at in zip(names, level.limits(layer.box), strict=True))
            + "</TileMatrixLimits>"
            for level in map(Level, LEVELS)
        )
        return f"<TileMatrixSetLimits>{''.join(rows)}</TileMatrixSetLimits>"

    def matrix_sets(self) -> str:
        """The one set of tile matrices."""
        matrices = "".join(
            f"<TileMatrix><ows:Identifier>{level.id}</ows:Identifier>"
            f"<ScaleDenominator>{WHOLE / 2 ** (level.number - 1):.10f}</ScaleDenominator>"
            f"<TopLeftCorner>{self.corner}</TopLeftCorner><TileWidth>{SIDE}</TileWidth><TileHeight>{SIDE}</TileHeight>"
            f"<MatrixWidth>{2**level.number}</MatrixWidth><MatrixHeight>{2 ** (level.number - 1)}</MatrixHeight>"
            "</TileMatrix>"
            for level in map(Level, LEVELS)
        )
        head = f"<ows:Identifier>{self.set}</ows:Identifier><ows:SupportedCRS>{self.crs}</ows:SupportedCRS>"
        return f"<TileMatrixSet>{head}{matrices}</TileMatrixSet>"

    def wmts_tile(self, call: Call) -> Answer:
        """One tile, asked for by names and numbers in the query."""
        asked = {name.lower(): value for name, value in {**call.args, **call.params}.items()}
        layer = self.layers.get(asked.get("layer", ""))
        draw = self.formats.get(asked.get("format", ""))
        level = asked.get("tilematrix", "")
        if layer is None or draw is None or asked.get("tilematrixset") != self.set or level not in map(str, LEVELS):
            return exception("InvalidParameterValue")
        row, column = asked.get("tilerow", ""), asked.get("tilecol", "")
        if not (row.isdecimal() and column.isdecimal() and _inside(layer, Level(int(level)), int(row), int(column))):
            return exception("TileOutOfRange")
        body = draw(layer, Level(int(level)).tile(int(row), int(column)))
        return demo.Answer(document=body, content_type=asked["format"])

    def drawn(self, layer: MapLayer, tile: Box) -> bytes:
        """A tile as PNG."""
        return png(tile, map(box_of, layer.features))

    # -- WMS ----------------------------------------------------------------------------------------------------------

    def wms_capabilities(self, call: Call) -> Answer:
        """The capabilities of the WMS."""
        return demo.Answer(document=self.wms(call.url.partition("?")[0]).encode(), content_type="text/xml")

    def wms(self, address: str) -> str:
        """The document; ``address`` is where it was asked for."""
        place = f"<OnlineResource xlink:type='simple' xlink:href={quoteattr(address + '?')}/>"
        get = f"<DCPType><HTTP><Get>{place}</Get></HTTP></DCPType>"
        crs = "".join(f"<CRS>{name}</CRS>" for name in self.wms_crs)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<WMS_Capabilities xmlns="http://www.opengis.net/wms" xmlns:xlink="http://www.w3.org/1999/xlink"'
            ' version="1.3.0">'
            f"<Service><Name>WMS</Name><Title>云禾县地图</Title>{place}</Service>"
            f"<Capability><Request><GetCapabilities><Format>text/xml</Format>{get}</GetCapabilities>"
            f"<GetMap><Format>image/png</Format>{get}</GetMap></Request>"
            "<Exception><Format>XML</Format></Exception>"
            f"<Layer><Title>云禾县</Title>{crs}{self.wms_layers()}</Layer></Capability></WMS_Capabilities>"
        )

    def wms_layers(self) -> str:
        """All layers; each says its extent in both orders."""
        return "".join(
            f"<Layer><Name>{layer.id}</Name><Title>{layer.title}</Title><EX_GeographicBoundingBox>"
            f"<westBoundLongitude>{layer.box[0]}</westBoundLongitude><eastBoundLongitude>{layer.box[2]}</eastBoundLongitude>"
            f"<southBoundLatitude>{layer.box[1]}</southBoundLatitude><northBoundLatitude>{layer.box[3]}</northBoundLatitude>"
            f"</EX_GeographicBoundingBox>{self.wms_box(layer)}</Layer>"
            for layer in self.layers.values()
        )

    def wms_box(self, layer: MapLayer) -> str:
        """The extent in EPSG:4490: latitude first."""
        west, south, east, north = layer.box
        return f'<BoundingBox CRS="EPSG:4490" minx="{south}" miny="{west}" maxx="{north}" maxy="{east}"/>'


def exception(code: str, status: int = BAD) -> Answer:
    """A refusal of a WMTS."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><ExceptionReport xmlns="http://www.opengis.net/ows/1.1" version="1.1.0">'
        f'<Exception exceptionCode="{code}"/></ExceptionReport>'
    )
    return demo.Answer(document=text.encode(), status=status, content_type=XML)


def _kvp(name: str, address: str) -> str:
    kvp = "<ows:AllowedValues><ows:Value>KVP</ows:Value></ows:AllowedValues>"
    allowed = f'<ows:Constraint name="GetEncoding">{kvp}</ows:Constraint>'
    get = f"<ows:Get xlink:href={quoteattr(address + '?')}>{allowed}</ows:Get>"
    return f'<ows:Operation name="{name}"><ows:DCP><ows:HTTP>{get}</ows:HTTP></ows:DCP></ows:Operation>'


def _inside(layer: MapLayer, level: Level, row: int, column: int) -> bool:
    top, bottom, left, right = level.limits(layer.box)
    return top <= row <= bottom and left <= column <= right

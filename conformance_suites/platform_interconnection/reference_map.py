"""The reference node's map services: OGC API - Features, WMTS, WMS, and a layer that not everybody may see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pytest_szxc import reference as demo

from .reference_map_data import box_of, layers, swapped
from .reference_map_image import png
from .reference_map_tiles import Tiles

if TYPE_CHECKING:
    from pytest_szxc.reference import Answer, Call

    from .reference import Node
    from .reference_map_data import Box, Feature, MapLayer

Row = dict[str, Any]
TOPIC = "map"
BASE = "/v1/map"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS4490 = "http://www.opengis.net/def/crs/EPSG/0/4490"
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
KNOWN = frozenset({"bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "f"})
SIZE, MOST = 10, 100
SENSITIVE = 5
"""Clearance that the layer of restricted precision asks for."""
BEGIN, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def mount(node: Node) -> None:
    """Serve the maps."""
    maps = node.parts[TOPIC] = Maps(layers(node.platform.seed, node.platform.now))
    node.serve("GET", BASE, "map_landing", maps.landing)
    node.serve("GET", f"{BASE}/conformance", "map_conformance", maps.conformance)
    node.serve("GET", f"{BASE}/collections", "map_collections", maps.collections)
    node.serve("GET", f"{BASE}/collections/{{collectionId}}/items", "map_features", maps.items)
    node.serve("GET", f"{BASE}/wmts", "wmts_capabilities", maps.tiles.wmts_capabilities)
    node.serve("GET", f"{BASE}/wmts/tile", "wmts_tile", maps.tiles.wmts_tile)
    node.serve("GET", f"{BASE}/wms", "wms_capabilities", maps.tiles.wms_capabilities)
    node.serve("GET", f"{BASE}/restricted/{{layer}}", "restricted_layer", maps.restricted)


class Maps:
    """What the services say; a faulty node says one thing otherwise."""

    def __init__(self, known: dict[str, MapLayer]) -> None:
        self.layers = known
        self.tiles = Tiles(known)
        self.conforms = CONFORMANCE
        self.crs = (CRS84, CRS4490)
        self.storage_crs: str | None = CRS4490

    # -- documents ----------------------------------------------------------------------------------------------------

    def landing(self, call: Call) -> Answer:
        """The landing page."""
        base = call.url.partition("?")[0]
        root = base.removesuffix(BASE)
        links = [
            link(base, "self"),
            link(f"{root}/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.0"),
            link(f"{base}/conformance", "conformance"),
            link(f"{base}/collections", "data"),
        ]
        return _json({"title": "云禾县地图服务", "description": "地块与机井", "links": links})

    def conformance(self, _: Call) -> Answer:
        """What it conforms to."""
        return _json({"conformsTo": list(self.conforms)})

    def collections(self, call: Call) -> Answer:
        """All collections."""
        base = call.url.partition("?")[0]
        rows = [self.collection(base, layer) for layer in self.layers.values()]
        return _json({"links": [link(base, "self")], "collections": rows})

    def collection(self, base: str, layer: MapLayer) -> Row:
        """One collection."""
        here = f"{base}/{layer.id}"
        extent = {
            "spatial": {"bbox": [list(layer.box)], "crs": CRS84},
            "temporal": {"interval": [layer.times], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"},
        }
        row = {
            "id": layer.id,
            "title": layer.title,
            "itemType": "feature",
            "extent": extent,
            "links": [link(here, "self"), link(f"{here}/items", "items", "application/geo+json")],
            "crs": list(self.crs),
        }
        return row if self.storage_crs is None else row | {"storageCrs": self.storage_crs}

    # -- features -----------------------------------------------------------------------------------------------------

    def items(self, call: Call) -> Answer:
        """One page of features."""
        layer = self.layers.get(call.params["collectionId"])
        if layer is None:
            raise demo.no_resource()
        self.know(call)
        found = self.selected(layer, call)
        start, size = self.window(call)
        shown = found[start : start + size]
        crs = self.crs_of(call, "crs")
        page = {
            "type": "FeatureCollection",
            "features": [self.turned(feature, crs) for feature in shown],
            "numberMatched": len(found),
            "numberReturned": len(shown),
            "timeStamp": "2026-01-01T00:00:00Z",
            "links": self.page_links(call, start + size, start + size < len(found)),
        }
        answer = demo.Answer(document=demo.compact(page), content_type="application/geo+json")
        return answer.with_headers(Content_Crs=f"<{crs}>")

    def know(self, call: Call) -> None:
        """Refuse parameters that the description does not name."""
        unknown = call.args.keys() - KNOWN
        if unknown:
            raise demo.bad_parameter(min(unknown))

    def selected(self, layer: MapLayer, call: Call) -> list[Feature]:
        """The features of place and time."""
        box, span = self.box(call), self.interval(call)
        here = [feature for feature in layer.features if box is None or self.in_box(feature, box)]
        return [feature for feature in here if span is None or self.in_time(feature["properties"][layer.time], span)]

    def window(self, call: Call) -> tuple[int, int]:
        """Where a page begins, and how many features it may have."""
        size, start = call.args.get("limit", str(SIZE)), call.args.get("offset", "0")
        if not (size.isdecimal() and start.isdecimal() and int(size) > 0):
            raise demo.bad_parameter("limit")
        return int(start), min(int(size), MOST)

    def box(self, call: Call) -> Box | None:
        """The box that is asked for, longitude first."""
        if "bbox" not in call.args:
            return None
        try:
            west, south, east, north = (float(part) for part in call.args["bbox"].split(","))
        except ValueError:
            raise demo.bad_parameter("bbox") from None
        if self.crs_of(call, "bbox-crs") == CRS4490:
            west, south, east, north = south, west, north, east
        return west, south, east, north

    def in_box(self, feature: Feature, box: Box) -> bool:
        """Whether a feature is in a box, or touches it."""
        own = box_of(feature)
        return own[0] <= box[2] and own[2] >= box[0] and own[1] <= box[3] and own[3] >= box[1]

    def interval(self, call: Call) -> tuple[datetime, datetime] | None:
        """The interval that is asked for; ``..`` leaves an end open."""
        if "datetime" not in call.args:
            return None
        first, mark, last = call.args["datetime"].partition("/")
        try:
            begin = BEGIN if mark and first in ("", "..") else _instant(first)
            end = (END if last in ("", "..") else _instant(last)) if mark else begin
        except ValueError:
            raise demo.bad_parameter("datetime") from None
        return begin, end

    def in_time(self, written: str, span: tuple[datetime, datetime]) -> bool:
        """Whether a time, or some of a day, lies in an interval."""
        begin = _instant(written)
        end = begin if "T" in written else begin + timedelta(days=1, seconds=-1)
        return begin <= span[1] and end >= span[0]

    def crs_of(self, call: Call, name: str) -> str:
        """The CRS that a parameter names."""
        crs = call.args.get(name, CRS84)
        if crs not in self.crs:
            raise demo.bad_parameter(name)
        return crs

    def turned(self, feature: Feature, crs: str) -> Feature:
        """The feature with its axes in the order of a CRS."""
        return swapped(feature) if crs == CRS4490 else feature

    def page_links(self, call: Call, start: int, more: bool) -> list[Row]:  # noqa: FBT001 -- handed on by place
        """The page itself and the one after it."""
        base = call.url.partition("?")[0]
        links = [link(call.url, "self", "application/geo+json")]
        if more:
            links.append(link(f"{base}?{urlencode({**call.args, 'offset': start})}", "next", "application/geo+json"))
        return links

    # -- restricted ---------------------------------------------------------------------------------------------------

    def restricted(self, call: Call) -> Answer:
        """A layer of a precision that is not for everybody."""
        self.admit(call)
        layer = self.layers["parcels"]
        return demo.Answer(document=png(layer.box, map(box_of, layer.features)), content_type="image/png")

    def admit(self, call: Call) -> None:
        """Refuse who may not see it."""
        if call.account.clearance < SENSITIVE:
            raise demo.not_permitted()


def link(href: str, rel: str, kind: str = "application/json") -> Row:
    """A link."""
    return {"href": href, "rel": rel, "type": kind}


def _json(document: Row) -> Answer:
    return demo.Answer(document=demo.compact(document), content_type="application/json")


def _instant(written: str) -> datetime:
    """An instant; a day begins at midnight in China."""
    return datetime.fromisoformat(written.replace("Z", "+00:00") if "T" in written else f"{written}T00:00:00+08:00")

"""Legal variants of the map services."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import SUITE, part
from .reference_map import CRS84
from .reference_map_data import box_of
from .reference_map_image import jpeg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from pytest_szxc.reference import Answer, Call, Platform


Row = dict[str, Any]
VARIANTS = demo.Variants()
TOPIC = "map"
FEATURES, COLLECTIONS, RESTRICTED = "map_features", "map_collections", "restricted_layer"
OGC_API = ("map_landing", "map_conformance", COLLECTIONS, FEATURES)
WMTS = ("wmts_capabilities", "wmts_tile")
WMS = ("wms_capabilities",)
URI = "http://www.opengis.net/def/crs/EPSG/0/"
TEMPLATE = "/v1/map/tiles/{layer}/{style}/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol}.png"
_REST = re.compile(r"/v1/map/tiles/([^/]+)/([^/]+)/([^/]+)/([^/]+)/([^/]+)/([^/]+)\.png")
_TILES = ("layer", "style", "tileMatrixSet", "tileMatrix", "tileRow", "tileCol")


def _maps(platform: Platform) -> Any:  # noqa: ANN401 -- whose methods and values a change may replace
    return part(platform, TOPIC)


def _document(name: str, words: tuple[str, str], operation: str, change: Callable[[Any], object]) -> None:
    """A variant that says something in a JSON document otherwise."""

    def altered(answer: Answer) -> Answer:
        document = json.loads(answer.document or b"null")
        change(document)
        return replace(answer, document=demo.compact(document))

    VARIANTS.add(name, *words)(lambda platform: platform.alter(operation, altered))


def _text(name: str, words: tuple[str, str], operation: str, *pairs: tuple[str, str]) -> None:
    """A variant that writes some things of an XML document otherwise."""

    def altered(answer: Answer) -> Answer:
        document = (answer.document or b"").decode()
        for old, new in pairs:
            document = document.replace(old, new)
        return replace(answer, document=document.encode())

    VARIANTS.add(name, *words)(lambda platform: platform.alter(operation, altered))


# --- fewer interfaces -------------------------------------------------------------------------------------------------


def _only(name: str, words: tuple[str, str], absent: Iterable[str], *without: str) -> None:
    operations = tuple(absent)

    def apply(platform: Platform) -> None:
        for operation in operations:
            platform.refuse(operation, demo.no_resource())

    VARIANTS.add(name, *words, demo.rebind.without(SUITE, *without))(apply)


_only("map-only-wms", ("只有 WMS", "a WMS alone"), (*OGC_API, *WMTS), "ogc-api", "wmts")
_only("map-only-wmts", ("只有 WMTS", "a WMTS alone"), (*OGC_API, *WMS), "ogc-api", "wms")
_only("map-only-ogc-api", ("只有 OGC API", "an OGC API alone"), (*WMS, *WMTS), "wmts", "wms")
_only("map-nothing-restricted", ("没有涉密图层", "no layer is restricted"), (RESTRICTED,), "restricted-layers")


@VARIANTS.add("map-open", "地图服务无需凭证", "the map services need no credentials")
def _open(platform: Platform) -> None:
    for operation in (*OGC_API, *WMTS, *WMS):
        platform.routes[operation].guarded = False


# --- WMTS -------------------------------------------------------------------------------------------------------------


def _by_template(statement: demo.Statement) -> demo.Statement:
    key = (SUITE, "wmts_tile")
    bound = replace(statement.operations[key], path=TEMPLATE, query={})
    return replace(statement, operations={**statement.operations, key: bound})


@VARIANTS.add("map-restful-tiles", "瓦片以 REST 模板获取", "tiles are had by a template", _by_template)
def _restful(platform: Platform) -> None:
    tiles = _maps(platform).tiles
    names = {"layer": "LAYER", "style": "{Style}", "tileMatrixSet": "{TileMatrixSet}", "tileMatrix": "{TileMatrix}"}
    names |= {"tileRow": "{TileRow}", "tileCol": "{TileCol}"}
    address = TEMPLATE.format(**names)
    tiles.resource_url = f'<ResourceURL format="image/png" resourceType="tile" template="{address}"/>'
    tiles.wmts_operations = lambda _: ""
    platform.wrap(_rest)


def _rest(app: WSGIApplication) -> WSGIApplication:
    def routed(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        found = _REST.fullmatch(environ["PATH_INFO"])
        if found:
            query = "&".join(f"{name}={value}" for name, value in zip(_TILES, found.groups(), strict=True))
            environ = environ | {"PATH_INFO": "/v1/map/wmts/tile", "QUERY_STRING": f"{query}&format=image/png"}
        return app(environ, start_response)

    return routed


@VARIANTS.add("map-jpeg-tiles", "瓦片为 JPEG", "tiles are JPEG")
def _jpeg_tiles(platform: Platform) -> None:
    _maps(platform).tiles.formats = {"image/jpeg": lambda *_: jpeg()}


@VARIANTS.add("map-tiles-without-limits", "无瓦片行列范围", "no limits of tiles")
def _without_limits(platform: Platform) -> None:
    _maps(platform).tiles.limits = lambda _: ""


@VARIANTS.add("map-crs-short", "坐标系写作 EPSG:4490，经度在前", "EPSG:4490 in short, longitude first")
def _short(platform: Platform) -> None:
    tiles = _maps(platform).tiles
    tiles.crs, tiles.corner = "EPSG:4490", "-180 90"


@VARIANTS.add("map-crs-uri", "坐标系写作 URI", "the CRS as a URI")
def _uri(platform: Platform) -> None:
    _maps(platform).tiles.crs = f"{URI}4490"


_MERCATOR = (
    "<TileMatrixSet><ows:Identifier>w</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>"
    "<TileMatrix><ows:Identifier>0</ows:Identifier><ScaleDenominator>559082264.0287178</ScaleDenominator>"
    "<TopLeftCorner>-20037508.34 20037508.34</TopLeftCorner><TileWidth>256</TileWidth><TileHeight>256</TileHeight>"
    "<MatrixWidth>1</MatrixWidth><MatrixHeight>1</MatrixHeight></TileMatrix></TileMatrixSet>"
)
_text(
    "map-mercator-too",
    ("另有网络墨卡托瓦片", "Web Mercator besides"),
    "wmts_capabilities",
    (
        "</TileMatrixSetLink>",
        "</TileMatrixSetLink><TileMatrixSetLink><TileMatrixSet>w</TileMatrixSet></TileMatrixSetLink>",
    ),
    ("</Contents>", f"{_MERCATOR}</Contents>"),
)
_text(
    "map-xml-prefixed",
    ("能力文件使用前缀，带字节序标记", "prefixed names, with a byte order mark"),
    "wmts_capabilities",
    ("<Capabilities xmlns=", "<w:Capabilities xmlns:w="),
    ("</Capabilities>", "</w:Capabilities>"),
    ("<Contents>", '<Contents xmlns="http://www.opengis.net/wmts/1.0">'),
    ("<?xml", "\ufeff<?xml"),
)
_text(
    "map-wms-1.1.1",
    ("WMS 1.1.1", "a WMS 1.1.1"),
    "wms_capabilities",
    ('<WMS_Capabilities xmlns="http://www.opengis.net/wms"', "<WMT_MS_Capabilities"),
    ("</WMS_Capabilities>", "</WMT_MS_Capabilities>"),
    ('version="1.3.0"', 'version="1.1.1"'),
    ("CRS>", "SRS>"),
    ("BoundingBox CRS=", "BoundingBox SRS="),
)

# --- OGC API ----------------------------------------------------------------------------------------------------------


def _other_links(document: Row) -> None:
    rel = {"service-desc": "service-doc", "data": "http://www.opengis.net/def/rel/ogc/1.0/data"}
    document["links"] = [
        one | {"rel": rel.get(one["rel"], one["rel"])} for one in document["links"] if one["rel"] != "self"
    ]


_document(
    "map-landing-otherwise", ("落地页链接的其他写法", "other links of the landing page"), "map_landing", _other_links
)
_document(
    "map-core-1.0.1",
    ("核心一致性类 1.0.1", "the core in edition 1.0.1"),
    "map_conformance",
    lambda document: document.update(conformsTo=[one.replace("/1.0/", "/1.0.1/") for one in document["conformsTo"]]),
)


def _with_coverage(document: Row) -> None:
    rel = "http://www.opengis.net/def/rel/ogc/1.0/coverage"
    document["collections"].insert(
        0, {"id": "dem", "links": [{"href": "/v1/map/collections/dem/coverage", "rel": rel}]}
    )


_document("map-coverage-beside", ("另有栅格集合", "a coverage among the collections"), COLLECTIONS, _with_coverage)


def _global_crs(document: Row) -> None:
    document["crs"] = document["collections"][0]["crs"]
    for row in document["collections"]:
        row["crs"] = ["#/crs"]


_document("map-crs-for-all", ("坐标系统一声明", "one list of CRS for all collections"), COLLECTIONS, _global_crs)


def _stored_in(crs: str) -> Callable[[Platform], None]:
    def apply(platform: Platform) -> None:
        _maps(platform).crs, _maps(platform).storage_crs = (CRS84,), crs

    return apply


VARIANTS.add("map-stored-in-zone", "按三度带存储", "stored in a zone of 3°")(_stored_in(f"{URI}4543"))
VARIANTS.add("map-stored-urn", "存储坐标系写作 URN", "the storage CRS as a URN")(
    _stored_in("urn:ogc:def:crs:EPSG:9.9:4490")
)


def _without_counts(page: Row) -> None:
    del page["numberMatched"], page["numberReturned"]


_document("map-without-counts", ("不报要素数", "no counts of features"), FEATURES, _without_counts)


def _without_ids(page: Row) -> None:
    for feature in page["features"]:
        del feature["id"]


_document("map-features-without-id", ("要素无标识", "features without ids"), FEATURES, _without_ids)


def _with_height(page: Row) -> None:
    for feature in page["features"]:
        if feature["geometry"]["type"] == "Point":
            feature["geometry"]["coordinates"].append(1703.5)


_document("map-points-with-height", ("点带高程", "points with a height"), FEATURES, _with_height)


def _one_without_geometry(page: Row) -> None:
    for feature in page["features"]:
        if feature["id"] in ("parcel-003", "well-005"):
            feature["geometry"] = None


_document("map-geometry-null", ("个别要素无几何", "features without a geometry"), FEATURES, _one_without_geometry)


@VARIANTS.add("map-unknown-parameter-ignored", "忽略未知参数", "unknown parameters are passed over")
def _unknown_ignored(platform: Platform) -> None:
    _maps(platform).know = lambda _: None


@VARIANTS.add("map-small-pages", "每页至多七个要素", "seven features on a page at most")
def _small_pages(platform: Platform) -> None:
    maps = _maps(platform)
    right = maps.window

    def window(call: Call) -> tuple[int, int]:
        start, size = right(call)
        return start, min(size, 7)

    maps.window = window


def _without_time(document: Row) -> None:
    for row in document["collections"]:
        del row["extent"]["temporal"]


@VARIANTS.add("map-without-time", "要素无时间，忽略 datetime", "features without a time, datetime is passed over")
def _no_time(platform: Platform) -> None:
    _maps(platform).in_time = lambda *_: True

    def altered(answer: Answer) -> Answer:
        document = json.loads(answer.document or b"null")
        _without_time(document)
        return replace(answer, document=demo.compact(document))

    platform.alter(COLLECTIONS, altered)


def _hide_times(page: Row) -> None:
    for number, feature in enumerate(page["features"]):
        properties = feature["properties"]
        properties.pop("surveyedAt", None)
        properties["exportedAt"] = f"2026-01-{1 + (number * 7) % 28:02d}T00:00:00Z"
        properties.pop("builtOn", None)


_document("map-time-not-shown", ("按未输出的时间过滤", "a time that features do not show"), FEATURES, _hide_times)


@VARIANTS.add("map-bbox-by-geometry", "框按几何真实相交判断", "a box by true intersection")
def _true_intersection(platform: Platform) -> None:
    for feature in _maps(platform).layers["parcels"].features:
        west, south, east, north = box_of(feature)
        feature["geometry"] = {
            "type": "Polygon",
            "coordinates": [[[west, south], [east, south], [west, north], [west, south]]],
        }


# --- the restricted layer ---------------------------------------------------------------------------------------------


def _says_no(name: str, words: tuple[str, str], answer: Callable[[], Answer]) -> None:
    """A variant that refuses the restricted layer in another way."""

    def apply(platform: Platform) -> None:
        platform.routes[RESTRICTED].guarded = False

        def refusing(handler: demo.Handler) -> demo.Handler:
            return lambda call: handler(call) if call.account.name == "primary" else answer()

        platform.rewire(RESTRICTED, refusing)

    VARIANTS.add(name, *words)(apply)


def _concealed() -> Answer:
    raise demo.no_resource()


def _service_exception() -> Answer:
    text = b"<ServiceExceptionReport><ServiceException>not allowed</ServiceException></ServiceExceptionReport>"
    return demo.Answer(document=text, content_type="application/vnd.ogc.se_xml")


_says_no("map-restricted-concealed", ("对无权者称不存在", "to others it does not exist"), _concealed)
_says_no("map-restricted-exception", ("以 OGC 异常报告拒绝", "refused by an OGC exception"), _service_exception)

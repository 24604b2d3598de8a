"""Mutants of the map services: interfaces, WMTS, OGC API, coordinate systems."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_szxc import reference as demo

from .reference import part
from .reference_map_data import swapped
from .reference_map_image import jpeg, png
from .reference_map_tiles import XML, exception

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.reference import Answer, Platform


Row = dict[str, Any]
MUTANTS = demo.Mutants()
TOPIC = "map"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
INTERFACES = ("map_landing", "wmts_capabilities", "wms_capabilities")


def _maps(platform: Platform) -> Any:  # noqa: ANN401 -- whose methods and values a change may replace
    return part(platform, TOPIC)


def _document(platform: Platform, operation: str, change: Callable[[Any], object]) -> None:
    """Change an answer's JSON document in place."""

    def altered(answer: Answer) -> Answer:
        document = json.loads(answer.document or b"null")
        change(document)
        return replace(answer, document=demo.compact(document))

    platform.alter(operation, altered)


def _changes(name: str, words: tuple[str, str], operation: str, change: Callable[[Any], object]) -> None:
    MUTANTS.add(name, *words)(lambda platform: _document(platform, operation, change))


def _replaces(name: str, words: tuple[str, str], operation: str, old: str, new: str) -> None:
    """A mutant that writes one thing of an XML document otherwise, everywhere."""

    def apply(platform: Platform) -> None:
        platform.alter(
            operation,
            lambda answer: replace(answer, document=(answer.document or b"").replace(old.encode(), new.encode())),
        )

    MUTANTS.add(name, *words)(apply)


def _tile(name: str, words: tuple[str, str], change: Callable[[Answer], Answer]) -> None:
    MUTANTS.add(name, *words)(lambda platform: platform.alter("wmts_tile", change))


# --- IC-065 -----------------------------------------------------------------------------------------------------------


@MUTANTS.add("map-no-interface", "三种地图接口都不存在", "none of the map interfaces is there")
def _no_interface(platform: Platform) -> None:
    for operation in INTERFACES:
        platform.refuse(operation, demo.no_resource())


@MUTANTS.add(
    "map-interfaces-of-another-kind", "地图接口返回的不是地图服务", "the map interfaces describe no map service"
)
def _another_kind(platform: Platform) -> None:
    platform.alter("map_landing", lambda _: demo.Answer(document=b'{"status":"ok"}', content_type="application/json"))
    for operation in INTERFACES[1:]:
        platform.alter(operation, lambda _: exception("OperationNotSupported", status=200))


# --- IC-066 -----------------------------------------------------------------------------------------------------------

_replaces(
    "map-wmts-layer-without-set",
    ("图层未链接瓦片矩阵集", "a layer that links to no tile matrix set"),
    "wmts_capabilities",
    "TileMatrixSetLink>",
    "TileMatrixSetLinks>",
)
_replaces(
    "map-wmts-set-unknown",
    ("图层链接的瓦片矩阵集不存在", "a layer that links to a set that is not there"),
    "wmts_capabilities",
    "<TileMatrixSetLink><TileMatrixSet>CGCS2000",
    "<TileMatrixSetLink><TileMatrixSet>c",
)
_replaces(
    "map-wmts-matrix-without-corner",
    ("瓦片矩阵缺左上角", "tile matrices without their corner"),
    "wmts_capabilities",
    "TopLeftCorner>",
    "TopLeft>",
)
_replaces(
    "map-wmts-tiles-nowhere",
    ("未说明如何取瓦片", "nothing says how tiles are had"),
    "wmts_capabilities",
    'name="GetTile"',
    'name="GetFeatureInfo"',
)
_replaces(
    "map-wmts-another-namespace", ("命名空间有误", "another namespace"), "wmts_capabilities", "net/wmts/1.0", "net/wmts"
)
_replaces("map-wmts-broken-xml", ("能力文件不是完好的 XML", "broken XML"), "wmts_capabilities", "</Contents>", "")
_replaces(
    "map-wmts-external-entity",
    ("能力文件引用外部实体", "an external entity in the document"),
    "wmts_capabilities",
    "<Capabilities",
    '<!DOCTYPE Capabilities [<!ENTITY e SYSTEM "file:///etc/hostname">]><Capabilities',
)
_replaces(
    "map-wmts-size-misstated",
    ("声明的瓦片像素与实际不符", "tiles of another size than declared"),
    "wmts_capabilities",
    "TileWidth>256<",
    "TileWidth>512<",
)
_tile(
    "map-wmts-exception-as-success",
    ("以 200 返回异常报告", "an exception with status 200"),
    lambda _: exception("NoApplicableCode", status=200),
)
_tile("map-wmts-tile-empty", ("瓦片为空", "empty tiles"), lambda answer: replace(answer, document=b""))
_tile(
    "map-wmts-tile-cut-off",
    ("瓦片被截断", "tiles cut off"),
    lambda answer: replace(answer, document=(answer.document or b"")[:-20]),
)
_tile(
    "map-wmts-tile-of-another-kind",
    ("声明为 PNG，实为 JPEG", "called PNG, and a JPEG"),
    lambda answer: replace(answer, document=jpeg()),
)
_tile(
    "map-wmts-media-type-wrong",
    ("媒体类型与图像不符", "a media type that is not the picture's"),
    lambda answer: replace(answer, content_type="image/jpeg"),
)
_tile(
    "map-wmts-media-type-plain",
    ("媒体类型为 XML", "XML as media type"),
    lambda answer: replace(answer, content_type=XML),
)


@MUTANTS.add("map-wmts-tile-absent", "范围内的瓦片不存在", "tiles inside the limits are not there")
def _tile_absent(platform: Platform) -> None:
    platform.refuse("wmts_tile", demo.no_resource())


@MUTANTS.add("map-wmts-deep-tile-smaller", "深层级瓦片像素不符", "tiles of deep levels are smaller")
def _deep_tile_smaller(platform: Platform) -> None:
    tiles = _maps(platform).tiles
    tiles.formats["image/png"] = lambda _, tile: png(tile, (), 256 if tile[2] - tile[0] > 1 else 128)


# --- IC-067 -----------------------------------------------------------------------------------------------------------


def _without_rel(*rels: str) -> Callable[[Row], object]:
    def change(document: Row) -> None:
        document["links"] = [one for one in document["links"] if one["rel"] not in rels]

    return change


for rel, zh in (("service-desc", "接口描述"), ("conformance", "一致性声明"), ("data", "数据")):
    _changes(
        f"map-landing-without-{rel}",
        (f"落地页不指向{zh}", f"a landing page without {rel}"),
        "map_landing",
        _without_rel(rel),
    )
_changes(
    "map-landing-link-to-nowhere",
    ("落地页链接无地址", "a landing page whose links lead nowhere"),
    "map_landing",
    lambda document: [one.update(href="") for one in document["links"]],
)
_changes(
    "map-core-not-declared",
    ("未声明核心一致性类", "the core is not declared"),
    "map_conformance",
    lambda document: document.update(conformsTo=document["conformsTo"][1:]),
)
_changes(
    "map-core-of-another-standard",
    ("声明的是其他标准的核心类", "the core of another standard is declared"),
    "map_conformance",
    lambda document: document["conformsTo"].__setitem__(
        0, "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core"
    ),
)


def _last_collection(change: Callable[[Row], object]) -> Callable[[Row], object]:
    return lambda document: change(document["collections"][-1])


_changes(
    "map-collection-without-items",
    ("集合不指向要素", "a collection that does not lead to its items"),
    "map_collections",
    _last_collection(_without_rel("items")),
)
_changes(
    "map-collection-leads-elsewhere",
    ("集合指向另一集合的要素", "a collection that leads to another's items"),
    "map_collections",
    _last_collection(lambda row: row["links"][1].update(href=row["links"][1]["href"].replace("wells", "parcels"))),
)
_changes(
    "map-collection-without-id",
    ("集合无标识", "a collection without an id"),
    "map_collections",
    lambda document: document["collections"].append({**document["collections"][0], "id": ""}),
)
_changes(
    "map-collections-not-a-list",
    ("集合列表缺失", "no list of collections"),
    "map_collections",
    lambda document: document.update(collections=None),
)


@MUTANTS.add("map-conformance-absent", "无一致性声明", "no conformance declaration")
def _conformance_absent(platform: Platform) -> None:
    platform.refuse("map_conformance", demo.no_resource())


# --- IC-068 -----------------------------------------------------------------------------------------------------------


@MUTANTS.add("map-ogc-api-only-wgs84", "OGC API 只声明 CRS84", "the OGC API declares CRS84 alone")
def _only_wgs84(platform: Platform) -> None:
    _maps(platform).crs, _maps(platform).storage_crs = (CRS84,), CRS84


_changes(
    "map-one-collection-only-wgs84",
    ("一个集合只声明 WGS84", "one collection declares WGS 84 alone"),
    "map_collections",
    _last_collection(
        lambda row: row.update(
            crs=[CRS84, "http://www.opengis.net/def/crs/EPSG/0/4326"],
            storageCrs="http://www.opengis.net/def/crs/EPSG/0/4326",
        )
    ),
)
_replaces(
    "map-wmts-only-mercator",
    ("WMTS 声明为网络墨卡托", "a WMTS in Web Mercator"),
    "wmts_capabilities",
    "::4490",
    "::3857",
)
_replaces(
    "map-wmts-urn-without-version",
    ("WMTS 坐标系 URN 缺版本段", "a URN of the WMTS's CRS without the place of its version"),
    "wmts_capabilities",
    "EPSG::4490",
    "EPSG:4490",
)
_replaces(
    "map-wms-only-wgs84", ("WMS 只声明 WGS84", "a WMS in WGS 84 alone"), "wms_capabilities", "EPSG:4490", "EPSG:4326"
)
_replaces(
    "map-wms-shifted",
    ("WMS 还提供 BD-09", "a WMS that offers BD-09 too"),
    "wms_capabilities",
    "<CRS>CRS:84",
    "<CRS>BD09LL</CRS><CRS>CRS:84",
)


@MUTANTS.add("map-wmts-shifted", "WMTS 为 GCJ-02", "a WMTS in GCJ-02")
def _wmts_shifted(platform: Platform) -> None:
    _maps(platform).tiles.set = "GCJ02_c"


@MUTANTS.add("map-wmts-corner-swapped", "瓦片矩阵左上角经度在前", "corners of tile matrices with longitude first")
def _corner_swapped(platform: Platform) -> None:
    _maps(platform).tiles.corner = "-180.0 90.0"


@MUTANTS.add("map-wms-box-swapped", "WMS 范围经度在前", "an extent of the WMS with longitude first")
def _wms_box_swapped(platform: Platform) -> None:
    def box(layer: Any) -> str:  # noqa: ANN401 -- as the reference's own
        west, south, east, north = layer.box
        return f'<BoundingBox CRS="EPSG:4490" minx="{west}" miny="{south}" maxx="{east}" maxy="{north}"/>'

    _maps(platform).tiles.wms_box = box


@MUTANTS.add(
    "map-features-in-4490-unturned", "EPSG:4490 的应答仍为经度在前", "features in EPSG:4490 with longitude first"
)
def _unturned(platform: Platform) -> None:
    _maps(platform).turned = lambda feature, _: feature


@MUTANTS.add("map-features-latitude-first", "缺省要素纬度在前", "features are latitude first throughout")
def _latitude_first(platform: Platform) -> None:
    _maps(platform).turned = lambda feature, _: swapped(feature)


@MUTANTS.add("map-content-crs-missing", "应答未声明坐标系", "the answer does not say its CRS")
def _content_crs_missing(platform: Platform) -> None:
    platform.alter("map_features", lambda answer: answer.with_headers(Content_Crs=None))

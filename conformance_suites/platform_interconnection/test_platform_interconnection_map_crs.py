"""CGCS2000: each map interface declares it, and means the axes of the CRS that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_szxc import SzxcError, expect, requirement, xml

from .map_collections import feature_collections, features, is_of_features, key_of
from .map_crs import GEOGRAPHIC, epsg, is_cgcs2000, is_misspelt, is_shifted
from .map_geometry import Box, is_in_china, is_swapped, places
from .map_interfaces import NOT_THERE, attribute, capabilities, child, text
from .map_tiles import contents_of, exchanges_axes, numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from xml.etree.ElementTree import Element

    from pytest_szxc import Observation, Record, Reply, Sut

WANTED = "EPSG:4490, EPSG:4491–4554"
NAMES = 20
FEW = 5
"""Features whose coordinates are looked at."""
CLOSE = 1e-5
"""Degrees that a server's arithmetic may change: a metre."""


@requirement("IC-068")
def test_map_interfaces_declare_cgcs2000(sut: Sut) -> Iterator[Observation]:
    """Each interface that answers declares a CRS of CGCS2000, none that is shifted on purpose, and keeps its axes."""
    yield from _wmts(sut)
    yield from _wms(sut)
    yield from _ogc_api(sut)


def _declared(names: Iterable[str], reply: Reply, where: str) -> Iterator[Observation]:
    """One of the names is CGCS2000 and well written, none is GCJ-02 or BD-09."""
    seen = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    yield expect(any(map(is_cgcs2000, seen)), reply.at(where), expected=WANTED, observed=seen[:NAMES])
    for name in filter(is_misspelt, seen):
        yield expect(holds=False, at=reply.at(where), expected=f"urn:ogc:def:crs:EPSG::{epsg(name)}", observed=name)
    shifted = [name for name in seen if is_shifted(name)]
    yield expect(not shifted, reply.at(where), expected="no GCJ-02, no BD-09", observed=shifted)


# --- WMTS -------------------------------------------------------------------------------------------------------------


def _wmts(sut: Sut) -> Iterator[Observation]:
    found = capabilities(sut, "wmts_capabilities")
    if found is None or not found.is_wmts:
        return
    contents = contents_of(found.root)
    used = {name for layer in contents.layers for name in layer.links}
    sets = [one for name, one in contents.sets.items() if name in used] or list(contents.sets.values())
    names = [*(one.crs for one in sets), *(one.id for one in sets if is_shifted(one.id))]
    yield from _declared(names, found.reply, "SupportedCRS")
    for one in sets:
        if epsg(one.crs) == GEOGRAPHIC:
            at = found.reply.at(f"TileMatrixSet {one.id} TopLeftCorner")
            seen = one.matrices[0].corner if one.matrices else "-"
            yield expect(not exchanges_axes(one), at, expected=f"{one.crs}: latitude, longitude", observed=seen)


# --- WMS --------------------------------------------------------------------------------------------------------------


def _wms(sut: Sut) -> Iterator[Observation]:
    found = capabilities(sut, "wms_capabilities")
    if found is None or not found.is_wms:
        return
    names = [
        name
        for element in found.root.iter()
        if xml.local(element.tag) in ("CRS", "SRS")
        for name in (element.text or "").split()
    ]
    yield from _declared(names, found.reply, "CRS")
    if attribute(found.root, "version").startswith("1.3"):
        yield from _boxes(found.root, found.reply)


def _boxes(root: Element, reply: Reply) -> Iterator[Observation]:
    """Since 1.3.0 a BoundingBox has the axes of its CRS; the geographic extent beside it shows which they are."""
    for layer in (element for element in root.iter() if xml.local(element.tag) == "Layer"):
        for box in (one for one in layer if xml.local(one.tag) == "BoundingBox"):
            own, real = _box(box), _geographic(layer)
            if epsg(attribute(box, "CRS")) == GEOGRAPHIC and own and real and not _same(real, real.swapped):
                at = reply.at(f"Layer {text(layer, 'Name')} BoundingBox")
                yield expect(not _same(own, real), at, expected="minx = south, miny = west", observed=tuple(own))


def _box(element: Element) -> Box | None:
    found = numbers(" ".join(attribute(element, name) for name in ("minx", "miny", "maxx", "maxy")), 4)
    return Box(*found) if found else None


def _geographic(layer: Element) -> Box | None:
    box = child(layer, "EX_GeographicBoundingBox")
    names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
    found = numbers(" ".join(text(box, name) for name in names), 4) if box is not None else None
    return Box(*found) if found else None


def _same(one: Box, other: Box) -> bool:
    """Whether two extents are about the same: nearer than a tenth of their size, and a degree at least."""
    size = max(other.east - other.west, other.north - other.south)
    return all(abs(mine - theirs) <= max(1.0, size / 10) for mine, theirs in zip(one, other, strict=True))


# --- OGC API ----------------------------------------------------------------------------------------------------------


def _ogc_api(sut: Sut) -> Iterator[Observation]:
    try:
        collections = list(feature_collections(sut))
        document = sut.ask("map_collections") if collections else None
    except SzxcError as reason:
        if reason.code in NOT_THERE:
            return
        raise
    if document is not None:
        for collection in document.record.children("collections"):
            if is_of_features(collection) and collection.has("extent.spatial"):
                where = f"collections {collection.text('id')} crs"
                yield from _declared(_crs(collection, document.record), document, where)
        for collection in collections:
            yield from _axes(sut, collection, _crs(collection, document.record))


def _crs(collection: Record, document: Record) -> list[str]:
    """What a collection can be had in, and is stored in; ``#/crs`` points to the list of all collections."""
    own = [name for one in collection.texts("crs") for name in (document.texts("crs") if one == "#/crs" else (one,))]
    return [*own, collection.text("storageCrs") or ""]


def _axes(sut: Sut, collection: Record, crs: list[str]) -> Iterator[Observation]:
    """Features are longitude, latitude; in EPSG:4490, where that can be asked for, the other way round."""
    plain = features(sut, collection, size=FEW, pages=1)
    positions = [place for feature in plain.records for place in places(feature)[:1]]
    for place in positions[:1]:
        if is_in_china(place) or is_swapped(place):
            at = plain.records[0].at("geometry")
            yield expect(is_in_china(place), at, expected="longitude, latitude (CRS84)", observed=place)
    uri = next((name for name in crs[:-1] if epsg(name) == GEOGRAPHIC and name.startswith("http")), None)
    if uri is None or not positions:
        return
    turned = features(sut, collection, size=FEW, pages=1, crs=uri)
    header = turned.reply.response.header("content-crs") or "absent"
    yield expect(header.strip() == f"<{uri}>", turned.reply.at("Content-Crs"), expected=f"<{uri}>", observed=header)
    known = {key_of(feature): places(feature)[:1] for feature in plain.records}
    for feature in turned.records:
        for before, after in zip(known.get(key_of(feature), []), places(feature)[:1], strict=False):
            good = abs(before[0] - after[1]) < CLOSE and abs(before[1] - after[0]) < CLOSE
            yield expect(good, feature.at("geometry"), expected=f"{before[1]}, {before[0]}", observed=after)

"""Map services: hostile documents and tiles, and verdicts that must not be given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from ic_judging import SUITE, judged, part

from pytest_szxc.model import Status
from pytest_szxc.reference import Answer, ApiError, compact, rebind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from pytest_szxc.reference import Platform

HUGE = 2 * 1024**3
PIECE = 64 * 1024
LIMIT = 8 * 1024 * 1024
CAPABILITIES, TILE, FEATURES = "wmts_capabilities", "wmts_tile", "map_features"


class HugeTile:
    """A tile of 2 GiB, sent piece by piece; counts what was taken of it."""

    def __init__(self, *, length: bool) -> None:
        self.length = length
        self.sent = 0

    def __call__(self, app: WSGIApplication) -> WSGIApplication:
        def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if not environ["PATH_INFO"].endswith("/wmts/tile"):
                return app(environ, start_response)
            headers = [("Content-Type", "image/png")]
            start_response("200 OK", headers + [("Content-Length", str(HUGE))] * self.length)
            return self._pieces()

        return wrapped

    def _pieces(self) -> Iterator[bytes]:
        start = b"\x89PNG\r\n\x1a\n"
        yield start + bytes(PIECE - len(start))
        while self.sent < HUGE:
            self.sent += PIECE
            yield bytes(PIECE)


@pytest.mark.parametrize("length", [True, False])
def test_a_tile_of_2_gib_is_not_read_to_its_end(length: bool) -> None:
    tile = HugeTile(length=length)
    verdict = judged("IC-066", lambda platform: platform.wrap(tile))
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.cause is not None
    assert verdict.cause.code == "transport.body-too-large"
    assert tile.sent <= 2 * LIMIT


def says(operation: str, document: bytes) -> Any:
    """Let an operation answer a document."""
    return lambda platform: platform.alter(operation, lambda _: Answer(document=document, content_type="text/xml"))


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]><Capabilities>&e;</Capabilities>',
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Capabilities>&b;</Capabilities>',
        b"<Capabilities>",
        b"",
        b"PNG",
    ],
)
def test_a_document_that_is_no_good_xml_is_a_finding(document: bytes) -> None:
    verdict = judged("IC-066", says(CAPABILITIES, document))
    assert (verdict.status, verdict.found) == (Status.WARN, 1)
    assert judged("IC-068", says(CAPABILITIES, document)).status is Status.INCONCLUSIVE
    assert judged("IC-065", says(CAPABILITIES, document)).status is Status.PASS


@pytest.mark.parametrize(
    "inside",
    [
        "<TileMatrixSet/><Layer/>",
        "<Layer><TileMatrixSetLink/></Layer><TileMatrixSet><TileMatrix/></TileMatrixSet>",
        "<TileMatrixSet><TileMatrix><TileWidth>99999999999</TileWidth></TileMatrix></TileMatrixSet>",
        "<TileMatrixSet><TileMatrix><ScaleDenominator>1e999</ScaleDenominator></TileMatrix></TileMatrixSet>",
        "<TileMatrixSet><TileMatrix><TopLeftCorner>a b c</TopLeftCorner></TileMatrix></TileMatrixSet>",
        "<Layer><WGS84BoundingBox><LowerCorner>nan nan</LowerCorner></WGS84BoundingBox></Layer>",
    ],
)
def test_junk_in_capabilities_is_a_finding_and_no_error_of_ours(inside: str) -> None:
    text = f'<Capabilities xmlns="http://www.opengis.net/wmts/1.0"><Contents>{inside}</Contents></Capabilities>'
    for requirement in ("IC-066", "IC-068"):
        assert judged(requirement, says(CAPABILITIES, text.encode())).status is Status.WARN


@pytest.mark.parametrize(
    "page",
    [
        b'{"features": []}',
        b'{"features": [{}]}',
        b'{"features": [{"geometry": {"coordinates": [[[[]]], "x", null, [true, 1], [1e308, -1e308]]}}]}',
        b'{"features": [{"id": [], "geometry": [], "properties": []}, {"properties": {"t": "2026-99-99"}}]}',
        b'{"features": [{"id": 1, "properties": {"t": "0001-01-01T00:00:00+23:00"}}], "numberMatched": "many"}',
        b'{"features": [{"id": 1}, {"id": 1}], "numberReturned": [], "links": 7}',
    ],
)
def test_junk_in_features_is_no_error_of_ours(page: bytes) -> None:
    answer = Answer(document=page, content_type="application/geo+json")
    for requirement in ("IC-068", "IC-069"):
        verdict = judged(requirement, lambda platform: platform.alter(FEATURES, lambda _: answer))
        assert verdict.status in {Status.PASS, Status.WARN, Status.INCONCLUSIVE}, verdict.cause


def test_collections_without_features_are_not_judged() -> None:
    def emptied(platform: Platform) -> None:
        platform.alter(FEATURES, lambda _: Answer(document=b'{"features": []}', content_type="application/json"))

    verdict = judged("IC-069", emptied)
    assert (verdict.status, verdict.observed) == (Status.INCONCLUSIVE, 0)


def test_pages_that_never_end_are_left() -> None:
    def endless(platform: Platform) -> None:
        def page(call: Any) -> Answer:
            start = int(call.args.get("offset", "0"))
            feature = {"type": "Feature", "id": start, "geometry": None, "properties": {}}
            following = {"rel": "next", "href": f"items?offset={start + 1}"}
            document = compact({"features": [feature], "links": [following]})
            return Answer(document=document, content_type="application/geo+json")

        platform.rewire(FEATURES, lambda _: page)

    verdict = judged("IC-069", endless)
    assert len(verdict.exchanges) < 60


def test_no_restricted_layer_for_anybody_says_nothing() -> None:
    def closed(platform: Platform) -> None:
        platform.refuse("restricted_layer", ApiError(403, 40302, "level not permitted"))

    assert judged("IC-070", closed).status is Status.INCONCLUSIVE
    empty = Answer(document=b" ", content_type="image/png")
    assert judged("IC-070", lambda platform: platform.alter("restricted_layer", lambda _: empty)).observed == 0


def test_an_outage_of_the_restricted_layer_is_no_refusal() -> None:
    def failing(platform: Platform) -> None:
        platform.routes["restricted_layer"].guarded = False

        def handler(right: Any) -> Any:
            def answer(call: Any) -> Answer:
                if call.account.name == "primary":
                    result: Answer = right(call)
                    return result
                raise ApiError(503, 50301, "unavailable")

            return answer

        platform.rewire("restricted_layer", handler)

    assert judged("IC-070", failing).status is Status.INCONCLUSIVE


def test_wmts_of_vector_tiles_alone_is_not_judged() -> None:
    def vectors(platform: Platform) -> None:
        part("reference").part(platform, "map").tiles.formats = {"application/vnd.mapbox-vector-tile": None}

    assert judged("IC-066", vectors).status is Status.INCONCLUSIVE


def test_a_system_without_a_service_need_not_bind_it() -> None:
    lacking = rebind.without(SUITE.id, "wmts", "wms", "restricted-layers")

    def unbound(statement: Any) -> Any:
        gone = {(SUITE.id, name) for name in (CAPABILITIES, TILE, "wms_capabilities", "restricted_layer")}
        kept = {key: bound for key, bound in statement.operations.items() if key not in gone}
        object.__setattr__(statement, "operations", kept)
        return lacking(statement)

    assert judged("IC-065", statement=unbound).status is Status.PASS
    assert judged("IC-066", statement=unbound).observed == 0
    assert judged("IC-068", statement=unbound).status is Status.PASS
    assert judged("IC-070", statement=unbound).observed == 0


def test_reads_are_few() -> None:
    assert len(judged("IC-066").exchanges) <= 6
    assert len(judged("IC-068").exchanges) <= 8
    assert len(judged("IC-069").exchanges) <= 50

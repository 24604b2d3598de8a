"""MapProxy's configuration, and the tiles that it serves: drawn here, laid down as its file cache has them."""

from __future__ import annotations

import json
import struct
import zlib
from typing import TYPE_CHECKING, Any

from parcels import EXTENT, parcels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SIDE = 256
CORNER = (104.4, 36.0)
"""Longitude and latitude where the grid begins, north-west of the county."""
WHOLE = 1.0
"""Degrees that the one tile of the coarsest level spans; each further level halves them."""
LEVELS = 4
PALETTE = bytes((250, 248, 240, 126, 160, 70))
Box = tuple[float, float, float, float]


def write(folder: Path, settings: Mapping[str, Any]) -> Path:
    """Write the tiles and the configuration; JSON is YAML too.

    Args:
        folder: where.
        settings: ``srs`` of grid and WMS, ``tile_size`` is that of the tiles as drawn, ``format``
            what the cache is said to hold.
    """
    cache = folder / "cache"
    for name, body in _tiles(settings.get("tile_size", SIDE)):
        path = cache / f"{name}.{settings.get('format', 'png')}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    configuration = folder / "mapproxy.yaml"
    text = json.dumps(_configuration(cache, settings), ensure_ascii=False, indent=1)
    configuration.write_text(text, encoding="utf-8")
    return configuration


def _configuration(cache: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    srs = settings.get("srs", "EPSG:4490")
    grid = {
        "srs": srs,
        "bbox": [CORNER[0], CORNER[1] - WHOLE, CORNER[0] + WHOLE, CORNER[1]],
        "bbox_srs": srs,
        "origin": "nw",
        "res": [WHOLE / SIDE / 2**level for level in range(LEVELS)],
    }
    stored = {
        "sources": [],
        "grids": ["cgcs2000"],
        "format": f"image/{settings.get('format', 'png')}",
        "cache": {"type": "file", "directory": cache.as_posix(), "directory_layout": "tms"},
    }
    return {
        "services": {
            "wms": {
                "srs": [srs, "CRS:84"],
                "md": {"title": "云禾县地图"},
                "image_formats": ["image/png", "image/jpeg"],
            },
            "wmts": {"kvp": True, "restful": True, "md": {"title": "云禾县地图"}},
        },
        "layers": [{"name": "parcels", "title": "云禾县地块", "sources": ["parcels"]}],
        "caches": {"parcels": stored},
        "grids": {"cgcs2000": grid},
    }


def _tiles(side: int) -> Iterator[tuple[str, bytes]]:
    """Each tile that shows a part of the county, named as a file cache has it: level, column, row."""
    boxes = [_box(feature) for feature in parcels()]
    west, south, east, north = EXTENT
    for level in range(LEVELS):
        span = WHOLE / 2**level
        for column in range(int((west - CORNER[0]) / span), int((east - CORNER[0]) / span) + 1):
            for row in range(int((CORNER[1] - north) / span), int((CORNER[1] - south) / span) + 1):
                left, top = CORNER[0] + column * span, CORNER[1] - row * span
                yield f"{level}/{column}/{row}", _png((left, top - span, left + span, top), boxes, side)


def _box(feature: dict[str, Any]) -> Box:
    longitudes, latitudes = zip(*feature["geometry"]["coordinates"][0], strict=True)
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _png(tile: Box, boxes: list[Box], side: int) -> bytes:
    """A tile on which the boxes are painted; a box smaller than a pixel is one pixel."""
    rows = [bytearray(side) for _ in range(side)]
    scale = side / (tile[2] - tile[0])
    for west, south, east, north in boxes:
        top, bottom = int((tile[3] - north) * scale), int((tile[3] - south) * scale)
        left, right = int((west - tile[0]) * scale), int((east - tile[0]) * scale)
        for row in range(max(top, 0), min(bottom, side - 1) + 1):
            for column in range(max(left, 0), min(right, side - 1) + 1):
                rows[row][column] = 1
    head = struct.pack(">IIBBBBB", side, side, 8, 3, 0, 0, 0)
    raw = b"".join(b"\0" + bytes(row) for row in rows)
    chunks = ((b"IHDR", head), (b"PLTE", PALETTE), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

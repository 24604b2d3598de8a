"""Pictures without a library: a PNG of features in a tile, and the plainest JPEG."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .reference_map_data import Box

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE = bytes((250, 248, 240, 126, 160, 70, 90, 90, 90))
SIDE = 256
"""Pixels of a tile's side."""


def png(tile: Box, boxes: Iterable[Box], side: int = SIDE) -> bytes:
    """A tile with the boxes painted on it; an extent that is smaller than a pixel is one pixel."""
    rows = [bytearray(side) for _ in range(side)]
    for box in boxes:
        _paint(rows, tile, box, side)
    raw = b"".join(b"\0" + bytes(row) for row in rows)
    head = struct.pack(">IIBBBBB", side, side, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", PALETTE), (b"IDAT", zlib.compress(raw, 6)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, body) for name, body in chunks)


def _paint(rows: list[bytearray], tile: Box, box: Box, side: int) -> None:
    west, south, east, north = tile
    wide, high = side / (east - west), side / (north - south)
    left, right = int((box[0] - west) * wide), int((box[2] - west) * wide)
    top, bottom = int((north - box[3]) * high), int((north - box[1]) * high)
    for row in range(max(top, 0), min(bottom, side - 1) + 1):
        for column in range(max(left, 0), min(right, side - 1) + 1):
            rows[row][column] = 1


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def jpeg(side: int = SIDE) -> bytes:
    """A grey JPEG: every block of 8 × 8 pixels is two zero bits, by Huffman tables of one code each."""
    tables = bytes([0]) + bytes([1]) * 64
    frame = struct.pack(">BHHB", 8, side, side, 1) + bytes((1, 0x11, 0))
    one_code = bytes([1]) + bytes(15) + bytes([0])
    segments = (
        (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        (0xDB, tables),
        (0xC0, frame),
        (0xC4, bytes([0x00]) + one_code),
        (0xC4, bytes([0x10]) + one_code),
        (0xDA, bytes((1, 1, 0, 0, 63, 0))),
    )
    head = b"".join(struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body for mark, body in segments)
    return b"\xff\xd8" + head + bytes((side // 8) ** 2 // 4) + b"\xff\xd9"

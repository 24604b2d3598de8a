"""PNG and JPEG by their bytes: media type, width and height, and whether the picture is whole. Nothing is decoded."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

PNG, JPEG = "image/png", "image/jpeg"
_PNG_START = b"\x89PNG\r\n\x1a\n"
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Marks of JPEG segments that tell the size."""
_ALONE = frozenset({0x01, *range(0xD0, 0xDA)})
"""Marks of JPEG segments without a length."""
_SCAN = 0xDA
_CHUNK = 12
"""Bytes of a PNG chunk beside its content."""


class Picture(NamedTuple):
    """What a picture says of itself, and whether it is whole."""

    media_type: str
    width: int
    height: int
    whole: bool


def picture(body: bytes) -> Picture | None:
    """The PNG or JPEG that the bytes are; ``None`` for anything else."""
    if body.startswith(_PNG_START):
        return _png(body)
    return _jpeg(body) if body.startswith(_JPEG_START) else None


def _png(body: bytes) -> Picture | None:
    """The first chunk tells the size; chunks follow each other up to the last, each with its sum."""
    if body[12:16] != b"IHDR" or len(body) < 33:  # noqa: PLR2004 -- signature and the whole first chunk
        return None
    width, height = struct.unpack(">II", body[16:24])
    return Picture(PNG, width, height, _is_whole(body))


def _is_whole(body: bytes) -> bool:
    at, data = len(_PNG_START), False
    while at + _CHUNK <= len(body):
        (length,) = struct.unpack(">I", body[at : at + 4])
        name, end = body[at + 4 : at + 8], at + _CHUNK + length
        if end > len(body) or zlib.crc32(body[at + 4 : end - 4]) != struct.unpack(">I", body[end - 4 : end])[0]:
            return False
        if name == b"IEND":
            return data
        data, at = data or name == b"IDAT", end
    return False


def _jpeg(body: bytes) -> Picture | None:
    """A frame header tells the size; a scan and the mark of the end must follow."""
    at, size = 2, None
    while at + 4 <= len(body) and body[at] == 0xFF:  # noqa: PLR2004 -- what every mark begins with
        mark = body[at + 1]
        if mark == 0xFF or mark in _ALONE:  # noqa: PLR2004 -- filling
            at += 1 if mark == 0xFF else 2  # noqa: PLR2004
            continue
        if mark in _FRAMES and at + 9 <= len(body):
            height, width = struct.unpack(">HH", body[at + 5 : at + 9])
            size = width, height
        if mark == _SCAN:
            return Picture(JPEG, *size, _JPEG_END in body[at:]) if size else None
        at += 2 + struct.unpack(">H", body[at + 2 : at + 4])[0]
    return Picture(JPEG, *size, whole=False) if size else None

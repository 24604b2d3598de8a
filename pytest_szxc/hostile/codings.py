"""Content encodings: bombs, stacks, what nobody asked for, what is cut or damaged.

The bombs unpack to 1 GiB and are valid to the last bit, yet cost the server nothing: one packed block of zeros repeats,
and the checksum of a gibibyte of zeros is known.
"""

from __future__ import annotations

import gzip
import zlib
from functools import cache
from typing import TYPE_CHECKING

from pytest_szxc.hostile.behaviour import GOOD, LAWFUL, Behaviour, answer, sends

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_szxc.hostile.behaviour import Act

FAMILY = "coding"
_MIB = 1024 * 1024
_BLOCKS = 1024
_CRC_32 = 0x5B64C2B0
"""Of 1 GiB of zeros."""
_ADLER_BASE = 65521
_RAW = -15
_GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_ZLIB_HEAD = b"\x78\x9c"
_PACKED = gzip.compress(GOOD, mtime=0)


@cache
def _zeros() -> bytes:
    """1 GiB of zeros, packed without a head or checksum (1 MiB)."""
    packer = zlib.compressobj(9, wbits=_RAW)
    block = packer.compress(bytes(_MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * _BLOCKS + packer.flush()


@cache
def gzip_bomb() -> bytes:
    """1 GiB of zeros as gzip."""
    size = _MIB * _BLOCKS
    return _GZIP_HEAD + _zeros() + _CRC_32.to_bytes(4, "little") + size.to_bytes(4, "little")


@cache
def deflate_bomb() -> bytes:
    """1 GiB of zeros as zlib; Adler-32 of zeros is 1 and the length."""
    checksum = (_MIB * _BLOCKS % _ADLER_BASE) << 16 | 1
    return _ZLIB_HEAD + _zeros() + checksum.to_bytes(4, "big")


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=_RAW)
    return packer.compress(body) + packer.flush()


def _encoded(body: bytes, *encodings: str) -> Act:
    return sends(answer(body, *(f"Content-Encoding: {name}" for name in encodings)))


def _made(make: Callable[[], bytes], encoding: str) -> Act:
    """The same with a body that is large enough to be made only when it is asked for."""
    return lambda peer: peer.send(answer(make(), f"Content-Encoding: {encoding}"))


@cache
def _many_members() -> bytes:
    """1 GiB of zeros, each MiB packed alone."""
    return gzip.compress(bytes(_MIB), mtime=0) * _BLOCKS


@cache
def _empty_members() -> bytes:
    return gzip.compress(b"", mtime=0) * 300_000


_TWICE = gzip.compress(_PACKED, mtime=0)
_LARGE = "transport.body-too-large"
BEHAVIOURS = (
    Behaviour("gzip-bomb", FAMILY, _LARGE, _made(gzip_bomb, "gzip")),
    Behaviour("deflate-bomb", FAMILY, _LARGE, _made(deflate_bomb, "deflate")),
    Behaviour("gzip-bomb-in-members", FAMILY, _LARGE, _made(_many_members, "gzip")),
    Behaviour("gzip-empty-members", FAMILY, "encoding.members", _made(_empty_members, "gzip")),
    Behaviour("gzip-of-gzip", FAMILY, "encoding.stacked", _encoded(_TWICE, "gzip, gzip")),
    Behaviour("gzip-twice-told-once", FAMILY, "json.encoding", _encoded(_TWICE, "gzip")),
    Behaviour("gzip-and-deflate", FAMILY, "encoding.stacked", _encoded(zlib.compress(_PACKED), "gzip", "deflate")),
    Behaviour("stacked-encodings", FAMILY, "encoding.stacked", _encoded(_PACKED, ", ".join(["gzip"] * 5000))),
    Behaviour("brotli-unasked", FAMILY, "encoding.unasked", _encoded(b"\x0b\x02\x80{}\x03", "br")),
    Behaviour("zstd-unasked", FAMILY, "encoding.unasked", _encoded(b"\x28\xb5\x2f\xfd\x04\x00\x11\0\0{}", "zstd")),
    Behaviour("unknown-encoding", FAMILY, "encoding.unasked", _encoded(GOOD, "aes128gcm")),
    Behaviour("gzip-truncated", FAMILY, "encoding.truncated", _encoded(_PACKED[:-12], "gzip")),
    Behaviour("gzip-without-checksum", FAMILY, "encoding.truncated", _encoded(_PACKED[:-8], "gzip")),
    Behaviour("deflate-truncated", FAMILY, "encoding.truncated", _encoded(zlib.compress(GOOD)[:-2], "deflate")),
    Behaviour(
        "gzip-wrong-checksum", FAMILY, "encoding.corrupt", _encoded(_PACKED[:-8] + bytes(4) + _PACKED[-4:], "gzip")
    ),
    Behaviour("gzip-wrong-length", FAMILY, "encoding.corrupt", _encoded(_PACKED[:-4] + bytes(4), "gzip")),
    Behaviour("gzip-then-noise", FAMILY, "encoding.corrupt", _encoded(_PACKED + b"noise", "gzip")),
    Behaviour("gzip-only-told", FAMILY, "encoding.corrupt", _encoded(GOOD, "gzip")),
    Behaviour("gzip-plain", FAMILY, LAWFUL, _encoded(_PACKED, "gzip")),
    Behaviour(
        "gzip-in-two-members",
        FAMILY,
        LAWFUL,
        _encoded(gzip.compress(GOOD[:9], mtime=0) + gzip.compress(GOOD[9:], mtime=0), "x-gzip"),
    ),
    Behaviour("deflate-raw", FAMILY, LAWFUL, _encoded(_raw_deflate(GOOD), "deflate")),
    Behaviour("identity-encoding", FAMILY, LAWFUL, _encoded(GOOD, "identity")),
)

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_szxc.errors import TransportFault
from pytest_szxc.target import content_coding
from pytest_szxc.target.content_coding import MAX_MEMBERS, decode

PLAIN = "云禾县".encode() * 100
LIMIT = 1_000_000


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("body", "encodings"),
    [
        (PLAIN, ""),
        (PLAIN, "identity"),
        (gzip.compress(PLAIN, mtime=0), "gzip"),
        (gzip.compress(PLAIN, mtime=0), "GZip, identity"),
        (gzip.compress(PLAIN[:99], mtime=0) + gzip.compress(PLAIN[99:], mtime=0), "x-gzip"),
        (zlib.compress(PLAIN), "deflate"),
        (raw_deflate(PLAIN), "deflate"),
    ],
)
def test_one_encoding_comes_off(body: bytes, encodings: str) -> None:
    assert decode(body, encodings, LIMIT) == PLAIN


def test_an_empty_body_has_no_encoding() -> None:
    assert decode(b"", "gzip", LIMIT) == b""


@pytest.mark.parametrize(
    ("body", "encodings", "code"),
    [
        (gzip.compress(gzip.compress(PLAIN, mtime=0), mtime=0), "gzip, gzip", "encoding.stacked"),
        (b"x", ", ".join(["gzip"] * 5000), "encoding.stacked"),
        (b"x", "br", "encoding.unasked"),
        (b"x", "zstd", "encoding.unasked"),
        (b"not gzip", "gzip", "encoding.corrupt"),
        (gzip.compress(PLAIN, mtime=0)[:-1], "gzip", "encoding.truncated"),
        (zlib.compress(PLAIN)[:-2], "deflate", "encoding.truncated"),
        (gzip.compress(PLAIN, mtime=0)[:-8] + b"\0" * 8, "gzip", "encoding.corrupt"),
        (gzip.compress(PLAIN, mtime=0) + b"surplus", "gzip", "encoding.corrupt"),
        (gzip.compress(bytes(LIMIT + 1), mtime=0), "gzip", "transport.body-too-large"),
        (b"".join([gzip.compress(bytes(LIMIT // 2), mtime=0)] * 3), "gzip", "transport.body-too-large"),
        (gzip.compress(b"", mtime=0) * (MAX_MEMBERS + 1), "gzip", "encoding.members"),
    ],
)
def test_anything_else_is_refused(body: bytes, encodings: str, code: str) -> None:
    with pytest.raises(TransportFault) as caught:
        decode(body, encodings, LIMIT)
    assert caught.value.code == code
    assert caught.value.text("zh")
    assert caught.value.text("en")


def test_a_bomb_takes_no_more_memory_than_the_limit_allows() -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=1, mtime=0)
    tracemalloc.start()
    with pytest.raises(TransportFault):
        decode(bomb, "gzip", LIMIT)
    assert tracemalloc.get_traced_memory()[1] < 8 * LIMIT
    tracemalloc.stop()


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=8), st.integers(1, 64))
def test_members_come_off_wherever_the_pieces_end(parts: list[bytes], piece: int) -> None:
    packed = b"".join(gzip.compress(part, mtime=0) for part in parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content_coding, "_PIECE", piece)
        assert decode(packed, "gzip", LIMIT) == b"".join(parts)

"""SM2 signatures verified (GB/T 32918.2-2016), written from the standard's formulas alone: a second opinion.

Slow and not constant in time; it never holds a key that protects anything.
"""

from __future__ import annotations

import hashlib
import secrets

Point = tuple[int, int] | None
"""A point of the curve; ``None`` is the point at infinity."""

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
SIGNER = b"1234567812345678"
_SIZE = 32


def private_key() -> str:
    """A new private key, 64 hexadecimal digits."""
    return f"{secrets.randbelow(N - 2) + 1:064x}"


def public_key(private: str) -> tuple[int, int]:
    """The public key of a private one."""
    found = _times(int(private, 16), G)
    if found is None:
        raise ValueError(private)
    return found


def verified(public: tuple[int, int], message: bytes, signature: bytes, signer: bytes = SIGNER) -> bool:
    """Whether a signature (r and s, 32 bytes each) is that of a message."""
    r, s = int.from_bytes(signature[:_SIZE]), int.from_bytes(signature[_SIZE:])
    if len(signature) != 2 * _SIZE or not (0 < r < N and 0 < s < N):
        return False
    t = (r + s) % N
    point = _sum(_times(s, G), _times(t, public))
    return bool(t) and point is not None and (_digest(public, message, signer) + point[0]) % N == r


def _digest(public: tuple[int, int], message: bytes, signer: bytes) -> int:
    length = (8 * len(signer)).to_bytes(2)
    known = b"".join(number.to_bytes(_SIZE) for number in (A, B, *G, *public))
    return int.from_bytes(_sm3(_sm3(length + signer + known) + message))


def _sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def _times(factor: int, point: Point) -> Point:
    total: Point = None
    while factor:
        if factor & 1:
            total = _sum(total, point)
        point, factor = _sum(point, point), factor >> 1
    return total


def _sum(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if one == other else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P

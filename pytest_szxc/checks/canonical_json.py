"""Canonical JSON after RFC 8785 (JCS), and digests over it: what the digest of a batch or package is taken of.

Members are sorted by the UTF-16 units of their names, there are no blanks, texts are UTF-8 with the shortest escapes,
and numbers are IEEE 754 doubles written as ECMAScript writes them: ``1.0`` is ``1``, ``1e2`` is ``100``, ``1E-7`` is
``1e-7``.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

ALGORITHMS = {"SM3": "sm3", "SHA-256": "sha256"}
"""Name in a message → name in ``hashlib``."""
_POINT_UP_TO, _ZEROS_FROM = 21, -6
"""ECMAScript writes an exponent for numbers of more integer digits than this, or of so many zeros after the point."""


def digest(alg: str, value: Any) -> str:  # noqa: ANN401 -- any JSON value
    """The digest of a JSON value's canonical text, in lower-case hexadecimal digits.

    Args:
        alg: one of ``ALGORITHMS``.
        value: what JSON can say: objects, lists, texts, numbers, true, false, null.

    Raises:
        ValueError: it has no canonical text, or this Python's OpenSSL was built without the algorithm.
    """
    return hashlib.new(ALGORITHMS[alg], canonical(value)).hexdigest()


def computable() -> tuple[str, ...]:
    """The algorithms that this Python can compute."""
    return tuple(alg for alg, name in ALGORITHMS.items() if name in hashlib.algorithms_available)


def canonical(value: Any) -> bytes:  # noqa: ANN401 -- any JSON value
    """The canonical text of a JSON value.

    Raises:
        ValueError: a number is not finite or beyond the doubles, or a text has half a surrogate pair.
    """
    return _written(value).encode()


def _written(value: Any) -> str:  # noqa: ANN401 -- any JSON value
    if isinstance(value, dict):
        members = (f"{_text(name)}:{_written(value[name])}" for name in sorted(value, key=_units))
        return f"{{{','.join(members)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_written, value))}]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return _text(value) if isinstance(value, str) else _number(value)


def _units(name: str) -> bytes:
    return name.encode("utf-16-be")


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(value: float | Decimal) -> str:
    try:
        double = float(value)
    except OverflowError as error:
        raise ValueError(str(value)[:20]) from error
    sign, digits, exponent = Decimal(repr(double)).normalize().as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(repr(double))  # noqa: TRY004 -- neither a number nor infinite: the value is wrong, not its type
    if double == 0:
        return "0"
    return "-" * sign + _placed("".join(map(str, digits)), exponent)


def _placed(digits: str, exponent: int) -> str:
    """Digits with their point, or with an exponent, after ECMA-262's Number::toString."""
    count, point = len(digits), len(digits) + exponent
    if count <= point <= _POINT_UP_TO:
        return digits + "0" * (point - count)
    if 0 < point <= _POINT_UP_TO:
        return f"{digits[:point]}.{digits[point:]}"
    if _ZEROS_FROM < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"

"""SM2 signatures (GB/T 32918.2), by the library ``gmalg`` of the extra ``sm``; not constant in time."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import Any

from pytest_szxc.errors import StatementError

SIGNER = b"1234567812345678"
"""The signer's id that GM/T 0009 takes where none was agreed."""
_SIZE = 32
_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_PRIVATE = re.compile(r"[0-9A-Fa-f]{64}")


def sm2_signature(private: str, text: str) -> str:
    """The signature of a text in UTF-8: Base64 of r and s, 32 bytes each.

    Args:
        private: the private key, 64 hexadecimal digits.
        text: what is signed.

    Raises:
        StatementError: ``statement.no-sm2``, the library is not there; ``statement.sm2-key``, this is no private key.
    """
    r, s = _key(private).sign(text.encode())
    return base64.b64encode(r.rjust(_SIZE, b"\0") + s.rjust(_SIZE, b"\0")).decode("ascii")  # it drops leading zeros


def check_key(private: str) -> None:
    """Whether a text can be signed with, without doing it: that takes long.

    Raises:
        StatementError: see ``sm2_signature``.
    """
    _library()
    if not (_PRIVATE.fullmatch(private) and 0 < int(private, 16) < _ORDER - 1):
        raise StatementError("statement.sm2-key")


@lru_cache(maxsize=8)  # the public key is computed once: that takes as long as a signature
def _key(private: str) -> Any:  # noqa: ANN401 -- a class of a library that may be absent
    check_key(private)
    return _library().SM2(bytes.fromhex(private), SIGNER)


def _library() -> Any:  # noqa: ANN401 -- a module that may be absent
    try:
        import gmalg  # noqa: PLC0415 -- an extra, needed for this scheme alone
    except ImportError as error:
        raise StatementError("statement.no-sm2") from error
    return gmalg

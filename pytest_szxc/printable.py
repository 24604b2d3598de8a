"""The one place where foreign text becomes printable: one line, no control characters, numbers masked, clipped.

Whatever a server sent may hold terminal escapes, bidirectional marks or commands for a CI runner. Everything that came
from outside passes ``show`` before it reaches a terminal, a log or a report.
"""

from __future__ import annotations

import json
import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc.model import Json

CLIP = 200
_WHOLE = 10**30
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# 11-digit mobile numbers, 15- to 19-digit identity and bank numbers: keep the ends, as DC-051 writes masks.
_PHONE = re.compile(r"(?<![0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])([1-9][0-9]{5})[0-9]{8,9}([0-9]{3}[0-9Xx])(?![0-9A-Za-z])")
_CREDENTIALS = re.compile(r"//[^/@]*@")
_LONG = re.compile(r"(?<![0-9A-Za-z.])[0-9]{11,15}([0-9]{4})(?![0-9A-Za-z])")


def show(value: Json, clip: int = CLIP) -> str:
    """A foreign value as one printable line of at most ``clip`` characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=_plain)
    text = mask(text[: clip * 4])
    line = "".join(_escape(char) for char in text)
    return line if len(line) <= clip else line[: clip - 1] + "…"


def bare_url(text: str) -> str:
    """A URL with the credentials in it, if there are any, as ``***``."""
    return _CREDENTIALS.sub("//***@", text)


def mask(text: str) -> str:
    """The text with what looks like a phone, identity or bank number masked."""
    text = _IDENTITY.sub(r"\1********\2", text)
    text = _PHONE.sub(r"\1****\2", text)
    return _LONG.sub(r"************\1", text)


def _escape(char: str) -> str:
    if unicodedata.category(char) in _UNSAFE:
        return char.encode("unicode_escape", "surrogatepass").decode("ascii")
    return char


def _plain(value: object) -> object:
    """A decimal as the number it is, where a float writes it exactly; everything else as text."""
    if isinstance(value, Decimal) and value.is_finite():
        if value == value.to_integral_value() and abs(value) < _WHOLE:
            return int(value)
        if Decimal(repr(float(value))) == value:
            return float(value)
    return str(value)

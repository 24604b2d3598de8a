"""The one place where foreign text becomes printable: one line, no control characters, numbers masked, clipped.

Whatever a server sent may hold terminal escapes, bidirectional marks or commands for a CI runner. A foreign value
passes ``show`` before it stands in a message or a finding; on its way out every message, report and line passes
``line`` or ``printable_json``, which change nothing that ``show`` has seen: a value that somebody forgot does no harm.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc.model import Json

CLIP = 200
LONGEST = 8_000
"""Characters of the longest line that is put together from shown values and words of our own."""
_WHOLE = 10**30
# 11-digit mobile numbers, 15- to 19-digit identity and bank numbers: keep the ends, as DC-051 writes masks.
_PHONE = re.compile(r"(?<![0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])([1-9][0-9]{5})[0-9]{8,9}([0-9]{3}[0-9Xx])(?![0-9A-Za-z])")
_CREDENTIALS = re.compile(r"//[^/?#\s]*@|(?:(?<==)|^)[^/?#=\s:@]+:[^/?#=\s]*@")
_TELLING = "token|secret|passw(?:or)?d|pwd|api_?key|app_?key|access_?key|sign|signature|令牌|密钥|口令"
_QUERY_SECRETS = re.compile(rf"([?&][^=&#\s]*(?:{_TELLING})=)[^&#\s]*", re.IGNORECASE)
_LONG = re.compile(r"(?<![0-9A-Za-z.])[0-9]{11,15}([0-9]{4})(?![0-9A-Za-z])")
_NUMBER = re.compile(r"[0-9]{11}")
_IDEOGRAPHIC_SPACE = "\u3000"
# Drawn as nothing, though Python calls them printable: fillers, joiners, variation selectors.
_UNSEEN = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Azure Pipelines, older GitHub runners and TeamCity look for their commands anywhere in a line, GitHub at its start.
_COMMAND = re.compile(r"#(?=#(?:\[|vso\[|teamcity\[))|^\s*:(?=:)", re.IGNORECASE)


def show(value: Json, clip: int = CLIP) -> str:
    """A foreign value as one printable line of at most ``clip`` characters."""
    text = value[: clip * 4] if isinstance(value, str) else _written(value, clip * 4)
    return line(mask(text), clip)


def line(text: str, clip: int = LONGEST) -> str:
    """A text as one line without control characters and commands, of at most ``clip`` characters; else as it is."""
    safe = _escaped(text[: clip + 1])[: clip + 1]
    if not safe.isascii():
        safe = _UNSEEN.sub(_escape, safe)
    if "##" in safe or "::" in safe:
        safe = _COMMAND.sub(_escape, safe)
    return safe if len(safe) <= clip else safe[: clip - 1] + "…"


def printable_json(value: Json) -> Json:
    """A JSON value with each text in it, names of members too, as ``line`` has it."""
    if isinstance(value, str):
        return line(value)
    if isinstance(value, dict):
        return {line(str(name)): printable_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable_json(item) for item in value]
    return value


def bare_url(text: str) -> str:
    """A URL with the credentials in it, before its host or in its query, as ``***``."""
    bare = _CREDENTIALS.sub(lambda found: "//***@" if found[0].startswith("//") else "***@", text)
    return _QUERY_SECRETS.sub(r"\1***", bare)


def mask(text: str) -> str:
    """The text with what looks like a phone, identity or bank number masked."""
    if not _NUMBER.search(text):  # as in most texts: none of the three could be there
        return text
    text = _IDENTITY.sub(r"\1********\2", text)
    text = _PHONE.sub(r"\1****\2", text)
    return _LONG.sub(r"************\1", text)


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    kept = (char if char.isprintable() or char == _IDEOGRAPHIC_SPACE else _code(char) for char in text)
    return "".join(kept)


def _escape(found: re.Match[str]) -> str:
    """What was found, its last character as its code."""
    text = found[0]
    return text[:-1] + _code(text[-1])


@lru_cache(maxsize=256)
def _code(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii") if char not in "#:" else f"\\x{ord(char):02x}"


def _written(value: Json, enough: int) -> str:
    """A value as JSON, as far as it is looked at: a finding may point at a list of millions."""
    if not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)[:enough]
    text = ""
    for part in json.JSONEncoder(ensure_ascii=False, default=_plain).iterencode(value):
        text += part[:enough]
        if len(text) >= enough:
            break
    return text[:enough]


def _plain(value: object) -> object:
    """A decimal as the number it is, where a float writes it exactly; everything else as text."""
    if isinstance(value, Decimal) and value.is_finite():
        if value == value.to_integral_value() and abs(value) < _WHOLE:
            return int(value)
        if Decimal(repr(float(value))) == value:
            return float(value)
    return str(value)

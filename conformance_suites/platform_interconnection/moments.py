"""Times in JSON as it came: where they stand, and in which notation they are written."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from pytest_szxc import naming

if TYPE_CHECKING:
    from collections.abc import Iterator

OFFSET, EPOCH_MS = "RFC 3339", "epoch ms"
LEGAL = (OFFSET, EPOCH_MS)
_NAME = re.compile(r".*(At|Time|Timestamp|_at|_time|_timestamp)|time|timestamp")
_CLOCK = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[Tt ]\d{1,2}:\d{2}")
_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
_DIGITS = re.compile(r"\d{10,17}")
_BY_LENGTH = {10: "epoch s", 12: EPOCH_MS, 13: EPOCH_MS, 14: "YYYYMMDDhhmmss", 16: "epoch µs"}


class Moment(NamedTuple):
    """One time: where it stands, how it is written, and in which notation; one of ``LEGAL``, or what else it is."""

    place: str
    written: str
    notation: str


def moments(value: object, name: str = "", place: str = "", depth: int = 0) -> Iterator[Moment]:
    """All times in a document; the columns of a resource are its owner's, and are passed over."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not (key in naming.CONTENT and depth):
                yield from moments(item, key, f"{place}/{key}", depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from moments(item, name, f"{place}/{index}", depth)
    else:
        notation = _notation(value, named=_NAME.fullmatch(name) is not None)
        if notation:
            yield Moment(place, str(value), notation)


def _notation(value: object, *, named: bool) -> str | None:
    """The notation of a value that is a time, judged by its form and whether its member is named as one."""
    if isinstance(value, str) and _CLOCK.match(value):
        return _of_text(value)
    if not named or isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    digits = str(value)
    return _BY_LENGTH.get(len(digits), "number") if _DIGITS.fullmatch(digits) else None


def _of_text(text: str) -> str:
    if not _OFFSET.fullmatch(text):
        return "no offset" if re.search(r"\d$", text) and not re.search(r"[+-]\d{2}:?\d{2}$", text) else "other"
    try:
        datetime.fromisoformat(text.upper().replace(" ", "T"))
    except ValueError:
        return "no such time"
    return OFFSET

"""Canonical values → as the vendor writes them, on their way out: times in the declared time profile, codes as bound.

The other way is ``canonical``. A query such as ``updatedSince`` must speak the language that the answers speak.
"""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING

from pytest_szxc.target.canonical import rewrite, steps_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_szxc.model import Json

BEIJING = timezone(timedelta(hours=8))
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_BARE = str.maketrans("", "", "-T:")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def written(value: Json, time_profile: str) -> Json:
    """The value with every text that is a date-time with offset (RFC 3339) written in a time profile, at any depth.

    Args:
        value: canonical; it is not changed.
        time_profile: of the statement; ``rfc3339`` leaves everything as it is.
    """
    write = WRITERS[time_profile]
    return value if write is None else _rewritten(value, write)


def coded(params: Mapping[str, Json], tables: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    """Parameters with the vendor's codes: a code goes out as it comes in, each of a list too.

    Args:
        params: canonical, by name.
        tables: by place of the canonical object (``kind``, ``kinds[]``), the vendor's code → canonical value; one that
            several codes mean goes out as it is. Codes are texts, as in the tables.
    """
    return {name: _code(value, tables.get(name, tables.get(f"{name}[]", {}))) for name, value in params.items()}


def coded_body(body: Json, tables: Mapping[str, Mapping[str, Json]]) -> Json:
    """A body with the vendor's codes at the places of which the tables speak; the body itself is not changed."""
    made = deepcopy(body) if tables else body
    for place, table in tables.items():
        made = rewrite(made, steps_of(place), partial(_code, table=table))
    return made


def _code(value: Json, table: Mapping[str, Json]) -> Json:
    if isinstance(value, list):
        return [_code(item, table) for item in value]
    codes = [code for code, meaning in table.items() if meaning == value and type(meaning) is type(value)]
    return codes[0] if len(codes) == 1 else value


def _rewritten(value: Json, write: Callable[[str], Json]) -> Json:
    if isinstance(value, dict):
        return {name: _rewritten(item, write) for name, item in value.items()}
    if isinstance(value, list):
        return [_rewritten(item, write) for item in value]
    return _moment(value, write) if isinstance(value, str) and _DATE_TIME.fullmatch(value) else value


def _moment(text: str, write: Callable[[str], Json]) -> Json:
    try:
        return write(text)
    except (ValueError, OverflowError):  # no such day, or beyond the calendar in another offset
        return text


def _beijing(text: str) -> str:
    return _in_beijing(text).isoformat(" ")


def _offset_space(text: str) -> str:
    return text.replace("T", " ", 1)


def _compact(text: str) -> str:
    return _in_beijing(text).isoformat("T", "seconds").translate(_BARE)


def _epoch_ms(text: str) -> int:
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


def _in_beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(BEIJING).replace(tzinfo=None)


WRITERS: dict[str, Callable[[str], Json] | None] = {
    "rfc3339": None,
    "beijing": _beijing,
    "offset-space": _offset_space,
    "compact": _compact,
    "epoch-ms": _epoch_ms,
}
"""Time profile → how it writes a date-time; an instant goes out in the same form in which it comes in."""

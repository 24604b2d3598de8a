"""How finely the numbers of a column are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_POWER = re.compile(r"\s*[+-]?[0-9]*(?:\.([0-9]*))?[eE]([+-]?[0-9]{1,4})\s*")


def decimals_sql(text: str) -> dict[str, str]:
    """SQL for what ``most_decimals`` wants to know of each text: decimals of a plain number, or the text of another."""
    point = f"strpos({text}, '.')"
    plain = f"CASE WHEN {point} > 0 THEN length(rtrim({text})) - {point} ELSE 0 END"
    number = f"isfinite(TRY_CAST({text} AS DOUBLE))"
    power = f"contains(lower({text}), 'e')"
    return {
        "plain": f"CASE WHEN {number} AND NOT {power} THEN {plain} END",
        "power": f"CASE WHEN {number} AND {power} THEN {text} END",
    }


def quick_decimals_sql(text: str) -> str:
    """SQL for the decimals of a text that is known to be a number; null where it is written with a power of ten."""
    point = f"strpos({text}, '.')"
    plain = f"CASE WHEN {point} > 0 THEN length(rtrim({text})) - {point} ELSE 0 END"
    return f"CASE WHEN contains(lower({text}), 'e') THEN NULL ELSE {plain} END"


def most_decimals(parts: Iterable[Mapping[str, np.ndarray[Any, Any]]]) -> int | None:
    """The most decimals that any number of a column writes; ``None`` where there is none.

    Args:
        parts: what ``decimals_sql`` gave, part by part. ``1.50e-3`` writes five decimals.
    """
    found = -1
    for part in parts:
        plain = np.ma.compressed(part["plain"])
        found = max(found, int(plain.max())) if len(plain) else found
        found = max([found, *(_decimals(text) for text in part["power"].tolist() if text)])
    return None if found < 0 else found


def _decimals(text: str) -> int:
    written = _POWER.fullmatch(text)
    return max(len(written[1] or "") - int(written[2]), 0) if written else -1

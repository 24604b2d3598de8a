"""What the reference node demands of a row that is pushed to it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .reference_data import Resource

Row = dict[str, Any]
REGION = re.compile(r"[1-9][0-9]{5}([0-9]{3}){0,2}")
WORDS = {40002: "缺少必填项 / missing field", 40003: "不符合模式 / schema violation"}


def fault_of(row: Any, resource: Resource) -> Row | None:  # noqa: ANN401 -- as it came
    """What is wrong with a row: ``{field, code, message}``, or ``None``."""
    if not isinstance(row, dict):
        return _fault("", 40003)
    for name in ("id", "regionCode", "collectedAt"):
        if row.get(name) in (None, ""):
            return _fault(name, 40002)
    tests = {
        "id": isinstance(row["id"], str),
        "resourceCode": row.get("resourceCode", resource.code) == resource.code,
        "regionCode": isinstance(row["regionCode"], str) and REGION.fullmatch(row["regionCode"]) is not None,
        "collectedAt": _is_time(row["collectedAt"]),
        "data": isinstance(row.get("data", {}), dict),
    }
    wrong = next((name for name, holds in tests.items() if not holds), None)
    return _fault(wrong, 40003) if wrong else None


def _fault(field: str, code: int) -> Row:
    return {"field": field, "code": code, "message": WORDS[code]}


def _is_time(value: Any) -> bool:  # noqa: ANN401 -- as it came
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False

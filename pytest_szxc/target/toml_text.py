"""Values as TOML text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_szxc.model import Json

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def quoted(text: str) -> str:
    """A text as a basic string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def key(name: str) -> str:
    """A key, quoted where it must be."""
    return name if _BARE.fullmatch(name) else quoted(name)


def inline(value: Json) -> str:
    """A value on one line; members without a value are left out, for TOML has no null."""
    if isinstance(value, dict):
        members = ", ".join(f"{key(str(name))} = {inline(item)}" for name, item in value.items() if item is not None)
        return f"{{ {members} }}" if members else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(item) for item in value if item is not None) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else quoted(str(value))

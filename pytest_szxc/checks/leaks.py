"""What error texts must not show: traces, statements, paths and pages of the programs behind an interface."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("leak_patterns.toml")
MOST = 200_000
"""Characters of an answer that are looked at."""


@cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What each pattern of the table shows, and the pattern."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["patterns"]
    return tuple((row["what"], re.compile(row["pattern"])) for row in rows)


def leak(text: str) -> str | None:
    """The first thing that a text gives away: what it is, and the words; ``None`` if it gives away nothing."""
    for what, pattern in patterns():
        found = pattern.search(text[:MOST])
        if found:
            return f"{what}: {found[0].strip()[:80]}"
    return None

"""Messages: every sentence a user sees, by code, in zh and en, from ``message_tables/*.toml``.

A table ``["statement.base-url"]`` has ``zh`` and ``en`` and, where something can be done, ``hint_zh``, ``hint_en``.
``{name}`` in a text is filled from the parameters. Whoever passes a value from outside clips and masks it
(``printable.show``); that it stays on its line is seen to here.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).with_name("message_tables")
LANGUAGES = ("zh", "en")


@cache
def table() -> dict[str, dict[str, str]]:
    """All messages by code. A code defined twice is an error of ours."""
    merged: dict[str, dict[str, str]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for code, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if code in merged:
                raise KeyError(code)
            merged[code] = row
    return merged


def render(code: str, lang: str, params: Mapping[str, object], part: Literal["text", "hint"] = "text") -> str:
    """The message ``code`` in ``lang`` with its parameters filled in."""
    from pytest_szxc.printable import line  # noqa: PLC0415 -- an idle start renders nothing

    row = table()[code]
    template = row[lang] if part == "text" else row.get(f"hint_{lang}", "")
    return template.format_map({name: line(str(value)) for name, value in params.items()})

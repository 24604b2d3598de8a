"""The frozen table of formats (``formats.toml``): what each is, and the pattern that decides it in every engine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Format:
    """A value of ``format``: where it is defined, what ours takes of it, and its pattern."""

    source: str
    rule: str
    pattern: str


@cache
def formats() -> Mapping[str, Format]:
    """Every format that a schema may use, by name."""
    rows = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return MappingProxyType({name: Format(**row) for name, row in rows.items()})

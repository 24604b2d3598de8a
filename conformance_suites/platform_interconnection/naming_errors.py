"""Which members of a message a refusal names: by the interface's own names in any spelling, or in Chinese."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_szxc import answers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_szxc import Reply

TABLE = Path(__file__).parent / "tables" / "push_members.csv"
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


@cache
def members() -> dict[str, tuple[str, ...]]:
    """The members that each batch needs, with the Chinese words for them."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: tuple(row["zh"].split("|")) for row in csv.DictReader(file)}


def lost(whole: Reply, part: Reply) -> frozenset[str]:
    """The names of members that one request had and the other lacks, as they went out.

    A binding may rename members, and may not send each; where it sends none of a name, nothing is lost.
    """
    return _sent(whole) - _sent(part)


def _sent(reply: Reply) -> frozenset[str]:
    body = answers.document_of(reply.request.body) if reply.request else None
    return frozenset(_names(body))


def _names(value: object) -> Iterator[str]:
    """Names of members, not of those inside lists: rows of data are another matter."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _names(item)


def told(reply: Reply) -> str:
    """What an answer says in words: the texts of its JSON, without the names of its members."""
    return "\n".join(_texts(reply.document))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def names_one(text: str, names: Iterable[str]) -> bool:
    """Whether a text has one of some names: as a word of its own in any spelling, or a Chinese word anywhere."""
    return any(_pattern(name).search(text) for name in names)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    words = _WORDS.findall(name) if name.isascii() else []
    if not words:
        return re.compile(re.escape(name))
    return re.compile(rf"(?i)(?<![a-z0-9]){'[_ -]?'.join(map(re.escape, words))}(?![a-z0-9])")


def as_names(member: str) -> tuple[str, ...]:
    """A member of the table with the Chinese words for it."""
    return (member, *members().get(member, ()))

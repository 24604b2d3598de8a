"""Answers as checks of errors look at them: whether there is one at all, and everything that it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_szxc.errors import SzxcError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_szxc.target.sut import Reply

NOT_THERE = ("binding.", "http.", "permission-not-given", "paging.", "forging.", "envelope.")
"""What the codes begin with that say: this question has no usable answer here, and others may have."""
ANY = (0, 500, 502)
"""Statuses that are an answer where errors are looked at: a crash too; 503 and 504 are outages."""


def possible(ask: Callable[[], Reply]) -> Reply | None:
    """The answer to a question, or ``None`` where the platform has none.

    Raises:
        SzxcError: no connection, no budget, no JSON: what no other question would answer either.
    """
    try:
        return ask()
    except SzxcError as reason:
        if not reason.code.startswith(NOT_THERE):
            raise
        return None


def document_of(body: bytes) -> object:
    """The JSON of a body as it came, before times are converted and members renamed; ``None`` if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def text_of(reply: Reply) -> str:
    """Everything that an answer's body says, also what its texts mean: in JSON a line break is none on the wire."""
    raw = reply.response.body.decode("utf-8", "replace")
    return "\n".join((raw, *_texts(reply.document)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
